"""What a pair costs a DiPair head of each shape: operations and time, beside a cross-attentive encoder and a cosine.

    OMP_NUM_THREADS=1 python -m benchmarks.cost.head_speed

As the paper counts it: the token embeddings of both sides are there, those of the names projected. Weights are random,
since they do not change times. The cross-attentive encoder has the layers of the shipped encoder, two of width 128,
which is the shape of the paper's BERT-tiny; it reads each request joined with each name. All are given the same blocks
of requests in turn, in torch on one thread; ratios are medians over blocks.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.cost.latency import bind_to_one_core
from benchmarks.lib.interleaved import interleaved, summary
from benchmarks.lib.results_file import markdown_table, write_result
from catalog_tools.language.requests import RequestGenerator
from edge_er.bundle.bundle import read_bundle
from edge_er.text.canonical import canonical_text
from edge_er.training.models.cross_encoder import CrossEncoder, cross_encoder_of
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import PairHead, multiply_adds, read_all
from edge_er.training.models.pretrained import load_own
from edge_er.training.models.token_rows import DeviceRows
from edge_er.training.settings import HeadSettings

ENCODER, BUNDLE, LANG = "multilingual-32-hpd64", "radio_en", "en"
AT_ONCE, BLOCKS, CANDIDATES = 32, 40, 10  # requests of a block, blocks, names a request
PAIRS = AT_ONCE * CANDIDATES
CROSS, COSINE = "cross-attentive encoder", "cosine"
HEADS = {
    "N=12, M=6, D=32, L=2": HeadSettings(),
    "L=1": HeadSettings(layers=1),
    "L=4": HeadSettings(layers=4),
    "N=24, M=12": HeadSettings(request_tokens=24, entity_tokens=12),
    "N=8, M=4": HeadSettings(request_tokens=8, entity_tokens=4),
    "N=4, M=3": HeadSettings(request_tokens=4, entity_tokens=3),
    "D=8": HeadSettings(dim=8),
    "D=16": HeadSettings(dim=16),
    "D=64": HeadSettings(dim=64),
    "D=128": HeadSettings(dim=128),
    "DiPair-FFNN": HeadSettings(kind="ffnn"),
    "DiPair-FFNN, N=4, M=3": HeadSettings(kind="ffnn", request_tokens=4, entity_tokens=3),
    "DE-FFNN": HeadSettings(kind="ffnn", request_tokens=1, entity_tokens=1, dim=128),
}


class Texts:
    """Requests and names as token rows, and the names each request is scored with, [requests, candidates]."""

    def __init__(self, model: DualEncoder, count: int) -> None:
        names = [canonical_text(entity.name) for entity in read_bundle(BUNDLE).entities]
        generator, chance = RequestGenerator.of_languages((LANG,)), random.Random(1)
        asked = [chance.choice(names) for _ in range(count)]
        requests = [canonical_text(generator.request(name, LANG, chance)) for name in asked]
        self.requests = model.tokenize(requests).on(model.device)
        self.names = model.tokenize(names).on(model.device)
        self.chosen = np.random.default_rng(1).integers(len(names), size=(count, CANDIDATES))


@torch.no_grad()
def head_scorer(head: PairHead, model: DualEncoder, texts: Texts) -> Callable[[np.ndarray], object]:
    """A function from rows of requests to their scores by a head."""
    asked = read_all(model, texts.requests, head.settings.request_tokens)
    named = read_all(model, texts.names, head.settings.entity_tokens)
    kept, chosen = head.project_entity(named.states), torch.from_numpy(texts.chosen)

    @torch.no_grad()
    def score(rows: np.ndarray) -> object:
        places = torch.from_numpy(rows)
        one, names = asked.rows(places), chosen[places]
        return head(one.states, one.mask, kept[names], named.mask[names])

    return score


@torch.no_grad()
def cosine_scorer(model: DualEncoder, texts: Texts) -> Callable[[np.ndarray], object]:
    """The same by the cosine of two vectors."""
    asked, named = (read_all(model, rows, 1).vectors for rows in (texts.requests, texts.names))
    chosen = torch.from_numpy(texts.chosen)
    return lambda rows: torch.einsum("rd,rcd->rc", asked[rows], named[chosen[rows]])


@torch.no_grad()
def cross_scores(model: CrossEncoder, texts: Texts, rows: np.ndarray) -> object:
    """The same by the cross-attentive encoder."""
    pairs = np.stack([np.repeat(rows, CANDIDATES), texts.chosen[rows].ravel()], axis=1)
    return model.scores(texts.requests, texts.names, pairs)


def cross_multiply_adds(model: CrossEncoder, texts: Texts) -> float:
    """Multiply-adds of a request with all its candidates, the mean."""
    config = model.encoder.bert.config
    tokens = texts.requests.lengths[:, None] + texts.names.lengths[texts.chosen] - 1.0
    width, inner = config.hidden_size, config.intermediate_size
    layer = tokens * (4 * width**2 + 2 * width * inner) + 2 * tokens**2 * width
    return float(config.num_hidden_layers * layer.sum(axis=1).mean())


def lengths(rows: DeviceRows) -> dict[str, float]:
    """Mean and 95th percentile of tokens a text."""
    return {"mean": float(rows.lengths.mean()), "p95": float(np.percentile(rows.lengths, 95))}


def measured() -> dict[str, Any]:
    """All figures."""
    model = load_own(ENCODER, "encoder").eval()
    texts = Texts(model, AT_ONCE * BLOCKS)
    torch.manual_seed(1)
    heads = {name: PairHead(settings, model.width).eval() for name, settings in HEADS.items()}
    cross = cross_encoder_of(model, 0).eval()
    systems = {name: head_scorer(head, model, texts) for name, head in heads.items()}
    systems |= {COSINE: cosine_scorer(model, texts), CROSS: partial(cross_scores, cross, texts)}
    blocks = np.split(np.arange(AT_ONCE * BLOCKS), BLOCKS)
    times = summary(interleaved(systems, blocks), CROSS)
    cost: dict[str, float] = {
        name: multiply_adds(head.settings, model.width, CANDIDATES) for name, head in heads.items()
    }
    cost |= {COSINE: CANDIDATES * model.dim, CROSS: cross_multiply_adds(cross, texts)}
    parameters = {name: sum(each.numel() for each in head.parameters()) for name, head in heads.items()}
    return {
        "candidates": CANDIDATES,
        "tokens": {"requests": lengths(texts.requests), "names": lengths(texts.names)},
        "systems": {
            name: {
                "multiply_adds": cost[name],
                "parameters": parameters.get(name),
                "us_a_pair": 1e3 * cell["p50_ms"] / PAIRS,
                "times_faster": 1 / cell["ratio"],
            }
            for name, cell in times.items()
        },
    }


def table(report: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = []
    for name, cell in report["systems"].items():
        flops = 2 * cell["multiply_adds"]
        per_second = flops / report["candidates"] / cell["us_a_pair"] / 1e3
        rows.append(
            [
                name,
                f"{cell['parameters']:,}" if cell["parameters"] else "-",
                f"{flops / 1e6:.3f}",
                f"{cell['us_a_pair']:.2f}",
                f"{per_second:.1f}",
                f"{cell['times_faster']:,.1f}",
            ]
        )
    rows.sort(key=lambda row: float(row[2]))
    tokens = report["tokens"]
    heading = [
        "head",
        "parameters",
        "MFLOP a request",
        "µs a pair",
        "GFLOP/s",
        f"times faster than the {CROSS}",
    ]
    return "\n\n".join(
        [
            "# Time of DiPair heads beside their operations",
            markdown_table(heading, rows),
            f"{CANDIDATES} names a request; {PAIRS} pairs together, one thread, on a machine that others used too: "
            f"medians of {BLOCKS} blocks given to all in turn. A request has {tokens['requests']['mean']:.1f} tokens, "
            f"a name {tokens['names']['mean']:.1f}. Embeddings of requests and names are there beforehand.",
        ]
    )


def main() -> None:
    """Measure and write the result files."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    bind_to_one_core()
    torch.set_num_threads(1)
    report = measured()
    write_result("cost.head_speed", "head_speed", report, table(report))
    print(table(report))


if __name__ == "__main__":
    main()
