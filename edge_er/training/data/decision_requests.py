"""Requests that confidence is fitted and measured on: asked for, taken out of the catalog, and for something else.

All names are of the part that encoders are not trained on (`held_out`), split once more by name cluster into a half to
fit and a half to check.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog_tools.build.form_selection import choose_spoken_forms
from catalog_tools.language.requests import LANGUAGES, RequestGenerator
from catalog_tools.language.surface_forms import spoken_forms
from catalog_tools.radio import city_names, radio_clusters
from catalog_tools.readers.sources import read_records
from catalog_tools.stations.station_entities import entities_from_clusters
from edge_er.bundle.entity import Entity
from edge_er.errors import CatalogError
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.text.canonical import canonical_text
from edge_er.training.data.pool import held_out, name_cluster, read_rows

__all__ = ["ASKED", "REFUSED", "SHARES", "STRATA", "TAKEN_OUT", "Catalog", "Question", "Source", "senseless"]

LOCALES = {"de": "de-DE", "en": "en-US", "fr": "fr-FR", "it": "it-IT", "es": "es-ES"}
HELD_SHARE = 0.15  # of the names, `held_share` of the encoders' recipes
TYPED, HEARD, NOISY, GENERATED = "typed", "recognised", "noisy", "generated"
COLUMNS = {TYPED: "text", HEARD: "asr", NOISY: "asr_noisy"}
ASKED = (TYPED, HEARD, NOISY, GENERATED)
TAKEN_OUT, OTHER_NAME, OTHER_INTENT, SENSELESS = "taken out", "other name", "other intent", "senseless"
REFUSED = (TAKEN_OUT, OTHER_NAME, OTHER_INTENT)
# How much each kind of request counts: what people ask for, not how many rows were made.
SHARES = {
    TYPED: 0.15,
    HEARD: 0.25,
    NOISY: 0.1,
    GENERATED: 0.1,
    f"{TAKEN_OUT}, {TYPED}": 0.06,
    f"{TAKEN_OUT}, {HEARD}": 0.06,
    f"{OTHER_NAME}, {TYPED}": 0.05,
    f"{OTHER_NAME}, {HEARD}": 0.06,
    f"{OTHER_INTENT}, {TYPED}": 0.08,
    f"{OTHER_INTENT}, {HEARD}": 0.06,
    SENSELESS: 0.03,
}
STRATA = {how: (how, tuple(f"{kind}, {how}" for kind in REFUSED)) for how in (TYPED, HEARD)}


@dataclass(frozen=True)
class Question:
    """A request, where it comes from, the entities it asks for (none: it must be refused), and its half."""

    kind: str
    text: str
    right: frozenset[int]
    fitted: bool


@dataclass(frozen=True)
class Catalog:
    """Entities of one domain and language, and how many of its requests are asked: voice rows, names, strangers."""

    domain: str
    lang: str
    entities: Sequence[Entity]
    most: int


def senseless(words: Sequence[str], rng: random.Random) -> str:
    """A few words that belong to no sentence, or a few letters that belong to no word."""
    if rng.random() < 0.5:
        return " ".join(rng.sample(words, min(len(words), rng.randint(2, 4))))
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(rng.choices(letters, k=rng.randint(2, 8))) for _ in range(rng.randint(1, 3)))


class Source:
    """The data folder, read once.

    Attributes:
        entities: stations of each language's catalog.
        voice: recognised requests for held-out names, by language.
        unseen: name clusters of the development part, which nothing is fitted on.
        utterances: what people say to assistants about other things, by language.

    Raises:
        CatalogError: the folder holds no recognised request for a held-out name.
    """

    def __init__(self, folder: Path) -> None:
        self.generator = RequestGenerator.of_languages(LANGUAGES, spoken=spoken_forms)
        self.unseen: frozenset[str]
        self.voice: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        unseen = set()
        for row in read_rows(folder / "voice" / "voice.jsonl.gz"):
            cluster = name_cluster(row["entity"])
            if row["split"] == "dev":
                unseen.add(cluster)
            elif held_out(cluster, HELD_SHARE):
                self.voice[row["lang"]].append(row)
        if not self.voice:
            raise CatalogError(
                f"expected rows with split 'train' whose name is one of the {HELD_SHARE:.0%} that are held out, found "
                "none; fits need recognised requests for names that the encoder has not seen",
                file=folder / "voice" / "voice.jsonl.gz",
            )
        self.unseen = frozenset(unseen)
        with read_records(folder / "stations" / "stations.jsonl.gz") as stations:
            clusters = radio_clusters(stations, city_names(folder))
        self.entities = {
            lang: choose_spoken_forms(entities_from_clusters(of_language), lang, dim=0).entities
            for lang, of_language in clusters.items()
        }
        self.utterances = {
            lang: [
                row["utt"]
                for row in read_rows(folder / "massive" / f"{locale}.jsonl.gz")
                if row["partition"] == "train" and row["intent"] != "play_radio"
            ]
            for lang, locale in LOCALES.items()
        }

    def questions(self, catalog: Catalog, rng: random.Random) -> Iterator[Question]:
        """All requests to one catalog."""
        clusters = {
            name_cluster(name) for entity in catalog.entities for name in (entity.name, *entity.aliases)
        }
        asked, others = [], []
        gold = GoldMap(catalog.entities)
        for row in self.voice[catalog.lang]:
            country = row["country"] if catalog.domain == "station" else None
            right = frozenset(gold.indices(Request("", (row["entity"],), country=country)))
            if right and row["domain"] == catalog.domain:
                asked.append((row, right))
            elif name_cluster(row["entity"]) not in clusters:
                others.append(row)
        for row, right in rng.sample(asked, min(catalog.most, len(asked))):
            fitted = _fitted(name_cluster(row["entity"]))
            yield from (Question(kind, row[column], right, fitted) for kind, column in COLUMNS.items())
        for row in rng.sample(others, min(catalog.most, len(others))):
            fitted = _fitted(name_cluster(row["entity"]))
            for how in (TYPED, HEARD):
                yield Question(f"{OTHER_NAME}, {how}", row[COLUMNS[how]], frozenset(), fitted)
        yield from self._generated(catalog, rng)
        yield from self._no_requests(catalog, rng)

    def _generated(self, catalog: Catalog, rng: random.Random) -> Iterator[Question]:
        owners: defaultdict[str, set[int]] = defaultdict(set)
        for index, entity in enumerate(catalog.entities):
            for form in entity.surface_forms:
                owners[canonical_text(form)].add(index)
        able = [
            (entity.name, cluster)
            for entity in catalog.entities
            if canonical_text(entity.name) and held_out(cluster := name_cluster(entity.name), HELD_SHARE)
        ]
        able = [(name, cluster) for name, cluster in able if cluster not in self.unseen]
        for name, cluster in rng.sample(able, min(catalog.most, len(able))):
            right = frozenset(owners[canonical_text(name)])
            yield Question(
                GENERATED, self.generator.request(name, catalog.lang, rng), right, _fitted(cluster)
            )

    def _no_requests(self, catalog: Catalog, rng: random.Random) -> Iterator[Question]:
        confusions, utterances = self.generator.confusions[catalog.lang], self.utterances[catalog.lang]
        for text in rng.sample(utterances, min(catalog.most, len(utterances))):
            fitted = rng.random() < 0.5
            heard = confusions.distort(canonical_text(text), rng, rng.choice((0.1, 0.2, 0.3)))
            yield Question(f"{OTHER_INTENT}, {TYPED}", text, frozenset(), fitted)
            yield Question(f"{OTHER_INTENT}, {HEARD}", heard, frozenset(), fitted)
            words = f"{text} {rng.choice(utterances)}".split()
            yield Question(SENSELESS, senseless(words, rng), frozenset(), fitted)


def _fitted(cluster: str) -> bool:
    return held_out(cluster, HELD_SHARE / 2)
