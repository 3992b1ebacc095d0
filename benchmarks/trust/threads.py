"""Eight threads that ask one resolver while it is reloaded every second and own entries change.

    python -m benchmarks.trust.threads
    python -m benchmarks.trust.threads --minutes 0.05     # seconds, as the tests do

Half of the requests go to the resolver of the shipped bundle `--bundle`, half to a resolver with own entries beside it.
One more thread reloads both every second, another one adds, favours and removes own entries and saves them. An answer
must be the one that a single thread gets before: for own entries, in one of the four states that they pass through.
Requests are names of the catalog, and of the own entries, after an opening. Memory is that of the process. glibc keeps
what a thread gave back for that thread, so memory grows for a while; MALLOC_ARENA_MAX=2 keeps it lower.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.lib.results_file import markdown_table, write_result
from edge_er.bundle.personal_file import EntryLike, read_entries
from edge_er.decision.resolution import Resolution
from edge_er.resolver import EntityResolver, PersonalResolver

THREADS, NAMES, PAUSE = 8, 150, 1.0
ALWAYS: list[EntryLike] = [
    {"id": "c-1", "name": "Mum", "aliases": ["Mother"]},
    {"id": "c-2", "name": "Gym mix"},
]
SOMETIMES = {"id": "c-3", "name": "Zebra Crossing"}
FAVOURED = {"c-2": 5.0, "c-1": 2.0}


def shown(answer: Resolution) -> str:
    """All that an answer says, as text."""
    matches = [(match.id, match.score, match.confidence) for match in answer.matches]
    return f"{answer.decision} {matches}"


class States:
    """What a single thread answers, with own entries in each of their states."""

    def __init__(self, catalog: EntityResolver, mine: PersonalResolver, requests: list[str]) -> None:
        self.requests = requests
        self.plain = {request: {shown(catalog.resolve(request))} for request in requests}
        self.own: dict[str, set[str]] = {request: set() for request in requests}
        for change in changes(mine):
            change()
            for request in requests:
                self.own[request].add(shown(mine.resolve(request)))


def changes(mine: PersonalResolver) -> list[Callable[[], None]]:
    """Changes of own entries that pass through all their states and end as they began."""
    return [
        lambda: mine.add(SOMETIMES),
        lambda: mine.favour(FAVOURED),
        lambda: mine.remove("c-3"),
        lambda: mine.favour(dict.fromkeys(FAVOURED, 0.0)),
    ]


class Load:
    """What runs until `done`."""

    def __init__(self, bundle: str, work: Path) -> None:
        self.catalog = EntityResolver.load(bundle)
        self.mine = EntityResolver.load(bundle).with_entries(ALWAYS)
        names = [entity.name for entity in self.catalog.entities]
        chosen = random.Random(1).sample(names, min(NAMES, len(names)))
        own = ["call mum", "play gym mix", "zebra crossing"]
        self.states = States(self.catalog, self.mine, [*(f"pon {name}" for name in chosen), *own])
        self.file, self.done = work / "mine.jsonl", threading.Event()
        self.times = [
            array("f") for _ in range(THREADS)
        ]  # a list of numbers would be most of the memory that grows
        self.differences: list[str] = []
        self.counts = {"reloads": 0, "changes": 0, "saves": 0}
        self.errors: list[BaseException] = []

    def ask(self, number: int) -> None:
        """One of the eight threads."""
        chance, times = random.Random(number), self.times[number]
        resolver, right = (self.mine, self.states.own) if number % 2 else (self.catalog, self.states.plain)
        while not self.done.is_set():
            request = chance.choice(self.states.requests)
            began = time.perf_counter()
            found = shown(resolver.resolve(request))
            times.append(time.perf_counter() - began)
            if found not in right[request]:
                self.differences.append(f"{request}: {found[:200]}")

    def reload(self) -> None:
        """Reload both resolvers every second."""
        while not self.done.wait(PAUSE):
            self.catalog.reload()
            self.mine.reload()
            self.counts["reloads"] += 2

    def change(self) -> None:
        """Change own entries, and save them after each change."""
        steps = changes(self.mine)
        while not self.done.wait(0.02):
            steps[self.counts["changes"] % len(steps)]()
            self.counts["changes"] += 1
            self.mine.save(self.file)
            if len(read_entries(self.file)[0]) not in (2, 3):
                self.differences.append("a saved file has other entries")
            self.counts["saves"] += 1

    def run(self, seconds: float) -> list[int]:
        """All threads for so many seconds; the memory in bytes, sixty times."""
        jobs: list[Callable[[], None]] = [self.reload, self.change]
        jobs += [lambda number=number: self.ask(number) for number in range(THREADS)]  # type: ignore[misc]
        threads = [threading.Thread(target=self._guarded, args=(job,)) for job in jobs]
        for thread in threads:
            thread.start()
        memory = []
        for _ in range(60):
            if self.done.wait(seconds / 60):
                break
            memory.append(resident())
        self.done.set()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]
        return memory

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            self.errors.append(error)
            self.done.set()


def resident() -> int:
    """Memory of this process in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


def measure(bundle: str, minutes: float) -> dict[str, Any]:
    """The figures of the result."""
    with TemporaryDirectory() as folder:
        load = Load(bundle, Path(folder))
        memory = load.run(60 * minutes)
    times = 1000 * np.concatenate([np.array(each) for each in load.times])
    p50, p99 = np.percentile(times, [50, 99]).tolist()
    return {
        "bundle": bundle,
        "minutes": minutes,
        "threads": THREADS,
        "requests": len(times),
        "differences": len(load.differences),
        "shown": load.differences[:10],
        "p50_ms": round(p50, 3),
        "p99_ms": round(p99, 3),
        **load.counts,
        "memory": memory,
    }


def table(found: dict[str, Any]) -> str:
    """The figures as a table."""
    memory = [value / 1e6 for value in found["memory"]]
    rows = [
        ["requests served", f"{found['requests']:,}"],
        ["answers that a single thread does not give", f"{found['differences']:,}"],
        ["p50, p99", f"{found['p50_ms']:.1f} ms, {found['p99_ms']:.1f} ms"],
        ["reloads", f"{found['reloads']:,}"],
        ["changes of own entries, each saved", f"{found['changes']:,}"],
        ["memory at the start", f"{memory[0]:.0f} MB"],
        ["memory after a quarter, half, three quarters", _later(memory)],
        ["memory at the end", f"{memory[-1]:.0f} MB"],
    ]
    return markdown_table(
        [f"{found['threads']} threads, {found['minutes']:g} minutes, {found['bundle']}", ""], rows
    )


def _later(memory: list[float]) -> str:
    return ", ".join(f"{memory[len(memory) * part // 4]:.0f}" for part in (1, 2, 3)) + " MB"


def main() -> None:
    """Run it and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--bundle", default="radio_es", help="a shipped bundle or a path")
    given = parser.parse_args()
    found = measure(given.bundle, given.minutes)
    write_result("trust.threads", "threads", found, f"# Many threads\n\n{table(found)}")


if __name__ == "__main__":
    main()
