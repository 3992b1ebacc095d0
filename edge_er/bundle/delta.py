"""Delta: a file that turns an old bundle into a new one, with only what is new in it.

    edge-er delta OLD NEW --out new.delta       edge-er apply BUNDLE new.delta       edge-er rollback BUNDLE

A delta is a zip. Its `delta.json`, the plan, names base and result by the checksums of their manifests. For each file
of the result it says how the file is made: it is kept, or put together of units of the base's file (`copy`: first unit
and number) and units of the delta (`insert`: the lengths of consecutive units in the zip's member of that name). A unit
is a line, or all rows of one entity in a file of arrays; docs/update.md specifies them. If any byte of the result
differs from what its manifest says, nothing is written.
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
    """A delta in memory: the plan (delta.json), and for each file the units to insert, one after another."""

    plan: Mapping[str, Any]
    inserted: Mapping[str, bytes]


class Applied(NamedTuple):
    """The bundle at `path` is now the result of a delta; `changed` is False if it was the result already."""

    path: Path
    manifest: Mapping[str, Any]
    changed: bool


def apply_delta(bundle: str | os.PathLike[str], delta: str | os.PathLike[str]) -> Applied:
    """Turn a bundle, a directory or zip, into the result of a delta; the previous version is kept beside it.

    A crash leaves the old bundle or the new one. A bundle that is the result already does not change.

    Raises:
        DeltaError: the file is damaged or not a delta, is for another bundle, or does not give its result here.
        BundleNotFoundError, BundleCorruptError: there is no such bundle, or it is damaged.
    """
    path = bundle_to_change(bundle)
    change = read_delta(delta)
    files = read_files(path)
    manifest = read_manifest(files[MANIFEST], path)
    if manifest["manifest_sha256"] == change.plan["result"]["manifest_sha256"]:
        return Applied(path, manifest, False)
    new = patched(files, change, Path(delta), path)
    write_files(path, new, as_zip=path.is_file(), keep=True)
    return Applied(path, read_manifest(new[MANIFEST], path), True)


def rollback(bundle: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Put back the version before the last delta or update, and return its manifest. A second time undoes this.

    Raises:
        BundleError: there is no previous version.
        BundleCorruptError: the previous version is damaged; nothing is changed.
    """
    path = bundle_to_change(bundle)
    previous = previous_version(path)
    manifest = read_bundle(previous).manifest if previous.exists() else {}
    swap_versions(path)
    return manifest


def bundle_to_change(name_or_path: str | os.PathLike[str]) -> Path:
    """Path of a bundle; what a killed write left half done is undone first.

    Raises:
        BundleNotFoundError: there is no such bundle.
    """
    if Path(name_or_path).name:
        restore(Path(name_or_path))
    return find_bundle(name_or_path)


def read_delta(path: str | os.PathLike[str]) -> Delta:
    """Read the file of a delta.

    Raises:
        DeltaError: it cannot be read, is damaged or not a delta, or has another version.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(Path(path).read_bytes())) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        plan = json.loads(members.pop(DELTA))
        version = plan["delta_version"]
    except OSError as error:
        raise DeltaError(f"{path}: cannot be read ({error.strerror or error})") from error
    except Exception as error:  # zipfile and json raise many kinds on damaged bytes
        raise DeltaError(f"{path}: no whole delta ({error}); copy it again") from error
    if version != DELTA_VERSION:
        raise DeltaError(
            f"{path}: delta version {version}; this edge-er reads {DELTA_VERSION}, so upgrade it"
        )
    return Delta(plan, members)


def patched(files: Mapping[str, bytes], delta: Delta, source: Path, place: Path) -> dict[str, bytes]:
    """The files of the result of `delta` by name, from those of its base.

    Args:
        files: the contents of the bundle at `place`.
        delta: how the result is made.
        source: path of the delta, for messages.
        place: path of the base, for messages.

    Raises:
        DeltaError: `files` are not those of the base, or the result differs from what its manifest says.
    """
    _check_base(files, delta, source, place)
    file_plans: Mapping[str, Any] = delta.plan["files"]
    new = {name: _made(name, how, files, delta, source) for name, how in file_plans.items()}
    manifest = read_manifest(new[MANIFEST], source)
    right = manifest["manifest_sha256"] == delta.plan["result"]["manifest_sha256"]
    wrong = [name for name, expected in manifest["files"].items() if fingerprint(new[name]) != expected]
    if wrong or not right or set(new) != {MANIFEST, *manifest["files"]}:
        reason = (
            f"{', '.join(wrong) or MANIFEST} would differ from what the manifest says"
            "; zlib or safetensors here may write other bytes than where the delta was made: "
            "make it with --whole-entities, or ship the whole bundle"
        )
        raise DeltaError(f"{source}: {reason}. {place} stays as it was")
    return new


def _check_base(files: Mapping[str, bytes], delta: Delta, source: Path, place: Path) -> None:
    found, base = read_manifest(files[MANIFEST], place), delta.plan["base"]
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
            f"{source}: {name}: expected steps that make the file, found wrong ones ({error!r}); make the delta again"
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
