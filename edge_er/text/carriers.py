"""Carrier phrases: the words that people say before and after a name in a request.

    name_span("hey google spiele bayern eins im wohnzimmer")  ->  (3, 5)

A request consists of calls ("hey google", "please"), an opening ("play"), a noun ("the show"), the name, and closings
("in the kitchen", "please"). The phrases are in ``data/hearing.txt``, separated by ``|`` (`edge-er train fit
misrecognition` writes it). They are those of all languages together, because people mix languages. Its ``words`` are
the single words of all phrases, its ``fillers`` the words that people leave out of names ("radio"). A number in a
closing phrase stands for any ("to 50 percent").
"""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Sequence
from functools import lru_cache
from typing import NamedTuple

from edge_er.constants import CARRIERS, read_table
from edge_er.text.canonical import is_number

__all__ = ["CarrierWords", "Span", "carrier_words", "name_span", "without_carrier"]


_KINDS = (*["calls"] * CARRIERS.calls, "opens", "nouns")  # before a name, in this order

Span = tuple[int, int]
"""Index of the first word of a name in a request, and of the word after its last."""


class CarrierWords(NamedTuple):
    """Words of carriers, fillers, and phrases by their place in a request, all in canonical text."""

    words: frozenset[str]
    fillers: frozenset[str]
    calls: frozenset[str]
    opens: frozenset[str]
    nouns: frozenset[str]
    closes: frozenset[str]


_LINES = re.compile(f"^({'|'.join(CarrierWords._fields)}) (.*)", re.MULTILINE)


@lru_cache(maxsize=1)
def carrier_words() -> CarrierWords:
    """The words and phrases of all languages."""
    kinds: dict[str, set[str]] = {kind: set() for kind in CarrierWords._fields}
    for kind, rest in _LINES.findall(read_table("hearing.txt")):
        kinds[kind].update(rest.split(" " if kind in ("words", "fillers") else "|"))
    kinds["closes"] = {" ".join(map(_number_as_0, phrase.split())) for phrase in kinds["closes"]}
    return CarrierWords(**{kind: frozenset(phrases) for kind, phrases in kinds.items()})


def name_span(request: str, name_words: Container[str] = frozenset()) -> Span:
    """Index of the first word of the name in a canonical request, and of the word after its last.

    Phrases of carriers are taken off both ends, the longest that fits first. At least one word stays. A closing phrase
    of several words stays too if its last word is one of `name_words` and no filler: "in the kitchen" closes a request
    for a station, but is part of the name where a catalog has a kitchen.
    """
    words, known = request.split(), carrier_words()
    first, last = 0, len(words)
    if not words:
        return first, last
    for longest_of, phrases in _openings():
        longest = longest_of.get(words[first])
        if longest:
            first += _taken(words, first, min(longest, last - first - 1), phrases)
    longest_of = _longest("closes")
    for _ in range(CARRIERS.closes):
        closing = _number_as_0(words[last - 1])
        longest = longest_of.get(closing, 0)
        if not longest:
            break
        if longest > 1 and closing not in known.fillers and words[last - 1] in name_words:
            longest = 1
        longest = min(longest, last - first - 1)
        before = last
        for size in range(longest, 0, -1):
            if " ".join(map(_number_as_0, words[last - size : last])) in known.closes:
                last -= size
                break
        if last == before:
            break
    return first, last


@lru_cache(maxsize=1)
def _openings() -> list[tuple[dict[str, int], frozenset[str]]]:
    """For what stands before a name, in this order: `_longest` of each kind, and its phrases."""
    return [(_longest(kind), getattr(carrier_words(), kind)) for kind in _KINDS]


def _taken(words: Sequence[str], start: int, longest: int, phrases: Collection[str]) -> int:
    """How many words the longest phrase of at most `longest` words has that stands at `start`; 0 for none."""
    for size in range(longest, 0, -1):
        if " ".join(words[start : start + size]) in phrases:
            return size
    return 0


def _number_as_0(word: str) -> str:
    """The word, or 0 in the place of a number in figures."""
    return "0" if is_number(word) else word


@lru_cache(maxsize=len(CarrierWords._fields))
def _longest(kind: str) -> dict[str, int]:
    """How many words the longest phrase of a kind has that begins with a word, of closings: that ends with it."""
    longest: dict[str, int] = {}
    for phrase in getattr(carrier_words(), kind):
        for word in phrase.split()[-1 if kind == "closes" else 0 :][:1]:
            longest[word] = max(longest.get(word, 0), min(phrase.count(" ") + 1, CARRIERS.longest))
    return longest


def without_carrier(request: str, span: Span | None = None) -> str:
    """The name in canonical `request`: the words between the phrases of a carrier, those of `span` if it is given."""
    first, last = name_span(request) if span is None else span
    return " ".join(request.split()[first:last])
