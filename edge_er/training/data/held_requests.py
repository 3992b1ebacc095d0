"""Requests for the held-out names, and their candidates: what a re-ranker or a pair teacher is fitted and judged on.

No encoder trained with the same ``held_share`` has read a request for one of these names, so candidates, scores and
token states are those of a new request. Every request is ranked against whole lists: the station names of the
language's countries, or all names of its domain and language.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from catalog_tools.language.names import clean_name
from edge_er.text.canonical import canonical_text
from edge_er.training.data.dev import CHUNK, COUNTRIES, STRATA, Encode
from edge_er.training.data.pool import held_out, name_cluster, read_rows
from edge_er.training.data.voice_requests import CITY_COUNTRIES

__all__ = ["Candidates", "HeldTask", "candidates_of", "held_tasks", "recall_of"]


@dataclass(frozen=True)
class HeldTask:
    """Requests of one language and domain for held-out names; all texts canonical, ``gold`` indexes ``names``.

    ``cluster[j]`` is the name cluster of ``names[j]``: any name of the gold one's cluster is a right answer.
    """

    lang: str
    domain: str
    names: list[str]
    cluster: np.ndarray
    queries: list[str]
    strata: list[str]
    gold: np.ndarray


@dataclass(frozen=True)
class Candidates:
    """The ``k`` nearest names of each request, best first: places in ``names``, cosines and which are right, [n, k]."""

    places: np.ndarray
    cosines: np.ndarray
    right: np.ndarray


@lru_cache(maxsize=2)
def _lists(folder: Path) -> dict[tuple[str, str], frozenset[str]]:
    """Canonical names by language and domain."""
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in read_rows(folder / "stations" / "stations.jsonl.gz"):
        for lang, countries in COUNTRIES.items():
            if row["country"] in countries.split():
                names[lang, "station"].add(canonical_text(clean_name(row["name"])))
    for row in read_rows(folder / "entities" / "media_entities.jsonl.gz"):
        names[row["lang"], row["domain"]].add(canonical_text(row["name"]))
    for row in read_rows(folder / "entities" / "cities.jsonl.gz"):
        for lang, near in CITY_COUNTRIES.items():
            if row["country"] in near:
                names[lang, "city"].add(canonical_text(row["name"]))
    return {key: frozenset(of_domain - {""}) for key, of_domain in names.items()}


def _held_rows(folder: Path, share: float) -> dict[tuple[str, str], list[dict[str, Any]]]:
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(folder / "voice" / "voice.jsonl.gz"):
        near = row["domain"] != "station" or row["country"] in COUNTRIES[row["lang"]].split()
        if row["split"] == "train" and near and held_out(name_cluster(row["entity"]), share):
            rows[row["lang"], row["domain"]].append(row)
    return rows


def held_tasks(folder: Path, share: float) -> list[HeldTask]:
    """A task for each language and domain, from the ``voice`` train rows whose name cluster is held out."""
    tasks = []
    for (lang, domain), rows in sorted(_held_rows(folder, share).items()):
        asked = [canonical_text(row["entity"]) for row in rows]
        names = sorted(_lists(folder)[lang, domain] | set(asked))
        keys: dict[str, int] = {}
        cluster = np.array([keys.setdefault(name_cluster(name), len(keys)) for name in names])
        place = {name: at for at, name in enumerate(names)}
        tasks.append(
            HeldTask(
                lang,
                domain,
                names,
                cluster,
                [canonical_text(row[stratum]) for stratum in STRATA for row in rows],
                [stratum for stratum in STRATA for _ in rows],
                np.array([place[name] for name in asked] * len(STRATA)),
            )
        )
    return tasks


def candidates_of(task: HeldTask, encode: Encode, k: int = 20) -> Candidates:
    """The nearest names of every request by cosine; ``encode`` gives unit vectors [n, width]."""
    names, queries = encode(task.names), encode(task.queries)
    k = min(k, len(names))
    places, cosines = np.zeros((len(queries), k), np.int64), np.zeros((len(queries), k), np.float32)
    for start in range(0, len(queries), CHUNK):
        scores = queries[start : start + CHUNK] @ names.T
        nearest = np.argpartition(-scores, k - 1, axis=1)[:, :k]
        best = np.take_along_axis(scores, nearest, 1)
        order = np.argsort(-best, axis=1, kind="stable")
        places[start : start + CHUNK] = np.take_along_axis(nearest, order, 1)
        cosines[start : start + CHUNK] = np.take_along_axis(best, order, 1)
    return Candidates(places, cosines, task.cluster[places] == task.cluster[task.gold][:, None])


def recall_of(scores: np.ndarray, right: np.ndarray) -> float:
    """Share of requests [n, k] whose best-scored candidate is right; the first of equals."""
    return float(right[np.arange(len(right)), scores.argmax(1)].mean())
