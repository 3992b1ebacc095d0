"""Numbers that all runtimes share: one file, and golden rows for sections of a manifest that say nothing."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from edge_er import constants
from edge_er.decision.calibration import Calibration
from edge_er.ranking.evidence import FormEvidence
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import best_candidates
from edge_er.ranking.weights import RerankWeights
from tools.golden.make_defaults import TARGET, K, confidence_rows, rows

GOLDEN: list[dict[str, Any]] = [json.loads(line) for line in TARGET.read_text("utf-8").splitlines()]
CALIBRATED = [row for row in GOLDEN if row["section"] == "calibration"]
RANKED = [row for row in GOLDEN if row["section"] == "rerank"]


def test_the_golden_rows_are_what_the_tool_writes() -> None:
    assert list(rows()) == GOLDEN
    assert {row["decision"] for row in CALIBRATED} == {"match", "ambiguous", "no_match"}


@pytest.mark.parametrize("row", RANKED, ids=lambda row: str(row["values"]))
def test_an_empty_section_ranks_as_the_golden_rows_say(row: dict[str, Any]) -> None:
    weights = RerankWeights.from_mapping(row["values"])
    owners, demand = np.array(row["owners"], np.int32), np.array(row["demand"], np.int64)
    evidence = FormEvidence(row["forms"], owners, row["lang"], weights, demand[owners])
    said = [Hypothesis(row["request"], np.array(row["vectors"]) @ np.array(row["vector"]))]
    pool = evidence.pool(said, K)
    found = best_candidates(pool, said, K, weights)
    assert pool.forms.tolist() == row["candidates"]
    assert [[one.entity, one.score] for one in found] == row["ranking"]
    assert [one.form for one in found] == row["forms_of_ranking"]


@pytest.mark.parametrize("name", [field.name for field in fields(Calibration)])
def test_no_default_of_a_calibration_can_change_unseen(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = getattr(Calibration(), name)
    others: dict[str, Any] = {
        "weights": {"cosine": 12.5},
        "knots": ((0.0, 0.0), (1.0, 1.0)),
        "precision": ((0.0, 0.0), (0.95, 0.8), (1.0, 1.0)),
    }
    changed = others[name] if name in others else usual + (0.1 if name != "min_precision" else -0.1)
    other = replace(Calibration(), **{name: changed})
    monkeypatch.setattr(Calibration, "from_mapping", lambda _: other)
    assert list(confidence_rows()) != CALIBRATED


@pytest.mark.parametrize("name", ["dense_forms", "sound_forms", "heard", "sound_pieces", "popularity"])
def test_no_default_of_a_ranking_can_change_unseen(name: str) -> None:
    for row in RANKED:
        weights = RerankWeights.from_mapping(row["values"])
        owners, demand = np.array(row["owners"], np.int32), np.array(row["demand"], np.int64)
        changed = replace(weights, **{name: getattr(weights, name) + 3})
        evidence = FormEvidence(row["forms"], owners, row["lang"], changed, demand[owners])
        said = [Hypothesis(row["request"], np.array(row["vectors"]) @ np.array(row["vector"]))]
        pool = evidence.pool(said, K)
        found = [[one.entity, one.score] for one in best_candidates(pool, said, K, changed)]
        if (pool.forms.tolist(), found) != (row["candidates"], row["ranking"]):
            return
    pytest.fail(f"{name}: another default gives the same rows")


def test_defaults_are_those_of_the_file() -> None:
    assert RerankWeights().to_dict() == vars(constants.RERANK)
    said = {**vars(constants.CALIBRATION), "weights": dict(constants.CALIBRATION.weights)}
    assert {field.name: getattr(Calibration(), field.name) for field in fields(Calibration)} == said
    assert RerankWeights.from_mapping({}) == RerankWeights()
    assert Calibration.from_mapping({}) == Calibration()


def test_every_number_of_the_file_is_declared() -> None:
    sections = [each for each in vars(constants).values() if isinstance(each, constants._Section)]
    assert len(sections) == len(constants._READ)
    for section in sections:
        assert list(vars(section)) == list(type(section).__annotations__), type(section).__name__


def test_constants_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        constants.MISRECOGNITION.left = 3
    with pytest.raises(TypeError):
        constants.CALIBRATION.weights["cosine"] = 1.0  # type: ignore[index]
