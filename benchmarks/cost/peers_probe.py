"""Answers of one system to the requests of one catalog: a process of its own for `benchmarks.cost.peers`.

    echo '{"bundle": "radio_en", "queries": ["play bbc radio four"], "gold": [[17]]}' | python -m
    benchmarks.cost.peers_probe "RapidFuzz WRatio" FOLDER

prints JSON: how many first answers are among the entities of `gold`, milliseconds, and the most memory that the process
has held. It runs on one core, and imports nothing that the system does not need.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.lib.peer_systems import RUNTIMES, answerer
from edge_er.bundle.bundle import read_bundle

WARM_UP = 20


def answer(system: str, job: dict[str, Any], models: Path) -> dict[str, Any]:
    """Answer all requests of a job in this process; `missing` names the package that the system lacks."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if system in RUNTIMES:
        return _of_runtime(system, job, models)
    try:
        ask = answerer(system, job["bundle"], models)
    except ImportError as error:
        return {"missing": str(error.name or error)}
    for query in job["queries"][:WARM_UP]:
        ask(query)
    spent, right = [], 0
    for query, gold in zip(job["queries"], job["gold"], strict=True):
        start = time.perf_counter_ns()
        first = ask(query)
        spent.append((time.perf_counter_ns() - start) / 1e6)
        right += first in gold
    return {"right": right, "spent": spent, "peak_mb": _peak() / 1e6}


def _of_runtime(system: str, job: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The same of a runtime that is a process of its own, or several: Chromium, whose memory is not told."""
    import resource

    from benchmarks.lib.peer_runtimes import CHROMIUM, first_answers

    entities = read_bundle(job["bundle"]).entities
    places = {entity.id: place for place, entity in enumerate(entities)}
    found = first_answers(system, job["bundle"], job["queries"], folder)
    right = sum(
        places.get(first) in gold for first, gold in zip(found["firsts"], job["gold"], strict=True) if first
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    return {"right": right, "spent": found["spent"], "peak_mb": None if system == CHROMIUM else peak * 1.024}


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1], json.load(sys.stdin), Path(sys.argv[2]))))
