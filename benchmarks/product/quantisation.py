"""Ways to store an encoder in int8, side by side: recall, bytes, time, and whether a vector depends on its neighbours.

    python -m benchmarks.product.quantisation models/encoders/multilingual-32

float32                 the graph as trained
float32 by optimum      the same model by optimum's exporter, to hold our graph against
int8 weights            weights int8 by column, dequantised in the graph, everything computed in float32; what ships
int4 token table        the same with the token table on 15 levels a row (its bytes are reckoned, not written)
dynamic U8U8, U8S8      onnxruntime's dynamic quantisation (optimum's ORTQuantizer): activations uint8 by the range of
                        the batch, weights uint8 or int8

Recall@1 is over the entities of the shipped bundles, ranked by float32 cosines.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cost.latency import bind_to_one_core, times
from benchmarks.lib.plots import plt, save
from benchmarks.lib.results_file import (
    LANGUAGES,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.systems import AVERAGE, by_language, pooled, rows_of
from edge_er.bundle.bundle import read_bundle
from edge_er.encoder.encoder import Encoder
from edge_er.encoder.onnx_session import open_session
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker
from edge_er.training.card import read_card
from edge_er.training.data.voice_requests import station_requests
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.export.optimum_export import dynamic_graph, optimum_graph
from edge_er.training.models.dual_encoder import DualEncoder, load_model

FLOAT32, OPTIMUM, INT8, INT4_TABLE = (
    "float32",
    "float32 by optimum",
    "int8 weights, dequantised in the graph",
    "int8 weights, int4 token table",
)
STRATA = ("text", "asr", "noisy")
INT4_LEVELS = 7  # on each side of zero
TIMED_TOKENS, TIMED_TEXTS = 8, 2000
PARITY_TEXTS, PARITY_BATCH = 512, 32


def on_levels(table: NDArray[np.float32], levels: int) -> NDArray[np.float32]:
    """`table` [rows, columns] rounded, row by row, to `levels` equal steps on each side of zero."""
    step = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-12) / levels
    rounded: NDArray[np.float32] = (np.round(table / step) * step).astype(np.float32)
    return rounded


def int4_table_graph(model: DualEncoder) -> tuple[bytes, int]:
    """The int8 graph with a token table on int4 levels, and the bytes it would take with two values a byte."""
    import torch

    rounded = copy.deepcopy(model)
    embedding = rounded.bert.get_input_embeddings()
    table = getattr(embedding, "table", embedding).weight
    table.data = torch.from_numpy(on_levels(table.detach().numpy(), INT4_LEVELS))
    graph = build_onnx(rounded, ()).SerializeToString()
    return graph, len(graph) - table.numel() // 2


def candidates(model: DualEncoder) -> Iterator[tuple[str, bytes, int]]:
    """Name, graph and bytes of every candidate, float32 first."""
    floating = build_onnx(model)
    yield FLOAT32, floating.SerializeToString(), floating.ByteSize()
    traced = optimum_graph(model)
    yield OPTIMUM, traced, len(traced)
    int8 = build_onnx(model, ()).SerializeToString()
    yield INT8, int8, len(int8)
    yield INT4_TABLE, *int4_table_graph(model)
    for name, signed in (("dynamic U8U8", False), ("dynamic U8S8", True)):
        graph = dynamic_graph(floating, signed)
        yield name, graph, len(graph)


class Session:
    """A graph on one thread, fed with token ids as they are."""

    def __init__(self, graph: bytes) -> None:
        self._session = open_session(graph, "encoder.onnx", 1)

    def run(self, ids: list[list[int]]) -> NDArray[np.float32]:
        """Unit vectors float32 [len(ids), dim]; shorter rows are padded."""
        rows = np.zeros((len(ids), max(map(len, ids))), np.int64)
        mask = np.zeros_like(rows)
        for place, row in enumerate(ids):
            rows[place, : len(row)] = row
            mask[place, : len(row)] = 1
        vectors: NDArray[np.float32] = self._session.run(
            ["embedding"], {"input_ids": rows, "attention_mask": mask}
        )[0]
        return vectors


def parity(session: Session, reference: NDArray[np.float32], ids: list[list[int]]) -> dict[str, float]:
    """How far vectors differ in a padded batch from alone, and from `reference`, the float32 vectors."""
    alone = np.concatenate([session.run([row]) for row in ids])
    parts = [session.run(ids[start : start + PARITY_BATCH]) for start in range(0, len(ids), PARITY_BATCH)]
    batched = np.concatenate(parts)
    return {
        "batch_difference": float(np.abs(batched - alone).max()),
        "batch_cosine": float((batched * alone).sum(1).min()),
        "float32_difference": float(np.abs(alone - reference).max()),
        "float32_cosine": float((alone * reference).sum(1).min()),
    }


def encode_times(session: Session, ids: list[list[int]]) -> dict[str, float]:
    """Time of one encode of `TIMED_TOKENS` tokens, ids already at hand."""
    rows = [row for row in ids if len(row) == TIMED_TOKENS] or [[*row, *row][:TIMED_TOKENS] for row in ids]
    named = {str(place): [rows[place % len(rows)]] for place in range(TIMED_TEXTS)}
    return times(lambda name: session.run(named[name]), list(named))


def recall(encoder: Encoder, bundle: str, data: Path) -> Evaluation:
    """Every language's requests against the entities of its bundle."""
    parts = {}
    for lang in LANGUAGES:
        entities = list(read_bundle(bundle.format(lang=lang)).entities)
        parts[lang] = measure(EncoderRanker(encoder, entities), entities, station_requests(data, lang))
    return pooled(parts)


