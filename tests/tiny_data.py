"""A tiny data folder: held-out names of two languages, asked for in speech, so that every fit runs in a moment."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

from catalog_tools.language.name_split import held_out, name_cluster

LOCALES = ("de-DE", "en-US", "es-ES", "fr-FR", "it-IT")
COUNTRY = {"en": "GB", "es": "ES"}
CARRIERS = {"en": ("play {}", "turn on {} please"), "es": ("pon {}", "quiero escuchar {}")}
OTHERS = {
    "en": (
        "what is the weather",
        "wake me at seven",
        "add milk to my list",
        "call my mother",
        "stop the timer",
    ),
    "es": (
        "qué tiempo hace",
        "despiértame a las siete",
        "añade leche a la lista",
        "llama a mi madre",
        "para",
    ),
}
ENDS = ("dor", "mel", "nis", "rak", "tuv", "lon", "bex", "gim", "pas", "fol")


def names(lang: str, domain: str, count: int) -> list[str]:
    """Names whose clusters are held out, half of them in the first half of that part, and as many that are not."""
    starts = random.Random(f"{lang}/{domain}").sample(
        ["ka", "lo", "mi", "ne", "ru", "sa", "ti", "vo", "be", "du"], 10
    )
    found: dict[int, list[str]] = {0: [], 1: [], 2: []}
    for first, second, end in product(starts, starts, ENDS):
        name = f"{first}{end} {second}{end}".title()
        cluster = name_cluster(name)
        found[0 if held_out(cluster, 0.075) else 1 if held_out(cluster, 0.15) else 2].append(name)
    return [*found[0][: count // 2], *found[1][: count // 2], *found[2][:count]]


def write_rows(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def heard(text: str, rng: random.Random, slips: int) -> str:
    """The text with some letters heard for others."""
    letters = list(text)
    for place in rng.sample(range(len(letters)), slips):
        letters[place] = {"d": "t", "b": "p", "m": "n", "g": "k", "v": "f"}.get(
            letters[place], letters[place]
        )
    return "".join(letters)


def voice_rows(lang: str, domain: str, asked: list[str]) -> Iterable[dict[str, Any]]:
    rng = random.Random(f"voice/{lang}/{domain}")
    for name, carrier in product(asked, CARRIERS[lang]):
        text = carrier.format(name)
        yield {
            "split": "train",
            "lang": lang,
            "domain": domain,
            "country": COUNTRY[lang],
            "entity": name,
            "carrier": carrier,
            "carrier_seen": True,
            "text": text,
            "asr": heard(text, rng, 4),
            "asr_noisy": heard(text, rng, 8),
        }


def write_data(folder: Path) -> Path:
    """The folder, with stations, cities, artists, recognised requests and utterances of other intents."""
    stations, cities, artists, voice = [], [], [], []
    for lang, country in COUNTRY.items():
        for name in (of_lang := names(lang, "station", 12)):
            stations.append({"source": "x", "country": country, "name": name, "tags": "", "stream": ""})
        voice += voice_rows(lang, "station", of_lang)
        for place, name in enumerate(of_lang := names(lang, "city", 8)):
            row = {"id": f"{lang}{place}", "name": name, "country": country, "population": 1000 * 4**place}
            cities.append(row)
        voice += voice_rows(lang, "city", of_lang)
        for name in (of_lang := names(lang, "artist", 8)):
            artists.append({"name": name, "lang": lang, "domain": "artist"})
        voice += voice_rows(lang, "artist", of_lang)
    write_rows(folder / "stations" / "stations.jsonl.gz", stations)
    write_rows(folder / "entities" / "cities.jsonl.gz", cities)
    write_rows(folder / "entities" / "media_entities.jsonl.gz", artists)
    write_rows(folder / "voice" / "voice.jsonl.gz", voice)
    for locale in LOCALES:
        rows = (
            {"partition": "train", "intent": "other", "scenario": "other", "utt": text, "annot_utt": text}
            for text in OTHERS.get(locale[:2], ())
            for _ in range(4)
        )
        write_rows(folder / "massive" / f"{locale}.jsonl.gz", rows)
    return folder
