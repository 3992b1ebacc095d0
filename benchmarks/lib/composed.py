"""Catalogs of any size, made by composing the real names of the data folder; the same size gives the same catalog."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import write_lines

__all__ = ["compose_names", "write_composed_catalog"]

_SEED = 4
_LONGEST = 60  # characters


def compose_names(data: Path, count: int) -> Iterator[str]:
    """``count`` names, no two alike: persons with the family name of others, stations of towns, works by artists."""
    media = _rows(data / "entities" / "media_entities.jsonl.gz")
    artists = [row["name"] for row in media if row["domain"] == "artist"]
    works = [row["name"] for row in media if row["domain"] != "artist"]
    cities = [row["name"] for row in _rows(data / "entities" / "cities.jsonl.gz")]
    stations = [row["name"] for row in _rows(data / "stations" / "stations.jsonl.gz")]
    people = [name.split() for name in artists if " " in name]
    chance, seen = random.Random(_SEED), set[str]()
    while len(seen) < count:
        name = (
            f"{' '.join(chance.choice(people)[:-1])} {chance.choice(people)[-1]}",
            f"{chance.choice(stations)} {chance.choice(cities)}",
            f"{chance.choice(works)} {chance.choice(artists)}",
        )[len(seen) % 3].strip()
        if name not in seen and len(name) <= _LONGEST:
            seen.add(name)
            yield name


def write_composed_catalog(data: Path, count: int, file: Path) -> None:
    """A JSONL catalog of ``count`` composed names with ids."""
    rows = enumerate(compose_names(data, count))
    write_lines(
        file,
        (json.dumps({"id": f"n{row:08d}", "name": name}, ensure_ascii=False) + "\n" for row, name in rows),
    )


def _rows(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
