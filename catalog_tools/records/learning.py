"""Weights learned from labelled pairs: logistic regression, boosted trees, or the mean of both: what predicts best.

A line over the features learns from few labels; trees learn what only together means something (the same title, but
another edition's number). On small sets the first wins, on large ones the second, often the mean: five folds tell.
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


def learn_weights(
    table: RecordTable, a: Rows, b: Rows, labels: _Labels, kind: str | None = None
) -> LearnedWeights:
    """Weights that tell labelled pairs of rows apart; `labels` are 1 for one thing, 0 for two.

    `kind` is "logistic" or "trees"; without it both and the mean of their log-odds are tried on five folds, and what
    has the smallest log loss on pairs it has not seen is learned from all of them. The thresholds come from the same
    unseen pairs: `threshold` has the best F1, from `same_from` on 98 % are duplicates, and at most 2 % of the duplicates lie
    below `different_to`.

    Raises:
        CatalogError: fewer than 10 pairs of either label.
    """
    counts = int(labels.sum()), int(len(labels) - labels.sum())
    if min(counts) < FEWEST:
        raise CatalogError(
            f"{counts[0]} pairs labelled the same and {counts[1]} different; expected at least {FEWEST} of each"
        )
    joined = np.concatenate(table.compare(a, b), 1)
    unseen = {each: _unseen(each, joined, labels) for each in FITS if kind in (None, each)}
    stages = {each: stage for each, (_, stage) in unseen.items()}
    odds = {each: found for each, (found, _) in unseen.items()}
    if kind is None:
        odds["mean"] = np.mean(list(odds.values()), axis=0)
    losses = {each: _log_loss(found, labels) for each, found in odds.items()}
    chosen = min(losses, key=lambda each: losses[each])
    used = [each for each in FITS if chosen in (each, "mean")]
    content = {
        "format": 1,
        "kinds": dict(table.kinds),
        "features": {name: list(table.columns[name].features) for name in table.kinds},
        "learned_from": {"same": counts[0], "different": counts[1], "log_loss_unseen": losses},
        "decision": _decision(_sigmoid(odds[chosen]), labels),
        "parts": {each: FITS[each](joined, labels).kept(stages[each]) for each in used},
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
        found = FITS[kind](joined[train], labels[train]).log_odds(joined[held])
        if len(odds) < len(found):
            odds = np.zeros((len(found), len(labels)))
        odds[:, held] += found / repeats
    stage = int(np.argmin([_log_loss(each, labels) for each in odds]))
    return odds[stage], stage


def _sigmoid(odds: _Floats) -> _Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def _log_odds(probabilities: _Floats) -> _Floats:
    clipped = np.clip(probabilities, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(clipped / (1 - clipped)))


def _log_loss(odds: _Floats, labels: _Labels) -> float:
    return float(np.logaddexp(0, np.where(labels == 1, -odds, odds)).mean())


def _decision(probabilities: _Floats, labels: _Labels) -> dict[str, float]:
    """`threshold` of the best F1 and, around it, where a pair is unsure."""
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
    """The threshold of the best F1, half way between the log-odds of two pairs."""
    order = np.argsort(-probabilities, kind="stable")
    sorted_p, hits = probabilities[order], np.cumsum(labels[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + labels.sum())
    ends = np.append(sorted_p[1:] < sorted_p[:-1], True)
    best = int(np.argmax(np.where(ends, f1, -1)))
    below = sorted_p[best + 1] if best + 1 < len(order) else 0.0
    return float(_sigmoid(_log_odds(np.array([sorted_p[best], below])).mean()))


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
