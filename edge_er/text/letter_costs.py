"""Letter costs: how often recognisers change, lose and add letters, read from ``data/hearing.txt``.

`edge_er.text.misrecognition` says what each table means, and aligns forms with them; here are the tables, the codes of
letters, and what a text earns of which every letter is recognised as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import MISRECOGNITION, read_table
from edge_er.text.carriers import CarrierWords

__all__ = [
    "CODES",
    "EDGE",
    "LOST",
    "UNHEARD_OF",
    "Costs",
    "code_bytes",
    "contexts_of",
    "letter_codes",
    "read_costs",
    "word_gain",
    "word_gains",
]

UNHEARD_OF = MISRECOGNITION.unheard_of
CODES, EDGE = MISRECOGNITION.codes, MISRECOGNITION.edge  # a-z, 0-9, and 27 that other characters share
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
LOST = CODES  # the column of letters that are lost
_CODE_OF = {letter: code for code, letter in enumerate(_LETTERS)} | {"_": EDGE, "-": LOST}
_ANY = "."
_BUCKETS = EDGE - len(_LETTERS)
_GAINS_AT_HAND = 1 << 14

Numbers = NDArray[np.int64]


class Costs(NamedTuple):
    """Cost tables of one language, by letter codes and named as in ``data/hearing.txt``.

    `said` is [S, recognised or lost], `after` [P, S, recognised or lost], `before` [S, N, recognised or lost]; `added`
    and `usual` are [P, recognised].
    """

    said: Numbers
    after: NDArray[np.int16]
    before: NDArray[np.int16]
    added: Numbers
    usual: Numbers


def word_gains(lang: str, words: Sequence[str]) -> Numbers:
    """What each word earns where all its letters are recognised as they are: int64 [words], in eighths of a bit."""
    if not any(words):
        return np.zeros(len(words), np.int64)
    costs, codes = read_costs(lang), letter_codes("".join(words))
    contexts = contexts_of(words)
    before, after = contexts // CODES**2, contexts % CODES
    same = costs.said[codes, codes]
    shifts = costs.after[before, codes, codes].astype(np.int64) + costs.before[codes, after, codes]
    earned = costs.usual[before, codes] - np.where(
        same < UNHEARD_OF, np.clip(same + shifts, 0, UNHEARD_OF), same
    )
    owners = np.repeat(np.arange(len(words)), [len(word) for word in words])
    return np.bincount(owners, earned, len(words)).astype(np.int64)


def word_gain(lang: str, word: str) -> int:
    """The same as `word_gains` for one word, in a fraction of the time."""
    if not word:
        return 0
    codes = b"%c%b%c" % (EDGE, code_bytes(word), EDGE)
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


def letter_codes(text: str) -> Numbers:
    """The codes of the characters of `text`: int64 [characters], from 0 to 62."""
    if text.isascii():
        return np.frombuffer(text.encode("ascii").translate(_ascii_codes()), np.uint8).astype(np.int64)
    return _codes(np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64))


def code_bytes(text: str) -> bytes:
    """The same as bytes."""
    if text.isascii():
        return text.encode("ascii").translate(_ascii_codes())
    return letter_codes(text).astype(np.uint8).tobytes()


@lru_cache(maxsize=1)
def _ascii_codes() -> bytes:
    return bytes(_codes(np.arange(256)).tolist())


def _codes(points: Numbers) -> Numbers:
    """The code of each code point."""
    letters, digits = (points >= 97) & (points <= 122), (points >= 48) & (points <= 57)
    foreign = len(_LETTERS) + points % _BUCKETS
    return np.where(letters, points - 97, np.where(digits, points - 22, foreign))


def contexts_of(forms: Sequence[str]) -> Numbers:
    """Each letter of all forms and its neighbours as one number, (before * 64 + letter) * 64 + after: [letters]."""
    codes = letter_codes("".join(forms))
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
    costs = _no_costs()
    # Row, column and cost of all cells of a table, so that numpy writes them at once.
    cells: dict[str, tuple[list[int], list[int], list[int]]] = {kind: ([], [], []) for kind in Costs._fields}
    for line in sections.get(lang, sections["all"]).splitlines():
        kind, key, *values = line.split(" ")
        if kind in CarrierWords._fields:
            continue
        columns, numbers = [_CODE_OF[value[0]] for value in values], [int(value[1:]) for value in values]
        if key == _ANY:  # stands before all others of its table
            getattr(costs, kind)[:, columns] = numbers
            continue
        row = reduce(lambda row, letter: row * CODES + _CODE_OF[letter], key, 0)
        for kept, more in zip(cells[kind], ([row] * len(values), columns, numbers), strict=True):
            kept += more
    for kind, (rows, columns, numbers) in cells.items():
        table = getattr(costs, kind)
        table.reshape(-1, table.shape[-1])[rows, columns] = numbers
    return costs


def _no_costs() -> Costs:
    """Tables before any line is read: what never happened, and characters beside a-z and 0-9."""
    said = np.full((CODES, CODES + 1), UNHEARD_OF, np.int64)
    foreign = np.arange(len(_LETTERS), EDGE)
    said[foreign, foreign], said[foreign, LOST] = MISRECOGNITION.foreign_same, MISRECOGNITION.foreign_lost
    after, before = np.zeros((2, CODES, CODES, CODES + 1), np.int16)
    added = np.full((CODES, CODES), MISRECOGNITION.foreign_added)
    usual = np.full((CODES, CODES), MISRECOGNITION.foreign_usual)
    return Costs(said, after, before, added, usual)
