"""Spearman's correlations of encoders on the seven STS sets, and intervals of their differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata, spearmanr

from benchmarks.lib.results_file import REPOSITORY
from edge_er.training.data.sentences import STS_SETS, ScoredPair
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.models.dual_encoder import DualEncoder

__all__ = ["AVERAGE", "BATCH", "CACHE", "Embedded", "Sets", "differences", "score_cells"]

AVERAGE = "average"
BATCH = 64  # sentences
CACHE = REPOSITORY / "build" / "sts"
RESAMPLES = 300

Sets = Mapping[str, Sequence[ScoredPair]]


class Embedded:
    """Unit vectors of every sentence of the sets by one encoder."""

    def __init__(self, vectors: np.ndarray, row: Mapping[str, int]) -> None:
        self.vectors, self.row = vectors, row

    @classmethod
    def of(cls, encoder: DualEncoder, sets: Sets, cache: Path | None = None) -> Embedded:
        """By encoding each sentence once; with ``cache``, only what an encoder of these weights has not encoded yet."""
        pairs = [pair for each in sets.values() for pair in each]
        texts = list(dict.fromkeys(text for pair in pairs for text in (pair.first, pair.second)))
        row = {text: place for place, text in enumerate(texts)}
        if cache is None:
            return cls(encoder.encode(texts, BATCH), row)
        kept = TeacherTargets(encoder, encoder.tokenize(texts), cache)(np.arange(len(texts))).numpy()
        return cls(_unit(kept), row)

    def projected(self, axes: np.ndarray) -> Embedded:
        """The same projected on ``axes`` [dim, width]."""
        return Embedded(_unit(self.vectors @ axes.T), self.row)

    def cosines(self, pairs: Sequence[ScoredPair]) -> np.ndarray:
        """Of the two sentences of each pair."""
        first = self.vectors[[self.row[pair.first] for pair in pairs]]
        second = self.vectors[[self.row[pair.second] for pair in pairs]]
        cosines: np.ndarray = (first * second).sum(1)
        return cosines

    def correlations(self, sets: Sets) -> dict[str, Any]:
        """Spearman x 100 of each set over all its pairs, their average, and the mean over each set's parts."""
        whole, parts = {}, {}
        for name, pairs in sets.items():
            cosines, scores = self.cosines(pairs), np.array([pair.score for pair in pairs])
            subsets = np.array([pair.subset for pair in pairs])
            whole[name] = _spearman(cosines, scores)
            each = [_spearman(cosines[subsets == part], scores[subsets == part]) for part in set(subsets)]
            parts[name] = round(float(np.mean(each)), 2)
        whole[AVERAGE] = round(float(np.mean([whole[name] for name in sets])), 2)
        return {"all": whole, "mean_of_parts": parts}


def _unit(vectors: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _spearman(cosines: np.ndarray, scores: np.ndarray) -> float:
    return round(100 * float(spearmanr(cosines, scores).statistic), 2)


def differences(
    encoders: Mapping[str, Embedded], base: str, sets: Sets, resamples: int = RESAMPLES, seed: int = 1
) -> dict[str, dict[str, float]]:
    """How far each encoder's average is above that of ``base``, with a 95 % interval.

    The pairs of each set are drawn again with replacement, the same for all encoders.

    Returns:
        By encoder: ``value``, ``low`` and ``high``, in Spearman x 100.
    """
    names, rng = list(encoders), np.random.default_rng(seed)
    above = np.zeros((1 + resamples, len(names)))  # of each draw, the sets themselves first
    for pairs in sets.values():
        rows = np.stack(
            [encoders[name].cosines(pairs) for name in names] + [np.array([pair.score for pair in pairs])]
        )
        for draw in range(1 + resamples):
            chosen = rng.integers(len(pairs), size=len(pairs)) if draw else np.arange(len(pairs))
            found = _rank_correlations(rows[:, chosen])
            above[draw] += 100 / len(sets) * (found - found[names.index(base)])
    low, high = np.percentile(above[1:], [2.5, 97.5], axis=0)
    return {
        name: {"value": float(above[0, at]), "low": float(low[at]), "high": float(high[at])}
        for at, name in enumerate(names)
    }


def _rank_correlations(rows: np.ndarray) -> np.ndarray:
    """Spearman's correlation of each row but the last with the last."""
    ranks = rankdata(rows, axis=1)
    ranks -= ranks.mean(1, keepdims=True)
    ranks /= np.linalg.norm(ranks, axis=1, keepdims=True)
    found: np.ndarray = ranks[:-1] @ ranks[-1]
    return found


def score_cells(scores: Mapping[str, float]) -> list[str]:
    """The seven sets and their average as cells of a table."""
    return [f"{scores[column]:.2f}" for column in (*STS_SETS, AVERAGE)]
