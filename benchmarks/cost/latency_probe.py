"""Wall and CPU time of requests to one bundle: a process of its own for `benchmarks.cost.latency_load`.

    echo '{"bundle": "radio_en", "queries": ["play bbc radio four"], "wratio": 0}' | python
    benchmarks/cost/latency_probe.py

prints JSON. Nothing is bound to a core, and no library is told how many threads to start. CPU time is that of all
threads of the process. It measures whichever edge_er PYTHONPATH finds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import edge_er
from edge_er import EntityResolver

WARM_UP = 20


def spent(answer: Callable[[str], object], queries: list[str]) -> dict[str, float]:
    """Milliseconds of one request: wall time (p50, p99, mean) and mean CPU time, after a warm-up."""
    for query in queries[:WARM_UP]:
        answer(query)
    wall, cpu = [], time.process_time_ns()
    for query in queries:
        start = time.perf_counter_ns()
        answer(query)
        wall.append((time.perf_counter_ns() - start) / 1e6)
    cpu = time.process_time_ns() - cpu
    p50, p99 = np.percentile(wall, [50, 99]).tolist()
    return {
        "p50_ms": p50,
        "p99_ms": p99,
        "mean_ms": float(np.mean(wall)),
        "cpu_ms": cpu / 1e6 / len(queries),
        "requests": len(queries),
    }


def batch_spent(resolver: EntityResolver, queries: list[str]) -> dict[str, float]:
    """Milliseconds of one request of a batch."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    resolver.resolve_batch(queries)
    wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
    return {
        "mean_ms": wall / 1e6 / len(queries),
        "cpu_ms": cpu / 1e6 / len(queries),
        "requests": len(queries),
    }


def main() -> None:
    """Measure what standard input asks for."""
    asked = json.load(sys.stdin)
    queries = asked["queries"]
    resolver = EntityResolver.load(asked["bundle"])
    dense = EntityResolver.load(asked["bundle"], rerank=False)
    systems = {
        "resolve": spent(resolver.resolve, queries),
        "resolve_batch": batch_spent(resolver, queries),
        "vectors alone": spent(dense.resolve, queries),
    }
    if asked["wratio"]:
        from benchmarks.cost.latency import wratio_lookup

        systems["WRatio"] = spent(wratio_lookup(resolver), queries[: asked["wratio"]])
    counts = dict(resolver.manifest["counts"])
    index = resolver.manifest["index"].get("factory", "exact")
    where = str(Path(edge_er.__file__).resolve().parents[1])
    print(json.dumps({"package": where, "counts": counts, "index": index, "systems": systems}))


if __name__ == "__main__":
    main()
