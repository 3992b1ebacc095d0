"""Vector to candidates: an exact scan over int8 vectors, ranked on integers so that every machine agrees.

Dot products come from `np.einsum`, which runs on the calling thread alone. `@` would hand them to BLAS, which starts a
thread for each core as soon as a product is large: above 460,800 numbers in some versions of OpenBLAS, 9,216 in others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ExactIndex", "dot_products", "dot_table", "exact_columns", "exact_float"]

_EXACT_IN_FLOAT32 = 1 << 24


def exact_float(dim: int) -> type[np.floating]:
    """The float in which sums of `dim` products of int8 are exact; integers are summed many times slower."""
    return np.float32 if dim * 128 * 128 <= _EXACT_IN_FLOAT32 else np.float64


def exact_columns(vectors: NDArray[np.int8]) -> NDArray[np.floating]:
    """int8 [forms, dim] made ready for `dot_products`: floats [dim, forms]."""
    return np.ascontiguousarray(vectors.T, dtype=exact_float(vectors.shape[1]))


def dot_products(query: NDArray[np.int8], columns: NDArray[np.floating]) -> NDArray[np.floating]:
    """The dot products of one request, int8 [dim], with `exact_columns`: whole numbers, [forms]; on one thread."""
    products: NDArray[np.floating] = np.einsum("d,df->f", query.astype(columns.dtype), columns)
    return products


def dot_table(queries: NDArray[np.int8], columns: NDArray[np.floating]) -> NDArray[np.floating]:
    """The same for several requests, int8 [n, dim]: whole numbers, [n, forms]."""
    table = np.empty((len(queries), columns.shape[1]), columns.dtype)
    for row, query in zip(table, queries, strict=True):
        row[:] = dot_products(query, columns)
    return table


class ExactIndex:
    """Surface forms as int8 vectors, each belonging to an entity; answers with entities.

    `vectors` is int8 [forms, dim]; `form_entity` is int32 [forms], the entity index of each form.
    A score is the integer dot product of a request with an entity's best form.
    """

    def __init__(self, vectors: NDArray[np.int8], form_entity: NDArray[np.int32]) -> None:
        if vectors.ndim != 2 or form_entity.shape != vectors.shape[:1]:
            raise ValueError(
                "expected vectors [forms, dim] and one entity index per form, "
                f"found {vectors.shape} and {form_entity.shape}"
            )
        self.forms, self.dim = vectors.shape
        self.entities = len(np.unique(form_entity))
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

    def form_scores(self, query: NDArray[np.int8]) -> NDArray[np.floating]:
        """The dot product of one request, int8 [dim], with every form: whole numbers, [forms]."""
        return dot_products(query, self._columns)

    def _best_entities(self, form_scores: NDArray[np.floating], k: int) -> list[tuple[int, float]]:
        """(entity, score) of the `k` best: look at the best few forms, and at more while they hold too few entities."""
        count = min(2 * k, self.forms)
        while True:
            floor = np.partition(form_scores, self.forms - count)[self.forms - count]
            forms = np.flatnonzero(form_scores >= floor)  # every form as good as the floor, so no tie is cut
            best: dict[int, float] = {}
            for entity, score in zip(
                self._form_entity[forms].tolist(), form_scores[forms].tolist(), strict=True
            ):
                if score > best.get(entity, -np.inf):
                    best[entity] = score
            if len(best) >= k:
                return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]
            count = min(4 * count, self.forms)
