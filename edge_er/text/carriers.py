"""What people say around a name: the phrases at the two ends of a request, and the words they are made of.

    name_span(["hey", "google", "spiele", "bayern", "eins", "im", "wohnzimmer"])  ->  (3, 5)

A request is made of calls ("hey google", "please"), what it opens with ("play"), a noun ("the show"), the name, and
what it closes with ("in the kitchen", "please"). The phrases stand in ``data/hearing.txt``, ``|`` between them (made by
`edge-er train fit misrecognition`), and are those of all languages, since people mix them. ``words`` there are what
carriers are made of, and ``fillers`` what people leave out of names ("radio").
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from edge_er.constants import CARRIERS

__all__ = ["CarrierWords", "carrier_words", "name_span", "without_carrier"]


class CarrierWords(NamedTuple):
    """Words of carriers, words left out of names, and phrases by their place in a request, in canonical text."""

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
    found: dict[str, set[str]] = {kind: set() for kind in CarrierWords._fields}
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind in found:
            found[kind].update(rest.split(" " if kind in ("words", "fillers") else "|"))
    return CarrierWords(**{kind: frozenset(phrases) for kind, phrases in found.items()})


def name_span(words: Sequence[str]) -> tuple[int, int]:
    """First word of the name in a request, and the one past its last: what no phrase of a carrier takes off.

    The longest phrase that fits is taken, and one word at least stays.
    """
    return _span(tuple(words))


@lru_cache(maxsize=64)  # each kind of evidence asks for the same request
def _span(words: tuple[str, ...]) -> tuple[int, int]:
    known = carrier_words()
    first, last = 0, len(words)
    for phrases in (*[known.calls] * CARRIERS.calls, known.opens, known.nouns):
        first += next((size for size in _sizes(first, last) if _said(words, first, size) in phrases), 0)
    for _ in range(CARRIERS.closes):
        last -= next(
            (size for size in _sizes(first, last) if _said(words, last - size, size) in known.closes), 0
        )
    return first, last


def _sizes(first: int, last: int) -> Collection[int]:
    return range(min(CARRIERS.longest, last - first - 1), 0, -1)


def _said(words: Sequence[str], start: int, size: int) -> str:
    return " ".join(words[start : start + size])


def without_carrier(request: str) -> str:
    """The name in canonical `request`: what it says between the phrases of a carrier."""
    words = request.split()
    first, last = name_span(words)
    return " ".join(words[first:last])
