"""Manifest: manifest.json describes a bundle, with the size and checksum of every file; names of a bundle's files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_er.bundle.json_text import parse_json
from edge_er.bundle.reader import MANIFEST
from edge_er.bundle.schema import SchemaError, check
from edge_er.bundle.trust import ALGORITHM, DIGITS, Signer, value_place
from edge_er.bundle.verification import fingerprint
from edge_er.constants import BOUNDS
from edge_er.encoder.encoder import ENCODER_FILES
from edge_er.encoder.pair_head import HEAD_FILE
from edge_er.errors import BudgetExceededError, BundleCorruptError, BundleError, BundleVersionError
from edge_er.index.faiss_index import INDEX_FILE
from edge_er.index.ngram_weights import NGRAMS_FILE
from edge_er.index.stored_words import WORDS_FILE
from edge_er.index.two_level import POPULAR_FILE

__all__ = [
    "BUNDLE_FILES",
    "ENTITIES",
    "HEAD_TOKENS",
    "STREAMS",
    "VECTORS",
    "counted_sizes",
    "over_budget",
    "quality_report",
    "read_manifest",
    "seal",
    "unpacked_bound",
]

FORMAT_VERSION = 2  # the largest that is read; `_format` says which one a bundle is written in
ENTITIES, VECTORS, STREAMS = "entities.jsonl.gz", "vectors.safetensors", "streams.jsonl"
HEAD_TOKENS = "head_tokens.safetensors"
_PARTS_OF_LARGE = (INDEX_FILE, NGRAMS_FILE, POPULAR_FILE, WORDS_FILE)
_PARTS = (ENTITIES, VECTORS, STREAMS, HEAD_FILE, HEAD_TOKENS, *_PARTS_OF_LARGE)
BUNDLE_FILES = (MANIFEST, *ENCODER_FILES, *_PARTS)
UNPACKED_TIMES, UNPACKED_LEAST = (
    100,
    1_000_000,
)  # for manifests that do not say how large unpacked entities are
_FEATURES_OF_1 = {"cosine", "heard"}  # that a calibration of format 1 weighs
_SEALED = ("format_version", "manifest_sha256", "signature", "budget_bytes", "size_bytes", "bounds", "files")
_SEAL = '"manifest_sha256": "'
_MISSING: dict[str, Any] = {  # what a manifest need not have
    "version": "",
    "encoder": {},
    "calibration": {},
    "report": {},
    "golden": [],
    "recipe": {},
    "budget_bytes": None,
}


def seal(
    manifest: Mapping[str, Any], files: Mapping[str, bytes], budget: int | None, signer: Signer | None = None
) -> tuple[dict[str, Any], bytes]:
    """The manifest with sizes and checksums, signed by `signer` if there is one, and the bytes of manifest.json.

    `size_bytes` includes manifest.json, whose length depends on the digits of `size_bytes`: it is written again until
    the size no longer changes. Its checksum is that of its bytes with zeros in the place of the checksum.

    Raises:
        BundleError: the manifest is larger than a reader takes.
    """
    listed = {name: fingerprint(data) for name, data in sorted(files.items())}
    described = {key: value for key, value in manifest.items() if key not in _SEALED}
    others = sum(counted_sizes(files).values())
    size, previous = others, -1
    bounds = _bounds(files)
    empty = {"algorithm": ALGORITHM, "key": signer.public.id if signer else "", "value": "0" * DIGITS}
    signature: dict[str, Any] = {"signature": empty} if signer else {}
    while size != previous:
        sealed = {
            "format_version": _format(manifest),
            "manifest_sha256": "0" * 64,
            **signature,
            **described,
            "budget_bytes": budget,
            "size_bytes": size,
            **({"bounds": bounds} if bounds else {}),
            "files": listed,
        }
        data = (json.dumps(sealed, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode("utf-8")
        previous, size = size, others + len(data)
    if len(data) > BOUNDS.manifest_bytes:
        raise BundleError(
            f"{MANIFEST}: expected {BOUNDS.manifest_bytes:,} bytes at most, found {len(data):,}; nothing was written; "
            "give fewer entities spoken forms of their own, or cut the catalog in parts"
        )
    if signer:
        at = value_place(data)
        empty["value"] = signer.sign(data)
        data = data[:at] + empty["value"].encode() + data[at + DIGITS :]
    sealed["manifest_sha256"] = hashlib.sha256(data).hexdigest()
    return sealed, data.replace(b"0" * 64, sealed["manifest_sha256"].encode(), 1)


def _bounds(files: Mapping[str, bytes]) -> dict[str, int]:
    """The unpacked size of each packed file, which ends a gzip file of less than 4 GiB."""
    packed = files.get(ENTITIES, b"")
    return {ENTITIES: int.from_bytes(packed[-4:], "little")} if packed else {}


def unpacked_bound(manifest: Mapping[str, Any]) -> int:
    """How many bytes entities.jsonl.gz may have when it is unpacked: what the manifest says, or some times its size."""
    stated = manifest.get("bounds")
    if isinstance(stated, Mapping) and ENTITIES in stated:
        return int(stated[ENTITIES])
    return UNPACKED_TIMES * int(manifest["files"][ENTITIES]["size"]) + UNPACKED_LEAST


def _format(manifest: Mapping[str, Any]) -> int:
    """2 for a bundle that asks for something that readers of format 1 do not have, else 1, so that they read it."""
    config = manifest.get("calibration")
    calibration: Mapping[str, Any] = config if isinstance(config, Mapping) else {}
    sections = [each for each in (calibration, *calibration.values()) if isinstance(each, Mapping)]
    weighed = [section["weights"] for section in sections if isinstance(section.get("weights"), Mapping)]
    others = any(weights.keys() - _FEATURES_OF_1 for weights in weighed)
    judges_anew = others or "typed" in calibration or any(section.get("spread") for section in sections)
    return 2 if judges_anew or _newer_evidence(manifest) else 1


def _newer_evidence(manifest: Mapping[str, Any]) -> list[str]:
    """The weights of evidence that readers of format 1 do not have."""
    rerank = manifest.get("rerank")
    return [name for name in ("words", "numbers") if isinstance(rerank, Mapping) and rerank.get(name)]


def counted_sizes(files: Mapping[str, bytes]) -> dict[str, int]:
    """Size in bytes of each file that counts against the budget: all but the stream addresses."""
    return {name: len(data) for name, data in files.items() if name != STREAMS}


def over_budget(path: str | os.PathLike[str], sizes: Mapping[str, int], budget: int) -> BudgetExceededError:
    """The error for a bundle of files of these `sizes`."""
    listing = ", ".join(f"{name} {size:,}" for name, size in sorted(sizes.items(), key=lambda item: -item[1]))
    return BudgetExceededError(
        f"{path}: {sum(sizes.values()):,} bytes, over the budget of {budget:,} ({listing}); nothing was written; "
        "give a larger --budget, a smaller catalog or a smaller encoder",
        sizes=sizes,
        budget=budget,
    )


def read_manifest(data: bytes, path: Path) -> dict[str, Any]:
    """The manifest of the bundle at `path`, from the bytes of manifest.json; its checksum is verified.

    Raises:
        BundleVersionError: a newer version of this package wrote it.
        BundleCorruptError: it is damaged, or a field is missing.
    """
    try:
        if len(data) > BOUNDS.manifest_bytes:
            raise ValueError(f"expected {BOUNDS.manifest_bytes:,} bytes at most, found {len(data):,}")
        manifest = parse_json(data)
        version = manifest["format_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise BundleCorruptError(f"{path}: {MANIFEST} is damaged ({error}); copy the bundle again") from error
    if isinstance(version, (int, float)) and version > FORMAT_VERSION:
        raise BundleVersionError(
            f"{path}: bundle format {version}; this edge-er reads up to {FORMAT_VERSION}, so upgrade it"
        )
    if version == 1 and _newer_evidence(manifest):
        raise BundleCorruptError(
            f"{path}: {MANIFEST} has rerank.{_newer_evidence(manifest)[0]}, which needs format 2; build the bundle "
            "again"
        )
    start = data.find(_SEAL.encode()) + len(_SEAL)
    blank = data[:start] + b"0" * 64 + data[start + 64 :]
    if data[start : start + 64] != hashlib.sha256(blank).hexdigest().encode():
        raise BundleCorruptError(f"{path}: {MANIFEST} is damaged (checksum); copy the bundle again")
    try:
        check(manifest, "manifest")
    except SchemaError as error:
        raise BundleCorruptError(f"{path}: {MANIFEST}, {error}; build the bundle again") from error
    for name in manifest["files"]:
        if name not in BUNDLE_FILES:
            raise BundleCorruptError(f"{path}: {MANIFEST} lists {name!r}, which is no file of a bundle")
    return {**manifest, **{name: value for name, value in _MISSING.items() if name not in manifest}}


def quality_report(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Measured quality, counts and sizes of a bundle; None for what the manifest does not have yet."""
    sizes = {key: manifest.get(key) for key in ("name", "lang", "counts", "size_bytes", "budget_bytes")}
    return {"recall_at_1": {}, **manifest.get("report", {}), **sizes}
