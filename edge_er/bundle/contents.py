"""The files of a bundle, all of one version: verified as they are read, and read again if the bundle is replaced."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from edge_er.bundle.atomic import previous_version, traces
from edge_er.bundle.locate import find_bundle
from edge_er.bundle.manifest import read_manifest
from edge_er.bundle.reader import MANIFEST, Reader, open_reader
from edge_er.bundle.trust import NO_TRUST, Trust
from edge_er.bundle.verification import verified, verified_file
from edge_er.constants import BOUNDS
from edge_er.errors import BundleBusyError, BundleCorruptError, BundleNotFoundError
from edge_er.index.held_file import HeldFile

__all__ = ["Contents", "Keep", "read_contents", "read_version"]

_TRIES = 6
_PAUSE = 0.01  # seconds after the first try; twice as long after each one more

Keep = Callable[[Mapping[str, Any], Path], Iterable[str]]
"""Names of files that stay on disk, held open, from the manifest and the place of the bundle."""


class Contents(NamedTuple):
    """The verified files of a bundle.

    Attributes:
        place: where they were read.
        manifest: what manifest.json says.
        data: the bytes of manifest.json.
        files: contents by name, without manifest.json.
        held: files that stay on disk, by name.
    """

    place: Path
    manifest: dict[str, Any]
    data: bytes
    files: dict[str, bytes]
    held: dict[str, HeldFile]


def read_contents(
    name_or_path: str | os.PathLike[str], keep: Keep = lambda *_: (), trust: Trust = NO_TRUST
) -> Contents:
    """All files of a bundle, of one version of it, also while it is replaced.

    Raises:
        BundleNotFoundError: there is no such bundle.
        BundleVersionError: a newer version of this package wrote it.
        BundleCorruptError: a file is missing, or differs from what the manifest says.
        BundleUntrustedError: it is not what `trust` asks for.
        BundleBusyError: another version took its place again and again while it was read.
    """
    replaced: BundleCorruptError | None = None
    for attempt in range(_TRIES):
        if attempt:
            time.sleep(_PAUSE * 2 ** (attempt - 1))
        try:
            path = find_bundle(name_or_path)
            reader = open_reader(path)
        except BundleNotFoundError:
            if attempt + 1 < _TRIES and _in_between(Path(name_or_path)):
                continue
            raise
        except BundleCorruptError as error:
            if (
                path.exists() and not path.is_dir()
            ):  # a directory is never refused here: its name had gone for a moment
                raise
            replaced = error
            continue
        try:
            return _read(reader, keep, trust)
        except BundleCorruptError as error:
            if not reader.changed():
                raise
            replaced = error
        finally:
            reader.close()
    raise BundleBusyError(
        f"{os.fspath(name_or_path)}: is being replaced: in each of {_TRIES} tries another version took its place while "
        "it was read; load it again when that is done"
    ) from replaced


def read_version(reader: Reader) -> tuple[dict[str, Any], bytes]:
    """The manifest of a bundle and its bytes; every listed file is there and has its size.

    Raises:
        BundleVersionError, BundleCorruptError: see `read_contents`.
    """
    if (size := reader.size(MANIFEST)) > BOUNDS.manifest_bytes:
        raise BundleCorruptError(
            f"{reader.place}: {MANIFEST} is damaged: expected {BOUNDS.manifest_bytes:,} bytes at most, found {size:,}"
        )
    data = reader.read(MANIFEST, BOUNDS.manifest_bytes + 1)
    manifest = read_manifest(data, reader.place)
    for name, expected in manifest["files"].items():
        if (found := reader.size(name)) != expected["size"]:
            raise BundleCorruptError(
                f"{reader.place}: {name} is damaged: expected size {expected['size']}, found {found}; "
                "copy the bundle again"
            )
    return manifest, data


def _read(reader: Reader, keep: Keep, trust: Trust) -> Contents:
    manifest, data = read_version(reader)
    trust.check(manifest, data, reader.place)
    reader.check()
    listed = manifest["files"]
    kept = [name for name in keep(manifest, reader.place) if name in listed]
    maybe = {name: verified_file(reader, name, listed[name]) for name in kept}
    held = {name: file for name, file in maybe.items() if file is not None}
    files = {name: verified(reader, name, listed[name]) for name in listed if name not in held}
    return Contents(reader.place, manifest, data, files, held)


def _in_between(path: Path) -> bool:
    """Whether a bundle that was not found may be between the renames of a writer."""
    return bool(path.name) and (path.exists() or previous_version(path).exists() or bool(traces(path)))
