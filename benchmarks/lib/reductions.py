"""Fewer dimensions for vectors that are there, without training their encoder: what HPD is held against.

`pca` keeps most of the inner products, `whitening` (Su et al., 2021) makes the components that it keeps uncorrelated
and of one size, `random_projection` knows nothing of the vectors, and `learned_projection` is fitted to a teacher's
similarities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from edge_er.training.methods.hpd import pca_axes, similarity_loss

__all__ = [
    "Reduction",
    "learned_projection",
    "pca",
    "random_projection",
    "ranks_of_first_right",
    "unit",
    "untrained",
    "whitening",
]

Floats = NDArray[np.float32]
EPOCHS, BATCH, RATE, TEMPERATURE = 20, 128, 1e-3, 0.05
AT_ONCE = 500


def unit(vectors: Floats) -> Floats:
    """The same directions [n, dim] at length 1; a vector of zeros stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    shortened: Floats = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return shortened


@dataclass(frozen=True)
class Reduction:
    """Vectors minus ``mean`` [width], on ``axes`` [dim, width], at length 1."""

    mean: Floats
    axes: Floats

    def __call__(self, vectors: Floats) -> Floats:
        """Unit vectors [n, dim] of vectors [n, width]."""
        return unit(((vectors - self.mean) @ self.axes.T).astype(np.float32))


def pca(vectors: Floats, dim: int) -> Reduction:
    """On the leading axes of the second moments of ``vectors`` [n, width], as HPD has them: not centred."""
    return Reduction(np.zeros(vectors.shape[1], np.float32), pca_axes(vectors, dim))


def whitening(vectors: Floats, dim: int) -> Reduction:
    """Centred, on the ``dim`` axes of most variance, each divided by its standard deviation."""
    mean = vectors.mean(0)
    variances, axes = np.linalg.eigh(np.cov((vectors - mean).T.astype(np.float64)))
    kept = axes[:, ::-1][:, :dim] / np.sqrt(np.maximum(variances[::-1][:dim], 1e-12))
    return Reduction(mean, kept.T.astype(np.float32))


def random_projection(width: int, dim: int, seed: int = 1) -> Reduction:
    """On ``dim`` axes at right angles to each other in directions drawn at random."""
    drawn = np.linalg.qr(np.random.default_rng(seed).standard_normal((width, dim)))[0]
    return Reduction(np.zeros(width, np.float32), drawn.T.astype(np.float32))


def learned_projection(vectors: Floats, wanted: Floats, dim: int, seed: int = 1) -> Reduction:
    """A linear map of ``vectors`` [n, width] whose similarities are to be those of ``wanted`` [n, any], row by row.

    It starts as a fresh layer and is fitted by ``hpd.similarity_loss`` in batches, with AdamW.
    """
    torch.manual_seed(seed)
    layer = nn.Linear(vectors.shape[1], dim, bias=False)
    optimizer = torch.optim.AdamW(layer.parameters(), lr=RATE, weight_decay=0.0)
    given, target, rng = torch.from_numpy(vectors), torch.from_numpy(wanted), np.random.default_rng(seed)
    for _ in range(EPOCHS):
        order = rng.permutation(len(vectors))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            rows = torch.from_numpy(order[start : start + BATCH])
            optimizer.zero_grad()
            similarity_loss(layer(given[rows]), target[rows], TEMPERATURE).backward()
            optimizer.step()
    return Reduction(np.zeros(vectors.shape[1], np.float32), layer.weight.detach().numpy())


def untrained(known: Floats, wanted: Floats, dim: int) -> dict[str, Reduction]:
    """All of these by name, fitted to vectors ``known`` [n, width] and those of a teacher for the same texts."""
    return {
        "whitening": whitening(known, dim),
        "PCA": pca(known, dim),
        "random projection": random_projection(known.shape[1], dim),
        "learned projection": learned_projection(known, wanted, dim),
    }


def ranks_of_first_right(
    vectors: Floats, asked: NDArray[np.int64], right: Sequence[Sequence[int]]
) -> NDArray[np.int64]:
    """The rank, from 1, of the first right one of each request, all other rows of ``vectors`` being candidates.

    Args:
        vectors: unit vectors [n, dim]; a request is a row of them, too, and no answer to itself.
        asked: the rows of the requests.
        right: for each request the rows that are right, at least one.
    """
    ranks = np.empty(len(asked), np.int64)
    for start in range(0, len(asked), AT_ONCE):
        rows = asked[start : start + AT_ONCE]
        scores = vectors[rows] @ vectors.T
        scores[np.arange(len(rows)), rows] = -np.inf
        for place, found in enumerate(scores):
            ranks[start + place] = 1 + np.count_nonzero(found > found[list(right[start + place])].max())
    return ranks
