"""What a resolver searches: the entities of a bundle, their forms and vectors, and which of them may answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import EntityStore
from edge_er.encoder.encoder import Encoder
from edge_er.encoder.pair_head import HEAD_FILE, PairHead
from edge_er.errors import BundleCorruptError
from edge_er.index.exact import ExactIndex
from edge_er.ranking.evidence import Hypothesis, Pool, RerankWeights
from edge_er.ranking.filters import MetadataIndex, allowed_entities
from edge_er.ranking.rerank import Candidate, Reranker, best_candidates, demands
from edge_er.text.canonical import canonical_text
from edge_er.text.ngrams import NgramWeights

__all__ = ["Catalog", "EncodedText"]


class EncodedText(NamedTuple):
    """One text of an utterance: canonical, its vector as int8 [dim], how much it counts, and whether the encoder knows
    any of its tokens.
    """

    text: str
    vector: NDArray[np.int8]
    weight: float = 1.0
    readable: bool = True


class Catalog:
    """The catalog of a bundle. It never changes, so requests and personal entries share it."""

    def __init__(self, bundle: Bundle, encoder: Encoder, weights: RerankWeights) -> None:
        self._bundle, self._encoder, self.weights = bundle, encoder, weights
        self._vectors_alone = weights == RerankWeights()
        self.lang = str(bundle.manifest["lang"])
        self.form_count = len(bundle.form_entity)
        self.entities: Sequence[Entity] = bundle.entities
        self._index = ExactIndex(bundle.vectors, bundle.form_entity)
        self._search = self._index.search

    def prepare(self) -> None:
        """Make now what requests need for all evidence, so that none waits for it."""
        self.reranker  # noqa: B018

    def ranked(
        self, said: Sequence[EncodedText], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """The `k` best entities, on all evidence the bundle has weights for or by vector alone."""
        if self._vectors_alone and len(said) == 1 and allowed is None:
            return self._nearest(said[0].vector, k)
        return self.weighed(said, k, allowed)

    def weighed(
        self, said: Sequence[EncodedText], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """What `ranked` gives, always with the form that matched and all parts of its score."""
        hypotheses = self.hypotheses(said)
        return best_candidates(self.pool(hypotheses, k, allowed), hypotheses, k, self.weights, self.head)

    def _nearest(self, vector: NDArray[np.int8], k: int) -> list[Candidate]:
        entities, dots = self._search(vector[None], k)
        return [
            Candidate(entity, -1, dot, {"dense": dot})
            for entity, dot in zip(entities[0].tolist(), dots[0].astype(float).tolist(), strict=True)
        ]

    def hypotheses(self, said: Sequence[EncodedText]) -> list[Hypothesis]:
        """What was said, with the dot product of each form."""
        return [Hypothesis(each.text, self._index.form_scores(each.vector), each.weight) for each in said]

    def pool(self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None) -> Pool:
        """Candidates of at least `k` entities and what speaks for them."""
        return self.reranker.of_forms.pool(hypotheses, k, allowed)

    def allowed(
        self, where: Mapping[str, Any] | None, ids: Collection[str] | None
    ) -> NDArray[np.bool_] | None:
        """Whether each entity passes a filter, bool [entities]; None where there is no filter.

        Raises:
            FilterError: see `edge_er.ranking.filters.allowed_entities`.
        """
        if where is None and ids is None:
            return None
        return allowed_entities(self.metadata_indexes(), len(self.entities), where, ids)

    def metadata_indexes(self) -> list[MetadataIndex]:
        """What filters look into."""
        return [self.metadata]

    @cached_property
    def metadata(self) -> MetadataIndex:
        """Which entities have which values; made when a filter first asks."""
        return MetadataIndex((index, each) for index, each in enumerate(self.without_streams()))

    def indices(self, ids: Iterable[str]) -> dict[str, int]:
        """The index of the entity of each id; ids that are not in the catalog are left out."""
        return self.metadata.indices(ids)

    @property
    def worths(self) -> NgramWeights:
        """What sharing a sound piece is worth."""
        return self.reranker.of_forms.pieces

    def demand_of(self, entity: int) -> int:
        """Demand of an entity by its index, as `demands` has it; 0 where it has no weight."""
        return 0 if self.reranker.popularity is None else int(self.reranker.popularity[entity])

    @cached_property
    def forms(self) -> list[str]:
        """Surface forms in the order of the vectors."""
        return [form for entity in self.without_streams() for form in entity.surface_forms]

    def form(self, index: int) -> str:
        """A surface form by its index."""
        return self.forms[index]

    @property
    def head(self) -> PairHead | None:
        """The head that reads close races, where the bundle has one and a weight for it."""
        return self.reranker.head

    def without_streams(self) -> Sequence[Entity]:
        """All entities, to be gone through once; their stream addresses may be missing."""
        return self.entities.without_streams() if isinstance(self.entities, EntityStore) else self.entities

    @cached_property
    def reranker(self) -> Reranker:
        """Ranks on all evidence the bundle has weights for."""
        forms = [canonical_text(form) for form in self.forms]
        popularity = demands(self.without_streams()) if self.weights.popularity else None
        head = self._read_head(forms) if self.weights.head else None
        return Reranker(forms, self._bundle.form_entity, self.lang, self.weights, popularity, head)

    def _read_head(self, forms: Sequence[str]) -> PairHead:
        files = self._bundle.encoder_files
        if HEAD_FILE not in files:
            raise BundleCorruptError(
                f"bundle {self._bundle.manifest['name']!r}: manifest.json, rerank.head has a weight, but there is "
                f"no {HEAD_FILE}; build the bundle again"
            )
        return PairHead(files[HEAD_FILE], self._encoder, forms, self._bundle.head_tokens)
