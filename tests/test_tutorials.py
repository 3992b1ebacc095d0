"""Every tutorial works as it stands: its blocks are run in their order, in a folder that has the examples alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import require_packages

ROOT = Path(__file__).resolve().parents[1]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
NEEDS = {"home": ("hassil", "home_assistant_intents", "wyoming"), "recordings": ("torch",)}
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Variables under which `edge-er` and `python` are those of this checkout, also where it is not installed."""
    programs = tmp_path / "programs"
    programs.mkdir()
    command = programs / "edge-er"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m edge_er "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (programs / "python").symlink_to(sys.executable)
    paths = os.pathsep.join([str(programs), os.environ["PATH"]])
    return {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize("tutorial", TUTORIALS, ids=lambda file: file.stem)
def test_it_works(tutorial: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    require_packages("num2words", "rapidfuzz", *NEEDS.get(tutorial.stem, ()))
    work = tmp_path / "work"
    shutil.copytree(ROOT / "docs" / "examples", work / "docs" / "examples")
    found = BLOCK.findall(tutorial.read_text(encoding="utf-8"))
    assert len(found) >= 3
    for kind, block in found:
        command = ["bash", "-e", "-c", block] if kind == "sh" else [sys.executable, "-c", block]
        ended = subprocess.run(
            command, cwd=work, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, f"{block}\n{ended.stdout}\n{ended.stderr}"
