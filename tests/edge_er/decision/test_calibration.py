from __future__ import annotations

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.errors import BundleCorruptError

SCORES = st.lists(st.floats(-1, 3), min_size=1, max_size=10).map(lambda scores: sorted(scores, reverse=True))
CURVED = Calibration(knots=((-4.0, 0.05), (0.0, 0.4), (3.0, 0.9)))
PRECISION = ((0.0, 0.0), (0.5, 0.2), (0.9, 0.6), (1.0, 1.0))


def dense(*scores: float) -> CandidateScores:
    return CandidateScores(scores, {"cosine": scores[0]})


@given(SCORES, st.sampled_from([Calibration(), CURVED]))
def test_confidences_are_shares_and_fall_with_the_rank(scores: list[float], calibration: Calibration) -> None:
    confidences = calibration.confidences(dense(*scores))
    assert all(0.0 <= confidence <= 1.0 for confidence in confidences)
    assert confidences == sorted(confidences, reverse=True)


@given(SCORES, st.floats(-1, 1), st.floats(0, 4), st.floats(0, 20), st.floats(0.01, 2))
def test_more_evidence_never_lowers_confidence(
    scores: list[float], cosine: float, sounds: float, edits: float, step: float
) -> None:
    calibration = Calibration({"cosine": 10.0, "sounds": 2.0, "sound_edits": 0.4})
    features = {"cosine": cosine, "sounds": sounds, "sound_edits": -edits}
    before = calibration.evidence(CandidateScores(scores, features))
    for name, value in features.items():
        assert calibration.evidence(CandidateScores(scores, {**features, name: value + step})) >= before
    alone = [scores[0], *(score - step for score in scores[1:])]
    before = calibration.evidence(CandidateScores(alone, features))
    rest = [score - step for score in alone[1:]]
    assert calibration.evidence(CandidateScores([scores[0], *rest], features)) >= before


def test_a_spread_changes_the_share_in_the_evidence_and_no_odds() -> None:
    plain, wide = Calibration(temperature=0.1), Calibration(temperature=0.1, spread=0.4)
    scores = dense(0.9, 0.7, 0.5)
    one, other = plain.confidences(scores), wide.confidences(scores)
    assert other[0] < one[0]  # the rival is nearer at a wider spread
    assert other[1] / other[0] == pytest.approx(one[1] / one[0])
    assert wide.rivals(scores) == plain.rivals(scores)
    alone = Calibration(temperature=0.1, spread=0.1).confidences(scores)
    assert alone == pytest.approx(one)
    assert Calibration.from_mapping(wide.to_dict()) == wide
    with pytest.raises(BundleCorruptError, match="spread"):
        Calibration.from_mapping({"spread": -0.1})


def test_only_a_few_share_the_evidence_at_a_spread() -> None:
    wide = Calibration(spread=0.4)
    many = dense(0.9, *[0.6] * 4)
    more = dense(0.9, *[0.6] * 14)
    assert wide.evidence(many) == wide.evidence(more)
    assert wide.evidence(more, 9) == pytest.approx(wide.evidence(more, 5))


def test_evidence_is_added_from_left_to_right_in_every_python() -> None:
    features = {f"feature {number}": 0.1 for number in range(10)}
    assert (
        Calibration(dict.fromkeys(features, 1.0), bias=0.0).evidence(CandidateScores([1.0], features))
        == 0.9999999999999999
    )


@pytest.mark.parametrize(
    ("scores", "decision"),
    [
        ((), "no_match"),
        ((0.99,), "match"),
        ((0.99, 0.5), "match"),
        ((0.99, 0.985), "ambiguous"),
        ((0.99, 0.99), "ambiguous"),
        ((0.1, 0.0), "no_match"),
        ((0.1, 0.1), "no_match"),
    ],
)
def test_decisions(scores: tuple[float, ...], decision: str) -> None:
    calibration = Calibration()
    assert calibration.decide(CandidateScores(scores, {"cosine": scores[0] if scores else 0.0})) == decision


def test_a_weight_of_an_unknown_sign_is_refused() -> None:
    with pytest.raises(BundleCorruptError, match=r"expected weights of cosine, found 'smell'"):
        Calibration({"cosine": 1.0, "smell": 1.0}).confidences(dense(0.5))


def test_twins_share_their_confidence() -> None:
    first, second, third = Calibration().confidences(dense(0.95, 0.95, 0.2))
    assert first == second
    assert third < 0.01
    assert first < Calibration().confidences(dense(0.95, 0.3, 0.2))[0]


def test_confidence_does_not_depend_on_how_many_candidates_are_asked_for() -> None:
    scores, calibration = [0.9 - 0.02 * place for place in range(20)], Calibration()
    compared = calibration.confidences(dense(*scores[:COMPARED]))
    assert calibration.confidences(dense(*scores))[:COMPARED] == compared


def test_how_many_cannot_be_told_apart() -> None:
    calibration = Calibration(temperature=0.1, twin=0.8)
    barely = 0.9 + 0.1 * math.log(0.8)
    for scores, tied in (
        ([0.9], 1),
        ([0.9, 0.9, 0.9, 0.2], 3),
        ([0.9, barely + 1e-6, barely - 1e-6], 2),
        ([0.9] * 20, COMPARED),
    ):
        assert calibration.tied(dense(*scores)) == tied
        assert tied == 1 or calibration.decide(dense(*scores)) != "match"


