"""The fit of a calibration, on evidence whose law is known."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.training.data.decision_requests import TAKEN_OUT, TYPED, Question, senseless
from edge_er.training.fit.calibration import (
    Bin,
    bins,
    calibration_error,
    fit_calibration,
    fit_temperature,
    log_loss,
    precision_curve,
    row_weights,
)
from edge_er.training.fit.candidate_scores import ScoredRequests, joined
from edge_er.training.fit.confidence import left_out, scored_requests
from edge_er.training.fit.decision_report import no_match_auroc, report, risk_coverage

NAMES = ("cosine", "sounds", "sound_edits")
LAW = Calibration({"cosine": 8.0, "sounds": 1.0, "sound_edits": 0.5}, choice=1.0, bias=-4.0, temperature=0.1)
SHARES = {"asked": 1.0}


def made(rows: int = 20_000, seed: int = 5) -> ScoredRequests:
    """Right as often as LAW says; where the best is wrong, the second is right half of the time."""
    rng = np.random.default_rng(seed)
    scores = -np.sort(-rng.uniform(0.0, 1.0, (rows, COMPARED)), axis=1)
    features = np.stack(
        [rng.uniform(0.2, 1, rows), rng.uniform(0, 3, rows), rng.uniform(-6, 0, rows)], axis=1
    )
    asked = ScoredRequests(NAMES, np.full(rows, "asked"), scores, features, np.zeros(rows, np.int64))
    right = rng.random(rows) < asked.confidence(LAW)
    return replace(asked, place=np.where(right, 0, np.where(rng.random(rows) < 0.5, 1, -1)))


def test_the_weights_of_the_law_are_found() -> None:
    fitted = fit_calibration(made(), made(seed=6), SHARES)
    # the temperature of this law is not that of its right candidates, so `choice` and bias cannot be the law's
    for name, weight in LAW.weights.items():
        assert fitted.weights[name] == pytest.approx(weight, rel=0.15)
    checked = made(seed=7)
    error = calibration_error(bins(checked.confidence(fitted), checked.right, np.ones(len(checked))))
    assert error < 0.02


def test_the_temperature_of_the_choice_is_found() -> None:
    rng = np.random.default_rng(3)
    scores = -np.sort(-rng.uniform(0, 1, (20_000, COMPARED)), axis=1)
    shares = np.exp(scores / 0.2)
    shares /= shares.sum(axis=1, keepdims=True)
    place = (rng.random((len(scores), 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(max=COMPARED - 1)
    asked = ScoredRequests((), np.full(len(scores), "asked"), scores, np.zeros((len(scores), 0)), place)
    assert fit_temperature(asked, np.ones(len(scores))) == pytest.approx(0.2, rel=0.05)


def test_no_weight_falls_below_zero_even_where_the_rows_say_so() -> None:
    asked = made(4000)
    upside_down = replace(asked, features=asked.features * [1, 1, -1])
    fitted = fit_calibration(upside_down, upside_down, SHARES)
    assert fitted.weights["sound_edits"] == 0
    assert fitted.weights["cosine"] > 0


def test_a_feature_that_never_changes_has_no_weight() -> None:
    asked = made(4000)
    blind = replace(asked, features=asked.features * [1, 0, 0])
    fitted = fit_calibration(blind, blind, SHARES)
    assert (fitted.weights["sounds"], fitted.weights["sound_edits"]) == (0, 0)


def test_the_curve_that_loses_less_is_kept() -> None:
    asked = made()
    half = np.random.default_rng(1).random(len(asked)) < 0.5
    flattened = replace(asked, place=np.where(half, -1, asked.place))
    fitted = fit_calibration(flattened, flattened, SHARES)
    assert fitted.knots  # confidence ends at one half, which no logistic curve does
    assert log_loss(flattened, fitted, SHARES) < log_loss(
        flattened, fit_calibration(asked, asked, SHARES), SHARES
    )


def test_the_wanted_precision_is_kept() -> None:
    fitted, checked = fit_calibration(made(), made(seed=6), SHARES), made(seed=6)
    confidence = checked.confidence(fitted)
    for wanted in (0.7, 0.8, 0.9):
        answered = confidence >= fitted.needed(wanted)
        assert checked.right[answered].mean() == pytest.approx(wanted, abs=0.02)


def test_a_precision_curve_counts_ties_together() -> None:
    confidence = np.array([0.9, 0.5, 0.5, 0.1])
    right = np.array([True, True, False, False])
    curve = precision_curve(confidence, right, np.ones(4), (0.4, 0.6, 0.7, 0.99))
    assert curve == ((0.0, 0.0), (0.4, 0.0), (0.6, 0.5), (0.7, 0.9), (0.99, 0.9), (1.0, 1.0))
    cover = risk_coverage(confidence, right, np.ones(4), (0.6, 0.99))
    assert [row["answered"] for row in cover] == [0.75, 0.25]


def test_kinds_count_by_their_shares() -> None:
    kind = np.array(["asked"] * 8 + ["strange"] * 2 + ["clean"] * 10)
    weights = row_weights(kind, {"asked": 0.7, "strange": 0.3})
    assert weights.mean() == pytest.approx(1)
    assert weights[kind == "asked"].sum() / weights.sum() == pytest.approx(0.7)
    assert not weights[kind == "clean"].any()


def test_calibration_error_is_the_mean_distance_of_confidence_and_truth() -> None:
    confidence = np.array([0.05, 0.05, 0.95, 0.95, 1.0])
    right = np.array([False, True, True, True, True])
    found = bins(confidence, right, np.ones(5))
    assert found[0] == Bin(0.05, 0.5, 2.0, 2)
    assert found[1] == Bin(pytest.approx(2.9 / 3), 1.0, 3.0, 3)
    assert calibration_error(found) == pytest.approx((2 * 0.45 + 3 * (0.1 / 3)) / 5)


def test_auroc_is_over_what_was_asked_for_and_what_must_be_refused() -> None:
    kind = np.array(["asked", "asked", "far", "near", "other"])
    confidence = np.array([0.9, 0.5, 0.1, 0.7, 1.0])
    assert no_match_auroc(kind, confidence, "asked", ("far", "near", "absent")) == pytest.approx(0.75)


def test_a_report_counts_ambiguous_answers_by_all_that_they_offer() -> None:
    rows = [
        ("asked", CandidateScores([0.9, 0.9], {"cosine": 0.95}), [False, True]),
        ("asked", CandidateScores([0.9, 0.2], {"cosine": 0.95}), [True, False]),
        ("asked", CandidateScores([0.1, 0.0], {"cosine": 0.1}), [True, False]),
    ]
    figures = report(ScoredRequests.of(rows), Calibration(), SHARES, {})["kinds"]["asked"]
    assert figures == {"rows": 3, "answered": 0.6667, "ambiguous": 0.3333, "right_of_answered": 1.0}


def test_a_request_is_asked_again_without_what_it_asks_for(resolver) -> None:
    ids = [entity.id for entity in resolver.entities]
    asked = [
        Question(TYPED, "cadena ser", frozenset({0}), True),
        Question("other", "zzz", frozenset(), False),
    ]
    found, fitted = scored_requests(resolver, asked, ids)
    assert found.kind.tolist() == [TYPED, f"{TAKEN_OUT}, {TYPED}", "other"]
    assert found.place.tolist() == [0, -1, -1]
    assert fitted.tolist() == [True, True, False]
    assert found.scores[1, 0] == found.scores[0, 1]
    twice = joined([found, found])
    assert (len(twice), twice.kind.tolist()[3:]) == (6, found.kind.tolist())


def test_a_domain_is_judged_by_what_the_others_say() -> None:
    """Its own half is not fitted on: a domain with another law is judged wrongly."""
    asked, odd = made(6000), made(2000, seed=8)
    odd = replace(odd, place=np.where(odd.place == 0, -1, 0))
    whole, half = joined([asked, odd]), np.random.default_rng(1).random(8000) < 0.5
    domains = np.repeat(["usual", "odd"], [6000, 2000])
    figures = left_out(whole, half, domains, SHARES)
    assert list(figures) == ["usual", "odd"]
    assert figures["odd"]["log_loss"] > log_loss(odd, fit_calibration(odd, odd, SHARES), SHARES) + 0.1
    assert left_out(asked, half[:6000], domains[:6000], SHARES) == {}


def test_senseless_text_is_never_empty_and_depends_on_the_seed_only() -> None:
    texts = [senseless(["uno", "due", "tre", "quattro"], random.Random(seed)) for seed in range(50)]
    assert all(texts)
    assert texts == [senseless(["uno", "due", "tre", "quattro"], random.Random(seed)) for seed in range(50)]


def test_a_feature_that_never_changes_does_not_spoil_the_others() -> None:
    """The size of one catalog is the same in every request to it."""
    rng = np.random.default_rng(1)
    rows = []
    for _ in range(400):
        cosine = float(rng.random())
        right = bool(rng.random() < cosine)
        scores = CandidateScores([cosine, cosine / 2], {"cosine": cosine, "size": 4.0})
        rows.append(("typed", scores, [right, False]))
    asked = ScoredRequests.of(rows)
    fitted = fit_calibration(asked, asked, {"typed": 1.0})
    assert fitted.weights["size"] == 0.0
    assert fitted.weights["cosine"] + fitted.choice > 0.5
