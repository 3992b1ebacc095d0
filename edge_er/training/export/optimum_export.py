"""The same encoder by optimum: a second exporter to hold our graph against, and its dynamic quantiser.

    edge-er train check-export models/encoders/multilingual-32-hpd64

Our graph is written node by node (``encoder_graph``), so a slip there would ship. optimum traces the torch model
instead and knows nothing of our nodes: where both give the same vectors, both compute the encoder. Ours ships, because
its weights have plain names and its int8 ones are dequantised in the graph.
"""

from __future__ import annotations

import copy
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from edge_er.encoder.onnx_session import import_onnxruntime, open_session
from edge_er.errors import QualityGateError
from edge_er.training.export.encoder_graph import OPSET, build_onnx
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pretrained import load_own
from edge_er.training.models.token_rows import length_chunks

__all__ = ["MOST_DIFFERENCE", "check_export", "dynamic_graph", "main", "optimum_graph"]

MOST_DIFFERENCE = 1e-5  # of any component of a unit vector
TEXTS = (
    "kiss fm",
    "pon la cadena ser por favor",
    "spiel bayern 1",
    "joue france inter sur l enceinte du salon s il te plait",
    "metti radio deejay",
    "1",
)
TIMED_RUNS = 300
_INPUTS = ("input_ids", "attention_mask")

Session = Any


class _Sentences(nn.Module):
    """What optimum traces: token ids and mask to unit vectors."""

    def __init__(self, model: DualEncoder) -> None:
        super().__init__()
        self.model, self.config = model, model.bert.config

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> dict[str, Tensor]:
        vectors = nn.functional.normalize(self.model(input_ids, attention_mask), dim=-1)
        return {"embedding": vectors}


def optimum_graph(model: DualEncoder) -> bytes:
    """The float32 graph of ``model`` as optimum exports it; inputs and output have the names of ours."""
    import_onnxruntime()  # before optimum imports it, so that it sends nothing
    from optimum.exporters.onnx import export
    from optimum.exporters.onnx.config import TextEncoderOnnxConfig
    from optimum.utils import NormalizedTextConfig

    class Config(TextEncoderOnnxConfig):  # type: ignore[misc]
        NORMALIZED_CONFIG_CLASS = NormalizedTextConfig
        inputs: ClassVar = {name: {0: "batch", 1: "tokens"} for name in _INPUTS}
        outputs: ClassVar = {"embedding": {0: "batch"}}

    traced = copy.deepcopy(model).cpu().eval()  # the exporter changes the configuration
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it traces, which torch calls deprecated
        file = Path(folder) / "encoder.onnx"
        config = Config(traced.bert.config, task="feature-extraction")
        export(_Sentences(traced), config, file, opset=OPSET)
        return file.read_bytes()


def dynamic_graph(float_graph: onnx.ModelProto, signed_weights: bool) -> bytes:
    """A float32 graph by optimum's ORTQuantizer: dynamic int8, activations by the range of the batch.

    ``signed_weights`` are int8 and symmetric, others uint8; both by channel.
    """
    import_onnxruntime()
    from onnxruntime.quantization import QuantFormat, QuantizationMode, QuantType
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import QuantizationConfig

    settings = QuantizationConfig(
        is_static=False,
        format=QuantFormat.QOperator,
        mode=QuantizationMode.IntegerOps,
        activations_dtype=QuantType.QUInt8,
        weights_dtype=QuantType.QInt8 if signed_weights else QuantType.QUInt8,
        weights_symmetric=signed_weights,
        per_channel=True,
        operators_to_quantize=["MatMul", "Gather"],
    )
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "encoder.onnx"
        onnx.save(float_graph, source)
        ORTQuantizer(source).quantize(settings, save_dir=folder, file_suffix="int8")
        return source.with_name("encoder_int8.onnx").read_bytes()


def check_export(
    model: DualEncoder, texts: Sequence[str] = TEXTS, ours: onnx.ModelProto | None = None
) -> dict[str, Any]:
    """Vectors of ``texts``, bytes and time of our float32 graph beside optimum's.

    Args:
        model: the float32 encoder.
        texts: canonical; they run as one padded batch and each alone.
        ours: the graph to check; by default ``build_onnx(model)``.

    Returns:
        ``difference``, the largest of any component, and for ``ours`` and ``optimum`` each ``bytes`` and ``encode_us``,
        the median time in microseconds of one encode of the first text on one core.

    Raises:
        QualityGateError: the vectors differ by more than ``MOST_DIFFERENCE``.
    """
    graphs = {
        "ours": (ours or build_onnx(model)).SerializeToString(),
        "optimum": optimum_graph(model),
    }
    sessions = {name: open_session(graph, f"{name}.onnx", 1) for name, graph in graphs.items()}
    vectors = [_vectors(session, model, texts) for session in sessions.values()]
    difference = float(np.abs(vectors[0] - vectors[1]).max())
    if not difference <= MOST_DIFFERENCE:
        raise QualityGateError(
            f"our graph and optimum's differ by {difference:.1e} in a component of a vector, expected at most "
            f"{MOST_DIFFERENCE:.0e}; one of the two does not compute the encoder: see training/export/encoder_graph.py"
        )
    figures = {
        name: {"bytes": len(graph), "encode_us": _encode_us(sessions[name], model, texts[0])}
        for name, graph in graphs.items()
    }
    return {"difference": difference, **figures}


def _vectors(session: Session, model: DualEncoder, texts: Sequence[str]) -> NDArray[np.float32]:
    """Vectors of the texts together in one padded batch, and then of each alone, [2n, dim]."""
    rows, device = model.tokenize(texts), torch.device("cpu")
    found = []
    for size in (len(texts), 1):
        vectors = np.zeros((len(texts), model.dim), np.float32)
        for places, ids, mask in length_chunks(rows, size, device):
            feeds = dict(zip(_INPUTS, (ids.numpy(), mask.numpy()), strict=True))
            vectors[places] = session.run(["embedding"], feeds)[0]
        found.append(vectors)
    return np.concatenate(found)


def _encode_us(session: Session, model: DualEncoder, text: str) -> float:
    ids = model.tokenize(text)[0][None].astype(np.int64)
    feeds = dict(zip(_INPUTS, (ids, np.ones_like(ids)), strict=True))
    taken = []
    for _ in range(TIMED_RUNS):
        start = time.perf_counter_ns()
        session.run(["embedding"], feeds)
        taken.append(time.perf_counter_ns() - start)
    return round(float(np.median(taken)) / 1000, 1)


def main(encoder: str) -> dict[str, Any]:
    """``check_export`` of a shipped encoder by name, or of an encoder folder."""
    return check_export(load_own(encoder, "ENCODER"))
