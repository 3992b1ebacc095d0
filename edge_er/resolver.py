"""A spoken request finds its entity: normalize -> encode -> search -> rerank -> calibrate -> Resolution."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from edge_er.bundle import Bundle, read_bundle
from edge_er.calibrate import COMPARED, Calibration, Standing
from edge_er.encoder import Encoder, quantise
from edge_er.entity import Entity
from edge_er.entity_file import EntityFile
from edge_er.errors import BundleCorruptError
from edge_er.explanation import Explanation
from edge_er.golden import golden_answer, same_answer
from edge_er.head import HEAD_FILE, PairHead
from edge_er.hearing import BIT
from edge_er.nbest import texts_and_weights
from edge_er.normalize import canonical_text
from edge_er.rerank import Candidate, Hypothesis, Reranker, RerankWeights, demands
from edge_er.resolution import Match, Resolution
from edge_er.search import ExactIndex

__all__ = ["EntityResolver", "Match", "Resolution"]

DENSE, RERANKED = "dense", "reranked"  # the calibration of a manifest for each way to rank


class EntityResolver:
    """Finds the entities of one bundle. Resolving opens no socket and writes no file."""

    def __init__(
        self, bundle: Bundle, threads: int = 1, *, rerank: bool = True, min_precision: float | None = None
    ) -> None:
        files = bundle.encoder_files
        self.encoder = Encoder.from_bytes(
            files["encoder.onnx"], files["tokenizer.json"], json.loads(files["encoder.json"]), threads
        )
        self._files, self._head_tokens = files, bundle.head_tokens
        self.manifest = bundle.manifest
        self.entities: Sequence[Entity] = bundle.entities
        self._scale = float(bundle.manifest["index"]["scale"])
        self._index = ExactIndex(bundle.vectors, bundle.form_entity)
        self._form_entity = bundle.form_entity
        self.reranks = rerank and bool(bundle.manifest.get("rerank"))
        self._weights = RerankWeights.from_mapping(bundle.manifest["rerank"] if self.reranks else {})
        told = bundle.manifest.get("calibration") or {}
        self._calibration = Calibration.from_mapping(told.get(RERANKED if self.reranks else DENSE, told))
        self._calibration.needed(min_precision)  # refuses nonsense now, not at the first request
        self._min_precision = min_precision
        if self.reranks:
            self._reranker  # noqa: B018  built now, so that no request waits for it

    @classmethod
    def load(
        cls,
        name_or_path: str | os.PathLike[str],
        threads: int = 1,
        *,
        rerank: bool = True,
        min_precision: float | None = None,
    ) -> EntityResolver:
        """Resolver of a shipped bundle's name, a bundle directory or a .zip.

        Args:
            name_or_path: which bundle.
            threads: cores for one request.
            rerank: False leaves all other evidence out, for speed: vectors alone rank.
            min_precision: how often an answer should be right, between 0 and 1; by default what the bundle says (.95).

        Raises:
            BundleNotFoundError: there is none of that name; lists the nearest names.
            BundleVersionError: the bundle is newer than this package.
            BundleCorruptError: a file of the bundle is missing or damaged.
            ValueError: `min_precision` is not between 0 and 1.
        """
        return cls(read_bundle(name_or_path), threads, rerank=rerank, min_precision=min_precision)

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
        min_precision: float | None = None,
    ) -> Resolution:
        """The entities that `query` names, at most `top_k`, best first.

        Empty input gives no matches. Input without a letter or digit (emoji), or in a script that the encoder does not
        know, is ranked, but never a match.

        Args:
            query: what was said.
            top_k: how many candidates to give, from 1 up.
            nbest: instead of `query`, several texts of one utterance, each alone or with a weight above 0 (by default
                1): the weighted mean of what they say counts.
            min_precision: how often an answer should be right, between 0 and 1: the higher, the more requests are
                "no_match". By default what the resolver was loaded with.

        Raises:
            TypeError: `query` or a text of `nbest` is no string, or not just one of both is given.
            ValueError: `top_k` is below 1, `min_precision` not between 0 and 1, or a weight not above 0.
        """
        if nbest is None and query is not None:
            return self.resolve_batch([query], top_k, min_precision=min_precision)[0]
        if nbest is None or query is not None:
            found = f"{type(query).__name__} and nbest {type(nbest).__name__}"
            raise TypeError(f"expected either a request as a string or nbest=[...], found {found}")
        return self._resolve_nbest(*texts_and_weights(nbest), top_k, min_precision)

    def resolve_batch(
        self, queries: Sequence[str], top_k: int = 5, *, min_precision: float | None = None
    ) -> list[Resolution]:
        """The answers to many requests: exactly those that `resolve` gives one by one."""
        _check_request(queries, top_k)
        if self.reranks:
            return [self._resolve_nbest([query], [1.0], top_k, min_precision) for query in queries]
        ids = [self.encoder.token_ids(query) for query in queries]
        vectors = self.encoder.encode_ids(ids, batch_size=1)  # a vector must not depend on its neighbours
        entities, dots = self._index.search(quantise(vectors, self._scale), max(top_k, COMPARED))
        cosines = np.minimum(dots / self._scale**2, 1.0).tolist()
        return [
            self._resolution(
                query,
                row_entities,
                Standing(scores, {"cosine": scores[0] if scores else 0.0}),
                self.encoder.can_read(row_ids),
                top_k,
                min_precision,
            )
            for query, row_ids, row_entities, scores in zip(
                queries, ids, entities.tolist(), cosines, strict=True
            )
        ]

    def explain(self, query: str, top_k: int = 5) -> list[Explanation]:
        """Why each of the best `top_k` candidates stands where it does, in the order of `resolve`."""
        _check_request([query], top_k)
        if not query.strip():
            return []
        ranked = self._ranked([(query, 1.0)], [self.encoder.token_ids(query)], top_k + 1)
        margins = [one.score - other.score for one, other in pairwise(ranked)] + [0.0]
        return [
            self._explanation(candidate, margin)
            for candidate, margin in zip(ranked[:top_k], margins, strict=False)
        ]

    def golden(self, queries: Sequence[str], top_k: int = 3) -> list[dict[str, Any]]:
        """Answers to keep in a manifest, so that `selftest` can compare them with any machine's."""
        return [golden_answer(resolution) for resolution in self.resolve_batch(queries, top_k)]

    def selftest(self) -> int:
        """Answer the manifest's golden requests again; how many there were.

        Raises:
            BundleCorruptError: an answer differs from the one the bundle was shipped with.
        """
        expected = self.manifest.get("golden", [])
        for golden in expected:
            found = golden_answer(self.resolve(golden["query"], max(len(golden["ids"]), 1)))
            if not same_answer(found, golden):
                raise BundleCorruptError(
                    f"bundle {self.name!r}: selftest: expected {golden}, found {found}; "
                    "install the tested versions of onnxruntime and tokenizers, or build the bundle again"
                )
        return len(expected)

    @cached_property
    def _forms(self) -> list[str]:
        return [form for entity in self._all_entities() for form in entity.surface_forms]

    def _all_entities(self) -> Sequence[Entity]:
        """All entities, to be gone through once; their stream addresses may be missing."""
        return self.entities.without_streams() if isinstance(self.entities, EntityFile) else self.entities

    @cached_property
    def _reranker(self) -> Reranker:
        """Ranks on all evidence the bundle has weights for; without any, as the dense index does."""
        forms = [canonical_text(form) for form in self._forms]
        popularity = demands(self._all_entities()) if self._weights.popularity else None
        head = None
        if self._weights.head:
            if HEAD_FILE not in self._files:
                raise BundleCorruptError(
                    f"bundle {self.name!r}: manifest.json, rerank.head has a weight, but there is no {HEAD_FILE}; "
                    "build the bundle again"
                )
            head = PairHead(self._files[HEAD_FILE], self.encoder, forms, self._head_tokens)
        return Reranker(forms, self._form_entity, self.lang, self._weights, popularity, head)

    def _resolve_nbest(
        self, texts: Sequence[str], weights: Sequence[float], top_k: int, min_precision: float | None
    ) -> Resolution:
        _check_request(texts, top_k)
        said = [(text, weight) for text, weight in zip(texts, weights, strict=True) if text.strip()]
        if not said:
            return self._resolution(
                texts[0] if texts else "", (), Standing((), {}), False, top_k, min_precision
            )
        ids = [self.encoder.token_ids(text) for text, _ in said]
        ranked = self._ranked(said, ids, max(top_k, COMPARED))
        readable = any(map(self.encoder.can_read, ids))
        entities = [candidate.entity for candidate in ranked]
        return self._resolution(texts[0], entities, self._standing(ranked), readable, top_k, min_precision)

    def _standing(self, ranked: Sequence[Candidate]) -> Standing:
        unit = self._scale**2
        scores = [candidate.score / unit for candidate in ranked]
        if not ranked:
            return Standing(scores, {})
        return Standing(scores, self._signs(ranked[0]))

    def _signs(self, candidate: Candidate) -> dict[str, float]:
        signs = {"cosine": min(candidate.parts["dense"] / self._scale**2, 1.0)}
        if self._weights.heard:
            bits = candidate.parts["heard"] / self._weights.heard / BIT
            signs["heard"] = math.log1p(max(bits, 0.0))
        return signs

    def _ranked(self, said: Sequence[tuple[str, float]], ids: Sequence[list[int]], k: int) -> list[Candidate]:
        vectors = quantise(self.encoder.encode_ids(ids, batch_size=1), self._scale)
        hypotheses = [
            Hypothesis(canonical_text(text), self._index.form_scores(vector), weight)
            for (text, weight), vector in zip(said, vectors, strict=True)
        ]
        return self._reranker.rank(hypotheses, k)

    def _explanation(self, candidate: Candidate, margin: float) -> Explanation:
        entity, unit = self.entities[candidate.entity], self._scale**2
        parts = {name: value / unit for name, value in candidate.parts.items()}
        form = self._forms[candidate.form]
        score, signs = candidate.score / unit, self._signs(candidate)
        return Explanation(entity.id, entity.name, form, score, margin / unit, parts, signs)

    def _resolution(
        self,
        query: str,
        entities: Sequence[int],
        standing: Standing,
        readable: bool,
        top_k: int,
        min_precision: float | None,
    ) -> Resolution:
        wanted = self._min_precision if min_precision is None else min_precision
        self._calibration.needed(wanted)  # refuses nonsense, whatever the request
        if not entities or not query.strip():
            return Resolution(query, "no_match", ())
        decision = self._calibration.decide(standing, wanted) if readable else "no_match"
        confidences = self._calibration.confidences(standing) if readable else [0.0] * len(entities)
        matches = tuple(
            self._match(entity, score, confidence)
            for entity, score, confidence in zip(entities[:top_k], standing.scores, confidences, strict=False)
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
