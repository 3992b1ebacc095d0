"""Deltas: what changed and nothing else, applied whole or not at all, and taken back."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import ENTITIES, make_bundle

from catalog_tools.build.delta import make_delta
from edge_er.bundle.atomic import previous_version
from edge_er.bundle.bundle import Bundle, read_bundle, write_bundle
from edge_er.bundle.delta import apply_delta, rollback
from edge_er.bundle.entity import Entity
from edge_er.errors import BundleCorruptError, BundleError, BundleNotFoundError, DeltaError
from edge_er.resolver import EntityResolver

NEW = (
    *ENTITIES[:2],
    replace(ENTITIES[3], aliases=("Kiss",)),
    Entity("es-55", "Radio Uno", (), (), {"country": "ES", "streams": ["https://uno.example"]}),
    *ENTITIES[5:],
)


@pytest.fixture(scope="module")
def changed(encoder_files: dict[str, bytes]) -> Bundle:
    return make_bundle(NEW, encoder_files)


@pytest.fixture(params=["tiny", "tiny.zip"])
def old(request: pytest.FixtureRequest, bundle: Bundle, tmp_path: Path) -> Path:
    path = tmp_path / "device" / request.param
    write_bundle(path, bundle)
    return path


@pytest.fixture
def new(old: Path, changed: Bundle, tmp_path: Path) -> Path:
    path = tmp_path / "server" / old.name
    write_bundle(path, changed)
    return path


@pytest.fixture
def delta(old: Path, new: Path, tmp_path: Path) -> Path:
    return make_delta(old, new, tmp_path / "new.delta").path


def contents(path: Path) -> bytes | dict[str, bytes]:
    """Every byte of a bundle."""
    return path.read_bytes() if path.is_file() else {each.name: each.read_bytes() for each in path.iterdir()}


def test_the_result_is_the_new_bundle_to_the_byte(old: Path, new: Path, delta: Path) -> None:
    applied = apply_delta(old, delta)
    assert applied.changed
    assert applied.manifest["counts"]["entities"] == len(NEW)
    assert contents(old) == contents(new)
    assert EntityResolver.load(old).resolve("radio uno").matches[0].id == "es-55"


def test_a_second_time_changes_nothing(old: Path, delta: Path) -> None:
    apply_delta(old, delta)
    before = contents(old)
    assert not apply_delta(old, delta).changed
    assert contents(old) == before
    rollback(old)
    assert read_bundle(old).manifest["counts"]["entities"] == len(ENTITIES)


def test_rollback_goes_back_and_forward_again(old: Path, new: Path, delta: Path) -> None:
    before = contents(old)
    apply_delta(old, delta)
    assert rollback(old)["counts"]["entities"] == len(ENTITIES)
    assert contents(old) == before
    assert rollback(old)["counts"]["entities"] == len(NEW)
    assert contents(old) == contents(new)
    assert len(list(old.parent.iterdir())) == 2


def test_there_is_nothing_to_roll_back_to(old: Path, bundle: Bundle, delta: Path) -> None:
    with pytest.raises(BundleError, match="expected a previous version"):
        rollback(old)
    apply_delta(old, delta)
    write_bundle(old, bundle)  # a build keeps nothing
    with pytest.raises(BundleError, match="expected a previous version"):
        rollback(old)
    with pytest.raises(BundleNotFoundError):
        rollback(old.parent / "none")


def test_a_damaged_older_version_is_not_put_back(old: Path, delta: Path) -> None:
    apply_delta(old, delta)
    kept = previous_version(old)
    file = kept / "vectors.safetensors" if kept.is_dir() else kept
    file.write_bytes(file.read_bytes()[:-9])
    before = contents(old)
    with pytest.raises(BundleCorruptError):
        rollback(old)
    assert contents(old) == before


def test_only_what_changed_is_shipped(old: Path, delta: Path) -> None:
    with zipfile.ZipFile(delta) as archive:
        plans = json.loads(archive.read("delta.json"))["files"]
        shipped = {name: archive.read(name) for name in archive.namelist() if name != "delta.json"}
    assert {name for name, how in plans.items() if how["units"] == "same"} == {
        "encoder.json",
        "encoder.onnx",
        "tokenizer.json",
    }
    assert shipped["entities.jsonl.gz"].count(b"\n") == 2
    assert len(shipped["vectors.safetensors"]) == 3 * 24  # two forms of Kiss FM, one of Radio Uno
    assert b"Cadena SER" not in shipped["entities.jsonl.gz"]
    assert set(shipped) == {"entities.jsonl.gz", "manifest.json", "streams.jsonl", "vectors.safetensors"}


def test_the_same_bundles_give_the_same_delta(old: Path, new: Path, delta: Path, tmp_path: Path) -> None:
    assert make_delta(old, new, tmp_path / "again.delta").path.read_bytes() == delta.read_bytes()


def test_between_directory_and_zip(bundle: Bundle, changed: Bundle, tmp_path: Path) -> None:
    for name, bundled in (("a", bundle), ("a.zip", bundle), ("b", changed), ("b.zip", changed)):
        write_bundle(tmp_path / name, bundled)
    deltas = [make_delta(tmp_path / "a", tmp_path / "b.zip", tmp_path / "1").path.read_bytes()]
    deltas.append(make_delta(tmp_path / "a.zip", tmp_path / "b", tmp_path / "2").path.read_bytes())
    assert deltas[0] == deltas[1]
    for name in ("a", "a.zip"):
        apply_delta(tmp_path / name, tmp_path / "1")
        assert contents(tmp_path / name) == contents(tmp_path / name.replace("a", "b"))


def test_another_base_is_refused(old: Path, new: Path, delta: Path, changed: Bundle) -> None:
    write_bundle(old, changed.with_manifest(version="2"))
    before = contents(old)
    with pytest.raises(
        DeltaError, match=r"made for another base: expected tiny_es \(7 entities.*found tiny_es"
    ):
        apply_delta(old, delta)
    assert contents(old) == before


def test_another_encoder_is_no_delta(old: Path, changed: Bundle, tmp_path: Path) -> None:
    files = {**changed.encoder_files, "tokenizer.json": changed.encoder_files["tokenizer.json"] + b"\n"}
    write_bundle(tmp_path / "other", replace(changed, encoder_files=files))
    with pytest.raises(DeltaError, match=r"another encoder.*tokenizer\.json.*ship the whole bundle"):
        make_delta(old, tmp_path / "other", tmp_path / "d")
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text", "no json", "newer"])
def test_a_damaged_delta_changes_nothing(old: Path, delta: Path, damage: str) -> None:
    data = delta.read_bytes()
    if damage == "cut":
        delta.write_bytes(data[: len(data) // 2])
    elif damage == "flip":
        middle = len(data) // 2
        delta.write_bytes(data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :])
    elif damage == "empty":
        delta.write_bytes(b"")
    elif damage == "text":
        delta.write_text("hello")
    else:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("other.json" if damage == "no json" else "delta.json", '{"delta_version": 9}')
        delta.write_bytes(packed.getvalue())
    before = contents(old)
    with pytest.raises(DeltaError, match=r"new\.delta"):
        apply_delta(old, delta)
    assert contents(old) == before
    assert not previous_version(old).exists()


def test_steps_that_lead_elsewhere_are_refused(old: Path, delta: Path) -> None:
    with zipfile.ZipFile(delta) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    plan = json.loads(members["delta.json"])
    wrong = [
        ("entities.jsonl.gz", {"units": "gzip lines", "steps": [{"copy": [0, 2]}]}),
        ("entities.jsonl.gz", {"units": "leaves", "steps": []}),
        (
            "vectors.safetensors",
            {"units": "rows", "steps": [{"insert": [7]}], "arrays": [{"name": "vectors"}]},
        ),
        ("streams.jsonl", {"units": "lines", "steps": [{"move": 1}]}),
    ]
    for name, how in wrong:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            files = {**plan["files"], name: how}
            for member, data in {**members, "delta.json": json.dumps({**plan, "files": files})}.items():
                archive.writestr(member, data)
        delta.write_bytes(packed.getvalue())
        before = contents(old)
        with pytest.raises(DeltaError, match=name):
            apply_delta(old, delta)
        assert contents(old) == before


def test_another_zlib_is_an_error(
    old: Path, new: Path, delta: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portable = make_delta(old, new, tmp_path / "portable.delta", whole_entities=True).path
    real = gzip.GzipFile
    monkeypatch.setattr(gzip, "GzipFile", lambda **options: real(**{**options, "compresslevel": 1}))
    with pytest.raises(DeltaError, match=r"entities\.jsonl\.gz.*--whole-entities"):
        apply_delta(old, delta)
    assert apply_delta(old, portable).changed
    assert contents(old) == contents(new)


def test_a_bundle_gains_and_loses_files(bundle: Bundle, tmp_path: Path) -> None:
    tokens = np.ones((len(bundle.vectors), 4, 3), np.int8), np.full(len(bundle.vectors), 4, np.uint8)
    plain = tuple(replace(each, metadata={}) for each in ENTITIES)
    bare = replace(make_bundle(plain, dict(bundle.encoder_files)), head_tokens=tokens)
    write_bundle(tmp_path / "streams", bundle)
    write_bundle(tmp_path / "tokens", bare)
    for old, new in (("streams", "tokens"), ("tokens", "streams")):
        shutil.copytree(tmp_path / old, tmp_path / "device")
        apply_delta(tmp_path / "device", make_delta(tmp_path / old, tmp_path / new, tmp_path / "d").path)
        assert contents(tmp_path / "device") == contents(tmp_path / new)
        shutil.rmtree(tmp_path / "device")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deltas")


NAMES = st.text("abcdefg 19", min_size=1, max_size=8)
CATALOGS = st.dictionaries(
    st.integers(1, 12), st.tuples(NAMES, st.lists(NAMES, max_size=2), st.booleans()), min_size=1, max_size=9
)


@settings(max_examples=40)
@given(CATALOGS, CATALOGS)
def test_any_catalog_becomes_any_other(
    place: Path, encoder_files: dict[str, bytes], one: dict, other: dict
) -> None:
    for name, catalog in (("old.zip", one), ("new.zip", other)):
        entities = tuple(
            Entity(f"e-{number:02}", text, tuple(aliases), (), {"streams": ["https://x"]} if streams else {})
            for number, (text, aliases, streams) in sorted(catalog.items())
        )
        write_bundle(place / name, make_bundle(entities, encoder_files))
    delta = make_delta(place / "old.zip", place / "new.zip", place / "d").path
    apply_delta(place / "old.zip", delta)
    assert contents(place / "old.zip") == contents(place / "new.zip")


def test_command_line(edge_er, old: Path, new: Path, tmp_path: Path) -> None:
    delta = tmp_path / "new.delta"
    code, out, _ = edge_er("delta", old, new, "--out", delta)
    assert code == 0
    assert f"{delta.stat().st_size:,} bytes" in out
    code, out, _ = edge_er("apply", old, delta)
    assert (code, f"{len(NEW)} entities" in out) == (0, True)
    assert "already" in edge_er("apply", old, delta)[1]
    assert json.loads(edge_er("apply", old, delta, "--json")[1])["changed"] is False
    assert f"{len(ENTITIES)} entities again" in edge_er("rollback", old)[1]
    assert json.loads(edge_er("rollback", old, "--json")[1])["manifest"]["counts"]["entities"] == len(NEW)
    assert json.loads(edge_er("delta", new, new, "--out", delta, "--json")[1])["size_bytes"] < 2000
    code, _, errors = edge_er("apply", old, tmp_path / "none")
    assert (code, errors.count("\n")) == (1, 1)
