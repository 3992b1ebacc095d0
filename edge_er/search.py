"""Vector to candidates: an exact scan over int8 vectors, ranked on integers so that every machine agrees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ExactIndex"]

_SCORES_AT_ONCE = 1 << 22  # 16 MB of float32 scores
_EXACT_IN_FLOAT32 = 1 << 24


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
        # Sums of products of small integers are exact in floats, and BLAS is many times faster on them.
        exact = np.float32 if self.dim * 128 * 128 <= _EXACT_IN_FLOAT32 else np.float64
        self._columns = np.ascontiguousarray(vectors.T, dtype=exact)
        self._form_entity = form_entity

    def search(self, queries: NDArray[np.int8], k: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The `k` best entities of each of `queries`, int8 [n, dim].

        Returns entity indices and scores, both int32 [n, min(k, entities)]: descending score, ties by entity index.
        """
        k = min(k, self.entities)
        entities = np.empty((len(queries), k), np.int32)
        scores = np.empty((len(queries), k), np.int32)
        if k == 0:
            return entities, scores
        step = max(1, _SCORES_AT_ONCE // self.forms)
        for start in range(0, len(queries), step):
            block = queries[start : start + step].astype(self._columns.dtype) @ self._columns
            for row, form_scores in enumerate(block, start):
                best = self._best_entities(form_scores, k)
                entities[row] = [entity for entity, _ in best]
                scores[row] = [score for _, score in best]
        return entities, scores

    def form_scores(self, query: NDArray[np.int8]) -> NDArray[np.floating]:
        """The dot product of one request, int8 [dim], with every form: whole numbers, [forms]."""
        scores: NDArray[np.floating] = query.astype(self._columns.dtype) @ self._columns
        return scores

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
