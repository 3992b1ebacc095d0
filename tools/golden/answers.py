"""Answers step by step, from plain parts: the golden requests are made of them."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle
from edge_er.decision.calibration import DENSE, RERANKED, Calibration, CandidateScores
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.ranking.rerank import RerankWeights, demands
from edge_er.text.canonical import canonical_text
from edge_er.text.misrecognition import BIT
from tools.golden.plain_rerank import EncodedText, PlainReranker, Ranked

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
        settings = manifest["calibration"]
        way = RERANKED if manifest.get("rerank") else DENSE
        self.calibration = Calibration.from_mapping(settings.get(way, settings))
        self.ids = [entity.id for entity in bundle.entities]
        self.reranker = None
        if manifest.get("rerank"):
            forms = [form for entity in bundle.entities for form in entity.surface_forms]
            weights = RerankWeights.from_mapping(manifest["rerank"])
            self.reranker = PlainReranker(
                forms, self.form_entity.tolist(), str(manifest["lang"]), weights, demands(bundle.entities)
            )

    def row(self, query: str) -> dict[str, Any]:
        """The golden row of a request."""
        embedding, vector = self.vector(query)
        return {
            "bundle": self.name,
            "query": query,
            "canonical": canonical_text(query),
            "token_ids": self.encoder.token_ids(query),
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

    def vector(self, query: str) -> tuple[NDArray[np.float32], Vector]:
        """The vector of a request, float32 [dim], and as int8 [dim]."""
        embedding = self.encoder.encode_ids([self.encoder.token_ids(query)], batch_size=1)
        return embedding[0], quantise(embedding, self.scale)[0]

    def answer(self, nbest: Sequence[tuple[str, float]], vectors: Sequence[Vector]) -> dict[str, Any]:
        """Candidates, ranking, decision and confidence of texts whose int8 vectors are known."""
        said = self.said(nbest, vectors)
        if not said:
            return {"candidates": [], "ranking": [], "parts": [], "decision": "no_match", "confidence": 0.0}
        ranked = self.ranked(said)
        candidates = self.reranker.candidates(said, TOP) if self.reranker else []
        answer: dict[str, Any] = {
            "candidates": candidates,
            "ranking": [[self.ids[one.entity], _plain(one.score)] for one in ranked],
            "parts": [
                {"form": one.form, **{name: _plain(part) for name, part in one.parts.items() if part}}
                for one in ranked
            ],
            "decision": "no_match",
            "confidence": 0.0,
        }
        if self.can_read(one.query for one in said):
            scores = self.candidate_scores(ranked)
            answer["decision"] = self.calibration.decide(scores)
            answer["confidence"] = round(self.calibration.confidences(scores)[0], 4)
        return answer

    def can_read(self, queries: Any) -> bool:
        """Whether the encoder finds a token in any of `queries` that it knows."""
        return any(self.encoder.can_read(self.encoder.token_ids(query)) for query in queries)

    def said(self, nbest: Sequence[tuple[str, float]], vectors: Sequence[Vector]) -> list[EncodedText]:
        """The texts that are not blank, with the dot products of their vectors."""
        forms = self.vectors.astype(np.int32)
        return [
            EncodedText(query, (forms @ vector.astype(np.int32)).tolist(), weight)
            for (query, weight), vector in zip(nbest, vectors, strict=True)
            if query.strip()
        ]

    def ranked(self, said: Sequence[EncodedText]) -> list[Ranked]:
        """The best entities: by letter and sound evidence too, where the bundle has weights for it."""
        if self.reranker:
            return self.reranker.rank(said, TOP)
        best: dict[int, Ranked] = {}
        for form, entity in enumerate(self.form_entity.tolist()):
            dot = said[0].dots[form]
            if entity not in best or dot > best[entity].score:
                best[entity] = Ranked(entity, dot, form, {"dense": dot})
        return sorted(best.values(), key=lambda one: (-one.score, one.entity))[:TOP]

    def candidate_scores(self, ranked: Sequence[Ranked]) -> CandidateScores:
        """The scores of the candidates and the features of the first: what the confidence is made of."""
        unit, parts = self.scale**2, ranked[0].parts
        features = {"cosine": min(parts["dense"] / unit, 1.0)}
        if self.reranker is None:
            return CandidateScores([min(one.score / unit, 1.0) for one in ranked], features)
        weight = self.reranker.weights.heard
        if weight:
            features["heard"] = math.log1p(max(parts["heard"] / weight / BIT, 0.0))
        return CandidateScores([one.score / unit for one in ranked], features)

    def is_safe(self, row: dict[str, Any]) -> bool:
        """Whether first place and decision stand clear of a tie and of every threshold.

        Two entities with the very same score of the very same vector always tie, and the smaller id comes first: that
        is safe too.
        """
        if not row["ranking"]:
            return True
        nbest = row.get("nbest", [[row.get("query"), 1.0]])
        vectors = [_from_base64(text) for text in row.get("vectors", [row.get("vector")])]
        ranked = self.ranked(self.said(nbest, vectors))
        first, second = (one.score / self.scale**2 for one in ranked[:2])
        if first - second < SAFE_SCORE and not (first == second and self._same_vectors(ranked)):
            return False
        return not self.can_read(query for query, _ in nbest) or self.is_clear(self.candidate_scores(ranked))

    def is_clear(self, scores: CandidateScores) -> bool:
        """Whether no small change of a score changes the decision."""
        calibration, decisions = self.calibration, set()
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
                decisions.add(tighter.decide(moved))
        return len(decisions) == 1

    def _same_vectors(self, ranked: Sequence[Ranked]) -> bool:
        return bool(np.array_equal(*(self.vectors[one.form] for one in ranked[:2])))


def _plain(number: float) -> float:
    """A whole number as one, any other to three decimals."""
    return int(number) if number == int(number) else round(number, 3)


def _base64(vector: Vector) -> str:
    return base64.b64encode(vector.tobytes()).decode("ascii")


def _from_base64(text: str) -> Vector:
    return np.frombuffer(base64.b64decode(text), np.int8)
