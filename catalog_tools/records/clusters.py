"""Decisions about pairs to clusters of records: one cluster is one thing.

Links are taken from the surest down. A link joins two clusters only if no record of the one is different from a record
of the other and most of the pairs between them are duplicates: three records do not become one because each resembles
the next. A doubtful link joins nothing. What people corrected comes first and always holds. Of clusters of more than 40
records, 40 are compared, evenly drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Rows

__all__ = ["Cluster", "Link", "cluster_rows"]

_SMALL = 40  # records: groups up to it have all their pairs scored at once; of larger clusters so many are compared

Score = Callable[[Rows, Rows], NDArray[np.float64]]
Pair = tuple[int, int]


@dataclass(frozen=True)
class Link:
    """A pair that joined two clusters, and its probability; None where a correction joined them."""

    a: int
    b: int
    probability: float | None


@dataclass(frozen=True)
class Cluster:
    """Rows of one thing, ascending; `least` is the smallest probability of any pair in it, 1 of a single record."""

    rows: tuple[int, ...]
    links: tuple[Link, ...]
    least: float


def cluster_rows(
    count: int,
    pairs: tuple[Rows, Rows],
    probability: NDArray[np.float64],
    bounds: tuple[float, float],
    score: Score,
    same: Iterable[Pair] = (),
    different: Iterable[Pair] = (),
) -> list[Cluster]:
    """Clusters of `count` rows, ordered by their first row.

    Args:
        count: number of records.
        pairs: rows `a` < `b` of the pairs that were compared.
        probability: that each pair is a duplicate, [pairs].
        bounds: a pair is different up to the first, a duplicate from the second on.
        score: probabilities of further pairs, asked for pairs inside a cluster that were no candidates.
        same: pairs that are one thing whatever the evidence.
        different: pairs that are not.
    """
    return _Clustering(count, bounds, score, different).run(pairs, probability, list(same))


class _Clustering:
    """Agglomerative clustering: every row is a cluster at first, and sure links join them one after another.

    `members` are the rows of each cluster by the name of one of them, `owner` the name of each row's cluster, `known`
    the probabilities that were computed so far.
    """

    def __init__(
        self, count: int, bounds: tuple[float, float], score: Score, different: Iterable[Pair]
    ) -> None:
        self.members = {row: [row] for row in range(count)}
        self.owner = list(range(count))
        self.links: dict[int, list[Link]] = defaultdict(list)
        self.different_to, self.same_from = bounds
        self.score = score
        self.apart: dict[int, set[int]] = defaultdict(set)
        for a, b in different:
            self.apart[a].add(b)
            self.apart[b].add(a)
        self.together: set[Pair] = set()
        self.known: dict[Pair, float] = {}

    def run(
        self, pairs: tuple[Rows, Rows], probability: NDArray[np.float64], same: list[Pair]
    ) -> list[Cluster]:
        """All links, then the clusters they made."""
        for a, b in same:
            self.together.add((min(a, b), max(a, b)))
            if self.owner[a] != self.owner[b]:
                self._join(a, b, None)
        sure = probability >= self.same_from
        links = sorted(
            zip((-probability[sure]).tolist(), *(side[sure].tolist() for side in pairs), strict=True)
        )
        self._score_groups(pairs, probability, [(a, b) for _, a, b in links])
        for negative, a, b in links:
            if self.owner[a] != self.owner[b] and self._may_join(self.owner[a], self.owner[b]):
                self._join(a, b, -negative)
        return [self._cluster(rows) for rows in sorted(sorted(rows) for rows in self.members.values())]

    def _join(self, a: int, b: int, probability: float | None) -> None:
        """One cluster of two; the rows of the smaller move, so that each row moves at most log2(rows) times."""
        into, gone = sorted((self.owner[a], self.owner[b]), key=lambda one: (-len(self.members[one]), one))
        for row in self.members[gone]:
            self.owner[row] = into
        self.members[into] += self.members.pop(gone)
        self.links[into] += [Link(a, b, probability), *self.links.pop(gone, [])]

    def _may_join(self, one: int, other: int) -> bool:
        """Whether no pair across the two clusters is different, and more than half of these pairs are duplicates."""
        if any(self.owner[b] == other for a in self.members[one] for b in self.apart.get(a, ())):
            return False
        sides = _some(self.members[one]), _some(self.members[other])
        across = [(min(a, b), max(a, b)) for a in sides[0] for b in sides[1]]
        each = self._probabilities(across)
        return min(each) > self.different_to and 2 * sum(p >= self.same_from for p in each) > len(each)

    def _probabilities(self, pairs: list[Pair]) -> list[float]:
        unknown = [pair for pair in pairs if pair not in self.known]
        if unknown:
            a, b = np.array(unknown, np.int64).T
            self.known.update(zip(unknown, self.score(a, b).tolist(), strict=True))
        return [1.0 if pair in self.together else self.known[pair] for pair in pairs]

    def _score_groups(
        self, pairs: tuple[Rows, Rows], probability: NDArray[np.float64], links: list[Pair]
    ) -> None:
        """Probabilities of all pairs inside each group of linked rows; of large ones as needed.

        A group is what links connect, whether or not they may join: no cluster is larger. Scoring many pairs in one
        call is what makes clustering fast.
        """
        group = list(self.owner)
        linked = {row: list(rows) for row, rows in self.members.items()}
        for a, b in links:
            one, other = group[a], group[b]
            if one != other:
                one, other = sorted((one, other), key=lambda name: (-len(linked[name]), name))
                for row in linked[other]:
                    group[row] = one
                linked[one] += linked.pop(other)
        names = np.array(group, np.int64)
        inside = names[pairs[0]] == names[pairs[1]]
        compared = zip(*(side[inside].tolist() for side in pairs), strict=True)
        self.known = dict(zip(compared, probability[inside].tolist(), strict=True))
        small = [sorted(rows) for rows in linked.values() if 1 < len(rows) <= _SMALL]
        self._probabilities([pair for rows in small for pair in combinations(rows, 2)])

    def _cluster(self, rows: list[int]) -> Cluster:
        least = min(self._probabilities(list(combinations(_some(rows), 2))), default=1.0)
        return Cluster(tuple(rows), tuple(self.links.get(self.owner[rows[0]], [])), least)


def _some(rows: list[int]) -> list[int]:
    """At most `_SMALL` of the rows, evenly spaced."""
    step = max(len(rows) / _SMALL, 1.0)
    return [rows[int(at * step)] for at in range(min(len(rows), _SMALL))]
