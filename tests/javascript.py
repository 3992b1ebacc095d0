"""Node, and what the JavaScript runtime answers in it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tiny import require

SCRIPTS = Path(__file__).parent / "web"
NODE_VERSION = 18  # with DecompressionStream, Blob and fetch


def find_node() -> str:
    """The Node program; the test skips where there is none, or an old one."""
    found = require("node", shutil.which("node") is not None, "Node is not installed")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    major = int(re.findall(r"\d+", version)[0])
    return require(found, major >= NODE_VERSION, f"Node {version.strip()} is older than {NODE_VERSION}")


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
