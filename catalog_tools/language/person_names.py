"""Persons' names in the order in which they are said, without what is left out when they are: "Müller, Dr. Hans P."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from edge_er.text.canonical import canonical_text

__all__ = ["given_and_family", "turned_person"]

# Columns of address books, in canonical text without spaces; the first that is filled counts.
_GIVEN = ("given", "givenname", "firstname", "vorname", "prenom", "nombre", "nome")
_FAMILY = ("family", "familyname", "lastname", "surname", "nachname", "nomdefamille", "apellidos", "cognome")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words(
    "dr doctor doktor docteur dottor dott dottoressa prof professor professeur profesor ing dipl mag med "
    "mr mrs ms miss mister sir dame lady lord herr frau fr hr frl monsieur madame mademoiselle m mme mlle me maitre "
    "sr sra srta don dona senor senora sig signor signora avv rev father sister"
)
_SUFFIXES = _words("jr sr junior senior phd md esq mba ba ma msc bsc ii iii iv cpa rn dds jd")
_PARTICLES = _words(
    "van von vom zu zur zum der den de del della delle di da dal dos du des la le ter ten el al bin ben af av "
    "y e und st"
)
_TURNED = re.compile(r"([^,]{2,60}),\s+([^,]{2,60}?)(?:,\s*([\w.]{2,5}))?")
_MOST_WORDS = 2  # of the family name, and of the given names, beside particles
_CAPITALS = re.compile(r"[A-Z]{4}")


def given_and_family(metadata: Mapping[str, Any]) -> str:
    """Given and family name by an entity's metadata, without titles and suffixes; "" where one of them is missing."""
    by_column = {canonical_text(column).replace(" ", ""): value for column, value in metadata.items()}
    given, family = (
        next((value for column in columns if isinstance(value := by_column.get(column), str)), "")
        for columns in (_GIVEN, _FAMILY)
    )
    parts = [" ".join(_plain_words(part)) for part in (given, family)]
    return " ".join(parts) if all(parts) else ""


def turned_person(name: str) -> Iterator[str]:
    """'Müller, Dr. Hans Peter' as 'Hans Peter Müller' and 'Hans Müller'; nothing for other names."""
    match = _TURNED.fullmatch(name.strip())
    if not match or (match[3] and canonical_text(match[3]).replace(" ", "") not in _SUFFIXES):
        return
    family, given = _plain_words(match[1]), _plain_words(match[2])
    if not family or not given or not _is_personal(family) or not _is_personal(given):
        return
    first = [word for word in given if len(canonical_text(word)) > 1]
    yield " ".join([*given, *family])
    if first:
        yield " ".join([first[0], *family])


def _plain_words(text: str) -> list[str]:
    """The words without titles before them and suffixes behind them."""
    words = text.split()
    while words and canonical_text(words[0]) in _TITLES:
        words = words[1:]
    while words and canonical_text(words[-1]).replace(" ", "") in _SUFFIXES:
        words = words[:-1]
    return words


def _is_personal(words: list[str]) -> bool:
    """Whether all are capitalised words or particles, and not one abbreviation in capitals ("Washington, DC")."""
    named = [word for word in words if canonical_text(word) not in _PARTICLES]
    if not 0 < len(named) <= _MOST_WORDS or (len(words) == 1 and len(words[0]) < 4 and words[0].isupper()):
        return False
    return all(
        word[0].isupper() and not _CAPITALS.search(word) and not re.search(r"[\d&+/()\[\]]|\w\.\w", word)
        for word in named
    )
