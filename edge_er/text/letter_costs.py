"""Letter costs: how often recognisers change, lose and add letters, read from ``data/hearing.txt``.

`edge_er.text.misrecognition` says what each table means, and aligns forms with them; here are the tables, and what a
text earns of which every letter is recognised as it is. `edge_er.text.letters` has the codes of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import MISRECOGNITION, read_table
from edge_er.text.carriers import CarrierWords
from edge_er.text.letters import CODES, EDGE, Letters

__all__ = ["LOST", "UNHEARD_OF", "Costs", "contexts_of", "read_costs", "word_gain", "word_gains"]

UNHEARD_OF = MISRECOGNITION.unheard_of
LOST = CODES  # the column of letters that are lost
_ANY = "."
_TABLES = ("said", "after", "before", "added", "usual")
_GAINS_AT_HAND = 1 << 14

Numbers = NDArray[np.int64]


class Costs(NamedTuple):
    """Cost tables of one language, by letter codes and named as in ``data/hearing.txt``.

    `said` is [S, recognised or lost], `after` [P, S, recognised or lost], `before` [S, N, recognised or lost]; `added`
    and `usual` are [P, recognised].
    """

    letters: Letters
    said: Numbers
    after: NDArray[np.int16]
    before: NDArray[np.int16]
    added: Numbers
    usual: Numbers


def word_gains(lang: str, words: Sequence[str]) -> Numbers:
    """What each word earns where all its letters are recognised as they are: int64 [words], in eighths of a bit."""
    if not any(words):
        return np.zeros(len(words), np.int64)
    costs = read_costs(lang)
    spelled = costs.letters.spelled(" ".join(words)).split(" ")
    codes, contexts = costs.letters.codes_of_spelled("".join(spelled)), contexts_of(spelled, costs.letters)
    before, after = contexts // CODES**2, contexts % CODES
    same = costs.said[codes, codes]
    shifts = costs.after[before, codes, codes].astype(np.int64) + costs.before[codes, after, codes]
    earned = costs.usual[before, codes] - np.where(
        same < UNHEARD_OF, np.clip(same + shifts, 0, UNHEARD_OF), same
    )
    owners = np.repeat(np.arange(len(words)), [len(word) for word in spelled])
    return np.bincount(owners, earned, len(words)).astype(np.int64)


def word_gain(lang: str, text: str) -> int:
    """The same for all letters of canonical `text` as one word, spaces left out, in a fraction of the time."""
    letters = read_costs(lang).letters
    codes = letters.bytes_of_spelled(letters.spelled(text).replace(" ", ""))
    if not codes:
        return 0
    codes = b"%c%b%c" % (EDGE, codes, EDGE)
    return sum(map(_gains(lang).__getitem__, zip(codes, codes[1:], codes[2:], strict=False)))


class _LetterGains(dict[tuple[int, int, int], int]):
    """What a letter earns that is recognised as it is, by the codes of the one before, itself and the next."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._parts = _same(lang)

    def __missing__(self, codes: tuple[int, int, int]) -> int:
        said, after, before, usual = self._parts
        last, code, following = codes
        cost = said[code]
        if cost < UNHEARD_OF:
            cost = min(max(cost + after[last][code] + before[code][following], 0), UNHEARD_OF)
        if len(self) > _GAINS_AT_HAND:
            self.clear()
        self[codes] = usual[last][code] - cost
        return self[codes]


@lru_cache(maxsize=8)
def _gains(lang: str) -> _LetterGains:
    return _LetterGains(lang)


@lru_cache(maxsize=8)
def _same(lang: str) -> tuple[list[int], list[list[int]], list[list[int]], list[list[int]]]:
    """The parts of `Costs` for letters that are recognised as they are, by S, P and S, S and N, P and S."""
    costs, codes = read_costs(lang), np.arange(CODES)
    said, usual = costs.said[codes, codes].tolist(), costs.usual.tolist()
    return said, costs.after[:, codes, codes].tolist(), costs.before[codes, :, codes].tolist(), usual


def contexts_of(forms: Sequence[str], letters: Letters) -> Numbers:
    """Each letter of spelled forms and its neighbours as one number, (before * 64 + letter) * 64 + after: [letters].

    Forms have no spaces.
    """
    codes = letters.codes_of_spelled("".join(forms))
    before, after = np.concatenate([[EDGE], codes[:-1]]), np.concatenate([codes[1:], [EDGE]])
    borders = np.cumsum([len(form) for form in forms])
    before[borders[borders < len(codes)]] = EDGE
    after[borders[borders > 0] - 1] = EDGE
    contexts: Numbers = (before[: len(codes)] * CODES + codes) * CODES + after[: len(codes)]
    return contexts


@lru_cache(maxsize=8)
def read_costs(lang: str) -> Costs:
    """The cost tables of `lang`, or of all languages together where it has none."""
    text = read_table("hearing.txt")
    sections = dict(section.split("]\n", 1) for section in text.split("\n[")[1:])
    lines = [line.split(" ") for line in sections.get(lang, sections["all"]).splitlines()]
    lines = [line for line in lines if line[0] not in CarrierWords._fields]
    costs = _no_costs(Letters(lines[0][1:]))  # the first line has the digraphs
    code_of = {letter: code for code, letter in enumerate(costs.letters.of_codes)} | {"_": EDGE, "-": LOST}
    # Row, column and cost of all cells of a table, so that numpy writes them at once.
    cells: dict[str, tuple[list[int], list[int], list[int]]] = {kind: ([], [], []) for kind in _TABLES}
    for kind, key, heard, *values in lines[1:]:
        columns, numbers = [code_of[letter] for letter in heard], [int(value) for value in values]
        if key == _ANY:  # stands before all others of its table
            getattr(costs, kind)[:, columns] = numbers
            continue
        row = reduce(lambda row, letter: row * CODES + code_of[letter], key, 0)
        for kept, more in zip(cells[kind], ([row] * len(values), columns, numbers), strict=True):
            kept += more
    for kind, (rows, columns, numbers) in cells.items():
        table = getattr(costs, kind)
        table.reshape(-1, table.shape[-1])[rows, columns] = numbers
    return costs


def _no_costs(letters: Letters) -> Costs:
    """Tables before any line is read: what never happened, and characters beside letters and digits."""
    said = np.full((CODES, CODES + 1), UNHEARD_OF, np.int64)
    others = np.arange(letters.others, EDGE)
    said[others, others], said[others, LOST] = MISRECOGNITION.foreign_same, MISRECOGNITION.foreign_lost
    after, before = np.zeros((2, CODES, CODES, CODES + 1), np.int16)
    added = np.full((CODES, CODES), MISRECOGNITION.foreign_added)
    usual = np.full((CODES, CODES), MISRECOGNITION.foreign_usual)
    return Costs(letters, said, after, before, added, usual)
