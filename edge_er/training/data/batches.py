"""Batches of requests with confusable names side by side, so that the batch itself holds the hard negatives."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

import faiss
import numpy as np
import torch
from torch import Tensor, nn

from edge_er.errors import RecipeError
from edge_er.training.data.pool import Pool
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.settings import OptimSettings

__all__ = ["Batches"]

NEAREST = 12
_SCORES_AT_ONCE = 1 << 28  # 1 GiB of them


class Batches:
    """Draws batches of rows of a pool: seeds in shuffled order, each with requests for names mistaken for its own.

    A contrastive loss tells each request's name from the other names of its batch. Names drawn at random are told
    apart soon and teach nothing more; those that the model still confuses do. So the model itself is asked which names
    are nearest to a request (``mine``), every few thousand steps, and requests for some of these join the batch: they
    are the hard negatives. One name per group is drawn from its nearest, so a false negative (the same thing under
    another name) is met only now and then; names of one cluster are left out by the loss.
    """

    def __init__(
        self, pool: Pool, settings: OptimSettings, kept: MutableMapping[str, Tensor] | None = None
    ) -> None:
        """``kept`` is where mined names are kept, and found again, under "nearest": a run's ``kept``."""
        self.pool, self.settings = pool, settings
        self.entity = np.asarray(pool.entity)
        self._kept = {} if kept is None else kept
        seeds = settings.batch // settings.neighbours
        if len(self.entity) < seeds:
            raise RecipeError(
                f"[data] requests: expected at least {seeds:,}, a batch without its neighbours, found "
                f"{len(self.entity):,}; make more of them, or set [optim] batch lower"
            )
        if len(set(pool.cluster)) < 2:
            raise RecipeError(
                f"[data] expected names of at least two things to tell apart, found {len(set(pool.cluster))}; give a "
                "catalog with more of them"
            )
        self._rows_by_entity = np.argsort(self.entity, kind="stable")
        self._first = np.searchsorted(self.entity[self._rows_by_entity], np.arange(len(pool.names) + 1))

    @property
    def mined(self) -> bool:
        """Whether confusable names are known."""
        return "nearest" in self._kept

    def mine(self, model: DualEncoder) -> None:
        """Find for each name the names a request for it comes closest to (one request a name stands for all)."""
        rng = np.random.default_rng(self.settings.seed)
        rows = self._one_row_each(np.arange(len(self.pool.names)), rng)
        names = model.encode_there(self.pool.names)
        asked = model.encode_there([self.pool.queries[row] for row in rows])
        found = _by_faiss(asked, names, rng) if names.device.type == "cpu" else _by_all(asked, names)
        self._kept["nearest"] = found.to(torch.int32)

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
        nearest = self._kept["nearest"].numpy() if self.mined and group > 1 else None
        for step in range(first_step, steps):
            rng = np.random.default_rng((self.settings.seed, step))
            turn, place = divmod(step, seeds_per_pass)
            if step == first_step or place == 0:
                order = np.random.default_rng((self.settings.seed, 1 << 40, turn)).permutation(
                    len(self.entity)
                )
            seeds = order[place * seeds_each : (place + 1) * seeds_each]
            if nearest is None:
                yield np.concatenate([seeds, rng.integers(len(self.entity), size=batch - seeds_each)])
                continue
            near = nearest[self.entity[seeds]][:, rng.permutation(NEAREST)[: group - 1]].ravel()
            near = np.where(near < 0, rng.integers(len(self.pool.names), size=near.shape), near)
            yield np.concatenate([seeds, self._one_row_each(near, rng)])


def _by_faiss(asked: Tensor, names: Tensor, rng: np.random.Generator) -> Tensor:
    """The nearest names of each request by an approximate index; -1 where fewer are found."""
    vectors, lists = names.numpy(), max(1, min(512, len(names) // 40))
    kind = f"IVF{lists},SQ8" if lists > 1 else "Flat"  # too few names for lists are all compared
    index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    if lists > 1:
        index.train(vectors[rng.permutation(len(vectors))[:40_000]])
        faiss.ParameterSpace().set_index_parameter(index, "nprobe", 6)
    index.add(vectors)
    return torch.from_numpy(index.search(asked.numpy(), NEAREST)[1])


def _by_all(asked: Tensor, names: Tensor) -> Tensor:
    """The same, exactly, on the device where the vectors are: a GPU compares all of them in seconds."""
    count, at_once = min(NEAREST, len(names)), max(1, _SCORES_AT_ONCE // len(names))
    found = torch.cat([(part @ names.T).topk(count, dim=1).indices for part in asked.split(at_once)])
    return nn.functional.pad(found, (0, NEAREST - count), value=-1).cpu()
