"""A spoken request finds its entity: normalize -> encode -> search -> rerank -> calibrate -> Resolution."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from edge_er.bundle import Bundle, read_bundle
from edge_er.calibrate import Calibration, Decision
from edge_er.encoder import Encoder, quantise
from edge_er.entity import Entity
from edge_er.errors import BundleCorruptError
from edge_er.explanation import Explanation
from edge_er.nbest import texts_and_weights
from edge_er.normalize import canonical_text
from edge_er.rerank import Candidate, Hypothesis, Reranker, RerankWeights
from edge_er.search import ExactIndex

__all__ = ["EntityResolver", "Match", "Resolution"]

SCORE_TOLERANCE = 0.01  # between machines; one step of one int8 value is about 0.001


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate; `confidence` is in [0, 1].

    `score` is its cosine with the request, in [-1, 1]; in a bundle that re-ranks, letter and sound evidence is added in
    the same unit, and it may exceed 1.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    score: float
    confidence: float
    metadata: Mapping[str, Any] = field(hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "aliases": list(self.aliases),
            "score": self.score,
            "confidence": self.confidence,
            "metadata": dict(self.metadata),
        }


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer to one request. `matches` are ranked, best first, whatever the decision; empty for empty input."""

    query: str
    decision: Decision
    matches: tuple[Match, ...]

    @property
    def best(self) -> Match | None:
        """The first match; None under "no_match"."""
        return self.matches[0] if self.matches and self.decision != "no_match" else None

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values; what `edge-er resolve --json` prints."""
        return {
            "query": self.query,
            "decision": self.decision,
            "best": self.best.to_dict() if self.best else None,
            "matches": [match.to_dict() for match in self.matches],
        }


class EntityResolver:
    """Finds the entities of one bundle. Resolving opens no socket and writes no file."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        files = bundle.encoder_files
        self.encoder = Encoder.from_bytes(
            files["encoder.onnx"], files["tokenizer.json"], json.loads(files["encoder.json"]), threads
        )
        self.manifest = bundle.manifest
        self.entities: Sequence[Entity] = bundle.entities
        self._scale = float(bundle.manifest["index"]["scale"])
        self._index = ExactIndex(bundle.vectors, bundle.form_entity)
        self._form_entity = bundle.form_entity
        self._calibration = Calibration.from_mapping(bundle.manifest.get("calibration", {}))
        if self._reranks:
            self._reranker  # noqa: B018  built now, so that no request waits for it

    @classmethod
    def load(cls, name_or_path: str | os.PathLike[str], threads: int = 1) -> EntityResolver:
        """Resolver of a shipped bundle's name, a bundle directory or a .zip; `threads` cores for one request.

        Raises:
            BundleNotFoundError: there is none of that name; lists the nearest names.
            BundleVersionError: the bundle is newer than this package.
            BundleCorruptError: a file of the bundle is missing or damaged.
        """
        return cls(read_bundle(name_or_path), threads)

    @property
    def name(self) -> str:
        """Name of the bundle."""
        return str(self.manifest["name"])

    @property
    def lang(self) -> str:
        """Main language of the bundle's names ("es")."""
        return str(self.manifest["lang"])

    @property
    def report(self) -> Mapping[str, Any]:
        """Measured quality and size: `recall_at_1[lang][stratum] = {value, low, high, rows, entities}`, `counts`,
        `size_bytes` and `budget_bytes` (both without stream addresses; None before the bundle is written), ...
        """
        manifest = self.manifest
        sizes = {key: manifest.get(key) for key in ("name", "lang", "counts", "size_bytes", "budget_bytes")}
        return MappingProxyType({"recall_at_1": {}, **manifest.get("report", {}), **sizes})

    def resolve(
        self,
        query: str | None = None,
        top_k: int = 5,
        *,
        nbest: Sequence[str | tuple[str, float]] | None = None,
    ) -> Resolution:
        """The entities that `query` names, at most `top_k`, best first.

        Empty input gives no matches. Input without a letter or digit (emoji), or in a script that the encoder does not
        know, is ranked, but never a match.

        Args:
            query: what was said.
            top_k: how many candidates to give, from 1 up.
            nbest: instead of `query`, several texts of one utterance, each alone or with a weight above 0 (by default
                1): the weighted mean of what they say counts.

        Raises:
            TypeError: `query` or a text of `nbest` is no string, or not just one of both is given.
            ValueError: `top_k` is below 1, or a weight is not above 0.
        """
        if nbest is None and query is not None:
            return self.resolve_batch([query], top_k)[0]
        if nbest is None or query is not None:
            found = f"{type(query).__name__} and nbest {type(nbest).__name__}"
            raise TypeError(f"expected either a request as a string or nbest=[...], found {found}")
        return self._resolve_nbest(*texts_and_weights(nbest), top_k)

    def resolve_batch(self, queries: Sequence[str], top_k: int = 5) -> list[Resolution]:
        """The answers to many requests: exactly those that `resolve` gives one by one."""
        _check_request(queries, top_k)
        if self._reranks:
            return [self._resolve_nbest([query], [1.0], top_k) for query in queries]
        ids = [self.encoder.token_ids(query) for query in queries]
        vectors = self.encoder.encode_ids(ids, batch_size=1)  # a vector must not depend on its neighbours
        entities, dots = self._index.search(quantise(vectors, self._scale), max(top_k, 2))
        cosines = np.minimum(dots / self._scale**2, 1.0)
        return [
            self._resolution(query, self.encoder.can_read(row_ids), row_entities, row_scores, top_k)
            for query, row_ids, row_entities, row_scores in zip(
                queries, ids, entities.tolist(), cosines.tolist(), strict=True
            )
        ]

    def explain(self, query: str, top_k: int = 5) -> list[Explanation]:
        """Why each of the best `top_k` candidates stands where it does, in the order of `resolve`."""
        _check_request([query], top_k)
        if not query.strip():
            return []
        ranked = self._ranked([query], [1.0], top_k + 1)
        margins = [one.score - other.score for one, other in pairwise(ranked)] + [0.0]
        return [
            self._explanation(candidate, margin)
            for candidate, margin in zip(ranked[:top_k], margins, strict=False)
        ]

    def golden(self, queries: Sequence[str], top_k: int = 3) -> list[dict[str, Any]]:
        """Answers to keep in a manifest, so that `selftest` can compare them with any machine's."""
        return [_golden(resolution) for resolution in self.resolve_batch(queries, top_k)]

    def selftest(self) -> int:
        """Answer the manifest's golden requests again; how many there were.

        Raises:
            BundleCorruptError: an answer differs from the one the bundle was shipped with.
        """
        expected = self.manifest.get("golden", [])
        for golden in expected:
            found = _golden(self.resolve(golden["query"], max(len(golden["ids"]), 1)))
            if not _same_answer(found, golden):
                raise BundleCorruptError(
                    f"bundle {self.name!r}: selftest: expected {golden}, found {found}; "
                    "install the tested versions of onnxruntime and tokenizers, or build the bundle again"
                )
        return len(expected)

    @property
    def _reranks(self) -> bool:
        return bool(self.manifest.get("rerank"))

    @cached_property
    def _forms(self) -> list[str]:
        return [form for entity in self.entities for form in entity.surface_forms]

    @cached_property
    def _reranker(self) -> Reranker:
        """Ranks on all evidence the bundle has weights for; without any, as the dense index does."""
        weights = RerankWeights.from_mapping(self.manifest.get("rerank") or {})
        forms = [canonical_text(form) for form in self._forms]
        return Reranker(forms, self._form_entity, self.lang, weights)

    def _resolve_nbest(self, texts: Sequence[str], weights: Sequence[float], top_k: int) -> Resolution:
        _check_request(texts, top_k)
        said = [(text, weight) for text, weight in zip(texts, weights, strict=True) if text.strip()]
        if not said:
            return Resolution(texts[0] if texts else "", "no_match", ())
        ranked = self._ranked([text for text, _ in said], [weight for _, weight in said], max(top_k, 2))
        readable = any(self.encoder.can_read(self.encoder.token_ids(text)) for text, _ in said)
        entities = [candidate.entity for candidate in ranked]
        scores = [candidate.score / self._scale**2 for candidate in ranked]
        return self._resolution(texts[0], readable, entities, scores, top_k)

    def _ranked(self, texts: Sequence[str], weights: Sequence[float], k: int) -> list[Candidate]:
        ids = [self.encoder.token_ids(text) for text in texts]
        vectors = quantise(self.encoder.encode_ids(ids, batch_size=1), self._scale)
        hypotheses = [
            Hypothesis(canonical_text(text), self._index.form_scores(vector), weight)
            for text, vector, weight in zip(texts, vectors, weights, strict=True)
        ]
        return self._reranker.rank(hypotheses, k)

    def _explanation(self, candidate: Candidate, margin: float) -> Explanation:
        entity, unit = self.entities[candidate.entity], self._scale**2
        parts = {name: value / unit for name, value in candidate.parts.items()}
        form = self._forms[candidate.form]
        return Explanation(entity.id, entity.name, form, candidate.score / unit, margin / unit, parts)

    def _resolution(
        self, query: str, readable: bool, entities: Sequence[int], scores: Sequence[float], top_k: int
    ) -> Resolution:
        if not entities or not query.strip():
            return Resolution(query, "no_match", ())
        confidences = self._calibration.confidences(scores) if readable else [0.0] * len(scores)
        decision = self._calibration.decide(scores, confidences) if readable else "no_match"
        matches = tuple(
            self._match(entity, score, confidence)
            for entity, score, confidence in zip(entities[:top_k], scores, confidences, strict=False)
        )
        return Resolution(query, decision, matches)

    def _match(self, index: int, score: float, confidence: float) -> Match:
        entity = self.entities[index]
        return Match(entity.id, entity.name, entity.aliases, score, confidence, entity.metadata)


def _check_request(queries: Sequence[str], top_k: int) -> None:
    if isinstance(queries, str):
        raise TypeError("expected a list of requests, found one string; call resolve for one")
    for query in queries:
        if not isinstance(query, str):
            raise TypeError(f"expected a request as a string, found {type(query).__name__}")
    if top_k < 1:
        raise ValueError(f"expected top_k of 1 or more, found {top_k}")


def _same_answer(found: Mapping[str, Any], expected: Mapping[str, Any]) -> bool:
    """The same decision and best candidate; scores may differ as the last bits of floats do between CPUs."""
    return (
        found["decision"] == expected["decision"]
        and found["ids"][:1] == expected["ids"][:1]
        and len(found["scores"]) == len(expected["scores"])
        and np.allclose(found["scores"], expected["scores"], rtol=0, atol=SCORE_TOLERANCE)
    )


def _golden(resolution: Resolution) -> dict[str, Any]:
    return {
        "query": resolution.query,
        "decision": resolution.decision,
        "ids": [match.id for match in resolution.matches],
        "scores": [round(match.score, 4) for match in resolution.matches],
    }
