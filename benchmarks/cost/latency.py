"""Time of one request and of its stages, beside RapidFuzz WRatio over the same names; start-up and memory.

    python -m benchmarks.cost.latency
    python -m benchmarks.cost.latency --package-path before=../older-checkout

Requests are the development requests of the bundle's language as they were recognised. First several catalogs are asked
as a host application would, on any core, alone and beside busy processes (`benchmarks.cost.latency_load`), with the
edge_er of other checkouts too where `--package-path` names them. Then one bundle with the process bound to one core;
start-up and peak memory are those of a fresh process. `suggest` is asked for a third, two thirds and all of a request,
as while it is typed. "Vectors alone" is the bundle loaded with rerank=False.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cost import latency_load
from benchmarks.cost.latency_stages import WARM_UP, stage_times
from benchmarks.lib.results_file import REPOSITORY, add_data_option, data_folder, markdown_table, write_result
from edge_er.bundle.bundle import read_bundle
from edge_er.evaluation.rankers import form_table
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import station_requests

REQUESTS = 2000
WRATIO_REQUESTS = 200
STAGED = 500
_PEAK = """
try:
    # not ru_maxrss: a child starts with the peak of the process that started it
    with open("/proc/self/status") as file:
        peak = 1024 * next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
except OSError:
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
"""
FRESH = (
    """
import json, sys, time
start = time.perf_counter()
from edge_er import EntityResolver
imported = time.perf_counter()
resolver = EntityResolver.load(sys.argv[1], rerank=sys.argv[3] == "rerank")
loaded = time.perf_counter()
resolver.resolve(sys.argv[2])
answered = time.perf_counter()
"""
    + _PEAK
    + """
print(json.dumps({
    "import_ms": 1e3 * (imported - start), "load_ms": 1e3 * (loaded - imported),
    "first_answer_ms": 1e3 * (answered - loaded), "total_ms": 1e3 * (answered - start),
    "peak_memory_mb": peak / 1e6,
}))
"""
)
# What any program pays that uses numpy.
FRESH_NUMPY = (
    """
import json, sys, time
start = time.perf_counter()
import numpy
imported = time.perf_counter()
"""
    + _PEAK
    + """
print(json.dumps({"import_ms": 1e3 * (imported - start), "peak_memory_mb": peak / 1e6}))
"""
)
SMALL = "radio_es"


def bind_to_one_core() -> int | None:
    """Bind this process and its children to one core; its number, or None where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def times(answer: Callable[[str], object], queries: list[str]) -> dict[str, float]:
    """Milliseconds of one request: p50, p90, p99 and mean, after a warm-up."""
    for query in queries[:WARM_UP]:
        answer(query)
    spent = []
    for query in queries:
        start = time.perf_counter_ns()
        answer(query)
        spent.append((time.perf_counter_ns() - start) / 1e6)
    p50, p90, p99 = np.percentile(spent, [50, 90, 99]).tolist()
    return {
        "p50_ms": p50,
        "p90_ms": p90,
        "p99_ms": p99,
        "mean_ms": float(np.mean(spent)),
        "requests": len(spent),
    }


