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
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from edge_er.bundle.atomic import previous_version
from edge_er.bundle.bundle import read_bundle, read_files, write_files
from edge_er.bundle.contents import read_contents
from edge_er.bundle.delta_units import SAME, join_units, split_units
from edge_er.bundle.json_text import parse_json
from edge_er.bundle.locate import find_bundle
from edge_er.bundle.lock import locked
from edge_er.bundle.manifest import ENTITIES, read_manifest, unpacked_bound
from edge_er.bundle.reader import open_file
from edge_er.bundle.schema import SchemaError, check
from edge_er.bundle.storage import MANIFEST, restore, swap_versions, versions_beside
from edge_er.bundle.trust import NO_TRUST, Trust, trust_of
from edge_er.bundle.verification import fingerprint
from edge_er.constants import BOUNDS
from edge_er.errors import BundleBusyError, BundleCorruptError, BundleError, DeltaError

__all__ = [
    "DELTA",
    "DELTA_VERSION",
    "Applied",
    "Delta",
    "apply_delta",
    "bundle_to_change",
    "check_unchanged",
    "patched",
    "read_delta",
    "rollback",
]

DELTA, DELTA_VERSION = "delta.json", 1
PLAN_BYTES = 64_000_000  # of delta.json


class Delta(NamedTuple):
    """A delta: the plan (delta.json), and what gives for each file the units to insert, one after another.

    `inserted` takes a file's name and how many bytes there may be. It raises a ValueError if there are more.
    """

    plan: Mapping[str, Any]
    inserted: Callable[[str, int], bytes]


class Applied(NamedTuple):
    """The bundle at `path` is now the result of a delta; `changed` is False if it was the result already."""

    path: Path
    manifest: Mapping[str, Any]
    changed: bool


def apply_delta(
    bundle: str | os.PathLike[str],
    delta: str | os.PathLike[str],
    trusted_keys: Iterable[str | os.PathLike[str]] | None = None,
) -> Applied:
    """Turn a bundle, a directory or zip, into the result of a delta; the previous version is kept beside it.

    A crash leaves the old bundle or the new one. A bundle that is the result already does not change.

    Args:
        bundle: the bundle that is changed.
        delta: the file.
        trusted_keys: public keys, as PEM or files; only a delta whose result one of them has signed is applied.

    Raises:
        BundleUntrustedError: nobody of `trusted_keys` has signed the result.
        DeltaError: the file is damaged or not a delta, is for another bundle, or does not give its result here.
        BundleNotFoundError, BundleCorruptError: there is no such bundle, or it is damaged.
    """
    change, trust = read_delta(delta), trust_of(None, trusted_keys)
    with bundle_to_change(bundle) as path:
        files = read_files(path)
        manifest = read_manifest(files[MANIFEST], path)
        if manifest["manifest_sha256"] == change.plan["result"]["manifest_sha256"]:
            return Applied(path, manifest, False)
        new = patched(files, change, Path(delta), path, trust)
        check_unchanged(path, manifest["manifest_sha256"])
        write_files(path, new, as_zip=path.is_file(), keep=True)
        return Applied(path, read_manifest(new[MANIFEST], path), True)


