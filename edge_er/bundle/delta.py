"""A delta: what makes a new bundle of an old one, and nothing else.

    edge-er delta OLD NEW --out new.delta       edge-er apply BUNDLE new.delta       edge-er rollback BUNDLE

A delta is a zip. `delta.json` names the base and the result by the checksums of their manifests, and gives for each
file of the result how it comes about: kept as it is, or put together from units of the base's file (`copy`: the first
unit, how many) and of the delta (`insert`: lengths of units that follow one another in the member of the file's name).
Units are lines, or all rows of one entity in a file of arrays; docs/update.md specifies them. A result that is not to
the byte what its manifest says is never written.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.bundle import read_bundle, read_files, write_files
from edge_er.bundle.delta_units import join_units, split_units
from edge_er.bundle.locate import find_bundle
from edge_er.bundle.manifest import read_manifest
from edge_er.bundle.storage import MANIFEST, restore, swap_versions
from edge_er.bundle.verification import fingerprint
from edge_er.errors import DeltaError

__all__ = [
    "DELTA",
    "DELTA_VERSION",
    "Applied",
    "Delta",
    "apply_delta",
    "bundle_to_change",
    "patched",
    "read_delta",
    "rollback",
]

DELTA, DELTA_VERSION = "delta.json", 1


class Delta(NamedTuple):
    """A delta in memory: delta.json, and the units to insert into each file, one after another."""

    told: Mapping[str, Any]
    inserted: Mapping[str, bytes]


class Applied(NamedTuple):
    """The bundle at `path` is now the delta's result; `changed` is False where it was so before."""

    path: Path
    manifest: Mapping[str, Any]
    changed: bool


def apply_delta(bundle: str | os.PathLike[str], delta: str | os.PathLike[str]) -> Applied:
    """Make the bundle at `bundle`, a directory or zip, the delta's result; the version before stays beside it.

    A crash leaves the old bundle or the new one. A bundle that is the result already is left as it is.

    Raises:
        DeltaError: the file is no whole delta, belongs to another bundle, or does not give its result here.
        BundleNotFoundError, BundleCorruptError: there is no such bundle, or it is damaged.
    """
    path = bundle_to_change(bundle)
    told = read_delta(delta)
    files = read_files(path)
    manifest = read_manifest(files[MANIFEST], path)
    if manifest["manifest_sha256"] == told.told["result"]["manifest_sha256"]:
        return Applied(path, manifest, False)
    new = patched(files, told, Path(delta), path)
    write_files(path, new, as_zip=path.is_file(), keep=True)
    return Applied(path, read_manifest(new[MANIFEST], path), True)


def rollback(bundle: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Put the version before the last delta or update back; a second time goes forward again. Gives its manifest.

    Raises:
        BundleError: there is no version before.
        BundleCorruptError: it is damaged; nothing is changed.
    """
    path = bundle_to_change(bundle)
    previous = previous_version(path)
    manifest = read_bundle(previous).manifest if previous.exists() else {}
    swap_versions(path)
    return manifest


def bundle_to_change(name_or_path: str | os.PathLike[str]) -> Path:
    """Path of a bundle, where a write that was killed before its last step is finished first.

    Raises:
        BundleNotFoundError: there is none.
    """
    if Path(name_or_path).name:
        restore(Path(name_or_path))
    return find_bundle(name_or_path)


def read_delta(path: str | os.PathLike[str]) -> Delta:
    """A delta from its file.

    Raises:
        DeltaError: it cannot be read, is no delta, damaged, or of a newer version.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(Path(path).read_bytes())) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        told = json.loads(members.pop(DELTA))
        version = told["delta_version"]
    except OSError as error:
        raise DeltaError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # zipfile and json raise many kinds on damaged bytes
        raise DeltaError(f"{path}: no whole delta ({error}); copy it again") from error
    if version != DELTA_VERSION:
        raise DeltaError(
            f"{path}: delta version {version}; this edge-er reads {DELTA_VERSION}, so upgrade it"
        )
    return Delta(told, members)


def patched(files: Mapping[str, bytes], delta: Delta, source: Path, place: Path) -> dict[str, bytes]:
    """The files that `delta` makes of those of its base.

    Raises:
        DeltaError: `files` are another bundle than its base, or the result is not what its manifest says.
    """
    _check_base(files, delta, source, place)
    told: Mapping[str, Any] = delta.told["files"]
    new = {name: _made(name, how, files, delta, source) for name, how in told.items()}
    manifest = read_manifest(new[MANIFEST], source)
    right = manifest["manifest_sha256"] == delta.told["result"]["manifest_sha256"]
    wrong = [name for name, expected in manifest["files"].items() if fingerprint(new[name]) != expected]
    if wrong or not right or set(new) != {MANIFEST, *manifest["files"]}:
        reason = (
            f"{', '.join(wrong) or MANIFEST} would not be what the manifest says"
            "; zlib or safetensors here may write other bytes than where the delta was made: "
            "make it with --whole-entities, or ship the whole bundle"
        )
        raise DeltaError(f"{source}: {reason}. {place} stays as it was")
    return new


def _check_base(files: Mapping[str, bytes], delta: Delta, source: Path, place: Path) -> None:
    found, base = read_manifest(files[MANIFEST], place), delta.told["base"]
    if found["manifest_sha256"] != base["manifest_sha256"]:
        raise DeltaError(
            f"{source}: made for another base: expected {_named(base)}, found {_named(found)} at {place}; "
            "give the bundle it was made for, or make a delta from this one"
        )


def _named(manifest: Mapping[str, Any]) -> str:
    counts = manifest["counts"]
    return f"{manifest['name']} ({counts['entities']:,} entities, {manifest['manifest_sha256'][:12]})"


def _made(name: str, how: Mapping[str, Any], files: Mapping[str, bytes], delta: Delta, source: Path) -> bytes:
    """One file of the result."""
    try:
        if how["units"] == "same":
            return files[name]
        base = split_units(how["units"], name, files) if name in files else []
        units = _put_together(base, how["steps"], delta.inserted.get(name, b""))
        return join_units(how["units"], name, units, how.get("arrays"))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise DeltaError(
            f"{source}: {name}: not how a file is made ({error!r}); make the delta again"
        ) from error


def _put_together(base: Sequence[bytes], steps: Sequence[Mapping[str, Any]], inserted: bytes) -> list[bytes]:
    units: list[bytes] = []
    at = 0
    for step in steps:
        if "copy" in step:
            first, count = step["copy"]
            units += base[first : first + count]
        else:
            for length in step["insert"]:
                units.append(inserted[at : at + length])
                at += length
    return units
