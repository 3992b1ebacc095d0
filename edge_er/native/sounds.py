"""Kernels of what is made of all names when they are loaded: their sound codes, and which n-grams each has."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address

__all__ = ["MOST_LETTERS", "FewForms", "NgramForms", "SoundRules", "ngram_forms"]

MOST_LETTERS = 128  # of an alphabet whose n-grams are counted; more take too much memory
_PLAIN, _LETTERS, _CODES = 128, 4, 4
_RULE = struct.Struct("4s4sIii")
_MOST_PAIRS = 1 << 30
_AT_ONCE = 256  # n-grams of a request that one call looks for


class SoundRules:
    """Rules (letters to replace, letters of which one must follow, code), the first that fits at a place first.

    Raises:
        ValueError: a rule has more letters or codes than the kernels take, or others than a to z.
    """

    def __init__(self, kernels: Kernels, rules: Sequence[tuple[str, str, str]]) -> None:
        by_letter: list[list[bytes]] = [[] for _ in range(_PLAIN)]
        for letters, following, code in rules:
            if not 0 < len(letters) <= _LETTERS or len(code) > _CODES:
                raise ValueError(f"expected a rule of few letters, found {letters!r}, {code!r}")
            bits = sum(1 << ord(letter) - ord("a") for letter in set(following))
            packed = _RULE.pack(letters.encode("ascii"), code.encode("ascii"), bits, len(letters), len(code))
            by_letter[ord(letters[0])].append(packed)
        self._kernel, self._kept = kernels.sound_codes, Kept()
        first = np.cumsum([0, *map(len, by_letter)])
        rules_of = np.frombuffer(b"".join(rule for group in by_letter for rule in group), np.uint8)
        self._of = self._kept.at(rules_of, np.uint8), self._kept.at(first, np.int32)

    def __call__(self, text: str) -> str:
        """Sound codes of a text; what no rule is for stays."""
        points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        codes = np.empty(_CODES * len(points), np.uint32)
        size = self._kernel(*self._of, points.ctypes.data, len(points), address(codes))
        return codes[:size].astype("<u4").tobytes().decode("utf-32-le")


class NgramForms(NamedTuple):
    """Which forms have each n-gram.

    Attributes:
        numbers: int64 [n-grams], ascending: each n-gram's letters as figures of a number, the third 0 where it has two.
        having: int64 [n-grams], how many forms have each.
        forms: int32, the forms of the first n-gram, ascending, then those of the second, and so on.
    """

    numbers: NDArray[np.int64]
    having: NDArray[np.int64]
    forms: NDArray[np.int32]


def ngram_forms(kernels: Kernels, letters: NDArray[np.uint8], alphabet: int) -> NgramForms:
    """Which forms have each n-gram of two and three letters.

    Args:
        kernels: that find them.
        letters: of all forms, from 1 up and below `alphabet`, a 0 after each form, and two more at the end.
        alphabet: `MOST_LETTERS` at most.

    Raises:
        ValueError: there are too many letters.
    """
    size, kinds = len(letters) - 2, alphabet**3
    if alphabet > MOST_LETTERS or 2 * size > _MOST_PAIRS:
        raise ValueError(f"expected {MOST_LETTERS} different letters at most, found {alphabet} in {size}")
    starts, seen = np.empty(kinds + 1, np.int32), np.empty(kinds, np.int32)
    forms = np.empty(2 * size, np.int32)
    found = kernels.ngrams(address(letters), size, alphabet, address(starts), address(seen), address(forms))
    having = np.diff(starts)
    numbers = np.flatnonzero(having)
    return NgramForms(numbers, having[numbers].astype(np.int64), forms[:found].copy())


class FewForms:
    """A few forms in sound codes, of which each request asks which of its n-grams they have."""

    def __init__(self, kernels: Kernels, codes: Sequence[str]) -> None:
        self._kernel, self._kept, self._forms = kernels.shared_in, Kept(), len(codes)
        joined = np.frombuffer(
            ("".join(f"{each}\0" for each in codes) + "\0\0").encode("utf-32-le"), np.uint32
        )
        self._codes, self._size = self._kept.at(joined, np.uint32), len(joined) - 2

    def shared(self, weights: Mapping[str, int]) -> NDArray[np.int32]:
        """The weights of the n-grams of two and three letters that each form has, each once: int32 [forms]."""
        sums = np.zeros(self._forms, np.int32)
        some, ngrams = np.empty(self._forms, np.int32), list(weights)
        for at in range(0, len(ngrams), _AT_ONCE):
            part = ngrams[at : at + _AT_ONCE]
            letters = "".join(ngram.ljust(3, "\0") for ngram in part).encode("utf-32-le")
            weigh = array("i", [weights[ngram] for ngram in part])
            self._kernel(self._codes, self._size, letters, weigh.buffer_info()[0], len(part), address(some))
            sums += some
        return sums