def key_strokes(query: str) -> list[str]:
    """What stands in a search field at some key strokes while `query` is typed: a third, two thirds, all of it."""
    text = canonical_text(query)
    return [text[: max(1, len(text) * part // 3)] for part in (1, 2, 3)] if text else []


def wratio_lookup(resolver: EntityResolver) -> Callable[[str], object]:
    """WRatio over the same names and aliases, as `process.extractOne` does it; text made canonical beforehand."""
    from rapidfuzz import fuzz, process

    names = [canonical_text(text) for text in form_table(resolver.entities, spoken=False)[0]]
    return lambda query: process.extractOne(canonical_text(query), names, scorer=fuzz.WRatio, processor=None)


def measure(name: str, queries: list[str]) -> dict[str, Any]:
    """All figures of one bundle."""
    bundle = read_bundle(name)
    resolver, dense = EntityResolver(bundle), EntityResolver(bundle, rerank=False)
    ours, vectors = times(resolver.resolve, queries), times(dense.resolve, queries)
    reference = times(EntityResolver(bundle, engine="reference").resolve, queries)
    resolver.suggest("")  # makes its index
    suggest = times(resolver.suggest, [keys for query in queries for keys in key_strokes(query)])
    wratio = times(wratio_lookup(resolver), queries[:WRATIO_REQUESTS])
    start = time.perf_counter()
    resolver.resolve_batch(queries)
    batch = time.perf_counter() - start
    return {
        "bundle": resolver.name,
        "counts": dict(resolver.manifest["counts"]),
        "reranks": resolver.reranks,
        "engine": resolver.engine,
        "resolve": ours,
        "reference": reference,
        "dense": vectors,
        "suggest": suggest,
        "suggest_of_resolve_p50": suggest["p50_ms"] / ours["p50_ms"],
        "wratio": wratio,
        "stages": stage_times(bundle, resolver, queries[:STAGED]) if resolver.reranks else {},
        "times_faster_p50": wratio["p50_ms"] / ours["p50_ms"],
        "batch_requests_per_second": len(queries) / batch,
        "fresh_numpy": latency_load.fresh_process(FRESH_NUMPY, name, queries[0], True, REPOSITORY),
        "fresh_process_small": latency_load.fresh_process(FRESH, SMALL, queries[0], True, REPOSITORY),
        "fresh_process": latency_load.fresh_process(FRESH, name, queries[0], True, REPOSITORY),
        "fresh_process_dense": latency_load.fresh_process(FRESH, name, queries[0], False, REPOSITORY),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    systems = (
        (f"resolve, {figures['engine']} engine", "resolve"),
        ("resolve, reference engine", "reference"),
        ("resolve, vectors alone", "dense"),
        ("suggest, at a keystroke", "suggest"),
        ("RapidFuzz WRatio, same names", "wratio"),
    )
    rows = [
        [name, *(f"{figures[key][column]:.3f}" for column in ("p50_ms", "p90_ms", "p99_ms"))]
        for name, key in systems
    ]
    stages = [
        [name, f"{cell['p50_ms']:.3f}", f"{cell['mean_ms']:.3f}"] for name, cell in figures["stages"].items()
    ]
    columns = ("import_ms", "load_ms", "first_answer_ms", "total_ms")
    starts = [
        [
            name,
            *(f"{figures[key][column]:.0f} ms" if column in figures[key] else "-" for column in columns),
            f"{figures[key]['peak_memory_mb']:.0f} MB",
        ]
        for name, key in (
            ("resolve", "fresh_process"),
            ("vectors alone", "fresh_process_dense"),
            (f"resolve, {SMALL}", "fresh_process_small"),
            ("`import numpy` alone", "fresh_numpy"),
        )
        if key in figures
    ]
    counts = figures["counts"]
    parts = [
        f"# One request, one core, {figures['bundle']}",
        f"{counts['entities']:,} entities, {counts['aliases']:,} aliases, {counts['forms']:,} surface forms.",
        markdown_table(["ms a request", "p50", "p90", "p99"], rows),
        f"At the median `suggest` takes {figures['suggest_of_resolve_p50']:.0%} of the time of `resolve`, which is "
        f"{figures['times_faster_p50']:.0f} times faster than WRatio; "
        f"{figures['batch_requests_per_second']:,.0f} requests a second in a batch.",
        *([markdown_table(["stage, ms", "p50", "mean"], stages)] if stages else []),
        markdown_table(
            [
                f"fresh process, median of {latency_load.FRESH_PROCESSES}",
                "import",
                "load",
                "first answer",
                "together",
                "peak memory",
            ],
            starts,
        ),
        *([latency_load.table(figures["any_core"])] if "any_core" in figures else []),
    ]
    return "\n\n".join(parts)


def checkout(option: str) -> tuple[str, Path]:
    """Name and folder of NAME=FOLDER."""
    name, equals, folder = option.partition("=")
    if not equals or name == latency_load.THIS or not (Path(folder) / "edge_er").is_dir():
        raise argparse.ArgumentTypeError(
            f"expected NAME=FOLDER, a folder with edge_er/ in it, found {option!r}"
        )
    return name, Path(folder).resolve()


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--bundle", default="radio_de")
    parser.add_argument("--lang", default="de")
    parser.add_argument("--requests", type=int, default=400, help="on any core, to each catalog")
    parser.add_argument(
        "--catalogs", nargs="*", choices=latency_load.CATALOGS, default=list(latency_load.CATALOGS)
    )
    parser.add_argument(
        "--package-path", type=checkout, action="append", default=[], help="NAME=FOLDER of an older checkout"
    )
    parser.add_argument("--result", default="latency", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    checkouts = {latency_load.THIS: REPOSITORY, **dict(options.package_path)}
    any_core = latency_load.measured(data, options.catalogs, checkouts, options.requests, FRESH)
    requests = station_requests(data, options.lang)
    queries = [request.query for request in requests if request.stratum == "asr"]
    random.Random(0).shuffle(queries)
    core = bind_to_one_core()
    figures = {"core": core, **measure(options.bundle, queries[:REQUESTS]), "any_core": any_core}
    write_result("cost.latency", options.result, figures, table(figures))
    print(table(figures))


if __name__ == "__main__":
    main()
