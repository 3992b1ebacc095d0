"""Node, and what the JavaScript runtime answers in it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = Path(__file__).parent / "web"
NODE_VERSION = 18  # with DecompressionStream, Blob and fetch


def find_node() -> str:
    """The Node program; the test skips where there is none, or an old one."""
    found = shutil.which("node") or pytest.skip("Node is not installed")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    if int(re.findall(r"\d+", version)[0]) < NODE_VERSION:
        pytest.skip(f"Node {version.strip()} is older than {NODE_VERSION}")
    return found


def once(name: str, make: Callable[[], Any], temporary: pytest.TempPathFactory) -> Any:
    """What `make` gives, which is JSON: made by one of the processes that test together, read by the others."""
    folder = temporary.getbasetemp()
    file = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / f"{name}.json"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(make()), encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8"))


def run_script(name: str, *arguments: str | Path, text: str = "", seconds: float = 300) -> Any:
    """What a script of tests/web prints, which is JSON."""
    done = subprocess.run(
        [find_node(), SCRIPTS / name, *arguments],
        input=text,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ask_javascript(web: Path, calls: list[dict[str, Any]]) -> list[Any]:
    """Answers of the runtime in the assembled page `web` to calls (see ask_node.mjs), all in one process."""
    answers: list[Any] = run_script("ask_node.mjs", web, text=json.dumps(calls))
    return answers
