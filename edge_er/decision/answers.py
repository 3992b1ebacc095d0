"""Answer builder: ranked candidates to features, confidence, decision, matches and explanations."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from edge_er.bundle.entity import Entity
from edge_er.constants import DECISION
from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.decision.equals import Equals, equals, near_first
from edge_er.decision.explanation import Explanation
from edge_er.decision.features import (
    ALIKE,
    COSINE,
    HEARD,
    OF_TEXTS,
    SHARED,
    Utterance,
    candidate_features,
    known_features,
    utterance_of,
)
from edge_er.decision.resolution import Match, Resolution
from edge_er.encoder.encoder import EncodedText
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.rerank import Candidate
from edge_er.ranking.weights import RerankWeights
from edge_er.text.sound_codes import sound_codes

__all__ = ["AnswerBuilder"]


class AnswerBuilder:
    """Turns ranked candidates into answers.

    Args:
        calibration: features to confidence and decision.
        typed: the same for requests that were typed.
        weights: of the evidence that ranked the candidates.
        scale: that of the int8 vectors. Scores are divided by its square, so that they are in units of the cosine.
        lang: the language that is spoken.
    """

    def __init__(
        self, calibration: Calibration, typed: Calibration, weights: RerankWeights, scale: float, lang: str
    ) -> None:
        self.calibration, self._typed = calibration, typed
        self._weights, self.unit, self._lang = weights, scale**2, lang
        self._vectors_alone = weights == RerankWeights()
        wanted = {COSINE, HEARD, *calibration.weights, *typed.weights}
        known = known_features(weights.heard)
        for each in (calibration, typed):
            each.check_features(known)
        self._names = frozenset(wanted.intersection(known))
        self._seeks_equals = not self._names.isdisjoint((SHARED, ALIKE))
        self._sound_codes = sound_codes(lang)
        self._needs_texts = not self._names.isdisjoint(OF_TEXTS)

    def needed(self, min_precision: float | None = None, typed: bool = False) -> float:
        """The confidence that an answer needs; see `Calibration.needed`.

        Raises:
            TypeError: `min_precision` is not a number, or `typed` is not a bool.
            ValueError: `min_precision` is not between 0 and 1.
        """
        if not isinstance(typed, bool):
            raise TypeError(f"expected typed as True or False, found {type(typed).__name__}")
        return self._calibration(typed).needed(min_precision)

    def resolution(
        self,
        query: str,
        catalog: Catalog,
        texts: Sequence[EncodedText],
        ranked: Sequence[Candidate],
        top_k: int,
        needed: float,
        typed: bool = False,
    ) -> Resolution:
        """The answer to `query`.

        Args:
            query: the request as the caller gave it.
            catalog: that the indices in `ranked` are of.
            texts: of the utterance. If the encoder knows a token of none of them, the decision is "no_match".
            ranked: the candidates, best first.
            top_k: how many matches to give.
            needed: the confidence that an answer needs, see `needed`.
            typed: whether the request was typed.
        """
        if not ranked:
            return Resolution(query, "no_match", ())
        forms, scores = self._forms(catalog, ranked), self._scores(ranked)
        utterance = self._utterance(texts, forms)
        same = self._equals(ranked, forms, scores, utterance)
        features = self._features(catalog, ranked[0], utterance, same)
        candidates = CandidateScores(scores[:1] * same.size + scores[same.size :], features)
        calibration = self._calibration(typed)
        decision, confidences, tied = calibration.judge(candidates, needed)
        if not any(text.readable for text in texts):
            decision, confidences = "no_match", [0.0] * len(ranked)
        entities = catalog.entities_at([candidate.entity for candidate in ranked[:top_k]])
        matches = tuple(map(_match, entities, scores, confidences))
        return Resolution(query, decision, matches, tied)

    def explanations(
        self, catalog: Catalog, texts: Sequence[EncodedText], ranked: Sequence[Candidate]
    ) -> list[Explanation]:
        """The explanation of each of `ranked`; the margin of the last one is 0."""
        margins = [one.score - other.score for one, other in pairwise(ranked)] + [0.0]
        forms, scores = self._forms(catalog, ranked), self._scores(ranked)
        utterance = self._utterance(texts, forms)
        same = self._equals(ranked, forms, scores, utterance) if ranked else Equals()
        return [
            self._explanation(
                catalog,
                candidate,
                margin,
                self._features(catalog, candidate, utterance, same if place < same.size else Equals()),
            )
            for place, (candidate, margin) in enumerate(zip(ranked, margins, strict=False))
        ]

    def _calibration(self, typed: bool) -> Calibration:
        return self._typed if typed else self.calibration

    def _explanation(
        self, catalog: Catalog, candidate: Candidate, margin: float, features: dict[str, float]
    ) -> Explanation:
        entity, form = catalog.entities[candidate.entity], catalog.form(candidate.form)
        parts = {name: value / self.unit for name, value in candidate.parts.items()}
        score = candidate.score / self.unit
        return Explanation(entity.id, entity.name, form, score, margin / self.unit, parts, features)

    def _scores(self, ranked: Sequence[Candidate]) -> list[float]:
        """The scores in units of the cosine; with vectors alone at most 1, which rounding to int8 may exceed."""
        unit = self.unit
        if self._vectors_alone:
            return [(each.score - max(each.part("dense") - unit, 0.0)) / unit for each in ranked]
        return [each.score / unit for each in ranked]

    def _forms(self, catalog: Catalog, ranked: Sequence[Candidate]) -> list[str]:
        """The forms of the compared candidates in canonical text; none if no feature needs them."""
        if not self._needs_texts:
            return []
        return catalog.canonical_forms([candidate.form for candidate in ranked[:COMPARED]])

    def _utterance(self, texts: Sequence[EncodedText], forms: Sequence[str]) -> Utterance | None:
        """What features need to know of the texts; None if no feature needs it."""
        return utterance_of(texts, forms, self._lang, self._weights.numbers) if self._needs_texts else None

    def _equals(
        self,
        ranked: Sequence[Candidate],
        forms: Sequence[str],
        scores: Sequence[float],
        utterance: Utterance | None,
    ) -> Equals:
        """The first candidates that nothing tells apart; the first alone where no feature asks."""
        if utterance is None or not self._seeks_equals:
            return Equals()
        near = near_first(scores[:COMPARED])
        return equals(utterance, forms, scores[: self._as_likely_meant(ranked[:near])], self._sound_codes)

    def _as_likely_meant(self, ranked: Sequence[Candidate]) -> int:
        """How many of the first candidates are about as likely meant as the first, by main name and popularity."""
        most, first = DECISION.sharing_meant * self.unit, _meant(ranked[0])
        for place, candidate in enumerate(ranked):
            if first - _meant(candidate) > most:
                return place
        return len(ranked)

    def _features(
        self, catalog: Catalog, candidate: Candidate, utterance: Utterance | None, same: Equals
    ) -> dict[str, float]:
        heard = candidate.part("heard") / self._weights.heard if self._weights.heard else 0.0
        form = catalog.canonical_form(candidate.form) if utterance else ""
        cosine = candidate.part("dense") / self.unit
        return candidate_features(
            self._names,
            cosine,
            heard,
            form,
            utterance,
            len(catalog.entities),
            same.shared,
            same.size > 1 and not same.shared,
        )


def _meant(candidate: Candidate) -> float:
    """What who is meant adds to a score, in units of the int8 dot product."""
    return candidate.part("popularity") + candidate.part("favour")


def _match(entity: Entity, score: float, confidence: float) -> Match:
    return Match(entity.id, entity.name, entity.aliases, score, confidence, entity.metadata)
