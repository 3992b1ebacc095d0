"""A bundle's files on disk: a directory or an uncompressed zip, written whole or not at all.

The comment at the end of a zip holds the SHA-256 of all bytes before it. The checksums of the manifest cover the files;
this one also covers the zip's own headers. A zip of another tool has no such comment, and only its files are checked.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
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
from edge_er.errors import BundleCorruptError, BundleError

__all__ = [
    "MANIFEST",
    "Reader",
    "open_reader",
    "parse_size",
    "restore",
    "swap_versions",
    "write_directory",
    "write_zip",
]

MANIFEST = "manifest.json"
Reader = Callable[[str], bytes]
"""Gives the contents of a file by its name; raises BundleCorruptError if it is missing or cannot be read."""

_UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_ZIP_COMMENT = b"edge-er bundle sha256="
_ZIP_END = b"PK\x05\x06"  # the signature of the record that ends a zip
_ZIP_END_SIZE = 22  # of this record without a comment


def parse_size(size: str | int) -> int:
    """A size in bytes, from "2MB" (2,000,000), "900kB", "2MiB" (2,097,152) or a plain number.

    Raises:
        ValueError: it is not such a size.
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(size).lower())
    if not match or match[2] not in _UNITS:
        raise ValueError(f"expected a size such as 2MB, 900kB or 2MiB, found {size!r}")
    return int(float(match[1]) * _UNITS[match[2]])


def open_reader(path: Path) -> Reader:
    """A reader of the files of the bundle at `path`.

    Raises:
        BundleCorruptError: it is neither a directory nor a whole zip with a manifest.
    """
    if path.is_dir():
        return _directory_reader(path)
    try:
        return _zip_reader(path)
    except OSError as error:
        raise BundleCorruptError(f"{path}: cannot be read ({error.strerror or error})") from error


def _directory_reader(folder: Path) -> Reader:
    def read(name: str) -> bytes:
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError as error:
            raise BundleCorruptError(f"{folder}: {name} is missing; copy the bundle again") from error
        except OSError as error:
            reason = error.strerror or error
            raise BundleCorruptError(f"{folder}: {name} cannot be read ({reason})") from error

    return read


def _zip_reader(path: Path) -> Reader:
    data = path.read_bytes()
    _check_zip_comment(data, path)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (
        Exception
    ) as error:  # zipfile raises many kinds on damaged bytes (BadZipFile, struct.error, ValueError)
        raise BundleCorruptError(
            f"{path}: not a whole zip ({error}); copy it again or build it again"
        ) from error
    manifests = [name for name in archive.namelist() if name.rpartition("/")[2] == MANIFEST]
    if not manifests:
        raise BundleCorruptError(f"{path}: {MANIFEST} is missing; this zip is no bundle")
    folder = min(manifests, key=len)[: -len(MANIFEST)]

    def read(name: str) -> bytes:
        try:
            return archive.read(folder + name)
        except KeyError as error:
            raise BundleCorruptError(f"{path}: {name} is missing; copy the bundle again") from error
        except Exception as error:  # BadZipFile, zlib.error, struct.error, ...
            raise BundleCorruptError(f"{path}: {name} is damaged ({error}); copy the bundle again") from error

    return read


def _check_zip_comment(data: bytes, path: Path) -> None:
    """Check every byte of a zip that this package wrote; a zip without a comment is of another tool and passes."""
    # Without a comment, a zip ends in a record of 22 bytes whose last two, the length of the comment, are 0. With our
    # comment it ends in 64 hexadecimal digits: the SHA-256 of everything before them.
    if data[-_ZIP_END_SIZE : -_ZIP_END_SIZE + 4] == _ZIP_END and data[-2:] == b"\0\0":
        return
    body, found = data[:-64], data[-64:]
    if not body.endswith(_ZIP_COMMENT) or hashlib.sha256(body).hexdigest().encode() != found:
        raise BundleCorruptError(f"{path}: damaged or not a bundle (checksum of the zip); copy it again")


def zip_bytes(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    """The zip of `files`, sorted by name and with a fixed date; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _ZIP_DATE)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name], method)
        archive.comment = _ZIP_COMMENT + b"0" * 64  # room for the digits of the checksum
    body = buffer.getvalue()[:-64]
    return body + hashlib.sha256(body).hexdigest().encode()


def write_zip(path: Path, files: Mapping[str, bytes], keep: bool = False) -> None:
    """Put the zip of `files` at `path`, whole or not at all; `keep` keeps the old one at `previous_version(path)`.

    Raises:
        BundleError: `path` is a directory.
    """
    check_replaceable(path)
    write_file(path, zip_bytes(files), keep)
    if not keep:
        previous_version(path).unlink(missing_ok=True)


def write_directory(path: Path, files: Mapping[str, bytes], known: Iterable[str], keep: bool = False) -> None:
    """Put a directory of `files` at `path`, whole or not at all.

    The old directory is renamed to `previous_version(path)` until the new one is in place; with `keep` it stays there.
    Files of it that are not `known` to the format, such as a model card, are copied into the new one.

    Raises:
        BundleError: `path` is a file, or a directory without a bundle.
    """
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
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def swap_versions(path: Path) -> None:
    """Exchange the bundle at `path` and its `previous_version`; a second time undoes the first.

    Raises:
        BundleError: there is no older version.
    """
    previous = previous_version(path)
    if not previous.exists():
        raise BundleError(
            f"{path}: expected a previous version beside it, found none; only the one before the last update or delta "
            "is kept, so build or copy the older one again"
        )
    if not path.exists():
        previous.rename(path)
        return
    prepare_folder(path)
    # No file system exchanges two names in one step. A file gets a second name first, so `path` always exists. A
    # directory cannot have two names: between its renames only the previous version exists, and `restore` or
    # `find_bundle` finds it there if the process is killed.
    if previous.is_file():
        newer = second_name(path)
    else:
        newer = temporary_folder(path) / path.name
        path.rename(newer)
    previous.replace(path)
    newer.replace(previous)
    sync_directory(path.parent)
    prepare_folder(path)


def restore(path: Path) -> None:
    """Put the previous directory back if a write was killed between its two renames."""
    previous = previous_version(path)
    if previous.is_dir() and not path.exists():
        previous.rename(path)


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
    if old.is_dir():
        for extra in old.iterdir():
            if extra.name not in known:
                copy = shutil.copytree if extra.is_dir() else shutil.copy2
                copy(extra, new / extra.name)
