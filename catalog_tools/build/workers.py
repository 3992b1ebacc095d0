"""Who computes the shards of a build: this process, or several; and the loop that keeps what is finished.

An engine is anything with ``run``: shards in, (key, result) out in any order. `catalog_tools.build.distributed` has one
for a cluster.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from catalog_tools.build.shards import Results, Shard, ShardStore, ShardWorker, cut
from edge_er.errors import BuildError

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = [
    "ENGINES",
    "LOCAL",
    "Engine",
    "InProcess",
    "Processes",
    "ShardRunner",
    "default_workers",
    "shard_runner",
]

LOCAL, RAY = "local", "ray"
ENGINES = (LOCAL, RAY)
MOST_WORKERS = 16
PROGRESS_FROM = 5000  # texts
_TRIES = 3  # without a shard finished in between
_QUEUED = 2  # shards a worker


class Engine(Protocol):
    """Computes shards."""

    def run(self, shards: Sequence[Shard]) -> Results:
        """Key and result of each of ``shards``, in any order."""
        ...

    def close(self) -> None:
        """Let the workers go."""
        ...


def default_workers() -> int:
    """One for each core, at most 16."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


class InProcess:
    """Computes shards here, one after another."""

    def __init__(self, worker: ShardWorker) -> None:
        self._worker = worker

    def run(self, shards: Sequence[Shard]) -> Results:
        """See `Engine`."""
        for shard in shards:
            yield shard.key, self._worker(shard.step, shard.texts)

    def close(self) -> None:
        """See `Engine`."""


class Processes:
    """Computes shards in ``workers`` processes of this machine, one thread each.

    When a worker dies (out of memory, killed), all are replaced and unfinished shards computed again; where that
    happens three times without a shard finished in between, the build stops.
    """

    def __init__(self, worker: ShardWorker, workers: int) -> None:
        self._worker, self._workers = worker, workers
        self._pool: ProcessPoolExecutor | None = None

    def run(self, shards: Sequence[Shard]) -> Results:
        """See `Engine`.

        Raises:
            BuildError: workers keep dying.
        """
        todo, tries = list(shards), 0
        while todo:
            done: set[str] = set()
            try:
                for key, result in self._results(todo):
                    done.add(key)
                    yield key, result
            except BrokenProcessPool as error:
                self.close()
                tries = 1 if done else tries + 1
                if tries == _TRIES:
                    raise _dying(len(todo)) from error
            todo = [shard for shard in todo if shard.key not in done]

    def _results(self, shards: Sequence[Shard]) -> Results:
        waiting = iter(shards)
        running: dict[Future[bytes], str] = {}
        try:
            while True:
                for shard in islice(waiting, self._workers * _QUEUED - len(running)):
                    running[self._started().submit(_compute, shard)] = shard.key
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            for future in running:
                future.cancel()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, get_context("spawn"), initializer=_start, initargs=(self._worker,)
            )
        return self._pool

    def close(self) -> None:
        """See `Engine`."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


_worker: ShardWorker | None = None  # of a worker process


def _start(worker: ShardWorker) -> None:
    """Before the first shard: an interrupt is left to the parent, and none lives on without it."""
    global _worker
    _worker = worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _compute(shard: Shard) -> bytes:
    assert _worker is not None  # set by _start before the first shard
    return _worker(shard.step, shard.texts)


def _dying(left: int) -> BuildError:
    return BuildError(
        f"the worker processes died {_TRIES} times without finishing a shard, {left} shards are left; if memory was "
        "short, build with fewer --workers; a script that builds with several needs its call under "
        'if __name__ == "__main__":; run the same again to go on from the finished shards'
    )


class ShardRunner:
    """Results of a step over many texts, kept in a store, with a progress bar on a terminal.

    Attributes:
        store: where results are kept.
        shards, kept: how many there were so far, and how many of them the store had already.
    """

    def __init__(self, worker: ShardWorker, engine: Engine, store: ShardStore) -> None:
        self._worker, self._engine, self.store = worker, engine, store
        self.shards = self.kept = 0

    def results(self, step: str, texts: Sequence[str]) -> Iterator[tuple[slice, bytes]]:
        """Each shard's place in ``texts`` and its result, in order, once all are there.

        Raises:
            BuildError: workers keep dying, or the store cannot be used.
        """
        places = list(cut(texts))
        shards = [self._worker.shard(step, texts[place]) for place in places]
        missing = [shard for shard in shards if self.store.read(shard.key) is None]
        self.shards, self.kept = self.shards + len(shards), self.kept + len(shards) - len(missing)
        sizes = {shard.key: len(shard.texts) for shard in shards}
        with _progress(len(texts)) as bar:
            there = len(texts) - sum(sizes[shard.key] for shard in missing)
            task = bar.add_task(step, total=len(texts), completed=there)
            for key, result in self._engine.run(missing):
                self.store.write(key, result)
                bar.advance(task, sizes[key])
        for place, shard in zip(places, shards, strict=True):
            kept = self.store.read(shard.key)
            if kept is None:
                raise BuildError(
                    f"{self.store.folder}: the finished shard {shard.key} is gone or damaged; "
                    "let nothing else write there, and run the same again"
                )
            yield place, kept


@contextmanager
def shard_runner(
    worker: ShardWorker, folder: Path | None, workers: int, engine: str, address: str | None
) -> Iterator[ShardRunner]:
    """A runner with its workers: ``engine`` is one of ENGINES, ``address`` that of a Ray cluster.

    Without a ``folder`` for the results they stay in memory, and all is done in this process.
    """
    computing: Engine
    if folder is None or (engine == LOCAL and workers == 1):
        computing = InProcess(worker)
    elif engine == LOCAL:
        computing = Processes(worker, workers)
    else:
        from catalog_tools.build.distributed import RayActors

        computing = RayActors(worker, workers, address)
    with closing(computing):
        yield ShardRunner(worker, computing, ShardStore(folder))


def _progress(texts: int) -> AbstractContextManager[Progress]:
    """A bar with rate and time left; silent for few texts and where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:,.0f}/s")

    console = Console(stderr=True)
    console.quiet = texts < PROGRESS_FROM or not console.is_terminal
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,}"),
    )
    return Progress(
        *columns,
        Rate(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=console.quiet,  # not enough alone: before rich 14.3 a disabled bar ends with an empty line
    )
