"""Kernels of the search: the scan of vectors, sums over the posting lists of n-grams, and the best scores."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address, room

__all__ = ["LARGEST_DIM", "BestForms", "Postings", "Scan"]

LARGEST_DIM = 1 << 17  # more int8 products than 32 bits hold
_PAIR = 16  # bytes of a form and its score

Numbers = NDArray[np.int64]


class Scan:
    """The dot products of int8 vectors [forms, dim], `dim` up to `LARGEST_DIM`, with one vector."""

    def __init__(self, kernels: Kernels, vectors: NDArray[np.int8]) -> None:
        self._kernels, self._kept = kernels, Kept()
        self._forms, self._dim = vectors.shape
        self._vectors = self._kept.at(vectors, np.int8)

    def __call__(self, query: NDArray[np.int8]) -> NDArray[np.int32]:
        """The dot product of `query`, int8 [dim], with each vector: int32 [forms].

        Raises:
            ValueError: the query has another length.
        """
        if query.shape != (self._dim,):
            raise ValueError(f"expected a vector of {self._dim} numbers, found {query.shape}")
        wide, dots = query.astype(np.int16), np.empty(self._forms, np.int32)
        self._kernels.scan(address(wide), self._vectors, self._forms, self._dim, address(dots))
        return dots


class Postings:
    """Which forms have each n-gram, and what sharing it counts.

    Args:
        kernels: that add up.
        starts: int [n-grams + 1], where the forms of each begin.
        forms_of: int32, the forms of the first n-gram, then those of the second, and so on.
        weights: of the n-grams, whole numbers.
        forms: how many forms there are.
    """

    def __init__(
        self, kernels: Kernels, starts: Any, forms_of: NDArray[np.int32], weights: Any, forms: int
    ) -> None:
        self._kernels, self._kept, self._forms = kernels, Kept(), forms
        self._of = (
            self._kept.at(np.asarray(starts), np.int64),
            self._kept.at(forms_of, np.int32),
            self._kept.at(np.asarray(weights), np.int32),
        )

    def shared(self, ids: Sequence[int]) -> NDArray[np.int32]:
        """The weights of the n-grams `ids`, summed up over the forms that have them: int32 [forms]."""
        sums, numbers = np.empty(self._forms, np.int32), array("i", ids)
        self._kernels.shared(*self._of, numbers.buffer_info()[0], len(ids), address(sums), self._forms)
        return sums


class BestForms:
    """The forms of the highest scores, best first, ties by form; `allowed`, bool [forms], excludes forms."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels

    def by_score(
        self, scores: NDArray[np.int32], count: int, allowed: NDArray[np.bool_] | None, least: int
    ) -> Numbers:
        """Those of `scores`, int32 [forms], above `least`, at most `count`."""
        if scores.dtype != np.int32:
            raise TypeError(f"expected scores int32, found {scores.dtype}")
        count = min(count, len(scores))
        best, mask = np.empty(count, np.int64), None if allowed is None else address(allowed)
        found = self._kernels.best_whole(
            address(scores), mask, len(scores), count, least, room(_PAIR * count), address(best)
        )
        return best[:found]

    def by_quotient(
        self,
        sums: NDArray[np.int32],
        sizes: NDArray[np.float64],
        count: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Numbers:
        """Those of `sums` / `sizes`, int32 and float64 [forms], from 0 up and above 0; at most `count`."""
        if sums.dtype != np.int32 or sizes.dtype != np.float64 or len(sums) != len(sizes):
            raise TypeError(f"expected sums int32 and sizes float64, found {sums.dtype} and {sizes.dtype}")
        count = min(count, len(sums))
        best, mask = np.empty(count, np.int64), None if allowed is None else address(allowed)
        found = self._kernels.best_quotient(
            address(sums), address(sizes), mask, len(sums), count, room(_PAIR * count), address(best)
        )
        return best[:found]
