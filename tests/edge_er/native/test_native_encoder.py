"""The forward pass in C: beside plain steps in double precision for odd shapes, beside onnxruntime for what ships."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import REPOSITORY

from edge_er.encoder.encoder import Encoder, quantise
from edge_er.encoder.onnx_weights import read_weights
from edge_er.native.encoder import NativeEncoder
from edge_er.native.library import Kernels

Arrays = dict[str, np.ndarray[Any, Any]]
EPSILON = 1e-5


@st.composite
def weights(draw: st.DrawFn) -> tuple[Arrays, int]:
    """Weights of an encoder of an odd shape, and the length of its vectors."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    heads, size = draw(st.integers(1, 3)), draw(st.integers(1, 11))
    width, inner = heads * size, draw(st.integers(1, 40))
    vocabulary, tokens = draw(st.integers(1, 9)), draw(st.integers(1, 14))
    token_width = draw(st.none() | st.integers(1, 20))
    dim = draw(st.none() | st.integers(1, 33))
    made: Arrays = {
        "shape.heads": np.array([0, 0, heads, size]),
        "attention.scale": np.array(size**-0.5, np.float32),
    }

    def matrix(name: str, rows: int, columns: int, axis: int = 1) -> None:
        values = random.normal(0, 0.5, (rows, columns)).astype(np.float32)
        if draw(st.booleans()):
            scale = np.abs(values).max(axis=1 - axis) / np.float32(127)
            scale = scale[:, None] if axis == 0 else scale
            made[f"{name}.scale"] = scale
            values = np.round(values / scale).astype(np.int8)
        made[name] = values

    def vector(name: str, columns: int, around: float) -> None:
        made[name] = random.normal(around, 0.2, columns).astype(np.float32)

    matrix("token.table", vocabulary, token_width or width, 0)
    if token_width:
        matrix("token.projection", token_width, width)
    matrix("position.table", tokens, width, 0)
    norms = ["embedding.norm"]
    for layer in range(draw(st.integers(1, 2))):
        for part, rows, columns in (
            *((f"attention.{each}", width, width) for each in ("query", "key", "value", "output")),
            *(("inner", width, inner), ("outer", inner, width)),
        ):
            matrix(f"layer.{layer}.{part}.weight", rows, columns)
            vector(f"layer.{layer}.{part}.bias", columns, 0.0)
        norms += [f"layer.{layer}.attention.norm", f"layer.{layer}.norm"]
    for name in norms:
        vector(f"{name}.weight", width, 1.0)
        vector(f"{name}.bias", width, 0.0)
    if dim:
        matrix("output.projection", width, dim)
    return made, dim or width


