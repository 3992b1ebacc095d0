"""Requests that confidence is fitted and measured on: asked for, taken out of the catalog, and for something else.

Names of the data folder are of the part that encoders are not trained on (`held_out`), split once more by name cluster
into a half to fit and a half to check; made names are split in half too. Requests are typed in carriers, in sentences
that people said, and in other ways of asking; and recognised, in voice rows and, for made names, by simulation.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

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
from edge_er.training.data.annotated import SLOTS, Catalogued, Utterances, judged_texts
from edge_er.training.data.pool import held_out, name_cluster, read_rows
from edge_er.training.data.shared_words import SharedWords
from edge_er.training.data.ways_of_asking import asked_otherwise

__all__ = [
    "KINDS",
    "REFUSED",
    "SHARED_KINDS",
    "SHARES",
    "STRATA",
    "TAKEN_OUT",
    "TYPED_SHARES",
    "Catalog",
    "Question",
    "Source",
    "senseless",
]

HELD_SHARE = 0.15  # of the names, `held_share` of the encoders' recipes
TYPED, HEARD, NOISY, GENERATED = "typed", "recognised", "noisy", "generated"
SENTENCE, OTHERWISE = "typed in a sentence", "typed otherwise"
HEARD_SENTENCE = "recognised in a sentence"
SHARED_KINDS = SHARED, SHARED_HEARD = "typed shared words", "recognised shared words"
COLUMNS = {TYPED: "text", HEARD: "asr", NOISY: "asr_noisy"}
TAKEN_OUT, OTHER_NAME, OTHER_INTENT, SENSELESS = "taken out", "other name", "other intent", "senseless"
REFUSED = (TAKEN_OUT, OTHER_NAME, OTHER_INTENT)
# How much each kind of request counts: what people ask for, not how many rows were made.
TYPED_SHARES = {
    TYPED: 0.2,
    SENTENCE: 0.2,
    OTHERWISE: 0.1,
    SHARED: 0.03,
    f"{TAKEN_OUT}, {SHARED}": 0.005,
    f"{TAKEN_OUT}, {TYPED}": 0.14,
    f"{TAKEN_OUT}, {SENTENCE}": 0.1,
    f"{OTHER_NAME}, {TYPED}": 0.08,
    f"{OTHER_INTENT}, {TYPED}": 0.13,
    SENSELESS: 0.05,
}
SHARES = {
    TYPED: 0.1,
    SENTENCE: 0.1,
    OTHERWISE: 0.05,
    HEARD: 0.15,
    HEARD_SENTENCE: 0.06,
    NOISY: 0.06,
    GENERATED: 0.05,
    SHARED: 0.03,
    SHARED_HEARD: 0.01,
    f"{TAKEN_OUT}, {SHARED}": 0.005,
    f"{TAKEN_OUT}, {TYPED}": 0.05,
    f"{TAKEN_OUT}, {SENTENCE}": 0.03,
    f"{TAKEN_OUT}, {HEARD}": 0.09,
    f"{OTHER_NAME}, {TYPED}": 0.05,
    f"{OTHER_NAME}, {HEARD}": 0.05,
    f"{OTHER_INTENT}, {TYPED}": 0.07,
    f"{OTHER_INTENT}, {HEARD}": 0.06,
    SENSELESS: 0.03,
}
KINDS = SHARES.keys() | TYPED_SHARES.keys()
STRATA = {how: (how, tuple(f"{kind}, {how}" for kind in REFUSED)) for how in (TYPED, HEARD)}
STRENGTHS = {HEARD: (0.1, 0.2, 0.3), NOISY: (0.4, 0.6)}  # of simulated misrecognition


@dataclass(frozen=True)
class Question:
    """A request, where it comes from, the entities it asks for (none: it must be refused), and its half."""

    kind: str
    text: str
    right: frozenset[int]
    fitted: bool


@dataclass(frozen=True)
class Catalog:
    """Entities of one domain and language.

    Attributes:
        domain, lang: what it holds, and who asks.
        entities: of the catalog.
        most: how many of its requests of each kind are asked.
        made: whether the names are made (`made_names`), so that no encoder was trained on them.
    """

    domain: str
    lang: str
    entities: Sequence[Entity]
    most: int
    made: bool = False


class _Name(NamedTuple):
    """What is said for a name, the entities that are right, and the half it is in."""

    said: str
    right: frozenset[int]
    fitted: bool


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
        judged: requests of people in canonical text, which nothing is fitted on.
        utterances: what people say to assistants, by language.

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
        self.judged = judged_texts(folder)
        self.utterances = {lang: Utterances(folder, lang, self.judged) for lang in LANGUAGES}

    def questions(self, catalog: Catalog, rng: random.Random) -> Iterator[Question]:
        """All requests to one catalog; none of them is a request of people."""
        names = Catalogued(
            canonical_text(form) for entity in catalog.entities for form in entity.surface_forms
        )
        able = self._able(catalog)
        parts = (
            self._said(catalog, able, rng) if catalog.made else self._voice(catalog, rng),
            self._generated(catalog, able, rng),
            self._shared(catalog, able, rng),
            self._other_names(catalog, rng),
            self._no_requests(catalog, names, rng),
        )
        for questions in parts:
            yield from (each for each in questions if canonical_text(each.text) not in self.judged)

    def _voice(self, catalog: Catalog, rng: random.Random) -> Iterator[Question]:
        """Recognised requests for the catalog's names, as they were said and as they were recognised."""
        asked, gold = [], GoldMap(catalog.entities)
        for row in self.voice[catalog.lang]:
            if row["domain"] == catalog.domain:
                country = row["country"] if catalog.domain == "station" else None
                right = frozenset(gold.indices(Request("", (row["entity"],), country=country)))
                if right:
                    asked.append((row, right))
        for row, right in rng.sample(asked, min(catalog.most, len(asked))):
            fitted = _fitted(name_cluster(row["entity"]), False)
            yield from (Question(kind, row[column], right, fitted) for kind, column in COLUMNS.items())

    def _said(self, catalog: Catalog, able: Sequence[_Name], rng: random.Random) -> Iterator[Question]:
        """The same for made names, which no voice has spoken: carriers, and simulated misrecognition."""
        carriers = self.generator.carriers[catalog.lang]
        for name in rng.choices(able, k=catalog.most):
            text = carriers.sample(rng).replace("{}", name.said)
            yield Question(TYPED, text, name.right, name.fitted)
            for kind in (HEARD, NOISY):
                yield Question(kind, self._heard(text, catalog.lang, kind, rng), name.right, name.fitted)

    def _able(self, catalog: Catalog) -> list[_Name]:
        """The names that may be asked for: held out, none of the development part; of people also their first name."""
        owners: defaultdict[str, set[int]] = defaultdict(set)
        firsts: defaultdict[str, set[int]] = defaultdict(set)
        for index, entity in enumerate(catalog.entities):
            for form in entity.surface_forms:
                owners[canonical_text(form)].add(index)
            firsts[canonical_text(entity.name).partition(" ")[0]].add(index)
        able = []
        for entity in catalog.entities:
            cluster, text = name_cluster(entity.name), canonical_text(entity.name)
            if not text or cluster in self.unseen or not (catalog.made or held_out(cluster, HELD_SHARE)):
                continue
            fitted = _fitted(cluster, catalog.made)
            able.append(_Name(entity.name, frozenset(owners[text]), fitted))
            first, _, rest = text.partition(" ")
            if catalog.domain == "contact" and rest and len(firsts[first]) == 1:
                able.append(_Name(entity.name.split()[0], frozenset(firsts[first]), fitted))
        return able

    def _generated(self, catalog: Catalog, able: Sequence[_Name], rng: random.Random) -> Iterator[Question]:
        """Requests by the generator, in sentences that people said, and in other ways of asking."""
        lang, sentences = catalog.lang, self.utterances[catalog.lang].sentences(catalog.domain)
        chosen = (
            rng.choices(able, k=catalog.most)
            if catalog.made
            else rng.sample(able, min(catalog.most, len(able)))
        )
        for name in chosen:
            yield Question(GENERATED, self.generator.request(name.said, lang, rng), name.right, name.fitted)
            yield Question(OTHERWISE, asked_otherwise(name.said, lang, rng), name.right, name.fitted)
            if sentences:
                text = rng.choice(sentences).replace("{}", name.said)
                yield Question(SENTENCE, text, name.right, name.fitted)
                heard = self._heard(text, lang, HEARD, rng)
                yield Question(HEARD_SENTENCE, heard, name.right, name.fitted)

    def _shared(self, catalog: Catalog, able: Sequence[_Name], rng: random.Random) -> Iterator[Question]:
        """Requests that say only words which several names share: "the ceiling light", a first name."""
        lang, sentences = catalog.lang, self.utterances[catalog.lang].sentences(catalog.domain)
        shared, carriers = SharedWords(catalog.entities), self.generator.carriers[catalog.lang]
        said = [(each, name.fitted) for name in able for each in shared.of_name(name.said)]
        for (words, right), fitted in rng.sample(said, min(catalog.most, len(said))):
            phrase = rng.choice(sentences) if sentences and rng.random() < 0.5 else carriers.sample(rng)
            text = phrase.replace("{}", words)
            yield Question(SHARED, text, right, fitted)
            yield Question(SHARED_HEARD, self._heard(text, lang, HEARD, rng), right, fitted)

    def _other_names(self, catalog: Catalog, rng: random.Random) -> Iterator[Question]:
        """Requests for names that the catalog does not have, in carriers and, typed, in sentences of other domains."""
        clusters = {
            name_cluster(name) for entity in catalog.entities for name in (entity.name, *entity.aliases)
        }
        others = [row for row in self.voice[catalog.lang] if name_cluster(row["entity"]) not in clusters]
        utterances = self.utterances[catalog.lang]
        for row in rng.sample(others, min(catalog.most, len(others))):
            fitted = _fitted(name_cluster(row["entity"]), False)
            yield from (
                Question(f"{OTHER_NAME}, {how}", row[COLUMNS[how]], frozenset(), fitted)
                for how in (TYPED, HEARD)
            )
            sentences = utterances.sentences(row["domain"]) if row["domain"] in SLOTS else []
            if sentences:
                text = rng.choice(sentences).replace("{}", row["entity"])
                yield Question(f"{OTHER_NAME}, {TYPED}", text, frozenset(), fitted)

    def _no_requests(self, catalog: Catalog, names: Catalogued, rng: random.Random) -> Iterator[Question]:
        """Sentences that name nothing in the catalog, typed and recognised, and senseless text."""
        lang, utterances = catalog.lang, self.utterances[catalog.lang]
        for utterance in utterances.naming_nothing(names, catalog.most, rng):
            fitted, text = rng.random() < 0.5, utterance.text
            heard = self._heard(text, lang, HEARD, rng)
            yield Question(f"{OTHER_INTENT}, {TYPED}", text, frozenset(), fitted)
            yield Question(f"{OTHER_INTENT}, {HEARD}", heard, frozenset(), fitted)
            words = f"{text} {rng.choice(utterances.all).text}".split()
            yield Question(SENSELESS, senseless(words, rng), frozenset(), fitted)

    def _heard(self, text: str, lang: str, kind: str, rng: random.Random) -> str:
        confusions = self.generator.confusions[lang]
        return confusions.distort(canonical_text(text), rng, rng.choice(STRENGTHS[kind])) or text


def _fitted(cluster: str, made: bool) -> bool:
    return held_out(cluster, 0.5 if made else HELD_SHARE / 2)
