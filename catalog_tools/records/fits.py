"""The two kinds of learned weights, fitted by scikit-learn and kept as plain JSON: a line, and boosted trees.

A fit gives the log-odds of other pairs at every stage (a line has one, trees one every 20 rounds), float64
[stages, pairs], and what is kept of a stage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Features

__all__ = ["FITS", "Fit"]

_Floats = NDArray[np.float64]
_Labels = NDArray[np.int64]
_INVERSE_PENALTY = 0.3
_RATE, _ROUNDS, _STEP = 0.08, 240, 20
_TREES: dict[str, Any] = {
    "n_estimators": _ROUNDS, "max_depth": 4, "subsample": 0.7, "max_features": "sqrt", "learning_rate": _RATE,
    "min_samples_leaf": 8, "random_state": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """Weights fitted to labelled pairs."""

    log_odds: Callable[[Features], _Floats]
    kept: Callable[[int], dict[str, Any]]


def fit_logistic(joined: Features, labels: _Labels) -> Fit:
    """Logistic regression over standardised features; a missing one is its mean, and its absence a feature too."""
    from sklearn.linear_model import LogisticRegression

    absent = np.isnan(joined)
    known = np.maximum((~absent).sum(0), 1)
    mean = np.where(absent, 0.0, joined).sum(0) / known
    scale = np.sqrt((np.where(absent, 0.0, joined - mean) ** 2).sum(0) / known)
    scale = np.where(scale > 1e-6, scale, 1.0)

    def prepared(values: Features) -> _Floats:
        gone = np.isnan(values)
        return np.concatenate([(np.where(gone, mean, values) - mean) / scale, gone], 1)

    model = LogisticRegression(C=_INVERSE_PENALTY, max_iter=2_000).fit(prepared(joined), labels)
    width = joined.shape[1]
    content = {
        "bias": float(model.intercept_[0]),
        "mean": mean.tolist(),
        "scale": scale.tolist(),
        "coefficients": model.coef_[0, :width].tolist(),
        "missing": model.coef_[0, width:].tolist(),
    }
    return Fit(lambda values: model.decision_function(prepared(values))[None], lambda _: content)


def fit_trees(joined: Features, labels: _Labels) -> Fit:
    """Gradient boosting of regression trees; a missing feature is -1."""
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(**_TREES).fit(_filled(joined), labels)

    def log_odds(values: Features) -> _Floats:
        stages = model.staged_decision_function(_filled(values))
        return np.stack([odds.ravel() for number, odds in enumerate(stages, 1) if number % _STEP == 0])

    def kept(stage: int) -> dict[str, Any]:
        trees = [_tree(each[0].tree_) for each in model.estimators_[: (stage + 1) * _STEP]]
        share = float(labels.mean())
        bias = np.log(share / (1 - share)) + sum(tree["value"][0] for tree in trees)
        return {"bias": float(bias), "trees": trees}

    return Fit(log_odds, kept)


FITS: dict[str, Callable[[Features, _Labels], Fit]] = {"logistic": fit_logistic, "trees": fit_trees}


def _filled(values: Features) -> Features:
    return np.where(np.isnan(values), np.float32(-1), values)


def _tree(tree: Any) -> dict[str, list[Any]]:
    """A regression tree as lists; an inner node's value is the mean of its leaves', weighted by training pairs."""
    value = _RATE * tree.value[:, 0, 0]
    for node in reversed(range(tree.node_count)):
        left, right = tree.children_left[node], tree.children_right[node]
        if left >= 0:
            sizes = tree.weighted_n_node_samples[[left, right]]
            value[node] = value[[left, right]] @ sizes / sizes.sum()
    return {
        "feature": tree.feature.tolist(),
        "threshold": tree.threshold.tolist(),
        "left": tree.children_left.tolist(),
        "right": tree.children_right.tolist(),
        "value": value.tolist(),
    }
