"""Which columns of a source hold what: `name` is in `station_name`, `aliases` in two columns, some others are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

__all__ = ["OWN_FIELDS", "ColumnMapping", "did_you_mean", "parse_columns"]

OWN_FIELDS = ("id", "name", "aliases", "popularity")
_LISTED = 20  # columns named in a message


@dataclass(frozen=True)
class ColumnMapping:
    """Fields of a record and the columns they are read from.

    Attributes:
        columns: field -> its columns. `name`, `id`, `popularity` and any other field take the first column that is
            filled, `aliases` all of them. "First Name+Last Name" is both, with a space between them. A field that is
            not named here is read from the column of its own name.
        keep: columns that stay as metadata beside the fields named here; None for all.
        separator: what stands between aliases in one text; None for "|".
    """

    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keep: tuple[str, ...] | None = None
    separator: str | None = None

    def apply(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields of one row."""
        if not self.columns and self.keep is None and self.separator in (None, "|"):
            return values
        fields: dict[str, Any] = {}
        for name, columns in self.columns.items():
            if name == "aliases":
                fields[name] = self._aliases(_value(values, column) for column in columns)
            else:
                found = (_value(values, column) for column in columns)
                fields[name] = next((value for value in found if _filled(value)), None)
        for column, value in values.items():
            if column not in self.columns and self._stays(column):
                own = column == "aliases" and isinstance(value, str)
                fields[column] = self._aliases([value]) if own else value
        return fields

    def without(self, columns: Collection[str]) -> list[str]:
        """Columns named here that are not among ``columns``."""
        named = [
            part for group in self.columns.values() for column in group for part in _parts(column, columns)
        ]
        return list(dict.fromkeys(column for column in (*named, *(self.keep or ())) if column not in columns))

    def in_case_of(self, columns: Collection[str]) -> ColumnMapping:
        """The same mapping with columns written as they are in ``columns``, where only the case is another."""
        by_lower: dict[str, str] = {}
        for column in columns:
            by_lower.setdefault(column.lower(), column)

        def there(column: str) -> str:
            parts = (by_lower.get(part.lower(), part) for part in _parts(column, columns))
            return column if column in columns else "+".join(parts)

        return ColumnMapping(
            {name: tuple(map(there, group)) for name, group in self.columns.items()},
            None if self.keep is None else tuple(map(there, self.keep)),
            self.separator,
        )

    def shadowed(self, columns: Iterable[str]) -> list[str]:
        """Columns that are called like a field which is read from another column, and so are left out."""
        return [column for column in columns if column in self.columns and column not in self.columns[column]]

    def over(self, default: ColumnMapping) -> ColumnMapping:
        """The same mapping, with that of ``default`` for fields that it does not name."""
        return ColumnMapping(
            {**default.columns, **self.columns},
            default.keep if self.keep is None else self.keep,
            self.separator or default.separator,
        )

    @cached_property
    def _taken(self) -> frozenset[str]:
        columns = [column for group in self.columns.values() for column in group]
        return frozenset([*columns, *(part for column in columns for part in _parts(column, ()))])

    def _stays(self, column: str) -> bool:
        if self.keep is not None and column in self.keep:
            return True
        return column not in self._taken and (self.keep is None or column in OWN_FIELDS)

    def _aliases(self, values: Iterable[Any]) -> list[Any]:
        parts: list[Any] = []
        for value in values:
            if isinstance(value, str):
                parts += value.split(self.separator or "|")
            elif isinstance(value, (list, tuple)):
                parts += value
            elif value is not None:
                parts.append(value)
        return parts


def parse_columns(pairs: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """`["name=First Name+Last Name", "aliases=alt", "aliases=short"]` as columns of a mapping.

    Raises:
        ValueError: a pair is not FIELD=COLUMN.
    """
    columns: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not (name and equals and column):
            raise ValueError(f"expected FIELD=COLUMN, like name=station_name, found {pair!r}")
        columns[name] = (*columns.get(name, ()), column)
    return columns


def did_you_mean(column: str, columns: Iterable[str]) -> str:
    """`found 'title', 'city'; did you mean 'title'?` or, where none is near, `found 'a', 'b'.`."""
    listed = list(columns)
    found = ", ".join(map(repr, listed[:_LISTED])) + (", ..." if len(listed) > _LISTED else "")
    by_lower = {each.lower(): each for each in listed}
    near = get_close_matches(column.lower(), by_lower, n=2, cutoff=0.6)
    question = "; did you mean " + " or ".join(repr(by_lower[each]) for each in near) + "?" if near else "."
    return f"found {found or 'none'}{question}"


def _parts(column: str, columns: Collection[str]) -> list[str]:
    """The columns of "First Name+Last Name"; a column that is called so is itself."""
    if column in columns or "+" not in column:
        return [column]
    return [part for each in column.split("+") if (part := each.strip())]


def _value(values: Mapping[str, Any], column: str) -> Any:
    if "+" not in column or column in values:
        return values.get(column)
    found = (values.get(part) for part in _parts(column, ()))
    return " ".join(str(value).strip() for value in found if _filled(value)) or None


def _filled(value: Any) -> bool:
    return value is not None and value != ""
