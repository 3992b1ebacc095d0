"""Batches of requests with confusable names side by side, so that the batch itself holds the hard negatives."""

from __future__ import annotations

from collections.abc import Iterator

import faiss
import numpy as np

from edge_er.training.data.pool import Pool
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.recipe import OptimSettings

__all__ = ["Batches"]

NEAREST = 12


class Batches:
    """Draws batches of rows of a pool: seeds in shuffled order, each with requests for names mistaken for its own.

    A contrastive loss tells each request's name from the other names of its batch. Names drawn at random are told
    apart soon and teach nothing more; those that the model still confuses do. So the model itself is asked which names
    are nearest to a request (``mine``), every few thousand steps, and requests for some of these join the batch: they
    are the hard negatives. One name per group is drawn from its nearest, so a false negative (the same thing under
    another name) is met only now and then; names of one cluster are left out by the loss.
    """

    def __init__(self, pool: Pool, settings: OptimSettings) -> None:
        self.pool, self.settings = pool, settings
        self.entity = np.asarray(pool.entity)
        self._rows_by_entity = np.argsort(self.entity, kind="stable")
        self._first = np.searchsorted(self.entity[self._rows_by_entity], np.arange(len(pool.names) + 1))
        self._nearest: np.ndarray | None = None

    def mine(self, model: DualEncoder) -> None:
        """Find for each name the names a request for it comes closest to (one request a name stands for all)."""
        rng = np.random.default_rng(self.settings.seed)
        rows = self._one_row_each(np.arange(len(self.pool.names)), rng)
        names = model.encode(self.pool.names)
        asked = model.encode([self.pool.queries[row] for row in rows])
        lists = max(1, min(512, len(names) // 40))
        index = faiss.index_factory(names.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.train(names[rng.permutation(len(names))[:40_000]])
        index.add(names)
        faiss.ParameterSpace().set_index_parameter(index, "nprobe", 6)
        self._nearest = np.asarray(index.search(asked, NEAREST)[1])

    def _one_row_each(self, entities: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        first, last = self._first[entities], self._first[entities + 1]
        places = first + (rng.random(len(entities)) * (last - first)).astype(np.int64)
        chosen: np.ndarray = self._rows_by_entity[places]
        return chosen

    def draw(self, first_step: int, steps: int) -> Iterator[np.ndarray]:
        """Row numbers [batch] for steps ``first_step`` to ``steps``; the same for the same seed, wherever it starts."""
        batch, group = self.settings.batch, self.settings.neighbours
        seeds_each = batch // group
        seeds_per_pass = len(self.entity) // seeds_each
        for step in range(first_step, steps):
            rng = np.random.default_rng((self.settings.seed, step))
            turn, place = divmod(step, seeds_per_pass)
            if step == first_step or place == 0:
                order = np.random.default_rng((self.settings.seed, 1 << 40, turn)).permutation(
                    len(self.entity)
                )
            seeds = order[place * seeds_each : (place + 1) * seeds_each]
            if self._nearest is None or group == 1:
                yield np.concatenate([seeds, rng.integers(len(self.entity), size=batch - seeds_each)])
                continue
            near = self._nearest[self.entity[seeds]][:, rng.permutation(NEAREST)[: group - 1]].ravel()
            near = np.where(near < 0, rng.integers(len(self.pool.names), size=near.shape), near)
            yield np.concatenate([seeds, self._one_row_each(near, rng)])
