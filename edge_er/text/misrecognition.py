"""How much likelier a request becomes when a form was said in it, in eighths of a bit.

    Misrecognition("de", ["bayern eins", "bayern drei"]).worth("spiele baiern eins", [0, 1])  ->  whole numbers, int64
    [2]

A recogniser hears some letters for others, adds some and misses some. How often was counted in aligned pairs of said
and recognised requests (`edge-er train fit misrecognition`) and stands in ``data/hearing.txt`` as costs, -8 log2 of a
frequency:

* ``said S`` h: letter S is heard as h, or not at all (-); ``after PS`` and ``before SN`` change that beside P and N;
* ``added P`` h: h is heard after P where nothing was said;
* ``usual P`` h: h is heard after P in any request; what a form explains of the request is worth that much, and nothing
  in the phrases of a carrier (`edge_er.text.carriers`). Letters that the form leaves unexplained cost `LEFT` each, but
  in words of carriers.

The worth of a form is that of its best place in the request: a weighted alignment of letters without spaces, in which
both ends earn `BORDER` where they fall on the border of a word. People leave out fillers ("radio"): beside other words
of a form, their letters cost a `SPARED`th where they are not heard. All is in whole numbers, the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import MISRECOGNITION
from edge_er.text.carriers import CarrierWords, carrier_words, name_span

__all__ = ["BIT", "Costs", "Misrecognition", "letter_codes", "read_costs"]

BIT = MISRECOGNITION.bit
LEFT, BORDER, SPARED = MISRECOGNITION.left, MISRECOGNITION.border, MISRECOGNITION.spared
UNHEARD_OF = MISRECOGNITION.unheard_of
CODES, EDGE = MISRECOGNITION.codes, MISRECOGNITION.edge  # a-z, 0-9, 27 for all others by code point
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_CODE_OF: dict[str, Any] = {letter: code for code, letter in enumerate(_LETTERS)} | {
    "_": EDGE,
    ".": slice(None),
}
_BUCKETS = EDGE - len(_LETTERS)
_LOST = CODES  # column of what is not heard at all

Numbers = NDArray[np.int64]


class Costs(NamedTuple):
    """Tables of one language: `said` [S, heard or lost], `after` [P, S, heard or lost], `before` [S, N, heard or lost],
    `added` and `usual` [P, heard].
    """

    said: Numbers
    after: NDArray[np.int16]
    before: NDArray[np.int16]
    added: Numbers
    usual: Numbers


class Misrecognition:
    """The forms of a catalog as a recogniser of `lang` may hear them; a language without counts has those of all."""

    def __init__(self, lang: str, forms: Sequence[str]) -> None:
        self._costs = read_costs(lang)
        letters = [form.replace(" ", "") for form in forms]
        self._lengths = np.array([len(form) for form in letters], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        contexts, self._places = np.unique(2 * _contexts(letters) + _spared(forms), return_inverse=True)
        spared, contexts = contexts % 2 == 1, contexts // 2
        before, said, after = contexts // CODES**2, contexts // CODES % CODES, contexts % CODES
        costs = self._costs.said[said]
        shifts = self._costs.after[before, said].astype(np.int64) + self._costs.before[said, after]
        costs = np.where(costs < UNHEARD_OF, np.clip(costs + shifts, 0, UNHEARD_OF), costs)
        lost = np.maximum(np.where(spared, costs[:, _LOST] // SPARED, costs[:, _LOST]), 1)
        self._gains = (lost[:, None] - costs[:, :CODES]).astype(np.int32)
        lost_before = np.concatenate([[0], np.cumsum(lost[self._places])])
        self._lost = lost_before[self._starts + self._lengths] - lost_before[self._starts]

    def worth(self, request: str, forms: Sequence[int] | Numbers) -> Numbers:
        """Worth of each of `forms`, given by their index, as an explanation of canonical `request`: int64 [forms]."""
        chosen = np.asarray(forms, np.int64)
        if not len(chosen) or not request:
            return np.zeros(len(chosen), np.int64)
        heard = letter_codes(request.replace(" ", ""))
        before = np.concatenate([[EDGE], heard[:-1]])
        usual = np.where(_of_name(request), self._costs.usual[before, heard], 0)
        added = np.maximum(self._costs.added[before, heard] - usual, 1)
        left, border = self._left(request)
        skipped = np.concatenate([[0], np.cumsum(added)])
        order = chosen[np.argsort(-self._lengths[chosen], kind="stable")]
        ends = self._ends(order, heard, usual + added, skipped - left + border)
        best = (ends + (left - left[-1] + border - skipped)).max(axis=1) - self._lost[order]
        worth = np.empty(len(chosen), np.int64)
        worth[np.argsort(-self._lengths[chosen], kind="stable")] = best
        return worth

    @staticmethod
    def _left(request: str) -> tuple[Numbers, Numbers]:
        """Cost of leaving all letters before a place, and what a place earns as a border: [letters + 1] each."""
        words = carrier_words().words
        costs, borders = [0], [BORDER]
        for word in request.split():
            cost = 0 if word in words else LEFT
            costs += [cost] * len(word)
            borders += [0] * (len(word) - 1) + [BORDER]
        return np.cumsum(costs), np.array(borders, np.int64)

    def _ends(self, forms: Numbers, heard: Numbers, reward: Numbers, start: Numbers) -> NDArray[np.int32]:
        """Best worth [forms, letters + 1] of each whole form up to a place, before what ends there; longest form first.

        Costs of added and lost letters are moved into `start`, the ends and the gains, so that what is left is the
        heaviest common subsequence of form and request.
        """
        rows = np.repeat(np.maximum.accumulate(start)[None].astype(np.int32), len(forms), axis=0)
        lengths = self._lengths[forms]
        steps = np.arange(lengths[0])
        live = np.searchsorted(-lengths, -steps)  # how many forms have a letter at each step
        ends = np.cumsum(live)
        form = np.arange(lengths.sum()) - np.repeat(ends - live, live)
        letters = self._starts[forms][form] + np.repeat(steps, live)
        gains = self._gains[self._places[letters]].take(heard, axis=1) + reward.astype(np.int32)
        for first, end in zip((ends - live).tolist(), ends.tolist(), strict=True):
            now = rows[: end - first]
            np.maximum(now[:, :-1] + gains[first:end], now[:, 1:], out=now[:, 1:])
            np.maximum.accumulate(now, axis=1, out=now)
        return rows


def _of_name(request: str) -> NDArray[np.bool_]:
    """Whether each letter of canonical `request` stands between the phrases of a carrier: [letters]."""
    words = request.split()
    first, last = name_span(words)
    letters = np.array([len(word) for word in words], np.int64)
    return np.repeat([first <= place < last for place in range(len(words))], letters)


def letter_codes(text: str) -> Numbers:
    """The codes of the characters of `text`."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
    letters, digits = (points >= 97) & (points <= 122), (points >= 48) & (points <= 57)
    foreign = len(_LETTERS) + points % _BUCKETS
    return np.where(letters, points - 97, np.where(digits, points - 22, foreign))


