"""How good confidence and decision are: calibration error, no-match AUROC, what is answered and how often rightly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.decision.calibration import Calibration
from edge_er.training.fit.calibration import (
    bins,
    calibration_error,
    log_loss,
    precision_curve,
    row_weights,
)
from edge_er.training.fit.candidate_scores import ScoredRequests

__all__ = ["no_match_auroc", "report", "risk_coverage"]

Floats = NDArray[np.float64]


def report(
    asked: ScoredRequests,
    calibration: Calibration,
    shares: Mapping[str, float],
    strata: Mapping[str, tuple[str, Sequence[str]]],
) -> dict[str, Any]:
    """Figures of `asked` under `calibration`, kinds weighted by `shares`.

    `answered` is the share of those requests whose best candidate is right, `precision` that of right answers.
    `strata`: name -> (the kind that is asked for, the kinds that must be refused), for the AUROC of each.
    """
    rows, confidence = asked.rows(), asked.confidence(calibration)
    decisions = np.array([calibration.decide(row) for row in rows])
    close = np.array([calibration.rivals(row) for row in rows])
    weights = row_weights(asked.kind, shares)
    answered = decisions != "no_match"
    right = (asked.place >= 0) & (asked.place < np.where(decisions == "ambiguous", close, 1))
    return {
        "expected_calibration_error": round(calibration_error(bins(confidence, asked.right, weights)), 4),
        "log_loss": round(log_loss(asked, calibration, shares), 4),
        "no_match_auroc": {
            name: round(no_match_auroc(asked.kind, confidence, kind, refused), 4)
            for name, (kind, refused) in strata.items()
        },
        "answered": round(_share(answered & asked.right, asked.right, weights), 4),
        "precision": round(_share(answered & right, answered, weights), 4),
        "kinds": {
            kind: _kind(asked.kind == kind, decisions, right) for kind in dict.fromkeys(asked.kind.tolist())
        },
    }


def _share(chosen: NDArray[np.bool_], among: NDArray[np.bool_], weights: Floats) -> float:
    """Weight of `chosen`, a part of `among`, in that of `among`; 0 where that is nothing."""
    total = float(weights[among].sum())
    return float(weights[chosen].sum()) / total if total else 0.0


def _kind(rows: NDArray[np.bool_], decisions: NDArray[np.str_], right: NDArray[np.bool_]) -> dict[str, Any]:
    answered = rows & (decisions != "no_match")
    return {
        "rows": int(rows.sum()),
        "answered": round(float(answered.sum() / rows.sum()), 4),
        "ambiguous": round(float((rows & (decisions == "ambiguous")).sum() / rows.sum()), 4),
        "right_of_answered": round(float(right[answered].mean()), 4) if answered.any() else None,
    }


def no_match_auroc(kind: NDArray[np.str_], confidence: Floats, wanted: str, refused: Sequence[str]) -> float:
    """How well confidence tells requests of kind `wanted` from those that ask for nothing the catalog holds.

    The chance that a request of `wanted` has the higher confidence; each kind of `refused` counts the same.
    """
    from sklearn.metrics import roc_auc_score

    present = [name for name in refused if (kind == name).any()]
    rows = np.isin(kind, [wanted, *present])
    weights = row_weights(kind, {wanted: 1.0, **dict.fromkeys(present, 1 / max(len(present), 1))})
    return float(roc_auc_score(kind[rows] == wanted, confidence[rows], sample_weight=weights[rows]))


def risk_coverage(
    confidence: Floats, right: NDArray[np.bool_], weights: Floats, precisions: Sequence[float]
) -> list[dict[str, float]]:
    """For each wanted precision: the confidence it needs, and the share of requests with at least that much."""
    curve = dict(precision_curve(confidence, right, weights, precisions))
    total = weights.sum()
    return [
        {
            "precision": wanted,
            "confidence": curve[wanted],
            "answered": round(float(weights[confidence >= curve[wanted]].sum() / total), 4),
        }
        for wanted in precisions
        if wanted in curve
    ]
