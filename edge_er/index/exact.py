"""Exact index: the dot product of a request with every form, ranked on whole numbers so that every machine agrees.

`np.einsum` computes the dot products on the calling thread. `@` would call BLAS, which starts a thread for each core as
soon as a product is large: above 460,800 numbers in some versions of OpenBLAS, above 9,216 in others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.search import LARGEST_DIM, Scan
from edge_er.text.distinct import distinct

__all__ = ["ExactIndex", "dot_products", "dot_table", "exact_columns", "exact_float"]

_EXACT_IN_FLOAT32 = 1 << 24


def exact_float(dim: int) -> type[np.floating]:
    """The smallest float type in which a sum of `dim` products of int8 is exact.

    Floats hold whole numbers exactly up to 2 ** 24 or 2 ** 53, and numpy sums them many times faster than integers.
    """
    return np.float32 if dim * 128 * 128 <= _EXACT_IN_FLOAT32 else np.float64


def exact_columns(vectors: NDArray[np.int8]) -> NDArray[np.floating]:
    """int8 vectors [forms, dim] as `dot_products` takes them: floats [dim, forms]."""
    return np.ascontiguousarray(vectors.T, dtype=exact_float(vectors.shape[1]))


def dot_products(query: NDArray[np.int8], columns: NDArray[np.floating]) -> NDArray[np.floating]:
    """The dot products of one request, int8 [dim], with all forms (`exact_columns`): whole numbers, floats [forms]."""
    products: NDArray[np.floating] = np.einsum("d,df->f", query.astype(columns.dtype), columns)
    return products


def dot_table(queries: NDArray[np.int8], columns: NDArray[np.floating]) -> NDArray[np.floating]:
    """The same for several requests, int8 [n, dim]: whole numbers, floats [n, forms]."""
    table = np.empty((len(queries), columns.shape[1]), columns.dtype)
    for row, query in zip(table, queries, strict=True):
        row[:] = dot_products(query, columns)
    return table


class ExactIndex:
    """Exact search over surface forms. An entity's score is the largest dot product of the request with its forms.

    Args:
        vectors: int8 [forms, dim].
        form_entity: int32 [forms], the entity index of each form.
        kernels: that scan; without them numpy does.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    def __init__(
        self, vectors: NDArray[np.int8], form_entity: NDArray[np.int32], kernels: Kernels | None = None
    ) -> None:
        if vectors.ndim != 2 or form_entity.shape != vectors.shape[:1]:
            raise ValueError(
                "expected vectors [forms, dim] and one entity index per form, "
                f"found {vectors.shape} and {form_entity.shape}"
            )
        self.forms, self.dim = vectors.shape
        self.entities = len(distinct(form_entity))
        self._native = Scan(kernels, vectors) if kernels and self.dim <= LARGEST_DIM else None
        if self._native is None:
            self._columns = exact_columns(vectors)
        self._form_entity = form_entity

    def search(self, queries: NDArray[np.int8], k: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The `k` best entities of each of `queries`, int8 [n, dim].

        Returns entity indices and scores, both int32 [n, min(k, entities)]: descending score, ties by entity index.
        """
        k = min(k, self.entities)
        entities = np.empty((len(queries), k), np.int32)
        scores = np.empty((len(queries), k), np.int32)
        for row, query in enumerate(queries if k else ()):
            best = self._best_entities(self.form_scores(query), k)
            entities[row] = [entity for entity, _ in best]
            scores[row] = [score for _, score in best]
        return entities, scores

    def form_scores(self, query: NDArray[np.int8]) -> NDArray[Any]:
        """The dot product of one request, int8 [dim], with every form: whole numbers, floats or int32 [forms]."""
        return dot_products(query, self._columns) if self._native is None else self._native(query)

    def _best_entities(self, form_scores: NDArray[Any], k: int) -> list[tuple[int, float]]:
        """(entity, score) of the `k` best entities, best first; ties by entity index."""
        # Look at the best `count` forms, and at four times as many while they belong to fewer than k entities.
        # `partition` finds the score of the last of them, the floor, without sorting. Every form that reaches the
        # floor is taken, also more than `count`: else which of several equal forms came in would be chance.
        count = min(2 * k, self.forms)
        while True:
            floor = np.partition(form_scores, self.forms - count)[self.forms - count]
            forms = np.flatnonzero(form_scores >= floor)
            best: dict[int, float] = {}
            for entity, score in zip(
                self._form_entity[forms].tolist(), form_scores[forms].tolist(), strict=True
            ):
                if score > best.get(entity, -np.inf):
                    best[entity] = score
            if len(best) >= k:
                return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]
            count = min(4 * count, self.forms)
