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
from bisect import bisect_left, bisect_right
from functools import lru_cache

from edge_er.constants import BOUNDS, read_table

__all__ = ["canonical_text", "is_number", "replacement", "request_text"]

_THOUSANDS = re.compile(r"(?<=[0-9])[.,](?=[0-9]{3}(?![0-9]))")
_DIGIT = re.compile("[0-9]")
_DIGIT_BORDER = re.compile(r"(?<=[0-9])(?=[^0-9 ])|(?<=[^0-9 ])(?=[0-9])")
_SPELLED = re.compile(r"(?<![^ ])[a-z]'?(?: [a-z]'?)+(?![^ ])")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_APOSTROPHES = ("'", "\u2019")
_AT_ONCE, _BESIDE_THE_END = 2048, 64


class _Table(dict[int, str]):
    """Code point to canonical text, for ``str.translate``; a code point is looked up in the ranges only once."""

    def __init__(self, text: str) -> None:
        super().__init__()
        lines = text.split("\n")
        keep = next(place for place, line in enumerate(lines) if line.startswith("keep "))
        spans: list[tuple[int, int]] = []
        for span in lines[keep].split()[1:]:
            low, _, high = span.partition("-")
            spans.append((int(low, 16), int(high or low, 16)))
        # the lines "map 41=a", by code point; most are never asked for, so they are read only then
        self._maps = [line for line in lines[keep + 1 :] if line]
        for apostrophe in _APOSTROPHES:
            self[ord(apostrophe)] = "' "  # kept until spelled letters are joined
        self._starts = [low for low, _ in spans]
        self._ends = [high for _, high in spans]

    def __missing__(self, code: int) -> str:
        place = bisect_left(self._maps, code, key=_code_of)
        if place < len(self._maps) and _code_of(self._maps[place]) == code:
            self[code] = self._maps[place].partition("=")[2]
            return self[code]
        span = bisect_right(self._starts, code) - 1
        self[code] = chr(code) if span >= 0 and code <= self._ends[span] else " "
        return self[code]


def _code_of(line: str) -> int:
    """The code point that a line of the table replaces."""
    return int(line[4 : line.index("=")], 16)


@lru_cache(maxsize=1)
def _table() -> _Table:
    return _Table(read_table("unicode.txt"))


def replacement(code: int) -> str:
    """What the table makes of a code point: a character, several, or a space."""
    return _table()[code]


def canonical_text(text: str) -> str:
    """Canonical form of ``text``: lower case, no accents or punctuation, single spaces.

    Returns ``""`` when nothing in ``text`` is a letter, a digit, ``&`` or ``+``. Applying it twice changes nothing.

    Examples:
        >>> canonical_text("Pon la Cadena SER, la B. B. C. en LOS40!")
        'pon la cadena ser la bbc en los 40'
    """
    plain = _THOUSANDS.sub("", _whole(text)).translate(_table())
    words = (_DIGIT_BORDER.sub(" ", plain) if _DIGIT.search(plain) else plain).split()
    if "'" not in plain:
        joined = " ".join(words)
        return _SPELLED.sub(_joined, joined) if list(map(len, words)).count(1) > 1 else joined
    joined = " ".join([word for word in words if word != "'"])
    return _SPELLED.sub(_joined, joined).replace("'", "")


def request_text(text: str) -> str:
    """Canonical form of a request, of which only the first `BOUNDS.text` characters are read: no name is longer.

    Of a text that hardly has letters, such as emoji, no more than `BOUNDS.raw_text` characters are looked at.
    """
    return canonical_text(_beginning(text))[: BOUNDS.text].rstrip(" ")


def _whole(text: str) -> str:
    """A text with halves of characters (surrogates) side by side joined, as they are in UTF-16 from the start."""
    if text.isascii() or _HALVES.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _beginning(text: str) -> str:
    """As much of a text as the beginning of its canonical form needs, so that a long text costs what that costs."""
    # Canonical text keeps every letter and figure that the table gives. What follows enough of them is not read: it can
    # only change what stands beside the end, a few characters of a number or of a row of single letters.
    found = 0
    for end in range(_AT_ONCE, min(len(text), BOUNDS.raw_text), _AT_ONCE):
        plain = text[end - _AT_ONCE : end].translate(_table())
        found += len(plain) - plain.count(" ") - plain.count("'")
        if found >= BOUNDS.text + _BESIDE_THE_END:
            return text[:end]
    return text if len(text) <= BOUNDS.raw_text else text[: BOUNDS.raw_text]


def _joined(spelled: re.Match[str]) -> str:
    """Rule 4 for a row of single letters."""
    letters = spelled.group().split()
    first = int(len(letters) > 2 and letters[0].endswith("'"))
    last = len(letters) - int(len(letters) - first > 2 and letters[-1].endswith("'"))
    return " ".join([*letters[:first], "".join(letters[first:last]), *letters[last:]])


def is_number(word: str) -> bool:
    """Whether a canonical word is a number in figures, 0 to 9 alone."""
    return word.isascii() and word.isdigit()
