"""Atomic writes: a file or folder appears whole or not at all, and the previous version can be kept.

Everything is written under a temporary name in the same folder and then renamed, which is one step for the file system.
Whoever writes holds the lock of the path (`edge_er.bundle.lock`). A killed process leaves a file or folder whose name
begins with a dot. The next write to the same path, which has the lock then, deletes it.
"""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from edge_er.bundle.lock import locked

__all__ = [
    "check_file",
    "discard",
    "prepare_folder",
    "previous_version",
    "replacing",
    "second_name",
    "sync_directory",
    "temporary_folder",
    "traces",
    "write_file",
    "write_json",
    "write_lines",
    "write_text",
    "write_through",
]


def write_file(path: Path, data: bytes, keep: bool = False) -> None:
    """Write one file, whole or not at all; `keep` keeps the old one at `previous_version(path)`.

    Raises:
        BundleBusyError: somebody else writes `path`.
    """
    with replacing(path) as part:
        with part.open("wb") as file:
            write_through(file, data)
        if keep and path.exists():
            second = second_name(path)
            second.replace(previous_version(path))
            second.unlink(missing_ok=True)  # a name of the same file is not replaced, and both stay


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary file to write. It replaces `path` when the block ends, and is deleted if the block fails.

    Raises:
        BundleBusyError: somebody else writes `path`.
    """
    with locked(path):
        prepare_folder(path)
        with _replacing(path) as part:
            yield part


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    import tempfile  # reading needs none

    handle, name = tempfile.mkstemp(prefix=f".{path.name}.tmp-", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk is named without the file
        raise
    sync_directory(path.parent)


def check_file(path: Path) -> None:
    """See that a file may be written to `path`, before hours are spent on what goes into it; nothing is made.

    Raises:
        OSError: a folder has that name, or its folder cannot be made or may not be written.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    there = next(each for each in path.parents if each.exists())
    if not there.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write UTF-8 text, whole or not at all; each of `lines` has its own line feed."""
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(lines)


def write_text(path: Path, text: str) -> None:
    """Write `text` unchanged as UTF-8, whole or not at all."""
    write_lines(path, [text])


def write_json(path: Path, value: Any, sort_keys: bool = False) -> None:
    """Write JSON, indented by one space, whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=sort_keys) + "\n")


def previous_version(path: Path) -> Path:
    """Path of the previous version of `path`: of one that is kept, or of a directory while a new one replaces it."""
    return path.with_name(f".{path.name}.previous")


def traces(path: Path) -> list[Path]:
    """Temporary files and folders of writes to `path`, of running ones and of killed ones."""
    import glob  # a request needs none

    return list(path.parent.glob(f".{glob.escape(path.name)}.tmp-*"))


def temporary_folder(path: Path) -> Path:
    """A new folder beside `path`."""
    import tempfile

    return Path(tempfile.mkdtemp(prefix=f".{path.name}.tmp-", dir=path.parent))


def second_name(path: Path) -> Path:
    """A second, temporary name for the file at `path`: a hard link, or a copy if the file system has no links."""
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f".{path.name}.tmp-", dir=path.parent)
    os.close(handle)
    second = Path(name)
    try:
        second.unlink()
        os.link(path, second)
    except OSError:
        with second.open("wb") as file:
            write_through(file, path.read_bytes())
    return second


def prepare_folder(path: Path) -> None:
    """Make the folder of `path` if it is missing, and delete what a killed write to `path` left in it.

    Only for who holds the lock of `path`: all that lies there is of dead writers then.
    """
    import shutil

    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in traces(path):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Delete a `previous_version`."""
    import shutil

    # A half-deleted folder must never look like a whole one. So it first gets a temporary name, by which the next
    # write finds and deletes what a killed process left of it.
    if folder.exists():
        doomed = temporary_folder(folder.with_name(folder.name[1:].removesuffix(".previous")))
        folder.rename(doomed / "old")
        shutil.rmtree(doomed, ignore_errors=True)


def write_through(file: io.BufferedIOBase, data: bytes) -> None:
    """Write `data`, and wait until it is on the disk."""
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Wait until the names in a directory are on the disk."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
