"""Deltas applied in Java: the bundles, to the byte, and the refusals of Python."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import pytest
from mutations import contents, mutated_deltas, written
from tiny import ENTITIES, require_packages

from android_demo.java_core import CORE, QUICK, compile_java, java_release, run_java
from catalog_tools.build.build import build_bundle
from catalog_tools.build.delta import make_delta
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.delta import apply_delta
from edge_er.bundle.signing import sign_bundle
from edge_er.bundle.trust import make_keys
from edge_er.errors import EdgeERError

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
PROGRAM = CORE / "test" / "java" / "edgeer" / "ApplyDeltas.java"


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the bundles `old` and `new`, each with something of everything."""
    folder = tmp_path_factory.mktemp("deltas")
    build_bundle(ENTITIES[1:], folder / "old", "es", budget=None, name="tiny_es")
    entities = [ENTITIES[0], *ENTITIES[2:6]]
    build_bundle(entities, folder / "built", "es", budget=None, name="tiny_es")
    write_bundle(folder / "new", read_bundle(folder / "built").with_manifest(version="2"), None)
    return folder


@pytest.fixture(scope="module")
def classpath(java_core: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    tools = tmp_path_factory.mktemp("java") / "deltas"
    compile_java([PROGRAM], tools, [java_core], release=8)
    return [tools, java_core]


def applied(classpath: list[Path], folder: Path, *key: Path) -> dict[str, tuple[str, bool]]:
    """What Java makes of each delta in a folder: its error, and whether the bundle has changed."""
    done = run_java(classpath, "edgeer.ApplyDeltas", str(folder), *map(str, key), flags=QUICK)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert all(ours == "true" for _, _, ours, _ in rows), rows
    return {name: (error, changed == "true") for name, error, _, changed in rows}


def case(folder: Path, old: Path, delta: bytes, as_zip: bool = False) -> Path:
    """A folder as `ApplyDeltas` wants it."""
    folder.mkdir(parents=True)
    (folder / "d.delta").write_bytes(delta)
    place = folder / ("b.zip" if as_zip else "b")
    if as_zip:
        write_bundle(place, read_bundle(old), None)
    else:
        shutil.copytree(old, place)
    return place


def test_the_bundle_is_that_of_python_to_the_byte(
    classpath: list[Path], bundles: Path, tmp_path: Path
) -> None:
    old, new = bundles / "old", bundles / "new"
    folders, zips = [], []
    for name, whole in (("packed", False), ("whole", True)):
        delta = make_delta(old, new, tmp_path / f"{name}.delta", whole).path.read_bytes()
        folders.append(case(tmp_path / "all" / name, old, delta))
        zips.append(case(tmp_path / "all" / f"{name}_zip", old, delta, as_zip=True))
    (folders[0] / "README.md").write_text("a card")
    before = zips[0].read_bytes()
    assert set(applied(classpath, tmp_path / "all").values()) == {("", True)}
    for path in folders:
        assert contents(path) == contents(new)
        assert contents(path.with_name(".b.previous")) == contents(old)
    assert (folders[0] / "README.md").read_text() == "a card"
    for path in zips:
        case(tmp_path / "python" / path.parent.name, old, b"", as_zip=True)
        python = tmp_path / "python" / path.parent.name / "b.zip"
        apply_delta(python, path.parent / "d.delta")
        assert path.read_bytes() == python.read_bytes()
        assert path.with_name(".b.zip.previous").read_bytes() == before
    left = {file.name for each in (tmp_path / "all").iterdir() for file in each.iterdir()}
    assert left == {"b", "b.zip", "d.delta", ".b.previous", ".b.zip.previous", ".b.lock", ".b.zip.lock"}
    assert set(applied(classpath, tmp_path / "all").values()) == {("", False)}, (
        "a second time nothing is to be done"
    )


def test_changed_deltas_are_refused_where_python_refuses_them(
    classpath: list[Path], bundles: Path, tmp_path: Path
) -> None:
    old = contents(bundles / "old")
    delta = make_delta(bundles / "old", bundles / "new", tmp_path / "a.delta").path
    changes = list(mutated_deltas(delta, 150, 5))
    for number, (_, data) in enumerate(changes):
        folder = tmp_path / "all" / f"{number:03}"
        written(folder / "b", {})
        for name, content in old.items():
            os.link(bundles / "old" / name, folder / "b" / name)
            assert content
        (folder / "d.delta").write_bytes(data)
    java = applied(classpath, tmp_path / "all")
    python_applied = 0
    for number, (what, data) in enumerate(changes):
        error, changed = java[f"{number:03}"]
        (tmp_path / "b.delta").write_bytes(data)
        try:
            python = apply_delta(written(tmp_path / "b", old), tmp_path / "b.delta").changed
            assert "too large" in error or (not error and changed == python), (what, error)
            python_applied += 1
        except EdgeERError:
            assert error, what
        assert contents(tmp_path / "all" / f"{number:03}" / "b") == (
            contents(bundles / "new") if changed else old
        ), what
    assert 0 < python_applied < len(changes)


def test_what_is_no_delta_of_this_bundle_is_refused(
    classpath: list[Path], bundles: Path, tmp_path: Path
) -> None:
    delta = make_delta(bundles / "old", bundles / "new", tmp_path / "a.delta").path.read_bytes()
    case(tmp_path / "all" / "cut", bundles / "old", delta[:-30])
    case(tmp_path / "all" / "empty", bundles / "old", b"")
    case(tmp_path / "all" / "flipped", bundles / "old", delta[:200] + bytes([delta[200] ^ 1]) + delta[201:])
    case(tmp_path / "all" / "other", bundles / "built", delta)
    found = applied(classpath, tmp_path / "all")
    assert all(error for error, _ in found.values())
    assert "made for another base" in found["other"][0]
    assert "tiny_es (5 entities" in found["other"][0]
    for each in (tmp_path / "all").iterdir():
        assert contents(each / "b") == contents(bundles / ("built" if each.name == "other" else "old"))


def test_only_results_that_a_trusted_key_signed_are_applied(
    classpath: list[Path], bundles: Path, tmp_path: Path
) -> None:
    require_packages("cryptography")
    key, public = make_keys(tmp_path / "key")
    other = make_keys(tmp_path / "other")[0]
    for name, signer in (("unsigned", None), ("signed", key), ("foreign", other)):
        shutil.copytree(bundles / "new", tmp_path / name)
        if signer:
            sign_bundle(tmp_path / name, signer)
        delta = make_delta(bundles / "old", tmp_path / name, tmp_path / f"{name}.delta").path.read_bytes()
        case(tmp_path / "all" / name, bundles / "old", delta)
    found = applied(classpath, tmp_path / "all", public)
    assert found["signed"] == ("", True)
    assert "not signed" in found["unsigned"][0]
    assert "none of the 1 trusted ones" in found["foreign"][0]
    assert contents(tmp_path / "all" / "signed" / "b") == contents(tmp_path / "signed")
    assert contents(tmp_path / "all" / "foreign" / "b") == contents(bundles / "old")


def test_a_killed_writer_leaves_the_old_bundle_or_the_new_one(
    classpath: list[Path], bundles: Path, tmp_path: Path
) -> None:
    """Killed between two renames, and with half a folder beside it: the next one tidies up and goes on."""
    delta = make_delta(bundles / "old", bundles / "new", tmp_path / "a.delta").path.read_bytes()
    place = case(tmp_path / "all" / "killed", bundles / "old", delta)
    place.rename(place.with_name(".b.previous"))
    half = place.with_name(".b.tmp-half")
    half.mkdir()
    (half / "manifest.json").write_bytes(b"{")
    assert applied(classpath, tmp_path / "all")["killed"] == ("", True)
    assert not half.exists()
    assert contents(place) == contents(bundles / "new")


def test_a_reader_sees_whole_bundles_only(classpath: list[Path], bundles: Path, tmp_path: Path) -> None:
    forth = make_delta(bundles / "old", bundles / "new", tmp_path / "a.delta").path.read_bytes()
    place = case(tmp_path / "all" / "a", bundles / "old", forth)
    seen, done = set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.add(read_bundle(place).manifest["version"])

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert applied(classpath, tmp_path / "all")["a"] == ("", True)
    finally:
        done.set()
        reader.join()
    assert seen <= {"1", "2"}
    assert read_bundle(place).manifest["version"] == "2"
