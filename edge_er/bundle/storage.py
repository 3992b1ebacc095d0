"""A bundle's files on disk: a directory or an uncompressed zip, written whole or not at all.

The comment at the end of a zip holds the SHA-256 of all bytes before it. The checksums of the manifest cover the files;
this one also covers the zip's own headers. A zip of another tool has no such comment, and only its files are checked.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from edge_er.bundle.atomic import (
    discard,
    prepare_folder,
    previous_version,
    second_name,
    sync_directory,
    temporary_folder,
    write_file,
    write_through,
)
from edge_er.bundle.lock import locked
from edge_er.bundle.reader import MANIFEST, ZIP_COMMENT
from edge_er.errors import BundleError

__all__ = [
    "MANIFEST",
    "parse_size",
    "restore",
    "swap_versions",
    "versions_beside",
    "write_directory",
    "write_zip",
]

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def parse_size(size: str | int) -> int:
    """A size in bytes, from "2MB" (2,000,000), "900kB", "2MiB" (2,097,152) or a plain number.

    Raises:
        ValueError: it is not such a size.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(size).lower())
    if not match or match[2] not in _UNITS:
        raise ValueError(f"expected a size such as 2MB, 900kB or 2MiB, found {size!r}")
    return int(float(match[1]) * _UNITS[match[2]])


def zip_bytes(files: Mapping[str, bytes], method: int = 0) -> bytes:
    """The zip of `files`, sorted by name and with a fixed date; the same files give the same bytes."""
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name], method)
        archive.comment = ZIP_COMMENT + b"0" * 64  # room for the digits of the checksum
    body = buffer.getvalue()[:-64]
    return body + hashlib.sha256(body).hexdigest().encode()


def write_zip(path: Path, files: Mapping[str, bytes], keep: bool = False) -> None:
    """Put the zip of `files` at `path`, whole or not at all; `keep` keeps the old one at `previous_version(path)`.

    Raises:
        BundleError: `path` is a directory.
        BundleBusyError: somebody else writes `path`.
    """
    with locked(path):
        check_replaceable(path)
        restore(path)
        write_file(path, zip_bytes(files), keep)
        if not keep:
            previous_version(path).unlink(missing_ok=True)


def write_directory(path: Path, files: Mapping[str, bytes], known: Iterable[str], keep: bool = False) -> None:
    """Put a directory of `files` at `path`, whole or not at all.

    The old directory is renamed to `previous_version(path)` until the new one is in place; with `keep` it stays there.
    Files of it that are not `known` to the format, such as a model card, are copied into the new one.

    Raises:
        BundleError: `path` is a file, or a directory without a bundle.
        BundleBusyError: somebody else writes `path`.
    """
    with locked(path):
        check_replaceable(path)
        prepare_folder(path)
        restore(path)
        temporary = temporary_folder(path)
        try:
            for name, data in files.items():
                with (temporary / name).open("wb") as file:
                    write_through(file, data)
            _carry_over(path, temporary, {*known, *files})
            temporary.chmod(0o755)
            sync_directory(temporary)
            _swap(path, temporary, keep)
        except BaseException:
            import shutil  # reading needs none

            shutil.rmtree(temporary, ignore_errors=True)
            raise


def swap_versions(path: Path) -> None:
    """Exchange the bundle at `path` and its `previous_version`; a second time undoes the first.

    A process that is killed at any moment leaves both versions; `restore` puts them in their places.

    Raises:
        BundleError: there is no older version.
        BundleBusyError: somebody else writes `path`.
    """
    with locked(path):
        prepare_folder(path)
        restore(path)
        previous, newer = previous_version(path), _newer_version(path)
        if not previous.exists():
            raise BundleError(
                f"{path}: expected a previous version beside it, found none; only the one before the last update or "
                "delta is kept, so build or copy the older one again"
            )
        # No file system exchanges two names in one step. A file gets a second name first, so `path` always exists. A
        # directory cannot have two names: after the first rename only the previous version exists, and `find_bundle`
        # finds it there.
        if previous.is_file():
            second_name(path).replace(newer)
        else:
            path.rename(newer)
        previous.replace(path)
        newer.replace(previous)
        sync_directory(path.parent)


def restore(path: Path) -> None:
    """Put versions back in their places where a writer was killed between two renames.

    Only for who holds the lock of `path`.
    """
    previous, newer = previous_version(path), _newer_version(path)
    if newer.exists():  # exchanging two versions was broken off
        if not path.exists():
            newer.rename(path)
        elif not previous.exists():
            newer.rename(previous)
        elif newer.is_file():  # the second name of what is at `path`
            newer.unlink()
        else:
            import shutil

            shutil.rmtree(newer, ignore_errors=True)
    if previous.is_dir() and not path.exists():
        previous.rename(path)


def versions_beside(path: Path) -> bool:
    """Whether another version of `path` lies beside it."""
    return previous_version(path).exists() or _newer_version(path).exists()


def _newer_version(path: Path) -> Path:
    """Where the newer of two versions waits while they are exchanged."""
    return path.with_name(f".{path.name}.newer")


def _swap(path: Path, new: Path, keep: bool) -> None:
    previous = previous_version(path)
    if path.exists():
        discard(previous)
        path.rename(previous)
    try:
        new.rename(path)
    except BaseException:
        restore(path)
        raise
    sync_directory(path.parent)
    if not keep:
        discard(previous)


def check_replaceable(path: Path) -> None:
    """Check that a bundle may be written to `path`.

    Raises:
        BundleError: a zip would replace a directory or the other way round, or `path` is a directory without a bundle.
    """
    zipped = path.suffix.lower() == ".zip"
    if zipped and path.is_dir():
        raise BundleError(f"{path}: is a directory; give another name for the zip")
    if not zipped and path.is_file():
        raise BundleError(f"{path}: is a file; give a directory, or a name ending in .zip")
    if path.is_dir() and any(path.iterdir()) and not (path / MANIFEST).is_file():
        raise BundleError(
            f"{path}: is a directory that holds no bundle, so it is not replaced; give another path"
        )


def _carry_over(old: Path, new: Path, known: set[str]) -> None:
    import shutil

    if old.is_dir():
        for extra in old.iterdir():
            if extra.name not in known:
                copy = shutil.copytree if extra.is_dir() else shutil.copy2
                copy(extra, new / extra.name)
