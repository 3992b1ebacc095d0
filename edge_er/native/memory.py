"""Memory that kernels read and write: addresses of arrays, and room that a thread uses again and again."""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

__all__ = ["Kept", "address", "room"]


def address(array: NDArray[Any]) -> int:
    """Where the numbers of a new array lie; faster than `array.ctypes.data`, for arrays that can be written."""
    memory: Any = array
    return ctypes.addressof(ctypes.c_char.from_buffer(memory)) if array.size else 0


class Kept:
    """Arrays that a struct of the kernels points to, held as long as the struct is."""

    def __init__(self) -> None:
        self._arrays: list[NDArray[Any]] = []

    def at(self, values: NDArray[Any], kind: DTypeLike) -> int:
        """The address of `values` as contiguous numbers of a kind, which must hold them."""
        array = np.require(values, kind, ["C_CONTIGUOUS", "ALIGNED"])
        if array.dtype != values.dtype and not np.array_equal(array, values):
            raise OverflowError(f"expected numbers that {np.dtype(kind)} holds, found others")
        self._arrays.append(array)
        return int(array.ctypes.data)


class _Room(threading.local):
    def __init__(self) -> None:
        self.bytes = np.empty(0, np.uint8)
        self.at = 0


_ROOM = _Room()


def room(size: int) -> int:
    """The address of so many bytes, aligned to 64; a thread has the same ones again at its next call."""
    if len(_ROOM.bytes) < size + 64:
        _ROOM.bytes = np.empty(2 * size + 64, np.uint8)
        start = int(_ROOM.bytes.ctypes.data)
        _ROOM.at = start + -start % 64
    return _ROOM.at
