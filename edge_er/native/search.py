"""Kernels of the search: the scan of vectors, and sums over the posting lists of n-grams."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address

__all__ = ["LARGEST_DIM", "Postings", "Scan"]

LARGEST_DIM = 1 << 17  # more int8 products than 32 bits hold


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
