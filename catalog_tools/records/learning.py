"""Weights learned from labelled pairs: the mean of logistic regression and boosted trees.

A line over the features learns from few labels; trees learn what only together means something (the same title, but
another edition's number). Their mean was at or near the smallest log loss on unseen pairs of all sets tried, small and
large, so nothing needs to be chosen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Features, Rows
from catalog_tools.records.fits import FITS
from catalog_tools.records.table import RecordTable
from catalog_tools.records.weights import LearnedWeights
from edge_er.errors import CatalogError

__all__ = ["best_threshold", "f1_at", "learn_weights"]

_Floats = NDArray[np.float64]
_Labels = NDArray[np.int64]
FEWEST = 10  # labelled pairs of each kind
_FOLDS = 5
_FEW, _REPEATS = 2_000, 3
_PRECISION = 0.98  # of pairs above `same_from`
_MISSED = 0.02  # duplicates below `different_to`, at most


def learn_weights(table: RecordTable, a: Rows, b: Rows, labels: _Labels) -> LearnedWeights:
    """Weights learned from labelled pairs of rows; a label is 1 for one thing, 0 for two.

    Thresholds come from pairs that the fits have not seen, in five folds: `threshold` aims at the best F1, from
    `same_from` on 98 % are duplicates, and at most 2 % of the duplicates lie below `different_to`.

    Raises:
        CatalogError: fewer than 10 pairs of either label.
    """
    counts = int(labels.sum()), int(len(labels) - labels.sum())
    if min(counts) < FEWEST:
        raise CatalogError(
            f"{counts[0]} pairs labelled the same and {counts[1]} different; expected at least {FEWEST} of each"
        )
    joined = np.concatenate(table.compare(a, b), 1)
    unseen = {kind: _unseen(kind, joined, labels) for kind in FITS}
    odds = np.mean([each for each, _ in unseen.values()], axis=0)
    losses = {
        **{kind: _log_loss(each, labels) for kind, (each, _) in unseen.items()},
        "mean": _log_loss(odds, labels),
    }
    content = {
        "format": 1,
        "kinds": dict(table.kinds),
        "features": {name: list(table.column(name).features) for name in table.kinds},
        "learned_from": {"same": counts[0], "different": counts[1], "log_loss_unseen": losses},
        "decision": _decision(_sigmoid(odds), labels),
        "parts": {kind: FITS[kind](joined, labels).kept(stage) for kind, (_, stage) in unseen.items()},
    }
    return LearnedWeights(content)


def _unseen(kind: str, joined: Features, labels: _Labels) -> tuple[_Floats, int]:
    """Log-odds of each pair from fits that have not seen it, at the stage with the smallest log loss, and that stage.

    Few pairs are parted in folds several times, and the mean is taken.
    """
    from sklearn.model_selection import RepeatedStratifiedKFold

    repeats = _REPEATS if len(labels) < _FEW else 1
    folds = RepeatedStratifiedKFold(n_splits=_FOLDS, n_repeats=repeats, random_state=1)
    odds: _Floats = np.zeros((1, len(labels)))
    for train, held in folds.split(joined, labels):
        stages = FITS[kind](joined[train], labels[train]).log_odds(joined[held])
        if len(odds) < len(stages):
            odds = np.zeros((len(stages), len(labels)))
        odds[:, held] += stages / repeats
    stage = int(np.argmin([_log_loss(each, labels) for each in odds]))
    return odds[stage], stage


def _sigmoid(odds: _Floats) -> _Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _log_loss(odds: _Floats, labels: _Labels) -> float:
    return float(np.logaddexp(0, np.where(labels == 1, -odds, odds)).mean())


def _decision(probabilities: _Floats, labels: _Labels) -> dict[str, float]:
    """`threshold`, and around it the bounds between which a pair is unsure."""
    threshold = best_threshold(probabilities, labels)
    order = np.argsort(-probabilities, kind="stable")
    precision = np.cumsum(labels[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= _PRECISION)
    surest = float(probabilities[order[enough[-1]]]) if len(enough) else float(probabilities[order[0]])
    lowest = float(np.quantile(probabilities[labels == 1], _MISSED))
    least, most = 1e-3, 1 - 1e-3
    return {
        "threshold": threshold,
        "same_from": float(np.clip(max(surest, threshold), least, most)),
        "different_to": float(np.clip(min(lowest, threshold), least, most)),
    }


def best_threshold(probabilities: _Floats, labels: _Labels) -> float:
    """Half of the best F1 that any threshold reaches: with probabilities that are right, the threshold of the best F1.

    (Lipton, Elkan and Narayanaswamy, 2014.) Unlike the threshold that happens to be best on the labelled pairs, it
    hardly depends on the few of them that lie near it.
    """
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(labels[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + labels.sum())
    ends = np.append(np.diff(probabilities[order]) < 0, True)
    return float(f1[ends].max() / 2)


def f1_at(probabilities: _Floats, labels: _Labels, threshold: float) -> dict[str, float]:
    """Precision, recall and F1 of calling pairs from `threshold` on duplicates."""
    called = probabilities >= threshold
    right = float((called & (labels == 1)).sum())
    precision = right / max(float(called.sum()), 1.0)
    recall = right / max(float(labels.sum()), 1.0)
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * right / max(float(called.sum() + labels.sum()), 1.0),
    }