def plain(arrays: Arrays, ids: list[int]) -> np.ndarray[Any, Any]:
    """The same in double precision, as docs/spec/bundle.md says."""

    def value(name: str) -> np.ndarray[Any, Any]:
        return arrays[name].astype(float) * arrays.get(f"{name}.scale", np.array(1.0)).astype(float)

    def norm(name: str, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        x = x - x.mean(axis=1, keepdims=True)
        return x / np.sqrt((x**2).mean(axis=1, keepdims=True) + EPSILON) * value(f"{name}.weight") + value(
            f"{name}.bias"
        )

    def dense(name: str, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return x @ value(f"{name}.weight") + value(f"{name}.bias")

    x = value("token.table")[ids]
    if "token.projection" in arrays:
        x = x @ value("token.projection")
    x = norm("embedding.norm", x + value("position.table")[: len(ids)])
    _, _, heads, size = arrays["shape.heads"].tolist()
    layer = 0
    while f"layer.{layer}.inner.weight" in arrays:
        name = f"layer.{layer}"
        query, key, values = (
            dense(f"{name}.attention.{part}", x).reshape(len(ids), heads, size).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(1, 2) * float(arrays["attention.scale"])
        shares = np.exp(scores - scores.max(axis=2, keepdims=True))
        seen = (shares / shares.sum(axis=2, keepdims=True)) @ values
        seen = seen.swapaxes(0, 1).reshape(len(ids), heads * size)
        x = norm(f"{name}.attention.norm", dense(f"{name}.attention.output", seen) + x)
        bent = dense(f"{name}.inner", x)
        bent = bent * (1 + np.vectorize(math.erf)(bent / math.sqrt(2))) / 2
        x = norm(f"{name}.norm", dense(f"{name}.outer", bent) + x)
        layer += 1
    mean = x.mean(axis=0)
    if "output.projection" in arrays:
        mean = mean @ value("output.projection")
    return mean / max(float(np.linalg.norm(mean)), 1e-12)


@settings(max_examples=150)
@given(weights(), st.data())
def test_odd_shapes(kernels: Kernels, made: tuple[Arrays, int], data: st.DataObject) -> None:
    arrays, dim = made
    encoder = NativeEncoder(kernels, arrays, EPSILON, dim)
    ids = data.draw(
        st.lists(st.integers(0, encoder.vocabulary - 1), min_size=1, max_size=encoder.tokens), "token ids"
    )
    embedding, vector = encoder.encode(ids, 127.0, 127)
    expected = plain(arrays, ids)
    if np.linalg.norm(expected) > 0.5:  # 0 where a norm of one number leaves nothing
        assert np.abs(embedding - expected).max() <= 2e-5
    assert (vector == quantise(embedding, 127.0)).all()


@settings(max_examples=60)
@given(weights(), st.data())
def test_every_variant_gives_the_same_bits(
    kernels: Kernels, made: tuple[Arrays, int], data: st.DataObject
) -> None:
    arrays, dim = made
    encoders = [
        NativeEncoder(Kernels(kernels.file, variant), arrays, EPSILON, dim) for variant in kernels.variants
    ]
    ids = data.draw(
        st.lists(st.integers(0, encoders[0].vocabulary - 1), min_size=1, max_size=encoders[0].tokens), "ids"
    )
    bits = {encoder.encode(ids, 99.0, 127)[0].tobytes() for encoder in encoders}
    assert len(bits) == 1


def test_a_scale_beyond_all_whole_floats_is_clipped(kernels: Kernels) -> None:
    folder = REPOSITORY / "models" / "encoders" / "multilingual-32-hpd64"
    found = read_weights((folder / "encoder.onnx").read_bytes())
    assert found
    encoder = NativeEncoder(kernels, found.arrays, found.epsilon, 64)
    embedding, vector = encoder.encode([2, 300, 3], 1e30, 127)
    assert vector.tolist() == np.where(embedding < 0, -127, 127).tolist()


@pytest.mark.parametrize("name", ["multilingual-32", "multilingual-32-hpd64", "multilingual-64"])
def test_what_ships_is_as_in_onnxruntime(kernels: Kernels, name: str) -> None:
    folder = REPOSITORY / "models" / "encoders" / name
    files = {
        each: (folder / each).read_bytes() for each in ("encoder.onnx", "tokenizer.json", "encoder.json")
    }
    native, reference = Encoder.from_files(files, kernels=kernels), Encoder.from_files(files, kernels=None)
    texts = ["", "pon la cadena ser", "play " * 60, "ウズ", "x", "radio 98 9 fm in the kitchen please"]
    ours, theirs = native.encode_canonical(texts), reference.encode_canonical(texts, batch_size=1)
    assert native._native is not None
    assert np.abs(ours - theirs).max() <= 1e-5
    scale = float(native.card["vector_scale"])
    for text in texts:
        one, other = native.encode_text(text, scale), reference.encode_text(text, scale)
        assert one.text == other.text
        assert one.readable == other.readable
        difference = np.abs(one.vector.astype(int) - other.vector)
        assert difference.max() <= 1
        assert np.count_nonzero(difference) <= 2


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("layer.0.inner.bias", np.zeros(3, np.float32)),
        ("layer.0.attention.key.weight", np.zeros((24, 23), np.float32)),
        ("layer.0.outer.weight", np.zeros((7, 24), np.float32)),
        ("embedding.norm.weight", np.full(24, np.nan, np.float32)),
        ("shape.heads", np.array([0, 0, 5, 5])),
        ("position.table", np.zeros((4, 23), np.float32)),
        ("token.table.scale", np.zeros(3, np.float32)),
        ("token.table", None),
        ("layer.0.norm.bias", None),
    ],
)
def test_wrong_weights_are_told(kernels: Kernels, name: str, wrong: np.ndarray[Any, Any] | None) -> None:
    arrays = small()
    NativeEncoder(kernels, arrays, EPSILON, 24)
    if wrong is None:
        del arrays[name]
    else:
        arrays[name] = wrong
    with pytest.raises(ValueError, match="expected"):
        NativeEncoder(kernels, arrays, EPSILON, 24)


@pytest.mark.parametrize("ids", [[], [-1], [5], [0] * 5])
def test_wrong_ids_are_told(kernels: Kernels, ids: list[int]) -> None:
    with pytest.raises(ValueError, match="token ids"):
        NativeEncoder(kernels, small(), EPSILON, 24).encode(ids, 127.0, 127)


def small() -> Arrays:
    """A whole encoder of one layer: 5 tokens, 4 places, width 24."""
    random = np.random.default_rng(3)
    made: Arrays = {
        "shape.heads": np.array([0, 0, 2, 12]),
        "attention.scale": np.array(0.3, np.float32),
        "token.table": random.integers(-9, 9, (5, 24)).astype(np.int8),
        "token.table.scale": np.ones((5, 1), np.float32),
        "position.table": np.zeros((4, 24), np.float32),
    }
    for part, rows, columns in (
        *((f"attention.{each}", 24, 24) for each in ("query", "key", "value", "output")),
        *(("inner", 24, 8), ("outer", 8, 24)),
    ):
        made[f"layer.0.{part}.weight"] = random.normal(size=(rows, columns)).astype(np.float32)
        made[f"layer.0.{part}.bias"] = np.zeros(columns, np.float32)
    for name in ("embedding.norm", "layer.0.attention.norm", "layer.0.norm"):
        made[f"{name}.weight"], made[f"{name}.bias"] = np.ones(24, np.float32), np.zeros(24, np.float32)
    return made
