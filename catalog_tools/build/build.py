"""A catalog becomes a bundle: records -> entities -> surface forms -> vectors -> bundle, within its budget."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.build.form_selection import Offer, SpokenChoice, choose_spoken_forms
from catalog_tools.build.index_choice import AUTO, index_bytes, with_index
from catalog_tools.build.measure import Measurement, measure_on, simulated_requests
from catalog_tools.build.popular_choice import with_popular
from catalog_tools.build.shards import SPOKEN, VECTORS, ShardWorker
from catalog_tools.build.workers import ENGINES, LOCAL, ShardRunner, default_workers, shard_runner
from catalog_tools.language.language import Language, language
from catalog_tools.language.requests import Carriers
from catalog_tools.language.short_names import with_single_words
from catalog_tools.readers.record_entities import RecordLike, entities_of
from edge_er.bundle.bundle import (
    ENTITIES,
    Bundle,
    new_bundle,
    over_budget,
    parse_size,
    read_bundle,
    write_bundle,
)
from edge_er.bundle.bundle import VECTORS as VECTORS_FILE
from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import packed_entities
from edge_er.bundle.locate import find_encoder
from edge_er.bundle.storage import check_replaceable
from edge_er.encoder.encoder import Encoder, read_encoder_files
from edge_er.encoder.pair_head import form_tokens
from edge_er.errors import EncoderError
from edge_er.evaluation.requests_file import read_requests
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

__all__ = ["BuildResult", "build_bundle"]

GOLDEN_REQUESTS = 12
AWKWARD = ("", "🎵📻", "asdf qwer zxcv")  # golden requests that no bundle may answer
_KEPT_FROM = 5000  # names: smaller builds are done before they are worth resuming, and start no workers
_MANIFEST_BYTES = 8_000  # kept free for the manifest when spoken forms fill a budget
_REPORT_BYTES = 32_000


@dataclass(frozen=True)
class BuildResult:
    """A built bundle.

    Attributes:
        path: the directory or zip.
        manifest: its manifest, with counts, sizes and the report.
        spoken_left_out: spoken forms the budget had no room for, the least likely ones.
        without_text: ids of entities whose name has no letter or digit (emoji only); they are kept, and can be found
            by an alias.
        measurement: what was measured at the end; None where nothing was.
        shards, shards_kept: pieces of the slow steps, and how many were there from a build before.
    """

    path: Path
    manifest: Mapping[str, Any]
    spoken_left_out: int
    without_text: tuple[str, ...]
    measurement: Measurement | None
    shards: int
    shards_kept: int


def build_bundle(
    records: str | Path | Iterable[RecordLike],
    out: str | os.PathLike[str],
    lang: str | Language = "en",
    encoder: str | os.PathLike[str] | Mapping[str, bytes] = "multilingual-32-hpd64",
    budget: str | int | None = "2MB",
    name: str | None = None,
    previous: str | os.PathLike[str] | None = None,
    requests: str | os.PathLike[str] | None = None,
    calibration: Mapping[str, Any] | None = None,
    head_tokens: bool = False,
    known_vectors: Mapping[str, NDArray[np.int8]] | None = None,
    measure: bool = False,
    workers: int = 1,
    work: str | os.PathLike[str] | None = None,
    engine: str = LOCAL,
    ray_address: str | None = None,
    keep: bool = False,
    index: str = AUTO,
    popular_share: float = 0.0,
    single_words: bool = False,
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
        calibration: scores to confidence, for the manifest; by default the encoder's.
        head_tokens: keep what a DiPair head reads of each form, where the encoder has a head; without, it is read at
            each request that the head is asked about.
        known_vectors: rows of forms, int8 [dim], that this encoder made before; only other forms are encoded. The
            bytes are those of a build without.
        measure: without ``requests``, measure the bundle on simulated ones and store that.
        workers: processes of this machine, or actors of a cluster, one thread each, and threads of FAISS where it
            builds an index; the bytes are always the same.
        work: folder for the finished pieces of large catalogs, from which a build that was stopped goes on; kept, and
            used again by later builds. By default a hidden folder beside ``out``, removed when the bundle is there.
        engine: "local", or "ray" for Ray Data, with a local cluster or the one at ``ray_address``.
        ray_address: of a running cluster ("auto", "ray://host:10001", "host:6379").
        keep: leave the version before beside the bundle, for ``edge_er.bundle.delta.rollback``.
        index: how vectors are searched: "exact", "auto", "mapped" or a FAISS name; see ``index_choice.with_index``.
        popular_share: of entities, the most popular, to be searched first; see ``popular_choice.with_popular``.
        single_words: let a word of a name stand for it; see ``short_names.with_single_words``.

    Raises:
        CatalogError: the catalog cannot be used; names file, row and column.
        EncoderError: no such encoder (lists the nearest names), or a damaged one.
        BundleError: ``out`` is something that is not replaced, or the catalog is large enough for a FAISS index and
            faiss is not installed.
        BudgetExceededError: names, aliases and encoder alone are larger than ``budget``; nothing is written.
        RequestFileError: ``requests`` cannot be read.
        BuildError: workers keep dying, the work folder cannot be used, or ``index`` finds too little; the old bundle
            stays, and so do the finished pieces.
        ValueError: ``budget`` is no size, ``workers`` is below 1, or there is no such ``engine``.
    """
    facts = language(lang)
    if workers < 1 or engine not in ENGINES:
        raise ValueError(
            f"expected 1 or more workers and an engine of {', '.join(ENGINES)}; found {workers} and {engine!r}"
        )
    check_replaceable(Path(out))
    limit = None if budget is None else parse_size(budget)
    rows = [] if requests is None else read_requests(Path(requests))
    files = dict(encoder) if isinstance(encoder, Mapping) else read_encoder_files(find_encoder(encoder))
    known = read_bundle(previous).entities if previous is not None else ()
    entities = entities_of(records, list(known))
    given = _for_updates(entities, index, single_words)
    if single_words:
        entities = with_single_words(entities)
    dim = int(json.loads(files["encoder.json"])["dim"])
    named = sum(len(entity.surface_forms) for entity in entities)
    dim += index_bytes(index, named, dim) + (_head_token_bytes(files) if head_tokens else 0)
    room = None
    if limit is not None:
        room = _room(Path(out), limit, entities, files, dim, reported=bool(rows) or measure)
    folder = _work_folder(Path(out), named, work, engine)
    with shard_runner(ShardWorker(files, facts), folder, workers, engine, ray_address) as runner:
        choice = choose_spoken_forms(entities, facts, dim, room, partial(_offers, runner))
        called = name or Path(out).stem
        bundle = _bundle(called, facts, choice, files, calibration, known_vectors or {}, runner)
    bundle = bundle.with_manifest(recipe={**bundle.manifest["recipe"], **given})
    if head_tokens:
        bundle = _with_head_tokens(bundle)
    bundle = with_index(bundle, index, lang=facts, threads=min(workers, default_workers()))
    if popular_share:
        bundle = with_popular(bundle, popular_share)
    resolver, measurement = EntityResolver(bundle), None
    bundle = bundle.with_manifest(golden=resolver.golden(_golden_queries(entities, facts)))
    if rows or measure:
        asked, simulation = (rows, None) if rows else simulated_requests(choice.entities, facts)
        measurement = measure_on(resolver, bundle, asked, simulation)
        bundle = bundle.with_manifest(report=measurement.report)
    manifest = write_bundle(out, bundle, budget, keep)
    if work is None:
        runner.store.remove()
    silent = tuple(entity.id for entity in entities if not canonical_text(entity.name))
    return BuildResult(Path(out), manifest, choice.left_out, silent, measurement, runner.shards, runner.kept)


