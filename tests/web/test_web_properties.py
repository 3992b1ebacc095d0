"""Properties of the JavaScript runtime, by fast-check: texts, tokens, alignment, the best scores, readers.

EDGE_ER_RUNS=20000 EDGE_ER_SEED=3 python -m pytest tests/web/test_web_properties.py looks longer and elsewhere.
"""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from javascript import find_node, run_script

from edge_er.bundle.locate import find_bundle
from edge_er.bundle.schema import SchemaError, check
from edge_er.text.canonical import canonical_text
from web_demo.assemble import assemble

RUNS = os.environ.get("EDGE_ER_RUNS", "150")  # of each property
SEED = os.environ.get("EDGE_ER_SEED", "20261128")
PROPERTIES = 12


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    find_node()
    if not (Path(__file__).parent / "node_modules" / "fast-check").is_dir():
        pytest.skip("no fast-check; run npm ci --prefix tests/web")
    web = tmp_path_factory.mktemp("page") / "web"
    assemble(web, [])
    zipped = web / "small.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", '{"name": "small"}' * 3)
    answers: dict[str, Any] = run_script(
        "properties_node.mjs", web, find_bundle("radio_es"), zipped, RUNS, SEED, seconds=36000
    )
    return answers


def test_they_hold(found: dict[str, Any]) -> None:
    assert found["failures"] == []
    assert found["runs"] >= PROPERTIES * int(RUNS)


def test_canonical_texts_are_those_of_python(found: dict[str, Any]) -> None:
    said = [(text, theirs) for text, theirs in found["texts"] if not any(map(is_half, text))]
    assert len(said) > int(RUNS) / 2
    assert [(text, theirs) for text, theirs in said if canonical_text(text) != theirs] == []


def test_the_schema_says_the_same_as_in_python(found: dict[str, Any]) -> None:
    assert len(found["values"]) >= int(RUNS)
    wrong = [(name, value) for name, value, right in found["values"] if fits(name, value) != right]
    assert wrong == []


def fits(name: str, value: str) -> bool:
    try:
        check(json.loads(value), name)
    except SchemaError:
        return False
    return True


def is_half(character: str) -> bool:
    return "\ud800" <= character <= "\udfff"
