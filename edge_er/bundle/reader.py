"""Readers: the files of a bundle in a directory or a zip, each opened once and never read beyond its bound."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from edge_er.errors import BundleCorruptError
from edge_er.index.held_file import HeldFile, Stamp, stamp_of

if TYPE_CHECKING:
    import zipfile

__all__ = ["MANIFEST", "ZIP_COMMENT", "Reader", "open_file", "open_reader"]

MANIFEST = "manifest.json"
ZIP_COMMENT = b"edge-er bundle sha256="

_HASH = 64  # hexadecimal digits of a SHA-256
_ZIP_END = b"PK\x05\x06"  # the signature of the record that ends a zip
_ZIP_END_SIZE = 22  # of this record without a comment
_AT_ONCE = 1 << 20
# A pipe would block until somebody writes into it; so it is opened without waiting, and then refused.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Reader(ABC):
    """The files of the bundle at `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place

    @abstractmethod
    def size(self, name: str) -> int:
        """The size of a file in bytes, without reading it.

        Raises:
            BundleCorruptError: it is missing, or no regular file.
        """

    @abstractmethod
    def read(self, name: str, most: int) -> bytes:
        """Contents of a file, at most `most` bytes of it.

        Raises:
            BundleCorruptError: it is missing, no regular file, or cannot be read.
        """

    @abstractmethod
    def changed(self) -> bool:
        """Whether something else has taken the bundle's place since it was opened."""

    def held(self, name: str) -> HeldFile | None:
        """A file, held open; None in a zip."""
        return None

    @abstractmethod
    def check(self) -> None:
        """Check what covers all files at once, where there is such a thing.

        Raises:
            BundleCorruptError: it differs.
        """

    @abstractmethod
    def close(self) -> None:
        """Close what is open; files that are held stay open."""


def open_reader(path: Path) -> Reader:
    """A reader of the files of the bundle at `path`.

    Raises:
        BundleCorruptError: it is neither a directory nor a regular file that can be opened.
    """
    return _Directory(path) if path.is_dir() else _Zip(path)


def open_file(file: Path, shown: str) -> HeldFile:
    """A regular file, opened for reading; `shown` is what messages call it.

    Raises:
        BundleCorruptError: it is missing, cannot be opened, or is a pipe, a device or a directory.
    """
    try:
        held = HeldFile(os.open(file, _FLAGS))
    except FileNotFoundError as error:
        raise BundleCorruptError(f"{shown} is missing; copy the bundle again") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BundleCorruptError(f"{shown} cannot be read ({reason}); copy the bundle again") from error
    if not held.regular:
        raise BundleCorruptError(f"{shown} cannot be read (no regular file); copy the bundle again")
    return held


class _Directory(Reader):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._open: dict[str, HeldFile] = {}
        self._folder = _identity(folder)
        self._stamp = _stamp(folder / MANIFEST)

    def held(self, name: str) -> HeldFile:
        if name not in self._open:
            self._open[name] = open_file(self.place / name, f"{self.place}: {name}")
            if name == MANIFEST:
                self._stamp = self._open[name].stamp
        return self._open[name]

    def size(self, name: str) -> int:
        return self.held(name).size

    def read(self, name: str, most: int) -> bytes:
        try:
            return self.held(name).read_bytes(most)
        except OSError as error:
            reason = error.strerror or error
            raise BundleCorruptError(f"{self.place}: {name} cannot be read ({reason})") from error

    def check(self) -> None:
        """A directory has nothing that covers all of it."""

    def changed(self) -> bool:
        # Between two renames of a writer there is no folder of this name: what is gone is not what is damaged.
        other = _stamp(self.place / MANIFEST) != self._stamp
        return other or self._folder is None or _identity(self.place) != self._folder

    def close(self) -> None:
        self._open.clear()


class _Zip(Reader):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        held = open_file(path, f"{path}:")
        self._stamp = held.stamp
        self._file = held.file()

    @cached_property
    def _archive(self) -> zipfile.ZipFile:
        import zipfile  # directories need none

        try:
            return zipfile.ZipFile(self._file)
        except (
            Exception
        ) as error:  # zipfile raises many kinds on damaged bytes (BadZipFile, struct.error, ValueError)
            raise BundleCorruptError(
                f"{self.place}: not a whole zip ({error}); copy it again or build it again"
            ) from error

    @cached_property
    def _folder(self) -> str:
        manifests = [name for name in self._archive.namelist() if name.rpartition("/")[2] == MANIFEST]
        if not manifests:
            raise BundleCorruptError(f"{self.place}: {MANIFEST} is missing; this zip is no bundle")
        return min(manifests, key=len)[: -len(MANIFEST)]

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._archive.getinfo(self._folder + name)
        except KeyError as error:
            raise BundleCorruptError(f"{self.place}: {name} is missing; copy the bundle again") from error

    def size(self, name: str) -> int:
        return self._info(name).file_size

    def read(self, name: str, most: int) -> bytes:
        info = self._info(name)
        try:
            with self._archive.open(info) as member:
                return member.read(most)
        except Exception as error:  # BadZipFile, zlib.error, struct.error, ...
            raise BundleCorruptError(
                f"{self.place}: {name} is damaged ({error}); copy the bundle again"
            ) from error

    def check(self) -> None:
        """Check every byte of a zip that this package wrote; a zip without a comment is of another tool and passes."""
        # Without a comment, a zip ends in a record of 22 bytes whose last two, the length of the comment, are 0. With
        # our comment it ends in 64 hexadecimal digits: the SHA-256 of everything before them.
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, size - _HASH - len(ZIP_COMMENT)))
        end = self._file.read()
        last = end[-_ZIP_END_SIZE:]
        if last[:4] == _ZIP_END and last[-2:] == b"\0\0":
            return
        if not end.startswith(ZIP_COMMENT) or self._digest(size - _HASH) != end[-_HASH:]:
            raise BundleCorruptError(
                f"{self.place}: damaged or not a bundle (checksum of the zip); copy it again"
            )

    def _digest(self, left: int) -> bytes:
        self._file.seek(0)
        digest = hashlib.sha256()
        while left > 0 and (part := self._file.read(min(left, _AT_ONCE))):
            digest.update(part)
            left -= len(part)
        return digest.hexdigest().encode()

    def changed(self) -> bool:
        return _stamp(self.place) != self._stamp

    def close(self) -> None:
        self._file.close()


def _identity(folder: Path) -> tuple[int, ...] | None:
    """What tells a directory from another one of the same name; None if there is none."""
    found = _stamp(folder)
    return None if found is None else found[:2]


def _stamp(file: Path) -> Stamp | None:
    """The stamp of the file that has a name now; None if there is none."""
    try:
        return stamp_of(file.stat())
    except OSError:
        return None
