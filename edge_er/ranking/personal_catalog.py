"""Personal catalog: a shared catalog and own entries give one pool of candidates and one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import EncodedText
from edge_er.index.exact import ExactIndex
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.evidence import Beside, FormEvidence, Pool
from edge_er.ranking.filters import MetadataIndex
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Candidate, best_candidates, demands
from edge_er.ranking.suggest import FormSuggestions, Suggested, TypedText, suggested

__all__ = ["OwnEntry", "PersonalCatalog"]


class OwnEntry(NamedTuple):
    """An own entry, its surface forms, the same in canonical text, and their vectors as int8 [forms, dim]."""

    entity: Entity
    forms: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: NDArray[np.int8]


class PersonalCatalog(Catalog):
    """A catalog and own entries. Neither ever changes.

    Entities of the catalog keep their indices, and new ones follow. An entry with the id of an entity of the catalog
    adds its names to that entity, and its metadata in fields that the entity does not have.

    Args:
        base: the shared catalog.
        entries: own entries with distinct ids.
        bonus: added to the score of entities, by id, in units of the dot product.
        favour: the same for suggestions, by id (`edge_er.ranking.suggest.favour_of`).
    """

    def __init__(
        self,
        base: Catalog,
        entries: Sequence[OwnEntry],
        bonus: Mapping[str, float],
        favour: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._base, self.weights, self.kernels = base, base.weights, base.kernels
        own = [each.entity for each in entries]
        index_of = base.indices(entry.id for entry in own)
        new = [entry for entry in own if entry.id not in index_of]
        renamed = {index_of[entry.id]: entry for entry in own if entry.id in index_of}
        index_of.update((entry.id, index) for index, entry in enumerate(new, start=len(base.entities)))
        index_of.update(base.indices({*bonus, *favour}))
        self.entities = _Entities(base.entities, new, renamed)
        self._owned = [(index_of[each.entity.id], each) for each in entries]
        self._own = _OwnForms(base, self._owned)
        added = [(index, _added(entry, base.entities[index])) for index, entry in renamed.items()]
        self._own_metadata = MetadataIndex([*((index_of[entry.id], entry) for entry in new), *added])
        self._bonus = {index_of[one]: value for one, value in bonus.items() if one in index_of}
        self._favour = {index_of[one]: value for one, value in favour.items() if one in index_of}
        self._head = base.head.with_forms(self._own.texts) if base.head else None

    def ranked_with_forms(
        self, texts: Sequence[EncodedText], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """See `Catalog.ranked_with_forms`."""
        hypotheses = self._base.hypotheses(texts)
        pool = self._base.pool(hypotheses, k, allowed)
        if self._own.texts:
            pool = _joined(pool, self._own.pool(texts, k, allowed))
        if self._bonus:
            favour = np.array([self._bonus.get(entity, 0.0) for entity in pool.entities.tolist()])
            pool = pool.with_part("favour", favour)
        return best_candidates(pool, hypotheses, k, self.weights, self._head, self.kernels)

    ranked = ranked_with_forms

    def suggested(
        self, typed: TypedText, k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Suggested]:
        """See `Catalog.suggested`."""
        sets = [self._base.suggestions, *([self.suggestions] if self._owned else [])]
        return suggested(sets, typed, k, self.weights.numbers, allowed, self._favour)

    @cached_property
    def suggestions(self) -> FormSuggestions:
        """What texts may become of the own forms alone."""
        base = self._base.suggestions
        sizes = [len(own.texts) for _, own in self._owned]
        owners = np.repeat([index for index, _ in self._owned], sizes)
        each = [demands([self.entities[index]])[0] for index, _ in self._owned]
        demand = np.repeat(np.array(each, np.int64), sizes)
        return FormSuggestions(
            self._own.texts, owners, demand, self._base.lang, first=self._base.form_count, base=base
        )

    def metadata_indexes(self) -> list[MetadataIndex]:
        """See `Catalog.metadata_indexes`."""
        return [*self._base.metadata_indexes(), self._own_metadata]

    def indices(self, ids: Iterable[str]) -> dict[str, int]:
        """See `Catalog.indices`."""
        wanted = list(ids)
        return {**self._base.indices(wanted), **self._own_metadata.indices(wanted)}

    def form(self, index: int) -> str:
        """See `Catalog.form`."""
        own = index - self._base.form_count
        return self._base.form(index) if own < 0 else self._own.forms[own]

    def canonical_forms(self, indices: Sequence[int]) -> list[str]:
        """See `Catalog.canonical_forms`."""
        base, first = self._base, self._base.form_count
        return [
            base.canonical_form(index) if index < first else self._own.texts[index - first]
            for index in indices
        ]


class _OwnForms:
    """The forms of own entries and their evidence; their indices follow those of the catalog's forms."""

    def __init__(self, base: Catalog, owned: Sequence[tuple[int, OwnEntry]]) -> None:
        self.forms = [form for _, own in owned for form in own.forms]
        self.texts = [text for _, own in owned for text in own.texts]
        self._first = base.form_count
        if not owned:
            return
        owners = np.repeat([index for index, _ in owned], [len(own.forms) for _, own in owned]).astype(
            np.int32
        )
        demand = np.zeros(len(owners), np.int64)
        if base.weights.asks_for_demand:
            there = len(base.entities)
            each = [
                base.demand_of(index) if index < there else demands([own.entity])[0] for index, own in owned
            ]
            demand = np.repeat(each, [len(own.forms) for _, own in owned])
        # N-grams and words weigh what they weigh in the catalog, so own entries change no score of its entities.
        by_sound = base.weights.sound_pieces or base.weights.sound_forms
        ngram_weights = base.ngram_weights if by_sound else None
        words = base.words if base.weights.words else None
        main = np.concatenate([np.arange(len(own.forms)) == 0 for _, own in owned])
        beside = Beside(ngram_weights, words)
        self._evidence = FormEvidence(
            self.texts, owners, base.lang, base.weights, demand, beside, main, base.kernels
        )
        self._index = ExactIndex(np.concatenate([own.vectors for _, own in owned]), owners, base.kernels)

    def pool(self, texts: Sequence[EncodedText], k: int, allowed: NDArray[np.bool_] | None) -> Pool:
        """See `Catalog.pool`."""
        hypotheses = [
            Hypothesis(each.text, self._index.form_scores(each.vector), each.weight, each.same)
            for each in texts
        ]
        pool = self._evidence.pool(hypotheses, k, allowed)
        return pool._replace(forms=pool.forms + self._first)


