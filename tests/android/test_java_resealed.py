"""Files that somebody changed and sealed again: Java refuses what Python refuses, when it is loaded, by its own errors.

python tests/android/test_java_resealed.py 1500     # so many changes of each file: the long run
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1]))

from mutations import ROWS, WEIGHTS, contents, mutated, mutated_entries
from tiny import ENTITIES

from android_demo.java_core import CORE, QUICK, compile_core, compile_java, java_release, run_java
from catalog_tools.build.build import build_bundle
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.errors import EdgeERError
from edge_er.resolver import EntityResolver

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
CORPUS = CORE / "test" / "java" / "edgeer" / "Corpus.java"
AT_ONCE = 500
TOO_LARGE = "too large"  # numbers beyond float64, which only Python can read, where nothing says how large they may be
# What is no such value, but false in Python, which then reads nothing, or 0.
LAX = re.compile(
    r"personal file \(\d+, '(?:aliases|spoken)'\)|vectors\.safetensors \('\w+', 'data_offsets', \d\)"
)

Verdicts = dict[str, tuple[str, str]]  # by what was changed: Python's verdict and Java's


def base_bundle(folder: Path) -> Path:
    """A bundle that has something of everything, and that both read."""
    build_bundle(ENTITIES, folder / "built", "es", budget=None, name="tiny_es")
    interval = {"value": 0.9, "low": 0.8, "high": 0.95, "rows": 50, "entities": 20}
    curve = {"weights": {"cosine": 12.0}, "precision": [[0, 0], [0.95, 0.5], [1, 1]]}
    bundle = read_bundle(folder / "built").with_manifest(
        rerank=WEIGHTS,
        calibration={"reranked": curve, "typed": {"weights": {"heard": 2.0, "whole": 1}, "spread": 0.2}},
        report={"recall_at_1": {"es": {"text": interval}}},
    )
    resolver = EntityResolver(bundle)
    write_bundle(folder / "base", bundle.with_manifest(golden=resolver.golden(["cadena ser", "zzz"])), None)
    return folder / "base"


def python_verdict(bundle: Path) -> str:
    """Whether Python refuses a bundle when it is loaded."""
    try:
        EntityResolver(read_bundle(bundle))
    except EdgeERError:
        return "refused"
    return "answered"


def java_verdicts(classpath: list[Path], folder: Path, beside: Path) -> dict[str, str]:
    """What Java makes of each file or bundle in a folder, by name."""
    done = run_java(classpath, "edgeer.Corpus", str(folder), str(beside), flags=QUICK)
    assert done.returncode == 0, done.stderr
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {
        name: "answered"
        if not error
        else "refused" + " too large" * (TOO_LARGE in error)
        if ours == "true"
        else f"broken: {error}"
        for name, error, ours in rows
    }


def in_parts(items: Iterable[tuple[str, object]]) -> Iterable[list[tuple[str, object]]]:
    part = []
    for item in items:
        part.append(item)
        if len(part) == AT_ONCE:
            yield part
            part = []
    yield part


def bundle_verdicts(classpath: list[Path], work: Path, base: Path, count: int, seed: int) -> Verdicts:
    """Verdicts about bundles with `count` changes of each file."""
    files, verdicts = contents(base), {}
    for part in in_parts(mutated(files, count, seed)):
        shutil.rmtree(work / "all", ignore_errors=True)
        for number, (_, changed) in enumerate(part):
            (work / "all" / f"{number:04}").mkdir(parents=True)
            for name, data in changed.items():
                file = work / "all" / f"{number:04}" / name
                if data == files[name]:
                    os.link(base / name, file)
                else:
                    file.write_bytes(data)
        if part:
            java = java_verdicts(classpath, work / "all", base)
            for number, (what, _) in enumerate(part):
                verdicts[what] = python_verdict(work / "all" / f"{number:04}"), java[f"{number:04}"]
    return verdicts


def personal_verdicts(classpath: list[Path], work: Path, base: Path, count: int, seed: int) -> Verdicts:
    """Verdicts about personal files with `count` changes."""
    folder, resolver = work / "entries", EntityResolver.load(base)
    folder.mkdir()
    changes = [
        (what, f"{number:04}.jsonl", data)
        for number, (what, data) in enumerate(mutated_entries(ROWS, count, seed))
    ]
    for _, name, data in changes:
        (folder / name).write_bytes(data)
    java, verdicts = java_verdicts(classpath, folder, base), {}
    for what, name, _ in changes:
        try:
            resolver.with_entries(folder / name)
            python = "answered"
        except EdgeERError:
            python = "refused"
        verdicts[f"personal file {what}"] = python, java[name]
    return verdicts


def disagreements(verdicts: Verdicts) -> dict[str, tuple[str, str]]:
    """Those that differ, but for numbers that only Python can read and what it is lax about, and what broke."""
    return {
        what: (python, java)
        for what, (python, java) in verdicts.items()
        if not java.startswith(python)
        and java != "refused too large"
        and not (java == "refused" and LAX.match(what))
    }


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base_bundle(tmp_path_factory.mktemp("resealed"))


@pytest.fixture(scope="module")
def classpath(java_core: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    tools = tmp_path_factory.mktemp("java") / "corpus"
    compile_java([CORPUS], tools, [java_core], release=8)
    return [tools, java_core]


def test_java_refuses_the_bundles_that_python_refuses(
    classpath: list[Path], base: Path, tmp_path: Path
) -> None:
    verdicts = bundle_verdicts(classpath, tmp_path, base, 25, 2)
    assert {python for python, _ in verdicts.values()} == {"answered", "refused"}
    assert not disagreements(verdicts)


def test_java_refuses_the_personal_files_that_python_refuses(
    classpath: list[Path], base: Path, tmp_path: Path
) -> None:
    verdicts = personal_verdicts(classpath, tmp_path, base, 300, 2)
    assert {python for python, _ in verdicts.values()} == {"answered", "refused"}
    assert not disagreements(verdicts)


def main(count: int) -> int:
    """The long run: `count` changes of each file; 1 if anything differs."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        core, base = compile_core(work / "core"), base_bundle(work)
        compile_java([CORPUS], work / "tools", [core], release=8)
        verdicts = bundle_verdicts([work / "tools", core], work, base, count, 3)
        verdicts |= personal_verdicts([work / "tools", core], work, base, count, 3)
    wrong = disagreements(verdicts)
    for what, each in wrong.items():
        print(what, *each, sep="\n  ")
    print(f"{len(verdicts):,} changes, {len(wrong)} verdicts that differ:", Counter(verdicts.values()))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
