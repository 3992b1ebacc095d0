"""What students lose against their teacher on pair sets, with 95 % intervals by bootstrap.

The rows of a test set that share their left text are drawn together. All systems of a set see the same draws, so that
a loss is paired. The average over sets is the plain mean of their losses; its second interval draws the sets, too, and
so has in it how much the answer hangs on which sets were taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_er.training.data.pairs import metric_of

__all__ = ["Scores", "average_loss", "drawn_metrics", "losses", "trivial", "with_interval"]

SAMPLES, SEED = 1000, 20260701
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """What is needed to judge the systems of one set: their scores [test] and thresholds, and the test pairs."""

    metric: str
    labels: NDArray[np.float32]
    left: Sequence[str]
    scores: Mapping[str, NDArray[np.float32]]
    thresholds: Mapping[str, float]


def drawn_metrics(found: Scores) -> dict[str, Floats]:
    """The metric of every system: over all pairs, and then over ``SAMPLES`` draws, [1 + SAMPLES]."""
    owner = np.unique(np.asarray(found.left), return_inverse=True)[1]
    by_owner = np.argsort(owner, kind="stable")
    ends = np.cumsum(np.bincount(owner))
    members = np.split(by_owner, ends[:-1])
    rng = np.random.default_rng(SEED)
    draws = [np.arange(len(owner))]
    for _ in range(SAMPLES):
        chosen = rng.integers(0, len(members), len(members))
        draws.append(np.concatenate([members[each] for each in chosen]))
    return {
        name: np.array(
            [
                metric_of(found.metric, scores[rows], found.labels[rows], found.thresholds[name])
                for rows in draws
            ]
        )
        for name, scores in found.scores.items()
    }


def trivial(metric: str, labels: NDArray[np.float32]) -> float:
    """What is reached without reading: F1 of always yes, accuracy of the commoner label, no correlation."""
    share = float(np.mean(labels))
    return {"f1": 2 * share / (1 + share), "accuracy": max(share, 1 - share), "spearman": 0.0}[metric]


def losses(metrics: Mapping[str, Floats], teacher: str) -> dict[str, Floats]:
    """Percent of the teacher's metric that each other system loses, [1 + SAMPLES]; below 0 it gains."""
    return {
        name: 100 * (1 - values / metrics[teacher]) for name, values in metrics.items() if name != teacher
    }


def with_interval(values: Floats) -> dict[str, float]:
    """The figure and its 95 % interval, of [1 + SAMPLES] values whose first is over all pairs."""
    low, high = np.percentile(values[1:], (2.5, 97.5)).tolist()
    return {"value": round(float(values[0]), 4), "low": round(low, 4), "high": round(high, 4)}


def average_loss(of_sets: Sequence[Floats]) -> dict[str, dict[str, float]]:
    """The mean loss over sets: with the interval over their pairs, and over the sets and their pairs."""
    table = np.stack(of_sets)
    rng = np.random.default_rng(SEED)
    chosen = rng.integers(0, len(table), (SAMPLES, len(table)))
    over_sets = table[chosen, 1 + np.arange(SAMPLES)[:, None]].mean(1)
    return {
        "pairs": with_interval(table.mean(0)),
        "sets": with_interval(np.concatenate([[table[:, 0].mean()], over_sets])),
    }