def _work_folder(out: Path, names: int, work: str | os.PathLike[str] | None, engine: str) -> Path | None:
    """Where finished pieces are kept; a small catalog is done at once and needs none."""
    if engine == LOCAL and names < _KEPT_FROM:
        return None
    return out.with_name(f".{out.name}.work") if work is None else Path(work)


def _room(
    out: Path, limit: int, entities: Sequence[Entity], files: Mapping[str, bytes], dim: int, reported: bool
) -> int:
    """Bytes that names, aliases and encoder leave for spoken forms, the manifest's being a generous guess.

    Raises:
        BudgetExceededError: they leave none even with an empty manifest.
    """
    forms = sum(len(entity.surface_forms) for entity in entities)
    sizes = {name: len(data) for name, data in files.items()}
    sizes |= {ENTITIES: len(packed_entities(entities)), VECTORS_FILE: forms * (dim + 4)}
    if sum(sizes.values()) > limit:
        raise over_budget(out, sizes, limit)
    return limit - sum(sizes.values()) - _MANIFEST_BYTES - (_REPORT_BYTES if reported else 0)


def _bundle(
    name: str,
    facts: Language,
    choice: SpokenChoice,
    files: Mapping[str, bytes],
    calibration: Mapping[str, Any] | None,
    known_vectors: Mapping[str, NDArray[np.int8]],
    runner: ShardRunner,
) -> Bundle:
    card = json.loads(files["encoder.json"])
    forms: list[str] = []
    counts = np.empty(len(choice.entities), np.int32)
    for index, entity in enumerate(choice.entities):
        own = entity.surface_forms
        forms += own
        counts[index] = len(own)
    bundle = new_bundle(
        name=name,
        lang=facts.code,
        entities=choice.entities,
        vectors=_vectors(forms, int(card["dim"]), known_vectors, runner),
        form_entity=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
        encoder_files=files,
        calibration=calibration,
        recipe={
            "tool": "edge-er build",
            "encoder": card.get("name"),
            "lang": facts.code,
            **({"locale": facts.source} if facts.source else {}),
        },
    )
    spoken = {"spoken": choice.chosen, "spoken_left_out": choice.left_out}
    return bundle.with_manifest(counts={**bundle.manifest["counts"], **spoken})


