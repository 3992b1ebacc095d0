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

from benchmarks.lib.peer_systems import answerer

WARM_UP = 20


def answer(system: str, job: dict[str, Any], models: Path) -> dict[str, Any]:
    """Answer all requests of a job in this process; `missing` names the package that the system lacks."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
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


def _peak() -> int:
    """The most memory that this process has held, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1], json.load(sys.stdin), Path(sys.argv[2]))))
