"""The five radio catalogs, made from the public station lists.

    python -m catalog_tools.radio --data ../shared/data --out build/catalogs

writes radio_{de,en,fr,it,es}.jsonl (id, name, aliases, country, tags, streams), ready for `edge-er build`, and for
each a report of what was merged and why (radio_XX.json, .md and .html in --reports); --corrections takes a file of
pairs of names that are one station or are not (name_corrections.py). With `--locale nl.toml` it is the
catalog of that language alone, with the stations of the countries the file names.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from catalog_tools.language.language import Language, read_locale
from catalog_tools.language.short_names import with_numbered_stations
from catalog_tools.pages.merge_report import merge_report, write_merge_report
from catalog_tools.readers.entity_ids import keep_previous_ids
from catalog_tools.readers.sources import Record, read_records
from catalog_tools.stations.entities import Cluster, merge_records
from catalog_tools.stations.name_corrections import NameCorrection, read_name_corrections
from catalog_tools.stations.station_entities import entities_from_clusters
from catalog_tools.stations.words import STATION_WORDS
from edge_er.bundle.atomic import write_lines
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import data_folder
from edge_er.errors import CatalogError, EdgeERError
from edge_er.text.canonical import canonical_text

__all__ = ["CATALOG_COUNTRIES", "city_names", "main", "radio_clusters", "write_catalog"]

CATALOG_COUNTRIES: dict[str, tuple[str, ...]] = {
    "de": ("DE", "AT", "LI"),
    "en": ("GB", "IE", "US"),
    "fr": ("FR", "BE", "LU", "MC"),
    "it": ("IT", "SM"),
    "es": ("ES",),
}
_STATIONS = "stations/stations.jsonl.gz"
_CITIES = "entities/cities.jsonl.gz"


def radio_clusters(
    records: Iterable[Record],
    places: frozenset[str],
    own: Language | None = None,
    corrections: Sequence[NameCorrection] = (),
) -> dict[str, list[Cluster]]:
    """Merged stations of each language's catalog; of that of ``own``, a locale file, alone where it is given."""
    stations = list(records)
    catalogs, words = CATALOG_COUNTRIES, STATION_WORDS
    if own is not None:
        catalogs = {own.code: (*CATALOG_COUNTRIES.get(own.code, ()), *own.countries)}
        words = STATION_WORDS.with_language(own)
    return {
        lang: merge_records(
            (r for r in stations if r.metadata.get("country") in countries), places, words, corrections
        )
        for lang, countries in catalogs.items()
    }


def city_names(data: Path) -> frozenset[str]:
    """Canonical one-word names of cities and towns; empty where the list is missing."""
    file = data / _CITIES
    if not file.is_file():
        return frozenset()
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        names = {canonical_text(json.loads(line)["name"]) for line in lines}
    return frozenset(name for name in names if " " not in name and len(name) > 3)


def write_catalog(entities: Sequence[Entity], file: Path) -> None:
    """One JSON object a line, sorted by id; the file appears only when it is complete."""
    write_lines(file, (json.dumps(_row(entity), ensure_ascii=False) + "\n" for entity in entities))


def _row(entity: Entity) -> dict[str, Any]:
    row: dict[str, Any] = {"id": entity.id, "name": entity.name}
    if entity.aliases:
        row["aliases"] = list(entity.aliases)
    return {**row, **entity.metadata}


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; raises CatalogError where the station list is missing or damaged."""
    parser = argparse.ArgumentParser(prog="python -m catalog_tools.radio", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data",
        type=Path,
        help="folder with stations/ and entities/ (default: $EDGE_ER_DATA, else ../shared/data)",
    )
    parser.add_argument("--stations", type=Path, help="the station list (DATA/stations/stations.jsonl.gz)")
    parser.add_argument("--locale", type=Path, help="a locale file with [countries] (docs/locales.md)")
    parser.add_argument("--out", type=Path, default=Path("build/catalogs"), help="folder for the catalogs")
    parser.add_argument("--reports", type=Path, help="folder for the merge reports (OUT/merge_reports)")
    parser.add_argument(
        "--previous", type=Path, help="folder of earlier bundles; their ids stay with their stations"
    )
    parser.add_argument("--corrections", type=Path, help="names that are one station or are not (JSONL)")
    parser.add_argument("--most", type=int, help="merges listed in a report, the most doubtful first (all)")
    options = parser.parse_args(arguments)
    own = read_locale(options.locale) if options.locale else None
    corrections = read_name_corrections(options.corrections) if options.corrections else []
    places = _places(options.data, needed=options.stations is None)
    file = options.stations or data_folder(options.data, _STATIONS) / _STATIONS
    with read_records(file) as stations:
        clusters = radio_clusters(stations, places, own, corrections)
    for lang, of_language in clusters.items():
        entities = with_numbered_stations(entities_from_clusters(of_language))
        entities = _with_known_ids(entities, options.previous, f"radio_{lang}")
        write_catalog(entities, options.out / f"radio_{lang}.jsonl")
        report = merge_report(f"radio_{lang}", of_language, entities, options.most)
        write_merge_report(report, options.reports or options.out / "merge_reports")
        print(_summary(report))


def _places(given: Path | None, needed: bool) -> frozenset[str]:
    """City names of the data folder; none where it is not ``needed`` and there is none."""
    try:
        return city_names(data_folder(given, ""))
    except CatalogError:
        if needed or given is not None:
            raise
        return frozenset()


def _with_known_ids(entities: list[Entity], previous: Path | None, name: str) -> list[Entity]:
    if previous is None or not (previous / name).exists():
        return entities
    return keep_previous_ids(entities, read_bundle(previous / name).entities)


def _summary(report: dict[str, Any]) -> str:
    reasons = ", ".join(f"{reason}: {count}" for reason, count in report["merges_by_reason"].items())
    return (
        f"{report['catalog']}: {report['names']} names -> {report['entities']} entities "
        f"with {report['aliases']} aliases ({reasons})"
    )


if __name__ == "__main__":
    try:
        main()
    except EdgeERError as error:
        sys.exit(f"error: {error}")
