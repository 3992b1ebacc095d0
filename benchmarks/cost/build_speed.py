"""From a file to a bundle: entities a second, peak memory and size, by processes and by Ray, and with a worker killed.

    python -m benchmarks.cost.build_speed --sizes 40000 1000000 --workers 2

Catalogs are composed of the real names of the data folder. Each build is the command of a user, without a measurement
of its quality and without a budget, in a process of its own; time includes its start. Memory is the largest sum over
all its processes (shared pages once), looked at twice a second.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.lib.composed import write_composed_catalog
from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import (
    add_data_option,
    data_folder,
    found_result,
    markdown_table,
    write_result,
)

ENGINES = ("local", "ray")
_LOOK = 0.5  # seconds
_WORKERS = (b"multiprocessing.spawn", b"ray::MapWorker")  # in the command lines of workers
_KILL_FROM = 3  # finished pieces


def build(catalog: Path, out: Path, engine: str, workers: int, kill: bool) -> dict[str, Any]:
    """One build in a process of its own; with `kill` one of its workers is killed when three pieces are finished."""
    command = [
        sys.executable,
        "-m",
        "edge_er",
        "build",
        "--catalog",
        str(catalog),
        "--out",
        str(out),
        "--json",
    ]
    command += ["--budget", "none", "--no-measure", "--engine", engine, "--workers", str(workers)]
    finished = out.with_name(f".{out.name}.work")
    start, peak, killed = time.perf_counter(), 0, False
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        while process.poll() is None:
            time.sleep(_LOOK)
            tree = _tree(process.pid)
            peak = max(peak, sum(map(_memory, tree)))
            if kill and not killed and len(list(finished.glob("*.shard"))) >= _KILL_FROM:
                killed = _kill_worker(tree)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"{' '.join(command)}: exit code {process.returncode}\n{errors.read().decode()}")
    if kill and not killed:
        sys.exit("no worker was left to be killed after three pieces; give a larger --kill-size")
    return {
        "seconds": round(time.perf_counter() - start, 1),
        "peak_bytes": peak,
        "size_bytes": sum(file.stat().st_size for file in out.iterdir()),
        "sha256": _digest(out),
        "worker_killed": killed,
    }


def _digest(folder: Path) -> str:
    """SHA-256 over the names and contents of the files."""
    whole = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        whole.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()


def _tree(root: int) -> list[int]:
    """A process and all under it."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    processes, waiting = [], [root]
    while waiting:
        processes.append(waiting.pop())
        waiting += children.get(processes[-1], [])
    return processes


def _memory(process: int) -> int:
    """Bytes of a process, pages shared by several divided among them; 0 where it is gone."""
    return _of_process(process, "smaps_rollup", lambda text: int(text.split(b"Pss:")[1].split()[0]) * 1024)


def _kill_worker(tree: list[int]) -> bool:
    for process in tree:
        if _of_process(process, "cmdline", lambda text: any(name in text for name in _WORKERS)):
            os.kill(process, signal.SIGKILL)
            return True
    return False


def _of_process(process: int, file: str, read: Callable[[bytes], int]) -> int:
    try:
        return read(Path(f"/proc/{process}/{file}").read_bytes())
    except (OSError, IndexError):
        return 0


def markdown(rows: list[dict[str, Any]], workers: int) -> str:
    """The table."""
    heading = [
        "entities",
        "build",
        "seconds",
        "entities/s",
        "peak memory",
        "bundle",
        "bytes an entity",
        "SHA-256",
    ]
    cells = [
        [
            f"{row['entities']:,}",
            row["engine"] + (", a worker killed" if row["worker_killed"] else ""),
            f"{row['seconds']:,.1f}",
            f"{row['entities'] / row['seconds']:,.0f}",
            f"{row['peak_bytes'] / 1e9:.2f} GB",
            f"{row['size_bytes'] / 1e6:.1f} MB",
            f"{row['size_bytes'] / row['entities']:.0f}",
            row["sha256"][:12],
        ]
        for row in rows
    ]
    start = "start of the processes (and of Ray) included"
    introduction = f"From a JSONL file to a bundle with {workers} workers, {start}.\n\n"
    return introduction + markdown_table(heading, cells)


def measured(options: argparse.Namespace) -> list[dict[str, Any]]:
    """A row for each size, engine, and for one size with a worker killed."""
    rows = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory(prefix="build_speed_") as folder:
            catalog = Path(folder, "catalog.jsonl")
            write_composed_catalog(data_folder(options.data), size, catalog)
            for engine in options.engines:
                for kill in (False, True) if size == options.kill_size else (False,):
                    figures = build(catalog, Path(folder, "catalog"), engine, options.workers, kill)
                    rows.append({"entities": size, "engine": engine, **figures})
                    print(rows[-1], flush=True)
    return rows


def with_earlier(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, and those of the result file that they do not take the place of."""

    def which(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["entities"], ENGINES.index(row["engine"]), row["worker_killed"]

    earlier = (found_result("build_speed") or {"rows": []})["rows"]
    return sorted({which(row): row for row in [*earlier, *rows]}.values(), key=which)


def main() -> None:
    """Composed catalogs, builds, result files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add_data_option(parser)
    parser.add_argument("--sizes", type=int, nargs="+", default=[40_000, 1_000_000], help="entities")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kill-size", type=int, default=40_000, help="size built with a worker killed, too")
    parser.add_argument("--add", action="store_true", help="keep the other rows of the result file")
    options = parser.parse_args()
    uses("encoders/multilingual-32-hpd64")
    rows = measured(options)
    if options.add:
        rows = with_earlier(rows)
    digests = {size: {row["sha256"] for row in rows if row["entities"] == size} for size in options.sizes}
    write_result(
        "cost.build_speed",
        "build_speed",
        {"workers": options.workers, "rows": rows},
        markdown(rows, options.workers),
    )
    if any(len(of_catalog) > 1 for of_catalog in digests.values()):
        sys.exit("builds of one catalog differ")


if __name__ == "__main__":
    main()
