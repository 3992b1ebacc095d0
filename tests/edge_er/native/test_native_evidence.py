"""Candidates, evidence and ranking in C, beside numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.native.library import Kernels
from edge_er.ranking.candidates import Pool
from edge_er.ranking.evidence import FormEvidence
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import best_candidates
from edge_er.ranking.weights import RerankWeights

WORDS = [
    "radio",
    "rocky",
    "eins",
    "bayern",
    "ii",
    "2",
    "zwanzig",
    "24",
    "the",
    "kiss",
    "küche",
    "98",
    "fm",
    "電視",
]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
WEIGHTS = st.builds(
    RerankWeights,
    words=st.sampled_from([0, 1, 3]),
    numbers=st.integers(0, 2),
    sound_pieces=st.sampled_from([0, 57]),
    dense_forms=st.integers(1, 4),
    sound_forms=st.sampled_from([0, 2]),
    heard=st.sampled_from([0, 221]),
    popularity=st.sampled_from([0, 30]),
)


@settings(max_examples=150)
@given(
    st.lists(TEXTS, min_size=1, max_size=12),
    st.lists(TEXTS, min_size=1, max_size=3),
    WEIGHTS,
    st.integers(0, 2**32 - 1),
    st.booleans(),
    st.sampled_from([1, 2, 30]),
)
def test_pool_and_order(
    kernels: Kernels,
    forms: list[str],
    texts: list[str],
    weights: RerankWeights,
    seed: int,
    filters: bool,
    k: int,
) -> None:
    random = np.random.default_rng(seed)
    owners = np.sort(random.integers(0, 5, len(forms))).astype(np.int32)
    demand, main = random.integers(0, 9, len(forms)), random.random(len(forms)) < 0.5
    allowed = random.random(5) < 0.5 if filters else None
    said = [
        Hypothesis(text, random.integers(-9, 9, len(forms)).astype(np.int32), float(random.integers(1, 5)), 7)
        for text in texts
    ]
    pools = []
    for each in (None, kernels):
        evidence = FormEvidence(forms, owners, "de", weights, demand, None, main, each)
        assert (evidence._set is None) == (each is None)
        pools.append(evidence.pool(said, k, allowed))
    plain, compiled = pools
    assert plain.forms.tolist() == compiled.forms.tolist()
    assert plain.entities.tolist() == compiled.entities.tolist()
    assert plain.names == compiled.names
    assert plain.values.tolist() == compiled.values.tolist()
    for variant in kernels.variants:
        found = best_candidates(compiled, said, k, weights, kernels=Kernels(kernels.file, variant))
        assert found == best_candidates(plain, said, k, weights)


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.integers(0, 60), st.integers(1, 70), st.sampled_from([2, 50]))
def test_the_best_of_a_pool(kernels: Kernels, seed: int, size: int, k: int, top: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(-top, top, (3, size)).astype(float)
    pool = Pool(random.permutation(size), random.integers(0, top, size), ("dense", "heard", "head"), values)
    weights = RerankWeights()
    assert best_candidates(pool, [], k, weights, kernels=kernels) == best_candidates(pool, [], k, weights)


@pytest.mark.parametrize("letters", [60, 100, 120, 140, 254, 255, 256, 700])
def test_requests_of_any_length_are_aligned(kernels: Kernels, letters: int) -> None:
    from edge_er.text.misrecognition import Misrecognition

    forms = ["bayern eins", "", "x" * 90, "radio", "b" * letters, *["kiss fm"] * 300]
    request = ("bayern" * letters)[:letters]
    chosen = list(range(len(forms)))
    plain, compiled = (
        Misrecognition("de", forms, kernels=each).scores(request, chosen) for each in (None, kernels)
    )
    assert plain.tolist() == compiled.tolist()
