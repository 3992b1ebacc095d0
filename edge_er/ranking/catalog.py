"""Catalog: the entities of a bundle with their forms and vectors, filters, and the ranking of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle
from edge_er.bundle.entity import Entity, spelled_forms, spelled_names
from edge_er.bundle.entity_rows import names_of_row
from edge_er.bundle.entity_store import EntityStore
from edge_er.encoder.encoder import EncodedText, Encoder
from edge_er.encoder.pair_head import HEAD_FILE, PairHead
from edge_er.errors import BundleCorruptError
from edge_er.index.exact import ExactIndex
from edge_er.native.library import Kernels
from edge_er.ranking.evidence import Pool
from edge_er.ranking.filters import MetadataIndex, allowed_entities, wanted_ids
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Candidate, Reranker, best_candidates, demand_of, demands
from edge_er.ranking.suggest import FormSuggestions, Suggested, TypedText, suggested
from edge_er.ranking.weights import RerankWeights
from edge_er.text.ngrams import NgramWeights
from edge_er.text.word_values import KnownWords

__all__ = ["Catalog"]


class Catalog:
    """The catalog of a bundle. It never changes, so requests and personal catalogs can share it."""

    def __init__(
        self, bundle: Bundle, encoder: Encoder, weights: RerankWeights, kernels: Kernels | None = None
    ) -> None:
        self._bundle, self._encoder, self.weights, self.kernels = bundle, encoder, weights, kernels
        self._vectors_alone = weights == RerankWeights()
        self.lang = str(bundle.manifest["lang"])
        self.form_count = len(bundle.form_entity)
        self.entities: Sequence[Entity] = bundle.entities
        self._index = ExactIndex(bundle.vectors, bundle.form_entity, kernels)
        self._search = self._index.search

    def prepare(self) -> None:
        """Read all forms now; the indexes of the evidence are made for the first request."""
        self.reranker  # noqa: B018

    def ranked(
        self, texts: Sequence[EncodedText], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """The `k` best entities, best first, on all evidence that has a weight.

        With vectors alone the candidates may lack their form (-1): the shortest way does not look it up.
        """
        if self._vectors_alone and len(texts) == 1 and allowed is None:
            return self._nearest(texts[0].vector, k)
        return self.ranked_with_forms(texts, k, allowed)

    def ranked_with_forms(
        self, texts: Sequence[EncodedText], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """The same as `ranked`, always with the form that matched and all parts of its score."""
        hypotheses = self.hypotheses(texts)
        pool = self.pool(hypotheses, k, allowed)
        return best_candidates(pool, hypotheses, k, self.weights, self.head, self.kernels)

    def _nearest(self, vector: NDArray[np.int8], k: int) -> list[Candidate]:
        entities, dots = self._search(vector[None], k)
        return [
            Candidate(entity, -1, dot, ("dense",), (dot,))
            for entity, dot in zip(entities[0].tolist(), dots[0].astype(float).tolist(), strict=True)
        ]

    def hypotheses(self, texts: Sequence[EncodedText]) -> list[Hypothesis]:
        """The texts with the dot product of each form."""
        return [
            Hypothesis(each.text, self._index.form_scores(each.vector), each.weight, each.same)
            for each in texts
        ]

    def pool(self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None) -> Pool:
        """Candidates of at least `k` entities, if there are so many, and the evidence for them."""
        return self.reranker.form_evidence.pool(hypotheses, k, allowed)

    def suggested(
        self, typed: TypedText, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Suggested]:
        """At most `k` entities that a text may become while it is typed, best first."""
        return suggested([self.suggestions], typed, k, self.weights.numbers, allowed)

    @cached_property
    def suggestions(self) -> FormSuggestions:
        """What texts may become; made for the first of them, from all forms."""
        evidence, owners = self.reranker.form_evidence, self._bundle.form_entity
        demand = np.array(self._demands(), np.int64)[owners]
        return FormSuggestions(evidence.forms, owners, demand, self.lang, evidence.ngrams)

    def allowed(self, where: Mapping[str, Any] | None, ids: Iterable[str] | None) -> NDArray[np.bool_] | None:
        """Whether each entity passes the filters, bool [entities]; None without filters.

        Raises:
            FilterError: see `edge_er.ranking.filters.allowed_entities`.
        """
        if where is None and ids is None:
            return None
        return allowed_entities(self.metadata_indexes(), len(self.entities), where, wanted_ids(ids))

    def metadata_indexes(self) -> list[MetadataIndex]:
        """The indexes that filters search."""
        return [self.metadata]

    @cached_property
    def metadata(self) -> MetadataIndex:
        """The index of metadata; made for the first filter."""
        return MetadataIndex((index, each) for index, each in enumerate(self.without_streams()))

    def indices(self, ids: Iterable[str]) -> dict[str, int]:
        """The index of the entity of each id; unknown ids are left out."""
        return self.metadata.indices(ids)

    @property
    def words(self) -> KnownWords:
        """The words of all forms."""
        return self.reranker.form_evidence.words

    @property
    def ngram_weights(self) -> NgramWeights:
        """The weights of n-grams of sound codes."""
        return self.reranker.form_evidence.ngrams

    def demand_of(self, entity: int) -> int:
        """Demand of an entity, given by index (see `demands`); 0 if demand has no weight."""
        return 0 if self.reranker.popularity is None else int(self.reranker.popularity[entity])

    @cached_property
    def forms(self) -> list[str]:
        """Surface forms in the order of the vectors.

        Raises:
            BundleCorruptError: an entity has another number of them than the vectors say.
        """
        return self._spellings[1]

    @cached_property
    def _spellings(self) -> tuple[list[str], list[str]]:
        """Canonical texts and surface forms in the order of the vectors."""
        store = self.entities
        if isinstance(store, EntityStore):
            texts, forms, found = spelled_names(list(map(names_of_row, store.all_rows())))
        else:
            texts, forms, found = spelled_forms(store)
        counts = np.bincount(self._bundle.form_entity, minlength=len(found)).tolist()
        if counts != found:
            index = next(place for place, count in enumerate(found) if count != counts[place])
            raise BundleCorruptError(
                f"entities.jsonl.gz, {self.entities[index].id!r}: expected {counts[index]} surface forms as in "
                f"vectors.safetensors, found {found[index]}; build the bundle again"
            )
        return texts, forms

    def entities_at(self, indices: Sequence[int]) -> list[Entity]:
        """The entities of some indices."""
        store = self.entities
        return store.some(indices) if isinstance(store, EntityStore) else [store[index] for index in indices]

    def form(self, index: int) -> str:
        """The surface form of an index."""
        return self.forms[index]

    def canonical_forms(self, indices: Sequence[int]) -> list[str]:
        """The canonical texts of the surface forms of some indices."""
        forms = self.reranker.form_evidence.forms
        return [forms[index] for index in indices]

    def canonical_form(self, index: int) -> str:
        """The canonical text of the surface form of an index."""
        return self.canonical_forms([index])[0]

    @property
    def head(self) -> PairHead | None:
        """The pair head, if the bundle has one and a weight for it."""
        return self.reranker.head

    def without_streams(self) -> Sequence[Entity]:
        """All entities, to be read once; their stream addresses may be missing."""
        return self.entities.without_streams() if isinstance(self.entities, EntityStore) else self.entities

    @cached_property
    def reranker(self) -> Reranker:
        """Ranks on all evidence that has a weight."""
        forms = self._spellings[0]
        popularity = self._demands() if self.weights.asks_for_demand else None
        head = self._read_head(forms) if self.weights.head else None
        owners = self._bundle.form_entity
        return Reranker(forms, owners, self.lang, self.weights, popularity, head, self.kernels)

    def _demands(self) -> list[int]:
        """The demand of each entity."""
        if isinstance(self.entities, EntityStore):
            return [demand_of(row.get("popularity", 0)) for row in self.entities.all_rows()]
        return demands(self.entities)

    def _read_head(self, forms: Sequence[str]) -> PairHead:
        files = self._bundle.encoder_files
        if HEAD_FILE not in files:
            raise BundleCorruptError(
                f"bundle {self._bundle.manifest['name']!r}: manifest.json, rerank.head: expected 0 without a file "
                f"{HEAD_FILE}, found {self.weights.head}; build the bundle again"
            )
        head = PairHead(files[HEAD_FILE], self._encoder, forms, self._bundle.head_tokens)
        head.check()  # what its graph cannot do is an error now, not at the first close race
        return head
