"""The fit of a calibration, on evidence whose law is known."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from edge_er.calibrate import Calibration
from edge_er.training.calibration import (
    MARGIN_CAP,
    Bin,
    Evidence,
    Fit,
    bins,
    calibration_error,
    fit_calibration,
    row_weights,
)
from tools.fit_calibration import ASKED, REMOVED, Question, evidence_of, senseless, write_card

FIT = Fit(
    shares={"asked": 0.7, "strange": 0.3}, refused=("strange",), clean="clean", answered=0.1, doubted=0.05
)


def evidence(rows: int = 20_000) -> Evidence:
    """Right with the probability logistic(10 score + 20 margin - 9); a tenth each clean and strange (never right)."""
    rng = np.random.default_rng(5)
    kind = rng.choice(["asked", "clean", "strange"], rows, p=[0.6, 0.1, 0.3])
    score, margin = rng.uniform(0.4, 1, rows), rng.uniform(0, 0.15, rows)
    odds = np.exp(10 * score + 20 * margin - 9)
    return Evidence(kind, score, margin, (rng.random(rows) < odds / (1 + odds)) & (kind != "strange"))


def test_the_weights_of_the_law_are_found():
    asked = evidence()
    fitted = fit_calibration(asked[asked.kind != "strange"], Fit({"asked": 1.0}, ("asked",), "clean"))
    assert fitted.score_weight == pytest.approx(10, abs=0.7)
    assert fitted.margin_weight == pytest.approx(20, abs=2)
    assert fitted.bias == pytest.approx(-9, abs=0.6)
    assert fitted.margin_cap == MARGIN_CAP


def test_thresholds_keep_their_promises():
    made = evidence()
    fitted = fit_calibration(made, FIT)
    assert made.answered(fitted)[made.kind == "strange"].mean() == pytest.approx(0.1, abs=0.002)
    clean = (made.kind == "clean") & made.right
    assert (made.margin[clean] < fitted.ambiguous_margin).mean() == pytest.approx(0.05, abs=0.003)
    assert made.answered(fitted)[clean].mean() > 0.15  # right ones have the higher scores


def test_a_wider_margin_never_lowers_confidence_even_where_the_rows_say_so():
    made = evidence(4000)
    upside_down = Evidence(made.kind, made.score, 0.15 - made.margin, made.right)
    fitted = fit_calibration(upside_down, FIT)
    assert fitted.margin_weight == 0
    assert fitted.score_weight > 0


def test_kinds_count_by_their_shares():
    kind = np.array(["asked"] * 8 + ["strange"] * 2 + ["clean"] * 10)
    weights = row_weights(kind, FIT.shares)
    assert weights.mean() == pytest.approx(1)
    assert weights[kind == "asked"].sum() / weights.sum() == pytest.approx(0.7)
    assert not weights[kind == "clean"].any()


def test_calibration_error_is_the_mean_distance_of_confidence_and_truth():
    confidence = np.array([0.05, 0.05, 0.95, 0.95, 1.0])
    right = np.array([False, True, True, True, True])
    found = bins(confidence, right, np.ones(5))
    assert found[0] == Bin(0.05, 0.5, 2.0, 2)
    assert found[1] == Bin(pytest.approx(2.9 / 3), 1.0, 3.0, 3)
    assert calibration_error(found) == pytest.approx((2 * 0.45 + 3 * (0.1 / 3)) / 5)


def test_a_request_is_asked_again_without_what_it_asks_for():
    asked = [Question(ASKED, "a", frozenset({7, 8})), Question("other", "b")]
    candidates = np.array([[7, 8, 3, 4], [3, 7, 4, 8]], np.int32)
    made = evidence_of(asked, candidates, np.array([[0.9, 0.8, 0.7, 0.5], [0.6, 0.5, 0.4, 0.3]]))
    assert made.kind.tolist() == [ASKED, REMOVED, "other"]
    assert made.score.tolist() == [0.9, 0.7, 0.6]
    assert made.margin.tolist() == pytest.approx([0.1, 0.2, 0.1])
    assert made.right.tolist() == [True, False, False]


def test_senseless_text_is_never_empty_and_depends_on_the_seed_only():
    texts = [senseless(["uno", "due", "tre", "quattro"], random.Random(seed)) for seed in range(50)]
    assert all(texts)
    assert texts == [senseless(["uno", "due", "tre", "quattro"], random.Random(seed)) for seed in range(50)]


def test_the_card_carries_a_calibration_that_can_be_read(tmp_path):
    (tmp_path / "encoder.json").write_text('{"name": "tiny", "calibration": {"bias": 1}}', encoding="utf-8")
    calibration = Calibration(score_weight=3, min_score=0.7)
    write_card(tmp_path, calibration, {"auroc": 0.9})
    card = json.loads((tmp_path / "encoder.json").read_text(encoding="utf-8"))
    assert card["name"] == "tiny"
    assert Calibration.from_mapping(card["calibration"]) == calibration
    assert card["calibration"]["fit"]["auroc"] == 0.9
    assert [path.name for path in tmp_path.iterdir()] == ["encoder.json"]