class _Entities(Sequence[Entity]):
    """Entities of a catalog, some with more names, and new ones after them."""

    def __init__(self, base: Sequence[Entity], new: Sequence[Entity], renamed: Mapping[int, Entity]) -> None:
        self._base, self._new, self._renamed = base, new, renamed

    def __len__(self) -> int:
        return len(self._base) + len(self._new)

    @overload
    def __getitem__(self, index: int) -> Entity: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entity]: ...
    def __getitem__(self, index: int | slice) -> Entity | list[Entity]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        place = range(len(self))[index]
        if place >= len(self._base):
            return self._new[place - len(self._base)]
        entity, entry = self._base[place], self._renamed.get(place)
        return entity if entry is None else _renamed(entity, entry)


def _renamed(entity: Entity, entry: Entity) -> Entity:
    """`entity` with the names of `entry` as further aliases, and its metadata in fields that `entity` lacks."""
    names = dict.fromkeys([*entity.aliases, entry.name, *entry.aliases])
    names.pop(entity.name, None)
    return replace(entity, aliases=tuple(names), metadata={**entry.metadata, **entity.metadata})


def _added(entry: Entity, entity: Entity) -> Entity:
    """`entry` with only the metadata that it adds to `entity`."""
    new = {key: value for key, value in entry.metadata.items() if key not in entity.metadata}
    return replace(entry, metadata=new)


def _joined(catalog: Pool, own: Pool) -> Pool:
    forms, entities = (np.concatenate([one, other]) for one, other in zip(catalog[:2], own[:2], strict=True))
    return Pool(forms, entities, catalog.names, np.concatenate([catalog.values, own.values], axis=1))
