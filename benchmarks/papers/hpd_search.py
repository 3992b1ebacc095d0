"""Time and memory of an exact search by dimensions, as the retrieval table of the HPD paper has them.

    OMP_NUM_THREADS=1 python -m benchmarks.papers.hpd_search

The catalog has as many vectors as the paper's, by its memory: 42.61 MB of float32 in 128 dimensions. A request's dot
products with all of them are computed as the bundle's exact index does it, on one thread, and the largest is taken;
what the vectors say changes neither time nor bytes, so they are drawn at random. All dimensions take turns, and the
least of the rounds counts. What the dimensions find is measured by `hpd` and `hpd_requests`.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np

from benchmarks.lib.results_file import markdown_table, write_result
from edge_er.index.exact import dot_products, exact_columns

PAPER = {  # time, and MB of float32: of HPD students, SimCSE-MPNet and SimCSE-RoBERTa-large
    128: (63.1, 42.61),
    256: (130.4, 85.22),
    312: (165.4, 103.86),
    384: (194.4, 127.83),
    768: (385.8, 255.66),
    1024: (518.0, 340.88),
}
DIMS = (16, 32, 64, *PAPER)
WIDEST = 1024
VECTORS = round(PAPER[128][1] * 1e6 / (4 * 128))


def search(query: np.ndarray, columns: np.ndarray) -> int:
    """The nearest vector of ``columns`` [dim, n] to an int8 request [dim]."""
    return int(dot_products(query, columns).argmax())


def least_milliseconds(vectors: int, requests: int, rounds: int) -> dict[int, float]:
    """Milliseconds a request by dimensions: the least mean of the rounds, the dimensions taking turns."""
    rng = np.random.default_rng(1)
    drawn = rng.integers(-127, 128, (vectors, WIDEST), dtype=np.int8)
    catalogs = {dim: exact_columns(drawn[:, :dim]) for dim in DIMS}
    asked = rng.integers(-127, 128, (requests, WIDEST), dtype=np.int8)
    taken: dict[int, list[float]] = {dim: [] for dim in DIMS}
    for _ in range(rounds):
        for dim, columns in catalogs.items():
            start = time.perf_counter()
            for query in asked:
                search(query[:dim], columns)
            taken[dim].append((time.perf_counter() - start) / requests)
    return {dim: 1e3 * min(each) for dim, each in taken.items()}


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    times = {int(dim): value for dim, value in report["milliseconds"].items()}
    rows = []
    for dim, value in times.items():
        theirs = PAPER.get(dim)
        rows.append(
            [
                str(dim),
                f"{value:.2f}",
                f"{times[WIDEST] / value:.1f}",
                f"{PAPER[WIDEST][0] / theirs[0]:.1f}" if theirs else "-",
                f"{4e-6 * dim * report['vectors']:.2f}",
                f"{theirs[1]:.2f}" if theirs else "-",
                f"{1e-6 * dim * report['vectors']:.2f}",
            ]
        )
    heading = [
        "dim",
        "ms a request",
        "times 1,024's speed",
        "the paper",
        "MB float32",
        "the paper",
        "MB int8",
    ]
    return "\n\n".join(
        [
            "# Time and memory of a search by dimensions",
            f"{report['vectors']:,} vectors drawn at random, exact search on one thread, the least of "
            f"{report['rounds']} rounds of {report['requests']} requests. The paper gives times without a unit, of "
            "whole retrieval tasks; beside ours stand its ratios.",
            markdown_table(heading, rows),
        ]
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    report = {
        "vectors": VECTORS,
        "requests": options.requests,
        "rounds": options.rounds,
        "milliseconds": least_milliseconds(VECTORS, options.requests, options.rounds),
    }
    write_result("papers.hpd_search", "hpd_search", report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
