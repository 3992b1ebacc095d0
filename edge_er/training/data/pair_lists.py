"""Requests with the entity forms they are confused with: what a re-ranking head is trained on.

All names come from clusters the encoder was not trained on, so its token embeddings are those of new names, right and
wrong ones alike. A request's wrong candidates are the names nearest to it by vector. Requests are drawn name by name,
each name as often, so that a name is wrong about as often as it is right and nothing is learned from which it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from edge_er.training.data.pool import Pool
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.token_rows import to_device

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
        model: the encoder whose neighbours are the wrong candidates; they are searched on its device.
        requests: how many lists.
        candidates: names in each, the right one first.
        seed: of the choice of requests.
    """
    rng = np.random.default_rng(seed)
    rows = _rows_name_by_name(pool, requests, rng)
    queries, right = [pool.queries[row] for row in rows], np.array([pool.entity[row] for row in rows])
    names, asked = model.encode_there(pool.names), model.encode_there(queries)
    cluster, gold = (to_device(np.asarray(values), model.device) for values in (pool.cluster, right))
    wrong = []
    for start in range(0, len(rows), CHUNK):
        scores = asked[start : start + CHUNK] @ names.T
        same = cluster[gold[start : start + CHUNK], None] == cluster[None, :]
        wrong.append(scores.masked_fill(same, -2.0).topk(candidates - 1, dim=1).indices)
    lists = torch.cat([gold[:, None], torch.cat(wrong)], dim=1).to(torch.int32).cpu().numpy()
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
