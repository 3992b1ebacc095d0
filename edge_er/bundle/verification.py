"""Verification: files of a bundle against the sizes and checksums of its manifest, and the arrays in them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.storage import Reader
from edge_er.errors import BundleCorruptError

__all__ = ["fingerprint", "read_arrays", "verified", "verified_file"]

_TYPES = {"I8": "<i1", "U8": "<u1", "I32": "<i4", "U32": "<u4"}
_LENGTH = 8  # a safetensors file begins with the length of its header, in so many bytes
_AT_ONCE = 1 << 20


def fingerprint(data: bytes) -> dict[str, Any]:
    """Size and SHA-256 of a file's contents, as a manifest lists them."""
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def verified(read: Reader, name: str, expected: Mapping[str, Any], place: Path) -> bytes:
    """Contents of the file `name` of the bundle at `place`.

    Raises:
        BundleCorruptError: the file is missing, or its size or SHA-256 is not the expected one.
    """
    data = read(name)
    _check(fingerprint(data), name, expected, place)
    return data


def verified_file(name: str, expected: Mapping[str, Any], place: Path) -> Path:
    """Path of the file `name` in the directory `place`, verified like `verified` without holding it in memory."""
    digest, size = hashlib.sha256(), 0
    try:
        with (place / name).open("rb") as contents:
            while part := contents.read(_AT_ONCE):
                digest.update(part)
                size += len(part)
    except OSError as error:
        reason = (
            "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
        )
        raise BundleCorruptError(f"{place}: {name} {reason}; copy the bundle again") from error
    _check({"size": size, "sha256": digest.hexdigest()}, name, expected, place)
    return place / name


def _check(found: Mapping[str, Any], name: str, expected: Mapping[str, Any], place: Path) -> None:
    for what in ("size", "sha256"):
        if found[what] != expected[what]:
            raise BundleCorruptError(
                f"{place}: {name} is damaged: expected {what} {expected[what]}, found {found[what]}; "
                "copy the bundle again"
            )


def read_arrays(data: bytes | Path, file: str, names: Sequence[str], place: Path) -> tuple[NDArray[Any], ...]:
    """The arrays `names` of a verified safetensors file: from its contents, or mapped into memory from its path.

    Raises:
        BundleCorruptError: it is not a safetensors file, or an array is missing; the message says where.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = _mapped(data) if isinstance(data, Path) else load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BundleCorruptError(f"{place}: {file}: {error}; build the bundle again") from error
    missing = sorted(set(names) - set(arrays))
    if missing:
        raise BundleCorruptError(
            f"{place}: {file}: expected arrays {', '.join(names)}, found no {', '.join(missing)}; "
            "build the bundle again"
        )
    return tuple(arrays[name] for name in names)


def _mapped(file: Path) -> dict[str, NDArray[Any]]:
    """The arrays of a file, mapped into memory, so that only the parts in use are read; safetensors copies them."""
    with file.open("rb") as contents:
        length = int.from_bytes(contents.read(_LENGTH), "little")
        header = json.loads(contents.read(length))
    arrays: dict[str, NDArray[Any]] = {}
    for name, array in header.items():
        if name != "__metadata__":
            kind, shape = np.dtype(_TYPES[array["dtype"]]), tuple(array["shape"])
            start = _LENGTH + length + array["data_offsets"][0]
            empty = math.prod(shape) == 0  # no system maps 0 bytes
            arrays[name] = np.empty(shape, kind) if empty else np.memmap(file, kind, "r", start, shape)
    return arrays
