"""Columns of numbers, one for each candidate or form: the best places, the highest of a group, what is repeated."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["best_forms", "highest_of_group", "repeated"]

Numbers = NDArray[np.int64]


def repeated(values: Numbers, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the value of each place stands at another place of `among` too."""
    several, times = np.unique(values[among], return_counts=True)
    return np.isin(values, several[times > 1])


def highest_of_group(values: Numbers, groups: Numbers) -> Numbers:
    """The highest value in the group of each place."""
    highest = np.full(len(groups), np.iinfo(np.int64).min)
    np.maximum.at(highest, groups, values)
    return highest[groups]


def best_forms(scores: NDArray[Any], count: int, among: Numbers | None = None) -> Numbers:
    """Indices of the `count` highest scores, best first, ties by index; `among` are the allowed indices, ascending."""
    if count == 0:
        return np.empty(0, np.int64)
    if among is not None:
        return among[best_forms(scores[among], count)]
    if count < len(scores):
        # Only scores that reach the last place, the floor, are sorted. All ties with it are sorted too, so that the
        # smaller index wins.
        floor = np.partition(scores, len(scores) - count)[len(scores) - count]
        forms = np.flatnonzero(scores >= floor)
    else:
        forms = np.arange(len(scores))
    order: Numbers = forms[np.argsort(-scores[forms], kind="stable")[:count]]
    return order
