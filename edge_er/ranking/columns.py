"""Columns of numbers, one for each candidate or form: the best places, the highest of a group, what is repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEAST",
    "best_forms",
    "groups_of",
    "highest_of_each",
    "highest_of_group",
    "numbered",
    "repeated",
]

Numbers = NDArray[np.int64]
LEAST = -(1 << 31)  # no dot product and no score of words is so low
_COLUMNS, _ROWS = 4, 4  # columns for each of the best; from so many rows up not all scores are sorted


def repeated(values: Numbers, among: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether the value of each place stands at another place of `among` too."""
    several = {value for value, times in Counter(values[among].tolist()).items() if times > 1}
    if not several:
        return np.zeros(len(values), bool)
    return np.array([value in several for value in values.tolist()])


def highest_of_each(columns: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The highest value of each place in any of the columns, of which there is one at least."""
    return columns[0] if len(columns) == 1 else np.max(columns, axis=0)


def numbered(texts: Sequence[str]) -> Numbers:
    """A number for each text, the same for equal ones, from 0."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], np.int64)


def groups_of(keys: Numbers) -> Numbers | None:
    """The group of each place, from 0: places of one key; None where each is alone in its group."""
    listed = keys.tolist()
    distinct = dict.fromkeys(listed)
    if len(distinct) == len(listed):
        return None
    groups = {key: group for group, key in enumerate(distinct)}
    return np.array([groups[key] for key in listed], np.int64)


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
    columns = _COLUMNS * count
    rows = len(scores) // columns
    if rows < _ROWS:
        return np.argsort(-scores, kind="stable")[:count]
    # Written in rows, `count` columns have a score from some floor up, so nothing below it is among the best. Only the
    # few scores from there up are sorted. All ties with the floor are, so that the smaller index wins.
    highest = scores[: rows * columns].reshape(rows, columns).max(axis=0)
    floor = np.partition(highest, columns - count)[columns - count]
    forms = np.flatnonzero(scores >= floor)
    order: Numbers = forms[np.argsort(-scores[forms], kind="stable")[:count]]
    return order
