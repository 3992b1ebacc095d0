"""One row of a catalog becomes a record: name, aliases, id, and metadata that JSON can hold."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from edge_er.constants import ENTITY
from edge_er.errors import CatalogError
from edge_er.text.arguments import text_list

__all__ = ["Record", "record_from_mapping"]

_OWN_FIELDS = ("id", "name", "aliases")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a catalog, before duplicates are merged; `row` counts from 1 as an editor shows the file's lines.

    `aliases` may be given as any texts; a lone string is one alias.
    """

    name: str
    aliases: tuple[str, ...] = ()
    id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    row: int | None = None

    def __post_init__(self) -> None:
        if type(self.aliases) is not tuple:
            object.__setattr__(self, "aliases", tuple(text_list(self.aliases, "alias")))


class _UnusableError(Exception):
    """Why a row cannot be used, and in which column."""

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason)
        self.column = column


def record_from_mapping(
    values: Mapping[str, Any], *, file: str | Path | None = None, row: int | None = None
) -> Record:
    """A record from one row's columns; `file` and `row` are for the CatalogError of a row that cannot be used.

    Dates become ISO text, decimals numbers, a missing number (NaN) nothing; `popularity` a number from 0 up and
    `streams` a list, also where they come as text.
    """
    try:
        identifier = _plain(values.get("id"), "id")
        name = _name(_plain(values.get("name"), "name"))
        return Record(
            name=name,
            aliases=tuple(alias for alias in _aliases(values.get("aliases")) if alias != name),
            id=None if identifier is None else str(identifier).strip() or None,
            metadata=_metadata(values),
            row=row,
        )
    except _UnusableError as error:
        raise CatalogError(str(error), file=file, row=row, column=error.column) from error


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.strip():
        found = "nothing" if name is None or name == "" else repr(name)
        raise _UnusableError(
            f"a row without a name; expected text, found {found}; fill it in or remove the row", "name"
        )
    if len(name) > ENTITY.longest_name or "\0" in name:
        found = f"{len(name)} characters" if len(name) > ENTITY.longest_name else "a NUL character"
        raise _UnusableError(
            f"not a name; expected at most {ENTITY.longest_name} characters of text, found {found}; "
            "check the quotes and the encoding of the file",
            "name",
        )
    return _one_line(name)


def _one_line(text: str) -> str:
    """Without tabs, line ends, hard spaces and spaces at the ends or twice."""
    return " ".join(text.split())


def _aliases(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = value.split("|") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        raise _UnusableError(
            f"aliases must be a list of texts or one text joined by '|', found {value!r:.200}", "aliases"
        )
    if (longest := max(map(len, parts), default=0)) > ENTITY.longest_name:
        raise _UnusableError(
            f"an alias of {longest} characters; expected at most {ENTITY.longest_name}; "
            "check what separates the aliases",
            "aliases",
        )
    return tuple(dict.fromkeys(_one_line(str(_plain(part, "aliases"))) for part in parts if part.strip()))


def _metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    kept = {}
    for key, value in values.items():
        if key not in _OWN_FIELDS and (plain := _plain(value, key)) is not None:
            kept[key] = plain
    if kept.get("popularity") == "":
        del kept["popularity"]
    if "popularity" in kept:
        kept["popularity"] = _popularity(kept["popularity"])
    if isinstance(streams := kept.get("streams"), str):
        kept["streams"] = [address.strip() for address in streams.split("|") if address.strip()]
    return kept


def _popularity(value: Any) -> int | float:
    number = value
    if isinstance(value, str):
        try:
            number = int(value) if value.strip().isdigit() else float(value)
        except ValueError:
            number = None
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not 0 <= number < math.inf:
        raise _UnusableError(
            f"expected a number from 0 up, found {value!r:.200}; correct it or leave it empty", "popularity"
        )
    return number


def _plain(value: Any, column: str) -> Any:
    """``value`` as JSON has it; None for a number that is none."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            raise _UnusableError("half of a character (a lone surrogate); write the text again", column)
        return value
    if isinstance(value, (float, Decimal)):
        return _number(value, column)
    if isinstance(value, (list, tuple)):
        return [_plain(part, column) for part in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(part, column) for key, part in value.items()}
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise _UnusableError(
        f"{type(value).__name__} cannot be metadata, which is text, numbers, lists and mappings; "
        "name the columns to keep (--keep COLUMN) or convert it",
        column,
    )


def _number(value: float | Decimal, column: str) -> float | int | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        raise _UnusableError("an infinite number, which JSON cannot hold; leave it empty", column)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return float(value)
