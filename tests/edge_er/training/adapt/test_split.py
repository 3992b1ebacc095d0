"""Own requests are split by name, whole clusters at a time, and the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge_er.bundle.entity import Entity
from edge_er.errors import RequestFileError
from edge_er.training.adapt.split import LEAST_NAMES, Part, read_split

ENTITIES = [Entity(f"{number:02}", f"Thing {chr(97 + number)}{number}") for number in range(24)]
ASKED = [{"query": f"my {each.name}", "entity": each.id} for each in ENTITIES[:20] for _ in range(3)]


def write(file: Path, rows: list) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_parts_share_no_name_and_have_their_shares(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl", [*ASKED, {"query": "when do you open"}, {"query": "boat", "entity": "Boat"}]
    )
    split = read_split(file, ENTITIES, (0.4, 0.3), seed=1)
    clusters = {part: {row.cluster for row in split.of(part) if row.right} for part in Part}
    assert {part: len(each) for part, each in clusters.items()} == {Part.TRAIN: 8, Part.FIT: 6, Part.DEV: 6}
    assert sum(len(split.of(part)) for part in Part) == 61
    assert split.unmapped == 1
    fit = [split.first[cluster] for cluster in sorted(clusters[Part.FIT])]
    assert sum(fit) == len(fit) - sum(fit) == 3
    named = [{entity.id for entity in split.names(ENTITIES, part)} for part in Part]
    assert sum(map(len, named)) == len(ENTITIES) == len(set.union(*named))
    assert not {"20", "21", "22", "23"} & named[2]
    assert read_split(file, ENTITIES, (0.4, 0.3), seed=1).part == split.part
    assert read_split(file, ENTITIES, (0.4, 0.3), seed=2).part != split.part


def test_rows_of_edge_er_voice_are_typed_and_heard(tmp_path: Path) -> None:
    rows = [
        {
            "split": split,
            "entity": each.name,
            "text": f"a {each.name}",
            "asr": f"uh {each.name}",
            "asr_noisy": "uh",
        }
        for each, split in zip(ENTITIES, ["train", "dev"] * 12, strict=True)
    ]
    split = read_split(write(tmp_path / "v.jsonl", rows), ENTITIES, (0.0, 0.3), seed=1)
    assert len(split.rows) == 3 * len(ENTITIES)
    heard = [row.request for row in split.rows if row.request.spoken]
    assert len(heard) == 2 * len(ENTITIES)
    assert {request.said for request in heard} == {f"a {each.name}" for each in ENTITIES}


def test_too_few_names_are_refused(tmp_path: Path) -> None:
    few = write(tmp_path / "a.jsonl", ASKED[: 3 * (LEAST_NAMES - 1)])
    with pytest.raises(RequestFileError, match=f"at least {LEAST_NAMES} names of the catalog, found 9"):
        read_split(few, ENTITIES, (0.0, 0.3), seed=1)
    others = write(tmp_path / "b.jsonl", [{"query": "boat", "entity": "Boat"}])
    with pytest.raises(RequestFileError, match="1 requests name an entity that it does not have"):
        read_split(others, ENTITIES, (0.0, 0.3), seed=1)
