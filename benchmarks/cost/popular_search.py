"""Popular names searched first, against plain FAISS, on requests of which few names get most (a Zipf distribution).

    OMP_NUM_THREADS=1 python -m benchmarks.cost.popular_search --size 1000000

The name of rank r is asked for in proportion to 1 / r. Requests are simulated: carriers, typing slips and the errors of
a recogniser. The floor from which a request ends at a popular name is fitted on other requests than are timed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cost.latency import bind_to_one_core, times
from benchmarks.lib.large_catalog import ENCODER, catalog_names, name_vectors, vector_scale
from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from catalog_tools.build.index_choice import build_index, choose_index, list_count, nearest_scores
from catalog_tools.build.popular_choice import exit_floor, popular_forms, requests_by_demand
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.index.exact import ExactIndex
from edge_er.index.faiss_index import FaissIndex
from edge_er.index.two_level import TwoLevelIndex

FITTED, TIMED = 1024, 2000
SHARES = (0.001, 0.01, 0.05)
NEAREST = 64  # candidates
TARGET = 0.99


def systems(
    vectors: NDArray[np.int8], demand: NDArray[np.float64], fitted: NDArray[np.int8]
) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Name, index, and what the report says of it: the exact scan, FAISS alone, and popular names before FAISS."""
    owners = np.arange(len(vectors), dtype=np.int32)
    yield "exact scan", ExactIndex(vectors, owners), {}
    nearest = nearest_scores(vectors, fitted, 1)[:, 0]
    lists = list_count(len(vectors))
    for factory in (f"IVF{lists},SQ8", f"PQ{vectors.shape[1] // 2}x4fs"):
        choice = choose_index(vectors, fitted[:256], factory, TARGET)
        assert choice is not None  # an index that is asked for by name is there or refused
        settings = replace(choice.settings, candidates=NEAREST)
        plain = FaissIndex(vectors, owners, build_index(vectors, factory), settings)
        yield factory, plain, settings.to_dict()
        for share in SHARES:
            popular = popular_forms(demand, owners, share)
            nearest_popular = nearest_scores(vectors[popular], fitted, 1)[:, 0]
            floor = exit_floor(nearest_popular, nearest, TARGET)
            yield f"{factory}, first {share:.1%}", TwoLevelIndex(plain, popular, floor), {"floor": floor}


def measured(index: Any, requests: NDArray[np.int8], nearest: NDArray[np.float32]) -> dict[str, Any]:
    """Times, Recall@1 against the exact scan, and the share of requests that ended at a popular name."""
    named = {str(row): request[None] for row, request in enumerate(requests)}
    spent = times(lambda name: index.search(named[name], NEAREST), list(named))
    first = np.array([index.search(request[None], 1)[1][0, 0] for request in requests])
    ended = (
        [float(index.ends(request)) for request in requests] if isinstance(index, TwoLevelIndex) else [0.0]
    )
    return {**spent, "recall_at_1": float((first >= nearest).mean()), "ended": float(np.mean(ended))}


def table(cells: dict[str, Any], size: int) -> str:
    """The figures as Markdown."""
    rows = [
        [
            name,
            *(f"{cell[each]:.2f}" for each in ("mean_ms", "p50_ms", "p99_ms")),
            f"{cell['recall_at_1']:.4f}",
            f"{cell['ended']:.3f}" if "first" in name else "",
        ]
        for name, cell in cells.items()
    ]
    heading = ["index", "mean ms", "p50 ms", "p99 ms", "Recall@1", "ended at a popular name"]
    return (
        f"# Popular names first, {size:,} names, Zipf load\n\n"
        + markdown_table(heading, rows)
        + f"\n\n{TIMED:,} requests on one core, the nearest {NEAREST} names of each; recall is against the exact scan. "
        "A request ends at a popular name where that is the nearest of all in 99 % of other requests."
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--result", default="popular_search", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    vectors, encoder = name_vectors(data, options.size), Encoder.load(ENCODER)
    demand = 1.0 / (1 + np.random.default_rng(2).permutation(options.size))
    asked = requests_by_demand(catalog_names(data, options.size), demand, "en", FITTED + TIMED)
    requests = quantise(encoder.encode(asked), vector_scale())
    fitted, timed = requests[:FITTED], requests[FITTED:]
    nearest = nearest_scores(vectors, timed, 1)[:, 0]
    bind_to_one_core()
    cells = {}
    for name, index, description in systems(vectors, demand, fitted):
        cells[name] = {**description, **measured(index, timed, nearest)}
        print(name, cells[name], flush=True)
    markdown = table(cells, options.size)
    write_result("cost.popular_search", options.result, {"names": options.size, "indexes": cells}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