def rollback(bundle: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Put back the version before the last delta or update, and return its manifest. A second time undoes this.

    Raises:
        BundleError: there is no previous version.
        BundleCorruptError: the previous version is damaged; nothing is changed.
    """
    with bundle_to_change(bundle) as path:
        previous = previous_version(path)
        manifest = read_bundle(previous).manifest if previous.exists() else {}
        swap_versions(path)
        return manifest


@contextmanager
def bundle_to_change(name_or_path: str | os.PathLike[str], changes: bool = True) -> Iterator[Path]:
    """Path of a bundle that nobody else writes meanwhile; what a killed write left half done is undone first.

    Without `changes` it is only read, and takes no lock.

    Raises:
        BundleNotFoundError: there is no such bundle.
        BundleBusyError: somebody else writes it.
    """
    if not changes:
        yield find_bundle(name_or_path)
        return
    given = Path(name_or_path)
    if not given.name or not (given.exists() or versions_beside(given)):
        given = find_bundle(name_or_path)
    with locked(given):
        restore(given)
        yield find_bundle(name_or_path)


def check_unchanged(path: Path, manifest_sha256: str) -> None:
    """Check that the bundle at `path` is still the one that was read.

    Raises:
        BundleBusyError: it is another one, put there by somebody who takes no lock.
    """
    found = read_contents(path).manifest["manifest_sha256"] if path.exists() else "none"
    if found != manifest_sha256:
        raise BundleBusyError(
            f"{path}: is being replaced: it was {manifest_sha256[:12]} when it was read and is {found[:12]} now; "
            "nothing was written; try again"
        )


def read_delta(path: str | os.PathLike[str]) -> Delta:
    """Read the file of a delta. Its members are unpacked when they are needed, and no further than they may go.

    Raises:
        DeltaError: it cannot be read, is damaged or not a delta, or has another version.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(open_file(Path(path), f"{path}:").read_bytes()))
        plan = parse_json(_member(archive, DELTA, PLAN_BYTES))
        version = plan["delta_version"]
    except BundleCorruptError as error:
        raise DeltaError(str(error).replace("copy the bundle again", "copy it again")) from error
    except Exception as error:  # zipfile and json raise many kinds on damaged bytes
        raise DeltaError(f"{path}: no whole delta ({error}); copy it again") from error
    if isinstance(version, (int, float)) and not isinstance(version, bool) and version > DELTA_VERSION:
        raise DeltaError(
            f"{path}: delta version {version}; this edge-er reads {DELTA_VERSION}, so upgrade it"
        )
    try:
        check(plan, "delta")
    except SchemaError as error:
        raise DeltaError(f"{path}: {DELTA}, {error}; make the delta again") from error
    names = set(archive.namelist())
    return Delta(plan, lambda name, most: _member(archive, name, most) if name in names else b"")


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A member of a delta.

    Raises:
        ValueError: it holds more than `most` bytes.
    """
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{name}: expected {most:,} bytes at most, found more")
    return data


def patched(
    files: Mapping[str, bytes], delta: Delta, source: Path, place: Path, trust: Trust = NO_TRUST
) -> dict[str, bytes]:
    """The files of the result of `delta` by name, from those of its base.

    Args:
        files: the contents of the bundle at `place`.
        delta: how the result is made.
        source: path of the delta, for messages.
        place: path of the base, for messages.
        trust: what the result must be.

    Raises:
        BundleUntrustedError: the result is not what `trust` asks for.
        DeltaError: `files` are not those of the base, or the result differs from what its manifest says.
    """
    _check_base(files, delta, source, place)
    plans: Mapping[str, Any] = delta.plan["files"]
    if MANIFEST not in plans:
        raise DeltaError(f"{source}: {DELTA}, files: expected {MANIFEST}, found none; make the delta again")
    new = {MANIFEST: _made(MANIFEST, plans[MANIFEST], files, delta, source, BOUNDS.manifest_bytes)}
    try:
        manifest = read_manifest(new[MANIFEST], source)
    except BundleError as error:
        raise DeltaError(f"{error}; {place} stays as it was") from error
    trust.check(manifest, new[MANIFEST], source)
    listed = manifest["files"]
    if manifest["manifest_sha256"] != delta.plan["result"]["manifest_sha256"]:
        raise _differs(source, [MANIFEST], place)
    if set(plans) != {MANIFEST, *listed}:
        raise _differs(source, sorted(set(plans) ^ {MANIFEST, *listed}), place)
    for name in listed:
        most = unpacked_bound(manifest) if name == ENTITIES else listed[name]["size"]
        new[name] = _made(name, plans[name], files, delta, source, most)
    wrong = [name for name, expected in listed.items() if fingerprint(new[name]) != expected]
    if wrong:
        raise _differs(source, wrong, place)
    return new


def _differs(source: Path, names: Sequence[str], place: Path) -> DeltaError:
    return DeltaError(
        f"{source}: {', '.join(names)} would differ from what the manifest says"
        "; zlib or safetensors here may write other bytes than where the delta was made: "
        f"make it with --whole-entities, or ship the whole bundle. {place} stays as it was"
    )


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


def _made(
    name: str, how: Mapping[str, Any], files: Mapping[str, bytes], delta: Delta, source: Path, most: int
) -> bytes:
    """One file of the result, which may have `most` bytes, a packed one when it is unpacked."""
    try:
        if how["units"] == SAME:
            return files[name]
        base = split_units(how["units"], name, files) if name in files else []
        wanted = sum(length for step in how["steps"] for length in step.get("insert", ()))
        if wanted > most:
            raise ValueError(f"expected {most:,} bytes at most, found {wanted:,}")
        units = _put_together(base, how["steps"], delta.inserted(name, wanted), most)
        return join_units(how["units"], name, units, how.get("arrays"))
    except Exception as error:  # the file may be packed or cut in any way; zipfile and zlib raise many kinds
        raise DeltaError(
            f"{source}: {name}: expected steps that make the file, found wrong ones ({error!r}); make the delta again"
        ) from error


def _put_together(
    base: Sequence[bytes], steps: Sequence[Mapping[str, Any]], inserted: bytes, most: int
) -> list[bytes]:
    units: list[bytes] = []
    at = size = 0
    for step in steps:
        if "copy" in step:
            first, count = step["copy"]
            new = base[first : first + count]
            if len(new) != count:
                raise ValueError(f"no units {first} to {first + count} in the base")
        else:
            ends = list(accumulate(step["insert"], initial=at))
            new = [inserted[start:end] for start, end in pairwise(ends)]
            at = ends[-1]
        units += new
        size += sum(map(len, new))
        if size > most:
            raise ValueError(f"expected {most:,} bytes at most, found more")
    if at != len(inserted):
        raise ValueError(f"expected {at:,} inserted bytes, found {len(inserted):,}")
    return units
