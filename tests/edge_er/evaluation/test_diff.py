"""Which answers changed between two bundles."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import ENTITIES, make_bundle

from edge_er.bundle.bundle import write_bundle
from edge_er.errors import RequestFileError
from edge_er.evaluation.diff import diff_bundles

ROWS = [
    {"query": "cadena ser", "entity": "es-1"},  # right in both
    {"query": "onda cero", "entity": "Onda Cero"},  # the new catalog has it no longer
    {"query": "los cuarenta", "entity": ["LOS40", "x"]},  # found by a spoken form that is gone
    {"query": "besos", "entity": "es-4"},  # an alias that is new
    {"query": "besos"},  # the same, and nobody knows what is right
    {"query": "zzz qqq"},
]


@pytest.fixture(scope="module")
def bundles(encoder_files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("diff")
    changed = (
        *ENTITIES[:2],
        replace(ENTITIES[2], aliases=(), spoken=()),
        replace(ENTITIES[3], aliases=("Besos",)),
    )
    write_bundle(folder / "old", make_bundle(ENTITIES, encoder_files))
    write_bundle(folder / "new", make_bundle((*changed, *ENTITIES[4:6]), encoder_files))
    return folder / "old", folder / "new"


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    path = tmp_path / "requests.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_every_change_has_its_verdict(bundles: tuple[Path, Path], requests: Path) -> None:
    found = diff_bundles(*bundles, requests)
    assert [(change.query, change.row, change.verdict) for change in found.changes] == [
        ("los cuarenta", 3, "worse"),
        ("besos", 4, "better"),
        ("onda cero", 2, "other"),
        ("besos", 5, "other"),
    ]
    assert found.counts == {"same": 2, "worse": 1, "better": 1, "other": 2}
    lost, renamed, gone, unknown = found.changes
    assert (lost.old.name, lost.old.right, lost.new.id, lost.new.right) == ("LOS40", True, None, False)
    assert (renamed.old.id, renamed.new.id) == (None, "es-4")
    assert (gone.old.right, gone.new.right, gone.new.decision) == (True, True, "no_match")
    assert unknown.new.right is None
    back = diff_bundles(*reversed(bundles), requests)
    assert [(change.query, change.verdict) for change in back.changes] == [
        ("besos", "worse"),
        ("onda cero", "better"),  # newly found
        ("los cuarenta", "better"),
        ("besos", "other"),
    ]


def test_the_same_bundle_has_no_change(bundles: tuple[Path, Path], requests: Path) -> None:
    assert diff_bundles(bundles[0], bundles[0], requests).changes == ()


def test_json_and_table(edge_er, bundles: tuple[Path, Path], requests: Path) -> None:
    code, out, _ = edge_er("diff", *bundles, requests, "--json")
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(diff_bundles(*bundles, requests).to_dict()))
    code, out, _ = edge_er("diff", *bundles, requests)
    assert code == 0
    assert out.startswith("6 requests: 2 same, 1 worse, 1 better, 2 other")
    assert "match: LOS40" in out
    assert "no_match" in out


def test_wrong_files_are_one_line(edge_er, bundles: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "r.jsonl").write_text('{"entity": "x"}\n', encoding="utf-8")
    with pytest.raises(RequestFileError, match=r"row 1.*query"):
        diff_bundles(*bundles, tmp_path / "r.jsonl")
    code, _, errors = edge_er("diff", *bundles, tmp_path / "none.jsonl")
    assert (code, errors.count("\n")) == (1, 1)
