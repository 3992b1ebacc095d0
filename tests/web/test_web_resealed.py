"""JavaScript: files that somebody changed and sealed again are refused as in Python, when they are loaded, or answered.

EDGE_ER_CASES=1000 python -m pytest tests/web/test_web_resealed.py asks more of them: the long run.
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from javascript import find_node, run_script
from mutations import ROWS, WEIGHTS, attempt, contents, mutated, mutated_entries, written
from tiny import ENTITIES

from catalog_tools.build.build import build_bundle
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.errors import CatalogError
from edge_er.resolver import EntityResolver
from web_demo.assemble import assemble

BUNDLES = int(os.environ.get("EDGE_ER_CASES", "40"))  # cases for each file of a bundle
ENTRIES = max(300, BUNDLES)  # of personal files


def encoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in files.items()}


def asked(
    folder: Path, web: Path, bundles: list[dict[str, bytes]], personal: list[bytes]
) -> dict[str, list[str]]:
    """What JavaScript says of bundles that differ from the one in `folder`, and of personal files beside it."""
    whole = contents(folder)
    others = [{name: data for name, data in each.items() if data != whole.get(name)} for each in bundles]
    cases: dict[str, Any] = {
        "files": encoded(whole),
        "bundles": [encoded(each) for each in others],
        "personal": [base64.b64encode(data).decode() for data in personal],
    }
    found: dict[str, list[str]] = run_script("resealed_node.mjs", web, text=json.dumps(cases), seconds=3600)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with the shipped encoder, which JavaScript reads."""
    path = tmp_path_factory.mktemp("sealed") / "b"
    build_bundle(ENTITIES, path, "es", budget=None, name="tiny_es")
    write_bundle(path, read_bundle(path).with_manifest(rerank=WEIGHTS), None)
    return path


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    find_node()
    web = tmp_path_factory.mktemp("page") / "web"
    assemble(web, [])
    return web


def python_of_entries(resolver: EntityResolver, file: Path, data: bytes) -> str:
    file.write_bytes(data)
    try:
        resolver.with_entries(file)
    except CatalogError:
        return "CatalogError"
    return "answered"


def test_changed_bundles_are_refused_as_in_python(folder: Path, page: Path, tmp_path: Path) -> None:
    cases = list(mutated(contents(folder), BUNDLES))
    found = asked(folder, page, [files for _, files in cases], [])["bundles"]
    told = Counter(found)
    assert set(told) <= {"answered", "BundleCorruptError", "BundleVersionError", "EncoderError"}, told
    assert told["answered"] > 20
    assert told["BundleCorruptError"] > 100
    wrong = [
        (what, said)
        for (what, files), said in zip(cases, found, strict=True)
        if (said == "answered") != (attempt(written(tmp_path / "b", files)) == "answered")
    ]
    assert wrong == []


def test_changed_personal_files_are_refused_as_in_python(folder: Path, page: Path, tmp_path: Path) -> None:
    cases = list(mutated_entries(ROWS, ENTRIES, seed=2))
    found = asked(folder, page, [], [data for _, data in cases])["personal"]
    resolver = EntityResolver.load(folder)
    ours = [python_of_entries(resolver, tmp_path / "mine.jsonl", data) for _, data in cases]
    wrong = [
        (what, one, other) for (what, _), one, other in zip(cases, found, ours, strict=True) if one != other
    ]
    assert wrong == []
    assert Counter(found).keys() == {"answered", "CatalogError"}