def _for_updates(entities: Sequence[Entity], index: str, single_words: bool) -> dict[str, Any]:
    """What an update must know beside the manifest, where it is not as usual.

    `given_spoken`: how many spoken forms came with entities, before others were chosen.
    """
    given = {entity.id: len(entity.spoken) for entity in entities if entity.spoken}
    return {
        **({"given_spoken": given} if given else {}),
        **({"index": index} if index != AUTO else {}),
        **({"single_words": True} if single_words else {}),
    }


def _head_token_bytes(files: Mapping[str, bytes]) -> int:
    head = json.loads(files["encoder.json"]).get("head")
    if not head:
        raise EncoderError(
            "head_tokens: the encoder has no head; leave the option out, or train a head with edge-er train dipair"
        )
    return int(head["entity_tokens"] * head["dim"]) + 1


def _with_head_tokens(bundle: Bundle) -> Bundle:
    files = bundle.encoder_files
    card = json.loads(files["encoder.json"])
    encoder = Encoder.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card)
    forms = [canonical_text(form) for entity in bundle.entities for form in entity.surface_forms]
    return replace(bundle, head_tokens=form_tokens(encoder, forms))


def _offers(runner: ShardRunner, names: Sequence[str]) -> Iterator[list[Offer]]:
    """The spoken forms of each of ``names``."""
    for _, result in runner.results(SPOKEN, names):
        yield from json.loads(result)


def _vectors(
    forms: Sequence[str], dim: int, known: Mapping[str, NDArray[np.int8]], runner: ShardRunner
) -> NDArray[np.int8]:
    """int8 [forms, dim]."""
    vectors = np.empty((len(forms), dim), np.int8)
    for row, form in enumerate(forms):
        if form in known:
            vectors[row] = known[form]
    new = [row for row, form in enumerate(forms) if form not in known]
    for place, result in runner.results(VECTORS, [forms[row] for row in new]):
        vectors[new[place]] = np.frombuffer(result, np.int8).reshape(-1, dim)
    return vectors


def _golden_queries(entities: Sequence[Entity], lang: Language) -> list[str]:
    """Requests for entities spread over the catalog: the bare name, in the language, and in English."""
    named = [entity for entity in entities if canonical_text(entity.name)] or list(entities)
    step = max(1, len(named) // GOLDEN_REQUESTS)
    own, english = (Carriers.of_language(each).phrases[:2][-1] for each in (lang, "en"))
    carriers = ("{}", own, english)
    chosen = named[::step][:GOLDEN_REQUESTS]
    return [
        *(carriers[place % 3].replace("{}", entity.name) for place, entity in enumerate(chosen)),
        *AWKWARD,
    ]
