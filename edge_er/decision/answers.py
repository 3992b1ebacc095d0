"""Answer builder: ranked candidates to features, confidence, decision, matches and explanations."""

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
    """Turns ranked candidates into answers.

    Args:
        calibration: features to confidence and decision.
        weights: of the evidence that ranked the candidates.
        scale: that of the int8 vectors. Scores are divided by its square, so that they are in units of the cosine.
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
        needed: float,
        readable: bool,
    ) -> Resolution:
        """The answer to `query`.

        Args:
            query: the request as the caller gave it.
            catalog: that the indices in `ranked` are of.
            ranked: the candidates, best first.
            top_k: how many matches to give.
            needed: the confidence that an answer needs, see `Calibration.needed`.
            readable: whether the encoder knows any token of the request; if not, the decision is "no_match".
        """
        if not ranked:
            return Resolution(query, "no_match", ())
        candidates = CandidateScores(list(map(self._score, ranked)), self._features(ranked[0]))
        decision, confidences = self.calibration.judge(candidates, needed)
        if not readable:
            decision, confidences = "no_match", [0.0] * len(ranked)
        matches = tuple(
            _match(catalog.entities[candidate.entity], score, confidence)
            for candidate, score, confidence in zip(
                ranked[:top_k], candidates.scores, confidences, strict=False
            )
        )
        return Resolution(query, decision, matches)

    def explanations(self, catalog: Catalog, ranked: Sequence[Candidate]) -> list[Explanation]:
        """The explanation of each of `ranked`; the margin of the last one is 0."""
        margins = [one.score - other.score for one, other in pairwise(ranked)] + [0.0]
        return [
            self._explanation(catalog, candidate, margin)
            for candidate, margin in zip(ranked, margins, strict=False)
        ]

    def _explanation(self, catalog: Catalog, candidate: Candidate, margin: float) -> Explanation:
        entity, form = catalog.entities[candidate.entity], catalog.form(candidate.form)
        parts = {name: value / self.unit for name, value in candidate.parts.items()}
        score, features = candidate.score / self.unit, self._features(candidate)
        return Explanation(entity.id, entity.name, form, score, margin / self.unit, parts, features)

    def _score(self, candidate: Candidate) -> float:
        """The score in units of the cosine; with vectors alone at most 1, which rounding to int8 may exceed."""
        too_much = max(candidate.parts["dense"] - self.unit, 0.0) if self._vectors_alone else 0.0
        return (candidate.score - too_much) / self.unit

    def _features(self, candidate: Candidate) -> dict[str, float]:
        features = {"cosine": min(candidate.parts["dense"] / self.unit, 1.0)}
        if self._weights.heard:
            bits = candidate.parts["heard"] / self._weights.heard / BIT
            features["heard"] = math.log1p(max(bits, 0.0))
        return features


def _match(entity: Entity, score: float, confidence: float) -> Match:
    return Match(entity.id, entity.name, entity.aliases, score, confidence, entity.metadata)
