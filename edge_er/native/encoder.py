"""Kernel of the encoder: token ids to a unit vector and its int8 steps, from the weights of the graph by their names.

Weights are kept in int8 as the graph has them, in panels of 16 columns, so that the loops over them are long and read
what lies together. All widths are padded to whole panels with zeros.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address, room

__all__ = ["NativeEncoder"]

_PANEL = 16
_PARTS = ("query", "key", "value")

Array = NDArray[Any]


class _Matrix(ctypes.Structure):
    _fields_: ClassVar[Any] = [(name, ctypes.c_void_p) for name in ("values", "scale", "bias")] + [
        (name, ctypes.c_int32) for name in ("rows", "columns")
    ]


class _Layer(ctypes.Structure):
    _fields_: ClassVar[Any] = [(name, _Matrix) for name in ("attention", "joined", "inner", "outer")] + [
        ("norms", ctypes.c_void_p * 4)
    ]


class _Encoder(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        ("table", ctypes.c_void_p),
        ("table_scale", ctypes.c_void_p),
        ("projection", _Matrix),
        ("positions", ctypes.c_void_p),
        ("norms", ctypes.c_void_p * 2),
        ("layers", ctypes.POINTER(_Layer)),
        ("output", _Matrix),
        ("epsilon", ctypes.c_float),
        ("scale", ctypes.c_float),
        *[
            (name, ctypes.c_int32)
            for name in ("token_width", "width", "stride", "inner", "heads", "layer_count", "dim")
        ],
    ]


class NativeEncoder:
    """The forward pass of an encoder.

    Args:
        kernels: that compute it.
        arrays: the weights of the graph by name (`edge_er.training.export.encoder_graph`).
        epsilon: of the layer normalisation.
        dim: of the vectors.

    Raises:
        ValueError: a weight is missing, of another shape or type, or no number; the message names it.
    """

    def __init__(self, kernels: Kernels, arrays: Mapping[str, Array], epsilon: float, dim: int) -> None:
        self._kernels, self._kept, self._arrays = kernels, Kept(), arrays
        table = self._get("token.table", 2)
        self.vocabulary, token_width = table.shape
        projected = "token.projection" in arrays
        self._width = arrays["token.projection"].shape[1] if projected else token_width
        self._stride = _padded(self._width)
        positions = self._floats("position.table", 0)
        if positions.shape[1:] != (self._width,):
            raise ValueError(f"position.table: expected rows of {self._width}, found {positions.shape}")
        self.tokens = len(positions)
        heads = [int(size) for size in self._get("shape.heads", 1)]
        if len(heads) != 4 or heads[2] < 1 or heads[2] * heads[3] != self._width:
            raise ValueError(f"shape.heads: expected heads that divide {self._width}, found {heads}")
        inner = self._get("layer.0.inner.weight", 2).shape[1]
        layers, self.dim = self._layers(inner), dim
        output = _Matrix()
        if "output.projection" in arrays:
            output = self._matrix(["output.projection"], (self._width, dim))
        elif dim != self._width:
            raise ValueError(f"expected vectors of {dim} numbers, found {self._width}")
        self._of = _Encoder(
            *self._table(table),
            self._matrix(["token.projection"], (token_width, self._width)) if projected else _Matrix(),
            self._kept.at(_wide(positions), np.float32),
            (ctypes.c_void_p * 2)(*self._norm("embedding.norm")),
            layers,
            output,
            epsilon,
            float(self._get("attention.scale").reshape(-1)[0]),
            *(token_width, self._width, self._stride, _padded(inner), heads[2], len(layers), dim),
        )
        self._layer_structs, self._at = layers, ctypes.addressof(self._of)
        widest = max(3 * self._stride + 1, _padded(inner), _padded(token_width), _padded(dim))
        self._work = 4 * (2 * self._stride + widest)  # bytes for each token
        del self._arrays

    def encode(
        self, ids: Sequence[int], scale: float, clip: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """The unit vector of one text, float32 [dim], and the same times `scale`, rounded and clipped, int8 [dim].

        Raises:
            ValueError: there are no token ids, more than the encoder has places, or one that is not in its table.
        """
        if not 0 < len(ids) <= self.tokens or min(ids) < 0 or max(ids) >= self.vocabulary:
            raise ValueError(
                f"expected 1 to {self.tokens} token ids below {self.vocabulary}, found {len(ids)}, the largest "
                f"{max(ids, default=0)}"
            )
        embedding, vector, numbers = (
            np.empty(self.dim, np.float32),
            np.empty(self.dim, np.int8),
            array("i", ids),
        )
        self._kernels.encode(
            self._at,
            numbers.buffer_info()[0],
            len(ids),
            room(self._work * len(ids)),
            address(embedding),
            address(vector),
            scale,
            clip,
        )
        return embedding, vector

    def _get(self, name: str, axes: int | None = None) -> Array:
        values = self._arrays.get(name)
        if values is None or (axes is not None and values.ndim != axes):
            found = "none" if values is None else f"{values.shape}"
            raise ValueError(f"{name}: expected an array of {axes} axes, found {found}")
        if values.dtype == np.float32 and not np.isfinite(values).all():
            raise ValueError(f"{name}: expected numbers, found others")
        return values

    def _floats(self, name: str, axis: int) -> Array:
        """A weight [rows, columns] in float32; int8 is multiplied by the scale of each row (0) or column (1)."""
        values = self._get(name, 2)
        if values.dtype == np.float32:
            return values
        scale = self._get(f"{name}.scale").reshape((-1, 1) if axis == 0 else (1, -1))
        return values.astype(np.float32) * scale

    def _table(self, table: Array) -> tuple[int, int]:
        if table.dtype == np.float32:
            return self._kept.at(table, np.float32), 0
        scale = self._get("token.table.scale").reshape(-1)
        if len(scale) != len(table):
            raise ValueError(f"token.table.scale: expected {len(table)} numbers, found {len(scale)}")
        return self._kept.at(table, np.int8), self._kept.at(scale, np.float32)

    def _norm(self, name: str) -> tuple[int, int]:
        weight, bias = self._vector(f"{name}.weight", self._width), self._vector(f"{name}.bias", self._width)
        return self._kept.at(_wide(weight), np.float32), self._kept.at(_wide(bias), np.float32)

    def _vector(self, name: str, size: int) -> Array:
        values = self._get(name, 1)
        if values.dtype != np.float32 or len(values) != size:
            raise ValueError(
                f"{name}: expected {size} numbers in float32, found {values.shape} {values.dtype}"
            )
        return values

    def _matrix(self, weights: Sequence[str], shape: tuple[int, int], biases: Sequence[str] = ()) -> _Matrix:
        """Matrices of one shape side by side, each padded to whole panels."""
        values = [self._get(name, 2) for name in weights]
        if any(each.shape != shape for each in values):
            raise ValueError(f"{weights[0]}: expected {shape}, found {[each.shape for each in values]}")
        scale, kind = 0, np.int8 if all(each.dtype == np.int8 for each in values) else np.float32
        if kind is np.int8:
            scale = self._side_by_side([self._get(f"{name}.scale").reshape(-1) for name in weights], shape[1])
        else:
            values = [self._floats(name, 1) for name in weights]
        wide = np.concatenate([_wide(each) for each in values], axis=1)
        panels = wide.reshape(shape[0], -1, _PANEL).transpose(1, 0, 2)
        bias = self._side_by_side([self._get(name, 1) for name in biases], shape[1]) if biases else 0
        return _Matrix(self._kept.at(panels, kind), scale, bias, shape[0], wide.shape[1])

    def _side_by_side(self, vectors: Sequence[Array], size: int) -> int:
        if any(each.dtype != np.float32 or each.shape != (size,) for each in vectors):
            raise ValueError(
                f"expected vectors of {size} numbers in float32, found {[each.shape for each in vectors]}"
            )
        return self._kept.at(np.concatenate([_wide(each) for each in vectors]), np.float32)

    def _layers(self, inner: int) -> Any:
        made: list[_Layer] = []
        square = (self._width, self._width)
        while f"layer.{len(made)}.inner.weight" in self._arrays:
            name = f"layer.{len(made)}"
            parts = [f"{name}.attention.{part}" for part in _PARTS]
            joined, within, outer = (f"{name}.{part}" for part in ("attention.output", "inner", "outer"))
            made.append(
                _Layer(
                    self._matrix(
                        [f"{part}.weight" for part in parts], square, [f"{part}.bias" for part in parts]
                    ),
                    self._matrix([f"{joined}.weight"], square, [f"{joined}.bias"]),
                    self._matrix([f"{within}.weight"], (self._width, inner), [f"{within}.bias"]),
                    self._matrix([f"{outer}.weight"], (inner, self._width), [f"{outer}.bias"]),
                    (ctypes.c_void_p * 4)(*self._norm(f"{name}.attention.norm"), *self._norm(f"{name}.norm")),
                )
            )
        return (_Layer * len(made))(*made)


def _padded(width: int) -> int:
    return -(-width // _PANEL) * _PANEL


def _wide(values: Array) -> Array:
    """The last axis padded to whole panels with zeros."""
    more = _padded(values.shape[-1]) - values.shape[-1]
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, more)])
