"""The exact scan against a slow reference that is right by reading it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.index.exact import ExactIndex, dot_table, exact_columns


def reference(
    vectors: np.ndarray, form_entity: np.ndarray, query: np.ndarray, k: int
) -> list[tuple[int, int]]:
    best: dict[int, int] = {}
    for vector, entity in zip(vectors.tolist(), form_entity.tolist(), strict=True):
        score = sum(a * b for a, b in zip(vector, query.tolist(), strict=True))
        best[entity] = max(score, best.get(entity, score))
    return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:k]


@st.composite
def catalogs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Few distinct values and many forms an entity, so that ties and repeated entities are the rule."""
    forms, dim = draw(st.integers(1, 60)), draw(st.integers(1, 4))
    top = draw(st.sampled_from([1, 3, 127]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    vectors = random.integers(-top, top, (forms, dim), endpoint=True).astype(np.int8)
    owners = random.integers(0, draw(st.integers(1, forms)), forms)
    form_entity = np.unique(owners, return_inverse=True)[1].astype(np.int32)
    queries = random.integers(-top, top, (draw(st.integers(1, 4)), dim), endpoint=True).astype(np.int8)
    return vectors, form_entity, queries, draw(st.integers(1, 70))


@settings(max_examples=300)
@given(catalogs())
def test_equals_the_reference(catalog: tuple[np.ndarray, np.ndarray, np.ndarray, int]) -> None:
    vectors, form_entity, queries, k = catalog
    entities, scores = ExactIndex(vectors, form_entity).search(queries, k)
    assert entities.dtype == scores.dtype == np.int32
    for row, query in enumerate(queries):
        expected = reference(vectors, form_entity, query, k)
        assert list(zip(entities[row].tolist(), scores[row].tolist(), strict=True)) == expected


@pytest.mark.parametrize("dim", [1024, 1025, 4096])
def test_largest_possible_sums_are_exact(dim: int) -> None:
    vectors = np.full((3, dim), 127, np.int8)
    vectors[1, 0], vectors[2, 0] = 126, 125
    entities, scores = ExactIndex(vectors, np.arange(3, dtype=np.int32)).search(vectors[:1], 3)
    assert entities.tolist() == [[0, 1, 2]]
    assert scores.tolist() == [[127 * 127 * dim, 127 * 127 * dim - 127, 127 * 127 * dim - 254]]


def test_all_tied_are_ranked_by_entity() -> None:
    vectors = np.ones((5000, 8), np.int8)
    form_entity = np.repeat(np.arange(2500, dtype=np.int32), 2)
    entities, scores = ExactIndex(vectors, form_entity).search(np.ones((1, 8), np.int8), 7)
    assert entities.tolist() == [[0, 1, 2, 3, 4, 5, 6]]
    assert scores.tolist() == [[8] * 7]


def test_one_entity_with_all_the_best_forms() -> None:
    """The first few hundred forms belong to one entity: the scan has to look further for a second."""
    vectors = np.ones((1000, 4), np.int8)
    vectors[:900] = 5
    form_entity = np.concatenate([np.zeros(900), np.arange(1, 101)]).astype(np.int32)
    entities, scores = ExactIndex(vectors, form_entity).search(np.ones((1, 4), np.int8), 3)
    assert entities.tolist() == [[0, 1, 2]]
    assert scores.tolist() == [[20, 4, 4]]


@pytest.mark.parametrize("dim", [64, 1500])
def test_scores_of_many_forms_are_those_of_whole_numbers(dim: int) -> None:
    random = np.random.default_rng(3)
    vectors = random.integers(-127, 127, (20_000, dim), endpoint=True).astype(np.int8)
    queries = random.integers(-127, 127, (3, dim), endpoint=True).astype(np.int8)
    expected = [vectors @ query.astype(np.int32) for query in queries]
    assert (dot_table(queries, exact_columns(vectors)) == expected).all()
    index = ExactIndex(vectors, np.arange(20_000, dtype=np.int32))
    assert all((index.form_scores(query) == row).all() for query, row in zip(queries, expected, strict=True))


def test_empty_catalog_and_no_request() -> None:
    empty = ExactIndex(np.empty((0, 8), np.int8), np.empty(0, np.int32))
    assert empty.search(np.ones((2, 8), np.int8), 5)[0].shape == (2, 0)
    one = ExactIndex(np.ones((1, 8), np.int8), np.zeros(1, np.int32))
    assert one.search(np.empty((0, 8), np.int8), 5)[0].shape == (0, 1)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one entity index per form"):
        ExactIndex(np.ones((3, 8), np.int8), np.zeros(2, np.int32))
