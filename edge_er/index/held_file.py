"""A file that is held open, so that what is used is what was verified, whatever takes its name meanwhile."""

from __future__ import annotations

import os
import stat
import sys
import weakref
from collections.abc import Iterator
from typing import BinaryIO

__all__ = ["HeldFile", "Stamp", "stamp_of"]

Stamp = tuple[int, int, int, int]
"""What tells a file from another one that has taken its name, or from itself after a change."""

_AT_ONCE = 1 << 20


class HeldFile:
    """An open file. It is closed when nothing uses it any more.

    Args:
        handle: a file descriptor, which belongs to this object from now on.

    Attributes:
        size: in bytes, when it was opened.
        regular: whether it is a regular file, not a pipe, a device or a directory.
        stamp: what it was when it was opened.
    """

    def __init__(self, handle: int) -> None:
        self._handle = handle
        about = os.fstat(handle)
        self.size, self.regular, self.stamp = about.st_size, stat.S_ISREG(about.st_mode), stamp_of(about)
        weakref.finalize(self, os.close, handle)

    def parts(self, most: int | None = None) -> Iterator[bytes]:
        """The contents from the first byte, a megabyte at a time, and at most `most` bytes."""
        os.lseek(self._handle, 0, os.SEEK_SET)
        left = sys.maxsize if most is None else most
        while part := os.read(self._handle, min(left, _AT_ONCE)):
            left -= len(part)
            yield part

    def read_bytes(self, most: int | None = None) -> bytes:
        """The contents, at most `most` bytes of them."""
        return b"".join(self.parts(most))

    def file(self) -> BinaryIO:
        """The same open file as a file object of its own, which the caller closes."""
        return os.fdopen(os.dup(self._handle), "rb")

    @property
    def name(self) -> str | None:
        """A name by which a library opens this very file, not the one that its path names now; None if there is none.

        Only Linux has one that can be opened several times at once.
        """
        name = f"/proc/self/fd/{self._handle}"
        return name if sys.platform == "linux" and os.path.exists(name) else None  # noqa: PTH110


def stamp_of(about: os.stat_result) -> Stamp:
    """The stamp of a file that was looked at."""
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns
