"""95 % intervals by bootstrap over entities.

Requests for the same entity are not independent. So entities are drawn with replacement, each with all its rows. The
seed is fixed, and entities are sorted before they are drawn: the order of rows does not change an interval, and two
systems measured on the same rows see the same draws, so that their comparison is paired.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Interval", "bootstrap_means", "mean_interval", "mean_intervals", "paired_difference"]

SAMPLES = 2000
SEED = 20260701
DECIMALS = 6
PERCENTILES = (2.5, 97.5)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % interval, over `rows` requests for `entities` distinct entities."""

    value: float
    low: float
    high: float
    rows: int
    entities: int

    def to_dict(self) -> dict[str, Any]:
        """The same as in a report: `{value, low, high, rows, entities}`, rounded to six places."""
        return {name: round(value, DECIMALS) for name, value in asdict(self).items()}


def bootstrap_means(
    scores: ArrayLike,
    entities: Sequence[str],
    groups: Sequence[Hashable] | None = None,
    samples: int = SAMPLES,
) -> tuple[Floats, Floats]:
    """Means of the columns of `scores` [rows, columns], and their bootstrap samples [samples, columns].

    `entities` [rows] names the entity of each row. With `groups` [rows], such as languages, the mean is the unweighted
    average of the groups' means, and entities are drawn within each group.

    Raises:
        ValueError: the shapes do not fit, or there are no rows.
    """
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2 or len(table) != len(entities) or len(table) == 0:
        raise ValueError(
            f"expected scores [rows, columns] with a row for each of {len(entities)} entities, found {table.shape}"
        )
    names = np.asarray(entities, dtype=str)
    labels = (
        np.zeros(len(table), int) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    )
    members = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
    means = [table[rows].mean(axis=0) for rows in members]
    drawn = [_drawn_means(table[rows], names[rows], samples, label) for label, rows in enumerate(members)]
    return np.mean(means, axis=0), np.mean(drawn, axis=0)


def _drawn_means(table: Floats, names: NDArray[np.str_], samples: int, stream: int) -> Floats:
    distinct, owner = np.unique(names, return_inverse=True)
    rows = np.bincount(owner, minlength=len(distinct)).astype(np.float64)
    sums = np.stack([np.bincount(owner, column, len(distinct)) for column in table.T], axis=1)
    draws = np.random.default_rng([SEED, stream]).integers(0, len(distinct), (samples, len(distinct)))
    offsets = np.arange(samples)[:, None] * len(distinct)
    counts = np.bincount((draws + offsets).ravel(), minlength=samples * len(distinct))
    weights = counts.reshape(samples, len(distinct)).astype(np.float64)
    result: Floats = (weights @ sums) / (weights @ rows)[:, None]
    return result


def mean_intervals(
    scores: ArrayLike,
    entities: Sequence[str],
    groups: Sequence[Hashable] | None = None,
    samples: int = SAMPLES,
) -> list[Interval]:
    """One `Interval` for each column of `scores` [rows, columns]; see `bootstrap_means`."""
    means, drawn = bootstrap_means(scores, entities, groups, samples)
    lows, highs = np.percentile(drawn, PERCENTILES, axis=0)
    size = (len(entities), len(set(entities)))
    cells = zip(means.tolist(), lows.tolist(), highs.tolist(), strict=True)
    return [Interval(value, low, high, *size) for value, low, high in cells]


def mean_interval(
    scores: ArrayLike,
    entities: Sequence[str],
    groups: Sequence[Hashable] | None = None,
    samples: int = SAMPLES,
) -> Interval:
    """Mean of `scores` [rows] with its interval."""
    return mean_intervals(np.asarray(scores, dtype=np.float64)[:, None], entities, groups, samples)[0]


def paired_difference(
    ranks_a: ArrayLike,
    ranks_b: ArrayLike,
    entities: Sequence[str],
    groups: Sequence[Hashable] | None = None,
    k: int = 1,
) -> dict[str, Any]:
    """Recall@k of systems a and b on the same rows, with intervals for their difference.

    `ranks_*` [rows] count from 1; 0 means not found. Returns the recalls `a` and `b`, and `difference` (a - b) and
    `ratio` (a / b; None if b finds nothing) as mappings of value, low, high, rows and entities.
    """
    pair = np.stack([_hits(ranks_a, k), _hits(ranks_b, k)], axis=1)
    (mean_a, mean_b), drawn = bootstrap_means(pair, entities, groups)
    size = (len(entities), len(set(entities)))
    low, high = np.percentile(drawn[:, 0] - drawn[:, 1], PERCENTILES)
    difference = Interval(float(mean_a - mean_b), float(low), float(high), *size)
    ratio = None
    if (drawn[:, 1] > 0).all() and mean_b > 0:
        low, high = np.percentile(drawn[:, 0] / drawn[:, 1], PERCENTILES)
        ratio = Interval(float(mean_a / mean_b), float(low), float(high), *size).to_dict()
    return {"a": float(mean_a), "b": float(mean_b), "difference": difference.to_dict(), "ratio": ratio}


def _hits(ranks: ArrayLike, k: int) -> Floats:
    values = np.asarray(ranks)
    return ((values > 0) & (values <= k)).astype(np.float64)
