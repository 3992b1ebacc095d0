"""The page's folder: what is in it, and that nothing else is replaced."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import edge_er
from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.errors import BundleNotFoundError
from web_demo.assemble import assemble


def test_the_folder_holds_page_tables_and_bundles(bundle: Bundle, bundle_dir: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "other.zip"
    write_bundle(zipped, bundle.with_manifest(name="other"))
    out = tmp_path / "page"
    told = assemble(out, [str(bundle_dir), str(zipped)])
    assert told == json.loads((out / "files.json").read_text("utf-8"))
    listed = {
        **told["files"],
        **{path: one for each in told["bundles"] for path, one in each["files"].items()},
    }
    there = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert there == {*listed, "files.json"}
    assert {"index.html", "sw.js", "edge-er/index.js", "edge-er/data/tables.js"} <= there
    constants = (out / "edge-er/data/constants.js").read_text("utf-8")
    assert json.loads(constants.removeprefix("export default ").removesuffix(";\n")) == json.loads(
        (Path(edge_er.__file__).parent / "data" / "constants.json").read_text("utf-8")
    )
    tables = (out / "edge-er/data/tables.js").read_text("utf-8").removeprefix("export const TABLES = ")
    hearing = (Path(edge_er.__file__).parent / "data" / "hearing.txt").read_text("utf-8")
    assert json.loads(tables.removesuffix(";\n"))["hearing"] == hearing
    for path, expected in listed.items():
        data = (out / path).read_bytes()
        assert expected == {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert [each["url"] for each in told["bundles"]] == ["bundles/tiny_es/", "bundles/other.zip"]


def test_the_same_files_are_the_same_version_and_others_another(bundle_dir: Path, tmp_path: Path) -> None:
    once = assemble(tmp_path / "page", [str(bundle_dir)])
    (tmp_path / "page" / "leftover.js").write_text("old")
    assert assemble(tmp_path / "page", [str(bundle_dir)]) == once
    assert not (tmp_path / "page" / "leftover.js").exists()
    assert assemble(tmp_path / "page", [])["version"] != once["version"]


def test_other_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something else"):
        assemble(tmp_path, [])
    assert (tmp_path / "notes.txt").read_text() == "mine"
    with pytest.raises(BundleNotFoundError):
        assemble(tmp_path / "page", ["no_such_bundle"])
