"""edge-er in Java, in Node and in Chromium, for the comparison with other libraries (`benchmarks.cost.peers`).

Their compilers work while they run, so each is asked `WARM` requests at least, all of them some times, before it is
timed. What they need is compiled or copied once, by `prepare`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from android_demo.java_core import ANSWER_REQUESTS, compile_core, compile_java
from benchmarks.lib.peer_systems import RUNTIMES
from benchmarks.runtimes.java_runtime import java_answers
from benchmarks.runtimes.web_runtime import served
from edge_er.bundle.locate import find_bundle
from web_demo.assemble import assemble

__all__ = ["CHROMIUM", "JAVA", "NODE", "WARM", "chromium", "first_answers", "prepare"]

JAVA, NODE, CHROMIUM = RUNTIMES
WARM = 3000
_REPOSITORY = Path(__file__).resolve().parents[2]
_SCRIPT = _REPOSITORY / "benchmarks" / "cost" / "peers_web.mjs"
_PAGE = "page"


def prepare(system: str, folder: Path) -> None:
    """Compile or copy what a runtime needs.

    Raises:
        ImportError: a program is missing; its name says which.
    """
    if system == JAVA:
        _program("javac")
        shutil.rmtree(folder / "java", ignore_errors=True)
        core = [compile_core(folder / "java" / "core")]
        compile_java(ANSWER_REQUESTS, folder / "java" / "tools", core, release=8)
        return
    _program("node")
    if system == CHROMIUM:
        chromium()
        if not (_REPOSITORY / "tests" / "web" / "node_modules").is_dir():
            raise ImportError("tests/web/node_modules", name="npm ci --prefix tests/web")
    assemble(folder / _PAGE, [])
    shutil.copy(_REPOSITORY / "benchmarks" / "runtimes" / "web_measure.mjs", folder / _PAGE)


def first_answers(system: str, bundle: str, queries: Sequence[str], folder: Path) -> dict[str, Any]:
    """Ids of the first answers (`firsts`, None for none), and milliseconds (`spent`)."""
    if system == JAVA:
        classes = [folder / "java" / "tools", folder / "java" / "core"]
        rows = java_answers(classes, bundle, queries, 1 + _rounds(queries))[1]
        return {"firsts": [row["id"] for row in rows], "spent": [row["us"] / 1e3 for row in rows]}
    with tempfile.TemporaryDirectory() as place:
        page = Path(place) / _PAGE
        shutil.copytree(folder / _PAGE, page)
        shutil.copytree(find_bundle(bundle), page / "bundles" / "asked", dirs_exist_ok=True)
        if system == NODE:
            return _asked_by_node("node", str(page), queries)
        with served(page) as address:
            return _asked_by_node(chromium(), address, queries)


def _rounds(queries: Sequence[str]) -> int:
    """How many times all requests are asked that are not timed."""
    return -(-WARM // max(len(queries), 1))


def _asked_by_node(where: str, web: str, queries: Sequence[str]) -> dict[str, Any]:
    command = [_program("node"), str(_SCRIPT), where, web, "asked", str(_rounds(queries))]
    done = subprocess.run(
        command, input=json.dumps(queries), capture_output=True, text=True, encoding="utf-8"
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def chromium() -> str:
    """The browser.

    Raises:
        ImportError: there is none.
    """
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise ImportError("chromium is not installed", name="chromium")
    return found


def _program(name: str) -> str:
    found = shutil.which(name)
    if not found:
        raise ImportError(f"{name} is not installed", name=name)
    return found
