"""Catalogs that the requests of `decision_requests` are put to: eight domains, 14 rooms to 20,000 artists."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from catalog_tools.language.surface_forms import spoken_forms
from edge_er.bundle.entity import Entity
from edge_er.training.data.decision_requests import Catalog, Source
from edge_er.training.data.made_names import made_contacts, made_devices, made_rooms
from edge_er.training.data.voice_requests import CITY_COUNTRIES, cached_rows, domain_names, entities_of

__all__ = ["decision_catalogs"]

# requests of each kind: to a radio catalog, to a large one, to a small one
STATIONS, OTHERS, SMALL = 200, 60, 45
MEDIA = ("artist", "tv", "programme")
FEW_ARTISTS = 400
CONTACTS = (60, 500)
ROOMS, DEVICES = 14, 60


def decision_catalogs(source: Source, folder: Path, seed: int) -> Iterator[Catalog]:
    """All catalogs with entities, one at a time."""
    for lang, stations in source.entities.items():
        yield from (each for each in _of_language(stations, folder, lang, seed) if each.entities)


def _of_language(stations: Sequence[Entity], folder: Path, lang: str, seed: int) -> Iterator[Catalog]:
    yield Catalog("station", lang, stations, STATIONS)
    yield from _media(folder, lang, random.Random(f"{seed}/{lang}/media"))
    yield Catalog("city", lang, _cities(folder, lang), OTHERS)
    yield from _made(folder, lang, random.Random(f"{seed}/{lang}/made"))


def _media(folder: Path, lang: str, rng: random.Random) -> Iterator[Catalog]:
    for domain in MEDIA:
        names = domain_names(folder, domain, lang)
        yield Catalog(domain, lang, entities_of(names, lang), OTHERS)
        if domain == "artist":
            few = sorted(rng.sample(names, min(FEW_ARTISTS, len(names))))
            yield Catalog(domain, lang, entities_of(few, lang), SMALL)


def _cities(folder: Path, lang: str) -> list[Entity]:
    """The cities of a language's countries with their other names."""
    rows = {
        row["name"]: row
        for row in cached_rows(folder / "entities" / "cities.jsonl.gz")
        if row["country"] in CITY_COUNTRIES[lang]
    }
    return [
        Entity(f"{number:06}", name, tuple(rows[name].get("aliases", ())), tuple(spoken_forms(name, lang)))
        for number, name in enumerate(sorted(rows))
    ]


def _made(folder: Path, lang: str, rng: random.Random) -> Iterator[Catalog]:
    artists = domain_names(folder, "artist", lang)
    for count in CONTACTS:
        yield Catalog(
            "contact", lang, entities_of(made_contacts(artists, count, rng), lang), SMALL, made=True
        )
    yield Catalog("room", lang, entities_of(made_rooms(lang, ROOMS, rng), lang), SMALL, made=True)
    yield Catalog("device", lang, entities_of(made_devices(lang, DEVICES, rng), lang), SMALL, made=True)
