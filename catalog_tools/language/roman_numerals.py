"""Roman numerals of names as figures and ordinals: "Rocky IV" -> "rocky 4", "Henry V" -> "henry 5", "henry the fifth".

A word of the letters I, V, X is a numeral only where it cannot well be something else. It is never the first word. Two
or more letters count anywhere behind it. A single letter ("Malcolm X", "Radio V") counts at the end of a part of the
name, and there only behind a ruler's name or a word that is numbered ("part"), or, as kind `SERIES`, where the catalog
has another numeral of the same series: who reads the kind must look for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog_tools.language.language import Language
from edge_er.text.canonical import canonical_text

__all__ = ["NUMERAL", "ORDINAL", "SERIES", "numeral_forms", "numeral_value", "series_of"]

NUMERAL, SERIES, ORDINAL = "numeral", "series", "ordinal"

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
# 1 to 89; with L from four letters on only: "LV" and "LIV" are other things
_NUMERAL = re.compile(r"(?=[IVX]+$|[IVXL]{4,}$)(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_WORD = re.compile(r"(?<![\w.'’&+-])[IVXL]+(?![\w.'’&+]|-\w)")
_PART_ENDS = re.compile(r"\s*(?:$|[:;,()\[\]|/–—-])")
_LETTER_RUN = "XXX"  # a mark or three kisses rather than thirty


def numeral_value(word: str) -> int:
    """The value of a Roman numeral in capitals, 1 to 89; 0 for what is none.

    Examples:
        >>> [numeral_value(word) for word in ("XIV", "IIX", "MIX")]
        [14, 0, 0]
    """
    if not word or word == _LETTER_RUN or not _NUMERAL.fullmatch(word):
        return 0
    values = [_VALUES[letter] for letter in word]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def numeral_forms(name: str, facts: Language) -> Iterator[tuple[str, str]]:
    """Kinds and forms, not yet in canonical text: all sure numerals as figures, one that needs a series, an ordinal."""
    found = [
        (kind, match)
        for match in _WORD.finditer(name)
        if numeral_value(match[0]) and (kind := _kind(name, match, facts))
    ]
    sure = [match for kind, match in found if kind == NUMERAL]
    if sure:
        yield NUMERAL, _replaced(name, sure)
    if len(sure) < len(found):
        yield SERIES, _replaced(name, [match for _, match in found])
    for match in sure:
        if ordinal := _ordinal(name[: match.start()], numeral_value(match[0]), facts):
            yield ORDINAL, f"{name[: match.start()]}{ordinal}{name[match.end() :]}"


def series_of(form: str) -> str:
    """A canonical text with its last number left open: the same for all of a series."""
    before, number, after = re.fullmatch(r"(.*?)(\d*)(\D*)", form, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{before}#{after}" if number else ""


def _kind(name: str, match: re.Match[str], facts: Language) -> str:
    """`NUMERAL`, `SERIES`, or "" for no numeral."""
    before = canonical_text(name[: match.start()]).split()
    ends = bool(_PART_ENDS.match(name, match.end()))
    if not before:
        return ""
    if len(match[0]) > 1:
        return NUMERAL if ends or not name.isupper() else ""
    if not ends:
        return ""
    numbered = {*facts.names.get("numbered", ()), *_rulers(facts)}
    return NUMERAL if before[-1] in numbered else SERIES


def _rulers(facts: Language) -> tuple[str, ...]:
    return (*facts.names.get("kings", ()), *facts.names.get("queens", ()))


def _replaced(name: str, numerals: list[re.Match[str]]) -> str:
    for match in reversed(numerals):
        name = f"{name[: match.start()]}{numeral_value(match[0])}{name[match.end() :]}"
    return name


def _ordinal(before: str, number: int, facts: Language) -> str:
    """How the number is said behind a ruler's name; "" behind another word, and where that is no ordinal."""
    last = canonical_text(before).rpartition(" ")[2]
    for names, numbers in (("kings", "king_numbers"), ("queens", "queen_numbers")):
        words = facts.names.get(numbers, ())
        if last in facts.names.get(names, ()) and number <= len(words):
            return words[number - 1]
    return ""
