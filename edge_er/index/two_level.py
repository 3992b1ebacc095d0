"""Two-level index: the forms of popular entities are scanned first, all others only if none of those is near enough.

After the idea of QLBT (Zhang et al. 2023, arXiv 2312.07517): popular entities are reached by a shorter path. QLBT puts
them higher in a tree (docs/papers/popular_search.md has both beside each other). Here they have a small exact index of
their own. A request ends there if its best dot product reaches the floor, a threshold that is measured when the catalog
is built (`catalog_tools.build.popular_choice`): from it up, the best popular form is nearly always the best of all
forms.
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
    """A `FaissIndex` behind an exact index of the popular forms.

    Args:
        index: the index of all forms.
        popular: indices of the popular forms, int32 [n], ascending; with a form of an entity, all forms of it.
        floor: from this dot product up, the nearest popular form counts as the nearest of all.

    Raises:
        BundleCorruptError: `popular` does not ascend, or has an index that is too large.
    """

    def __init__(self, index: FaissIndex, popular: NDArray[np.int32], floor: int) -> None:
        vars(self).update(vars(index))
        ascending = not len(popular) or (popular[0] >= 0 and (np.diff(popular) > 0).all())
        if not ascending or (len(popular) and popular[-1] >= index.forms):
            raise BundleCorruptError(
                f"{POPULAR_FILE}: expected ascending indices below {index.forms}, found others; build the bundle again"
            )
        self._popular, self._floor = popular.astype(np.int64), floor
        self._head = ExactIndex(self._vectors[popular], self._form_entity[popular])

    def nearest_forms(
        self, query: NDArray[np.int8], count: int, entities: int = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """See `FaissIndex.nearest_forms`; popular forms alone, if the nearest of them reaches the floor."""
        near = self._near_popular(query, count)
        if near is not None and len(np.unique(self._form_entity[near[0]])) >= min(entities, self.entities):
            return near
        return super().nearest_forms(query, count, entities)

    def ends(self, query: NDArray[np.int8]) -> bool:
        """Whether a popular form reaches the floor for `query`, int8 [dim], so that the search ends there."""
        return self._near_popular(query, 1) is not None

    def _near_popular(
        self, query: NDArray[np.int8], count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
        """The nearest `count` popular forms and their dot products; None if the nearest is below the floor."""
        dots = self._head.form_scores(query)
        if len(dots) < count or dots.max(initial=-np.inf) < self._floor:
            return None
        # Sort only the forms that reach the dot product of place `count`, all ties included (see ExactIndex).
        last = np.partition(dots, len(dots) - count)[len(dots) - count]
        near = np.flatnonzero(dots >= last)
        order = near[np.lexsort((near, -dots[near]))[:count]]
        return self._popular[order], dots[order].astype(np.int64)


def popular_floor(index: Mapping[str, Any]) -> int | None:
    """The floor in a manifest's `index`; None if there are no popular forms.

    Raises:
        BundleCorruptError: it is not a whole number.
    """
    popular = index.get("popular")
    floor = popular.get("floor") if isinstance(popular, Mapping) else None
    if popular is not None and (not isinstance(floor, int) or isinstance(floor, bool)):
        raise BundleCorruptError(
            f"manifest.json, index.popular.floor: expected a whole number, found {floor!r}; build the bundle again"
        )
    return floor
