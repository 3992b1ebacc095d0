"""From scores to confidence: a logistic fit on requests whose right answer is known, or known not to be there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.calibrate import Calibration

__all__ = [
    "Bin",
    "Evidence",
    "Fit",
    "bins",
    "calibration_error",
    "fit_calibration",
    "joined",
    "row_weights",
    "summary",
]

MARGIN_CAP = 0.15
BINS = 10
STRENGTH = 1e4  # of the fit; so large that the weights are those of maximum likelihood

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Evidence:
    """What the best candidate of each request showed; all [rows].

    `kind`: where the request comes from; `score`: cosine of the best candidate; `margin`: how far it is above the
    second; `right`: whether it is what was asked for.
    """

    kind: NDArray[np.str_]
    score: Floats
    margin: Floats
    right: NDArray[np.bool_]

    def __getitem__(self, rows: NDArray[np.bool_]) -> Evidence:
        return Evidence(self.kind[rows], self.score[rows], self.margin[rows], self.right[rows])

    def confidence(self, calibration: Calibration) -> Floats:
        """Confidence of the best candidate of each row."""
        return np.array([calibration.confidences(pair)[0] for pair in self._pairs()])

    def answered(self, calibration: Calibration) -> NDArray[np.bool_]:
        """Whether each row gets an answer."""
        rows = zip(self._pairs(), self.confidence(calibration).tolist(), strict=True)
        return np.array([calibration.decide(pair, [confidence]) != "no_match" for pair, confidence in rows])

    def _pairs(self) -> list[tuple[float, float]]:
        return list(zip(self.score.tolist(), (self.score - self.margin).tolist(), strict=True))


def joined(parts: Iterable[Evidence]) -> Evidence:
    """Evidence of several catalogs as one."""
    columns = zip(*((part.kind, part.score, part.margin, part.right) for part in parts), strict=True)
    kind, score, margin, right = (np.concatenate(column) for column in columns)
    return Evidence(kind, score, margin, right)


@dataclass(frozen=True)
class Fit:
    """How the thresholds are chosen.

    Attributes:
        shares: how much each kind of request counts; what people ask for decides them, not how many rows were made.
        refused: kinds that are no request for an entity; `answered` of them may get an answer, half of those for
            their confidence, half for their score.
        clean: the kind of plain requests; at most `doubted` of those answered rightly may be called ambiguous.
    """

    shares: Mapping[str, float]
    refused: tuple[str, ...]
    clean: str
    answered: float = 0.03
    doubted: float = 0.01


def row_weights(kind: NDArray[np.str_], shares: Mapping[str, float]) -> Floats:
    """Weight [rows] of each row, so that kinds count by their shares; 0 for kinds without one, 1 on average."""
    weights = np.zeros(len(kind))
    for name, share in shares.items():
        rows = kind == name
        weights[rows] = share / max(int(rows.sum()), 1)
    total: Floats = weights * (len(kind) / weights.sum())
    return total


def fit_calibration(evidence: Evidence, fit: Fit) -> Calibration:
    """Weights by maximum likelihood, thresholds by `fit`; a wider margin or a higher score never lowers confidence."""
    slopes, bias = _logistic_regression(evidence, row_weights(evidence.kind, fit.shares))
    plain = evidence[(evidence.kind == fit.clean) & evidence.right]
    doubt = float(np.quantile(plain.margin, fit.doubted))
    calibration = Calibration(*slopes, bias, MARGIN_CAP, ambiguous_margin=doubt)
    strangers = evidence[np.isin(evidence.kind, fit.refused)]
    confidence = strangers.confidence(calibration)
    sure = float(np.quantile(confidence, 1 - fit.answered / 2))
    rest = (
        1 - (fit.answered - float((confidence >= sure).mean())) * len(confidence) / (confidence < sure).sum()
    )
    high = float(np.quantile(strangers.score[confidence < sure], rest))
    values = replace(calibration, min_confidence=sure, min_score=high).to_dict()
    return Calibration(**{name: round(value, 4) for name, value in values.items()})


def _logistic_regression(evidence: Evidence, weights: Floats) -> tuple[tuple[float, float], float]:
    from sklearn.linear_model import LogisticRegression

    used = weights > 0
    features = np.stack([evidence.score, np.minimum(evidence.margin, MARGIN_CAP)], axis=1)[used]
    for columns in ([0, 1], [0]):
        model = LogisticRegression(C=STRENGTH, max_iter=1000)
        model.fit(features[:, columns], evidence.right[used], sample_weight=weights[used])
        slopes = [*model.coef_[0].tolist(), 0.0][:2]
        if min(slopes) >= 0:
            break
    return (max(slopes[0], 0.0), slopes[1]), float(model.intercept_[0])


@dataclass(frozen=True)
class Bin:
    """Requests of like confidence: their mean confidence, the share answered rightly, their weight and number."""

    confidence: float
    right: float
    weight: float
    rows: int


def bins(confidence: Floats, right: NDArray[np.bool_], weights: Floats, count: int = BINS) -> list[Bin]:
    """Rows by confidence in `count` equal steps from 0 to 1; steps without rows are left out."""
    step = np.minimum((confidence * count).astype(int), count - 1)
    found = []
    for number in range(count):
        rows = (step == number) & (weights > 0)
        if rows.any():
            means: Sequence[float] = [
                float(np.average(values[rows], weights=weights[rows]))
                for values in (confidence, right.astype(np.float64))
            ]
            found.append(Bin(means[0], means[1], float(weights[rows].sum()), int(rows.sum())))
    return found


def calibration_error(found: Sequence[Bin]) -> float:
    """Expected calibration error: how far confidence and share of right answers lie apart, on average."""
    total = sum(one.weight for one in found)
    return sum(one.weight * abs(one.confidence - one.right) for one in found) / total


def summary(evidence: Evidence, calibration: Calibration, shares: Mapping[str, float]) -> dict[str, Any]:
    """Expected calibration error and AUROC of confidence for a right best candidate, over kinds weighted by `shares`;
    and for each kind the shares that are answered, called ambiguous, and right among the answered.
    """
    from sklearn.metrics import roc_auc_score

    confidence, weights = evidence.confidence(calibration), row_weights(evidence.kind, shares)
    answered, used = evidence.answered(calibration), weights > 0
    doubted = answered & (evidence.margin < calibration.ambiguous_margin)
    kinds = {}
    for kind in dict.fromkeys(evidence.kind.tolist()):
        rows = evidence.kind == kind
        right = evidence.right[rows & answered]
        kinds[kind] = {
            "rows": int(rows.sum()),
            "answered": round(float(answered[rows].mean()), 4),
            "ambiguous": round(float(doubted[rows].mean()), 4),
            "right_of_answered": round(float(right.mean()), 4) if len(right) else None,
        }
    found = bins(confidence, evidence.right, weights)
    auroc = roc_auc_score(evidence.right[used], confidence[used], sample_weight=weights[used])
    return {
        "expected_calibration_error": round(calibration_error(found), 4),
        "auroc": round(float(auroc), 4),
        "kinds": kinds,
    }
