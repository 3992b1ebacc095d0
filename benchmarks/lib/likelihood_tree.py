"""A tree of hyperplanes over vectors, balanced by number or by how often each is asked for (Zhang et al. 2023, QLBT).

Each node splits its vectors along a direction. A tree of plain median cuts along their main direction is as deep
everywhere. Where the cut halves what is asked for instead, a frequent vector is reached after fewer nodes, a rare one
after more, as in a code of Shannon's lengths. Such a cut is also tried along the way from the mean of the vectors to
their mean by likelihood, at whose end a vector lies that is asked for more than all others; the direction is taken that
leaves the fewest nodes to come on average.

A search goes down to the leaf on whose side the request lies, then on to others, those first whose hyperplanes it is
nearest to, until it has read as many vectors as it may, or has found one that is near enough.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from edge_er.index.exact import exact_float

__all__ = ["LikelihoodTree"]

LEAF = 256
_SAMPLE, _DRAWN, _AT_ONCE = 512, 20_001, 1 << 18


class LikelihoodTree:
    """The tree of int8 vectors [names, dim].

    Args:
        vectors: of all names.
        likelihood: how often each name is asked for, [names]; any positive scale.
        share: of the likelihood in the weights that a cut halves; the rest counts each vector alike. 0 is a plain tree.
        seed: of the samples that directions are learned from.
    """

    def __init__(
        self, vectors: NDArray[np.int8], likelihood: NDArray[np.float64], share: float, seed: int = 1
    ) -> None:
        self.names = len(vectors)
        self.order = np.arange(len(vectors), dtype=np.int32)
        self.vectors = vectors.copy()
        self._boosted = share > 0
        self._weights = share * likelihood / likelihood.sum() + (1 - share) / len(vectors)
        self._choose = np.random.default_rng(seed)
        self.directions, self.cuts, self.children, self.leaves = self._grown()
        del self._weights, self._choose, self._boosted
        self.reads, self.floor = self.names, np.inf  # of a search: vectors it may read, score that ends it

    @property
    def tree_bytes(self) -> int:
        """Bytes of nodes and of the numbers of the names, beside the vectors."""
        return sum(
            part.nbytes for part in (self.directions, self.cuts, self.children, self.leaves, self.order)
        )

    def depths(self) -> NDArray[np.int32]:
        """Nodes above the leaf of each name, int32 [names], by the name's own number."""
        depth = np.zeros(len(self.cuts) + 1, np.int32)
        found = np.zeros(self.names, np.int32)
        for node, pair in enumerate(self.children.tolist()):
            for child in pair:
                if child >= 0:
                    depth[child] = depth[node] + 1
                else:
                    first, last = self.leaves[~child]
                    found[self.order[first:last]] = depth[node] + 1
        return found

    def search(self, queries: NDArray[np.int8], k: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The `k` nearest names of those that are read, for each of `queries` [n, dim], and their dot products."""
        places, scores = np.empty((len(queries), k), np.int32), np.empty((len(queries), k), np.int32)
        for row, query in enumerate(queries):
            names, dots = self.read(query, self.reads, self.floor, k)[:2]
            best = np.lexsort((names, -dots))[:k]
            places[row], scores[row] = names[best], dots[best]
        return places, scores

    def read(
        self, query: NDArray[np.int8], reads: int, floor: float, least: int = 1
    ) -> tuple[NDArray[np.int32], NDArray[np.floating], list[tuple[int, float]], int]:
        """What a request reads: names and their dot products, (vectors, best dot product) after each leaf, nodes seen.

        Reading ends with `reads` vectors, or where the best reaches `floor`, after `least` vectors at the soonest.
        """
        wide = query.astype(exact_float(len(query)))
        heap: list[tuple[float, int]] = [(0.0, 0 if len(self.cuts) else ~0)]
        parts: list[NDArray[np.floating]] = []
        spans: list[NDArray[np.int32]] = []
        path: list[tuple[int, float]] = []
        count, seen, best = 0, 0, -np.inf
        while heap and (count < least or (count < reads and best < floor)):
            far, node = heappop(heap)
            while node >= 0:
                seen += 1
                margin = float(self.directions[node] @ wide) - float(self.cuts[node])
                left, right = self.children[node].tolist()
                near, other = (right, left) if margin > 0 else (left, right)
                heappush(heap, (max(far, abs(margin)), other))
                node = near
            first, last = self.leaves[~node].tolist()
            dots = self.vectors[first:last].astype(wide.dtype) @ wide
            parts.append(dots)
            spans.append(self.order[first:last])
            count, best = count + last - first, max(best, float(dots.max()))
            path.append((count, best))
        return np.concatenate(spans), np.concatenate(parts), path, seen

    def _grown(self) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
        directions: list[NDArray[np.float32]] = []
        cuts: list[float] = []
        children: list[list[int]] = []
        leaves: list[tuple[int, int]] = []
        waiting = [(0, self.names, -1, 0)]  # first, last, its parent and which child of it
        while waiting:
            first, last, parent, side = waiting.pop()
            if last - first <= LEAF:
                leaves.append((first, last))
                own = ~(len(leaves) - 1)
            else:
                own = len(cuts)
                middle, direction, cut = self._split(first, last)
                directions.append(direction)
                cuts.append(cut)
                children.append([0, 0])
                waiting += [(middle, last, own, 1), (first, middle, own, 0)]
            if parent >= 0:
                children[parent][side] = own
        dim = self.vectors.shape[1]
        return (
            np.array(directions, np.float32).reshape(-1, dim),
            np.array(cuts, np.float32),
            np.array(children, np.int32).reshape(-1, 2),
            np.array(leaves, np.int32),
        )

    def _split(self, first: int, last: int) -> tuple[int, NDArray[np.float32], float]:
        """Put the vectors from `first` to `last` on two sides of a plane: where the second begins, direction, cut."""
        vectors, weights = self.vectors[first:last], self._weights[self.order[first:last]]
        ways = [self._halved(vectors, weights, each) for each in self._directions(vectors, weights)]
        direction, cut, above = min(ways, key=lambda way: _depth_to_come(weights, way[2]))
        order = np.concatenate([np.flatnonzero(~above), np.flatnonzero(above)])
        self.vectors[first:last] = vectors[order]
        self.order[first:last] = self.order[first:last][order]
        return last - int(above.sum()), direction, cut

    def _halved(
        self, vectors: NDArray[np.int8], weights: NDArray[np.float64], direction: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], float, NDArray[np.bool_]]:
        """A direction, where along it half of the weight lies, and which vectors lie above."""
        parts = [
            vectors[at : at + _AT_ONCE].astype(np.float32) @ direction
            for at in range(0, len(vectors), _AT_ONCE)
        ]
        along = np.concatenate(parts)
        mass = np.cumsum(weights)
        # The median of vectors that are drawn by weight, instead of a sort of all.
        drawn = np.searchsorted(mass, mass[-1] * self._choose.random(min(_DRAWN, len(along))))
        cut = float(np.median(along[np.minimum(drawn, len(along) - 1)]))
        above = along > cut
        if above.all() or not above.any():
            cut = float(np.sort(along)[(len(along) - 1) // 2])
            above = along > cut
        if above.all() or not above.any():  # all lie at one place: any half is as good
            above = np.arange(len(along)) >= len(along) // 2
        return direction, cut, above

    def _directions(
        self, vectors: NDArray[np.int8], weights: NDArray[np.float64]
    ) -> list[NDArray[np.float32]]:
        """Unit vectors along which a node may be cut."""
        some = vectors[self._choose.integers(0, len(vectors), _SAMPLE)].astype(np.float32)
        mean = some.mean(axis=0)
        some -= mean
        ways = [np.linalg.eigh(some.T @ some)[1][:, -1].astype(np.float32)]
        if self._boosted:
            frequent = np.argpartition(-weights, min(_SAMPLE, len(weights) - 1))[:_SAMPLE]
            away = np.average(vectors[frequent], axis=0, weights=weights[frequent]) - mean
            if (length := np.linalg.norm(away)) > 0:
                ways.append((away / length).astype(np.float32))
        return ways


def _depth_to_come(weights: NDArray[np.float64], above: NDArray[np.bool_]) -> float:
    """Nodes to come on average below two sides, as if both were balanced trees."""
    upper, size = float(weights[above].sum()), int(above.sum())
    whole = float(weights.sum())
    sides = ((upper, size), (whole - upper, len(above) - size))
    return sum(mass * float(np.log2(max(names / LEAF, 1))) for mass, names in sides) / whole
