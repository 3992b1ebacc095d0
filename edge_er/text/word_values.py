"""What words count in a catalog: what they gain where they are said, and what leaving them out costs.

Words that many names have tell little, and neither do fillers ("radio"), words of carriers ("the") and the parts of a
frequency ("98.9"). Another number tells names apart. Words that few names have tell most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import WORDS
from edge_er.text.canonical import is_number
from edge_er.text.carriers import carrier_words
from edge_er.text.misrecognition import word_gains

__all__ = [
    "KnownWords",
    "WordValues",
    "begins_frequency",
    "common_words",
    "frequencies",
    "is_rare",
    "word_omissions",
    "word_values",
]

Numbers = NDArray[np.int64]

_FM, _AM = range(87, 109), range(530, 1701)  # MHz before the point, kHz
_FM_JOINED = range(875, 1081)  # tenths of a MHz, written without a point
_FREQUENCIES = frozenset(
    str(number).zfill(figures)
    for number in (*_FM, *_FM_JOINED, *(each for each in _AM if each % 10 == 0))
    for figures in range(len(str(number)), 5)
)


class KnownWords(Protocol):
    """The words of a catalog: which names have, and how many."""

    @property
    def common(self) -> frozenset[str]:
        """The words that many forms have."""
        ...

    def __contains__(self, word: object) -> bool:
        """Whether a form has the word."""
        ...

    def having(self, word: str) -> int:
        """How many forms have the word."""
        ...

    def values(self, words: Sequence[str]) -> WordValues | None:
        """What `words` count; None where no form has one of them."""
        ...


class WordValues(NamedTuple):
    """What words count, [words] each: whether they are weak, what they gain in a form that is said whole and in one
    that is said in part, and what leaving them out costs.
    """

    weak: NDArray[np.bool_]
    gains: Numbers
    gains_in_part: Numbers
    omissions: Numbers

    def of(self, numbers: Sequence[int]) -> WordValues:
        """Those of some of the words."""
        weak, gains, gains_in_part, omissions = self
        return WordValues(weak[numbers], gains[numbers], gains_in_part[numbers], omissions[numbers])


def word_values(lang: str, words: Sequence[str], common: frozenset[str]) -> WordValues:
    """What `words` count in a catalog whose `common` words many names have."""
    known = carrier_words()
    weak = np.array([word in known.words or word in known.fillers for word in words], bool)
    gains = np.maximum(word_gains(lang, words), 1)
    in_part = np.where(weak, np.minimum(gains, WORDS.weak_gain), gains)
    return WordValues(weak, gains, in_part, word_omissions(words, common))


def word_omissions(words: Sequence[str], common: frozenset[str]) -> Numbers:
    """What leaving each of `words` out costs where `common` words are those that many names have: int64 [words]."""
    known = carrier_words()
    fillers, of_carriers, costs = known.fillers, known.words, []
    for word in words:
        if word in fillers:
            costs.append(WORDS.omitted_filler)
        elif is_number(word):
            costs.append(WORDS.omitted_number)
        elif word in common or word in of_carriers:
            costs.append(WORDS.omitted_common)
        else:
            costs.append(WORDS.omitted)
    return np.array(costs, np.int64)


def common_words(words: Sequence[str], having: NDArray[Any], forms: int) -> frozenset[str]:
    """The words that many of so many `forms` have; `having`, [words], is how many have each."""
    many = (having.astype(np.int64) * WORDS.common_share > forms) & (having >= WORDS.common_least)
    return frozenset(words[number] for number in np.flatnonzero(many).tolist())


def frequencies(words: Sequence[str]) -> frozenset[str]:
    """The words of a canonical form that are part of a frequency: "98" and "9" of 98.9, "1028", "790" of 790 AM."""
    if _FREQUENCIES.isdisjoint(words):
        return frozenset()
    return frozenset(_parts_of_frequencies(words))


def begins_frequency(word: str) -> bool:
    """Whether a word is a number that may be a frequency, or stand before its point."""
    return word in _FREQUENCIES


def _parts_of_frequencies(words: Sequence[str]) -> Iterator[str]:
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word not in _FREQUENCIES:
            continue
        number, decimals = int(word), is_number(following) and len(following) <= 2
        if number in _FM and (decimals or following == "fm"):
            yield from (word, following) if decimals else (word,)
        elif number in _FM_JOINED or (number in _AM and number % 10 == 0):
            yield word


def is_rare(word: str, catalog: KnownWords) -> bool:
    """Whether few names of a catalog have a word, which is no number, no filler and no word of a carrier."""
    known = carrier_words()
    if len(word) < WORDS.rare_letters or is_number(word) or word in known.words or word in known.fillers:
        return False
    return catalog.having(word) <= WORDS.rare_most
