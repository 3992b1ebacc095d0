"""Entity resolver: a request goes its whole way in `EntityResolver.resolve` and then `EntityResolver._answer`."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any, cast

from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.entity_store import EntityStore
from edge_er.bundle.manifest import quality_report
from edge_er.bundle.manifest_types import Manifest, Report
from edge_er.bundle.trust import trust_of
from edge_er.constants import DECISION
from edge_er.container import EntityContainer
from edge_er.decision.answers import AnswerBuilder
from edge_er.decision.calibration import COMPARED, Calibration
from edge_er.decision.explanation import Explanation
from edge_er.decision.nbest import texts_and_weights
from edge_er.decision.resolution import Match, Resolution
from edge_er.decision.selftest import golden_answer, selftest
from edge_er.decision.suggestion import Suggestion, suggestion
from edge_er.encoder.encoder import EncodedText, Encoder
from edge_er.native.library import Engine, kernels_for
from edge_er.personal import EntryLike, OwnEntries
from edge_er.personal_resolver import PersonalEntries
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.filters import read_once, wanted_ids
from edge_er.ranking.large_catalog import catalog_of
from edge_er.ranking.suggest import TypedText
from edge_er.ranking.weights import RerankWeights
from edge_er.reloading import Made, Reloadable
from edge_er.text.arguments import positive, text_list
from edge_er.text.canonical import request_text

__all__ = ["EntityResolver", "EntryLike", "Match", "PersonalResolver", "Resolution", "Suggestion"]

_LOG = logging.getLogger(__name__)


class EntityResolver(EntityContainer, Reloadable):
    """Finds the entity of a bundle that a request names; opens no socket, writes no file, starts no thread unasked.

    Threads may share one. A forked process may use it, a spawned one gets its own: it can be pickled. It is a container
    of its entities by id.

    Examples:
        >>> resolver = EntityResolver.load("radio_es")
        >>> resolver.resolve("pon la cadena ser").best.name
        'Cadena SER'
        >>> resolver.resolve("pon la cadena ser", where={"country": "AR"}).decision
        'no_match'
        >>> [match.name for match in resolver.resolve_batch(["radio clasica", "kiss fm"])[0]][0]
        'Radio Clásica'
        >>> best = resolver.resolve("kiss fm").best
        >>> resolver[best.id].name, best.id in resolver, len(resolver)
        ('Kiss FM', True, 1741)
    """

    def __init__(
        self,
        bundle: Bundle,
        threads: int = 1,
        *,
        rerank: bool = True,
        min_precision: float | None = None,
        engine: Engine = "auto",
    ) -> None:
        positive(threads, "threads")
        kernels = kernels_for(engine)
        self.engine: Engine = "native" if kernels else "reference"
        self.encoder = Encoder.from_files(bundle.encoder_files, threads, kernels)
        self.manifest = cast(Manifest, bundle.manifest)
        self._scale = float(bundle.manifest["index"]["scale"])
        self.reranks = rerank and bool(bundle.manifest.get("rerank"))
        weights = RerankWeights.from_mapping(bundle.manifest["rerank"] if self.reranks else {})
        self._bundle_catalog = catalog_of(bundle, self.encoder, weights, threads, kernels)
        calibration, typed = (
            Calibration.from_manifest(bundle.manifest, self.reranks, typed) for typed in (False, True)
        )
        self._answers = AnswerBuilder(calibration, typed, weights, self._scale, self.lang)
        self._answers.needed(min_precision)  # a wrong value is an error now, not at the first request
        self._min_precision = min_precision
        self.encoder.check()  # what a graph cannot do is an error now, too
        if self.reranks:
            self._bundle_catalog.prepare()
        if isinstance(bundle.entities, EntityStore):
            bundle.entities.release()
        settings = {"threads": threads, "rerank": rerank, "min_precision": min_precision, "engine": engine}
        self._made = Made(bundle, settings)

    @classmethod
    def load(
        cls,
        name_or_path: str | os.PathLike[str],
        threads: int = 1,
        *,
        rerank: bool = True,
        min_precision: float | None = None,
        engine: Engine = "auto",
        sha256: str | None = None,
        trusted_keys: Iterable[str | os.PathLike[str]] | None = None,
    ) -> EntityResolver:
        """A resolver for a shipped bundle, a bundle directory or a .zip.

        Args:
            name_or_path: the name or path of the bundle.
            threads: cores for one request: for the encoder, and for FAISS if the bundle has a FAISS index.
            rerank: False ranks by vectors alone, which is faster.
            min_precision: how often an answer should be right, between 0 and 1; by default the bundle decides.
            engine: "native" answers with compiled kernels, "reference" with numpy and onnxruntime; "auto" takes the
                kernels where they are installed. The answers are the same.
            sha256: `manifest_sha256` of the only bundle that may be loaded.
            trusted_keys: public keys, as PEM or files; only a bundle that one of them has signed is loaded.

        Raises:
            EngineError: the engine is "native", and no kernels are installed.
            BundleNotFoundError: there is no such bundle; the message lists the nearest names.
            BundleVersionError: the bundle is newer than this package.
            BundleCorruptError: a file of the bundle is missing or damaged.
            BundleBusyError: other versions took its place again and again while it was read.
            BundleUntrustedError: it is another one than `sha256` says, or nobody of `trusted_keys` has signed it.
            ValueError: `threads` is below 1, `min_precision` not between 0 and 1, there is no such engine, or `sha256`
                is no checksum.
        """
        positive(threads, "threads")  # before much is read
        kernels_for(engine)
        started = time.perf_counter()
        trust = trust_of(sha256, trusted_keys)
        bundle = read_bundle(name_or_path, trust)
        resolver = cls(bundle, threads, rerank=rerank, min_precision=min_precision, engine=engine)
        resolver._made.settings["trusted_keys"] = trust.keys and [key.pem for key in trust.keys]
        _LOG.info("loaded %r from %s in %.3f s", resolver, bundle.place, time.perf_counter() - started)
        return resolver

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}: {len(self.entities):,} entities, {self.engine} engine>"

    def resolve(
        self,
        query: str | None = None,
        top_k: int = DECISION.top_k,
        *,
        nbest: str | Iterable[str | tuple[str, float]] | None = None,
        min_precision: float | None = None,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
        typed: bool = False,
    ) -> Resolution:
        """The entities that `query` names, at most `top_k`, best first, and a decision.

        Empty input gives no candidates. Input without letters or digits (emoji), or in a script that the encoder does
        not know, is ranked, but its decision is "no_match". Of a long text the first 1,000 characters are read.

        Args:
            query: the request.
            top_k: how many candidates to give, from 1 up.
            nbest: instead of `query`, several texts of one utterance, 64 at most, each alone or with a weight above 0
                (1 by default). The weighted mean of their evidence counts.
            min_precision: how often an answer should be right, between 0 and 1. The higher, the more requests are
                "no_match". By default that of `load`.
            where: only entities whose metadata has these values: `{"country": "ES", "tags": ["news", "talk"]}`; 1,000
                distinct values of a field at most.
            ids: only entities with these ids; unknown ids are ignored.
            typed: whether the request was typed (keyboard, chat), not spoken. Then a name that is nearly one of the
                catalog is more likely another one, and confidence and decision reckon with that.

        Raises:
            FilterError: no entity has a field of `where` (the message lists the fields), a value cannot be compared, or
                `ids` is not a collection of texts.
            TypeError: `query` or a text of `nbest` is not a string, neither or both of them are given, or `typed` is
                not a bool.
            ValueError: `top_k` is below 1, `min_precision` not between 0 and 1, a weight not above 0 or their sum too
                large, or there are more than 64 texts.
        """
        texts, weights = texts_and_weights(query, nbest)
        return self._moment()._answer(texts, weights, top_k, min_precision, typed, where, ids)

    def _answer(
        self,
        texts: Sequence[str],
        weights: Sequence[float],
        top_k: int,
        min_precision: float | None,
        typed: bool,
        where: Mapping[str, Any] | None,
        ids: Iterable[str] | None,
    ) -> Resolution:
        """The whole way of one utterance; `weights` say how much each of its `texts` counts."""
        positive(top_k, "top_k")
        wanted = self._min_precision if min_precision is None else min_precision
        needed = self._answers.needed(wanted, typed)
        catalog = self._catalog  # own entries may change meanwhile, but one request sees one catalog
        allowed = catalog.allowed(where, ids)
        encoded = self._encoded(texts, weights)
        query = texts[0] if texts else ""
        if not encoded:
            return Resolution(query, "no_match", ())
        ranked = catalog.ranked(encoded, max(top_k, COMPARED), allowed)
        return self._answers.resolution(query, catalog, encoded, ranked, top_k, needed, typed)

    def _encoded(self, texts: Sequence[str], weights: Sequence[float]) -> list[EncodedText]:
        """The texts that are not blank, encoded."""
        return [
            self.encoder.encode_text(text, self._scale, weight)
            for text, weight in zip(texts, weights, strict=True)
            if text.strip()
        ]

    def resolve_batch(
        self,
        queries: str | Iterable[str],
        top_k: int = DECISION.top_k,
        *,
        min_precision: float | None = None,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
        typed: bool = False,
    ) -> list[Resolution]:
        """The answers that `resolve` gives to each of `queries`; a single string is one request."""
        requests, wanted, where = text_list(queries, "request"), wanted_ids(ids), read_once(where)
        positive(top_k, "top_k")
        now = self._moment()
        return [now._answer([query], [1.0], top_k, min_precision, typed, where, wanted) for query in requests]

    def explain(
        self,
        query: str,
        top_k: int = DECISION.top_k,
        *,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[Explanation]:
        """Form, score and summands of the best `top_k` candidates, in the order of `resolve`."""
        positive(top_k, "top_k")
        now = self._moment()
        catalog = now._catalog
        encoded = now._encoded(text_list([query], "request"), [1.0])
        if not encoded:
            return []
        ranked = catalog.ranked_with_forms(encoded, max(top_k + 1, COMPARED), catalog.allowed(where, ids))
        return now._answers.explanations(catalog, encoded, ranked)[:top_k]

    def suggest(
        self,
        text: str,
        top_k: int = DECISION.top_k,
        *,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
    ) -> tuple[Suggestion, ...]:
        """The entities that `text` may become while it is typed, at most `top_k`, best first; for every keystroke.

        The last word is taken as the beginning of a word, after a space as finished; the words before it may stand in
        any order, and carriers ("play cadena s") come off. Only where nothing fits a text with a slip finds what is
        similar. Empty text gives what is asked for most, by the catalog's `popularity` and that of a personal resolver;
        nothing, if neither says it. The first call prepares an index of all names; `suggest("")` does it beforehand.

        Args:
            text: what stands in the search field.
            top_k: how many suggestions to give, from 1 up.
            where: see `resolve`.
            ids: see `resolve`.

        Raises:
            FilterError: see `resolve`.
            TypeError: `text` is not a string.
            ValueError: `top_k` is below 1.
        """
        positive(top_k, "top_k")
        (text,) = text_list([text], "text")
        catalog = self._catalog
        typed = TypedText(request_text(text), text[-1:].isspace())
        found = catalog.suggested(typed, top_k, catalog.allowed(where, ids))
        return tuple(
            suggestion(catalog.entities[each.entity], catalog.form(each.form), each.score) for each in found
        )

    def with_entries(
        self,
        entries: Iterable[EntryLike] | str | os.PathLike[str] = (),
        popularity: Mapping[str, float] | None = None,
    ) -> PersonalResolver:
        """A resolver with a person's own entries beside the catalog. The catalog is shared and does not change.

        Args:
            entries: contacts, favourites, nicknames: entities, mappings as in a catalog (`name`, `id`?, `aliases`?,
                metadata), or a file that `save` wrote. An entry with the id of an entity of the catalog gives that
                entity more names.
            popularity: how often this person asked for entities, by id; it raises their scores within a limit.

        Raises:
            CatalogError: an entry has no name, an id occurs twice, a count is not a number, or a file cannot be read.
        """
        return PersonalResolver(self, entries, popularity)

    @property
    def _catalog(self) -> Catalog:
        """The catalog that requests search now."""
        return self._bundle_catalog

    @property
    def name(self) -> str:
        """Name of the bundle."""
        return str(self.manifest["name"])

    @property
    def lang(self) -> str:
        """Main language of the bundle's names ("es")."""
        return str(self.manifest["lang"])

    @property
    def report(self) -> Report:
        """Measured quality and size: `recall_at_1[lang][stratum] = {value, low, high, rows, entities}`, `counts`,
        `size_bytes` and `budget_bytes` (without stream addresses; None before the bundle is written), and more.
        """
        return cast(Report, MappingProxyType(quality_report(self.manifest)))

    def golden(self, queries: str | Iterable[str], top_k: int = 3) -> list[dict[str, Any]]:
        """Answers to store in a manifest; `selftest` compares them with the answers of any other machine."""
        return [golden_answer(resolution) for resolution in self.resolve_batch(queries, top_k)]

    def selftest(self) -> int:
        """Answer the manifest's golden requests again and return how many there are.

        Raises:
            BundleCorruptError: an answer differs from the one in the manifest.
        """
        return selftest(self.name, self.manifest.get("golden", []), self.resolve)


