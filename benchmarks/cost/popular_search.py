"""Popular names searched first, beside plain FAISS and a tree balanced by likelihood, on requests of a Zipf law.

    OMP_NUM_THREADS=1 python -m benchmarks.cost.popular_search --sizes 1000000 10000000

The name of rank r is asked for in proportion to 1 / r. Of the names 200,000 are encoded; the others are made of two
each (benchmarks.lib.large_catalog), have 32 dimensions as all then have, and come after these in demand. A request for
one is the weighted mean of requests for the two. Requests are simulated: carriers, typing slips and the errors of a
recogniser. Floors, from which a request ends early, and what a
tree reads are fitted on other requests than are timed. All indexes of a size are given each request in turn.

Indexes and trees are kept in build/large_catalog, so that times can be measured again: the second run builds nothing.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.cost.latency import bind_to_one_core
from benchmarks.lib.interleaved import interleaved, summary
from benchmarks.lib.large_catalog import CACHE, ENCODER, large_vectors
from benchmarks.lib.likelihood_tree import LEAF, LikelihoodTree
from benchmarks.lib.results_file import (
    add_data_option,
    data_folder,
    found_result,
    markdown_table,
    write_result,
)
from benchmarks.lib.zipf_requests import request_vectors, zipf
from catalog_tools.build.index_choice import choose_index
from catalog_tools.build.popular_choice import exit_floor, popular_forms
from edge_er.encoder.encoder import Encoder
from edge_er.index.exact import ExactIndex
from edge_er.index.faiss_index import FaissIndex, IndexSettings, open_index
from edge_er.index.two_level import TwoLevelIndex

ENCODED = 200_000
DRAWN, FITTED, TIMED = 812, 512, 120  # requests; the fitted come first, then the timed
AT_ONCE = 1 << 13  # vectors
SHARES = (0.001, 0.01)
LIKELIHOOD_SHARES = {"tree": 0.0, "tree by likelihood": 0.5}
NEAREST = 64  # candidates
TARGET = 0.99
MOST_READ = 0.01  # of all vectors, by a tree

Made = TypeVar("Made")


class Material(NamedTuple):
    """Vectors, how often each is asked for, requests to fit on and to time, and their exact best scores."""

    vectors: NDArray[np.int8]
    demand: NDArray[np.float64]
    fitted: NDArray[np.int8]
    timed: NDArray[np.int8]
    nearest_fitted: NDArray[np.float32]
    nearest_timed: NDArray[np.float32]


def kept(file: Path, make: Callable[[], Made]) -> Made:
    """What `make` gives, made once."""
    if not file.is_file():
        made = make()
        with file.open("wb") as out:
            pickle.dump(made, out, protocol=5)
    with file.open("rb") as source:
        found: Made = pickle.load(source)
    return found


def material(data: Path, size: int) -> Material:
    """The names and requests of one size."""
    large, encoder = large_vectors(data, size, ENCODED), Encoder.load(ENCODER)
    demand = zipf(size, large.encoded)
    asked = request_vectors(data, large, demand, encoder, DRAWN)
    nearest = kept(CACHE / f"popular-nearest-{size}.pkl", lambda: best_scores(large.vectors, asked))
    timed = slice(FITTED, FITTED + TIMED)
    return Material(large.vectors, demand, asked[:FITTED], asked[timed], nearest[:FITTED], nearest[timed])


def best_scores(vectors: NDArray[np.int8], requests: NDArray[np.int8]) -> NDArray[np.float32]:
    """The highest dot product of each request with all vectors, [n]; exact."""
    wide = requests.astype(np.float32).T
    best = np.full(len(requests), -np.inf, np.float32)
    for start in range(0, len(vectors), AT_ONCE):
        dots = vectors[start : start + AT_ONCE].astype(np.float32) @ wide
        np.maximum(best, dots.max(axis=0), out=best)
    return best


def faiss_index(made: Material, factory: str) -> FaissIndex:
    """An index of all names, searched as the build would have it."""
    stem = f"popular-{factory.replace(',', '-')}-{len(made.vectors)}"

    def build() -> dict[str, Any]:
        choice = choose_index(made.vectors, made.fitted[:64], factory, TARGET)
        assert choice is not None  # an index that is asked for by name is there or refused
        (CACHE / f"{stem}.faiss").write_bytes(choice.data)
        return choice.settings.to_dict()

    settings = replace(IndexSettings(**kept(CACHE / f"{stem}.pkl", build)), candidates=NEAREST)
    owners = np.arange(len(made.vectors), dtype=np.int32)
    return FaissIndex(made.vectors, owners, open_index(CACHE / f"{stem}.faiss"), settings)


def two_level(made: Material, index: FaissIndex, share: float) -> TwoLevelIndex:
    """The popular names before an index, with the floor of the fitted requests."""
    owners = np.arange(len(made.vectors), dtype=np.int32)
    popular = popular_forms(made.demand, owners, share)
    nearest_popular = best_scores(made.vectors[popular], made.fitted)
    return TwoLevelIndex(index, popular, exit_floor(nearest_popular, made.nearest_fitted, TARGET))


def tree(made: Material, name: str) -> LikelihoodTree:
    """A tree that reads as much as finds the nearest name of 99 % of the fitted requests, or all that it may.

    Its floor is that of `exit_floor` for the best score of the first leaf.
    """

    def build() -> LikelihoodTree:
        grown = LikelihoodTree(made.vectors, made.demand, LIKELIHOOD_SHARES[name])
        most = int(MOST_READ * grown.names)
        paths = [grown.read(request, most, float("inf"))[2] for request in made.fitted]
        first = np.array([path[0][1] for path in paths], np.float32)
        grown.floor = float(exit_floor(first, made.nearest_fitted, TARGET))
        needed = [_needed(path, best) for path, best in zip(paths, made.nearest_fitted, strict=True)]
        grown.reads = int(min(np.quantile(needed, TARGET, method="higher"), most))
        return grown

    return kept(CACHE / f"popular-{name}-{len(made.vectors)}.pkl", build)


def _needed(path: list[tuple[int, float]], best: float) -> float:
    """Vectors read when the nearest was found; infinite where it was not."""
    return next((float(count) for count, found in path if found >= best), float("inf"))


def systems(made: Material) -> dict[str, Any]:
    """Indexes by name."""
    size, dim = made.vectors.shape
    found: dict[str, Any] = {"exact scan": ExactIndex(made.vectors, np.arange(size, dtype=np.int32))}
    found[f"PQ{dim}x4fs"] = plain = faiss_index(made, f"PQ{dim}x4fs")
    for share in SHARES:
        found[f"PQ{dim}x4fs, first {share:.1%}"] = two_level(made, plain, share)
    for name in LIKELIHOOD_SHARES:
        found[name] = tree(made, name)
    return found


def described(index: Any, made: Material) -> dict[str, Any]:
    """Recall@1 against the exact scan, and what each kind of index says of itself on the timed requests."""
    if isinstance(index, LikelihoodTree):
        return tree_figures(index, made)
    first = np.array([index.search(request[None], 1)[1][0, 0] for request in made.timed])
    cell: dict[str, Any] = {"recall_at_1": float((first >= made.nearest_timed).mean())}
    if isinstance(index, TwoLevelIndex):
        cell["ended"] = float(np.mean([index.ends(request) for request in made.timed]))
    return cell


def tree_figures(grown: LikelihoodTree, made: Material) -> dict[str, Any]:
    """Recall@1; depth, by demand too; what a request reads; how often a share of all vectors has its nearest name."""
    depths = grown.depths()
    read = [grown.read(request, grown.reads, grown.floor) for request in made.timed]
    most = int(MOST_READ * grown.names)
    paths = [grown.read(request, most, float("inf"))[2] for request in made.timed]
    needed = [_needed(path, best) for path, best in zip(paths, made.nearest_timed, strict=True)]
    found = np.array([path[-1][1] for _, _, path, _ in read])
    return {
        "recall_at_1": float((found >= made.nearest_timed).mean()),
        "ended": float(np.mean([len(path) == 1 for _, _, path, _ in read])),
        "depth": float(depths.mean()),
        "depth_by_demand": float((depths * made.demand).sum() / made.demand.sum()),
        "reads": grown.reads,
        "read": float(np.mean([len(names) for names, _, _, _ in read])),
        "nodes": float(np.mean([seen for _, _, _, seen in read])),
        "recall_by_share": {
            str(share): float(np.mean([each <= max(share * grown.names, LEAF) for each in needed]))
            for share in (0.0, 0.0001, 0.001, MOST_READ)
        },
        "tree_bytes": grown.tree_bytes,
    }


def measured(made: Material) -> dict[str, Any]:
    """All figures of one size."""
    found = systems(made)
    cells = {name: described(index, made) for name, index in found.items()}
    bind_to_one_core()
    searches = {name: index.search for name, index in found.items()}
    asked = [request[None] for request in made.timed]
    each = {name: (lambda query, search=search: search(query, NEAREST)) for name, search in searches.items()}
    times = summary(interleaved(each, asked), list(searches)[1])
    return {name: {**cell, **times[name]} for name, cell in cells.items()}


def table(sizes: dict[str, Any]) -> str:
    """The figures as Markdown."""
    heading = ["names", "index", "p50 ms", "p99 ms", "mean ms", "time, PQ = 1", "Recall@1", "ended early"]
    rows = [
        [
            f"{int(size):,}",
            name,
            *(f"{cell[each]:.2f}" for each in ("p50_ms", "p99_ms", "mean_ms", "ratio")),
            f"{cell['recall_at_1']:.4f}",
            f"{cell['ended']:.3f}" if "ended" in cell else "",
        ]
        for size, cells in sizes.items()
        for name, cell in cells.items()
    ]
    trees = ["names", "tree", "depth", "depth by demand", "nodes a request", "vectors a request", "at most"]
    shares = ["Recall@1, first leaf", ".01 % read", ".1 % read", f"{MOST_READ:.0%} read", "bytes a name"]
    tree_rows = [
        [
            f"{int(size):,}",
            name,
            *(f"{cell[each]:.1f}" for each in ("depth", "depth_by_demand")),
            *(f"{cell[each]:,.0f}" for each in ("nodes", "read", "reads")),
            *(f"{value:.3f}" for value in cell["recall_by_share"].values()),
            f"{cell['tree_bytes'] / int(size):.1f}",
        ]
        for size, cells in sizes.items()
        for name, cell in cells.items()
        if "depth" in cell
    ]
    return "\n\n".join(
        [
            "# Popular names first, Zipf load",
            markdown_table(heading, rows),
            f"{ENCODED:,} of the names are encoded. {TIMED:,} requests on one core, the nearest {NEAREST} names of "
            "each; recall is against the exact scan. Every request is given to all indexes of a size in turn, on a "
            "machine that others used too: compare the column of ratios, medians of 20 blocks of requests. A request "
            "ends early at a popular name, or in the first leaf of a tree, from a score on where that is the nearest "
            "of all in 99 % of other requests.",
            "## Trees",
            f"Hyperplanes over all names, leaves of at most {LEAF}. A tree reads leaves, those of the nearest "
            "hyperplanes first, until it has found the nearest name of 99 % of other requests, at most "
            f"{MOST_READ:.0%} of all vectors. Its time is that of a walk in Python and of products by numpy; nodes and "
            "vectors are what any walk sees.",
            markdown_table([*trees, *shares], tree_rows),
        ]
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--add", action="store_true", help="keep other sizes of the result files")
    parser.add_argument("--result", default="popular_search", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    sizes = dict((found_result(options.result) or {}).get("sizes", {})) if options.add else {}
    for size in options.sizes:
        sizes[str(size)] = measured(material(data, size))
        print(table({str(size): sizes[str(size)]}), flush=True)
    sizes = dict(sorted(sizes.items(), key=lambda item: int(item[0])))
    write_result("cost.popular_search", options.result, {"sizes": sizes}, table(sizes))


if __name__ == "__main__":
    main()
