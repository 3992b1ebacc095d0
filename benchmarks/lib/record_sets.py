"""Published sets of labelled record pairs, their fields' kinds, and what other systems reached on them."""

from __future__ import annotations

import dataclasses
import io
import re
import tarfile
from pathlib import Path

import numpy as np

from catalog_tools.records.fields import Field, RecordFields

ARCHIVE = "ditto_er_magellan_wdc.tar.gz"
SIDE = "table"  # which of the two tables a record is from
SETS: dict[str, tuple[str, dict[str, str]]] = {
    "DBLP-ACM": ("Structured", {"title": "title", "authors": "names", "venue": "text", "year": "date"}),
    # the set's own field `class` numbers the restaurants: it is the answer, and is not read
    "Fodors-Zagats": (
        "Structured",
        {"name": "title", "addr": "place", "city": "place", "phone": "phone", "type": "category"},
    ),
    "Beer": (
        "Structured",
        {"Beer_Name": "title", "Brew_Factory_Name": "text", "Style": "category", "ABV": "number"},
    ),
    "iTunes-Amazon": (
        "Structured",
        {
            "Song_Name": "title", "Artist_Name": "text", "Album_Name": "text", "Genre": "category",
            "Price": "number", "CopyRight": "text", "Time": "number", "Released": "date",
        },
    ),
    "Amazon-Google": ("Structured", {"title": "title", "manufacturer": "text", "price": "number"}),
    "Walmart-Amazon": (
        "Structured",
        {"title": "title", "category": "text", "brand": "text", "modelno": "identifier", "price": "number"},
    ),
    "Abt-Buy": ("Textual", {"name": "title", "description": "text", "price": "number"}),
}  # fmt: skip
# F1 as published. Magellan and DeepMatcher (hybrid): Mudgal et al., SIGMOD 2018; Ditto: Li et al., VLDB 2021
PUBLISHED: dict[str, tuple[float, float, float]] = {
    "DBLP-ACM": (0.984, 0.984, 0.9899),
    "Fodors-Zagats": (1.0, 1.0, 1.0),
    "Beer": (0.788, 0.727, 0.9437),
    "iTunes-Amazon": (0.912, 0.880, 0.9706),
    "Amazon-Google": (0.491, 0.693, 0.7558),
    "Walmart-Amazon": (0.719, 0.669, 0.8676),
    "Abt-Buy": (0.436, 0.628, 0.8933),
}
_FIELD = re.compile(r"COL (\S+) VAL (.*?)(?= COL \S+ VAL |$)")


@dataclasses.dataclass(frozen=True)
class LabelledSet:
    """Distinct records of both tables; pairs of rows with labels, by part (train, valid, test)."""

    records: list[dict[str, str]]
    pairs: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
    fields: RecordFields


def read_set(data: Path, name: str) -> LabelledSet:
    """A set of the archive in the data folder; SystemExit where it is missing."""
    kind, kinds = SETS[name]
    archive = data / "pairs" / ARCHIVE
    if not archive.is_file():
        raise SystemExit(f"{archive}: no such file; the data folder's pairs/ holds it")
    rows: dict[tuple[tuple[str, str], ...], int] = {}
    parts = {}
    with tarfile.open(archive) as files:
        for part in ("train", "valid", "test"):
            member = files.extractfile(f"data/er_magellan/{kind}/{name}/{part}.txt")
            assert member is not None
            table = [line.rstrip("\n").split("\t") for line in io.TextIOWrapper(member, "utf-8")]
            sides = [[_row(row[side], str(side), rows) for row in table] for side in (0, 1)]
            parts[part] = (*map(np.array, sides), np.array([int(row[-1]) for row in table]))
    blocked = {"title", "names", "place", "phone", "identifier"}
    fields = tuple(Field(field, kind, block=kind in blocked) for field, kind in kinds.items())
    return LabelledSet([dict(key) for key in rows], parts, RecordFields(fields, between=SIDE))


def _row(serialised: str, side: str, rows: dict[tuple[tuple[str, str], ...], int]) -> int:
    """`COL title VAL ... COL year VAL ...` as a record; equal records of one table are one row."""
    record = {key: value.strip() for key, value in _FIELD.findall(serialised + " ")} | {SIDE: side}
    return rows.setdefault(tuple(sorted(record.items())), len(rows))
