"""Scan, sums of n-grams and best scores in C, beside numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import address, room
from edge_er.native.search import Postings, Scan
from edge_er.ranking.columns import LEAST, best_forms

Numbers = NDArray[np.int64]
SEEDS = st.integers(0, 2**32 - 1)


def _room(forms: int, count: int) -> int:
    return room(24 * min(forms, 4 * count + 64) + forms)


class BestForms:
    """The forms of the highest scores, ascending, ties by form; `allowed`, bool [forms], excludes forms."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels

    def by_score(
        self, scores: NDArray[np.int32], count: int, allowed: NDArray[np.bool_] | None, least: int
    ) -> Numbers:
        """Those of `scores`, int32 [forms], above `least`, at most `count`."""
        if scores.dtype != np.int32:
            raise TypeError(f"expected scores int32, found {scores.dtype}")
        count = min(count, len(scores))
        best, mask = np.empty(count, np.int64), None if allowed is None else address(allowed)
        found = self._kernels.best_whole(
            address(scores), mask, len(scores), count, least, _room(len(scores), count), address(best)
        )
        return best[:found]

    def by_quotient(
        self,
        sums: NDArray[np.int32],
        sizes: NDArray[np.float64],
        count: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Numbers:
        """Those of `sums` / `sizes`, int32 and float64 [forms], from 0 up and above 0; at most `count`."""
        if sums.dtype != np.int32 or sizes.dtype != np.float64 or len(sums) != len(sizes):
            raise TypeError(f"expected sums int32 and sizes float64, found {sums.dtype} and {sizes.dtype}")
        count = min(count, len(sums))
        best, mask = np.empty(count, np.int64), None if allowed is None else address(allowed)
        found = self._kernels.best_quotient(
            address(sums), address(sizes), mask, len(sums), count, _room(len(sums), count), address(best)
        )
        return best[:found]


@settings(max_examples=100)
@given(SEEDS, st.integers(0, 50), st.integers(1, 70), st.sampled_from([1, 127]))
def test_the_scan(kernels: Kernels, seed: int, forms: int, dim: int, top: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.integers(-top, top, (forms, dim), endpoint=True).astype(np.int8)
    query = random.integers(-128, 127, dim, endpoint=True).astype(np.int8)
    for variant in kernels.variants:
        found = Scan(Kernels(kernels.file, variant), vectors)(query)
        assert found.tolist() == (vectors.astype(int) @ query.astype(int)).tolist()


def test_a_vector_of_another_length_is_an_error(kernels: Kernels) -> None:
    scan = Scan(kernels, np.zeros((3, 8), np.int8))
    with pytest.raises(ValueError, match="8 numbers"):
        scan(np.zeros(7, np.int8))


@settings(max_examples=150)
@given(SEEDS, st.integers(0, 900), st.integers(0, 100), st.booleans(), st.sampled_from([2, 50, 10**6]))
def test_the_best_scores(
    kernels: Kernels, seed: int, forms: int, count: int, filters: bool, top: int
) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(-top, top, forms).astype(np.int32)
    mask = random.random(forms) < 0.5 if filters else None
    among = np.arange(forms) if mask is None else np.flatnonzero(mask)
    best = BestForms(kernels)
    assert best.by_score(scores, count, mask, LEAST).tolist() == sorted(best_forms(scores, count, among))
    above = among[scores[among] > 0]
    assert best.by_score(scores, count, mask, 0).tolist() == sorted(best_forms(scores, count, above))


@settings(max_examples=150)
@given(SEEDS, st.integers(0, 900), st.integers(0, 100), st.booleans(), st.sampled_from([1, 3, 400]))
def test_the_best_quotients(
    kernels: Kernels, seed: int, forms: int, count: int, filters: bool, top: int
) -> None:
    random = np.random.default_rng(seed)
    sums, sizes = (
        random.integers(0, top, forms).astype(np.int32),
        random.integers(150, 153, forms).astype(float),
    )
    mask = random.random(forms) < 0.5 if filters else None
    among = np.arange(forms) if mask is None else np.flatnonzero(mask)
    found = BestForms(kernels).by_quotient(sums, sizes, count, mask)
    assert found.tolist() == sorted(best_forms(sums / sizes, count, among))


@settings(max_examples=100)
@given(SEEDS, st.integers(1, 30), st.integers(1, 12))
def test_the_sums_of_ngrams(kernels: Kernels, seed: int, forms: int, ngrams: int) -> None:
    random = np.random.default_rng(seed)
    has = random.random((ngrams, forms)) < 0.4
    weights = random.integers(0, 80, ngrams)
    starts, owners = np.append(0, np.cumsum(has.sum(axis=1))), np.nonzero(has)[1].astype(np.int32)
    postings = Postings(kernels, starts, owners, weights, forms)
    for size in (0, ngrams // 2, ngrams):
        assert postings.shared(range(size)).tolist() == (weights[:size] @ has[:size]).tolist()
