"""A recipe's own catalogs and requests as a source of requests, and as the requests that the gate asks.

    [data]
    languages = ["en"]
    voice = ["voice.jsonl.gz"]     # of edge-er voice
    asked = ["requests.jsonl"]     # as edge-er eval reads them

    [data.catalogs]
    product = "products.csv"       # as edge-er build reads it

Names that the gate asks for are in no request to train on, by name cluster: those of the development rows of ``voice``,
a share of those of ``asked`` by a hash of the cluster, and, where there are neither, a share of the catalogs', asked
for by the generator.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog_tools.language.language import Language, language, read_locale
from catalog_tools.language.name_split import held_out, name_cluster
from catalog_tools.language.requests import RequestGenerator
from catalog_tools.language.surface_forms import spoken_forms
from catalog_tools.readers.record_entities import entities_of
from edge_er.bundle.entity import Entity
from edge_er.errors import CatalogError, EdgeERError
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import read_requests
from edge_er.text.canonical import canonical_text
from edge_er.training.data.data_folder import lost, said_of
from edge_er.training.data.sources import Name, Said, Sources, existing, read_rows
from edge_er.training.settings import DataSettings

__all__ = ["Asked", "OwnData", "generator_of", "languages_of", "own_files", "read_own"]

SIMULATED = 2  # requests for each name that the gate asks for, where there are no others
_VOICE_FIELDS = ("split", "lang", "entity", "carrier", "text", "asr", "asr_noisy")


@dataclass(frozen=True)
class Asked:
    """A request of the gate: its text, its language, and the name that it asks for."""

    text: str
    lang: str
    entity: str


@dataclass(frozen=True)
class OwnData:
    """What own files give: what to train on, the requests of the gate, and all names of the catalogs."""

    sources: Sources
    dev: list[Asked]
    names: list[str]


def languages_of(settings: DataSettings) -> list[Language]:
    """The languages of a recipe, from its locale files or as they are shipped.

    Raises:
        CatalogError: a language is not shipped and no locale file is of it, or a file cannot be read.
    """
    read = [read_locale(existing(Path(file))) for file in settings.locales]
    given = {each.code: each for each in read}
    return [given.get(code) or language(code) for code in settings.languages]


def generator_of(languages: Iterable[Language]) -> RequestGenerator:
    """A generator that says names as each language does."""
    facts = {each.code: each for each in languages}

    def spoken(name: str, lang: str) -> list[str]:
        return spoken_forms(name, facts[lang])

    return RequestGenerator.of_languages(list(facts.values()), spoken=lru_cache(maxsize=400_000)(spoken))


def own_files(settings: DataSettings) -> list[Path]:
    """All files that own data are read from; EdgeERError where one is missing."""
    confusions = [each.confusions for each in languages_of(settings) if each.confusions]
    named = [*settings.catalogs.values(), *settings.voice, *settings.asked, *settings.locales]
    return [existing(path) for path in (*map(Path, named), *confusions)]


def read_own(settings: DataSettings) -> OwnData:
    """Own catalogs and requests, split for training and the gate.

    Raises:
        EdgeERError: a file is missing or cannot be used; names file and row.
    """
    generator = generator_of(languages_of(settings))
    catalogs = {domain: entities_of(file) for domain, file in settings.catalogs.items()}
    gold = {domain: GoldMap(entities) for domain, entities in catalogs.items()}
    rows = [row for file in settings.voice for row in _voice_rows(Path(file), settings.languages)]
    collected = [each for file in settings.asked for each in _collected(file, catalogs, gold, settings)]
    kept = {name_cluster(row["entity"]) for row in rows if row["split"] != "train"}
    kept |= {cluster for cluster in map(_cluster, collected) if _for_gate(cluster, settings)}
    simulated = not kept
    if simulated:
        clusters = {name_cluster(name) for name in _names(catalogs)}
        kept = {cluster for cluster in clusters if _for_gate(cluster, settings)}
    said = [said_of(row) for row in rows if row["split"] == "train" and not lost(row)] + collected
    names: defaultdict[tuple[str, str], list[Name]] = defaultdict(list)
    for domain, entities in catalogs.items():
        for lang in settings.languages:
            texts = dict.fromkeys(
                name for name in _names({domain: entities}) if name_cluster(name) not in kept
            )
            names[domain, lang] = [Name(text, lang, domain) for text in texts]
    dev = [each for row in rows if row["split"] != "train" for each in _heard(row)]
    dev += [Asked(each.texts[0], each.lang, each.entity) for each in collected if _cluster(each) in kept]
    every = list(dict.fromkeys(_names(catalogs)))
    if simulated:
        dev = list(_simulated([name for name in every if name_cluster(name) in kept], generator, settings))
    trained = [each for each in said if _cluster(each) not in kept]
    return OwnData(Sources(dict(names), trained, generator), dev, every)


def _names(catalogs: dict[str, list[Entity]]) -> Iterator[str]:
    """Names and aliases with a letter or digit."""
    for entities in catalogs.values():
        for entity in entities:
            yield from (name for name in (entity.name, *entity.aliases) if canonical_text(name))


def _cluster(said: Said) -> str:
    return name_cluster(said.entity)


def _for_gate(cluster: str, settings: DataSettings) -> bool:
    """The clusters furthest from those of ``held_share``, which begins at the other end."""
    return not held_out(cluster, 1 - settings.dev_share)


def _voice_rows(file: Path, languages: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(read_rows(file), 1):
        missing = [field for field in _VOICE_FIELDS if not isinstance(row.get(field), str)]
        if missing:
            raise CatalogError(
                f"expected a row of edge-er voice, found no text in {missing[0]!r}", file=file, row=number
            )
        if row["lang"] in languages:
            yield row


def _heard(row: dict[str, Any]) -> Iterator[Asked]:
    for field in ("text", "asr", "asr_noisy"):
        yield Asked(row[field], row["lang"], row["entity"])


def _collected(
    file: str, catalogs: dict[str, list[Entity]], gold: dict[str, GoldMap], settings: DataSettings
) -> Iterator[Said]:
    """Requests of a file with the name that each asks for; those for what no catalog holds are left out."""
    found = 0
    for request in read_requests(file):
        lang = request.lang or settings.languages[0]
        for domain, entities in catalogs.items():
            right = gold[domain].indices(request)
            if right and lang in settings.languages and request.domain in (None, domain):
                found += 1
                yield Said(entities[right[0]].name, lang, (request.query,))
                break
    if not found:
        raise EdgeERError(
            f"{file}: no request for a name of the catalogs in {', '.join(settings.languages)}; expected some; see "
            "whether entity, lang and domain fit [data]"
        )


def _simulated(names: Iterable[str], generator: RequestGenerator, settings: DataSettings) -> Iterator[Asked]:
    for name in names:
        for lang in settings.languages:
            rng = random.Random(f"{settings.seed}/gate/{lang}/{name}")
            for _ in range(SIMULATED):
                yield Asked(generator.request(name, lang, rng), lang, name)
