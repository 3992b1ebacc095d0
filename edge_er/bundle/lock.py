"""Locks: one writer at a time for each target.

    with locked(path): ...

The lock of NAME is a file `.NAME.lock` beside it, locked by the operating system, which lets go of it when the process
ends, however it ends. The file says who holds it. A thread that holds a lock may take it again. Readers take none: what
they find is always a whole version.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edge_er.errors import BundleBusyError

__all__ = ["WAIT", "lock_file", "locked"]

WAIT = 30.0  # seconds that a writer waits for another one
_PAUSE = 0.02
_OLD_CONTENT = 4096  # bytes of a lock file that are read at most

_held = threading.local()  # the locks of this thread: how often each has been taken
_handles: set[int] = set()


def lock_file(path: Path) -> Path:
    """The file that is locked while somebody writes `path`."""
    return path.with_name(f".{path.name}.lock")


@contextmanager
def locked(path: Path, wait: float | None = None) -> Iterator[None]:
    """Nobody else writes `path` inside the block, if they take its lock as every writer of this package does.

    Args:
        path: a file or folder, which need not exist.
        wait: how many seconds to wait for another writer; by default `WAIT`.

    Raises:
        BundleBusyError: it still writes after that time; the message says who.
    """
    depths: dict[str, int] = vars(_held).setdefault("depths", {})
    key = os.path.realpath(path)
    if depths.get(key):
        depths[key] += 1
        try:
            yield
        finally:
            depths[key] -= 1
        return
    file = lock_file(Path(key))
    handle = _taken(file, path, WAIT if wait is None else wait)
    depths[key] = 1
    try:
        yield
    finally:
        depths.pop(key, None)
        _release(handle, file)


def _taken(file: Path, path: Path, wait: float) -> int:
    """The handle of the lock file, once nobody else holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + wait
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        _handles.add(handle)
        if _try_lock(handle):
            if _is_current(handle, file):
                os.ftruncate(handle, 0)
                os.write(handle, _signature())
                return handle
            _close(handle)  # its holder has deleted it meanwhile: whoever comes next makes a new one
            continue
        holder = _holder(file)
        _close(handle)
        if time.monotonic() >= end:
            raise BundleBusyError(
                f"{path}: is being written by {holder}; waited {wait:g} seconds; try again when that is done"
            )
        time.sleep(_PAUSE)


def _release(handle: int, file: Path) -> None:
    if handle in _handles:  # a child that was forked meanwhile has none
        with suppress(OSError):  # Windows deletes no open file; an unlocked one stays there then
            file.unlink()
        _close(handle)


def _close(handle: int) -> None:
    _handles.discard(handle)
    os.close(handle)


def _is_current(handle: int, file: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except OSError:
        return False


def _signature() -> bytes:
    """Who holds the lock."""
    command = " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:2]])[:200]
    import platform  # half a dozen modules that a request does not need

    about = {"process": os.getpid(), "host": platform.node(), "command": command}
    return json.dumps(about).encode() + b"\n"


def _holder(file: Path) -> str:
    try:
        with file.open("rb") as content:
            about = json.loads(content.read(_OLD_CONTENT))
        return f"process {about['process']:d} on {about['host']!r:.100} ({about['command']!r:.200})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, 1 << 30, os.SEEK_SET)  # beyond the content, which others read
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks: better unlocked than not at all
        return True

    def _let_go() -> None:
        """A child that was forked while a lock was held does not hold it too."""
        for handle in list(_handles):
            with suppress(OSError):
                os.close(handle)
        _handles.clear()
        vars(_held).clear()

    os.register_at_fork(after_in_child=_let_go)
