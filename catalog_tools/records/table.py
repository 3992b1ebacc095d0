"""All records of a catalog with their fields prepared; pairs of rows give evidence, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Column, Encode, Features, PlaceColumn, Rows, TextColumn, TitleColumn
from catalog_tools.records.fields import RecordFields
from catalog_tools.records.names_column import NamesColumn
from catalog_tools.records.typed_columns import (
    CategoryColumn,
    DateColumn,
    IdentifierColumn,
    NumberColumn,
    PhoneColumn,
)
from catalog_tools.records.values import plain_text
from edge_er.errors import CatalogError
from edge_er.text.arguments import as_sequence

__all__ = ["ALL_TEXT", "IDENTIFIERS", "RecordTable", "evidence_names"]

IDENTIFIERS = "identifiers"  # all identifier fields are one piece of evidence
ALL_TEXT = (
    "all text"  # every field but dates, numbers and telephone numbers, joined; read by learned weights alone
)
_BATCH = 20_000  # pairs
_LONGEST = 300  # characters of a field in the whole text
_JOINED = ("title", "text", "place", "names", "identifier")
_COLUMNS: dict[str, Callable[[Sequence[Any]], Column]] = {
    "names": NamesColumn, "date": DateColumn, "number": NumberColumn, "category": CategoryColumn, "phone": PhoneColumn
}  # fmt: skip


class RecordTable:
    """Records of one catalog: `kinds` by name of evidence, in their order."""

    def __init__(
        self, records: Iterable[Mapping[str, Any]], fields: RecordFields, encode: Encode | None = None
    ) -> None:
        self.records = records = as_sequence(records)
        self.fields = fields
        _check_fields(records, fields)
        self.kinds = dict(evidence_names(fields))
        self._columns: dict[str, Column] = {}
        joined = [one.name for one in fields.of_kind(*_JOINED)]
        whole = [" ".join(plain_text(r.get(name))[:_LONGEST] for name in joined) for r in records]
        for one in fields.fields:
            if one.kind not in ("identifier", "ignore"):
                values = [record.get(one.name) for record in records]
                self._columns[one.name] = _column(one.kind, values, encode if one.meaning else None, whole)
        if IDENTIFIERS in self.kinds:
            named = {one.name: [r.get(one.name) for r in records] for one in fields.of_kind("identifier")}
            self._columns[IDENTIFIERS] = IdentifierColumn(named)
        self._whole = whole

    def column(self, name: str) -> Column:
        """The prepared column of a piece of evidence; that of all text is prepared when it is first asked for."""
        if name == ALL_TEXT and ALL_TEXT not in self._columns:
            self._columns[ALL_TEXT] = TextColumn(self._whole)
        return self._columns[name]

    def __len__(self) -> int:
        return len(self.records)

    def compare(self, a: Rows, b: Rows, names: Sequence[str] | None = None) -> list[Features]:
        """Features of each piece of evidence in the order of `names` (all): float32 [pairs, features], NaN: missing."""
        wanted = list(names if names is not None else self.kinds)
        if not len(a):
            return [np.zeros((0, len(self.column(name).features)), np.float32) for name in wanted]
        parts = [
            [self.column(name).compare(a[at : at + _BATCH], b[at : at + _BATCH]) for name in wanted]
            for at in range(0, len(a), _BATCH)
        ]
        return [np.concatenate(column) for column in zip(*parts, strict=True)]

    def missing(self, name: str, a: int, b: int) -> str:
        """Which side has no value, in words."""
        present: NDArray[np.bool_] = self.column(name).present
        if present[a] and present[b]:
            return "nothing comparable"
        return "missing on both sides" if not present[a] and not present[b] else "missing on one side"


def evidence_names(fields: RecordFields) -> list[tuple[str, str]]:
    """Name and kind of each piece of evidence; the identifier fields are one."""
    names = [(one.name, one.kind) for one in fields.fields if one.kind not in ("ignore", "identifier")]
    identifiers = [(IDENTIFIERS, "identifier")] if fields.of_kind("identifier") else []
    return [*names, *identifiers, (ALL_TEXT, ALL_TEXT)]


def _column(kind: str, values: Sequence[Any], encode: Encode | None, whole: Sequence[str]) -> Column:
    if kind == "title":
        return TitleColumn(values, encode, whole)
    if kind in ("place", "text"):
        return (PlaceColumn if kind == "place" else TextColumn)(values, encode)
    return _COLUMNS[kind](values)


def _check_fields(records: Sequence[Mapping[str, Any]], fields: RecordFields) -> None:
    for one in fields.fields:
        reserved = {IDENTIFIERS: ("identifier", "ignore"), ALL_TEXT: ("ignore",)}.get(one.name)
        if reserved and one.kind not in reserved:
            raise CatalogError(
                f"the name {one.name!r} is taken by a piece of evidence of its own; rename the field, or make it "
                f"of kind {' or '.join(reserved)}",
                file=fields.file, column=one.name,
            )  # fmt: skip
    if not fields.file:
        return
    known = {name for record in records for name in record}
    wanted = [(one.name, "fields") for one in fields.fields]
    wanted += [(fields.between, "decision")] if fields.between else []
    for name, where in wanted:
        if name not in known:
            raise CatalogError(
                f"no record has the field {name!r} that [{where}] names; found {', '.join(sorted(known)[:30])}",
                file=fields.file, column=name,
            )  # fmt: skip
