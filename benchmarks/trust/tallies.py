"""Verdicts counted, with the first of each kind that must not be, and the table of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.lib.results_file import markdown_table

__all__ = ["WRONG", "Tally", "tally_table"]

WRONG = ("other answer", "late", "foreign", "crashed", "hung")
_KINDS = ("refused", "same answer", "answered", *WRONG)
_KEPT = 12  # messages of a kind


class Tally:
    """How many cases ended in which verdict."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.shown: dict[str, list[str]] = defaultdict(list)
        self.differences = 0

    def add(self, kind: str, what: str = "") -> None:
        """Count a verdict; `what` is kept for the first of those that must not be."""
        self.counts[kind] += 1
        if kind in WRONG and len(self.shown[kind]) < _KEPT:
            self.shown[kind].append(what[:400])

    def add_difference(self, what: str) -> None:
        """Count a case in which runtimes differ; `what` is kept for the first of them."""
        self.differences += 1
        if len(self.shown["differs"]) < _KEPT:
            self.shown["differs"].append(what)

    @property
    def cases(self) -> int:
        """How many there were."""
        return self.counts.total()

    @property
    def wrong(self) -> int:
        """How many ended in what must not be."""
        return sum(self.counts[kind] for kind in WRONG)

    def figures(self) -> dict[str, Any]:
        """The counts as a result file has them."""
        return {
            "cases": self.cases,
            **dict(self.counts),
            **({"shown": dict(self.shown)} if self.shown else {}),
        }


def tally_table(
    rows: Mapping[str, Tally], first: str, without: Iterable[str] = (), compared: bool = False
) -> str:
    """A line for each tally: the cases, and the count of each verdict that occurs, or must not.

    `without` are verdicts that cannot occur. `compared` tells how many cases end otherwise than in Python.
    """
    wanted = [kind for kind in WRONG if kind not in without]
    there = [kind for kind in _KINDS if any(tally.counts[kind] for tally in rows.values()) or kind in wanted]
    lines = [
        [
            name,
            f"{tally.cases:,}",
            *(_share(tally.counts[kind], tally.cases) for kind in there),
            *([f"{tally.differences:,}"] if compared else []),
        ]
        for name, tally in rows.items()
    ]
    return markdown_table([first, "cases", *there, *(["otherwise than Python"] if compared else [])], lines)


def _share(count: int, cases: int) -> str:
    """A count, with its share where it is not all or nothing."""
    if count in (0, cases):
        return f"{count:,}"
    return f"{count:,} ({100 * count / cases:.2f} %)"
