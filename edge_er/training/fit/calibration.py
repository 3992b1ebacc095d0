"""From evidence to confidence: a fit on requests whose right answer is known, or known not to be there.

Three steps, each on the requests of one half of the names: the temperature by which scores become shares (a conditional
logit over the first candidates), the weights of the evidence (a logistic regression, none below 0; Platt 1999) with the
best spread of a few, and straight lines through isotonic steps, which are kept where they have the smaller log loss on
the other half (Zadrozny and Elkan 2002). The other half also says which confidence a wanted precision needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import DECISION
from edge_er.decision.calibration import Calibration, Curve
from edge_er.training.fit.candidate_scores import ScoredRequests

__all__ = [
    "Bin",
    "bins",
    "calibration_error",
    "fit_calibration",
    "log_loss",
    "precision_curve",
    "row_weights",
]

BINS = 10
STEPS = 20  # of the isotonic fit
PENALTY = 1e-6
SPREADS = (1.0, 1.5, 2.0)  # times the temperature; wider ones judge names that are missing worse
PRECISIONS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995)

Floats = NDArray[np.float64]


def row_weights(kind: NDArray[np.str_], shares: Mapping[str, float]) -> Floats:
    """Weight [rows] of each row, so that kinds count by their shares; 0 for kinds without one, 1 on average."""
    weights = np.zeros(len(kind))
    for name, share in shares.items():
        rows = kind == name
        weights[rows] = share / max(int(rows.sum()), 1)
    total: Floats = weights * (len(kind) / weights.sum())
    return total


def fit_calibration(
    fitted: ScoredRequests, checked: ScoredRequests, shares: Mapping[str, float], min_precision: float = 0.95
) -> Calibration:
    """Weights from `fitted`; the kind of curve, and the confidence each precision needs, from `checked`."""
    weights = row_weights(fitted.kind, shares)
    temperature = fit_temperature(fitted, weights)
    spreads = [round(temperature * times, 4) for times in SPREADS]
    fits = {each: _logistic_regression(_features(fitted, each), fitted.right, weights) for each in spreads}
    spread = min(spreads, key=lambda each: fits[each].loss)
    *slopes, choice = fits[spread].slopes
    platt = Calibration(
        weights={name: round(slope, 4) for name, slope in zip(fitted.names, slopes, strict=True)},
        choice=round(choice, 4),
        bias=round(fits[spread].bias, 4),
        temperature=temperature,
        spread=spread,
        min_precision=min_precision,
    )
    isotonic = replace(platt, knots=_isotonic_knots(fitted, platt, weights))
    best = min((platt, isotonic), key=lambda each: log_loss(checked, each, shares))
    curve = precision_curve(
        checked.confidence(best), checked.right, row_weights(checked.kind, shares), PRECISIONS
    )
    return replace(best, precision=curve)


def fit_temperature(asked: ScoredRequests, weights: Floats) -> float:
    """The temperature at which the shares of exp(score / temperature) make the right candidates likeliest."""
    from scipy.optimize import minimize_scalar

    there = asked.place >= 0
    scores, places, counts = asked.scores[there], asked.place[there], weights[there]
    behind = scores - scores[:, :1]
    own = behind[np.arange(len(places)), places]

    def loss(log_temperature: float) -> float:
        unit = np.exp(-log_temperature)
        return float(counts @ (np.log(np.exp(behind * unit).sum(axis=1)) - own * unit))

    return round(float(np.exp(minimize_scalar(loss, bounds=(-6.0, 1.0), method="bounded").x)), 4)


def _features(asked: ScoredRequests, spread: float) -> Floats:
    """The features [rows, names + 1], the last the logarithm of the share of the best and its equals at a spread."""
    behind = (asked.scores - asked.scores[:, :1])[:, : DECISION.sharing]
    share = np.log(np.minimum(asked.equal, DECISION.sharing)) - np.log(np.exp(behind / spread).sum(axis=1))
    return np.column_stack([asked.features, share])


class _Fit(NamedTuple):
    """Weights of features, the bias, and the loss that they leave."""

    slopes: list[float]
    bias: float
    loss: float


def _logistic_regression(features: Floats, right: NDArray[np.bool_], weights: Floats) -> _Fit:
    """Weights of the features, none below 0, and the bias, by maximum likelihood."""
    from scipy.optimize import minimize

    spread = features.std(axis=0)
    constant = spread < 1e-9  # of one catalog, its size
    scale = np.where(constant, 1.0, spread)
    columns = np.column_stack([np.where(constant, 0.0, features / scale), np.ones(len(features))])
    sides = np.where(right, 1.0, -1.0)

    def loss(values: Floats) -> tuple[float, Floats]:
        margins = sides * (columns @ values)
        doubt = sides * weights * np.exp(-np.logaddexp(0.0, margins)) / len(sides)
        cost = float(weights @ np.logaddexp(0.0, -margins)) / len(sides) + PENALTY * float(values @ values)
        return cost, 2 * PENALTY * values - doubt @ columns

    width = features.shape[1]
    bounds = [(0.0, None)] * width + [(None, None)]
    found = minimize(loss, np.zeros(width + 1), jac=True, method="L-BFGS-B", bounds=bounds)
    slopes = np.where(constant, 0.0, found.x[:width] / scale).tolist()
    return _Fit(slopes, float(found.x[width]), float(found.fun))


def _isotonic_knots(asked: ScoredRequests, platt: Calibration, weights: Floats) -> Curve:
    """Points (evidence, confidence): the isotonic fit over equal parts of the requests, by their evidence."""
    from sklearn.isotonic import IsotonicRegression

    used = weights > 0
    # Equal parts of the requests first: isotonic steps over single requests would follow their noise.
    confidence = np.clip(asked.confidence(platt)[used], 1e-12, 1 - 1e-12)
    evidence, right, counts = np.log(confidence / (1 - confidence)), asked.right[used], weights[used]
    order = np.argsort(evidence)
    part = np.minimum((np.cumsum(counts[order]) / counts.sum() * STEPS).astype(int), STEPS - 1)
    parts = [order[part == number] for number in range(STEPS) if (part == number).any()]
    means = [np.average(evidence[rows], weights=counts[rows]) for rows in parts]
    shares = [np.average(right[rows], weights=counts[rows]) for rows in parts]
    total = [counts[rows].sum() for rows in parts]
    heights = IsotonicRegression().fit(means, shares, sample_weight=total).predict(means)
    points = {round(float(x), 4): round(float(y), 5) for x, y in zip(means, heights, strict=True)}
    return tuple(sorted(points.items()))


def precision_curve(
    confidence: Floats, right: NDArray[np.bool_], weights: Floats, precisions: Sequence[float]
) -> Curve:
    """Points (precision, the least confidence that reaches it), from a precision that any confidence has, to (1, 1)."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.cumsum(weights[order])
    precision = np.cumsum((weights * right)[order]) / np.maximum(answered, 1e-12)
    last = np.append(np.diff(confidence[order]) != 0, True) & (answered > 0)  # ties are answered together
    levels, reached = confidence[order][last], precision[last]
    points = {0.0: 0.0}
    for wanted in precisions:
        enough = np.flatnonzero(reached >= wanted)
        if len(enough):
            level = float(levels[enough[-1]]) if enough[-1] < len(levels) - 1 else 0.0
            points[wanted] = max(round(level, 4), points[max(points)])
    return (*points.items(), (1.0, 1.0))


def log_loss(asked: ScoredRequests, calibration: Calibration, shares: Mapping[str, float]) -> float:
    """Mean negative logarithm of the confidence in what was true (right or wrong), kinds weighted by `shares`."""
    confidence = np.clip(asked.confidence(calibration), 1e-6, 1 - 1e-6)
    losses = -np.log(np.where(asked.right, confidence, 1 - confidence))
    return float(np.average(losses, weights=row_weights(asked.kind, shares)))


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
    filled = []
    for number in range(count):
        rows = (step == number) & (weights > 0)
        if rows.any():
            means: Sequence[float] = [
                float(np.average(values[rows], weights=weights[rows]))
                for values in (confidence, right.astype(np.float64))
            ]
            filled.append(Bin(means[0], means[1], float(weights[rows].sum()), int(rows.sum())))
    return filled


def calibration_error(filled: Sequence[Bin]) -> float:
    """Expected calibration error: how far confidence and share of right answers lie apart, on average."""
    total = sum(one.weight for one in filled)
    return sum(one.weight * abs(one.confidence - one.right) for one in filled) / total
