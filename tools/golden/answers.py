"""Answers step by step, from plain parts: the golden requests are made of them."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle
from edge_er.constants import DECISION
from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.ranking.rerank import demands
from edge_er.ranking.weights import RerankWeights
from edge_er.text.canonical import canonical_text, request_text
from tools.golden.plain_features import plain_equals, plain_features
from tools.golden.plain_rerank import OF_REQUEST, EncodedText, PlainReranker, Ranked

__all__ = ["SAFE_CONFIDENCE", "SAFE_SCORE", "Answerer"]

TOP = 5
SAFE_SCORE, SAFE_CONFIDENCE = 0.001, 0.01  # how far from a tie and a threshold an answer must stand

Vector = NDArray[np.int8]


class Answerer:
    """Answers of one bundle; the same steps as `EntityResolver`, from plain parts."""

    def __init__(self, bundle: Bundle) -> None:
        files, manifest = bundle.encoder_files, bundle.manifest
        card = json.loads(files["encoder.json"])
        self.name = str(manifest["name"])
        self.encoder = Encoder.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card)
        self.scale = float(manifest["index"]["scale"])
        self.vectors, self.form_entity = bundle.vectors, bundle.form_entity
        self.calibration = Calibration.from_manifest(manifest, bool(manifest.get("rerank")))
        self.ids = [entity.id for entity in bundle.entities]
        self.lang = str(manifest["lang"])
        forms = [form for entity in bundle.entities for form in entity.surface_forms]
        self.forms = [canonical_text(form) for form in forms]
        self.reranker = None
        if manifest.get("rerank"):
            weights = RerankWeights.from_mapping(manifest["rerank"])
            self.reranker = PlainReranker(
                forms, self.form_entity.tolist(), self.lang, weights, demands(bundle.entities)
            )

    def row(self, query: str) -> dict[str, Any]:
        """The golden row of a request."""
        embedding, vector = self.vector(query)
        return {
            "bundle": self.name,
            "query": query,
            "canonical": request_text(query),
            "token_ids": self.token_ids(query),
            "embedding": [round(value, 7) for value in embedding.tolist()],
            "vector": _base64(vector),
            **self.answer([(query, 1.0)], [vector]),
        }

    def nbest_row(self, nbest: Sequence[tuple[str, float]]) -> dict[str, Any]:
        """The golden row of several texts of one utterance, each with its weight."""
        vectors = [self.vector(query)[1] for query, _ in nbest]
        return {
            "bundle": self.name,
            "nbest": [list(one) for one in nbest],
            "vectors": [_base64(vector) for vector in vectors],
            **self.answer(nbest, vectors),
        }

    def token_ids(self, query: str) -> list[int]:
        """The tokens of a request, as far as it is read."""
        return self.encoder.canonical_ids(request_text(query))

    def vector(self, query: str) -> tuple[NDArray[np.float32], Vector]:
        """The vector of a request, float32 [dim], and as int8 [dim]."""
        embedding = self.encoder.encode_ids([self.token_ids(query)], batch_size=1)
        return embedding[0], quantise(embedding, self.scale)[0]

    def answer(self, nbest: Sequence[tuple[str, float]], vectors: Sequence[Vector]) -> dict[str, Any]:
        """Candidates, ranking, decision and confidence of texts whose int8 vectors are known."""
        said = self.said(nbest, vectors)
        if not said:
            nothing: dict[str, Any] = {"candidates": [], "ranking": [], "parts": [], "tied": 0}
            return {**nothing, "decision": "no_match", "confidence": 0.0}
        ranked = self.ranked(said)
        candidates = self.reranker.candidates(said, COMPARED) if self.reranker else []
        scores = self.candidate_scores(said, ranked)
        answer: dict[str, Any] = {
            "candidates": candidates,
            "ranking": [[self.ids[one.entity], _plain(one.score)] for one in ranked[:TOP]],
            "parts": [
                {"form": one.form, **{name: _plain(part) for name, part in one.parts.items() if part}}
                for one in ranked[:TOP]
            ],
            "tied": self.tied(scores),
            "decision": "no_match",
            "confidence": 0.0,
        }
        if self.can_read(one.query for one in said):
            answer["decision"] = self.calibration.decide(scores)
            answer["confidence"] = round(self.calibration.confidences(scores)[0], 4)
        return answer

    def can_read(self, queries: Any) -> bool:
        """Whether the encoder finds a token in any of `queries` that it knows."""
        return any(self.encoder.can_read(self.token_ids(query)) for query in queries)

    def said(self, nbest: Sequence[tuple[str, float]], vectors: Sequence[Vector]) -> list[EncodedText]:
        """The texts that are not blank, with the dot products of their vectors."""
        forms = self.vectors.astype(np.int32)
        return [
            EncodedText(query, (forms @ whole).tolist(), weight, int(whole @ whole))
            for (query, weight), vector in zip(nbest, vectors, strict=True)
            if query.strip()
            for whole in [vector.astype(np.int32)]
        ]

    def ranked(self, said: Sequence[EncodedText]) -> list[Ranked]:
        """The compared entities: by letter and sound evidence too, where the bundle has weights for it."""
        if self.reranker:
            return self.reranker.rank(said, COMPARED)
        best: dict[int, Ranked] = {}
        for form, entity in enumerate(self.form_entity.tolist()):
            dot = said[0].dots[form]
            if entity not in best or dot > best[entity].score:
                best[entity] = Ranked(entity, dot, form, {"dense": dot})
        return sorted(best.values(), key=lambda one: (-one.score, one.entity))[:COMPARED]

    def candidate_scores(self, said: Sequence[EncodedText], ranked: Sequence[Ranked]) -> CandidateScores:
        """The scores of the candidates and the features of the first: what the confidence is made of."""
        unit, parts = self.scale**2, ranked[0].parts
        weight = self.reranker.weights.heard if self.reranker else 0
        texts = [(request_text(one.query), one.weight) for one in said]
        forms = [self.forms[one.form] for one in ranked[:COMPARED]]
        most = math.inf if self.reranker else 1.0
        scores = [min(one.score / unit, most) for one in ranked]
        meant = [one.parts.get("popularity", 0) / unit for one in ranked[:COMPARED]]
        likely = len(list(takewhile(lambda each: meant[0] - each <= DECISION.sharing_meant, meant)))
        equal = self.equal(texts, forms, scores[:likely])
        features = plain_features(
            self.lang,
            texts,
            forms,
            parts["dense"] / unit,
            parts["heard"] / weight if weight else 0.0,
            len(self.ids),
            self.reranker.weights.numbers if self.reranker else 0,
            equal,
        )
        return CandidateScores(scores[:1] * equal[0] + scores[equal[0] :], features)

    def equal(
        self, texts: Sequence[tuple[str, float]], forms: Sequence[str], scores: Sequence[float]
    ) -> tuple[int, bool]:
        """How many of the first nothing tells apart, where the calibration asks, and whether they share all words."""
        if not self.reranker or not {"shared", "alike"} & self.calibration.weights.keys():
            return 1, False
        numbers = self.reranker.weights.numbers
        return plain_equals(self.lang, texts, forms, scores, numbers)

    def tied(self, scores: CandidateScores) -> int:
        """How many candidates cannot be told apart from the first."""
        first, unit = scores.scores[0], self.calibration.temperature
        odds = [math.exp((score - first) / unit) for score in scores.scores[:COMPARED]]
        return max(1, len([each for each in odds if each >= self.calibration.twin]))

    def is_safe(self, row: dict[str, Any]) -> bool:
        """Whether first place, decision and number of tied entities stand clear of a tie and of every threshold.

        Two entities with the very same score always tie, and the smaller id comes first, where their dot products are
        of the very same vectors: that is safe too.
        """
        if not row["ranking"]:
            return True
        nbest = row.get("nbest", [[row.get("query"), 1.0]])
        vectors = [_from_base64(text) for text in row.get("vectors", [row.get("vector")])]
        said = self.said(nbest, vectors)
        ranked = self.ranked(said)
        first, second = (one.score / self.scale**2 for one in ranked[:2])
        if first - second < SAFE_SCORE and not (first == second and self._same_vectors(said, ranked)):
            return False
        behind = [first - one.score / self.scale**2 for one in ranked]
        edges = (DECISION.sharing_words, DECISION.sounding_alike)
        if any(abs(each - edge) < SAFE_SCORE for each in behind for edge in edges):
            return False
        return self.is_clear(self.candidate_scores(said, ranked), self.can_read(query for query, _ in nbest))

    def is_clear(self, scores: CandidateScores, readable: bool = True) -> bool:
        """Whether no small change of a score changes how many are tied or, of a `readable` text, the decision."""
        calibration, answers = self.calibration, set()
        for step, wish in ((0.0, 0.0), (SAFE_SCORE, SAFE_CONFIDENCE), (-SAFE_SCORE, -SAFE_CONFIDENCE)):
            features = {**scores.features, "cosine": scores.features["cosine"] + step}
            for rest in (0.0, step, -step):
                best, *others = scores.scores  # equal scores are equal everywhere
                moved = CandidateScores(
                    [best, *(score + rest * (score < best) for score in others)], features
                )
                tighter = replace(
                    calibration, precision=((0.0, min(max(calibration.needed() + wish, 0.0), 1.0)),)
                )
                answers.add((tighter.decide(moved) if readable else "no_match", self.tied(moved)))
        return len(answers) == 1

    def _same_vectors(self, said: Sequence[EncodedText], ranked: Sequence[Ranked]) -> bool:
        """Whether the dot products of the first two are of equal vectors, in every text."""
        one, other = ((each.form,) * len(said) for each in ranked[:2])
        if self.reranker:
            nearest = self.reranker.nearest(said, COMPARED)
            one, other = (nearest[each.form] for each in ranked[:2])
        return all(
            left == right or (OF_REQUEST not in (left, right) and self._equal_vectors(left, right))
            for left, right in zip(one, other, strict=True)
        )

    def _equal_vectors(self, form: int, other: int) -> bool:
        return bool(np.array_equal(self.vectors[form], self.vectors[other]))


def _plain(number: float) -> float:
    """A whole number as one, any other to three decimals."""
    return int(number) if number == int(number) else round(number, 3)


def _base64(vector: Vector) -> str:
    return base64.b64encode(vector.tobytes()).decode("ascii")


def _from_base64(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), np.int8)
