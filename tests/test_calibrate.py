from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.calibrate import Calibration
from edge_er.errors import BundleCorruptError

COSINES = st.lists(st.floats(-1, 1), min_size=1, max_size=10).map(lambda scores: sorted(scores, reverse=True))


@given(COSINES)
def test_confidence_is_a_share_and_falls_with_the_rank(scores: list[float]) -> None:
    confidences = Calibration().confidences(scores)
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize(
    ("scores", "decision"),
    [
        ([], "no_match"),
        ([0.99], "match"),
        ([0.99, 0.5], "match"),
        ([0.99, 0.985], "ambiguous"),
        ([0.1, 0.0], "no_match"),
    ],
)
def test_decisions(scores: list[float], decision: str) -> None:
    calibration = Calibration()
    assert calibration.decide(scores, calibration.confidences(scores)) == decision


def test_a_close_rival_lowers_confidence() -> None:
    calibration = Calibration()
    assert calibration.confidences([0.9, 0.88])[0] < calibration.confidences([0.9, 0.4])[0]


def test_siblings_take_confidence_from_each_other_and_are_answered_for_their_score() -> None:
    calibration = Calibration(margin_weight=20.0, min_confidence=0.99, min_score=0.9, ambiguous_margin=0.01)
    assert calibration.decide([0.91, 0.88], calibration.confidences([0.91, 0.88])) == "match"
    assert calibration.decide([0.91, 0.905], calibration.confidences([0.91, 0.905])) == "ambiguous"
    assert calibration.decide([0.89, 0.86], calibration.confidences([0.89, 0.86])) == "no_match"


def test_a_catalog_of_one_name_does_not_make_every_text_a_match() -> None:
    calibration = Calibration(
        score_weight=17.0, margin_weight=28.0, bias=-15.0, margin_cap=0.15, min_confidence=0.7
    )
    assert calibration.decide([0.5], calibration.confidences([0.5])) == "no_match"
    assert calibration.decide([0.95], calibration.confidences([0.95])) == "match"


def test_extreme_weights_do_not_overflow() -> None:
    assert Calibration(score_weight=1e6, bias=-1e6).confidences([-1.0, -1.0]) == [0.0, 0.0]
    assert Calibration(score_weight=1e6).confidences([1.0]) == [1.0]


def test_reads_what_it_writes_and_keeps_defaults() -> None:
    calibration = Calibration(score_weight=3.0, ambiguous_margin=0.1)
    assert Calibration.from_mapping(json.loads(json.dumps(calibration.to_dict()))) == calibration
    assert Calibration.from_mapping({}) == Calibration()
    assert Calibration.from_mapping({"bias": 1, "fitted_on": "dev"}) == Calibration(bias=1)


@pytest.mark.parametrize("value", ["1", None, True, float("nan"), float("inf"), [1]])
def test_a_value_that_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(BundleCorruptError, match=r"calibration\.bias"):
        Calibration.from_mapping({"bias": value})
