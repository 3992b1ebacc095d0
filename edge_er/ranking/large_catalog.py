"""Large catalog: evidence is computed for each request, only for the forms that vectors and words propose.

A `Catalog` keeps text, letters and n-grams of all forms in memory. Here vectors and words stay in their files. FAISS
proposes a few hundred forms, and `StoredWords` those of the highest word scores. Evidence is prepared for these alone.
Their scores are the same as in a `Catalog`. Missing are only candidates by sound: forms that share rare n-grams with
the request but are far from it by vector, and have other words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle
from edge_er.bundle.entity import Entity, spelled_names
from edge_er.bundle.entity_rows import names_of_row
from edge_er.bundle.entity_store import EntityStore
from edge_er.encoder.encoder import EncodedText, Encoder
from edge_er.encoder.pair_head import PairHead
from edge_er.errors import BundleCorruptError
from edge_er.index.faiss_index import FAISS, INDEX_FILE, FaissIndex, IndexSettings, open_index
from edge_er.index.ngram_weights import NGRAMS_FILE, StoredNgramWeights
from edge_er.index.stored_words import WORDS_FILE, StoredWords
from edge_er.index.two_level import TwoLevelIndex, popular_floor
from edge_er.native.library import Kernels
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.columns import best_forms
from edge_er.ranking.evidence import Beside, FormEvidence, Pool
from edge_er.ranking.filters import wanted_ids
from edge_er.ranking.hypothesis import Hypothesis, readings
from edge_er.ranking.rerank import demand_of, demands
from edge_er.ranking.suggest import FormSuggestions
from edge_er.ranking.weights import RerankWeights
from edge_er.text.carriers import name_span
from edge_er.text.ngrams import NgramWeights

__all__ = ["LargeCatalog", "catalog_of"]

_ENTITIES_AT_HAND = 1 << 14  # half a kilobyte each
_FEW_IDS = 1000  # so many are found by binary search


def catalog_of(
    bundle: Bundle,
    encoder: Encoder,
    weights: RerankWeights,
    threads: int = 1,
    kernels: Kernels | None = None,
) -> Catalog:
    """The catalog of a bundle: a `LargeCatalog` if it has a FAISS index, which may use `threads` cores.

    `kernels` do the long loops; without them numpy does.

    Raises:
        BundleError: the bundle has a FAISS index, and faiss is not installed.
        BundleCorruptError: a file that the manifest needs is missing, or does not fit the others.
    """
    if bundle.manifest["index"].get("kind") == FAISS:
        return LargeCatalog(bundle, encoder, weights, threads, kernels)
    return Catalog(bundle, encoder, weights, kernels)


class LargeCatalog(Catalog):
    """The catalog of a bundle with a FAISS index."""

    def __init__(
        self,
        bundle: Bundle,
        encoder: Encoder,
        weights: RerankWeights,
        threads: int = 1,
        kernels: Kernels | None = None,
    ) -> None:
        self._bundle, self._encoder, self.weights, self.kernels = bundle, encoder, weights, kernels
        self._vectors_alone = weights == RerankWeights()
        self.lang = str(bundle.manifest["lang"])
        self.form_count = len(bundle.form_entity)
        self.entities = bundle.entities
        self._owners = bundle.form_entity.view(
            np.ndarray
        )  # reading a number of a memmap takes a microsecond more
        if bundle.index is None:
            raise self._missing(INDEX_FILE)
        if (np.diff(bundle.form_entity) < 0).any():
            raise BundleCorruptError(
                "vectors.safetensors: expected forms in the order of their entities, found another order; "
                "build the bundle again"
            )
        settings = IndexSettings.from_manifest(bundle.manifest["index"])
        index = open_index(bundle.index)
        self._nearby = FaissIndex(bundle.vectors, bundle.form_entity, index, settings, threads)
        floor = popular_floor(bundle.manifest["index"])
        if bundle.popular_forms is not None and floor is not None:
            self._nearby = TwoLevelIndex(self._nearby, bundle.popular_forms, floor)
        self._search = self._nearby.search
        self._at_hand: dict[int, _Spelled] = {}

    def prepare(self) -> None:
        """See `Catalog.prepare`."""
        if self.weights.sound_pieces:
            self.ngram_weights  # noqa: B018
        if self.weights.words:
            self.words  # noqa: B018
        self.head  # noqa: B018

    def hypotheses(self, texts: Sequence[EncodedText]) -> list[Hypothesis]:
        """The texts. There are too many forms for all dot products, so `dots` is the vector itself, int8 [dim]."""
        return [Hypothesis(each.text, each.vector, each.weight, each.same) for each in texts]

    def pool(self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None) -> Pool:
        """See `Catalog.pool`; candidates are the nearest forms by vector, and those of the highest word scores."""
        # The evidence of a small catalog of just these forms, numbered from 0: forms as `texts`, entities as `entity`.
        near = [self._near(hypothesis.dots, k, allowed) for hypothesis in hypotheses]
        said = [self._best_by_words(hypothesis.text, allowed) for hypothesis in hypotheses]
        forms = np.unique(np.concatenate([*near, *said]))
        owners, entity = np.unique(self._owners[forms], return_inverse=True)
        weights = replace(self.weights, dense_forms=max(len(forms), 1), sound_forms=0)
        spelled = list(self._spelled(owners.tolist()).values())
        demand = np.array([each.demand for each in spelled], np.int64)[entity]
        texts = [
            spelled[owner].texts[form - spelled[owner].first]
            for form, owner in zip(forms.tolist(), entity.tolist(), strict=True)
        ]
        ngram_weights = self.ngram_weights if weights.sound_pieces else None
        words = self.words if weights.words else None
        form_entity = entity.astype(np.int32)
        main = self._owners[forms - 1] != self._owners[forms]  # names stand before aliases
        main[forms == 0] = True
        beside = Beside(ngram_weights, words)
        evidence = FormEvidence(texts, form_entity, self.lang, weights, demand, beside, main, self.kernels)
        local = [
            hypothesis._replace(dots=self._nearby.dots(hypothesis.dots, forms).astype(np.int32))
            for hypothesis in hypotheses
        ]
        pool = evidence.pool(local, k)
        return pool._replace(forms=forms[pool.forms], entities=owners[pool.entities].astype(np.int64))

    def _near(self, vector: NDArray[np.int8], k: int, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """Candidate forms by vector: those that FAISS proposes, or with a filter the best of all that pass it."""
        count = max(self._nearby.settings.candidates, self.weights.dense_forms)
        if allowed is None:
            return self._nearby.nearest_forms(vector, count, k)[0]
        among = np.flatnonzero(allowed[self._owners])
        ranked: NDArray[np.int64] = among[np.lexsort((among, -self._nearby.dots(vector, among)))]
        owners = self._owners[ranked]
        first = np.sort(np.unique(owners, return_index=True)[1])[:k]
        return ranked[: max(count, first[-1] + 1 if len(first) else 0)]

    def _best_by_words(self, text: str, allowed: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """Candidate forms by words, of those that pass a filter: in each reading of canonical `text` the ones of the
        highest word scores and the ones that have a rare word.
        """
        if not self.weights.words:
            return np.empty(0, np.int64)
        best = []
        for each in readings(text, self.lang, self.weights, self.words):
            span = name_span(each, self.words)
            forms, scores = self.words.scored(each, span)
            among = None if allowed is None else np.flatnonzero(allowed[self._owners[forms]])
            best.append(forms[best_forms(scores, self.weights.words, among)])
            rare = self.words.rare(each, span)
            best.append(rare if allowed is None else rare[allowed[self._owners[rare]]])
        return np.concatenate(best)

    def allowed(self, where: Mapping[str, Any] | None, ids: Iterable[str] | None) -> NDArray[np.bool_] | None:
        """See `Catalog.allowed`; a filter by metadata or by many ids reads the whole catalog the first time."""
        wanted = wanted_ids(ids)
        if where is not None or wanted is None or len(wanted) > _FEW_IDS:
            return super().allowed(where, wanted)
        mask = np.zeros(len(self.entities), bool)
        mask[list(self.indices(wanted).values())] = True
        return mask

    def indices(self, ids: Iterable[str]) -> dict[str, int]:
        """See `Catalog.indices`; entities are sorted by id."""
        places = {one: bisect_left(self.entities, one, key=_id) for one in ids}
        there = len(self.entities)
        return {one: at for one, at in places.items() if at < there and self.entities[at].id == one}

    @cached_property
    def suggestions(self) -> FormSuggestions:
        """See `Catalog.suggestions`; the whole catalog is read, and nothing is found by sound, to save memory."""
        entities = self.without_streams()
        forms = [text for entity in entities for text in entity.spellings]
        if len(forms) != self.form_count:
            raise BundleCorruptError(
                f"entities.jsonl.gz: expected {self.form_count} surface forms as in vectors.safetensors, found "
                f"{len(forms)}; build the bundle again"
            )
        demand = np.array(demands(entities), np.int64)[self._owners]
        return FormSuggestions(forms, self._owners, demand, self.lang)

    @cached_property
    def words(self) -> StoredWords:
        """See `Catalog.words`."""
        if self._bundle.word_postings is None:
            raise self._missing(WORDS_FILE)
        return StoredWords(self.lang, self.form_count, self._bundle.word_postings)

    @cached_property
    def ngram_weights(self) -> NgramWeights:
        """See `Catalog.ngram_weights`."""
        if self._bundle.ngram_counts is None:
            raise self._missing(NGRAMS_FILE)
        return StoredNgramWeights(self.form_count, self._bundle.ngram_counts)

    def demand_of(self, entity: int) -> int:
        """See `Catalog.demand_of`."""
        return self._spelled([entity])[entity].demand

    def form(self, index: int) -> str:
        """See `Catalog.form`."""
        spelled = self._spelled_of(index)
        return spelled.forms[index - spelled.first]

    def canonical_forms(self, indices: Sequence[int]) -> list[str]:
        """See `Catalog.canonical_forms`."""
        each = ((index, self._spelled_of(index)) for index in indices)
        return [spelled.texts[index - spelled.first] for index, spelled in each]

    def _spelled_of(self, index: int) -> _Spelled:
        owner = int(self._owners[index])
        return self._at_hand.get(owner) or self._spelled([owner])[owner]

    @cached_property
    def head(self) -> PairHead | None:
        """See `Catalog.head`."""
        return self._read_head(_Forms(self)) if self.weights.head else None

    def _missing(self, file: str) -> BundleCorruptError:
        name = self._bundle.manifest["name"]
        return BundleCorruptError(
            f"bundle {name!r}: expected a file {file}, found none; build the bundle again"
        )

    def _spelled(self, entities: Sequence[int]) -> dict[int, _Spelled]:
        """The forms of some entities, in their order; those of the last ones asked for are at hand."""
        at_hand = self._at_hand
        found = {entity: at_hand.get(entity) for entity in entities}
        missing = [entity for entity, spelled in found.items() if spelled is None]
        read = self._read_forms(missing) if missing else {}
        if len(at_hand) + len(read) > _ENTITIES_AT_HAND:
            at_hand.clear()
        at_hand.update(read)
        return {entity: spelled or read[entity] for entity, spelled in found.items()}

    def _read_forms(self, entities: Sequence[int]) -> dict[int, _Spelled]:
        rows = self._rows(entities)
        texts, forms, counts = spelled_names(list(map(names_of_row, rows)))
        borders = np.array(entities, np.int32)  # the type of `_owners`, else numpy copies all of it
        firsts, ends = (np.searchsorted(self._owners, borders, side).tolist() for side in ("left", "right"))
        read: dict[int, _Spelled] = {}
        at = 0
        for entity, row, first, end, count in zip(entities, rows, firsts, ends, counts, strict=True):
            if count != end - first:
                raise BundleCorruptError(
                    f"entities.jsonl.gz, {row['id']!r}: expected {end - first} surface forms as in "
                    f"vectors.safetensors, found {count}; build the bundle again"
                )
            demand = demand_of(row.get("popularity", 0)) if self.weights.asks_for_demand else 0
            read[entity] = _Spelled(first, texts[at : at + count], forms[at : at + count], demand)
            at += count
        return read

    def _rows(self, entities: Sequence[int]) -> Sequence[Mapping[str, Any]]:
        """What lines of entities.jsonl.gz say of some entities."""
        if isinstance(self.entities, EntityStore):
            return self.entities.rows(entities)
        found = [self.entities[entity] for entity in entities]
        demands(found)  # an error where a popularity is none
        return [
            {
                **each.metadata,
                "id": each.id,
                "name": each.name,
                "aliases": each.aliases,
                "spoken": each.spoken,
            }
            for each in found
        ]


class _Spelled(NamedTuple):
    """The index of an entity's first form, canonical texts and spellings of its forms, and its demand."""

    first: int
    texts: list[str]
    forms: list[str]
    demand: int


class _Forms(Sequence[str]):
    """All surface forms in canonical text, each read when it is needed."""

    def __init__(self, catalog: LargeCatalog) -> None:
        self._catalog = catalog

    def __len__(self) -> int:
        return self._catalog.form_count

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        return self._catalog.canonical_form(index)


def _id(entity: Entity) -> str:
    return entity.id
