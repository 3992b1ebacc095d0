"""A tree by likelihood finds what is near, popular names sooner; requests of a Zipf law; interleaved times."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tiny import require_packages

from benchmarks.lib import likelihood_tree
from benchmarks.lib.interleaved import interleaved, summary
from benchmarks.lib.large_catalog import LargeVectors, mixed_vectors
from benchmarks.lib.likelihood_tree import LikelihoodTree
from benchmarks.lib.zipf_requests import _parents, zipf

require_packages("faiss")
from benchmarks.cost import popular_search  # noqa: E402  needs the package


@pytest.fixture
def vectors(monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """int8 [2000, 16] of one length; leaves of eight."""
    monkeypatch.setattr(likelihood_tree, "LEAF", 8)
    rows = np.random.default_rng(3).normal(size=(2000, 16))
    return np.rint(rows / np.linalg.norm(rows, axis=1, keepdims=True) * 120).astype(np.int8)


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_tree_that_may_read_all_is_the_exact_scan(vectors: np.ndarray, share: float) -> None:
    tree = LikelihoodTree(vectors, zipf(2000, 2000), share)
    assert sorted(tree.order.tolist()) == list(range(2000))
    assert np.array_equal(tree.vectors, vectors[tree.order])
    request = np.roll(vectors[5], 1)
    dots = vectors.astype(int) @ request.astype(int)
    best = np.lexsort((np.arange(2000), -dots))[:4]
    places, scores = tree.search(request[None], 4)
    assert places[0].tolist() == best.tolist()
    assert scores[0].tolist() == dots[best].tolist()


def test_frequent_names_lie_higher_in_a_tree_by_likelihood(vectors: np.ndarray) -> None:
    demand = zipf(2000, 2000)
    plain, boosted = (LikelihoodTree(vectors, demand, share).depths() for share in (0.0, 0.5))
    assert plain.max() - plain.min() <= 3  # cuts are medians of a sample
    frequent = int(demand.argmax())
    assert boosted[frequent] <= plain[frequent] - 3
    assert (boosted * demand).sum() < (plain * demand).sum()
    assert boosted.mean() > plain.mean()


def test_a_tree_stops_where_it_may_read_no_more_or_is_near_enough(vectors: np.ndarray) -> None:
    tree = LikelihoodTree(vectors, zipf(2000, 2000), 0.0)
    few, _, path, nodes = tree.read(vectors[7], 30, np.inf)
    assert 30 <= len(few) < 30 + 8
    assert [count for count, _ in path][-1] == len(few)
    assert nodes >= 8
    assert len(tree.search(vectors[7:8], 20)[0][0]) == 20
    tree.floor = 0.0
    assert len(set(tree.search(vectors[7:8], 20)[0][0].tolist())) == 20
    ended, dots, _, _ = tree.read(vectors[7], 2000, 0.0)
    assert len(ended) <= 8
    assert dots.max() == int(vectors[7].astype(int) @ vectors[7].astype(int))


def test_the_first_ranks_are_those_of_encoded_names() -> None:
    demand = zipf(100, 40)
    assert sorted((1 / demand[:40]).round().astype(int).tolist()) == list(range(1, 41))
    assert (1 / demand[40:]).round().astype(int).tolist() == list(range(41, 101))


def test_a_mixed_name_is_asked_for_by_its_two_names() -> None:
    vectors = np.rint(120 * np.eye(8)).astype(np.int8)
    mixed = mixed_vectors(vectors, 50)
    drawn = np.array([3, 8, 40])
    first, second, share = _parents(drawn, 8, 58)
    assert (first[0], second[0], share[0]) == (3, 3, 1.0)
    large = LargeVectors(np.concatenate([vectors, mixed]), 8, 120.0, None)
    for at in (1, 2):
        both = share[at] * np.eye(8)[first[at]] + (1 - share[at]) * np.eye(8)[second[at]]
        asked = np.rint(120 * both / np.linalg.norm(both))
        assert np.abs(asked - large.vectors[drawn[at]]).max() <= 1


def test_every_item_is_given_to_every_system_and_ratios_are_of_the_reference() -> None:
    seen: list[tuple[str, int]] = []
    spent = interleaved({name: lambda item, name=name: seen.append((name, item)) for name in "ab"}, [1, 2, 3])
    counted = seen[6:]
    assert counted == [("a", 1), ("b", 1), ("b", 2), ("a", 2), ("a", 3), ("b", 3)]
    assert spent["a"].shape == (3,)
    cells = summary({"a": np.full(40, 2.0), "b": np.array([1.0] * 39 + [900.0])}, "a")
    assert cells["b"]["ratio"] == 0.5
    assert cells["a"]["ratio"] == 1
    assert cells["b"]["p50_ms"] == 1


def test_best_scores_are_those_of_all_vectors(vectors: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(popular_search, "AT_ONCE", 300)
    best = popular_search.best_scores(vectors, vectors[:3])
    assert best.tolist() == (vectors[:3].astype(int) @ vectors.T.astype(int)).max(axis=1).tolist()


def cell(**more: Any) -> dict[str, Any]:
    return {**dict.fromkeys(("mean_ms", "p50_ms", "p99_ms", "ratio"), 1.5), "recall_at_1": 1.0, **more}


def test_the_table_tells_of_indexes_and_trees() -> None:
    grown = {"depth": 14.0, "depth_by_demand": 11.0, "nodes": 90.0, "read": 2_000.0, "reads": 4_000}
    shares = {"0.0": 0.4, "0.0001": 0.5, "0.001": 0.7, "0.01": 0.9}
    cells = {
        "PQ": cell(),
        "PQ, first 1.0%": cell(ended=0.6),
        "tree": cell(ended=0.2, recall_by_share=shares, tree_bytes=4_000, **grown),
    }
    told = popular_search.table({"1000": cells})
    assert "| 1,000 | PQ, first 1.0% | 1.50 | 1.50 | 1.50 | 1.50 | 1.0000 | 0.600 |" in told
    assert "| 1,000 | tree | 14.0 | 11.0 | 90 | 2,000 | 4,000 | 0.400 | 0.500 | 0.700 | 0.900 | 4.0 |" in told
