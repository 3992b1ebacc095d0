"""Distinct numbers, as `np.unique` finds them, which imports half of numpy at its first call and is slow for few."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["distinct", "distinct_places"]

_Number = TypeVar("_Number", bound=np.generic)


def distinct(numbers: NDArray[_Number]) -> NDArray[_Number]:
    """Each of `numbers` once, ascending."""
    ascending = np.sort(numbers)
    return ascending[_new(ascending)]


def distinct_places(numbers: NDArray[_Number]) -> tuple[NDArray[_Number], NDArray[np.int64]]:
    """Each of `numbers` once, ascending, and where it stands first, int64."""
    order = np.argsort(numbers, kind="stable")
    ascending = numbers[order]
    new = _new(ascending)
    return ascending[new], order[new]


def _new(ascending: NDArray[_Number]) -> NDArray[np.bool_]:
    """Whether each number is another than the one before."""
    new = np.empty(len(ascending), bool)
    new[:1] = True
    np.not_equal(ascending[1:], ascending[:-1], out=new[1:])
    return new
