"""Two levels of search: the forms that most requests name are scanned first, all others only where that is not enough.

After QLBT (Zhang et al. 2023, arXiv 2312.07517): what is asked for often is reached by a shorter path. There popular
entities stand higher in a tree; here they are a small exact index of their own, and a request that comes near enough to
one of them, by a floor measured when the catalog was built, ends there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import BundleCorruptError
from edge_er.index.exact import ExactIndex
from edge_er.index.faiss_index import FaissIndex

__all__ = ["POPULAR_FILE", "TwoLevelIndex", "popular_floor"]

POPULAR_FILE = "popular_forms.safetensors"


class TwoLevelIndex(FaissIndex):
    """A `FaissIndex` with an exact one of the popular forms before it.

    Args:
        index: of all forms.
        popular: indices of the popular forms, int32 [n], ascending; all forms of each entity that has any.
        floor: dot product from which on the nearest popular form is taken for the nearest of all.

    Raises:
        BundleCorruptError: `popular` are no such indices.
    """

    def __init__(self, index: FaissIndex, popular: NDArray[np.int32], floor: int) -> None:
        vars(self).update(vars(index))
        ascending = not len(popular) or (popular[0] >= 0 and (np.diff(popular) > 0).all())
        if not ascending or (len(popular) and popular[-1] >= index.forms):
            raise BundleCorruptError(
                f"{POPULAR_FILE}: expected ascending numbers of {index.forms} forms; build the bundle again"
            )
        self._popular, self._floor = popular.astype(np.int64), floor
        self._head = ExactIndex(self._vectors[popular], self._form_entity[popular])

    def nearest_forms(
        self, query: NDArray[np.int8], count: int, entities: int = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See `FaissIndex.nearest_forms`; of popular forms alone, where one is near enough."""
        near = self._near_popular(query, count)
        if near is not None and len(np.unique(self._form_entity[near[0]])) >= min(entities, self.entities):
            return near
        return super().nearest_forms(query, count, entities)

    def ends(self, query: NDArray[np.int8]) -> bool:
        """Whether `query`, int8 [dim], comes near enough to a popular form to end there."""
        return self._near_popular(query, 1) is not None

    def _near_popular(
        self, query: NDArray[np.int8], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """The nearest `count` popular forms and their dot products; None where the first is not near enough."""
        dots = self._head.form_scores(query)
        if len(dots) < count or dots.max(initial=-np.inf) < self._floor:
            return None
        floor = np.partition(dots, len(dots) - count)[len(dots) - count]
        near = np.flatnonzero(dots >= floor)
        order = near[np.lexsort((near, -dots[near]))[:count]]
        return self._popular[order], dots[order].astype(np.int64)


def popular_floor(index: Mapping[str, Any]) -> int | None:
    """The floor that a manifest's `index` tells; None where it tells of no popular forms.

    Raises:
        BundleCorruptError: it is no whole number.
    """
    told = index.get("popular")
    floor = told.get("floor") if isinstance(told, Mapping) else None
    if told is not None and (not isinstance(floor, int) or isinstance(floor, bool)):
        raise BundleCorruptError(
            f"manifest.json, index.popular.floor: expected a whole number, found {floor!r}; build the bundle again"
        )
    return floor
