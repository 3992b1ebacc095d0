"""The pool of training requests: names of many domains, as people ask for them and recognisers write them.

Part of the pool is recognised speech or requests that were collected, the rest is generated. Names that the gate asks
for never enter it, whatever domain or source they come from: splits are by name cluster.
"""

from __future__ import annotations

import dataclasses
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from catalog_tools.language.name_split import held_out, name_cluster
from edge_er.bundle import locate
from edge_er.bundle.atomic import replacing
from edge_er.errors import BuildError, EdgeERError
from edge_er.training.data.data_folder import (
    CITIES,
    DATA_FILES,
    MEDIA,
    STATIONS,
    UTTERANCES,
    VOICE,
    folder_sources,
)
from edge_er.training.data.made_requests import requests_from
from edge_er.training.data.own_data import own_files, read_own
from edge_er.training.data.pool_key import pool_key
from edge_er.training.data.shown import shown
from edge_er.training.data.sources import Sources, existing, read_rows
from edge_er.training.settings import DataSettings

__all__ = [
    "CITIES",
    "DATA_FILES",
    "MEDIA",
    "STATIONS",
    "UTTERANCES",
    "VOICE",
    "Pool",
    "data_folder",
    "data_key",
    "held_out",
    "load_pool",
    "name_cluster",
    "pool_of",
    "read_rows",
    "read_table",
    "sources_of",
]

CHUNK = 50_000
_MADE = "edge_er.training.data.made_requests"
# The modules that make the rows, and with them all that these import: by whether a recipe has catalogs of its own.
_MAKERS = {
    False: (_MADE, "edge_er.training.data.data_folder"),
    True: (_MADE, "edge_er.training.data.own_data"),
}


@dataclass(frozen=True)
class Pool:
    """Requests and the names they ask for: ``queries[i]`` asks for ``names[entity[i]]``; all in canonical text.

    ``cluster[j]`` is the name cluster of ``names[j]``: two names of one cluster are never each other's negatives.
    """

    queries: list[str]
    entity: list[int]
    names: list[str]
    cluster: list[int]


@dataclass(frozen=True)
class _Job:
    """A part of the pool to make; ``key`` stands for what is in ``folder`` and the files of ``settings``."""

    key: str
    folder: Path
    settings: DataSettings
    part: int
    rows: int


_read: dict[str, Sources] = {}  # what was read last, by key


def sources_of(folder: Path, settings: DataSettings) -> Sources:
    """What the requests of a recipe are made from: its own catalogs, or the data folder.

    Raises:
        EdgeERError: a file is missing or damaged, or it lacks names or requests that are asked of it.
    """
    sources = read_own(settings).sources if settings.own else folder_sources(folder, settings.languages)
    sources.check(settings.weights, settings.languages, settings.voice_share)
    return sources


def _make(job: _Job) -> tuple[list[str], list[str]]:
    """(queries, names) of one part of the pool, from a seed of its own."""
    if job.key not in _read:
        _read.clear()
        _read[job.key] = sources_of(job.folder, job.settings)
    return requests_from(_read[job.key], job.settings, job.rows, f"{job.settings.seed}/{job.part}")


