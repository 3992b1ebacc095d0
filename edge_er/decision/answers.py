"""Candidates to what the user gets: signs, confidence, a decision, and why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from edge_er.bundle.entity import Entity
from edge_er.decision.calibration import Calibration, CandidateScores
from edge_er.decision.explanation import Explanation
from edge_er.decision.resolution import Match, Resolution
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.rerank import Candidate, RerankWeights
from edge_er.text.misrecognition import BIT

__all__ = ["AnswerBuilder"]


class AnswerBuilder:
    """Turns the ranked candidates of a request into answers.

    Args:
        calibration: signs to confidence and decision.
        weights: what the candidates were ranked with.
        scale: of the int8 vectors; scores are divided by its square, so that a cosine of 1 is 1.
    """

    def __init__(self, calibration: Calibration, weights: RerankWeights, scale: float) -> None:
        self.calibration, self._weights, self.unit = calibration, weights, scale**2
        self._vectors_alone = weights == RerankWeights()

    def resolution(
        self,
        query: str,
        catalog: Catalog,
        ranked: Sequence[Candidate],
        top_k: int,
        min_precision: float | None,
        readable: bool,
    ) -> Resolution:
        """The answer: `ranked` are the candidates, best first; what is not `readable` is never a match."""
        if not ranked:
            return Resolution(query, "no_match", ())
        standing = CandidateScores([self._score(candidate) for candidate in ranked], self._signs(ranked[0]))
        decision = self.calibration.decide(standing, min_precision) if readable else "no_match"
        confidences = self.calibration.confidences(standing) if readable else [0.0] * len(ranked)
        found = zip(ranked[:top_k], standing.scores, confidences, strict=False)
        matches = tuple(
            _match(catalog.entities[candidate.entity], score, confidence)
            for candidate, score, confidence in found
        )
        return Resolution(query, decision, matches)

    def explanations(self, catalog: Catalog, ranked: Sequence[Candidate]) -> list[Explanation]:
        """Why each of `ranked` stands where it does; the last one has no margin."""
        margins = [one.score - other.score for one, other in pairwise(ranked)] + [0.0]
        return [
            self._explanation(catalog, candidate, margin)
            for candidate, margin in zip(ranked, margins, strict=False)
        ]

    def _explanation(self, catalog: Catalog, candidate: Candidate, margin: float) -> Explanation:
        entity, form = catalog.entities[candidate.entity], catalog.form(candidate.form)
        parts = {name: value / self.unit for name, value in candidate.parts.items()}
        score, signs = candidate.score / self.unit, self._signs(candidate)
        return Explanation(entity.id, entity.name, form, score, margin / self.unit, parts, signs)

    def _score(self, candidate: Candidate) -> float:
        """In units of the cosine; vectors alone give at most 1."""
        too_much = max(candidate.parts["dense"] - self.unit, 0.0) if self._vectors_alone else 0.0
        return (candidate.score - too_much) / self.unit

    def _signs(self, candidate: Candidate) -> dict[str, float]:
        signs = {"cosine": min(candidate.parts["dense"] / self.unit, 1.0)}
        if self._weights.heard:
            bits = candidate.parts["heard"] / self._weights.heard / BIT
            signs["heard"] = math.log1p(max(bits, 0.0))
        return signs


def _match(entity: Entity, score: float, confidence: float) -> Match:
    return Match(entity.id, entity.name, entity.aliases, score, confidence, entity.metadata)
