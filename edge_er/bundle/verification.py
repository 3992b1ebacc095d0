"""Verification: files of a bundle against the sizes and checksums of its manifest, and the arrays in them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.json_text import parse_json
from edge_er.bundle.reader import Reader
from edge_er.errors import BundleCorruptError
from edge_er.index.held_file import HeldFile

__all__ = ["fingerprint", "read_arrays", "verified", "verified_file"]

_TYPES = {"I8": "<i1", "U8": "<u1", "I32": "<i4", "U32": "<u4"}
_LENGTH = 8  # a safetensors file begins with the length of its header, in so many bytes
_AT_ONCE = 1 << 20


def fingerprint(data: bytes) -> dict[str, Any]:
    """Size and SHA-256 of a file's contents, as a manifest lists them."""
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def verified(reader: Reader, name: str, expected: Mapping[str, Any]) -> bytes:
    """Contents of the file `name` of a bundle.

    Raises:
        BundleCorruptError: the file is missing, or its size or SHA-256 is not the expected one.
    """
    _check("size", reader.size(name), name, expected, reader.place)
    data = reader.read(name, expected["size"] + 1)
    for what, found in fingerprint(data).items():
        _check(what, found, name, expected, reader.place)
    return data


def verified_file(reader: Reader, name: str, expected: Mapping[str, Any]) -> HeldFile | None:
    """The file `name` of a bundle, verified like `verified` without holding it in memory; None in a zip."""
    held = reader.held(name)
    if held is None:
        return None
    _check("size", held.size, name, expected, reader.place)
    digest, size = hashlib.sha256(), 0
    try:
        for part in held.parts(expected["size"] + 1):
            digest.update(part)
            size += len(part)
    except OSError as error:
        reason = error.strerror or error
        raise BundleCorruptError(f"{reader.place}: {name} cannot be read ({reason})") from error
    _check("size", size, name, expected, reader.place)
    _check("sha256", digest.hexdigest(), name, expected, reader.place)
    return held


def _check(what: str, found: object, name: str, expected: Mapping[str, Any], place: Path) -> None:
    if found != expected[what]:
        raise BundleCorruptError(
            f"{place}: {name} is damaged: expected {what} {expected[what]}, found {found}; copy the bundle again"
        )


def read_arrays(
    data: bytes | HeldFile, file: str, names: Sequence[str], place: Path
) -> tuple[NDArray[Any], ...]:
    """The arrays `names` of a verified safetensors file: from its contents, or mapped into memory where it is held.

    Raises:
        BundleCorruptError: it is not a safetensors file, or an array is missing; the message says where.
    """
    try:
        arrays = _mapped(data) if isinstance(data, HeldFile) else _loaded(data)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise BundleCorruptError(f"{place}: {file}: {error}; build the bundle again") from error
    missing = sorted(set(names) - set(arrays))
    if missing:
        raise BundleCorruptError(
            f"{place}: {file}: expected arrays {', '.join(names)}, found no {', '.join(missing)}; "
            "build the bundle again"
        )
    return tuple(arrays[name] for name in names)


def _loaded(data: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a file's contents; they stay where they are."""
    length = int.from_bytes(data[:_LENGTH], "little")
    if length > len(data) - _LENGTH:
        raise ValueError(f"expected a header of {length} bytes, found {len(data)} in all")
    arrays: dict[str, NDArray[Any]] = {}
    for name, (kind, shape, first, end) in _header(data[_LENGTH : _LENGTH + length]).items():
        start = _LENGTH + length + first
        if (
            not 0 <= first <= end <= len(data) - _LENGTH - length
            or end - first != math.prod(shape) * kind.itemsize
        ):
            raise ValueError(f"{name}: expected {shape} {kind}, found {end - first} bytes")
        arrays[name] = np.frombuffer(data, kind, math.prod(shape), min(start, len(data) - 1)).reshape(shape)
    return arrays


def _header(header: bytes) -> dict[str, tuple[np.dtype[Any], tuple[int, ...], int, int]]:
    """Type, shape and place of each array."""
    found = {}
    for name, array in parse_json(header).items():
        if name != "__metadata__":
            shape = tuple(map(_whole, array["shape"]))
            first, end = map(_whole, array["data_offsets"])
            found[name] = np.dtype(_TYPES[array["dtype"]]), shape, first, end
    return found


def _whole(number: object) -> int:
    if isinstance(number, bool) or not isinstance(number, (int, float)) or number < 0 or number % 1:
        raise ValueError(f"expected a whole number from 0 up, found {number!r:.100}")
    return int(number)


def _mapped(held: HeldFile) -> dict[str, NDArray[Any]]:
    """The arrays of a file, mapped into memory, so that only the parts in use are read."""
    arrays: dict[str, NDArray[Any]] = {}
    with held.file() as contents:
        contents.seek(0)
        length = int.from_bytes(contents.read(_LENGTH), "little")
        header = _header(contents.read(min(length, held.size)))
        for name, (kind, shape, first, _) in header.items():
            start = _LENGTH + length + first
            empty = math.prod(shape) == 0  # no system maps 0 bytes
            arrays[name] = np.empty(shape, kind) if empty else np.memmap(contents, kind, "r", start, shape)
    return arrays
