"""Candidate scores of many requests: what confidence is fitted and measured on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.decision.features import ALIKE, SHARED
from edge_er.resolver import EntityResolver

__all__ = ["ScoredRequests", "candidates", "joined", "scores_of"]

Floats = NDArray[np.float64]


def candidates(
    resolver: EntityResolver, text: str, count: int, ids: Iterable[str] | None = None
) -> list[tuple[str, CandidateScores]]:
    """Ids of the first `count` candidates, each with its own score and its own features.

    `ids` are those of the entities that may be candidates; by default all are.
    """
    explained = resolver.explain(text, count, ids=ids)
    return [(each.id, CandidateScores([each.score], each.signs)) for each in explained]


def scores_of(ranked: Sequence[tuple[str, CandidateScores]]) -> CandidateScores:
    """The scores of `candidates` together, and the features of the first; there is at least one candidate.

    Equals have the score of the first, as where a request is answered.
    """
    scores = [own.scores[0] for _, own in ranked[:COMPARED]]
    for place, (_, own) in enumerate(ranked[:COMPARED]):
        if not (own.features.get(SHARED) or own.features.get(ALIKE)):
            break
        scores[place] = scores[0]
    return ranked[0][1]._replace(scores=scores)


@dataclass(frozen=True)
class ScoredRequests:
    """Many requests with the scores of their candidates.

    Attributes:
        names: of the features.
        kind: [rows] where each request comes from.
        scores: [rows, COMPARED] of the candidates, best first; -inf where there are fewer candidates.
        features: [rows, names] of the best candidate.
        place: [rows] the first right candidate, from 0; -1 if none is right.
    """

    names: tuple[str, ...]
    kind: NDArray[np.str_]
    scores: Floats
    features: Floats
    place: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, CandidateScores, Sequence[bool]]]) -> ScoredRequests:
        """From (kind, candidate scores, whether each candidate is right); rows without candidates are left out."""
        kept = [row for row in rows if row[1].scores]
        names = tuple(kept[0][1].features) if kept else ()
        scores = np.full((len(kept), COMPARED), -np.inf)
        places = np.full(len(kept), -1, np.int64)
        for number, (_, candidate_scores, right) in enumerate(kept):
            first = candidate_scores.scores[:COMPARED]
            scores[number, : len(first)] = first
            places[number] = next((place for place, hit in enumerate(right[:COMPARED]) if hit), -1)
        rows_of_features = [[row[1].features[name] for name in names] for row in kept]
        features = np.array(rows_of_features, np.float64).reshape(len(kept), len(names))
        return cls(names, np.array([kind for kind, _, _ in kept], np.str_), scores, features, places)

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, rows: NDArray[np.bool_]) -> ScoredRequests:
        scores, features = self.scores[rows], self.features[rows]
        return ScoredRequests(self.names, self.kind[rows], scores, features, self.place[rows])

    def with_features(self, names: Sequence[str]) -> ScoredRequests:
        """The same with the features in `names` alone, as far as there are such."""
        kept = [name for name in names if name in self.names]
        columns = self.features[:, [self.names.index(name) for name in kept]]
        return replace(self, names=tuple(kept), features=columns)

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the best candidate is right, or one of its equals, those of the same score."""
        right: NDArray[np.bool_] = (self.place >= 0) & (self.place < self.equal)
        return right

    @property
    def equal(self) -> NDArray[np.int64]:
        """[rows] how many candidates have the best score."""
        equal: NDArray[np.int64] = (self.scores == self.scores[:, :1]).sum(axis=1)
        return equal

    def rows(self) -> list[CandidateScores]:
        """The candidate scores of each request."""
        rows = zip(self.scores.tolist(), self.features.tolist(), strict=True)
        return [
            CandidateScores(
                [score for score in scores if score > -np.inf], dict(zip(self.names, features, strict=True))
            )
            for scores, features in rows
        ]

    def confidence(self, calibration: Calibration) -> Floats:
        """Confidence of each row that the best candidate is right, or one of its equals."""
        best: Floats = np.array([calibration.confidences(row)[0] for row in self.rows()])
        return np.minimum(best * self.equal, 1.0)


def joined(parts: Sequence[ScoredRequests]) -> ScoredRequests:
    """The requests of several catalogs as one."""
    columns = ([getattr(part, name) for part in parts] for name in ("kind", "scores", "features", "place"))
    return ScoredRequests(parts[0].names, *map(np.concatenate, columns))
