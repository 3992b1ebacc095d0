"""The encoder as an ONNX graph: token ids in, unit vectors out, pooling and normalisation inside.

The graph is written node by node, so that its initializers carry plain names (``layer.0.attention.query.weight``) that
readers in other languages can take out. Weights are float32, or int8 with one float32 scale a column (a row, for
tables); tables are gathered first and dequantised after. Everything is computed in float32.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edge_er.training.models.dual_encoder import DualEncoder

__all__ = ["IR_VERSION", "OPSET", "Graph", "build_onnx", "quantise_weight", "weight_names"]

OPSET = 17
IR_VERSION = 8
MASKED = -1e9

Array = np.ndarray


def quantise_weight(weight: Array, axis: int) -> tuple[Array, Array]:
    """Symmetric int8 of ``weight`` and its float32 scales along ``axis``: weight ≈ int8 · scale."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    scale = np.maximum(np.abs(weight).max(axis=others), 1e-12).astype(np.float32) / np.float32(127)
    shape = [-1 if i == axis else 1 for i in range(weight.ndim)]
    return np.round(weight / scale.reshape(shape)).astype(np.int8), scale


class Graph:
    """Collects nodes and initializers; each method returns the name of what it computes.

    Weights named in ``float_weights`` stay float32, the others become int8.
    """

    def __init__(self, float_weights: Collection[str]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.float_weights = float_weights

    def constant(self, name: str, value: Array) -> str:
        """An initializer."""
        self.initializers.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """What an operator makes of its inputs."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def table(self, name: str, rows: Array, ids: str) -> str:
        """Rows of a table; int8 rows are dequantised after they are gathered."""
        if name in self.float_weights:
            return self.node("Gather", self.constant(name, rows), ids)
        values, scale = quantise_weight(rows, 0)
        gathered = self.node(
            "Cast", self.node("Gather", self.constant(name, values), ids), to=TensorProto.FLOAT
        )
        return self.node(
            "Mul", gathered, self.node("Gather", self.constant(f"{name}.scale", scale[:, None]), ids)
        )

    def matmul(self, name: str, x: str, weight: Array) -> str:
        """The product x · weight, ``weight`` [in, out]."""
        if name in self.float_weights:
            return self.node("MatMul", x, self.constant(name, weight))
        values, scale = quantise_weight(weight, 1)
        kernel = self.node("Cast", self.constant(name, values), to=TensorProto.FLOAT)
        return self.node("MatMul", x, self.node("Mul", kernel, self.constant(f"{name}.scale", scale)))

    def norm(self, name: str, x: str, weight: Array, bias: Array, epsilon: float) -> str:
        """Layer normalisation over the last axis."""
        return self.node(
            "LayerNormalization",
            x,
            self.constant(f"{name}.weight", weight),
            self.constant(f"{name}.bias", bias),
            axis=-1,
            epsilon=epsilon,
        )


def _weights(model: DualEncoder) -> dict[str, Array]:
    return {name: tensor.detach().float().cpu().numpy() for name, tensor in model.bert.state_dict().items()}


def weight_names(model: DualEncoder) -> list[str]:
    """The names of the weights that can be int8, in graph order."""
    names = ["token.table"]
    if "embeddings.word_embeddings.table.weight" in model.bert.state_dict():
        names.append("token.projection")
    names.append("position.table")
    for layer in range(len(model.bert.encoder.layer)):
        names += [
            f"layer.{layer}.{part}"
            for part in (
                "attention.query.weight",
                "attention.key.weight",
                "attention.value.weight",
                "attention.output.weight",
                "inner.weight",
                "outer.weight",
            )
        ]
    return names if model.output is None else [*names, "output.projection"]


def _embeddings(graph: Graph, weights: dict[str, Array], epsilon: float, max_tokens: int) -> str:
    compact = weights.get("embeddings.word_embeddings.table.weight")
    if compact is None:
        tokens = graph.table("token.table", weights["embeddings.word_embeddings.weight"], "input_ids")
    else:
        rows = graph.table("token.table", compact, "input_ids")
        tokens = graph.matmul(
            "token.projection", rows, weights["embeddings.word_embeddings.projection.weight"].T
        )
    positions = (
        weights["embeddings.position_embeddings.weight"][:max_tokens]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    length = graph.node(
        "Gather", graph.node("Shape", "input_ids"), graph.constant("axis.tokens", np.array(1))
    )
    zero, one = graph.constant("zero", np.array(0)), graph.constant("one", np.array(1))
    places = graph.table("position.table", positions, graph.node("Range", zero, length, one))
    return graph.norm(
        "embedding.norm",
        graph.node("Add", tokens, places),
        weights["embeddings.LayerNorm.weight"],
        weights["embeddings.LayerNorm.bias"],
        epsilon,
    )


@dataclass(frozen=True)
class _Layer:
    """One transformer layer of BERT as graph nodes.

    `weights` are those of the model, `number` that of the layer, `epsilon` that of its norms. Constants that all layers
    share ("shape.heads", "half", ...) are in the graph already.
    """

    graph: Graph
    weights: dict[str, Array]
    number: int
    epsilon: float

    def add(self, x: str, bias: str) -> str:
        """The layer's output [batch, tokens, width]; `bias` is what masked tokens add to attention scores."""
        attended = self._norm("attention.norm", self._attention(x, bias), "attention.output.LayerNorm")
        return self._norm("norm", self._feed_forward(attended), "output.LayerNorm")

    def _attention(self, x: str, bias: str) -> str:
        graph = self.graph
        query = self._heads(self._dense("attention.query", "attention.self.query", x), [0, 2, 1, 3])
        key = self._heads(self._dense("attention.key", "attention.self.key", x), [0, 2, 3, 1])
        value = self._heads(self._dense("attention.value", "attention.self.value", x), [0, 2, 1, 3])
        scores = graph.node("Mul", graph.node("MatMul", query, key), "attention.scale")
        shares = graph.node("Softmax", graph.node("Add", scores, bias), axis=-1)
        context = graph.node("Transpose", graph.node("MatMul", shares, value), perm=[0, 2, 1, 3])
        context = graph.node("Reshape", context, "shape.joined")
        return graph.node("Add", self._dense("attention.output", "attention.output.dense", context), x)

    def _feed_forward(self, x: str) -> str:
        """Dense, GELU, dense; GELU(x) is x · (1 + erf(x / √2)) / 2."""
        graph = self.graph
        inner = self._dense("inner", "intermediate.dense", x)
        bent = graph.node("Add", graph.node("Erf", graph.node("Div", inner, "root.two")), "one.float")
        inner = graph.node("Mul", graph.node("Mul", inner, bent), "half")
        return graph.node("Add", self._dense("outer", "output.dense", inner), x)

    def _dense(self, name: str, source: str, x: str) -> str:
        weight = self.weights[f"encoder.layer.{self.number}.{source}.weight"]
        offset = self.weights[f"encoder.layer.{self.number}.{source}.bias"]
        product = self.graph.matmul(f"layer.{self.number}.{name}.weight", x, weight.T)
        return self.graph.node(
            "Add", product, self.graph.constant(f"layer.{self.number}.{name}.bias", offset)
        )

    def _heads(self, x: str, order: list[int]) -> str:
        return self.graph.node("Transpose", self.graph.node("Reshape", x, "shape.heads"), perm=order)

    def _norm(self, name: str, x: str, source: str) -> str:
        of = f"encoder.layer.{self.number}.{source}"
        weight, bias = self.weights[f"{of}.weight"], self.weights[f"{of}.bias"]
        return self.graph.norm(f"layer.{self.number}.{name}", x, weight, bias, self.epsilon)


def _shared_constants(graph: Graph, width: int, heads: int) -> None:
    """Constants that all layers use."""
    graph.constant("shape.heads", np.array([0, 0, heads, width // heads]))
    graph.constant("shape.joined", np.array([0, 0, width]))
    for name, value in (
        ("attention.scale", (width // heads) ** -0.5),
        ("root.two", 2**0.5),
        ("one.float", 1),
        ("half", 0.5),
        ("masked", MASKED),
        ("tiny", 1e-12),
    ):
        graph.constant(name, np.array(value, np.float32))


def _pooled(graph: Graph, model: DualEncoder, x: str, mask: str) -> None:
    """The output "embedding": the mean over the tokens, projected where the model does so, of length 1."""
    shares = graph.node("Unsqueeze", mask, graph.constant("axes.width", np.array([2])))
    total = graph.node("ReduceSum", graph.node("Mul", x, shares), "axis.pool", keepdims=0)
    graph.constant("axis.pool", np.array([1]))
    mean = graph.node("Div", total, graph.node("ReduceSum", shares, "axis.pool", keepdims=0))
    if model.output is not None:
        mean = graph.matmul("output.projection", mean, model.output.weight.detach().float().cpu().numpy().T)
    size = graph.node("Max", graph.node("ReduceL2", mean, axes=[1], keepdims=1), "tiny")
    graph.nodes.append(helper.make_node("Div", [mean, size], ["embedding"], name="embedding"))


def build_onnx(
    model: DualEncoder,
    float_weights: Collection[str] | None = None,
    token_projections: Mapping[str, Array] | None = None,
) -> onnx.ModelProto:
    """The graph of ``model``: input_ids, attention_mask int64 [batch, tokens] -> embedding float32 [batch, dim].

    Args:
        model: teacher or student.
        float_weights: weights kept in float32 (see ``weight_names``); ``None`` keeps all of them so.
        token_projections: more outputs by name, float32 [batch, tokens, columns]: the token embeddings times a matrix
            [width, columns], in float32.
    """
    config, weights = model.bert.config, _weights(model)
    graph = Graph(weight_names(model) if float_weights is None else float_weights)
    _shared_constants(graph, config.hidden_size, config.num_attention_heads)
    mask = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    away = graph.node("Mul", graph.node("Sub", "one.float", mask), "masked")
    bias = graph.node("Unsqueeze", away, graph.constant("axes.heads", np.array([1, 2])))
    x = _embeddings(graph, weights, config.layer_norm_eps, model.max_tokens)
    for number in range(config.num_hidden_layers):
        x = _Layer(graph, weights, number, config.layer_norm_eps).add(x, bias)
    for name, projection in (token_projections or {}).items():
        graph.constant(f"{name}.projection", projection.astype(np.float32))
        graph.nodes.append(helper.make_node("MatMul", [x, f"{name}.projection"], [name], name=name))
    _pooled(graph, model, x, mask)
    ids = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "tokens"])
        for name in ("input_ids", "attention_mask")
    ]
    outs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", model.dim])]
    outs += [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "tokens", projection.shape[1]])
        for name, projection in (token_projections or {}).items()
    ]
    made = helper.make_model(
        helper.make_graph(graph.nodes, "encoder", ids, outs, graph.initializers),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="edge_er",
    )
    onnx.checker.check_model(made)
    return made
