"""The dev requests models are chosen by: recognised speech for stations no training request asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog_tools.language.names import clean_name
from edge_er.text.canonical import canonical_text
from edge_er.training.data.pool import read_rows

__all__ = ["DevTask", "dev_tasks", "recall_at_1"]

STRATA = ("text", "asr", "asr_noisy")
COUNTRIES = {"de": "DE AT LI", "en": "GB IE US", "fr": "FR BE LU MC", "it": "IT SM", "es": "ES"}
CHUNK = 512

Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class DevTask:
    """Requests of one language against every station name of its countries; ``gold`` indexes ``names``."""

    lang: str
    names: list[str]
    queries: list[str]
    gold: np.ndarray


def dev_tasks(folder: Path) -> list[DevTask]:
    """One task a language, from ``stations`` and ``voice`` dev in the data folder."""
    stations = list(read_rows(folder / "stations" / "stations.jsonl.gz"))
    asked = [
        row
        for row in read_rows(folder / "voice" / "voice.jsonl.gz")
        if row["split"] == "dev" and row["domain"] == "station"
    ]
    tasks = []
    for lang, countries in COUNTRIES.items():
        rows = [row for row in asked if row["country"] in countries.split()]
        names = {
            canonical_text(clean_name(row["name"])) for row in stations if row["country"] in countries.split()
        }
        place = {
            name: i for i, name in enumerate(sorted(names | {canonical_text(row["entity"]) for row in rows}))
        }
        gold = [place[canonical_text(row["entity"])] for row in rows]
        tasks.append(
            DevTask(
                lang, list(place), [row[key] for key in STRATA for row in rows], np.array(gold * len(STRATA))
            )
        )
    return tasks


def recall_at_1(encode: Encode, tasks: Sequence[DevTask]) -> dict[str, float]:
    """Share of requests whose nearest name is the right one, by language; ``encode`` gives unit vectors [n, width]."""
    recall = {}
    for task in tasks:
        names, queries = encode(task.names), encode(task.queries)
        best = np.concatenate(
            [(queries[i : i + CHUNK] @ names.T).argmax(1) for i in range(0, len(queries), CHUNK)]
        )
        recall[task.lang] = float((best == task.gold).mean())
    return recall
