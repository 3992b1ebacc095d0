"""Bundles written and read back; budgets; names."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import ENTITIES, REPOSITORY, make_bundle

from edge_er.bundle import locate as shipped
from edge_er.bundle.bundle import Bundle, find_bundle, new_bundle, parse_size, read_bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import find_encoder
from edge_er.errors import (
    BudgetExceededError,
    BundleCorruptError,
    BundleError,
    BundleNotFoundError,
    EncoderError,
)
from edge_er.resolver import EntityResolver

FILES = {
    "manifest.json",
    "encoder.onnx",
    "tokenizer.json",
    "encoder.json",
    "entities.jsonl.gz",
    "vectors.safetensors",
    "streams.jsonl",
}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_read_gives_what_was_written(bundle: Bundle, bundle_dir: Path, bundle_zip: Path) -> None:
    for path in (bundle_dir, bundle_zip):
        read = read_bundle(path)
        assert tuple(read.entities) == ENTITIES
        assert np.array_equal(read.vectors, bundle.vectors)
        assert np.array_equal(read.form_entity, bundle.form_entity)
        assert read.encoder_files == bundle.encoder_files
        assert {key: read.manifest[key] for key in bundle.manifest} == bundle.manifest


def test_entities_are_a_sequence(bundle_dir: Path) -> None:
    entities = read_bundle(bundle_dir).entities
    assert len(entities) == 7
    assert entities[-1] == ENTITIES[-1]
    assert list(entities[2:4]) == list(ENTITIES[2:4])
    assert ENTITIES[3] in entities
    with pytest.raises(IndexError):
        entities[7]


def test_manifest_names_every_file_with_size_and_checksum(bundle_dir: Path) -> None:
    files = files_of(bundle_dir)
    assert set(files) == FILES
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["files"]) == FILES - {"manifest.json"}
    for name, entry in manifest["files"].items():
        assert entry == {"size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
    assert manifest["size_bytes"] == sum(len(data) for name, data in files.items() if name != "streams.jsonl")
    assert manifest["budget_bytes"] == 2_000_000
    assert manifest["counts"] == {"entities": 7, "aliases": 3, "forms": 11}
    assert manifest["index"] == {"kind": "exact", "dim": 24, "scale": 127.0}


def test_manifest_checksum_is_over_the_blanked_manifest(bundle_dir: Path) -> None:
    data = (bundle_dir / "manifest.json").read_bytes()
    found = json.loads(data)["manifest_sha256"]
    assert hashlib.sha256(data.replace(found.encode(), b"0" * 64)).hexdigest() == found


def test_streams_lie_apart(bundle_dir: Path) -> None:
    assert b"https://" not in gzip.decompress((bundle_dir / "entities.jsonl.gz").read_bytes())
    rows = [json.loads(line) for line in (bundle_dir / "streams.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [entity.id for entity in ENTITIES]
    assert rows[0]["streams"] == ["https://ser.example/1"]


def test_no_streams_no_file(encoder_files: dict[str, bytes], tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", make_bundle((Entity("a", "Kiss FM"),), encoder_files))
    assert set(files_of(tmp_path / "b")) == FILES - {"streams.jsonl"}
    assert read_bundle(tmp_path / "b").entities[0] == Entity("a", "Kiss FM")


def test_same_bundle_same_bytes(bundle: Bundle, bundle_dir: Path, bundle_zip: Path, tmp_path: Path) -> None:
    write_bundle(tmp_path / "again", bundle)
    assert files_of(tmp_path / "again") == files_of(bundle_dir)
    write_bundle(tmp_path / "again.zip", read_bundle(bundle_dir))
    assert (tmp_path / "again.zip").read_bytes() == bundle_zip.read_bytes()


def test_zip_is_stored_sorted_and_holds_the_same_files(bundle_dir: Path, bundle_zip: Path) -> None:
    with zipfile.ZipFile(bundle_zip) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == sorted(FILES)
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {name: archive.read(name) for name in archive.namelist()} == files_of(bundle_dir)


@pytest.mark.parametrize("prefix", ["", "tiny_es/"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_of_another_tool(
    bundle: Bundle, bundle_dir: Path, tmp_path: Path, prefix: str, method: int
) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for file in bundle_dir.iterdir():
            archive.write(file, prefix + file.name)
    assert np.array_equal(read_bundle(path).vectors, bundle.vectors)


def test_manifest_changes_are_written(bundle: Bundle, tmp_path: Path) -> None:
    manifest = write_bundle(tmp_path / "b", bundle.with_manifest(report={"recall_at_1": {}, "rows": 3}))
    assert manifest["report"]["rows"] == 3
    assert read_bundle(tmp_path / "b").manifest == manifest


@pytest.mark.parametrize("name", ["b", "b.zip"])
def test_over_budget_lists_sizes_and_writes_nothing(bundle: Bundle, tmp_path: Path, name: str) -> None:
    with pytest.raises(BudgetExceededError, match=r"encoder\.onnx 1") as caught:
        write_bundle(tmp_path / name, bundle, budget="15kB")
    assert caught.value.budget == 15_000
    assert set(caught.value.sizes) == FILES - {"streams.jsonl"}
    assert list(tmp_path.iterdir()) == []


def test_budget_to_the_byte(bundle: Bundle, tmp_path: Path) -> None:
    size = write_bundle(tmp_path / "b", bundle, budget=99_999)["size_bytes"]
    assert write_bundle(tmp_path / "b", bundle, budget=size)["size_bytes"] == size
    with pytest.raises(BudgetExceededError):
        write_bundle(tmp_path / "b", bundle, budget=size - 1)
    assert write_bundle(tmp_path / "b", bundle, budget=None)["budget_bytes"] is None


@pytest.mark.parametrize(
    ("text", "size"),
    [("2MB", 2_000_000), ("2 mb", 2_000_000), ("1.5kB", 1500), ("2MiB", 2 * 2**20), ("900", 900), (12, 12)],
)
def test_parse_size(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "MB", "-2MB", "2 apples", "1e6", "2MBB"])
def test_parse_size_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="expected a size"):
        parse_size(text)


def test_entities_must_ascend_by_id(bundle: Bundle) -> None:
    parts = {
        "name": "x",
        "lang": "es",
        "vectors": bundle.vectors,
        "form_entity": bundle.form_entity,
        "encoder_files": bundle.encoder_files,
    }
    with pytest.raises(BundleError, match="found 'es-6' after 'es-7'"):
        new_bundle(entities=ENTITIES[::-1], **parts)
    with pytest.raises(BundleError, match="found 'es-1' after 'es-1'"):
        new_bundle(entities=(ENTITIES[0], *ENTITIES[:6]), **parts)
    with pytest.raises(BundleError, match="a form for each of 6"):
        new_bundle(entities=ENTITIES[:6], **parts)
    with pytest.raises(BundleError, match="found 23"):
        new_bundle(entities=ENTITIES, **{**parts, "vectors": bundle.vectors[:, :23]})
    with pytest.raises(BundleError, match="int8"):
        new_bundle(entities=ENTITIES, **{**parts, "vectors": bundle.vectors.astype(np.float32)})


@pytest.mark.parametrize("metadata", [{"when": object()}, {"x": float("nan")}, {"text": "\ud800"}])
def test_metadata_that_is_no_json_names_the_entity(
    encoder_files: dict[str, bytes], tmp_path: Path, metadata: dict[str, object]
) -> None:
    with pytest.raises(BundleError, match="'es-9'"):
        write_bundle(tmp_path / "b", make_bundle((Entity("es-9", "X", (), (), metadata),), encoder_files))
    assert list(tmp_path.iterdir()) == []


def test_metadata_named_like_a_field_is_refused(encoder_files: dict[str, bytes], tmp_path: Path) -> None:
    clash = Entity("es-9", "X", metadata={"spoken": ["x"]})
    with pytest.raises(BundleError, match="spoken"):
        write_bundle(tmp_path / "b", make_bundle((clash,), encoder_files))


def test_unknown_name_lists_the_nearest(
    bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("radio_es", "radio_en", "contacts"):
        shutil.copytree(bundle_dir, tmp_path / "models" / name)
    monkeypatch.setattr(shipped, "models_folder", lambda: tmp_path / "models")
    with pytest.raises(
        BundleNotFoundError, match=r"did you mean radio_e[sn] or radio_e[sn]\?.*contacts"
    ) as caught:
        find_bundle("radio_ess")
    assert "did you mean contacts" not in str(caught.value)
    assert find_bundle("radio_es") == tmp_path / "models" / "radio_es"
    with pytest.raises(BundleNotFoundError):
        find_bundle("")


def test_shipped_zip_has_the_name_of_its_file(
    bundle_zip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(bundle_zip, tmp_path / "radio_es.zip")
    monkeypatch.setattr(shipped, "models_folder", lambda: tmp_path)
    assert read_bundle("radio_es").manifest["name"] == "tiny_es"


def test_a_bundle_here_comes_before_a_shipped_one_but_another_directory_does_not(
    bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(bundle_dir, tmp_path / "models" / "radio_es")
    monkeypatch.setattr(shipped, "models_folder", lambda: tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "radio_es").mkdir()
    assert find_bundle("radio_es") == tmp_path / "models" / "radio_es"
    shutil.copytree(bundle_dir, tmp_path / "radio_es", dirs_exist_ok=True)
    assert find_bundle("radio_es") == Path("radio_es")


def test_encoders_by_name_or_folder(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(encoder_folder, tmp_path / "encoders" / "multilingual-32")
    monkeypatch.setattr(shipped, "models_folder", lambda: tmp_path)
    assert find_encoder("multilingual-32") == tmp_path / "encoders" / "multilingual-32"
    assert find_encoder(encoder_folder) == encoder_folder
    with pytest.raises(EncoderError, match="did you mean multilingual-32"):
        find_encoder("multilingual-64")


def test_zip_opens_with_a_standard_tool(bundle_zip: Path) -> None:
    tested = subprocess.run(
        [sys.executable, "-m", "zipfile", "-t", str(bundle_zip)], capture_output=True, check=True
    )
    assert b"Done testing" in tested.stdout


def test_bundle_is_frozen(bundle: Bundle) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        bundle.vectors = bundle.vectors  # type: ignore[misc]


@pytest.mark.parametrize(
    ("calibration", "version"),
    [
        ({}, 1),
        ({"weights": {"cosine": 9.0, "heard": 1.0}, "spread": 0}, 1),
        ({"dense": {"weights": {"cosine": 9.0}}, "reranked": {"choice": 2.0}}, 1),
        ({"dense": {"weights": {"cosine": 9.0, "size": 0.1}}}, 2),
        ({"reranked": {"spread": 0.3}}, 2),
        ({"typed": {}}, 2),
    ],
)
def test_a_calibration_that_old_readers_do_not_know_has_its_own_format(
    bundle: Bundle, tmp_path: Path, calibration: dict[str, Any], version: int
) -> None:
    write_bundle(tmp_path / "one", bundle.with_manifest(calibration=calibration))
    assert json.loads((tmp_path / "one" / "manifest.json").read_text("utf-8"))["format_version"] == version
    assert read_bundle(tmp_path / "one").manifest["calibration"] == calibration


def test_new_evidence_asks_for_format_2(bundle: Bundle, tmp_path: Path) -> None:
    rerank = {"heard": 100, "words": 16, "dense_forms": 8}
    old = write_bundle(tmp_path / "old", bundle.with_manifest(rerank={**rerank, "words": 0}))
    new = write_bundle(tmp_path / "new", bundle.with_manifest(rerank=rerank))
    assert (old["format_version"], new["format_version"]) == (1, 2)
    assert read_bundle(tmp_path / "new").manifest["rerank"]["words"] == 16
    file = tmp_path / "new" / "manifest.json"
    file.write_text(file.read_text("utf-8").replace('"format_version": 2', '"format_version": 1'), "utf-8")
    with pytest.raises(BundleCorruptError, match=r"rerank\.words.*format 2"):
        read_bundle(tmp_path / "new")


def test_a_bundle_of_version_0_1_is_read_and_decides_as_it_did() -> None:
    """Written by edge-er 0.1.0 with the tiny encoder; its golden answers are those of that version.

    Costs of misrecognition have changed since, and scores with them, which the selftest says.
    """
    resolver = EntityResolver.load(REPOSITORY / "tests" / "data" / "tiny_0.1.zip")
    assert resolver.manifest["format_version"] == 1
    assert resolver.resolve("pon la cadena ser").best.name == "Cadena SER"
    assert len(resolver.manifest["golden"]) == 5
    for golden in resolver.manifest["golden"]:
        answer = resolver.resolve(golden["query"])
        assert (answer.decision, answer.matches[0].id) == (golden["decision"], golden["ids"][0])
    with pytest.raises(BundleCorruptError, match="build the bundle again"):
        resolver.selftest()
