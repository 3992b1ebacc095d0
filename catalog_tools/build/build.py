"""A catalog becomes a bundle: records -> entities -> surface forms -> vectors -> bundle, within its budget."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from catalog_tools.build.assembly import (
    BundleLabel,
    assembled,
    bytes_a_form,
    golden_queries,
    recipe_of,
    room_for_spoken,
)
from catalog_tools.build.entity_forms import Offer, check_columns
from catalog_tools.build.form_selection import chosen_of, new_offers
from catalog_tools.build.index_choice import with_index
from catalog_tools.build.measure import Measurement, measure_on, simulated_requests
from catalog_tools.build.options import BuildOptions, BuildWork, with_moved
from catalog_tools.build.popular_choice import with_popular
from catalog_tools.build.shards import SPOKEN, ShardWorker
from catalog_tools.build.vocabulary import CatalogVocabulary
from catalog_tools.build.workers import LOCAL, ShardRunner, default_workers, shard_runner
from catalog_tools.language.language import Language, language
from catalog_tools.language.short_names import with_single_words
from catalog_tools.readers.record_entities import RecordLike, entities_of
from edge_er.bundle.bundle import Bundle, parse_size, read_bundle, write_bundle
from edge_er.bundle.delta import check_unchanged
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import find_encoder
from edge_er.bundle.lock import locked
from edge_er.bundle.storage import check_replaceable
from edge_er.encoder.encoder import read_encoder_files
from edge_er.evaluation.requests_file import Request, read_requests
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

__all__ = ["BuildResult", "build_bundle"]

_FITS = {"rerank": "weights", "calibration": "confidence"}  # parts of a manifest, and what they are called
_KEPT_FROM = 5000  # names: a smaller build takes seconds, so it starts no workers and keeps no shards


@dataclass(frozen=True)
class BuildResult:
    """A built bundle.

    Attributes:
        path: the directory or zip.
        manifest: its manifest, with counts, sizes and the report.
        spoken_left_out: how many spoken forms, the least likely, the budget had no room for.
        without_text: ids of entities whose name has no letter or digit (emoji only); they are kept, and can be found
            by an alias.
        measurement: what was measured at the end; None where nothing was.
        unfitted: what the encoder's card has no fit for, "weights" or "confidence": without weights the bundle ranks by
            vectors alone, without confidence it decides by a guess.
        shards, shards_kept: how many shards the slow steps had, and how many of them an earlier build had finished.
    """

    path: Path
    manifest: Mapping[str, Any]
    spoken_left_out: int
    without_text: tuple[str, ...]
    measurement: Measurement | None
    shards: int
    shards_kept: int
    unfitted: tuple[str, ...] = ()


def build_bundle(
    records: str | Path | Iterable[RecordLike],
    out: str | os.PathLike[str],
    lang: str | Language = "en",
    encoder: str | os.PathLike[str] | Mapping[str, bytes] = "multilingual-32-hpd64",
    budget: str | int | None = "2MB",
    name: str | None = None,
    previous: str | os.PathLike[str] | None = None,
    requests: str | os.PathLike[str] | None = None,
    *,
    measure: bool = False,
    options: BuildOptions | None = None,
    **moved: Any,
) -> BuildResult:
    """Build a bundle of a catalog; one record is one entity, and the same input gives the same bytes.

    Args:
        records: a CSV, TSV, JSONL or Parquet file, or records, entities or mappings (``name``, ``id``?, ``aliases``?,
            everything else metadata).
        out: a directory, or a path ending in ``.zip``; replaced when the new bundle is whole.
        lang: language of the names, one of de, en, es, fr, it, or what ``read_locale`` read; "en" as on the command
            line.
        encoder: name of a shipped encoder, an encoder folder, or the contents of its files by name.
        budget: size limit without stream addresses ("2MB"); None for none. Spoken forms use what names leave of it.
        name: the bundle's name; by default that of ``out``.
        previous: a bundle whose ids stay with records that have no id of their own.
        requests: a request file; the bundle's quality on it is stored in the manifest.
        measure: without ``requests``, measure the bundle on simulated ones and store that.
        options: workers, index, spoken forms and all else; see `BuildOptions`.
        moved: keywords of version 0.1 that are now in ``options``; they work until version 0.3, with a
            DeprecationWarning.

    Raises:
        CatalogError: the catalog cannot be used; names file, row and column.
        EncoderError: no such encoder (lists the nearest names), or a damaged one.
        BundleError: ``out`` is something that is not replaced, or the catalog is large enough for a FAISS index and
            faiss is not installed.
        BundleBusyError: somebody else writes ``out``.
        BudgetExceededError: names, aliases and encoder alone are larger than ``budget``; nothing is written.
        RequestFileError: ``requests`` cannot be read.
        BuildError: workers keep dying, the work folder cannot be used, or the index finds too little; the old bundle
            stays, and so do the finished shards.
        TypeError: there is no such keyword.
        ValueError: ``budget`` is no size, or an option has no such value.
    """
    options = with_moved(options or BuildOptions(), moved)
    inputs = _Inputs(records, lang, encoder, budget, name, previous, requests, measure)
    with locked(Path(out)):
        return _built(inputs, Path(out), options)


@dataclass(frozen=True)
class _Inputs:
    """What `build_bundle` is given, by the same names."""

    records: str | Path | Iterable[RecordLike]
    lang: str | Language
    encoder: str | os.PathLike[str] | Mapping[str, bytes]
    budget: str | int | None
    name: str | None
    previous: str | os.PathLike[str] | None
    requests: str | os.PathLike[str] | None
    measure: bool


def _built(given: _Inputs, place: Path, options: BuildOptions) -> BuildResult:
    """The whole build, for who holds the lock of `place`."""
    facts = language(given.lang)
    check_replaceable(place)
    limit = None if given.budget is None else parse_size(given.budget)
    rows = [] if given.requests is None else read_requests(Path(given.requests))
    whole = _encoder_files(given.encoder)
    known = read_bundle(given.previous).entities if given.previous is not None else ()
    entities = entities_of(given.records, list(known))
    recipe = recipe_of(whole, facts, entities, options)
    check_columns(entities, options.forms.say)
    if options.forms.single_words:
        entities = with_single_words(entities)
    dim = bytes_a_form(whole, entities, options)
    vocabulary = CatalogVocabulary(whole, facts, options.vocabulary)
    vocabulary.add(form for entity in entities for form in entity.surface_forms)
    files = vocabulary.files()
    room = room_for_spoken(place, limit, entities, files, dim, bool(rows) or given.measure)
    with _runner(ShardWorker(whole, facts), place, entities, options.work) as runner:
        offers = new_offers(entities, facts, partial(_offers, runner), options.forms.say)
        vocabulary.add(each.offer.text for each in offers)
        before, files = files, vocabulary.files()
        room = None if room is None else room - _grown(before, files)
        choice = chosen_of(entities, offers, dim, room)
        label = BundleLabel(given.name or place.stem, facts.code, recipe)
        bundle = assembled(label, choice, files, options, runner)
    bundle = _searchable(bundle, facts, options)
    resolver, measurement = EntityResolver(bundle), None
    bundle = bundle.with_manifest(golden=resolver.golden(golden_queries(entities, facts)))
    if rows or given.measure:
        measurement = _measured(resolver, bundle, rows, facts)
        bundle = bundle.with_manifest(report=measurement.report)
    if options.replaces is not None:
        check_unchanged(place, options.replaces)
    manifest = write_bundle(place, bundle, given.budget, options.keep_previous)
    if options.work.folder is None:
        runner.store.remove()
    silent = tuple(entity.id for entity in entities if not canonical_text(entity.name))
    unfitted = tuple(word for part, word in _FITS.items() if not bundle.manifest.get(part))
    return BuildResult(
        place, manifest, choice.left_out, silent, measurement, runner.shards, runner.kept, unfitted
    )


def _grown(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> int:
    """How many bytes files have grown by."""
    return sum(map(len, after.values())) - sum(map(len, before.values()))


def _encoder_files(encoder: str | os.PathLike[str] | Mapping[str, bytes]) -> dict[str, bytes]:
    return dict(encoder) if isinstance(encoder, Mapping) else read_encoder_files(find_encoder(encoder))


def _runner(
    worker: ShardWorker, out: Path, entities: Sequence[Entity], work: BuildWork
) -> AbstractContextManager[ShardRunner]:
    """The workers, and where finished shards are kept; a small catalog is done at once and needs neither."""
    folder = out.with_name(f".{out.name}.work") if work.folder is None else Path(work.folder)
    names = sum(len(entity.surface_forms) for entity in entities)
    small = work.engine == LOCAL and names < _KEPT_FROM
    return shard_runner(worker, None if small else folder, work.workers, work.engine, work.ray_address)


def _searchable(bundle: Bundle, lang: Language, options: BuildOptions) -> Bundle:
    """The bundle with its index, and with its popular forms where they shall be searched first."""
    threads = min(options.work.workers, default_workers())
    bundle = with_index(bundle, options.index.kind, lang=lang, threads=threads)
    share = options.index.popular_share
    return with_popular(bundle, share) if share else bundle


def _measured(
    resolver: EntityResolver, bundle: Bundle, requests: Sequence[Request], lang: Language
) -> Measurement:
    """The bundle's quality on requests, or on simulated ones where there are none."""
    if requests:
        return measure_on(resolver, bundle, requests)
    return measure_on(resolver, bundle, *simulated_requests(bundle.entities, lang))


def _offers(runner: ShardRunner, names: Sequence[str]) -> Iterator[list[Offer]]:
    """What is offered to each of ``names``."""
    for _, result in runner.results(SPOKEN, names):
        yield from ([Offer(*offer) for offer in offers] for offers in json.loads(result))
