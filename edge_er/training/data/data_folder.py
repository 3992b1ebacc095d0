"""The public data folder as a source of requests: stations, media and cities, recognised speech, and utterances.

Names of the dev split of ``voice`` are left out, whatever domain or file they come from: splits are by name cluster.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog_tools.language.name_split import name_cluster
from catalog_tools.language.names import clean_name
from catalog_tools.language.requests import LANGUAGES, RequestGenerator, carriers_of_annotations
from catalog_tools.language.surface_forms import spoken_forms
from edge_er.text.canonical import canonical_text
from edge_er.training.data.sources import Name, Said, Sources, read_rows

__all__ = ["CITIES", "DATA_FILES", "MEDIA", "STATIONS", "UTTERANCES", "VOICE", "folder_sources", "lost"]

COUNTRY_LANGUAGE = {
    **dict.fromkeys(["DE", "AT", "LI", "CH"], "de"),
    **dict.fromkeys(["FR", "BE", "LU", "MC"], "fr"),
    **dict.fromkeys(["GB", "IE", "US", "CA", "AU", "NZ"], "en"),
    **dict.fromkeys(["IT", "SM"], "it"),
}
STATIONS, MEDIA, CITIES = (
    f"{name}.jsonl.gz" for name in ("stations/stations", "entities/media_entities", "entities/cities")
)
VOICE = "voice/voice.jsonl.gz"
UTTERANCES = {lang: f"massive/{lang}-{'US' if lang == 'en' else lang.upper()}.jsonl.gz" for lang in LANGUAGES}
DATA_FILES = (STATIONS, MEDIA, CITIES, VOICE, *UTTERANCES.values())


def folder_sources(folder: Path, languages: Sequence[str]) -> Sources:
    """What the data folder gives in some of its languages."""
    said, dev_clusters, unwanted = _voice(folder, languages)
    names: defaultdict[tuple[str, str], list[Name]] = defaultdict(list)
    for name in _names(folder, dev_clusters, languages):
        names[name.domain, name.lang].append(name)
    return Sources(dict(names), said, _generator(folder, unwanted, languages))


def _names(folder: Path, dev_clusters: frozenset[str], languages: Sequence[str]) -> list[Name]:
    """Every name of stations, media and cities outside the dev clusters, once a language and domain."""
    names: dict[Name, None] = {}
    for row in read_rows(folder / STATIONS):
        lang = COUNTRY_LANGUAGE.get(row["country"], "es")
        for text in dict.fromkeys((clean_name(row["name"]), row["name"])):
            names[Name(text, lang, "station")] = None
    for row in read_rows(folder / MEDIA):
        names[Name(row["name"], row["lang"], row["domain"])] = None
    for place, row in enumerate(read_rows(folder / CITIES)):
        names[Name(row["name"], languages[place % len(languages)], "city")] = None
    return [
        name
        for name in names
        if name.lang in languages
        and canonical_text(name.text)
        and name_cluster(name.text) not in dev_clusters
    ]


def _voice(folder: Path, languages: Sequence[str]) -> tuple[list[Said], frozenset[str], frozenset[str]]:
    """Recognised train requests, the name clusters of dev, and the carriers only dev uses (canonical, no ``{}``)."""
    said, clusters, carriers, seen = [], set(), set(), set()
    for row in read_rows(folder / VOICE):
        if row["split"] == "train":
            seen.add(canonical_text(row["carrier"]))
            if row["lang"] in languages and not lost(row):
                said.append(said_of(row))
        else:
            clusters.add(name_cluster(row["entity"]))
            carriers.add(canonical_text(row["carrier"]))
    return said, frozenset(clusters), frozenset(carriers - seen)


def said_of(row: dict[str, Any]) -> Said:
    """A row of ``edge-er voice``: what was heard is drawn twice as often as what was spoken."""
    texts = (row["asr"], row["asr"], row["asr_noisy"], row["asr_noisy"], row["text"])
    return Said(row["entity"], row["lang"], texts, row["carrier"])


def lost(row: dict[str, Any]) -> bool:
    """True where the recogniser kept no trace of the name."""
    from rapidfuzz import fuzz

    name = canonical_text(row["entity"]).replace(" ", "")
    return all(
        fuzz.partial_ratio(name, canonical_text(row[k]).replace(" ", "")) < 35 for k in ("asr", "asr_noisy")
    )


def _generator(folder: Path, unwanted: frozenset[str], languages: Sequence[str]) -> RequestGenerator:
    observed = {}
    for lang in languages:
        if lang not in UTTERANCES:
            continue
        rows = [row for row in read_rows(folder / UTTERANCES[lang]) if row["partition"] == "train"]
        playing = carriers_of_annotations([row for row in rows if row["scenario"] == "play"], unwanted)
        others = carriers_of_annotations([row for row in rows if row["scenario"] != "play"], unwanted)
        observed[lang] = playing * max(1, 3 * len(others) // max(len(playing), 1)) + others
    return RequestGenerator.of_languages(languages, observed, lru_cache(maxsize=400_000)(spoken_forms))
