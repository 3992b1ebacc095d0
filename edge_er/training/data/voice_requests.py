"""Requests as recognisers heard them, and the catalogs they ask for, from the data folder.

Development requests are for the stations of the shipped bundles' countries, and for artists, cities, TV channels and
programmes; they measure, and nothing is fitted on them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog_tools.language.surface_forms import spoken_forms
from catalog_tools.radio import CATALOG_COUNTRIES
from edge_er.bundle.entity import Entity
from edge_er.evaluation.requests_file import Request
from edge_er.text.canonical import canonical_text
from edge_er.training.data.pool import read_rows

__all__ = [
    "CITY_COUNTRIES",
    "OTHER_DOMAINS",
    "STRATA",
    "cached_rows",
    "domain_names",
    "domain_requests",
    "entities_of",
    "raw_station_names",
    "second_recogniser_pairs",
    "second_recogniser_requests",
    "station_requests",
    "write_requests",
]

CITY_COUNTRIES = {
    "de": ("DE", "AT", "CH"),
    "en": ("US", "GB", "IE", "CA", "AU", "NZ"),
    "fr": ("FR", "BE", "LU", "CA", "CH"),
    "it": ("IT", "CH"),
    "es": ("ES", "MX", "AR", "CO", "CL", "PE", "EC"),
}
OTHER_DOMAINS = ("artist", "city", "tv", "programme")
STRATA = {"text": "text", "asr": "asr", "noisy": "asr_noisy"}
SECOND_RECOGNISER = {"asr_small": "asr_small"}


@lru_cache(maxsize=8)
def cached_rows(path: Path) -> tuple[dict[str, Any], ...]:
    """Rows of a .jsonl.gz file, kept for the next call; a missing file raises with what to do."""
    return tuple(read_rows(path))


def station_requests(data: Path, lang: str) -> list[Request]:
    """Development requests for the stations of a bundle's countries, in three strata: text, asr, noisy."""
    return list(_requests(_station_rows(data / "voice" / "voice.jsonl.gz", lang), STRATA))


def second_recogniser_requests(data: Path, lang: str) -> list[Request]:
    """Development requests that a better recogniser heard, stratum asr_small."""
    rows = _station_rows(data / "voice" / "dev_better_recogniser.jsonl.gz", lang)
    return list(_requests(rows, SECOND_RECOGNISER))


def second_recogniser_pairs(data: Path, lang: str) -> tuple[list[Request], list[tuple[str, str]]]:
    """The same requests, and what both recognisers heard: (asr, asr_small)."""
    rows = list(_station_rows(data / "voice" / "dev_better_recogniser.jsonl.gz", lang))
    return list(_requests(rows, SECOND_RECOGNISER)), [(row["asr"], row["asr_small"]) for row in rows]


def domain_requests(data: Path, domain: str, lang: str) -> list[Request]:
    """Development requests for the artists, cities, TV channels or programmes of a language."""
    rows = _development_rows(data / "voice" / "voice.jsonl.gz", domain)
    return list(_requests((row for row in rows if row["lang"] == lang), STRATA))


def domain_names(data: Path, domain: str, lang: str) -> list[str]:
    """Names of a domain in a language: all that the data holds, with those that are asked for; sorted."""
    if domain == "city":
        cities = cached_rows(data / "entities" / "cities.jsonl.gz")
        names = [row["name"] for row in cities if row["country"] in CITY_COUNTRIES[lang]]
    else:
        media = cached_rows(data / "entities" / "media_entities.jsonl.gz")
        names = [row["name"] for row in media if (row["domain"], row["lang"]) == (domain, lang)]
    asked = _development_rows(data / "voice" / "voice.jsonl.gz", domain)
    return _distinct([*names, *(row["entity"] for row in asked if row["lang"] == lang)])


def raw_station_names(data: Path, lang: str) -> list[str]:
    """Station names as they were collected, not cleaned or merged, one for each canonical text; sorted."""
    stations = cached_rows(data / "stations" / "stations.jsonl.gz")
    return _distinct(row["name"] for row in stations if row["country"] in CATALOG_COUNTRIES[lang])


def entities_of(names: Iterable[str], lang: str) -> list[Entity]:
    """Every name as an entity of its own, with its spoken forms."""
    return [
        Entity(f"{number:06}", name, spoken=tuple(spoken_forms(name, lang)))
        for number, name in enumerate(names)
    ]


def write_requests(path: Path, requests: Iterable[Request]) -> None:
    """Write a file of requests."""
    with path.open("w", encoding="utf-8") as file:
        for request in requests:
            row = {
                "query": request.query,
                "entity": request.gold[0],
                "country": request.country,
                "lang": request.lang,
                "stratum": request.stratum,
                "domain": request.domain,
                "carrier_seen": request.carrier_seen,
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _distinct(names: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for name in sorted(names):
        first.setdefault(canonical_text(name), name)
    return sorted(first.values())


def _station_rows(path: Path, lang: str) -> Iterator[dict[str, Any]]:
    return (row for row in _development_rows(path, "station") if row["country"] in CATALOG_COUNTRIES[lang])


def _development_rows(path: Path, domain: str) -> Iterator[dict[str, Any]]:
    return (row for row in cached_rows(path) if row["split"] == "dev" and row["domain"] == domain)


def _requests(rows: Iterable[dict[str, Any]], strata: dict[str, str]) -> Iterator[Request]:
    for row in rows:
        for stratum, column in strata.items():
            yield Request(
                query=row[column],
                gold=(row["entity"],),
                country=row["country"],
                lang=row["lang"],
                stratum=stratum,
                domain=row["domain"],
                carrier_seen=row["carrier_seen"],
            )
