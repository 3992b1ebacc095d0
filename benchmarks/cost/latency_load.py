"""Time of a request as a host application has it: on any core, alone and beside two busy processes.

`benchmarks.cost.latency` runs this; `benchmarks/cost/latency_probe.py` measures, in a process for each bundle, load and
checkout.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.results_file import REPOSITORY, markdown_table
from catalog_tools.build.index_choice import EXACT
from edge_er.training.data.voice_requests import domain_requests, read_rows, station_requests

BUSY_PROCESSES = 2
WRATIO_REQUESTS = 100
FRESH_PROCESSES = 5
THIS = "this"  # the checkout that the benchmark belongs to
ALONE, BUSY = "alone", f"beside {BUSY_PROCESSES} busy processes"
RADIO = {"radio_de": "de", "radio_en": "en"}
ARTISTS = {"artists_20k": (20_000, EXACT), "artists_80k_faiss": (80_000, "PQ32x4fs")}
CATALOGS = (*RADIO, *ARTISTS)
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def requests_for(data: Path, catalog: str, count: int) -> list[str]:
    """Development requests as they were recognised, for stations or artists."""
    lang = RADIO.get(catalog)
    requests = station_requests(data, lang) if lang else domain_requests(data, "artist", "en")
    queries = [request.query for request in requests if request.stratum == "asr"]
    random.Random(0).shuffle(queries)
    return queries[:count]


BUILD = """
import json, sys
from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions, BuildWork, IndexOptions
from catalog_tools.build.workers import default_workers
out, index = sys.argv[1:]
if __name__ == "__main__":
    options = BuildOptions(BuildWork(default_workers()), IndexOptions(index))
    build_bundle([{"name": name} for name in json.load(sys.stdin)], out, "en", budget=None, options=options)
