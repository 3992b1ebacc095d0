"""Requests with the entity forms they are confused with: what a re-ranking head is trained on.

All names come from clusters the encoder was not trained on, so its token embeddings are those of new names, right and
wrong ones alike. A request's wrong candidates are the names nearest to it by vector. Requests are drawn name by name,
each name as often, so that a name is wrong about as often as it is right and nothing is learned from which it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_er.training.data.pool import Pool
from edge_er.training.models.dual_encoder import DualEncoder

__all__ = ["PairLists", "make_lists"]

CHUNK = 1024


@dataclass(frozen=True)
class PairLists:
    """``queries[i]`` asks for ``names[candidates[i, 0]]``; the other columns of ``candidates`` [n, k] are wrong."""

    queries: list[str]
    names: list[str]
    candidates: NDArray[np.int32]


def make_lists(pool: Pool, model: DualEncoder, requests: int, candidates: int, seed: int) -> PairLists:
    """Lists of ``candidates`` names for ``requests`` requests of a pool of held-out names.

    Args:
        pool: of clusters the encoder has not been trained on (``load_pool`` with a part).
        model: the encoder whose neighbours are the wrong candidates.
        requests: how many lists.
        candidates: names in each, the right one first.
        seed: of the choice of requests.
    """
    rng = np.random.default_rng(seed)
    rows = _rows_name_by_name(pool, requests, rng)
    names = model.encode(pool.names)
    queries = [pool.queries[row] for row in rows]
    asked, right = model.encode(queries), np.array([pool.entity[row] for row in rows])
    cluster = np.array(pool.cluster)
    lists = np.empty((len(rows), candidates), np.int32)
    for start in range(0, len(rows), CHUNK):
        stop = min(start + CHUNK, len(rows))
        scores = asked[start:stop] @ names.T
        scores[cluster[right[start:stop], None] == cluster[None, :]] = -2.0
        nearest = np.argpartition(-scores, candidates - 1, axis=1)[:, : candidates - 1]
        lists[start:stop] = np.concatenate([right[start:stop, None], nearest], axis=1)
    return PairLists(queries, pool.names, lists)


def _rows_name_by_name(pool: Pool, requests: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows of the pool: every name in turn, each time with one of its requests."""
    entity = np.array(pool.entity)
    by_name = np.argsort(entity, kind="stable")
    first = np.searchsorted(entity[by_name], np.arange(len(pool.names) + 1))
    rows: list[NDArray[np.int64]] = []
    for _ in range(-(-requests // len(pool.names))):
        place = first[:-1] + (rng.random(len(pool.names)) * np.diff(first)).astype(np.int64)
        rows.append(rng.permutation(by_name[place]))
    return np.concatenate(rows)[:requests]
