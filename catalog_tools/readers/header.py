"""What the columns of a table hold, by their header: fields in any case, synonyms, and tables without a header."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from catalog_tools.readers.mapping import OWN_FIELDS, ColumnMapping

__all__ = ["columns_of_first_row", "usual_columns"]

# Headers that name the same as a field, in the order in which they are believed; letters and digits alone are compared.
_SYNONYMS = {
    "name": (
        "name", "displayname", "fullname", "friendlyname", "stationname", "channelname", "trackname", "songname",
        "productname", "station", "channel", "title", "tracktitle", "label",
        "bezeichnung", "sender", "sendername", "titel", "nombre", "emisora", "titulo", "nom", "titre", "nome", "titolo",
    ),
    "id": ("id",),
    "aliases": (
        "aliases", "alias", "aka", "alsoknownas", "alternatenames", "alternatename", "othernames", "synonyms",
        "nicknames", "nickname",
    ),
    "popularity": ("popularity",),
}  # fmt: skip
_SIGN = re.compile(r"[^a-z0-9]+")
_ACCENTS = str.maketrans("áàâäéèêëíìîïóòôöúùûüñç", "aaaaeeeeiiiioooouuuunc")
_ADDRESS = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]+://\S")
_EMAIL = re.compile(r"\s*[^\s@,;]+@[^\s@,;]+\.[A-Za-z]{2,}\s*")


def plain_header(column: str) -> str:
    """A header without case, accents, spaces and signs: "E-mail 1 - Value" is "email1value"."""
    return _SIGN.sub("", column.lower().translate(_ACCENTS))


@lru_cache(maxsize=256)
def usual_columns(columns: tuple[str, ...]) -> ColumnMapping:
    """Fields that no column is called exactly, and the column that is called alike: `name` is in "Station Name"."""
    plain = [plain_header(column) for column in columns]
    found: dict[str, tuple[str, ...]] = {}
    for field in OWN_FIELDS:
        if field in columns:
            continue
        place = next((plain.index(word) for word in _SYNONYMS[field] if word in plain), None)
        if place is not None:
            found[field] = (columns[place],)
    return ColumnMapping(found)


def has_name(columns: Collection[str]) -> bool:
    """Whether one of the columns can be seen to hold names."""
    return "name" in columns or "name" in usual_columns(tuple(columns)).columns


def columns_of_first_row(values: Sequence[str]) -> tuple[str, ...] | None:
    """Columns for a table whose first line is a row already, which an address in it tells; None for a header.

    The first text that is no address or number is the name; addresses are `url`, `email`; all others are called by
    their place.
    """
    if not any(_ADDRESS.match(value) or _EMAIL.fullmatch(value) for value in values):
        return None
    named = False
    columns: list[str] = []
    for place, value in enumerate(values, start=1):
        column = f"column {place}"
        if _ADDRESS.match(value) or _EMAIL.fullmatch(value):
            column = _free("url" if _ADDRESS.match(value) else "email", columns)
        elif not named and any(character.isalpha() for character in value):
            named, column = True, "name"
        columns.append(column)
    return tuple(columns) if named else None


def _free(column: str, taken: Iterable[str]) -> str:
    count = sum(each.partition(" ")[0] == column for each in taken)
    return f"{column} {count + 1}" if count else column
