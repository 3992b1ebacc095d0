"""Time of the steps of a request, one after another."""

from __future__ import annotations

import time

import numpy as np

from edge_er.bundle.bundle import Bundle
from edge_er.decision.calibration import COMPARED
from edge_er.encoder.encoder import EncodedText, quantise
from edge_er.index.exact import ExactIndex
from edge_er.native.library import kernels_for
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Reranker, demands
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

WARM_UP = 50


class Stages:
    """The steps of a request, one after another, as `EntityResolver` goes through them."""

    def __init__(self, bundle: Bundle, resolver: EntityResolver) -> None:
        self._resolver, self._scale = resolver, float(bundle.manifest["index"]["scale"])
        kernels = kernels_for(resolver.engine)
        self._index = ExactIndex(bundle.vectors, bundle.form_entity, kernels)
        forms = [canonical_text(form) for entity in bundle.entities for form in entity.surface_forms]
        weights = RerankWeights.from_mapping(bundle.manifest.get("rerank") or {})
        lang, demand = str(bundle.manifest["lang"]), demands(bundle.entities)
        self._reranker = Reranker(forms, bundle.form_entity, lang, weights, demand, None, kernels)

    def spent(self, query: str) -> dict[str, float]:
        """Milliseconds of each step; what is left of a whole `resolve` is the decision and the answer."""
        clock, encoder = [time.perf_counter_ns()], self._resolver.encoder

        def tick() -> None:
            clock.append(time.perf_counter_ns())

        ids = [encoder.token_ids(query)]
        tick()
        vector = quantise(encoder.encode_ids(ids, batch_size=1), self._scale)[0]
        tick()
        dots = self._index.form_scores(vector)
        tick()
        text = canonical_text(query)
        self._reranker.form_evidence.sound_scores(text)
        tick()
        self._reranker.rank([Hypothesis(text, dots, same=EncodedText(text, vector).same)], COMPARED)
        tick()
        self._resolver.resolve(query)
        tick()
        tokens, encode, scan, sounds, rank, whole = (np.diff(clock) / 1e6).tolist()
        rest = max(whole - tokens - encode - scan - rank, 0.0)
        return {
            "normalise and tokenise": tokens,
            "encode": encode,
            "scan": scan,
            "candidates by sound": sounds,
            "candidates by vector, evidence, ranking": max(rank - sounds, 0.0),
            "confidence, decision, answer": rest,
        }


def stage_times(bundle: Bundle, resolver: EntityResolver, queries: list[str]) -> dict[str, dict[str, float]]:
    """p50 and mean of each stage."""
    stages = Stages(bundle, resolver)
    for query in queries[:WARM_UP]:
        stages.spent(query)
    spent = [stages.spent(query) for query in queries]
    return {
        name: {
            "p50_ms": float(np.median([row[name] for row in spent])),
            "mean_ms": float(np.mean([row[name] for row in spent])),
        }
        for name in spent[0]
    }
