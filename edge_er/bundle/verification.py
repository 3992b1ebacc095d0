"""Files of a bundle, verified, and the arrays in them: read into memory, or left where they lie."""

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
_LENGTH = 8  # bytes that say how long the header is
_AT_ONCE = 1 << 20


def fingerprint(data: bytes) -> dict[str, Any]:
    """Size and SHA-256 of contents, as a manifest lists them."""
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def verified(read: Reader, name: str, expected: Mapping[str, Any], place: Path) -> bytes:
    """Contents of the file `name` of the bundle at `place`.

    Raises:
        BundleCorruptError: it is missing, or its size or SHA-256 are not those expected.
    """
    data = read(name)
    _check(fingerprint(data), name, expected, place)
    return data


def verified_file(name: str, expected: Mapping[str, Any], place: Path) -> Path:
    """The same for the file itself, which is gone through once and not held."""
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
    """The arrays `names` of a verified safetensors file, given by its contents or mapped where it lies.

    Raises:
        BundleCorruptError: it is none, or an array is missing; names `file` of the bundle at `place`.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays = _mapped(data) if isinstance(data, Path) else load(data)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BundleCorruptError(f"{place}: {file}: {error}; build the bundle again") from error
    missing = sorted(set(names) - set(arrays))
    if missing:
        raise BundleCorruptError(f"{place}: {file}: no array {', '.join(missing)}; build the bundle again")
    return tuple(arrays[name] for name in names)


def _mapped(file: Path) -> dict[str, NDArray[Any]]:
    """Arrays whose pages are read when they are touched; safetensors itself only copies."""
    with file.open("rb") as contents:
        length = int.from_bytes(contents.read(_LENGTH), "little")
        header = json.loads(contents.read(length))
    arrays: dict[str, NDArray[Any]] = {}
    for name, told in header.items():
        if name != "__metadata__":
            kind, shape = np.dtype(_TYPES[told["dtype"]]), tuple(told["shape"])
            start = _LENGTH + length + told["data_offsets"][0]
            empty = math.prod(shape) == 0  # which cannot be mapped
            arrays[name] = np.empty(shape, kind) if empty else np.memmap(file, kind, "r", start, shape)
    return arrays
