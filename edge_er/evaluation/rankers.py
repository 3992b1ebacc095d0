"""Rankers: anything that ranks the entities of a catalog for a list of requests can be measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.weights import RerankWeights
from edge_er.text.arguments import as_sequence, text_list

__all__ = ["EncoderRanker", "EvidenceRanker", "Ranker", "TextEncoder", "form_table", "top_entities"]

Floats = NDArray[np.float32]
QUERIES_AT_ONCE = 256


class Ranker(Protocol):
    """Ranks a fixed, ordered list of entities."""

    def rank(self, queries: list[str], k: int) -> list[list[int]]:
        """For each query at most `k` entity indices, best first."""
        ...


class TextEncoder(Protocol):
    """Texts to unit vectors, float32 [n, dim]: the shipped encoder, a float student, a teacher, any other."""

    def encode(self, texts: list[str]) -> NDArray[Any]:
        """Unit vectors of `texts`, in their order."""
        ...


def form_table(entities: Sequence[Entity], spoken: bool = True) -> tuple[list[str], NDArray[np.int64]]:
    """Surface forms of all entities in a row, and the place of each entity's first form, int64 [entities].

    Every entity has at least one form. `spoken=False` gives only names and aliases.
    """
    texts: list[str] = []
    starts = np.zeros(len(entities), np.int64)
    for index, entity in enumerate(entities):
        starts[index] = len(texts)
        texts.extend((entity.surface_forms if spoken else (entity.name, *entity.aliases)) or (entity.name,))
    return texts, starts


def top_entities(form_scores: NDArray[Any], starts: NDArray[np.int64], k: int) -> list[list[int]]:
    """Best `k` entities of each row of `form_scores` [n, forms], by their best form; ties by index."""
    scores = np.maximum.reduceat(form_scores, starts, axis=1)
    k = min(k, scores.shape[1])
    floors = np.partition(scores, -k, axis=1)[:, -k]
    tops = []
    for row, floor in zip(scores, floors, strict=True):
        candidates = np.flatnonzero(row >= floor)
        tops.append(candidates[np.argsort(-row[candidates], kind="stable")[:k]].tolist())
    return tops


class EncoderRanker:
    """Exact search with float32 cosines over all surface forms of `entities`, for any encoder."""

    def __init__(self, encoder: TextEncoder, entities: Iterable[Entity]) -> None:
        self._encoder = encoder
        texts, self._starts = form_table(as_sequence(entities))
        self._vectors: Floats = np.asarray(encoder.encode(texts), dtype=np.float32)

    def rank(self, queries: str | Iterable[str], k: int) -> list[list[int]]:
        """Best `k` entities for each query, by their nearest surface form (cosine); a single string is one query."""
        queries = text_list(queries, "query")
        vectors = np.asarray(self._encoder.encode(queries), dtype=np.float32)
        tops: list[list[int]] = []
        for start in range(0, len(queries), QUERIES_AT_ONCE):
            scores = vectors[start : start + QUERIES_AT_ONCE] @ self._vectors.T
            tops.extend(top_entities(scores, self._starts, k))
        return tops


class EvidenceRanker:
    """Ranks `entities` as a bundle of them would, on all evidence that has a weight but the pair head.

    Args:
        encoder: of the bundle.
        entities: what is ranked.
        lang: main language of the names.
        scale: of the int8 vectors.
        weights: of the evidence.
    """

    def __init__(
        self, encoder: Encoder, entities: Iterable[Entity], lang: str, scale: float, weights: RerankWeights
    ) -> None:
        self._encoder, self._scale, entities = encoder, scale, as_sequence(entities)
        texts, starts = form_table(entities)
        owners = np.repeat(np.arange(len(starts), dtype=np.int32), np.diff(np.append(starts, len(texts))))
        vectors = quantise(encoder.encode(texts), scale)
        manifest = {"name": "", "lang": lang, "index": {"scale": scale}}
        self._catalog = Catalog(
            Bundle(manifest, entities, vectors, owners, {}), encoder, replace(weights, head=0)
        )

    def rank(self, queries: str | Iterable[str], k: int) -> list[list[int]]:
        """Best `k` entities for each query; a single string is one query."""
        tops = []
        for query in text_list(queries, "query"):
            encoded = self._encoder.encode_text(query, self._scale)
            ranked = self._catalog.ranked([encoded], k) if query.strip() else []
            tops.append([candidate.entity for candidate in ranked])
        return tops
