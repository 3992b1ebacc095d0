"""Every change that ever broke something, in every runtime: refused by an error of the runtime, or answered."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from javascript import find_node, run_script
from mutations import MISSING, attempt, contents, with_change, written
from tiny import ENTITIES, make_bundle

from android_demo.java_core import CORE, QUICK, compile_java, java_release, run_java
from catalog_tools.build.build import build_bundle
from edge_er.bundle.bundle import read_bundle, write_bundle
from web_demo.assemble import assemble

CHANGES = [
    json.loads(line)
    for line in (Path(__file__).parent / "corpus" / "changes.jsonl").read_text(encoding="utf-8").splitlines()
]
WEIGHTS = {"words": 4, "numbers": 1, "sound_pieces": 57, "dense_forms": 8, "sound_forms": 8, "heard": 221}
# Changes of what only shows figures, or of what a runtime does not read, leave a bundle that answers.
MAY_ANSWER = {"JavaScript": 28, "Java": 26}


def broken(files: dict[str, bytes]) -> Iterator[tuple[str, dict[str, bytes]]]:
    """The bundles of the corpus, each with its name."""
    for number, row in enumerate(CHANGES):
        yield f"{number:03}", with_change(files, row["file"], tuple(row["path"]), row.get("value", MISSING))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, made of a bundle that every runtime reads; files that are not changed are links to one."""
    root = tmp_path_factory.mktemp("corpus")
    build_bundle(ENTITIES, root / "base", "es", budget=None, name="tiny_es")
    interval = {"value": 0.9, "low": 0.8, "high": 0.95, "rows": 50, "entities": 20}
    calibration = {"weights": {"cosine": 12.0}, "precision": [[0, 0], [0.95, 0.5], [1, 1]]}
    report = {"recall_at_1": {"es": {"text": interval}}}
    base = read_bundle(root / "base").with_manifest(rerank=WEIGHTS, calibration=calibration, report=report)
    write_bundle(root / "000base", base, None)
    files = contents(root / "000base")
    for name, changed in broken(files):
        (root / "all" / name).mkdir(parents=True)
        for file, data in changed.items():
            if data == files[file]:
                os.link(root / "000base" / file, root / "all" / name / file)
            else:
                (root / "all" / name / file).write_bytes(data)
    return root


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_python_refuses(encoder_files: dict[str, bytes], tmp_path: Path, number: int) -> None:
    bundle = make_bundle(ENTITIES, encoder_files).with_manifest(rerank=WEIGHTS)
    write_bundle(tmp_path / "b", bundle)
    name, files = list(broken(contents(tmp_path / "b")))[number]
    assert attempt(written(tmp_path / name, files)) == "refused", CHANGES[number]


def check(runtime: str, found: dict[str, dict[str, Any]]) -> None:
    wrong = {
        name: (CHANGES[int(name)], said)
        for name, said in found.items()
        if said["error"] is not None and not said["ours"]
    }
    assert not wrong
    assert len(found) == len(CHANGES)
    answered = sum(said["error"] is None for said in found.values())
    assert answered <= MAY_ANSWER[runtime], [
        CHANGES[int(name)] for name, said in found.items() if not said["error"]
    ]


def test_javascript(folder: Path, tmp_path: Path) -> None:
    find_node()
    assemble(tmp_path / "web", [])
    check("JavaScript", run_script("corpus_node.mjs", tmp_path / "web", folder / "all"))


@pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
def test_java(folder: Path, tmp_path: Path) -> None:
    from android_demo.java_core import compile_core

    core = compile_core(tmp_path / "core")
    compile_java([CORE / "test" / "java" / "edgeer" / "Corpus.java"], tmp_path / "tests", [core], release=8)
    done = run_java([tmp_path / "tests", core], "edgeer.Corpus", str(folder / "all"), flags=QUICK)
    assert done.returncode == 0, done.stderr
    rows = (line.split("\t") for line in done.stdout.splitlines())
    check("Java", {name: {"error": error or None, "ours": ours == "true"} for name, error, ours in rows})
