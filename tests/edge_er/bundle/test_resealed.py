"""Files that somebody changed and sealed again: refused by the package when they are loaded, or answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mutations import (
    ROWS,
    WEIGHTS,
    attempt,
    cases,
    changed,
    contents,
    mutated,
    mutated_deltas,
    mutated_entries,
    sealed,
    written,
)
from tiny import ENTITIES, make_bundle, require_packages

from catalog_tools.build.delta import make_delta
from edge_er.bundle.bundle import Bundle, read_bundle, write_bundle
from edge_er.bundle.delta import apply_delta
from edge_er.bundle.schema import SchemaError, check
from edge_er.errors import BundleCorruptError, CatalogError, DeltaError, EdgeERError
from edge_er.resolver import EntityResolver

ROOT = Path(__file__).resolve().parents[3]
SCHEMAS = ROOT / "docs" / "spec" / "schemas.json"


@pytest.fixture(scope="module")
def folder(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sealed") / "b"
    write_bundle(path, bundle.with_manifest(rerank=WEIGHTS))
    return path


def test_the_unchanged_one_is_answered(folder: Path) -> None:
    assert attempt(folder) == "answered"


def test_no_changed_bundle_gives_a_foreign_error_or_one_at_a_request(folder: Path, tmp_path: Path) -> None:
    found = set()
    for what, files in mutated(contents(folder), 60):
        try:
            found.add(attempt(written(tmp_path / "b", files)))
        except Exception as error:
            raise AssertionError(f"{what}: {error!r}") from error
    assert found == {"refused", "answered"}


def test_no_changed_delta_gives_a_foreign_error(
    folder: Path, encoder_files: dict[str, bytes], tmp_path: Path
) -> None:
    write_bundle(tmp_path / "new", make_bundle(ENTITIES[2:], encoder_files))
    delta = make_delta(folder, tmp_path / "new", tmp_path / "a.delta").path
    whole = contents(folder)
    applied = 0
    for what, data in mutated_deltas(delta, 200):
        (tmp_path / "b.delta").write_bytes(data)
        path = written(tmp_path / "b", whole)
        try:
            applied += apply_delta(path, tmp_path / "b.delta").changed
        except DeltaError:
            assert contents(path) == whole, what
        except Exception as error:
            raise AssertionError(f"{what}: {error!r}") from error
        else:
            assert contents(path) == contents(tmp_path / "new"), what
    assert applied


def test_no_changed_personal_file_gives_a_foreign_error(folder: Path, tmp_path: Path) -> None:
    resolver, read = EntityResolver.load(folder), 0
    for what, data in mutated_entries(ROWS, 400):
        (tmp_path / "mine.jsonl").write_bytes(data)
        try:
            mine = resolver.with_entries(tmp_path / "mine.jsonl")
            mine.resolve("call mum")
            mine.save(tmp_path / "again.jsonl")
            assert resolver.with_entries(tmp_path / "again.jsonl").own_entries == mine.own_entries, what
            read += 1
        except CatalogError:
            pass
        except Exception as error:
            raise AssertionError(f"{what}: {error!r}") from error
    assert read


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("counts", "entities"), 8, r"counts\.entities: expected 8, found 7"),
        (("counts", "forms"), True, r"counts\.forms: expected a whole number from 0 up, found True"),
        (("index", "dim"), 25, r"index\.dim: expected 25, found 24"),
        (("index", "scale"), 0, r"index\.scale: expected a number from 1e-06 to 1000000"),
        (("rerank", "words"), -1, r"rerank\.words: expected a whole number from 0 to 10000, found -1"),
        (("rerank", "head"), 3, r"rerank\.head: expected a file head\.onnx, found none"),
        (("calibration", "weights", "nonsense"), 1.0, r"calibration\.weights: expected weights of .*nonsense"),
        (("golden",), [{"query": "a"}], r"golden\[0\]: expected an object with decision"),
        (("report", "recall_at_1", "es", "text", "value"), "much", r"recall_at_1\.es\.text\.value: expected a number"),
        (("name",), "", r"name: expected a text of 1 to 1000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_when_it_is_loaded(
    folder: Path, tmp_path: Path, path: tuple[str, ...], value: object, message: str
) -> None:
    files = contents(folder)
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = sealed(changed(manifest, path, value), files)
    with pytest.raises(BundleCorruptError, match=message):
        EntityResolver(read_bundle(written(tmp_path / "b", files)))


def test_whole_numbers_may_be_written_with_a_point(folder: Path, tmp_path: Path) -> None:
    """JavaScript cannot tell 3 from 3.0, so nobody may."""
    files = contents(folder)
    manifest = json.loads(files["manifest.json"])
    for name in WEIGHTS:
        manifest["rerank"][name] = float(manifest["rerank"][name])
    files["manifest.json"] = sealed(manifest, files)
    assert read_bundle(written(tmp_path / "b", files)).manifest["rerank"] == WEIGHTS
    assert attempt(tmp_path / "b") == "answered"


def test_the_schema_of_the_specification_is_the_one_that_is_checked() -> None:
    assert SCHEMAS.read_bytes() == (ROOT / "edge_er" / "data" / "schemas.json").read_bytes()


def test_every_shipped_file_is_what_the_schema_says() -> None:
    for file in sorted((ROOT / "models").glob("radio_*")):
        for name, schema in (
            ("manifest.json", "manifest"),
            ("encoder.json", "card"),
            ("tokenizer.json", "tokenizer"),
        ):
            check(json.loads((file / name).read_bytes()), schema)


def test_the_checks_agree_with_json_schema(folder: Path) -> None:
    """Our few keywords mean what JSON Schema means by them."""
    require_packages("jsonschema")
    import jsonschema

    schemas = json.loads(SCHEMAS.read_bytes())
    jsonschema.Draft202012Validator.check_schema(schemas)
    known = {"manifest": "manifest.json", "card": "encoder.json", "tokenizer": "tokenizer.json"}
    for name, file in known.items():
        validator = jsonschema.Draft202012Validator({**schemas, "$ref": f"#/$defs/{name}"})
        verdicts = set()
        for path, new in cases(json.loads((folder / file).read_bytes()), 150, 5):
            value = changed(json.loads((folder / file).read_bytes()), path, new)
            try:
                check(changed(value, (), value), name)
                right = True
            except SchemaError:
                right = False
            assert right == validator.is_valid(value), (name, path, new)
            verdicts.add(right)
        assert verdicts == {True, False}


def test_errors_of_the_package_alone_come_out_of_a_bundle_that_is_none(tmp_path: Path) -> None:
    for content in (
        b"",
        b"[" * 100_000,
        b'{"format_version": 1}',
        b'{"a":' * 5000,
        b"\xff" * 100,
        b"[]",
        b"1e999",
    ):
        (tmp_path / "manifest.json").write_bytes(content)
        with pytest.raises(EdgeERError):
            read_bundle(tmp_path)
