"""N-grams: how many n-grams of two and three characters a request shares with each form, weighted by their rarity.

An n-gram weighs floor(4 * log2(forms // forms with the n-gram)): what few forms have tells more about which one is
meant, as in inverse document frequency. The weight counts quarters of a bit, and whole numbers are the same on every
machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import add
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.search import Postings
from edge_er.native.sounds import MOST_LETTERS, FewForms, NgramForms, ngram_forms

__all__ = ["FewNgrams", "NgramIndex", "NgramWeights", "ngrams", "rarity"]

_BORDER = "\0"
_MOST_CODES = 1 << 22


def ngrams(text: str) -> set[str]:
    """The distinct n-grams of two and three characters of `text`."""
    pairs = list(map(add, text, text[1:]))
    return {*pairs, *map(add, pairs, text[2:])}


def rarity(forms: int, having: int) -> int:
    """Weight of an n-gram that `having` of `forms` forms have: floor(4 * log2(forms // having)); `having` is not 0.

    It is computed on whole numbers: 4 log2(x) = log2(x ** 4), and the floor of log2 is the bit length less 1.
    """
    return int((forms // having) ** 4).bit_length() - 1


class NgramWeights(Protocol):
    """The weight of each n-gram in some catalog."""

    def weight(self, ngram: str) -> int:
        """What sharing `ngram` counts."""
        ...


class NgramIndex:
    """An inverted index: n-gram -> the forms that have it. `totals` is int64 [forms], the weight of all its n-grams.

    Args:
        forms: texts to index, usually sound codes.
        weights: of n-grams, where another catalog decides them; by default their rarity among `forms`.
        kernels: that add up; without them numpy does.
    """

    def __init__(
        self, forms: Sequence[str], weights: NgramWeights | None = None, kernels: Kernels | None = None
    ) -> None:
        self.forms = len(forms)
        spellings, having, owners = _forms_of_each(forms, kernels)
        self._ids = {ngram: number for number, ngram in enumerate(spellings)}
        self._forms_of = owners
        self._starts = np.concatenate([[0], np.cumsum(having)]).tolist()
        if weights is None:
            weighs = {count: rarity(self.forms, count) for count in set(having.tolist())}
            self._weights = [weighs[count] for count in having.tolist()]
        else:
            self._weights = list(map(weights.weight, spellings))
        weight_of = np.repeat(np.array(self._weights, np.float64), having) if len(owners) else None
        self.totals = np.bincount(owners, weight_of, self.forms).astype(np.int64)
        self._native = kernels and Postings(kernels, self._starts, owners, self._weights, self.forms)

    def weight(self, ngram: str) -> int:
        """What sharing `ngram` counts; one that no form has counts as if one form had it."""
        number = self._ids.get(ngram)
        return rarity(self.forms, 1) if number is None else self._weights[number]

    def counts(self) -> dict[str, int]:
        """How many forms have each n-gram."""
        having = np.diff(self._starts).tolist()
        return {ngram: having[number] for ngram, number in self._ids.items()}

    def shared(self, request: str) -> NDArray[Any]:
        """Weight of the n-grams that each form shares with `request`: whole numbers, int32 or float64 [forms]."""
        known = [number for number in map(self._ids.get, ngrams(request)) if number is not None]
        if self._native is not None:
            return self._native.shared(known)
        postings = [self._forms_of[self._starts[number] : self._starts[number + 1]] for number in known]
        if not postings:
            return np.zeros(self.forms, np.float64)
        sizes = [len(forms) for forms in postings]
        weights = np.repeat([float(self._weights[number]) for number in known], sizes)
        return np.bincount(np.concatenate(postings), weights, self.forms).astype(np.float64, copy=False)


class FewNgrams:
    """The same sums as those of a `NgramIndex`, of so few forms that an index takes longer than to look for n-grams.

    Args:
        forms: texts, usually sound codes.
        weights: of n-grams.
        kernels: that look.
    """

    def __init__(self, forms: Sequence[str], weights: NgramWeights, kernels: Kernels) -> None:
        self._weight, self._forms = weights.weight, FewForms(kernels, forms)

    def shared(self, request: str) -> NDArray[Any]:
        """See `NgramIndex.shared`."""
        return self._forms.shared({ngram: self._weight(ngram) for ngram in ngrams(request)})


def _forms_of_each(
    forms: Sequence[str], kernels: Kernels | None
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32]]:
    """The distinct n-grams of all forms, how many forms have each, and which: those of the first, ascending, and so on.

    All forms are joined to one text, and each n-gram becomes a number whose figures are its letters.
    """
    text = np.frombuffer((_BORDER.join(forms) + _BORDER * 3).encode("utf-32-le"), np.uint32)
    there = np.zeros(int(text.max()) + 1, bool)
    there[text] = True
    alphabet = np.flatnonzero(there)
    place = np.empty(len(there), np.int64)
    place[alphabet] = np.arange(len(alphabet))  # the border is the smallest, and so number 0
    size = len(alphabet)
    if kernels and size <= MOST_LETTERS:
        numbers, having, owners = ngram_forms(kernels, place.astype(np.uint8)[text], size)
    else:
        numbers, having, owners = _sorted_forms(place[text], size)
    figures = np.stack([numbers // size**2, numbers // size % size, numbers % size], axis=1)
    return [ngram.rstrip(_BORDER) for ngram in _texts(alphabet[figures])], having, owners


def _sorted_forms(letters: NDArray[np.int64], size: int) -> NgramForms:
    """See `edge_er.native.sounds.ngram_forms`; an n-gram and its form become one number, so that numpy sorts them."""
    owner = np.cumsum(letters == 0) - (letters == 0)
    first, second, third = letters[:-2], letters[1:-1], letters[2:]
    two = (first > 0) & (second > 0)
    kinds = (first * size + second) * size
    codes = np.concatenate([kinds[two], (kinds + third)[two & (third > 0)]])
    owners = np.concatenate([owner[:-2][two], owner[:-2][two & (third > 0)]])
    order = np.argsort(_few_bits(codes, size**3), kind="stable")  # so forms ascend for each n-gram
    codes, owners = codes[order], owners[order]
    once = (np.diff(codes, prepend=-1) != 0) | (np.diff(owners, prepend=-1) != 0)
    kinds, forms_of = codes[once], owners[once]
    starts = np.flatnonzero(np.diff(kinds, prepend=-1) > 0)
    return NgramForms(kinds[starts], np.diff(starts, append=len(kinds)), forms_of.astype(np.int32))


def _few_bits(codes: NDArray[np.int64], most: int) -> NDArray[Any]:
    """Codes below `most` as numbers of the same order, of 16 bits if these are enough: they are sorted in one pass."""
    if most > _MOST_CODES:
        return codes
    there = np.zeros(most, bool)
    there[codes] = True
    found = np.flatnonzero(there)
    if len(found) > 1 << 16:
        return codes
    place = np.empty(most, np.uint16)
    place[found] = np.arange(len(found), dtype=np.uint16)
    return place[codes]


def _texts(points: NDArray[np.int64]) -> list[str]:
    """The texts [rows] of code points [rows, characters]."""
    whole = points.astype("<u4").tobytes().decode("utf-32-le")
    width = points.shape[1]
    return [whole[start : start + width] for start in range(0, len(whole), width)]
