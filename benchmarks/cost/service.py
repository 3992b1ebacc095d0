"""The service under load: requests a second and p99 by connections, memory over a million requests, and new versions.

    python -m benchmarks.cost.service
    python -m benchmarks.cost.service --requests 2000 --long 20000      # a look, in a minute

The client runs in a process of its own on the same machine and keeps its connections open; each connection asks its
next request when it has the answer. Beside it, the same requests of one thread in process. While versions change, the
bundle's manifest is touched twenty times a second, so that the service loads it again and again; any answer but 200 and
any connection that breaks is a failure.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import markdown_table, write_result
from edge_er.bundle.bundle import find_bundle
from edge_er.resolver import EntityResolver

BUNDLE = "radio_es"
CONNECTIONS = (1, 8, 64)
_HEAD = "POST /resolve HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "


@contextmanager
def service(bundle: Path, reload_every: float) -> Iterator[tuple[int, int]]:
    """A running service: its port and process id."""
    command = [sys.executable, "-m", "edge_er", "serve", str(bundle), "--port", "0"]
    command += ["--reload-every", str(reload_every)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        try:
            yield int(line.split("/resolve")[0].rpartition(":")[2]), process.pid
        finally:
            process.terminate()


def texts() -> list[str]:
    """What is asked: names of the bundle with words before them."""
    names = [entity.name for entity in EntityResolver.load(BUNDLE).entities]
    carriers = ("pon", "quiero escuchar", "ponme", "sintoniza")
    return [f"{carriers[at % len(carriers)]} {name}" for at, name in enumerate(names)]


async def _connection(port: int, bodies: Sequence[bytes], times: list[float]) -> int:
    """Ask all `bodies`, one after another; how many had no good answer."""
    failures = 0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for body in bodies:
        began = time.perf_counter()
        writer.write(f"{_HEAD}{len(body)}\r\n\r\n".encode() + body)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            failures += b" 200 " not in head[:16]
        except (OSError, asyncio.IncompleteReadError, ValueError):
            failures += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        times.append(time.perf_counter() - began)
    writer.close()
    return failures


async def _client(port: int, connections: int, requests: int, asked: Sequence[bytes]) -> dict[str, float]:
    times: list[float] = []
    each = requests // connections
    shares = [[asked[(at * each + step) % len(asked)] for step in range(each)] for at in range(connections)]
    began = time.perf_counter()
    failures = sum(await asyncio.gather(*(_connection(port, share, times) for share in shares)))
    seconds = time.perf_counter() - began
    p50, p99 = np.quantile(times, [0.5, 0.99]) * 1000
    return {
        "requests": len(times),
        "a_second": len(times) / seconds,
        "p50_ms": p50,
        "p99_ms": p99,
        "failures": failures,
    }


def load(port: int, connections: int, requests: int) -> dict[str, float]:
    """Requests a second and times of one load, from a client in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.cost.service", "--client", str(port), str(connections)]
    found = subprocess.run([*command, str(requests)], capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout))


def resident(process: int) -> float:
    """Megabytes of memory that a process has."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1000


def in_process(requests: int) -> dict[str, float]:
    """The same requests of one thread, without HTTP."""
    resolver, asked, times = EntityResolver.load(BUNDLE), texts(), []
    for at in range(requests):
        began = time.perf_counter()
        resolver.resolve(asked[at % len(asked)])
        times.append(time.perf_counter() - began)
    p50, p99 = np.quantile(times, [0.5, 0.99]) * 1000
    return {
        "requests": requests,
        "a_second": requests / sum(times),
        "p50_ms": p50,
        "p99_ms": p99,
        "failures": 0,
    }


def while_it_changes(requests: int) -> dict[str, float]:
    """Eight connections while a copy of the bundle seems new twenty times a second."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / BUNDLE
        shutil.copytree(find_bundle(BUNDLE), place)
        touch = f"while sleep 0.05; do touch {place}/manifest.json; done"
        with service(place, 0.05) as (port, _), subprocess.Popen(["sh", "-c", touch]) as touching:
            try:
                return load(port, 8, requests)
            finally:
                touching.kill()


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=20_000, help="requests of each load")
    parser.add_argument("--long", type=int, default=1_000_000, help="requests of the long load")
    parser.add_argument("--client", nargs=3, type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        asked = [json.dumps({"query": text}).encode() for text in texts()]
        print(json.dumps(asyncio.run(_client(*options.client, asked))))
        return
    bundle = find_bundle(BUNDLE)
    uses(BUNDLE)
    rows: dict[str, dict[str, float]] = {"in process": in_process(options.requests)}
    with service(bundle, 2.0) as (port, process):
        load(port, 1, 500)
        for connections in CONNECTIONS:
            rows[f"{connections} connections"] = load(port, connections, options.requests)
        start = resident(process)
        rows["8 connections, long"] = load(port, 8, options.long)
        end = resident(process)
    rows["8 connections, loaded again and again"] = while_it_changes(options.requests)
    figures = {"loads": rows, "memory_mb": {"start": start, "end": end}}
    write_result("cost.service", "service", figures, _table(figures))
    print(_table(figures))


def _table(figures: dict[str, Any]) -> str:
    columns = ("requests", "a_second", "p50_ms", "p99_ms", "failures")
    lines = [[name, *(_cell(each, row[each]) for each in columns)] for name, row in figures["loads"].items()]
    memory = figures["memory_mb"]
    return "\n\n".join(
        [
            "# The service under load",
            f"`{BUNDLE}`. Client and service share the machine's {os.cpu_count()} cores.",
            markdown_table(["load", "requests", "a second", "p50, ms", "p99, ms", "failures"], lines),
            f"Memory of the service: {memory['start']:.1f} MB before the long load, {memory['end']:.1f} MB after it.",
        ]
    )


def _cell(column: str, value: float) -> str:
    return f"{value:.2f}" if column.endswith("_ms") else f"{value:,.0f}"


if __name__ == "__main__":
    main()