def figures_of(evaluation: Evaluation) -> dict[str, Any]:
    """`[stratum][lang | average]` of Recall@1."""
    return {
        stratum: {
            lang: cell.to_dict()
            for lang, cell in by_language(evaluation, rows_of(evaluation, stratum), "recall_at_1").items()
        }
        for stratum in STRATA
    }


def table(candidates_: dict[str, Any]) -> str:
    """The figures as Markdown."""
    recalls = [
        [name, *(percent(cell["recall_at_1"][stratum][AVERAGE]) for stratum in STRATA), f"{cell['bytes']:,}"]
        for name, cell in candidates_.items()
    ]
    others = [
        [
            name,
            f"{cell['parity']['batch_difference']:.1e}",
            f"{cell['parity']['float32_difference']:.1e}",
            f"{cell['parity']['float32_cosine']:.5f}",
            f"{cell['time']['p50_ms'] * 1000:.0f}",
            f"{cell['time']['p99_ms'] * 1000:.0f}",
        ]
        for name, cell in candidates_.items()
    ]
    return "\n\n".join(
        [
            "# Ways to store an encoder",
            markdown_table(["Recall@1, average of five languages", *STRATA, "bytes"], recalls),
            markdown_table(
                [
                    "vectors and time",
                    "batch against single",
                    "against float32",
                    "least cosine",
                    "p50 µs",
                    "p99 µs",
                ],
                others,
            ),
            f"Differences are the largest of any component, over {PARITY_TEXTS} requests. Time is one encode of "
            f"{TIMED_TOKENS} tokens on one thread. Intervals are 95 %, bootstrapped by entity. Plot: quantisation.png.",
        ]
    )


def plot(candidates_: dict[str, Any], out: Path) -> None:
    """Recall@1 on recognised speech against bytes."""
    figure, panel = plt.subplots(figsize=(7.5, 4.5), layout="constrained")
    for name, cell in candidates_.items():
        recall = cell["recall_at_1"]["asr"][AVERAGE]
        panel.plot(cell["bytes"] / 1e6, recall["value"], "o")
        panel.annotate(f"  {name}", (cell["bytes"] / 1e6, recall["value"]), fontsize=8)
    panel.set_xlabel("MB of encoder.onnx")
    panel.set_ylabel("Recall@1, recognised speech, average")
    panel.margins(x=0.25, y=0.15)
    panel.grid(alpha=0.3)
    save(figure, out)


def main() -> None:
    """Measure all candidates and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "encoder",
        type=Path,
        nargs="?",
        default=Path("models/encoders/multilingual-32"),
        help="float32 encoder folder",
    )
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--result", default="quantisation", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    model = load_model(options.encoder)
    card = {
        **read_card(options.encoder),
        "vector_scale": 127.0,  # not used here: cosines are taken of float vectors
        "dim": model.dim,
    }
    queries = [request.query for lang in LANGUAGES for request in station_requests(data, lang)]
    bind_to_one_core()
    report: dict[str, Any] = {}
    for name, graph, size in candidates(model):
        encoder, session = Encoder.from_bytes(graph, model.tokenizer.to_str(), card), Session(graph)
        ids = [encoder.token_ids(query) for query in queries[:: len(queries) // PARITY_TEXTS][:PARITY_TEXTS]]
        if name == FLOAT32:
            reference = np.concatenate([session.run([row]) for row in ids])
        report[name] = {
            "bytes": size,
            "parity": parity(session, reference, ids),
            "time": encode_times(session, ids),
            "recall_at_1": figures_of(recall(encoder, options.bundle, data)),
        }
        print(f"{name}: {size:,} bytes, asr {report[name]['recall_at_1']['asr'][AVERAGE]['value']:.3f}")
    write_result("product.quantisation", options.result, {"candidates": report}, table(report))
    plot(report, RESULTS / f"{options.result}.png")
    print(table(report))


if __name__ == "__main__":
    main()
