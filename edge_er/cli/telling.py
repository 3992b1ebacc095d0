"""Which metadata a table of candidates shows: what tells them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["as_cell", "telling_fields"]

_MOST_FIELDS = 3
_LONGEST = 30  # characters of a cell
_LISTED = 3  # values of a list
_NOT_SHOWN = ("streams", "popularity", "list")


def telling_fields(candidates: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """At most three fields of the candidates' metadata, given with their names.

    None that only repeats a part of the names. First those that differ among candidates of one name, then those that
    differ among all, then the others; of equals, those that more candidates have, in the order of the metadata.
    """
    fields = dict.fromkeys(
        field
        for name, metadata in candidates
        for field, value in metadata.items()
        if field not in _NOT_SHOWN and (text := as_cell(value)) and text not in name
    )
    order = list(fields)

    def worth(field: str) -> tuple[int, int, int, int]:
        values = [as_cell(metadata.get(field)) for _, metadata in candidates]
        of_name: dict[str, set[str]] = {}
        for (name, _), value in zip(candidates, values, strict=True):
            of_name.setdefault(name.casefold(), set()).add(value)
        among_equals = sum(len(each) - 1 for each in of_name.values())
        return -among_equals, -(len(set(values)) > 1), -sum(map(bool, values)), order.index(field)

    return sorted(sorted(fields, key=worth)[:_MOST_FIELDS], key=order.index)


def as_cell(value: Any) -> str:
    """A value as a cell shows it; "" for one that is empty or has parts of its own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        parts = [as_cell(part) for part in value[:_LISTED]]
        text = ", ".join(part for part in parts if part) + (" ..." if len(value) > _LISTED else "")
    elif isinstance(value, (str, int, float)):
        text = str(value)
    else:
        return ""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
