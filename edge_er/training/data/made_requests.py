"""Requests made from names and from requests that were made before: the rows of a pool."""

from __future__ import annotations

import random

from catalog_tools.language.requests import RequestGenerator
from edge_er.text.canonical import canonical_text
from edge_er.training.data.sources import Said, Sources
from edge_er.training.settings import DataSettings

__all__ = ["requests_from"]


def requests_from(
    sources: Sources, settings: DataSettings, rows: int, seed: str
) -> tuple[list[str], list[str]]:
    """(queries, names): ``rows`` requests in canonical text, and the name that each asks for."""
    rng = random.Random(seed)
    domains, weights = list(settings.weights), list(settings.weights.values())
    queries: list[str] = []
    names: list[str] = []
    while len(queries) < rows:
        if rng.random() < settings.voice_share:
            said = rng.choice(sources.said)
            name, query = said.entity, _request(said, sources.generator, rng)
        else:
            kind = rng.choices(domains, weights)[0], rng.choice(settings.languages)
            chosen = rng.choice(sources.names[kind])
            name, query = chosen.text, sources.generator.request(chosen.text, chosen.lang, rng)
        if query:
            queries.append(query)
            names.append(canonical_text(name))
    return queries, names


def _request(said: Said, generator: RequestGenerator, rng: random.Random) -> str:
    """One more request from one that was made: as it is, with a little more noise, or its name in another carrier."""
    lang = said.lang
    heard = canonical_text(rng.choice(said.texts))
    name = _heard_name(said.carrier, heard) if said.carrier else None
    if name and rng.random() < 0.4:
        carrier = generator.carriers[lang].sample(rng)
        heard = canonical_text(carrier.replace("{}", f" {name} "))
    if rng.random() < 0.5:
        heard = canonical_text(generator.confusions[lang].distort(heard, rng, rng.choice((0.15, 0.3, 0.5))))
    return heard


def _heard_name(carrier: str, heard: str) -> str | None:
    """The part of a recognised request that stands for the name, where the carrier came through unharmed."""
    before, _, after = (canonical_text(part) for part in carrier.partition("{}"))
    start = len(before) + 1 if before else 0
    end = len(heard) - (len(after) + 1 if after else 0)
    whole = (not before or heard.startswith(before + " ")) and (not after or heard.endswith(" " + after))
    return heard[start:end] if whole and end - start >= 3 else None
