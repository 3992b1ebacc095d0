"""Rows taken out of the tables of an ONNX file, without the onnx package, which a build does not need otherwise.

An ONNX file is a protobuf message: fields one after another, each a key (its number and how it is stored) and a value.
Only what holds the tables is written anew: the model's graph, the graph's initializers, and in these shape and data.
All else is copied as it is, so the graph computes what it did.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from edge_er.errors import EncoderError

__all__ = ["table_names", "with_rows"]

_GRAPH, _INITIALIZER = 7, 5  # fields of ModelProto and GraphProto
_DIMS, _DATA_TYPE, _NAME, _RAW_DATA = 1, 2, 8, 9  # fields of TensorProto
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # how a value is stored
_TYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype("<f4"),
    3: np.dtype("i1"),
}  # float32 and int8, as an exported encoder has them


class _Field(NamedTuple):
    """A field of a message: its number, the whole field, and its value (of a number: its bytes)."""

    number: int
    stored: int
    whole: memoryview
    value: memoryview


def table_names(model: bytes) -> frozenset[str]:
    """The names of the initializers of an ONNX file.

    Raises:
        EncoderError: it is no ONNX file.
    """
    graph = _graph(model)
    return frozenset(_name(field.value) for field in _fields(graph) if field.number == _INITIALIZER)


def with_rows(model: bytes, tables: Collection[str], rows: Sequence[int]) -> bytes:
    """The ONNX file with only these rows of the initializers named in ``tables``, in this order.

    Raises:
        EncoderError: it is no ONNX file, or a table is stored in another way than `edge-er train export` writes.
    """
    parts: list[bytes | memoryview] = []
    for field in _fields(memoryview(model)):
        parts.append(
            _encoded(_GRAPH, _cut_graph(field.value, tables, rows)) if field.number == _GRAPH else field.whole
        )
    return b"".join(parts)


def _graph(model: bytes) -> memoryview:
    for field in _fields(memoryview(model)):
        if field.number == _GRAPH and field.stored == _BYTES:
            return field.value
    raise _unreadable("no graph")


def _cut_graph(graph: memoryview, tables: Collection[str], rows: Sequence[int]) -> bytes:
    parts: list[bytes | memoryview] = []
    for field in _fields(graph):
        cut = field.number == _INITIALIZER and _name(field.value) in tables
        parts.append(_encoded(_INITIALIZER, _cut_tensor(field.value, rows)) if cut else field.whole)
    return b"".join(parts)


def _cut_tensor(tensor: memoryview, rows: Sequence[int]) -> bytes:
    """A tensor [n, ...] with only these rows."""
    shape, kind, data = _contents(tensor)
    values = np.frombuffer(data, kind).reshape(shape)[list(rows)]
    parts: list[bytes | memoryview] = [
        _key(_DIMS, _VARINT) + _varint(size) for size in (len(rows), *shape[1:])
    ]
    for field in _fields(tensor):
        if field.number == _RAW_DATA:
            parts.append(_encoded(_RAW_DATA, values.tobytes()))
        elif field.number != _DIMS:
            parts.append(field.whole)
    return b"".join(parts)


def _contents(tensor: memoryview) -> tuple[list[int], np.dtype[Any], memoryview]:
    """Shape, type and data of a tensor."""
    shape: list[int] = []
    kind, data = None, None
    for field in _fields(tensor):
        if field.number == _DIMS:  # one number a field, or all of them packed into one
            place = 0
            while place < len(field.value):
                size, place = _read_varint(field.value, place)
                shape.append(size)
        elif field.number == _DATA_TYPE:
            kind = _TYPES.get(_read_varint(field.value, 0)[0])
        elif field.number == _RAW_DATA:
            data = field.value
    if not shape or kind is None or data is None or len(data) != kind.itemsize * int(np.prod(shape)):
        raise _unreadable(f"table {_name(tensor)} is not raw int8 or float32 data")
    return shape, kind, data


def _name(tensor: memoryview) -> str:
    return next((bytes(field.value).decode() for field in _fields(tensor) if field.number == _NAME), "")


def _fields(message: memoryview) -> Iterator[_Field]:
    place = 0
    while place < len(message):
        start = place
        key, place = _read_varint(message, place)
        stored = key & 7
        first = place
        if stored == _VARINT:
            _, place = _read_varint(message, place)
        elif stored == _BYTES:
            size, first = _read_varint(message, place)
            place = first + size
        elif stored in (_FIXED64, _FIXED32):
            place += 8 if stored == _FIXED64 else 4
        else:
            raise _unreadable(f"a field stored as {stored}")
        if place > len(message):
            raise _unreadable("it ends within a field")
        yield _Field(key >> 3, stored, message[start:place], message[first:place])


def _read_varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number and where it ends: seven bits a byte, the lowest first; the eighth says that another byte follows."""
    value = shift = 0
    while place < len(message) and shift < 70:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
    raise _unreadable("it ends within a number")


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _key(number: int, stored: int) -> bytes:
    return _varint(number << 3 | stored)


def _encoded(number: int, value: bytes) -> bytes:
    """A field of bytes."""
    return _key(number, _BYTES) + _varint(len(value)) + value


def _unreadable(reason: str) -> EncoderError:
    return EncoderError(f"encoder.onnx: cannot be read as an exported encoder ({reason}); export it again")
