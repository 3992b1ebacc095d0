"""Times of several systems beside each other on a machine that others use too.

Every item is given to all systems one after another, each time another of them first, so that what slows the machine
slows them all. What is compared are ratios within blocks of items, of which the median is taken.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["interleaved", "summary"]

WARM_UP, BLOCKS = 5, 20

Item = TypeVar("Item")


def interleaved(
    systems: Mapping[str, Callable[[Item], object]], items: Sequence[Item]
) -> dict[str, NDArray[np.float64]]:
    """Milliseconds of each item with each system, [items], after a few items that are not counted."""
    names = list(systems)
    for item in items[:WARM_UP]:
        for name in names:
            systems[name](item)
    spent = {name: np.empty(len(items)) for name in names}
    for place, item in enumerate(items):
        turn = place % len(names)
        for name in [*names[turn:], *names[:turn]]:
            start = time.perf_counter_ns()
            systems[name](item)
            spent[name][place] = (time.perf_counter_ns() - start) / 1e6
    return spent


def summary(spent: Mapping[str, NDArray[np.float64]], reference: str) -> dict[str, dict[str, Any]]:
    """Of each system p50, p99 and mean in ms, and its time over that of `reference`, the median of blocks of items."""
    blocks = np.array_split(np.arange(len(spent[reference])), min(BLOCKS, len(spent[reference])))
    base = np.array([spent[reference][block].sum() for block in blocks])
    cells = {}
    for name, values in spent.items():
        own = np.array([values[block].sum() for block in blocks])
        p50, p99 = np.percentile(values, [50, 99]).tolist()
        cells[name] = {
            "p50_ms": p50,
            "p99_ms": p99,
            "mean_ms": float(values.mean()),
            "ratio": float(np.median(own / base)),
        }
    return cells
