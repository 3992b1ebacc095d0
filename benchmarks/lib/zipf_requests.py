"""Requests for the names of a large catalog of which few get most: the name of rank r in proportion to 1 / r."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.lib.large_catalog import LargeVectors, catalog_names, mixing, unit_rows
from catalog_tools.language.requests import RequestGenerator
from edge_er.encoder.encoder import Encoder, quantise

__all__ = ["request_vectors", "zipf"]

_SEED = 20261120


def zipf(size: int, encoded: int) -> NDArray[np.float64]:
    """How often each of `size` names is asked for; the first `encoded` have the first ranks, in a random order."""
    ranks = np.arange(1, size + 1, dtype=np.float64)
    ranks[:encoded] = 1 + np.random.default_rng(2).permutation(encoded)
    return 1.0 / ranks


def request_vectors(
    data: Path, large: LargeVectors, demand: NDArray[np.float64], encoder: Encoder, count: int
) -> NDArray[np.int8]:
    """int8 [count, dim]: requests for names drawn by demand, in carriers and with noise.

    A request for a name that is mixed of two is the weighted mean of requests for these.
    """
    drawn = np.random.default_rng(_SEED).choice(len(demand), count, p=demand / demand.sum())
    first, second, share = _parents(drawn, large.encoded, len(demand))
    names = catalog_names(data, large.encoded)
    generator, chance = RequestGenerator.of_languages(("en",)), random.Random(_SEED)
    texts = [generator.request(names[row], "en", chance) for row in [*first.tolist(), *second.tolist()]]
    one, other = np.split(large.units(encoder.encode(texts)), 2)
    return quantise(unit_rows(share[:, None] * one + (1 - share[:, None]) * other), large.scale)


def _parents(
    drawn: NDArray[np.int64], encoded: int, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Of each drawn name the two it is mixed of and the first's share; an encoded one is itself, with share 1."""
    first, second, share = drawn.copy(), drawn.copy(), np.ones(len(drawn), np.float32)
    start = encoded
    for parents, shares in mixing(encoded, size - encoded):
        here = np.flatnonzero((drawn >= start) & (drawn < start + len(shares)))
        at = drawn[here] - start
        first[here], second[here], share[here] = parents[0, at], parents[1, at], shares[at]
        start += len(shares)
    return first, second, share
