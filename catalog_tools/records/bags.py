"""Bags of words or q-grams of all rows; pairs of rows are compared in batches, without a matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Bags", "Overlap"]

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Overlap:
    """What pairs of bags have in common, and what only one of them has."""

    shared: _Floats  # [pairs] sum of squared weights of the common words
    left: tuple[_Ints, _Ints]  # pair and word of all that only the left bag has
    right: tuple[_Ints, _Ints]


class Bags:
    """One bag a row; a word weighs `idf`, log(1 + rows / rows with it), so that rare words count more."""

    def __init__(self, bags: Sequence[Sequence[str]]) -> None:
        sets = [set(bag) for bag in bags]
        counts = Counter(word for bag in sets for word in sorted(bag))
        self.vocabulary = list(counts)
        numbers = {word: index for index, word in enumerate(counts)}
        self.idf: _Floats = np.log1p(max(len(bags), 1) / np.array(list(counts.values()) or [1], np.float64))
        self.rarest = float(np.log1p(max(len(bags), 1)))  # the weight of a word that one row has
        self.sizes: _Ints = np.array([len(bag) for bag in sets], np.int64)
        self.starts: _Ints = np.cumsum(self.sizes) - self.sizes
        self.words: _Ints = np.array([n for bag in sets for n in sorted(numbers[w] for w in bag)], np.int64)
        weights = np.concatenate([[0.0], np.cumsum(self.idf[self.words] ** 2)])
        self.total: _Floats = weights[self.starts + self.sizes] - weights[self.starts]

    def overlap(self, a: _Ints, b: _Ints) -> Overlap:
        """Rows `a` beside rows `b`, pair by pair."""
        pair_a, word_a = self.words_of(a)
        pair_b, word_b = self.words_of(b)
        key_a, key_b = pair_a * len(self.idf) + word_a, pair_b * len(self.idf) + word_b
        both, only_b = _is_among(key_a, key_b), ~_is_among(key_b, key_a)
        shared = np.bincount(pair_a[both], self.idf[word_a[both]] ** 2, len(a)).astype(np.float64)
        return Overlap(shared, (pair_a[~both], word_a[~both]), (pair_b[only_b], word_b[only_b]))

    def words_of(self, rows: _Ints) -> tuple[_Ints, _Ints]:
        """Place in `rows` and number of every word of `rows`, in order."""
        sizes = self.sizes[rows]
        pairs = np.repeat(np.arange(len(rows)), sizes)
        within = np.arange(len(pairs)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return pairs, self.words[np.repeat(self.starts[rows], sizes) + within]

    def cosine(self, a: _Ints, b: _Ints, shared: _Floats) -> _Floats:
        """Cosine of the weighted bags, [pairs]; 0 where one is empty."""
        length = np.sqrt(self.total[a] * self.total[b])
        return np.divide(shared, length, out=np.zeros(len(a)), where=length > 0)

    def containment(self, a: _Ints, b: _Ints, shared: _Floats) -> _Floats:
        """Share of the lighter bag's weight that both have, [pairs]."""
        lighter = np.minimum(self.total[a], self.total[b])
        return np.divide(shared, lighter, out=np.zeros(len(a)), where=lighter > 0)

    def heaviest(self, only: tuple[_Ints, _Ints], pairs: int) -> _Floats:
        """Weight of the rarest word that only one side has, [pairs]; 0 where there is none."""
        weights = np.zeros(pairs)
        np.maximum.at(weights, only[0], self.idf[only[1]])
        return weights


def _is_among(keys: _Ints, among: _Ints) -> NDArray[np.bool_]:
    """Whether each of the sorted `keys` is in the sorted `among`, bool [keys]."""
    if not len(among):
        return np.zeros(len(keys), bool)
    place = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    present: NDArray[np.bool_] = among[place] == keys
    return present
