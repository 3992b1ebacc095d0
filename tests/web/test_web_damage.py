"""Damaged, truncated, newer and wrong bundles in the JavaScript runtime: a clear error, never an answer."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from javascript import once, run_script

from edge_er.bundle.bundle import read_bundle, write_bundle

WRONG = {
    "newer format": "BundleVersionError",
    "index of a large catalog": "BundleVersionError",
    "file of a large catalog": "BundleVersionError",
    "another graph": "EncoderError",
    "card of more tokens": "EncoderError",
}


@pytest.fixture(scope="module")
def found(web: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    zipped = tmp_path_factory.mktemp("zip") / "radio_it.zip"
    write_bundle(zipped, read_bundle("radio_it"))
    folder = web / "bundles" / "radio_it"
    other = zipped.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, f"some folder/{file.name}")
    places = (web, folder, zipped, other)
    answers: dict[str, Any] = once(
        "damage_node", lambda: run_script("damage_node.mjs", *places), tmp_path_factory
    )
    return answers


def test_whole_bundles_answer(found: dict[str, Any]) -> None:
    for case in ("whole", "whole, sealed again", "whole zip", "zip of another tool"):
        assert found[case]["error"] is None, found[case]


def test_no_bundle(found: dict[str, Any]) -> None:
    assert found["no bundle"]["error"] == found["no zip"]["error"] == "BundleNotFoundError"
    assert "manifest.json is damaged" in found["another page"]["message"]


def test_lost_and_changed_bytes_are_always_found(found: dict[str, Any]) -> None:
    cases = {
        name: answer
        for name, answer in found.items()
        if " cut " in name or "flipped" in name or "empty" in name
    }
    cases = {name: answer for name, answer in cases.items() if not name.startswith(("maybe ", "sealed "))}
    assert len(cases) > 140
    for name, answer in cases.items():
        assert answer["error"] in ("BundleCorruptError", "BundleVersionError"), (name, answer)
        assert len(answer["message"]) > 30


def test_missing_files_are_named(found: dict[str, Any]) -> None:
    missing = {name: answer for name, answer in found.items() if name.endswith(" missing")}
    assert len(missing) == 7
    for name, answer in missing.items():
        expected = "BundleNotFoundError" if name.startswith("manifest.json") else "BundleCorruptError"
        assert answer["error"] == expected
        assert name.split()[0] in answer["message"]


def test_files_that_end_early_are_found_even_with_right_checksums(found: dict[str, Any]) -> None:
    cases = {name: answer for name, answer in found.items() if name.startswith("sealed ")}
    assert len(cases) == 36
    for name, answer in cases.items():
        assert answer["error"] in ("BundleCorruptError", "EncoderError"), (name, answer)
        assert name.split()[1] in answer["message"], (name, answer)


def test_nothing_ends_in_an_error_of_no_name(found: dict[str, Any]) -> None:
    """A changed weight cannot be seen behind a right checksum; a changed structure must not crash."""
    cases = {name: answer for name, answer in found.items() if name.startswith("maybe ")}
    assert len(cases) == 68
    for name, answer in cases.items():
        assert answer["error"] is None or answer["ours"], (name, answer)


def test_wrong_bundles_say_what_is_wrong(found: dict[str, Any]) -> None:
    cases = {name[6:]: answer for name, answer in found.items() if name.startswith("wrong ")}
    assert cases.keys() >= WRONG.keys()
    for name, answer in cases.items():
        assert answer["error"] == WRONG.get(name, "BundleCorruptError"), (name, answer)
        told = answer["message"]
        assert any(part in told for part in ("again", "build it", "update", "another")), (name, told)
        if name.startswith("weight of ") and "_" in name:
            assert f"rerank.{name.split()[-1]}: expected 0" in told
