"""The pool of training requests: names of many domains, as people ask for them and recognisers write them.

Half of the pool is recognised speech (``voice`` train), half is generated. Names of the dev split never enter it,
whatever domain or source they come from: splits are by name cluster.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from catalog_tools.language.name_split import held_out, name_cluster
from catalog_tools.language.names import clean_name
from catalog_tools.language.requests import LANGUAGES, RequestGenerator, carriers_of_annotations
from catalog_tools.language.surface_forms import spoken_forms
from edge_er.bundle import locate
from edge_er.errors import EdgeERError
from edge_er.text.canonical import canonical_text
from edge_er.training.data.pool_key import pool_key
from edge_er.training.recipe import DataSettings

__all__ = ["Name", "Pool", "data_folder", "held_out", "load_pool", "name_cluster", "read_names", "read_rows"]

COUNTRY_LANGUAGE = {
    **dict.fromkeys(["DE", "AT", "LI", "CH"], "de"),
    **dict.fromkeys(["FR", "BE", "LU", "MC"], "fr"),
    **dict.fromkeys(["GB", "IE", "US", "CA", "AU", "NZ"], "en"),
    **dict.fromkeys(["IT", "SM"], "it"),
}
CHUNK = 50_000
STATIONS, MEDIA, CITIES = (
    f"{name}.jsonl.gz" for name in ("stations/stations", "entities/media_entities", "entities/cities")
)
VOICE = "voice/voice.jsonl.gz"
UTTERANCES = {lang: f"massive/{lang}-{'US' if lang == 'en' else lang.upper()}.jsonl.gz" for lang in LANGUAGES}
DATA_FILES = (STATIONS, MEDIA, CITIES, VOICE, *UTTERANCES.values())


@dataclass(frozen=True)
class Name:
    """A name to ask for, with its domain and the language of those who ask."""

    text: str
    lang: str
    domain: str


@dataclass(frozen=True)
class Pool:
    """Requests and the names they ask for: ``queries[i]`` asks for ``names[entity[i]]``; all in canonical text.

    ``cluster[j]`` is the name cluster of ``names[j]``: two names of one cluster are never each other's negatives.
    """

    queries: list[str]
    entity: list[int]
    names: list[str]
    cluster: list[int]


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a .jsonl.gz file; a missing file raises with what to do."""
    with gzip.open(_existing(path), "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise EdgeERError(
            f"{path}: no such file; training reads the data folder given by --data or EDGE_ER_DATA"
        )
    return path


def read_names(folder: Path, dev_clusters: frozenset[str]) -> list[Name]:
    """Every name of stations, media and cities outside the dev clusters, once a language and domain."""
    names: dict[Name, None] = {}
    for row in read_rows(folder / STATIONS):
        lang = COUNTRY_LANGUAGE.get(row["country"], "es")
        for text in {clean_name(row["name"]), row["name"]}:
            names[Name(text, lang, "station")] = None
    for row in read_rows(folder / MEDIA):
        names[Name(row["name"], row["lang"], row["domain"])] = None
    for place, row in enumerate(read_rows(folder / CITIES)):
        names[Name(row["name"], LANGUAGES[place % len(LANGUAGES)], "city")] = None
    return [
        name for name in names if canonical_text(name.text) and name_cluster(name.text) not in dev_clusters
    ]


def _voice_rows(folder: Path) -> tuple[list[dict[str, Any]], frozenset[str], frozenset[str]]:
    """Train rows, the name clusters of dev, and the carriers only dev uses (canonical, ``{}`` dropped)."""
    train, clusters, carriers, seen = [], set(), set(), set()
    for row in read_rows(folder / VOICE):
        if row["split"] == "train":
            train.append(row)
            seen.add(canonical_text(row["carrier"]))
        else:
            clusters.add(name_cluster(row["entity"]))
            carriers.add(canonical_text(row["carrier"]))
    return train, frozenset(clusters), frozenset(carriers - seen)


