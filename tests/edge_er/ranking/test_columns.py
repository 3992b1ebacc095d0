"""Columns of numbers: the best places, and groups of equal ones, against plain Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge_er.ranking.columns import best_forms, groups_of, highest_of_each, highest_of_group, numbered


@given(st.integers(0, 40), st.integers(0, 600), st.integers(1, 200), st.integers(0, 9), st.booleans())
def test_the_best_are_those_of_a_sort(count: int, forms: int, kinds: int, seed: int, some: bool) -> None:
    random = np.random.default_rng(seed)
    scores = random.integers(-kinds, kinds, forms)  # with few kinds most of them tie
    among = np.flatnonzero(random.random(forms) < 0.5) if some else None
    places = range(forms) if among is None else among.tolist()
    plain = sorted(places, key=lambda place: (-scores[place], place))[:count]
    for kind in (np.int64, np.float32, np.float64):
        assert best_forms(scores.astype(kind), count, among).tolist() == plain


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), max_size=12))
def test_groups_are_places_of_one_key(pairs: list[tuple[int, int]]) -> None:
    keys, values = np.array(pairs, np.int64).reshape(-1, 2).T
    groups = groups_of(keys)
    assert (groups is None) == (len(set(keys.tolist())) == len(keys))
    if groups is not None:
        plain = [max(value for other, value in pairs if other == key) for key, _ in pairs]
        assert highest_of_group(values, groups).tolist() == plain


def test_equal_texts_have_one_number_and_the_highest_of_columns_counts() -> None:
    assert numbered(["kiss", "ser", "kiss", ""]).tolist() == [0, 1, 0, 2]
    assert highest_of_each([np.array([1, 5])]).tolist() == [1, 5]
    assert highest_of_each([np.array([1, 5]), np.array([2, 3])]).tolist() == [2, 5]
    assert highest_of_each([np.array([False, True]), np.array([False, False])]).tolist() == [False, True]
