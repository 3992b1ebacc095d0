"""The assembled page and Node, which the tests of the JavaScript runtime need."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny import require

from edge_er.shipped import shipped_bundles
from web_demo.assemble import assemble

HERE = Path(__file__).parent
BUNDLES = ("radio_de", "radio_en", "radio_es", "radio_fr", "radio_it")
NODE_VERSION = 18  # with DecompressionStream, Blob and fetch

Ask = Callable[[list[dict[str, Any]]], list[Any]]


@pytest.fixture(scope="session")
def node() -> str:
    found = require("node", shutil.which("node") is not None, "Node is not installed")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    major = int(re.findall(r"\d+", version)[0])
    return require(found, major >= NODE_VERSION, f"Node {version.strip()} is older than {NODE_VERSION}")


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as it is served, with all shipped bundles."""
    shipped = shipped_bundles()
    require(BUNDLES, all(name in shipped for name in BUNDLES), "not all bundles are shipped yet")
    folder = tmp_path_factory.mktemp("web") / "page"
    assemble(folder, BUNDLES)
    return folder


@pytest.fixture(scope="session")
def ask(node: str, web: Path) -> Ask:
    """What the JavaScript runtime answers to calls (see ask_node.mjs), all in one process."""

    def run(calls: list[dict[str, Any]]) -> list[Any]:
        done = subprocess.run(
            [node, HERE / "ask_node.mjs", web],
            input=json.dumps(calls),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        answers: list[Any] = json.loads(done.stdout)
        return answers

    return run