def test_a_higher_wish_answers_less() -> None:
    calibration = Calibration(precision=PRECISION)
    wishes = [0.01, 0.5, 0.7, 0.9, 0.95, 0.99]
    needed = [calibration.needed(wish) for wish in wishes]
    assert needed == pytest.approx([0.004, 0.2, 0.4, 0.6, 0.8, 0.96])
    assert all(one < other for one, other in pairwise(needed))
    sure = CandidateScores([1.0], {"cosine": 7.62 / 12})  # confidence .65
    assert calibration.confidences(sure) == [pytest.approx(0.65, abs=0.001)]
    decisions = [calibration.decide(sure, wish) for wish in wishes]
    assert decisions == ["match"] * 4 + ["no_match"] * 2
    assert calibration.needed() == calibration.needed(calibration.min_precision)


def test_rivals_count_together() -> None:
    calibration = Calibration(choice=5.0, temperature=0.1, rival=0.5)
    features = {"cosine": 0.95}
    twins, apart = (CandidateScores([1.0, score, 0.1], features) for score in (1.0, 0.5))
    close = CandidateScores([1.0, 0.9, 0.1], {"cosine": 0.8})
    assert [calibration.rivals(each) for each in (twins, close, apart)] == [2, 1, 1]
    assert [calibration.decide(each) for each in (twins, close, apart)] == ["ambiguous", "no_match", "match"]
    assert calibration.evidence(twins) == pytest.approx(calibration.evidence(apart), abs=0.05)
    assert calibration.confidences(twins)[:2] == pytest.approx(
        [calibration.confidences(apart)[0] / 2] * 2, rel=0.01
    )


def test_as_many_of_the_same_name_as_there_are_stay_ambiguous() -> None:
    calibration = Calibration(choice=5.0, temperature=0.1)
    for same in (2, 3, 5):
        assert calibration.decide(CandidateScores([1.0] * same + [0.1], {"cosine": 0.95})) == "ambiguous"
        assert calibration.decide(CandidateScores([1.0] * same + [0.1], {"cosine": 0.3})) == "no_match"


def test_many_weak_rivals_are_no_answer() -> None:
    calibration = Calibration(choice=5.0, temperature=0.1, bias=-6.0)
    weak = CandidateScores([1.0, 0.99, 0.98, 0.97, 0.96], {"cosine": 0.7})
    assert calibration.rivals(weak) == 5
    assert sum(calibration.confidences(weak)) < 0.1
    assert calibration.decide(weak) == "no_match"


def test_knots_make_a_curve_that_is_level_beyond_its_ends() -> None:
    flat = Calibration({"cosine": 1.0}, choice=0.0, bias=0.0, knots=((0.0, 0.1), (1.0, 0.9)))
    found = [flat.confidences(dense(value))[0] for value in (-1.0, 0.0, 0.5, 1.0, 2.0)]
    assert found == pytest.approx([0.1, 0.1, 0.5, 0.9, 0.9])


@pytest.mark.parametrize("wish", [0, 1, -0.1, 1.5, float("nan"), float("inf"), 95])
def test_nonsense_precision_is_refused(wish: float) -> None:
    with pytest.raises(ValueError, match="min_precision between 0 and 1"):
        Calibration().needed(wish)


@pytest.mark.parametrize("wish", ["0.95", True, [0.9]])
def test_precision_must_be_a_number(wish: object) -> None:
    with pytest.raises(TypeError, match="min_precision as a number"):
        Calibration().needed(wish)  # type: ignore[arg-type]


def test_extreme_weights_do_not_overflow() -> None:
    assert Calibration({"cosine": 1e6}, bias=-1e6).confidences(dense(-1.0, -1.0)) == [0.0, 0.0]
    assert Calibration({"cosine": 1e6}).confidences(dense(1.0)) == [1.0]
    assert Calibration(temperature=1e-6).confidences(dense(1.0, -1.0))[1] == 0.0


def test_reads_what_it_writes_and_keeps_defaults() -> None:
    calibration = Calibration(
        {"cosine": 3.0, "sounds": 1.0}, rival=0.1, knots=((0.0, 0.1), (1.0, 0.9)), precision=PRECISION
    )
    assert Calibration.from_mapping(json.loads(json.dumps(calibration.to_dict()))) == calibration
    assert Calibration.from_mapping({}) == Calibration()
    assert Calibration.from_mapping({"bias": 1, "fitted_on": "dev"}) == Calibration(bias=1)


@pytest.mark.parametrize("value", ["1", None, True, float("nan"), float("inf"), [1]])
def test_a_value_that_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(BundleCorruptError, match=r"calibration\.bias"):
        Calibration.from_mapping({"bias": value})


@pytest.mark.parametrize(
    "values",
    [
        {"weights": {"cosine": -1}},
        {"weights": [1]},
        {"choice": -1},
        {"temperature": 0},
        {"min_precision": 1.0},
        {"knots": 3},
        {"knots": [[1, 0.5], [0, 0.6]]},
        {"knots": [[0, 0.6], [1, 0.5]]},
        {"knots": [[0, 0.6], [1, 1.5]]},
        {"knots": [[0, "a"]]},
        {"precision": []},
    ],
)
def test_values_out_of_their_range_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(BundleCorruptError, match=rf"calibration\.{next(iter(values))}"):
        Calibration.from_mapping(values)
