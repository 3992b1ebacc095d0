"""What people decided about pairs: corrections that always win, and labels to learn weights from.

One line a pair, JSON lines or CSV with the columns a, b, same:

    {"a": "dblp-17", "b": "acm-4", "same": false, "note": "conference and journal version"}

`a` and `b` are ids of records; a record without an id is named by its content key, "#" and 16 digits, which the report
shows and which stays as long as the record's fields do. So a file of corrections is good for every rebuild.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog_tools.readers.sources import Record
from catalog_tools.records.columns import Rows
from edge_er.errors import CatalogError
from edge_er.text.arguments import as_sequence

__all__ = [
    "PairLabel",
    "content_key",
    "labelled_rows",
    "read_pair_labels",
    "record_key",
    "reject_contradictions",
]

_ANSWERS = {
    **dict.fromkeys(("1", "true", "yes", "same", "duplicate"), True),
    **dict.fromkeys(("0", "false", "no", "different"), False),
}
_DIGITS = 16


@dataclass(frozen=True)
class PairLabel:
    """Two records are the same, or not; `row` is the line of the file that says so."""

    a: str
    b: str
    same: bool
    row: int


def content_key(values: Mapping[str, Any]) -> str:
    """A record's name by its content: the same for the same fields, whatever their order."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return "#" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def record_key(record: Record) -> str:
    """The record's id, else its content key."""
    return record.id or content_key({"name": record.name, "aliases": record.aliases, **record.metadata})


def read_pair_labels(path: str | Path) -> list[PairLabel]:
    """Pairs of a .jsonl or .csv file, in its order.

    Raises:
        CatalogError: no such file, another kind of file, a line that is no pair, naming file and row; no pairs.
    """
    file = Path(path)
    if not file.is_file():
        raise CatalogError("no such file; expected pairs with a, b and same, as .jsonl or .csv", file=file)
    readers = {".jsonl": _json_lines, ".csv": _csv_rows}
    if file.suffix.lower() not in readers:
        raise CatalogError(f"expected .jsonl or .csv, found {file.name!r}", file=file)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogError(f"not UTF-8 ({error}); save the file as UTF-8", file=file) from error
    labels = [_label(values, file, row) for row, values in readers[file.suffix.lower()](text, file)]
    if not labels:
        raise CatalogError("no pairs in it; expected lines with a, b and same", file=file)
    return labels


def _json_lines(text: str, file: Path) -> Iterator[tuple[int, Any]]:
    for row, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield row, json.loads(line)
            except (ValueError, RecursionError) as error:
                raise CatalogError(
                    f"not JSON ({error}); expected one object a line", file=file, row=row
                ) from error


def _csv_rows(text: str, file: Path) -> Iterator[tuple[int, Any]]:
    rows = csv.DictReader(text.splitlines(), strict=True)
    try:
        for values in rows:
            yield rows.line_num, values
    except csv.Error as error:
        raise CatalogError(f"not a readable row ({error})", file=file, row=rows.line_num) from error


def _label(values: Any, file: Path, row: int) -> PairLabel:
    if not isinstance(values, dict):
        raise CatalogError(f"expected a, b and same, found {type(values).__name__}", file=file, row=row)
    for side in ("a", "b"):
        if not isinstance(values.get(side), (str, int)) or not str(values[side]).strip():
            found = values.get(side)
            raise CatalogError(
                f"expected the id of a record, found {found!r}", file=file, row=row, column=side
            )
    same = _ANSWERS.get(str(values.get("same")).strip().lower())
    if same is None:
        raise CatalogError(
            f"expected true or false (1 or 0), found {values.get('same')!r}",
            file=file,
            row=row,
            column="same",
        )
    label = PairLabel(str(values["a"]).strip(), str(values["b"]).strip(), same, row)
    if label.a == label.b:
        raise CatalogError(f"a pair of one record, {label.a!r}; name two", file=file, row=row, column="b")
    return label


def labelled_rows(
    labels: Iterable[PairLabel], keys: Sequence[str], file: str | Path | None = None
) -> tuple[Rows, Rows, Rows]:
    """Rows of both sides and 1 or 0, for learning.

    Raises:
        CatalogError: an id that no record has, naming file and row.
    """
    rows = {key: row for row, key in reversed(list(enumerate(keys)))}
    row_pairs: list[tuple[int, int, int]] = []
    for label in labels:
        for side, key in (("a", label.a), ("b", label.b)):
            if key not in rows:
                raise CatalogError(
                    f"no record has the id {key!r}; label records of this catalog",
                    file=file,
                    row=label.row,
                    column=side,
                )
        row_pairs.append((rows[label.a], rows[label.b], int(label.same)))
    a, b, same = np.array(row_pairs, np.int64).reshape(-1, 3).T
    return a, b, same


def reject_contradictions(labels: Iterable[PairLabel], file: str | Path | None = None) -> None:
    """CatalogError, naming the rows, where pairs that are the same make one of two that are said to differ."""
    labels = as_sequence(labels)
    neighbours: dict[str, list[tuple[str, int]]] = {}
    for label in labels:
        if label.same:
            neighbours.setdefault(label.a, []).append((label.b, label.row))
            neighbours.setdefault(label.b, []).append((label.a, label.row))
    for label in labels:
        if not label.same and (path := _path(neighbours, label.a, label.b)) is not None:
            rows = ", ".join(map(str, sorted(set(path))))
            raise CatalogError(
                f"{label.a!r} and {label.b!r} are said to differ, but by row {rows} they are one; remove one of them",
                file=file, row=label.row,
            )  # fmt: skip


def _path(neighbours: Mapping[str, Sequence[tuple[str, int]]], start: str, goal: str) -> list[int] | None:
    """Rows that lead from one record to another."""
    reached: dict[str, list[int]] = {start: []}
    waiting = [start]
    for key in waiting:
        for other, row in neighbours.get(key, ()):
            if other not in reached:
                reached[other] = [*reached[key], row]
                waiting.append(other)
    return reached.get(goal)