def _generator(folder: Path, unwanted: frozenset[str]) -> RequestGenerator:
    observed = {}
    for lang, file in UTTERANCES.items():
        rows = [row for row in read_rows(folder / file) if row["partition"] == "train"]
        playing = carriers_of_annotations([row for row in rows if row["scenario"] == "play"], unwanted)
        others = carriers_of_annotations([row for row in rows if row["scenario"] != "play"], unwanted)
        observed[lang] = playing * max(1, 3 * len(others) // max(len(playing), 1)) + others
    return RequestGenerator.of_languages(LANGUAGES, observed, lru_cache(maxsize=400_000)(spoken_forms))


def _heard_name(carrier: str, heard: str) -> str | None:
    """The part of a recognised request that stands for the name, where the carrier came through unharmed."""
    before, _, after = (canonical_text(part) for part in carrier.partition("{}"))
    start = len(before) + 1 if before else 0
    end = len(heard) - (len(after) + 1 if after else 0)
    whole = (not before or heard.startswith(before + " ")) and (not after or heard.endswith(" " + after))
    return heard[start:end] if whole and end - start >= 3 else None


def _voice_requests(row: dict[str, Any], generator: RequestGenerator, rng: random.Random) -> str:
    """One more request from a recognised one: as it is, with a little more noise, or its name in another carrier."""
    lang = row["lang"]
    heard = canonical_text(row[rng.choice(("asr", "asr", "asr_noisy", "asr_noisy", "text"))])
    name = _heard_name(row["carrier"], heard)
    if name and rng.random() < 0.4:
        carrier = generator.carriers[lang].sample(rng)
        heard = canonical_text(carrier.replace("{}", f" {name} "))
    if rng.random() < 0.5:
        heard = canonical_text(generator.confusions[lang].distort(heard, rng, rng.choice((0.15, 0.3, 0.5))))
    return heard


def _lost(row: dict[str, Any]) -> bool:
    """True where the recogniser kept no trace of the name."""
    from rapidfuzz import fuzz

    name = canonical_text(row["entity"]).replace(" ", "")
    return all(
        fuzz.partial_ratio(name, canonical_text(row[k]).replace(" ", "")) < 35 for k in ("asr", "asr_noisy")
    )


@dataclass(frozen=True)
class _Job:
    """A part of the pool to make; ``key`` stands for what is in ``folder``."""

    key: str
    folder: Path
    settings: DataSettings
    part: int
    rows: int


@lru_cache(maxsize=1)
def _sources(
    folder: Path, key: str
) -> tuple[list[dict[str, Any]], dict[tuple[str, str], list[Name]], RequestGenerator]:
    """What requests are made of; read again where ``key`` says that the data has changed."""
    train, dev_clusters, unwanted = _voice_rows(folder)
    by_kind: dict[tuple[str, str], list[Name]] = defaultdict(list)
    for name in read_names(folder, dev_clusters):
        by_kind[name.domain, name.lang].append(name)
    return [row for row in train if not _lost(row)], by_kind, _generator(folder, unwanted)


def _make(job: _Job) -> tuple[list[str], list[str]]:
    """(queries, names) of one part of the pool, from a seed of its own."""
    train, by_kind, generator = _sources(job.folder, job.key)
    rng = random.Random(f"{job.settings.seed}/{job.part}")
    domains, weights = list(job.settings.domain_weights), list(job.settings.domain_weights.values())
    queries: list[str] = []
    names: list[str] = []
    while len(queries) < job.rows:
        if rng.random() < job.settings.voice_share:
            row = rng.choice(train)
            name, query = row["entity"], _voice_requests(row, generator, rng)
        else:
            chosen = rng.choice(by_kind[rng.choices(domains, weights)[0], rng.choice(LANGUAGES)])
            name, query = chosen.text, generator.request(chosen.text, chosen.lang, rng)
        if query:
            queries.append(query)
            names.append(canonical_text(name))
    return queries, names


def _parts(folder: Path, settings: DataSettings, key: str) -> Iterable[tuple[list[str], list[str]]]:
    from rich.progress import track

    jobs = [
        _Job(key, folder, settings, part, min(CHUNK, settings.requests - part * CHUNK))
        for part in range(-(-settings.requests // CHUNK))
    ]
    if len(jobs) == 1:
        yield _make(jobs[0])
        return
    with ProcessPoolExecutor() as workers:
        yield from track(workers.map(_make, jobs), "making requests", total=len(jobs))


def data_folder(settings: DataSettings, given: Path | None = None, needs: str = "voice") -> Path:
    """The data folder: ``given`` by --data, else EDGE_ER_DATA, else the recipe's, else ../shared/data."""
    return locate.data_folder(given or os.environ.get(locate.DATA_VARIABLE) or settings.folder, needs)


def _key(folder: Path, settings: DataSettings) -> str:
    """The checksum of a pool before names are held out; EdgeERError where a data file is missing."""
    made = {**dataclasses.asdict(settings), "folder": "", "cache": "", "held_share": 0}
    return pool_key(made, [_existing(folder / name) for name in DATA_FILES], __name__)


def load_pool(folder: Path, settings: DataSettings, part: tuple[float, float] | None = None) -> Pool:
    """The pool of a recipe, made once and cached as Parquet in ``settings.cache``.

    The cached file is that of these settings, of this content of the data files, and of the code and tables that made
    it (see ``pool_key``); where one of them has changed, the pool is made anew.

    The held-out name clusters are in the cache, and left out of what is returned. ``part`` returns the clusters held
    out at its second share and not at its first instead: (0.0, 0.15) is all that is held out at 0.15.
    """
    key = _key(folder, settings)
    cached = Path(settings.cache) / f"{key}.parquet"
    if not cached.is_file():
        cached.parent.mkdir(parents=True, exist_ok=True)
        queries, names = [], []
        for asked, named in _parts(folder, settings, key):
            queries += asked
            names += named
        partial = cached.with_suffix(".partial")
        pq.write_table(pa.table({"query": queries, "name": names}), partial, compression="zstd")
        partial.replace(cached)
    table = pq.read_table(cached)
    column = table.column("name").combine_chunks().dictionary_encode()
    cluster_of = [name_cluster(name) for name in column.dictionary.to_pylist()]
    lower, upper = part or (settings.held_share, 1.0)
    kept = np.array([held_out(cluster, upper) and not held_out(cluster, lower) for cluster in cluster_of])
    table = table.filter(pa.array(kept[column.indices.to_numpy()]))
    column = table.column("name").combine_chunks().dictionary_encode()
    names = column.dictionary.to_pylist()
    clusters: dict[str, int] = {}
    cluster = [clusters.setdefault(name_cluster(name), len(clusters)) for name in names]
    return Pool(table.column("query").to_pylist(), column.indices.to_pylist(), names, cluster)
