"""Bundle: a catalog, its vectors, the encoder that made them, and a manifest that describes them.

The files of a bundle, in a directory or in an uncompressed zip:

    manifest.json        sizes and SHA-256 of the others, budget, recipe, quality, calibration, golden requests
    encoder.onnx, tokenizer.json, encoder.json
    entities.jsonl.gz    one entity a line, sorted by id, gzip
    vectors.safetensors  "vectors" int8 [forms, dim], "entity" int32 [forms]: the line of each form's entity, from 0
    streams.jsonl        stream addresses, outside the budget
    head.onnx            the pair head, if the encoder has one
    head_tokens.safetensors  the forms' tokens for it, if the bundle keeps them: "tokens" int8 [forms, M, D],
                         "lengths" uint8 [forms]
    index.faiss          the FAISS index of a large catalog
    sound_pieces.safetensors  n-grams of sound codes in a large catalog: "pieces" uint32 [n-grams, 3] their code points,
                         "forms" int32 [n-grams] how many forms have each
    words.safetensors    words of a large catalog: "text" uint8 [bytes], "having" int32 [words], "forms" int32
                         [words of all forms]; see `edge_er.index.stored_words.WordPostings`
    popular_forms.safetensors  "forms" int32 [n]: the forms that a two-level index searches first

The manifest's own checksum is computed over its bytes with the 64 digits of `manifest_sha256` replaced by zeros.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.candidate_counts import with_candidates
from edge_er.bundle.checks import check_arrays, check_encoder, check_needed, check_vectors
from edge_er.bundle.contents import read_contents
from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import EntityStore, packed_entities, streams_jsonl
from edge_er.bundle.locate import find_bundle
from edge_er.bundle.manifest import (
    BUNDLE_FILES,
    ENTITIES,
    HEAD_TOKENS,
    STREAMS,
    VECTORS,
    counted_sizes,
    over_budget,
    seal,
    unpacked_bound,
)
from edge_er.bundle.reader import MANIFEST
from edge_er.bundle.storage import parse_size, write_directory, write_zip
from edge_er.bundle.trust import NO_TRUST, Trust
from edge_er.bundle.verification import read_arrays
from edge_er.encoder.encoder import ENCODER_FILES
from edge_er.encoder.pair_head import HEAD_FILE, FormTokens
from edge_er.errors import BundleCorruptError, BundleError
from edge_er.index.faiss_index import FAISS, INDEX_FILE
from edge_er.index.held_file import HeldFile
from edge_er.index.ngram_weights import NGRAMS_FILE, NgramCounts
from edge_er.index.stored_words import WORDS_FILE, WordPostings
from edge_er.index.two_level import POPULAR_FILE
from edge_er.text.distinct import distinct

__all__ = [
    "BUNDLE_FILES",
    "ENTITIES",
    "HEAD_TOKENS",
    "STREAMS",
    "VECTORS",
    "Bundle",
    "find_bundle",
    "new_bundle",
    "over_budget",
    "parse_size",
    "read_bundle",
    "read_files",
    "write_bundle",
    "write_files",
]

_CARD_IN_MANIFEST = ("name", "languages", "dim", "max_tokens", "vocab_size", "parameters", "quantisation")
_ARRAYS = {
    VECTORS: ("vectors", "entity"),
    HEAD_TOKENS: ("tokens", "lengths"),
    NGRAMS_FILE: ("pieces", "forms"),
    WORDS_FILE: ("text", "having", "forms"),
    POPULAR_FILE: ("forms",),
}


@dataclass(frozen=True)
class Bundle:
    """The contents of a bundle.

    Attributes:
        manifest: manifest.json.
        entities: sorted by id.
        vectors: int8 [forms, dim]; those of a large catalog in a directory stay in their file.
        form_entity: int32 [forms], the index in `entities` of each form's entity.
        encoder_files: contents by name, with head.onnx if the encoder has a head.
        head_tokens: the forms' tokens for the head, if the bundle keeps them.
        index: the FAISS index of a large catalog, in bytes or in a verified file that is held open.
        ngram_counts: how many forms have each n-gram, in a large catalog.
        popular_forms: int32 [n], indices of the forms that a two-level index searches first.
        place: where it was read; None for one that was made in memory.
        word_postings: which forms have each word, in a large catalog; in a directory they stay in their file.
    """

    manifest: Mapping[str, Any]
    entities: Sequence[Entity]
    vectors: NDArray[np.int8]
    form_entity: NDArray[np.int32]
    encoder_files: Mapping[str, bytes]
    head_tokens: FormTokens | None = None
    index: bytes | HeldFile | None = None
    ngram_counts: NgramCounts | None = None
    popular_forms: NDArray[np.int32] | None = None
    word_postings: WordPostings | None = None
    place: Path | None = None

    def with_manifest(self, **changes: Any) -> Bundle:
        """The same bundle with other manifest fields (report, golden, calibration, ...)."""
        return replace(self, manifest={**self.manifest, **changes})


def new_bundle(
    *,
    name: str,
    lang: str,
    entities: Sequence[Entity],
    vectors: NDArray[np.int8],
    form_entity: NDArray[np.int32],
    encoder_files: Mapping[str, bytes],
    calibration: Mapping[str, Any] | None = None,
    recipe: Mapping[str, Any] | None = None,
) -> Bundle:
    """A bundle in memory, for `EntityResolver(bundle)` or `write_bundle`.

    `entities` are sorted by id. `vectors` are `quantise(encoder.encode(forms), card["vector_scale"])`.

    Raises:
        BundleError: the entities are not sorted by id, an id occurs twice, or the vectors do not fit entities or
            encoder.
    """
    _check_order(name, entities)
    _check_vectors(vectors, form_entity, len(entities))
    card = json.loads(encoder_files["encoder.json"])
    if vectors.shape[1] != card["dim"]:
        raise BundleError(
            f"bundle {name!r}: expected vectors of {card['dim']} dimensions as the encoder gives, "
            f"found {vectors.shape[1]}; encode the forms with this encoder"
        )
    aliases = sum(len(entity.aliases) for entity in entities)
    manifest = {
        "name": name,
        "lang": lang,
        "version": "1",
        "counts": {"entities": len(entities), "aliases": aliases, "forms": len(vectors)},
        "encoder": {key: card[key] for key in _CARD_IN_MANIFEST if key in card},
        "index": {"kind": "exact", "dim": card["dim"], "scale": card["vector_scale"]},
        "calibration": dict(calibration if calibration is not None else card.get("calibration") or {}),
        **({"rerank": with_candidates(card["rerank"], len(vectors))} if card.get("rerank") else {}),
        "report": {},
        "golden": [],
        "recipe": dict(recipe or {}),
    }
    return Bundle(manifest, entities, vectors, form_entity, dict(encoder_files))


def read_bundle(name_or_path: str | os.PathLike[str], trust: Trust = NO_TRUST) -> Bundle:
    """Read a shipped bundle, a directory or a zip; every size and checksum is verified, and what `trust` asks for.

    Raises:
        BundleNotFoundError: there is no such bundle.
        BundleVersionError: a newer version of this package wrote it.
        BundleCorruptError: a file is missing, or differs from what the manifest says.
        BundleBusyError: other versions took its place again and again while it was read.
        BundleUntrustedError: it is not what `trust` asks for.
    """
    path, manifest, _, files, held = read_contents(name_or_path, _kept_on_disk, trust)
    for name in (*ENCODER_FILES, ENTITIES, VECTORS):
        if name not in manifest["files"]:
            raise BundleCorruptError(f"{path}: the manifest does not list {name}; build the bundle again")
    check_needed(manifest, path)
    entities = EntityStore(files[ENTITIES], files.get(STREAMS), unpacked_bound(manifest))
    card = check_encoder(files, path)
    arrays: dict[str, Any] = {}
    for name, wanted in _ARRAYS.items():
        found = held.get(name, files.get(name))
        arrays[name] = None
        if found is not None:
            arrays[name] = check_arrays(name, read_arrays(found, name, wanted, path), path)
    check_vectors(arrays, entities, manifest, card, path)
    vectors, form_entity = arrays[VECTORS]
    _check_vectors(vectors, form_entity, len(entities))
    if manifest["index"]["kind"] != FAISS:
        entities.check()  # a large catalog is checked line by line as it is read: reading all of it takes seconds
    postings, popular = arrays[WORDS_FILE], arrays[POPULAR_FILE]
    return Bundle(
        manifest=manifest,
        entities=entities,
        vectors=vectors,
        form_entity=form_entity,
        encoder_files={name: files[name] for name in (*ENCODER_FILES, HEAD_FILE) if name in files},
        head_tokens=arrays[HEAD_TOKENS],
        index=held.get(INDEX_FILE, files.get(INDEX_FILE)),
        ngram_counts=arrays[NGRAMS_FILE],
        popular_forms=None if popular is None else popular[0],
        word_postings=None if postings is None else WordPostings(*postings),
        place=_lasting(Path(name_or_path), path),
    )


def _lasting(given: Path, found: Path) -> Path:
    """The absolute path of a bundle, also where its previous version was read while another one replaced it."""
    between = given.name and found == previous_version(given)
    return (given if between else found).absolute()


def read_files(path: Path) -> dict[str, bytes]:
    """Contents of all files of the bundle at `path` by name; every size and checksum is verified.

    Raises:
        BundleVersionError, BundleCorruptError, BundleBusyError: see `read_bundle`.
    """
    contents = read_contents(path)
    return {MANIFEST: contents.data, **contents.files}


def _kept_on_disk(manifest: Mapping[str, Any], place: Path) -> Sequence[str]:
    """The files of a large catalog that stay on disk."""
    return (VECTORS, INDEX_FILE, WORDS_FILE) if INDEX_FILE in manifest["files"] and place.is_dir() else ()


def write_bundle(
    path: str | os.PathLike[str], bundle: Bundle, budget: str | int | None = "2MB", keep: bool = False
) -> dict[str, Any]:
    """Write a bundle as a directory, or as a zip if `path` ends in .zip; whole or not at all.

    The same bundle gives the same bytes. `budget` limits the size of all files but the stream addresses; None is no
    limit. `keep` keeps the previous version beside the new one. Returns the manifest as written.

    Raises:
        BudgetExceededError: the bundle is larger than `budget`. The message lists the files; nothing is written.
        BundleError: `path` cannot be replaced, or an entity cannot be written.
    """
    from safetensors.numpy import save

    files = dict(bundle.encoder_files)
    files[ENTITIES] = packed_entities(bundle.entities)
    files[VECTORS] = save({"vectors": bundle.vectors, "entity": bundle.form_entity})
    popular = None if bundle.popular_forms is None else (bundle.popular_forms,)
    kept = {
        HEAD_TOKENS: bundle.head_tokens,
        NGRAMS_FILE: bundle.ngram_counts,
        POPULAR_FILE: popular,
        WORDS_FILE: bundle.word_postings,
    }
    for name, arrays in kept.items():
        if arrays is not None:
            files[name] = save(dict(zip(_ARRAYS[name], arrays, strict=True)))
    if bundle.index is not None:
        files[INDEX_FILE] = bundle.index if isinstance(bundle.index, bytes) else bundle.index.read_bytes()
    streams = streams_jsonl(bundle.entities)
    if streams is not None:
        files[STREAMS] = streams
    limit = None if budget is None else parse_size(budget)
    manifest, files[MANIFEST] = seal(bundle.manifest, files, limit)
    if limit is not None and manifest["size_bytes"] > limit:
        raise over_budget(path, counted_sizes(files), limit)
    target = Path(path)
    write_files(target, files, target.suffix.lower() == ".zip", keep)
    return manifest


def write_files(path: Path, files: Mapping[str, bytes], as_zip: bool, keep: bool = False) -> None:
    """Put all files of a bundle at `path`, whole or not at all; `keep` keeps the previous version beside it.

    Raises:
        BundleError: `path` cannot be replaced.
    """
    if as_zip:
        write_zip(path, files, keep)
    else:
        write_directory(path, files, BUNDLE_FILES, keep)


def _check_order(name: str, entities: Sequence[Entity]) -> None:
    for before, after in pairwise(entity.id for entity in entities):
        if before >= after:
            raise BundleError(
                f"bundle {name!r}: expected ascending ids, found {after!r} after {before!r}; sort the entities by id"
            )


def _check_vectors(vectors: NDArray[np.int8], form_entity: NDArray[np.int32], entities: int) -> None:
    found = f"found {vectors.dtype} {vectors.shape} and {form_entity.dtype} {form_entity.shape}"
    if vectors.dtype != np.int8 or vectors.ndim != 2:
        raise BundleCorruptError(
            f"{VECTORS}: expected vectors int8 [forms, dim], {found}; build the bundle again"
        )
    if form_entity.dtype != np.int32 or form_entity.shape != vectors.shape[:1]:
        raise BundleCorruptError(
            f"{VECTORS}: expected an int32 entity index for each form, {found}; build the bundle again"
        )
    if not np.array_equal(distinct(form_entity), np.arange(entities)):
        raise BundleCorruptError(
            f"{VECTORS}: expected a form for each of {entities} entities, {found}; build again"
        )
