"""The DiPair head as an ONNX graph, node by node like the encoder's (see ``encoder_graph``).

The projections of both sides are in the encoder's graph, so that a catalog can keep its side. Inputs: ``request``
float32 [tokens, D], the projected first N token embeddings of a request; ``entity`` float32 [candidates, M, D], those
of the candidates; ``entity_mask`` float32 [candidates, M], 1 for a token. Output: ``score`` float32 [candidates].
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import onnx
from onnx import TensorProto, helper

from edge_er.errors import RecipeError
from edge_er.training.export.encoder_graph import IR_VERSION, OPSET, Graph
from edge_er.training.models.pair_head import PairHead

__all__ = ["build_head_onnx", "head_weight_names"]

Weights = dict[str, np.ndarray]


def head_weight_names(head: PairHead) -> list[str]:
    """The names of the weights that can be int8."""
    parts = ("query", "key", "value", "output", "inner", "outer")
    return [f"layers.{layer}.{part}.weight" for layer in range(head.settings.layers) for part in parts]


def build_head_onnx(head: PairHead, float_weights: Collection[str] | None = None) -> onnx.ModelProto:
    """The graph of a transformer head.

    Args:
        head: the trained head.
        float_weights: weights kept in float32; None keeps all of them so.

    Raises:
        RecipeError: a feed-forward head, which is for comparison only.
    """
    settings = head.settings
    if settings.kind != "transformer":
        raise RecipeError(f"[head] kind: only a transformer head is exported, found {settings.kind!r}")
    weights = {name: value.detach().float().cpu().numpy() for name, value in head.state_dict().items()}
    graph = Graph(head_weight_names(head) if float_weights is None else float_weights)
    states, away = _join(graph, weights, settings.request_tokens)
    states = _norm(graph, "norm", states, weights)
    for layer in range(settings.layers):
        states = _layer(graph, f"layers.{layer}", states, away, weights, settings.heads)
    first = graph.node("Gather", states, graph.constant("first", np.array(0)), axis=1)
    score = graph.node("MatMul", first, graph.constant("score.weight", weights["score.weight"].T))
    score = graph.node("Add", score, graph.constant("score.bias", weights["score.bias"]))
    graph.constant("axes.score", np.array([1]))
    graph.nodes.append(helper.make_node("Squeeze", [score, "axes.score"], ["score"], name="score"))
    return _model(graph, settings.dim)


def _join(graph: Graph, weights: Weights, request_tokens: int) -> tuple[str, str]:
    """The joined sequence [candidates, tokens, D] with positions, and what masked tokens add to attention scores."""
    length = graph.node("Gather", graph.node("Shape", "request"), graph.constant("zero", np.array([0])))
    graph.constant("position", weights["position"])
    graph.constant("request.end", np.array([request_tokens]))
    graph.constant("end", np.array([len(weights["position"])]))
    asked = graph.node("Add", "request", graph.node("Slice", "position", "zero", length, "zero"))
    named = graph.node("Add", "entity", graph.node("Slice", "position", "request.end", "end", "zero"))
    count = graph.node("Gather", graph.node("Shape", "entity"), "zero")
    dim = graph.constant("dim", np.array([weights["position"].shape[1]]))
    asked = graph.node("Expand", asked, graph.node("Concat", count, length, dim, axis=0))
    present = graph.node(
        "Expand",
        graph.constant("one", np.ones((1, 1), np.float32)),
        graph.node("Concat", count, length, axis=0),
    )
    mask = graph.node("Concat", present, "entity_mask", axis=1)
    away = graph.node(
        "Mul", graph.node("Sub", "one", mask), graph.constant("masked", np.array(-1e4, np.float32))
    )
    away = graph.node("Unsqueeze", away, graph.constant("axes.heads", np.array([1, 2])))
    return graph.node("Concat", asked, named, axis=1), away


def _layer(graph: Graph, name: str, x: str, away: str, weights: Weights, heads: int) -> str:
    def dense(part: str, value: str) -> str:
        product = graph.matmul(f"{name}.{part}.weight", value, weights[f"{name}.{part}.weight"].T)
        return graph.node(
            "Add", product, graph.constant(f"{name}.{part}.bias", weights[f"{name}.{part}.bias"])
        )

    width = weights[f"{name}.query.weight"].shape[0]
    shape = graph.constant(f"{name}.shape.heads", np.array([0, 0, heads, width // heads]))
    joined = graph.constant(f"{name}.shape.joined", np.array([0, 0, width]))
    scale = graph.constant(f"{name}.scale", np.array((width // heads) ** -0.5, np.float32))
    query, key, value = (
        graph.node("Transpose", graph.node("Reshape", dense(part, x), shape), perm=order)
        for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3]))
    )
    scores = graph.node("Add", graph.node("Mul", graph.node("MatMul", query, key), scale), away)
    context = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), value)
    context = graph.node("Reshape", graph.node("Transpose", context, perm=[0, 2, 1, 3]), joined)
    x = _norm(graph, f"{name}.attention_norm", graph.node("Add", x, dense("output", context)), weights)
    inner = graph.node("Relu", dense("inner", x))
    return _norm(graph, f"{name}.norm", graph.node("Add", x, dense("outer", inner)), weights)


def _norm(graph: Graph, name: str, x: str, weights: Weights) -> str:
    return graph.norm(name, x, weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-5)


def _model(graph: Graph, dim: int) -> onnx.ModelProto:
    tensor = helper.make_tensor_value_info
    inputs = [
        tensor("request", TensorProto.FLOAT, ["tokens", dim]),
        tensor("entity", TensorProto.FLOAT, ["candidates", "entity_tokens", dim]),
        tensor("entity_mask", TensorProto.FLOAT, ["candidates", "entity_tokens"]),
    ]
    out = tensor("score", TensorProto.FLOAT, ["candidates"])
    made = helper.make_model(
        helper.make_graph(graph.nodes, "pair_head", inputs, [out], graph.initializers),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="edge_er",
    )
    onnx.checker.check_model(made)
    return made
