"""Text to canonical text: one definition for training, catalogs, Python, Java and JavaScript.

The rules, in order (``tests/golden/normalization.jsonl`` fixes them for every runtime):

1. A point or comma before exactly three digits is removed (``1,360`` -> ``1360``): recognisers write thousands so.
2. The table ``data/unicode.txt`` keeps a code point, replaces it (lower case, no accent, plain digits; ``&`` and ``+``
   become words of their own), or makes it a space. Scripts without case are kept.
3. A space separates digits from letters: ``LOS40`` -> ``los 40``; ``99,5`` and ``99.5`` -> ``99 5``.
4. Single letters in a row are joined: ``b. b. c.`` -> ``bbc``. The first or last of them stays apart if an apostrophe
   follows it and at least two others are left: ``n r j s'il te plaît`` -> ``nrj s il te plait``.
5. Words are joined by single spaces.

Number words and abbreviations are not changed here: spoken forms and the encoder match them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from edge_er.constants import BOUNDS, read_table

__all__ = ["canonical_text", "is_number", "replacement", "request_text"]

_THOUSANDS = re.compile(r"(?<=[0-9])[.,](?=[0-9]{3}(?![0-9]))")
_DIGIT_BORDER = re.compile(r"(?<=[0-9])(?=[^0-9 ])|(?<=[^0-9 ])(?=[0-9])")
_SPELLED = re.compile(r"(?<![^ ])[a-z]'?(?: [a-z]'?)+(?![^ ])")
_APOSTROPHES = ("'", "\u2019")


class _Table(dict[int, str]):
    """Code point to canonical text, for ``str.translate``; a code point is looked up in the ranges only once."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        spans: list[tuple[int, int]] = []
        self._maps: dict[str, str] = {}  # by code point as it is written: most are never asked for
        for line in lines:
            kind, _, rest = line.partition(" ")
            if kind == "keep":
                for span in rest.split():
                    low, _, high = span.partition("-")
                    spans.append((int(low, 16), int(high or low, 16)))
            elif kind == "map":
                code, _, replacement = rest.partition("=")
                self._maps[code] = replacement
        for apostrophe in _APOSTROPHES:
            self[ord(apostrophe)] = "' "  # kept until spelled letters are joined
        self._starts = [low for low, _ in spans]
        self._ends = [high for _, high in spans]

    def __missing__(self, code: int) -> str:
        replacement = self._maps.get(f"{code:X}")
        if replacement is not None:
            self[code] = replacement
            return replacement
        span = bisect_right(self._starts, code) - 1
        self[code] = chr(code) if span >= 0 and code <= self._ends[span] else " "
        return self[code]


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table(read_table("unicode.txt").split("\n"))


def replacement(code: int) -> str:
    """What the table makes of a code point: a character, several, or a space."""
    return _table()[code]


def canonical_text(text: str) -> str:
    """Canonical form of ``text``: lower case, no accents or punctuation, single spaces.

    Returns ``""`` when nothing in ``text`` is a letter, a digit, ``&`` or ``+``. Applying it twice changes nothing.

    >>> canonical_text("Pon la Cadena SER, en B. B. C. y LOS40!")
    'pon la cadena ser en bbc y los 40'
    """
    spaced = _DIGIT_BORDER.sub(" ", _THOUSANDS.sub("", text).translate(_table()))
    words = " ".join(word for word in spaced.split() if word != "'")
    return _SPELLED.sub(_joined, words).replace("'", "")


def request_text(text: str) -> str:
    """Canonical form of a request, of which only the first `BOUNDS.text` characters are read: no name is longer."""
    return canonical_text(text)[: BOUNDS.text].rstrip(" ")


def _joined(spelled: re.Match[str]) -> str:
    """Rule 4 for a row of single letters."""
    letters = spelled.group().split()
    first = int(len(letters) > 2 and letters[0].endswith("'"))
    last = len(letters) - int(len(letters) - first > 2 and letters[-1].endswith("'"))
    return " ".join([*letters[:first], "".join(letters[first:last]), *letters[last:]])


def is_number(word: str) -> bool:
    """Whether a canonical word is a number in figures, 0 to 9 alone."""
    return word.isascii() and word.isdigit()
