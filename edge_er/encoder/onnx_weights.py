"""Weights of an encoder's graph by their names, read without onnxruntime.

An ONNX file is a message of protocol buffers. Here only those fields are read that a reader needs who knows the graph
(`edge_er.training.export.encoder_graph` writes it): the initializers, and the epsilon of the layer normalisation.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["GraphWeights", "read_weights"]

_PRODUCER, _GRAPH = 2, 7  # fields of the model
_NODE, _INITIALIZER = 1, 5  # of the graph
_OPERATOR, _ATTRIBUTE, _ATTRIBUTE_NAME, _FLOAT = 4, 5, 1, 2  # of a node, and of its attribute
_DIMS, _TYPE, _NAME, _RAW = 1, 2, 8, 9  # of an initializer
_TYPES: dict[int, np.dtype[Any]] = {1: np.dtype("<f4"), 3: np.dtype("i1"), 7: np.dtype("<i8")}
_OURS = b"edge_er"

Value = int | float | memoryview


class GraphWeights(NamedTuple):
    """Arrays by name, and the epsilon of the layer normalisation."""

    arrays: dict[str, NDArray[np.generic]]
    epsilon: float


def read_weights(onnx: bytes) -> GraphWeights | None:
    """The weights of a graph that this project wrote; None for any other graph, and for a damaged one."""
    arrays: dict[str, NDArray[np.generic]] = {}
    epsilon, ours = None, False
    try:
        for field, value in _fields(memoryview(onnx)):
            ours = ours or (field == _PRODUCER and bytes(_message(value)) == _OURS)
            if field != _GRAPH:
                continue
            for part, inner in _fields(_message(value)):
                if part == _INITIALIZER:
                    name, array = _initializer(_message(inner))
                    arrays[name] = array
                elif part == _NODE and epsilon is None:
                    epsilon = _epsilon(_message(inner))
    except (ValueError, IndexError, KeyError, struct.error):
        return None
    return GraphWeights(arrays, epsilon) if ours and epsilon is not None else None


def _fields(data: memoryview) -> Iterator[tuple[int, Value]]:
    """The number and the value of each field of a message."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        kind = key & 7
        value: Value
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            if size > end - at:
                raise ValueError("the message ends in the middle")
            value, at = data[at : at + size], at + size
        elif kind == 5:
            (value,), at = struct.unpack_from("<f", data, at), at + 4
        elif kind == 1:
            value, at = 0, at + 8
        else:
            raise ValueError(f"no such kind of field: {kind}")
        yield key >> 3, value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A whole number of seven bits a byte, the lowest first, and the place after it."""
    value = shift = 0
    while data[at] & 0x80:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | data[at] << shift, at + 1


def _message(value: Value) -> memoryview:
    if not isinstance(value, memoryview):
        raise ValueError("expected a message, found a number")
    return value


def _initializer(data: memoryview) -> tuple[str, NDArray[np.generic]]:
    name, kind, raw, shape = "", 0, memoryview(b""), []
    for field, value in _fields(data):
        if field == _DIMS and isinstance(value, int):
            shape.append(value)
        elif field == _DIMS:
            packed, at = _message(value), 0
            while at < len(packed):
                size, at = _varint(packed, at)
                shape.append(size)
        elif field == _TYPE and isinstance(value, int):
            kind = value
        elif field == _NAME:
            name = str(_message(value), "utf-8")
        elif field == _RAW:
            raw = _message(value)
    return name, np.frombuffer(raw, _TYPES[kind]).reshape(shape)


def _epsilon(node: memoryview) -> float | None:
    """The epsilon of a node, if it is a layer normalisation."""
    normalises, epsilon = False, None
    for field, value in _fields(node):
        if field == _OPERATOR:
            normalises = bytes(_message(value)) == b"LayerNormalization"
        elif field == _ATTRIBUTE:
            parts = dict(_fields(_message(value)))
            if bytes(_message(parts.get(_ATTRIBUTE_NAME, 0))) == b"epsilon" and isinstance(
                parts.get(_FLOAT), float
            ):
                epsilon = parts[_FLOAT]
    return epsilon if normalises and isinstance(epsilon, float) else None