"""


def artist_bundle(data: Path, catalog: str, checkout: Path, folder: Path) -> Path:
    """A bundle of so many artists, those that the requests ask for among them, as `checkout` builds it; no budget."""
    count, index = ARTISTS[catalog]
    asked = dict.fromkeys(name for each in domain_requests(data, "artist", "en") for name in each.gold)
    rows = read_rows(data / "entities" / "media_entities.jsonl.gz")
    others = sorted({row["name"] for row in rows if row["domain"] == "artist"} - asked.keys())
    random.Random(0).shuffle(others)
    names = [*asked, *others][:count]
    out = folder / f"{catalog}_{len(list(folder.iterdir()))}"
    script = folder / "build.py"
    script.write_text(BUILD)
    command = [sys.executable, str(script), str(out), index]
    subprocess.run(command, input=json.dumps(names), env=environment(checkout), text=True, check=True)
    return out


@contextmanager
def busy(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """So many processes that never rest."""
    command = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


def environment(checkout: Path) -> dict[str, str]:
    """That of a process which takes edge_er from `checkout`, and benchmarks from here; no thread settings."""
    kept = {name: value for name, value in os.environ.items() if name not in THREAD_SETTINGS}
    places = dict.fromkeys((str(checkout), str(REPOSITORY)))
    return {**kept, "PYTHONPATH": os.pathsep.join(places), "PYTHONSAFEPATH": "1"}


def probe(checkout: Path, bundle: str, queries: Sequence[str], wratio: int) -> dict[str, Any]:
    """What `latency_probe.py` measures with the edge_er of `checkout`.

    Raises:
        RuntimeError: it failed, or measured another checkout.
    """
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "cost" / "latency_probe.py")],
        input=json.dumps({"bundle": bundle, "queries": queries, "wratio": wratio}),
        env=environment(checkout),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{bundle}, edge_er of {checkout}: {done.stderr}")
    times: dict[str, Any] = json.loads(done.stdout)
    measured = times.pop("package")
    if Path(measured) != checkout.resolve():
        raise RuntimeError(f"expected the edge_er of {checkout}, found that of {measured}")
    return times


def fresh_process(code: str, bundle: str, query: str, rerank: bool, checkout: Path) -> dict[str, float]:
    """The median of several processes that run `code` and print figures.

    They find bytecode, as those of an installed package do: a process before them has written it.
    """
    command = [sys.executable, "-c", code, bundle, query, "rerank" if rerank else "dense"]
    kept = {name: value for name, value in environment(checkout).items() if name != "PYTHONDONTWRITEBYTECODE"}
    runs = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=kept).stdout)
        for _ in range(1 + FRESH_PROCESSES)
    ]
    return {name: float(np.median([run[name] for run in runs[1:]])) for name in runs[0]}


def measured(
    data: Path, catalogs: Sequence[str], checkouts: Mapping[str, Path], requests: int, fresh: str
) -> dict[str, Any]:
    """For each catalog: its counts, and for each checkout its times under each load and at the start."""
    result: dict[str, Any] = {"load_average": os.getloadavg()[0], "catalogs": {}}
    with tempfile.TemporaryDirectory() as folder:
        for catalog in catalogs:
            bundles = {
                name: catalog
                if catalog in RADIO
                else str(artist_bundle(data, catalog, checkout, Path(folder)))
                for name, checkout in checkouts.items()
            }
            queries = requests_for(data, catalog, requests)
            cells: dict[str, Any] = {name: {} for name in checkouts}
            measured_once: dict[str, Any] = {}
            for load, processes in ((ALONE, 0), (BUSY, BUSY_PROCESSES)):
                for name, checkout in checkouts.items():
                    wratio = WRATIO_REQUESTS if name == THIS else 0
                    with busy(processes):
                        measured_once = probe(checkout, bundles[name], queries, wratio)
                    cells[name][load] = measured_once["systems"]
            for name, checkout in checkouts.items():
                cells[name]["fresh_process"] = fresh_process(fresh, bundles[name], queries[0], True, checkout)
            result["catalogs"][catalog] = {
                "counts": measured_once["counts"],
                "index": measured_once["index"],
                "packages": cells,
            }
    return result


def rows(figures: Mapping[str, Any]) -> Iterator[list[str]]:
    """Rows of the table: catalog, system, then p50, p99 and CPU under each load."""
    for catalog, cell in figures["catalogs"].items():
        for package, cells in cell["packages"].items():
            for system in cells[ALONE]:
                label = system if package == THIS else f"{system}, {package}"
                columns = [
                    f"{cells[load][system][key]:.2f}" if key in cells[load][system] else "-"
                    for load in (ALONE, BUSY)
                    for key in ("p50_ms", "p99_ms", "mean_ms", "cpu_ms")
                ]
                yield [catalog, label, *columns]


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    measures = ("p50", "p99", "mean", "CPU")
    heading = ["catalog", "ms a request", *measures, *(f"{name}, busy" for name in measures)]
    columns = ("import_ms", "load_ms", "first_answer_ms", "total_ms", "peak_memory_mb")
    starts = [
        [catalog, package, *(f"{cells['fresh_process'][column]:.0f}" for column in columns)]
        for catalog, cell in figures["catalogs"].items()
        for package, cells in cell["packages"].items()
    ]
    sizes = "; ".join(
        f"{catalog}: {cell['counts']['entities']:,} entities, {cell['counts']['forms']:,} surface forms, "
        f"{cell['index']}"
        for catalog, cell in figures["catalogs"].items()
    )
    return "\n\n".join(
        [
            "## On any core, with no thread settings",
            f"Alone (the machine's load average was {figures['load_average']:.1f} before) and {BUSY}. CPU is that of "
            f"all threads of the process. {sizes}. WRatio looks through names and aliases, on one thread.",
            markdown_table(heading, list(rows(figures))),
            markdown_table(
                ["fresh process", "edge_er", "import, ms", "load", "first answer", "together", "peak MB"],
                starts,
            ),
        ]
    )
