"""Deltas made: what is new in a bundle's entity lines, vectors and manifest, and never its encoder."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import write_file
from edge_er.bundle.bundle import read_files
from edge_er.bundle.delta import DELTA, DELTA_VERSION, Delta, patched
from edge_er.bundle.delta_units import (
    LINES,
    PACKED_LINES,
    ROWS,
    SAME,
    WHOLE,
    arrays_of,
    join_units,
    split_units,
)
from edge_er.bundle.locate import find_bundle
from edge_er.bundle.manifest import ENTITIES, HEAD_TOKENS, STREAMS, VECTORS, read_manifest
from edge_er.bundle.storage import MANIFEST, zip_bytes
from edge_er.encoder.encoder import ENCODER_FILES
from edge_er.encoder.pair_head import HEAD_FILE
from edge_er.errors import DeltaError

__all__ = ["DeltaResult", "make_delta"]

_KINDS = {MANIFEST: LINES, STREAMS: LINES, ENTITIES: PACKED_LINES, VECTORS: ROWS, HEAD_TOKENS: ROWS}
_NAMED = ("name", "version", "counts", "manifest_sha256")


@dataclass(frozen=True)
class DeltaResult:
    """A delta file: its size, and how many bytes all files of the result have."""

    path: Path
    size_bytes: int
    result_bytes: int


def make_delta(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    out: str | os.PathLike[str],
    whole_entities: bool = False,
) -> DeltaResult:
    """Write what makes `new` of `old`, both a directory or zip; the same bundles give the same delta.

    Args:
        old: the bundle that devices have.
        new: the bundle that they shall have, with the same encoder.
        out: file of the delta.
        whole_entities: ship the packed entities as they are, for devices whose zlib packs otherwise than this one.

    Raises:
        DeltaError: the encoders differ.
        BundleNotFoundError, BundleCorruptError: there is no such bundle, or it is damaged.
    """
    old_path, new_path = find_bundle(old), find_bundle(new)
    base, result = read_files(old_path), read_files(new_path)
    _check_encoders(base, result, old_path, new_path)
    kinds = {**_KINDS, ENTITIES: WHOLE} if whole_entities else _KINDS
    changes, inserted = {}, {}
    for name in sorted(result):
        changes[name], inserted[name] = _change(name, kinds.get(name, WHOLE), base, result)
    manifests = [
        read_manifest(files[MANIFEST], path) for files, path in ((base, old_path), (result, new_path))
    ]
    ends = [{key: manifest.get(key) for key in _NAMED} for manifest in manifests]
    whole = {"delta_version": DELTA_VERSION, "base": ends[0], "result": ends[1], "files": changes}
    members = {name: data for name, data in inserted.items() if data}
    delta = Delta(whole, lambda name, _: members.get(name, b""))
    patched(base, delta, Path(out), old_path)  # what cannot be applied is not written
    text = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    data = zip_bytes({DELTA: text, **members}, zipfile.ZIP_DEFLATED)
    write_file(Path(out), data)
    return DeltaResult(Path(out), len(data), sum(map(len, result.values())))


def _check_encoders(base: Mapping[str, bytes], result: Mapping[str, bytes], old: Path, new: Path) -> None:
    changed = [name for name in (*ENCODER_FILES, HEAD_FILE) if base.get(name) != result.get(name)]
    if changed:
        raise DeltaError(
            f"{new}: another encoder than {old} ({', '.join(changed)}); a delta holds no encoder, ship the whole bundle"
        )


def _change(
    name: str, kind: str, base: Mapping[str, bytes], result: Mapping[str, bytes]
) -> tuple[dict[str, Any], bytes]:
    """How a file of the result is made from the base (see docs/update.md), and the bytes that are inserted."""
    if base.get(name) == result[name]:
        return {"units": SAME}, b""
    arrays = arrays_of(result[name]) if kind == ROWS else None
    units = split_units(kind, name, result)
    if join_units(kind, name, units, arrays) != result[name]:
        return _change(name, WHOLE, base, result)
    steps, inserted = _steps(split_units(kind, name, base) if name in base else [], units)
    return {"units": kind, **({"arrays": arrays} if arrays else {}), "steps": steps}, inserted


def _steps(base: Sequence[bytes], units: Sequence[bytes]) -> tuple[list[dict[str, list[int]]], bytes]:
    """Steps that copy runs of units from the base or insert new ones, and the inserted bytes, joined.

    A run of copies goes on while the next unit is the one that follows in the base; otherwise a new one begins at the
    first unit of the base that is equal.
    """
    first: dict[bytes, int] = {}
    for place, unit in enumerate(base):
        first.setdefault(unit, place)
    steps: list[dict[str, list[int]]] = []
    inserted = []
    for unit in units:
        last = steps[-1] if steps else {}
        follows = sum(last["copy"]) if "copy" in last else len(base)
        if follows < len(base) and base[follows] == unit:
            last["copy"][1] += 1
        elif unit in first:
            steps.append({"copy": [first[unit], 1]})
        else:
            inserted.append(unit)
            if "insert" not in last:
                steps.append({"insert": []})
            steps[-1]["insert"].append(len(unit))
    return steps, b"".join(inserted)
