"""Files and folders that appear whole or not at all, and the version before them.

What a killed write leaves behind has a name beginning with a dot, and is deleted by the next write to the same place.
"""

from __future__ import annotations

import glob
import io
import os
import shutil
import tempfile
from pathlib import Path

__all__ = [
    "discard",
    "prepare_folder",
    "previous_version",
    "second_name",
    "sync_directory",
    "temporary_folder",
    "write_file",
    "write_through",
]


def write_file(path: Path, data: bytes, keep: bool = False) -> None:
    """Put one file at `path`, whole or not at all; `keep` leaves the old one at `previous_version(path)`."""
    prepare_folder(path)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.tmp-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            write_through(file, data)
        Path(temporary).chmod(0o644)
        if keep and path.exists():
            second_name(path).replace(previous_version(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def previous_version(path: Path) -> Path:
    """Where the old directory waits while a new one takes its place, and where a kept old version lies."""
    return path.with_name(f".{path.name}.previous")


def temporary_folder(path: Path) -> Path:
    """A new folder beside `path`."""
    return Path(tempfile.mkdtemp(prefix=f".{path.name}.tmp-", dir=path.parent))


def second_name(path: Path) -> Path:
    """The same file under a temporary name too; a copy where the file system has no links."""
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
    """Make the folder of `path` if need be, and delete what a killed write to `path` left in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.tmp-*"):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def discard(folder: Path) -> None:
    """Delete a `previous_version`; killed meanwhile, what is left of it is deleted by the next write."""
    if folder.exists():
        doomed = temporary_folder(folder.with_name(folder.name[1:].removesuffix(".previous")))
        folder.rename(doomed / "old")
        shutil.rmtree(doomed, ignore_errors=True)


def write_through(file: io.BufferedIOBase, data: bytes) -> None:
    """Write, and wait until the disk has it."""
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Wait until the disk has the names in a directory."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
