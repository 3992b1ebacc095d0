"""The two tasks of the HPD paper on sentences: semantic textual similarity, and retrieval of what says the same.

Similarity is Spearman's correlation of the cosines with people's scores, each of the seven STS sets over all its pairs.
Retrieval asks with each sentence that people put beside another at 4 of 5 or more; right are the sentences put beside
it so, and all sentences of the seven sets are candidates. Intervals are 95 % by bootstrap: over the pairs of each set,
and over groups of sentences that pairs connect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from benchmarks.lib.reductions import Floats, ranks_of_first_right
from edge_er.evaluation.bootstrap import mean_interval
from edge_er.training.data.sentences import ScoredPair

__all__ = ["Drawn", "SentenceTasks"]

SAME = 4.0  # of 5: the same but for details
SAMPLES, SEED = 500, 20260701


@dataclass(frozen=True)
class Drawn:
    """A figure and its bootstrap samples; two systems on the same rows have the same draws."""

    value: float
    samples: NDArray[np.float64]

    def cell(self) -> dict[str, float]:
        """The figure with its 95 % interval."""
        low, high = np.percentile(self.samples, (2.5, 97.5)).tolist()
        return {"value": round(self.value, 4), "low": round(low, 4), "high": round(high, 4)}

    def less(self, other: Drawn) -> Drawn:
        """The difference to ``other``, paired."""
        return Drawn(self.value - other.value, self.samples - other.samples)


class SentenceTasks:
    """The tasks over the sentences of some STS sets; vectors are given by sentence, in the order of ``texts``."""

    def __init__(self, sets: Mapping[str, Sequence[ScoredPair]]) -> None:
        self.sets = sets
        pairs = [pair for each in sets.values() for pair in each]
        self.texts = list(dict.fromkeys(text for pair in pairs for text in (pair.first, pair.second)))
        self._row = {text: place for place, text in enumerate(self.texts)}

    def similarity(self, vectors: Floats) -> Drawn:
        """Spearman x 100, the average of the sets."""
        each = [self._correlation(name, vectors) for name in self.sets]
        return Drawn(
            float(np.mean([one.value for one in each])), np.mean([one.samples for one in each], axis=0)
        )

    def _correlation(self, name: str, vectors: Floats) -> Drawn:
        first, second, scores = self._pairs[name]
        cosines = (vectors[first] * vectors[second]).sum(1)
        rng = np.random.default_rng([SEED, list(self.sets).index(name)])
        draws = rng.integers(0, len(scores), (SAMPLES, len(scores)))
        samples = [_spearman(cosines[rows], scores[rows]) for rows in draws]
        return Drawn(_spearman(cosines, scores), np.array(samples))

    @cached_property
    def _pairs(self) -> dict[str, tuple[NDArray[np.int64], NDArray[np.int64], Floats]]:
        return {
            name: (
                np.array([self._row[pair.first] for pair in pairs]),
                np.array([self._row[pair.second] for pair in pairs]),
                np.array([pair.score for pair in pairs], np.float32),
            )
            for name, pairs in self.sets.items()
        }

    @cached_property
    def asked(self) -> tuple[NDArray[np.int64], list[list[int]]]:
        """The rows of the sentences to ask with, and the rows that are right for each."""
        right = defaultdict(set)
        for pairs in self.sets.values():
            for pair in pairs:
                one, other = self._row[pair.first], self._row[pair.second]
                if pair.score >= SAME and one != other:
                    right[one].add(other)
                    right[other].add(one)
        rows = sorted(right)
        return np.array(rows), [sorted(right[row]) for row in rows]

    @cached_property
    def groups(self) -> list[str]:
        """For each of ``asked`` the group of sentences that it is connected with."""
        rows, right = self.asked
        group = dict(zip(rows.tolist(), rows.tolist(), strict=True))

        def first(row: int) -> int:
            while group[row] != row:
                group[row] = group[group[row]]
                row = group[row]
            return row

        for row, others in zip(rows.tolist(), right, strict=True):
            for other in others:
                group[first(row)] = first(other)
        return [str(first(row)) for row in rows.tolist()]

    def reciprocal_ranks(self, vectors: Floats) -> NDArray[np.float64]:
        """1 over the rank of the first right sentence, by request."""
        ranked: NDArray[np.float64] = 1.0 / ranks_of_first_right(vectors, *self.asked)
        return ranked

    def retrieval(self, reciprocal: NDArray[np.float64]) -> dict[str, float]:
        """Mean reciprocal rank with its interval."""
        return mean_interval(reciprocal, self.groups).to_dict()


def _spearman(cosines: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    return 100 * float(np.corrcoef(rankdata(cosines), rankdata(scores))[0, 1])
