"""Carrier phrases: the words that people say before and after a name in a request.

    name_span("hey google spiele bayern eins im wohnzimmer")  ->  (3, 5)

A request consists of calls ("hey google", "please"), an opening ("play"), a noun ("the show"), the name, and closings
("in the kitchen", "please"). The phrases are in ``data/hearing.txt``, separated by ``|`` (`edge-er train fit
misrecognition` writes it). They are those of all languages together, because people mix languages. Its ``words`` are
the single words of all phrases, its ``fillers`` the words that people leave out of names ("radio").
"""

from __future__ import annotations

from collections.abc import Collection, Container, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from edge_er.constants import CARRIERS

__all__ = ["CarrierWords", "Span", "carrier_words", "name_span", "without_carrier"]


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


@lru_cache(maxsize=1)
def carrier_words() -> CarrierWords:
    """The words and phrases of all languages."""
    text = files("edge_er").joinpath("data/hearing.txt").read_text(encoding="utf-8")
    kinds: dict[str, set[str]] = {kind: set() for kind in CarrierWords._fields}
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind in kinds:
            kinds[kind].update(rest.split(" " if kind in ("words", "fillers") else "|"))
    return CarrierWords(**{kind: frozenset(phrases) for kind, phrases in kinds.items()})


def name_span(request: str, name_words: Container[str] = frozenset()) -> Span:
    """Index of the first word of the name in a canonical request, and of the word after its last.

    Phrases of carriers are taken off both ends, the longest that fits first. At least one word stays. A closing phrase
    of several words stays too if its last word is one of `name_words` and no filler: "in the kitchen" closes a request
    for a station, but is part of the name where a catalog has a kitchen.
    """
    words, known = request.split(), carrier_words()
    first, last = 0, len(words)
    for phrases in (*[known.calls] * CARRIERS.calls, known.opens, known.nouns):
        first += next((size for size in _sizes(first, last) if _phrase(words, first, size) in phrases), 0)
    for _ in range(CARRIERS.closes):
        closing = words[last - 1] if words else ""
        named = closing in name_words and closing not in known.fillers
        last -= next(
            (
                size
                for size in _sizes(first, last)
                if _phrase(words, last - size, size) in known.closes and not (size > 1 and named)
            ),
            0,
        )
    return first, last


def _sizes(first: int, last: int) -> Collection[int]:
    """Lengths of a phrase that leaves a word, the longest first."""
    return range(min(CARRIERS.longest, last - first - 1), 0, -1)


def _phrase(words: Sequence[str], start: int, size: int) -> str:
    return " ".join(words[start : start + size])


def without_carrier(request: str, span: Span | None = None) -> str:
    """The name in canonical `request`: the words between the phrases of a carrier, those of `span` if it is given."""
    first, last = name_span(request) if span is None else span
    return " ".join(request.split()[first:last])