class PersonalResolver(PersonalEntries, EntityResolver):
    """A resolver with own entries, made by `EntityResolver.with_entries`.

    Examples:
        >>> mine = EntityResolver.load("radio_es").with_entries([{"id": "mum", "name": "Mamá", "aliases": ["Ana"]}])
        >>> mine.resolve("llama a mamá").best.id
        'mum'
        >>> mine.remove("mum")
        >>> "mum" in mine
        False
    """

    _base: EntityResolver

    def __init__(
        self,
        base: EntityResolver,
        entries: Iterable[EntryLike] | str | os.PathLike[str] = (),
        popularity: Mapping[str, float] | None = None,
    ) -> None:
        vars(self).update(vars(base))  # shares all parts of `base`, copies none
        before: OwnEntries | None = None
        if isinstance(base, PersonalResolver):
            before, base = base._own, base._base
        self._base = base
        unit = self._answers.calibration.temperature * self._answers.unit
        vectors = partial(self.encoder.quantised, scale=self._scale)
        self._own = OwnEntries(base._bundle_catalog, vectors, unit, before)
        self._own.add_all(entries, popularity or {})

    def _fresh(self, place: str | os.PathLike[str], settings: Mapping[str, Any]) -> EntityResolver:
        return EntityResolver.load(place, **settings)

    def _taking(self, fresh: EntityResolver) -> PersonalResolver:
        """`fresh` with the own entries of this resolver beside its catalog."""
        new = PersonalResolver(fresh)
        new._own = self._own.moved(fresh._bundle_catalog, new._own.vectors, new._own.unit)
        return new

    def __reduce__(self) -> tuple[Any, ...]:
        return PersonalResolver, (self._base, self.own_entries, dict(self.popularity))

    def selftest(self) -> int:
        """Answer the golden requests of the bundle again, without own entries."""
        return self._base.selftest()
