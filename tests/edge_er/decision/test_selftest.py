"""When another machine's answer is the same as the one a bundle was shipped with."""

from __future__ import annotations

import pytest

from edge_er.decision.selftest import same_answer

ANSWER = {"query": "ser", "decision": "match", "ids": ["a", "b"], "scores": [2.0, 1.0]}
NEAR = {"query": "zzz", "decision": "no_match", "ids": ["a", "b"], "scores": [1.002, 1.0]}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"scores": [1.995, 1.005]}, True),
        ({"scores": [1.98, 1.0]}, False),
        ({"decision": "no_match"}, False),
        ({"ids": ["b", "a"]}, False),
        ({"ids": ["a", "c"]}, True),
        ({"ids": ["a"], "scores": [2.0]}, False),
    ],
)
def test_decision_first_and_scores_count(change: dict, same: bool) -> None:
    assert same_answer({**ANSWER, **change}, ANSWER) is same


def test_without_a_match_either_of_two_equals_may_be_first() -> None:
    swapped = {**NEAR, "ids": ["b", "a"]}
    assert same_answer(swapped, NEAR)
    assert not same_answer({**swapped, "decision": "ambiguous"}, {**NEAR, "decision": "ambiguous"})
    assert not same_answer(swapped, {**NEAR, "scores": [1.02, 1.005]})


def test_nothing_found_is_the_same_as_nothing_found() -> None:
    nothing = {"query": "", "decision": "no_match", "ids": [], "scores": []}
    assert same_answer(nothing, nothing)
    assert not same_answer(NEAR, nothing)
