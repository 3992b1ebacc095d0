"""Units of a delta: the lines, the rows of one entity, or the whole files that it copies or inserts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity_store import packed_lines, unpacked
from edge_er.bundle.json_text import parse_json
from edge_er.bundle.manifest import VECTORS, unpacked_bound
from edge_er.bundle.reader import MANIFEST

__all__ = ["LINES", "PACKED_LINES", "ROWS", "SAME", "WHOLE", "arrays_of", "join_units", "split_units"]

SAME = "same"  # the file of the base, unchanged
LINES = "lines"  # each with its line feed
PACKED_LINES = "gzip lines"  # lines inside a gzip file
ROWS = "rows"  # of a safetensors file: for each entity, the rows of all its forms, one array after another
WHOLE = "whole"  # the file is one unit

_OWNERS = "entity"  # int32 [forms] in the file of vectors: each form's entity


def split_units(kind: str, name: str, files: Mapping[str, bytes]) -> list[bytes]:
    """The units of the file `name` of a bundle.

    Raises:
        ValueError: there is no such kind, or the file is of another kind.
    """
    data = files[name]
    if kind == WHOLE:
        return [data]
    if kind in (LINES, PACKED_LINES):
        if kind == PACKED_LINES:
            data = unpacked(data, unpacked_bound(parse_json(files[MANIFEST])))
        return data.splitlines(keepends=True)
    if kind == ROWS:
        arrays = _load(data)
        ends = np.cumsum(np.bincount(_load(files[VECTORS])[_OWNERS])).tolist()
        rows = [arrays[array["name"]] for array in arrays_of(data)]
        return [
            b"".join(array[start:end].tobytes() for array in rows)
            for start, end in zip([0, *ends], ends, strict=False)
        ]
    raise ValueError(f"unknown units {kind!r}")


def join_units(
    kind: str, name: str, units: Sequence[bytes], arrays: Sequence[Mapping[str, Any]] | None = None
) -> bytes:
    """The file `name` from its units; rows also need the description of their `arrays` (`arrays_of`).

    Raises:
        ValueError: there is no such kind, or the units do not fit the arrays.
    """
    if kind == PACKED_LINES:
        return packed_lines(units)
    if kind == ROWS and arrays is not None:
        return _saved(name, units, arrays)
    if kind in (LINES, WHOLE):
        return b"".join(units)
    raise ValueError(f"unknown units {kind!r}")


def arrays_of(data: bytes) -> list[dict[str, Any]]:
    """Name, type and row shape of each array of a safetensors file, sorted by name; each has a row for every form."""
    return [
        {"name": name, "dtype": array.dtype.name, "row": list(array.shape[1:])}
        for name, array in sorted(_load(data).items())
        if name != _OWNERS
    ]


def _saved(name: str, units: Sequence[bytes], arrays: Sequence[Mapping[str, Any]]) -> bytes:
    from safetensors.numpy import save

    sizes = [np.dtype(array["dtype"]).itemsize * int(np.prod(array["row"])) for array in arrays]
    counts = np.array([len(unit) // sum(sizes) for unit in units], np.int64)
    if any(len(unit) % sum(sizes) for unit in units):
        raise ValueError(f"units that are no rows of {sum(sizes)} bytes")
    made: dict[str, NDArray[Any]] = {}
    skipped = 0
    for array, size in zip(arrays, sizes, strict=True):
        blocks = [
            unit[skipped * count : (skipped + size) * count]
            for unit, count in zip(units, counts.tolist(), strict=True)
        ]
        made[array["name"]] = np.frombuffer(b"".join(blocks), array["dtype"]).reshape(-1, *array["row"])
        skipped += size
    if name == VECTORS:
        made[_OWNERS] = np.repeat(np.arange(len(units), dtype=np.int32), counts)
    saved: bytes = save(made)
    return saved


def _load(data: bytes) -> dict[str, NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except SafetensorError as error:
        raise ValueError(f"no safetensors file ({error})") from error
    return arrays
