"""Scan, sums of n-grams and best scores in C, beside numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.native.library import Kernels
from edge_er.native.search import BestForms, Postings, Scan
from edge_er.ranking.columns import LEAST, best_forms

SEEDS = st.integers(0, 2**32 - 1)


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
@given(SEEDS, st.integers(0, 90), st.integers(0, 100), st.booleans(), st.sampled_from([2, 50, 10**6]))
def test_the_best_scores(
    kernels: Kernels, seed: int, forms: int, count: int, filters: bool, top: int
) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(-top, top, forms).astype(np.int32)
    mask = random.random(forms) < 0.5 if filters else None
    among = np.arange(forms) if mask is None else np.flatnonzero(mask)
    best = BestForms(kernels)
    assert best.by_score(scores, count, mask, LEAST).tolist() == best_forms(scores, count, among).tolist()
    above = among[scores[among] > 0]
    assert best.by_score(scores, count, mask, 0).tolist() == best_forms(scores, count, above).tolist()


@settings(max_examples=150)
@given(SEEDS, st.integers(0, 90), st.integers(0, 100), st.booleans(), st.sampled_from([1, 3, 400]))
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
    assert found.tolist() == best_forms(sums / sizes, count, among).tolist()


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