def _parts(folder: Path, settings: DataSettings, key: str) -> Iterable[tuple[list[str], list[str]]]:
    jobs = [
        _Job(key, folder, settings, part, min(CHUNK, settings.requests - part * CHUNK))
        for part in range(-(-settings.requests // CHUNK))
    ]
    title = f"making {settings.requests:,} requests"
    if len(jobs) == 1:
        yield from shown(map(_make, jobs), 1, title)
        return
    yield from shown(_by_processes(jobs), len(jobs), title)


def _by_processes(jobs: Sequence[_Job]) -> Iterator[tuple[list[str], list[str]]]:
    """``_make`` of all jobs, in order, on all cores; whoever interrupts it does not wait for what is begun."""
    ignored = signal.SIGINT, signal.SIG_IGN  # a Ctrl-C on the terminal is for this process
    with ProcessPoolExecutor(initializer=signal.signal, initargs=ignored) as workers:
        try:
            yield from workers.map(_make, jobs)
        except BrokenProcessPool as error:
            raise BuildError(
                "a process that makes training requests died, as where memory is short; free some and run it again, or "
                "make the pool on another machine and copy its folder ([data] cache)"
            ) from error
        except BaseException:
            workers.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()
            raise


def data_folder(settings: DataSettings, given: Path | None = None, needs: str = "voice") -> Path:
    """The data folder: ``given`` by --data, else EDGE_ER_DATA, else the recipe's, else ../shared/data.

    A recipe with catalogs of its own needs none; the current directory stands for it.
    """
    if settings.own and needs == "voice":
        return Path()
    return locate.data_folder(given or os.environ.get(locate.DATA_VARIABLE) or settings.folder, needs)


def data_key(folder: Path, settings: DataSettings) -> str:
    """The checksum of a pool before names are held out; EdgeERError where a data file is missing."""
    made = {**dataclasses.asdict(settings), "folder": "", "cache": "", "held_share": 0}
    files = (
        own_files(settings) if settings.own else [existing(folder / name) for name in data_files(settings)]
    )
    return pool_key(made, files, _MAKERS[settings.own])


def data_files(settings: DataSettings) -> list[str]:
    """The files of the data folder that a pool is made from."""
    used = [UTTERANCES[lang] for lang in settings.languages if lang in UTTERANCES]
    return [STATIONS, MEDIA, CITIES, VOICE, *used]


def load_pool(folder: Path, settings: DataSettings, part: tuple[float, float] | None = None) -> Pool:
    """The pool of a recipe, made once and cached as Parquet in ``settings.cache``.

    The cached file is that of these settings, of this content of the data files, and of the code and tables that made
    it (see ``pool_key``); where one of them has changed, the pool is made anew.

    The held-out name clusters are in the cache, and left out of what is returned. ``part`` returns the clusters held
    out at its second share and not at its first instead: (0.0, 0.15) is all that is held out at 0.15.
    """
    key = data_key(folder, settings)
    cached = Path(settings.cache) / f"{key}.parquet"
    if not cached.is_file():
        queries, names = [], []
        for asked, named in _parts(folder, settings, key):
            queries += asked
            names += named
        with replacing(cached) as partial:
            pq.write_table(pa.table({"query": queries, "name": names}), partial, compression="zstd")
    return _pool_of(read_table(cached), part or (settings.held_share, 1.0))


def read_table(file: Path) -> pa.Table:
    """A Parquet file that a run wrote.

    Raises:
        EdgeERError: it is damaged.
    """
    try:
        return pq.read_table(file)
    except pa.ArrowInvalid as error:
        raise EdgeERError(
            f"{file}: damaged ({str(error).splitlines()[0]}); delete it, and it is made anew"
        ) from error


def pool_of(queries: list[str], names: list[str]) -> Pool:
    """A pool of requests and the canonical name that each asks for, all of them kept."""
    return _pool_of(pa.table({"query": queries, "name": names}), (0.0, 1.0))


def _pool_of(table: pa.Table, part: tuple[float, float]) -> Pool:
    """The rows whose name cluster is held out at the second share of ``part`` and not at its first."""
    column = table.column("name").combine_chunks().dictionary_encode()
    cluster_of = [name_cluster(name) for name in column.dictionary.to_pylist()]
    lower, upper = part
    kept = np.array([held_out(cluster, upper) and not held_out(cluster, lower) for cluster in cluster_of])
    table = table.filter(pa.array(kept[column.indices.to_numpy()]))
    column = table.column("name").combine_chunks().dictionary_encode()
    names = column.dictionary.to_pylist()
    clusters: dict[str, int] = {}
    cluster = [clusters.setdefault(name_cluster(name), len(clusters)) for name in names]
    return Pool(table.column("query").to_pylist(), column.indices.to_pylist(), names, cluster)
