"""The dev requests models are chosen by: recognised speech for names no training request asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog_tools.language.names import clean_name
from edge_er.errors import EdgeERError
from edge_er.text.canonical import canonical_text
from edge_er.training.data.data_folder import STATIONS, VOICE
from edge_er.training.data.own_data import OwnData, read_own
from edge_er.training.data.sources import read_rows
from edge_er.training.settings import DataSettings

__all__ = ["DevTask", "dev_tasks", "gate_tasks", "recall_at_1"]

STRATA = ("text", "asr", "asr_noisy")
COUNTRIES = {"de": "DE AT LI", "en": "GB IE US", "fr": "FR BE LU MC", "it": "IT SM", "es": "ES"}
CHUNK = 512

Encode = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True)
class DevTask:
    """Requests of one language against every name that its speakers may ask for; ``gold`` indexes ``names``."""

    lang: str
    names: list[str]
    queries: list[str]
    gold: np.ndarray


def gate_tasks(folder: Path, settings: DataSettings) -> list[DevTask]:
    """One task a language, from the recipe's own catalogs and requests, or else from the data folder.

    Raises:
        EdgeERError: there is no request for the gate in any of the recipe's languages.
    """
    if settings.own:
        own = read_own(settings)
        tasks = [_own_task(own, lang) for lang in settings.languages]
    else:
        tasks = dev_tasks(folder, settings.languages)
    tasks = [task for task in tasks if task.queries]
    if not tasks:
        raise EdgeERError(
            f"no request for the gate in {', '.join(settings.languages)}; expected rows of the split dev in the voice "
            "file, or a larger [data] dev_share"
        )
    return tasks


def _own_task(own: OwnData, lang: str) -> DevTask:
    asked = [each for each in own.dev if each.lang == lang]
    names = sorted({canonical_text(name) for name in (*own.names, *(each.entity for each in asked))})
    place = {name: at for at, name in enumerate(names)}
    gold = np.array([place[canonical_text(each.entity)] for each in asked], int)
    return DevTask(lang, names, [each.text for each in asked], gold)


def dev_tasks(folder: Path, languages: Sequence[str] = tuple(COUNTRIES)) -> list[DevTask]:
    """One task a language, from ``stations`` and ``voice`` dev in the data folder.

    Requests for stations count, and those of a file of ``edge-er voice`` that says neither domain nor country.
    """
    stations = list(read_rows(folder / STATIONS))
    asked = [
        row
        for row in read_rows(folder / VOICE)
        if row["split"] == "dev" and row["domain"] in ("station", None)
    ]
    return [_station_task(lang, stations, asked) for lang in languages]


def _station_task(lang: str, stations: Sequence[dict[str, Any]], asked: Sequence[dict[str, Any]]) -> DevTask:
    near = COUNTRIES.get(lang, "").split()
    rows = [row for row in asked if (row["country"] in near if row["country"] else row["lang"] == lang)]
    names = {canonical_text(clean_name(row["name"])) for row in stations if row["country"] in near}
    place = {
        name: i for i, name in enumerate(sorted(names | {canonical_text(row["entity"]) for row in rows}))
    }
    gold = [place[canonical_text(row["entity"])] for row in rows]
    queries = [row[key] for key in STRATA for row in rows]
    return DevTask(lang, list(place), queries, np.array(gold * len(STRATA), int))


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
