"""A catalog becomes a bundle: records -> entities -> surface forms -> vectors -> bundle, within its budget."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.form_choice import SpokenChoice, choose_spoken_forms
from catalog_tools.language import language
from catalog_tools.record_entities import RecordLike, entities_of
from catalog_tools.requests import Carriers
from catalog_tools.shards import form_vectors
from edge_er.bundle import Bundle, new_bundle, parse_size, read_bundle, write_bundle
from edge_er.encoder import Encoder, read_encoder_files
from edge_er.entity import Entity
from edge_er.entity_file import packed_entities
from edge_er.errors import EncoderError
from edge_er.evaluate import bundle_report, manifest_report
from edge_er.head import form_tokens
from edge_er.normalize import canonical_text
from edge_er.requests_file import read_requests
from edge_er.resolver import EntityResolver
from edge_er.shipped import find_encoder

__all__ = ["BuildResult", "build_bundle"]

GOLDEN_REQUESTS = 12
AWKWARD = ("", "🎵📻", "asdf qwer zxcv")  # golden requests that no bundle may answer
PROGRESS_FROM = 5000  # forms
_FORMS_AT_ONCE = 4096
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
    """

    path: Path
    manifest: Mapping[str, Any]
    spoken_left_out: int
    without_text: tuple[str, ...]


def build_bundle(
    records: str | Path | Iterable[RecordLike],
    out: str | os.PathLike[str],
    lang: str = "en",
    encoder: str | os.PathLike[str] = "multilingual-32-hpd64",
    budget: str | int | None = "2MB",
    name: str | None = None,
    previous: str | os.PathLike[str] | None = None,
    requests: str | os.PathLike[str] | None = None,
    calibration: Mapping[str, Any] | None = None,
    head_tokens: bool = False,
    known_vectors: Mapping[str, NDArray[np.int8]] | None = None,
) -> BuildResult:
    """Build a bundle of a catalog; one record is one entity, and the same input gives the same bytes.

    Args:
        records: a CSV, TSV, JSONL or Parquet file, or records, entities or mappings (``name``, ``id``?, ``aliases``?,
            everything else metadata).
        out: a directory, or a path ending in ``.zip``; replaced when the new bundle is whole.
        lang: language of the names, one of de, en, es, fr, it; "en" as on the command line.
        encoder: name of a shipped encoder, or an encoder folder.
        budget: size limit without stream addresses ("2MB"); None for none. Spoken forms use what names leave of it.
        name: the bundle's name; by default that of ``out``.
        previous: a bundle whose ids stay with records that have no id of their own.
        requests: a request file; the bundle's quality on it is stored in the manifest.
        calibration: scores to confidence, for the manifest; by default the encoder's.
        head_tokens: keep what a DiPair head reads of each form, where the encoder has a head; without, it is read at
            each request that the head is asked about.
        known_vectors: rows of forms, int8 [dim], that this encoder made before; only other forms are encoded. The
            bytes are those of a build without.

    Raises:
        CatalogError: the catalog cannot be used; names file, row and column.
        EncoderError: no such encoder (lists the nearest names), or a damaged one.
        BudgetExceededError: names, aliases and encoder alone are larger than ``budget``; nothing is written.
        RequestFileError: ``requests`` cannot be read.
        ValueError: ``budget`` is no size.
    """
    language(lang)
    limit = None if budget is None else parse_size(budget)
    rows = [] if requests is None else read_requests(Path(requests))
    files = read_encoder_files(find_encoder(encoder))
    known = read_bundle(previous).entities if previous is not None else ()
    entities = entities_of(records, list(known))
    dim = int(json.loads(files["encoder.json"])["dim"])
    if head_tokens:
        dim += _head_token_bytes(files)
    room = (
        None
        if limit is None
        else limit - _size_without_spoken_forms(entities, files, dim, reported=bool(rows))
    )
    choice = choose_spoken_forms(entities, lang, dim, room)
    bundle = _bundle(name or Path(out).stem, lang, choice, files, calibration, known_vectors or {})
    if head_tokens:
        bundle = _with_head_tokens(bundle)
    resolver = EntityResolver(bundle)
    bundle = bundle.with_manifest(
        golden=resolver.golden(_golden_queries(entities, lang)),
        report=manifest_report(bundle_report(resolver, rows)) if rows else {},
    )
    manifest = write_bundle(out, bundle, budget)
    silent = tuple(entity.id for entity in entities if not canonical_text(entity.name))
    return BuildResult(Path(out), manifest, choice.left_out, silent)


def _size_without_spoken_forms(
    entities: Sequence[Entity], files: Mapping[str, bytes], dim: int, reported: bool
) -> int:
    """Bytes of the bundle that count, the manifest's being a generous guess."""
    forms = sum(len(entity.surface_forms) for entity in entities)
    manifest = _MANIFEST_BYTES + (_REPORT_BYTES if reported else 0)
    return sum(map(len, files.values())) + len(packed_entities(entities)) + forms * (dim + 4) + manifest


def _bundle(
    name: str,
    lang: str,
    choice: SpokenChoice,
    files: Mapping[str, bytes],
    calibration: Mapping[str, Any] | None,
    known_vectors: Mapping[str, NDArray[np.int8]],
) -> Bundle:
    card = json.loads(files["encoder.json"])
    encoder = Encoder.from_bytes(files["encoder.onnx"], files["tokenizer.json"], card)
    forms = [(form, index) for index, entity in enumerate(choice.entities) for form in entity.surface_forms]
    bundle = new_bundle(
        name=name,
        lang=lang,
        entities=choice.entities,
        vectors=_vectors(encoder, [form for form, _ in forms], known_vectors),
        form_entity=np.array([index for _, index in forms], np.int32),
        encoder_files=files,
        calibration=calibration,
        recipe={"tool": "edge-er build", "encoder": card.get("name"), "lang": lang},
    )
    spoken = {"spoken": choice.chosen, "spoken_left_out": choice.left_out}
    return bundle.with_manifest(counts={**bundle.manifest["counts"], **spoken})


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


def _vectors(
    encoder: Encoder, forms: Sequence[str], known: Mapping[str, NDArray[np.int8]]
) -> NDArray[np.int8]:
    """int8 [forms, dim]; a progress bar on a terminal where there are many to encode."""
    from rich.console import Console
    from rich.progress import track

    new = [row for row, form in enumerate(forms) if form not in known]
    vectors = np.empty((len(forms), encoder.dim), np.int8)
    for row, form in enumerate(forms):
        if form in known:
            vectors[row] = known[form]
    console = Console(stderr=True)
    blocks = track(
        range(0, len(new), _FORMS_AT_ONCE),
        "encoding names",
        console=console,
        transient=True,
        disable=len(new) < PROGRESS_FROM or not console.is_terminal,
    )
    for at in blocks:
        rows = new[at : at + _FORMS_AT_ONCE]
        vectors[rows] = form_vectors(encoder, [forms[row] for row in rows])
    return vectors


def _golden_queries(entities: Sequence[Entity], lang: str) -> list[str]:
    """Requests for entities spread over the catalog: the bare name, in the language, and in English."""
    named = [entity for entity in entities if canonical_text(entity.name)] or list(entities)
    step = max(1, len(named) // GOLDEN_REQUESTS)
    carriers = ("{}", Carriers.of_language(lang).phrases[1], Carriers.of_language("en").phrases[1])
    chosen = named[::step][:GOLDEN_REQUESTS]
    return [
        *(carriers[place % 3].replace("{}", entity.name) for place, entity in enumerate(chosen)),
        *AWKWARD,
    ]
