"""A request finds its entity: canonical text -> tokens, vector -> candidates -> evidence -> ranking -> decision.

`EntityResolver._answer` is that way, step by step.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.entity import Entity
from edge_er.constants import DECISION
from edge_er.decision.answers import AnswerBuilder
from edge_er.decision.calibration import COMPARED, Calibration
from edge_er.decision.explanation import Explanation
from edge_er.decision.nbest import texts_and_weights
from edge_er.decision.resolution import Match, Resolution
from edge_er.decision.selftest import golden_answer, selftest
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.personal import EntryLike, OwnEntries
from edge_er.ranking.catalog import Catalog, EncodedText
from edge_er.ranking.filters import wanted_ids
from edge_er.ranking.large_catalog import catalog_of
from edge_er.ranking.rerank import RerankWeights
from edge_er.text.arguments import text_list
from edge_er.text.canonical import canonical_text

__all__ = ["EntityResolver", "EntryLike", "Match", "PersonalResolver", "Resolution"]

DENSE, RERANKED = "dense", "reranked"  # the calibration of a manifest for each way to rank


class EntityResolver:
    """Finds the entities of one bundle. Resolving opens no socket, writes no file and starts no thread unasked."""

    def __init__(
        self, bundle: Bundle, threads: int = 1, *, rerank: bool = True, min_precision: float | None = None
    ) -> None:
        files = bundle.encoder_files
        self.encoder = Encoder.from_bytes(
            files["encoder.onnx"], files["tokenizer.json"], json.loads(files["encoder.json"]), threads
        )
        self.manifest = bundle.manifest
        self._scale = float(bundle.manifest["index"]["scale"])
        self.reranks = rerank and bool(bundle.manifest.get("rerank"))
        weights = RerankWeights.from_mapping(bundle.manifest["rerank"] if self.reranks else {})
        self._bundle_catalog = catalog_of(bundle, self.encoder, weights, threads)
        told = bundle.manifest.get("calibration") or {}
        calibration = Calibration.from_mapping(told.get(RERANKED if self.reranks else DENSE, told))
        calibration.needed(min_precision)  # refuses nonsense now, not at the first request
        self._answers = AnswerBuilder(calibration, weights, self._scale)
        self._min_precision = min_precision
        if self.reranks:
            self._bundle_catalog.prepare()

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
            threads: cores for one request: for the encoder, and for FAISS where the bundle has such an index.
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
    def _catalog(self) -> Catalog:
        """What is searched now."""
        return self._bundle_catalog

    @property
    def entities(self) -> Sequence[Entity]:
        """All entities that may answer, in a fixed order."""
        return self._catalog.entities

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
        top_k: int = DECISION.top_k,
        *,
        nbest: str | Iterable[str | tuple[str, float]] | None = None,
        min_precision: float | None = None,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
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
            where: only entities whose metadata has these values: `{"country": "ES", "tags": ["news", "talk"]}`.
            ids: only entities with these ids; others of the set need not exist.

        Raises:
            FilterError: no entity has a field that `where` names (the fields are listed), a value is not comparable, or
                `ids` are not several texts.
            TypeError: `query` or a text of `nbest` is no string, or not just one of both is given.
            ValueError: `top_k` is below 1, `min_precision` not between 0 and 1, or a weight not above 0.
        """
        texts, weights = texts_and_weights(query, nbest)
        return self._answer(texts, weights, top_k, min_precision, where, wanted_ids(ids))

    def resolve_batch(
        self,
        queries: str | Iterable[str],
        top_k: int = DECISION.top_k,
        *,
        min_precision: float | None = None,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[Resolution]:
        """The answers to many requests: exactly those that `resolve` gives one by one; a lone string is one request."""
        asked, wanted = text_list(queries, "request"), wanted_ids(ids)
        _check_count(top_k)
        return [self._answer([query], [1.0], top_k, min_precision, where, wanted) for query in asked]

    def explain(
        self,
        query: str,
        top_k: int = DECISION.top_k,
        *,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[Explanation]:
        """Why each of the best `top_k` candidates stands where it does, in the order of `resolve`."""
        _check_count(top_k)
        catalog, said = self._catalog, self._said(text_list([query], "request"), [1.0])
        if not said:
            return []
        ranked = catalog.weighed(said, top_k + 1, catalog.allowed(where, wanted_ids(ids)))
        return self._answers.explanations(catalog, ranked)[:top_k]

    def with_entries(
        self,
        entries: Iterable[EntryLike] | str | os.PathLike[str] = (),
        popularity: Mapping[str, float] | None = None,
    ) -> PersonalResolver:
        """The same resolver with a person's own entries beside the catalog, which is shared and stays as it is.

        Args:
            entries: contacts, favourites, nicknames: entities, mappings as in a catalog (`name`, `id`?, `aliases`?,
                metadata), or a file that `save` wrote. One with the id of an entity of the catalog gives that
                entity more names.
            popularity: how often this person asked for entities, by id; they are favoured a little, within bounds.

        Raises:
            CatalogError: an entry without a name, an id twice, a count that is no number; a file that cannot be read.
        """
        return PersonalResolver(self, entries, popularity)

    def golden(self, queries: str | Iterable[str], top_k: int = 3) -> list[dict[str, Any]]:
        """Answers to keep in a manifest, so that `selftest` can compare them with any machine's."""
        return [golden_answer(resolution) for resolution in self.resolve_batch(queries, top_k)]

    def selftest(self) -> int:
        """Answer the manifest's golden requests again; how many there were.

        Raises:
            BundleCorruptError: an answer differs from the one the bundle was shipped with.
        """
        return selftest(self.name, self.manifest.get("golden", []), self.resolve)

    def _answer(
        self,
        texts: Sequence[str],
        weights: Sequence[float],
        top_k: int,
        min_precision: float | None,
        where: Mapping[str, Any] | None,
        ids: Collection[str] | None,
    ) -> Resolution:
        """One utterance's whole way; each of its `texts` counts as much as its weight says."""
        _check_count(top_k)
        wanted = self._min_precision if min_precision is None else min_precision
        self._answers.calibration.needed(wanted)  # refuses nonsense, whatever the request
        catalog = self._catalog  # own entries may change meanwhile; one request sees one catalog
        allowed = catalog.allowed(where, ids)
        query = texts[0] if texts else ""
        said = self._said(texts, weights)
        if not said:
            return Resolution(query, "no_match", ())
        ranked = catalog.ranked(said, max(top_k, COMPARED), allowed)
        readable = any(text.readable for text in said)
        return self._answers.resolution(query, catalog, ranked, top_k, wanted, readable)

    def _said(self, texts: Sequence[str], weights: Sequence[float]) -> list[EncodedText]:
        """Canonical text, tokens and vector of each text that is not blank."""
        said = []
        for text, weight in zip(texts, weights, strict=True):
            if text.strip():
                canonical = canonical_text(text)
                tokens = self.encoder.canonical_ids(canonical)
                vector = quantise(self.encoder.encode_ids([tokens], batch_size=1), self._scale)[0]
                said.append(EncodedText(canonical, vector, weight, self.encoder.can_read(tokens)))
        return said


class PersonalResolver(EntityResolver):
    """A resolver with own entries; what `EntityResolver.with_entries` gives.

    Entries may change while other threads resolve: each request sees those of one moment.
    """

    _base: EntityResolver
    _own: OwnEntries

    def __init__(
        self,
        base: EntityResolver,
        entries: Iterable[EntryLike] | str | os.PathLike[str] = (),
        popularity: Mapping[str, float] | None = None,
    ) -> None:
        vars(self).update(vars(base))  # all parts are shared, none is copied
        before: OwnEntries | None = None
        if isinstance(base, PersonalResolver):
            before, base = base._own, base._base
        self._base = base
        unit = self._answers.calibration.temperature * self._answers.unit
        self._own = OwnEntries(base._bundle_catalog, self._vectors, unit, before)
        self._own.add_all(entries, popularity or {})

    @property
    def _catalog(self) -> Catalog:
        return self._own.catalog

    @property
    def own_entries(self) -> tuple[Entity, ...]:
        """The own entries, in the order in which they came."""
        return self._own.entries

    @property
    def popularity(self) -> Mapping[str, float]:
        """How often this person asked for entities, by id."""
        return self._own.popularity

    def add(self, *entries: EntryLike) -> None:
        """Add entries, all or none; they are found from the next request on.

        Raises:
            CatalogError: an entry without a name, or an id that an own entry has already.
        """
        self._own.change(added=entries)

    def remove(self, *ids: str) -> None:
        """Remove own entries by their ids, all or none; an entity of the catalog only loses its own names.

        Raises:
            CatalogError: there is no own entry with that id.
        """
        self._own.change(removed=ids)

    def favour(self, popularity: Mapping[str, float]) -> None:
        """Set how often this person asked for entities, by id. Ids that nobody has may get an entity later.

        Raises:
            CatalogError: a count is no number from 0 up.
        """
        self._own.change(popularity=popularity)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write entries and popularity to a file for `with_entries`; a crash leaves the old file or the new one.

        Raises:
            CatalogError: metadata that is not JSON.
            OSError: the file cannot be written.
        """
        self._own.save(path)

    def selftest(self) -> int:
        """Answer the golden requests of the bundle again, without own entries."""
        return self._base.selftest()

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.int8]:
        """Vectors of canonical `texts`, int8 [texts, dim]."""
        return quantise(self.encoder.encode_canonical(texts, batch_size=1), self._scale)


def _check_count(top_k: int) -> None:
    if top_k < 1:
        raise ValueError(f"expected top_k of 1 or more, found {top_k}")
