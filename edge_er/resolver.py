"""A spoken request finds its entity: normalize -> encode -> search -> rerank -> calibrate -> Resolution."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from edge_er.answers import Answers
from edge_er.arguments import text_list
from edge_er.bundle import Bundle, read_bundle
from edge_er.calibrate import COMPARED, Calibration
from edge_er.catalog import Said
from edge_er.encoder import Encoder, quantise
from edge_er.entity import Entity
from edge_er.errors import BundleCorruptError
from edge_er.explanation import Explanation
from edge_er.filters import wanted_ids
from edge_er.golden import golden_answer, same_answer
from edge_er.large_catalog import catalog_of
from edge_er.nbest import texts_and_weights
from edge_er.normalize import canonical_text
from edge_er.rerank import RerankWeights
from edge_er.resolution import Match, Resolution

if TYPE_CHECKING:
    from edge_er.personal import EntryLike, PersonalResolver

__all__ = ["EntityResolver", "Match", "Resolution"]

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
        self._catalog = catalog_of(bundle, self.encoder, weights, threads)
        told = bundle.manifest.get("calibration") or {}
        calibration = Calibration.from_mapping(told.get(RERANKED if self.reranks else DENSE, told))
        calibration.needed(min_precision)  # refuses nonsense now, not at the first request
        self._answers = Answers(calibration, weights, self._scale)
        self._min_precision = min_precision
        if self.reranks:
            self._catalog.prepare()

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
        top_k: int = 5,
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
        if nbest is None and query is not None:
            return self.resolve_batch([query], top_k, min_precision=min_precision, where=where, ids=ids)[0]
        if nbest is None or query is not None:
            found = f"{type(query).__name__} and nbest {type(nbest).__name__}"
            raise TypeError(f"expected either a request as a string or nbest=[...], found {found}")
        return self._resolve_said(*texts_and_weights(nbest), top_k, min_precision, where, wanted_ids(ids))

    def resolve_batch(
        self,
        queries: str | Iterable[str],
        top_k: int = 5,
        *,
        min_precision: float | None = None,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[Resolution]:
        """The answers to many requests: exactly those that `resolve` gives one by one; a lone string is one request."""
        asked, wanted = text_list(queries, "request"), wanted_ids(ids)
        _check_count(top_k)
        return [self._resolve_said([query], [1.0], top_k, min_precision, where, wanted) for query in asked]

    def explain(
        self,
        query: str,
        top_k: int = 5,
        *,
        where: Mapping[str, Any] | None = None,
        ids: Iterable[str] | None = None,
    ) -> list[Explanation]:
        """Why each of the best `top_k` candidates stands where it does, in the order of `resolve`."""
        text_list([query], "request")
        _check_count(top_k)
        if not query.strip():
            return []
        catalog = self._catalog
        said = self._said([query], [1.0], [self.encoder.token_ids(query)])
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
        from edge_er.personal import PersonalResolver

        return PersonalResolver(self, entries, popularity)

    def golden(self, queries: str | Iterable[str], top_k: int = 3) -> list[dict[str, Any]]:
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

    def _resolve_said(
        self,
        texts: Sequence[str],
        weights: Sequence[float],
        top_k: int,
        min_precision: float | None,
        where: Mapping[str, Any] | None,
        ids: Collection[str] | None,
    ) -> Resolution:
        _check_count(top_k)
        wanted = self._min_precision if min_precision is None else min_precision
        self._answers.calibration.needed(wanted)  # refuses nonsense, whatever the request
        catalog = self._catalog  # personal entries may change meanwhile; one request sees one catalog
        allowed = catalog.allowed(where, ids)
        query = texts[0] if texts else ""
        said = [(text, weight) for text, weight in zip(texts, weights, strict=True) if text.strip()]
        if not said:
            return Resolution(query, "no_match", ())
        tokens = [self.encoder.token_ids(text) for text, _ in said]
        heard = self._said([text for text, _ in said], [weight for _, weight in said], tokens)
        ranked = catalog.ranked(heard, max(top_k, COMPARED), allowed)
        readable = any(map(self.encoder.can_read, tokens))
        return self._answers.resolution(query, catalog, ranked, top_k, wanted, readable)

    def _said(
        self, texts: Sequence[str], weights: Sequence[float], tokens: Sequence[list[int]]
    ) -> list[Said]:
        vectors = quantise(self.encoder.encode_ids(tokens, batch_size=1), self._scale)  # each on its own
        return [
            Said(canonical_text(text), vector, weight)
            for text, vector, weight in zip(texts, vectors, weights, strict=True)
        ]


def _check_count(top_k: int) -> None:
    if top_k < 1:
        raise ValueError(f"expected top_k of 1 or more, found {top_k}")