def _spared(forms: Sequence[str]) -> Numbers:
    """1 for each letter of all forms that stands in a filler beside other words, else 0."""
    fillers = carrier_words().fillers
    spared: list[int] = []
    for form in forms:
        words = form.split()
        alone = fillers.issuperset(words)
        for word in words:
            spared += [int(word in fillers and not alone)] * len(word)
    return np.array(spared, np.int64)


def _contexts(forms: Sequence[str]) -> Numbers:
    """Each letter of all forms with its neighbours, as one number: (before * 64 + letter) * 64 + after."""
    codes = letter_codes("".join(forms))
    before, after = np.concatenate([[EDGE], codes[:-1]]), np.concatenate([codes[1:], [EDGE]])
    borders = np.cumsum([len(form) for form in forms])
    before[borders[borders < len(codes)]] = EDGE
    after[borders[borders > 0] - 1] = EDGE
    contexts: Numbers = (before[: len(codes)] * CODES + codes) * CODES + after[: len(codes)]
    return contexts


@lru_cache(maxsize=8)
def read_costs(lang: str) -> Costs:
    """The tables of `lang`, or those of all languages."""
    text = files("edge_er").joinpath("data/hearing.txt").read_text(encoding="utf-8")
    sections = dict(section.split("]\n", 1) for section in text.split("\n[")[1:])
    costs = _no_costs()
    for line in sections.get(lang, sections["all"]).splitlines():
        kind, *cells = line.split(" ")
        if kind in CarrierWords._fields:
            continue
        key = tuple(_CODE_OF[letter] for letter in cells[0])
        for cell in cells[1:]:
            column = _LOST if cell[0] == "-" else _CODE_OF[cell[0]]
            getattr(costs, kind)[(*key, column)] = int(cell[1:])
    return costs


def _no_costs() -> Costs:
    """Tables in which nothing is told yet."""
    said = np.full((CODES, CODES + 1), UNHEARD_OF, np.int64)
    foreign = np.arange(len(_LETTERS), EDGE)
    said[foreign, foreign], said[foreign, _LOST] = MISRECOGNITION.foreign_same, MISRECOGNITION.foreign_lost
    after, before = np.zeros((2, CODES, CODES, CODES + 1), np.int16)
    added = np.full((CODES, CODES), MISRECOGNITION.foreign_added)
    usual = np.full((CODES, CODES), MISRECOGNITION.foreign_usual)
    return Costs(said, after, before, added, usual)
