"""Float32 weights read back from an exported encoder, int8 times scale, where the float32 folder is not there.

An installed package has int8 encoders alone: float32 ones are four times as large, and only training wants them.
Rounding moved each weight by at most half a step of its column. To go on training from there costs nothing that could
be measured; the graph has no type embeddings of its own, so they come back as part of the positions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from edge_er.encoder.encoder import read_encoder_files
from edge_er.errors import EncoderError
from edge_er.training.models.dual_encoder import CompactEmbedding, DualEncoder, linear_of

__all__ = ["dual_encoder_of", "read_back"]

_LAYER = {
    "attention.query": "attention.self.query",
    "attention.key": "attention.self.key",
    "attention.value": "attention.self.value",
    "attention.output": "attention.output.dense",
    "inner": "intermediate.dense",
    "outer": "output.dense",
}
_NORMS = {"attention.norm": "attention.output.LayerNorm", "norm": "output.LayerNorm"}

Array = np.ndarray


def read_back(folder: Path | str) -> DualEncoder:
    """The encoder of a folder with encoder.onnx, in float32, to train further.

    Raises:
        EncoderError: a file is missing or damaged, or the graph is none that ``edge-er train export`` wrote.
    """
    return dual_encoder_of(read_encoder_files(folder), str(folder))


def dual_encoder_of(files: Mapping[str, bytes], where: str) -> DualEncoder:
    """The same from the contents of the files by name, such as those of a bundle; ``where`` is for errors."""
    card: dict[str, Any] = json.loads(files["encoder.json"])
    graph = onnx.load_model_from_string(files["encoder.onnx"]).graph
    kept = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    try:
        weights = _Weights(kept)
        bert = _bert(weights, _epsilon(graph))
        output = weights.matrix("output.projection") if "output.projection" in kept else None
    except (KeyError, StopIteration) as error:
        raise EncoderError(
            f"{where}: encoder.onnx has no {error}; only encoders of edge-er train export can be trained further"
        ) from None
    tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode("utf-8"))
    projection = None if output is None else linear_of(torch.from_numpy(output))
    canonical = bool(card.get("canonical", True))
    return DualEncoder(bert, tokenizer, int(card["max_tokens"]), projection, canonical).eval()


class _Weights:
    """The constants of a graph, int8 ones times their scales."""

    def __init__(self, kept: Mapping[str, Array]) -> None:
        self._kept = kept

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def plain(self, name: str) -> Array:
        """A float32 copy of a constant."""
        values = self._kept[name]
        scale = self._kept.get(f"{name}.scale")
        return np.array(values, np.float32) * (1 if scale is None else scale)

    def matrix(self, name: str) -> Array:
        """A matrix as torch keeps it, [out, in]."""
        return np.ascontiguousarray(self.plain(name).T)

    def heads(self) -> int:
        """How many heads the attention has."""
        return int(self._kept["shape.heads"][2])

    def layers(self) -> int:
        """How many layers there are."""
        return sum(name.endswith(".inner.weight") for name in self._kept)


def _epsilon(graph: onnx.GraphProto) -> float:
    norm = next(node for node in graph.node if node.op_type == "LayerNormalization")
    return float(next(each.f for each in norm.attribute if each.name == "epsilon"))


def _bert(weights: _Weights, epsilon: float) -> BertModel:
    table, positions = weights.plain("token.table"), weights.plain("position.table")
    width, layers = positions.shape[1], weights.layers()
    bert = BertModel(
        BertConfig(
            attn_implementation="sdpa",
            vocab_size=len(table),
            hidden_size=width,
            num_hidden_layers=layers,
            num_attention_heads=weights.heads(),
            intermediate_size=weights.plain("layer.0.inner.weight").shape[1],
            type_vocab_size=1,
            max_position_embeddings=len(positions),
            layer_norm_eps=epsilon,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        ),
        add_pooling_layer=False,
    )
    state = {
        "embeddings.position_embeddings.weight": positions,
        "embeddings.token_type_embeddings.weight": np.zeros((1, width), np.float32),
        **_norm(weights, "embedding.norm", "embeddings.LayerNorm"),
    }
    if "token.projection" in weights:
        bert.set_input_embeddings(CompactEmbedding(table.shape[0], table.shape[1], width))
        state["embeddings.word_embeddings.table.weight"] = table
        state["embeddings.word_embeddings.projection.weight"] = weights.matrix("token.projection")
    else:
        state["embeddings.word_embeddings.weight"] = table
    for number in range(layers):
        state |= _layer(weights, number)
    bert.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=True)
    return bert


def _layer(weights: _Weights, number: int) -> dict[str, Array]:
    ours, theirs = f"layer.{number}", f"encoder.layer.{number}"
    state: dict[str, Array] = {}
    for name, source in _LAYER.items():
        state[f"{theirs}.{source}.weight"] = weights.matrix(f"{ours}.{name}.weight")
        state[f"{theirs}.{source}.bias"] = weights.plain(f"{ours}.{name}.bias")
    for name, source in _NORMS.items():
        state |= _norm(weights, f"{ours}.{name}", f"{theirs}.{source}")
    return state


def _norm(weights: _Weights, name: str, source: str) -> dict[str, Array]:
    return {f"{source}.{part}": weights.plain(f"{name}.{part}") for part in ("weight", "bias")}
