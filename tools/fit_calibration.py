"""Fit an encoder's calibration, scores to confidence and decision, and write it into its card (encoder.json).

    python -m tools.fit_calibration multilingual-32 --data ../shared/data

Requests are generated for stations whose names training never saw, and ranked against the five radio catalogs. What
must be refused: utterances of other intents, senseless words, names of other domains, and requests for a station taken
out of the catalog. `python -m benchmarks.calibration` then measures it on recognised speech.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.form_choice import choose_spoken_forms
from catalog_tools.identity import entities_from_clusters
from catalog_tools.radio import city_names, radio_clusters
from catalog_tools.requests import LANGUAGES, RequestGenerator
from catalog_tools.sources import read_records
from catalog_tools.surface_forms import spoken_forms
from edge_er.calibrate import Calibration
from edge_er.encoder import Encoder, quantise
from edge_er.entity import Entity
from edge_er.errors import EdgeERError
from edge_er.normalize import canonical_text
from edge_er.rerank import Hypothesis, Reranker, RerankWeights
from edge_er.search import ExactIndex
from edge_er.shipped import find_encoder
from edge_er.training.calibration import Evidence, Fit, fit_calibration, joined, summary
from edge_er.training.data import name_cluster, read_rows

SEED = 20260702
LOCALES = {"de": "de-DE", "en": "en-US", "fr": "fr-FR", "it": "it-IT", "es": "es-ES"}
STATIONS = 250  # a language
NOISY_REQUESTS, CLEAN_REQUESTS = 6, 3  # a station
STRANGERS = 1000  # of each kind, a language
TOP = 20
ASKED, CLEAN, REMOVED, OTHER_NAME, OTHER_INTENT, SENSELESS = (
    "asked for",
    "asked for, clean",
    "taken out",
    "other name",
    "other intent",
    "senseless",
)
FIT = Fit(
    shares={ASKED: 0.6, REMOVED: 0.1, OTHER_NAME: 0.12, OTHER_INTENT: 0.15, SENSELESS: 0.03},
    refused=(OTHER_INTENT,),
    clean=CLEAN,
)


@dataclass(frozen=True)
class Question:
    """A request in canonical text, where it comes from, and the entities it asks for (none: it must be refused)."""

    kind: str
    text: str
    right: frozenset[int] = frozenset()


def senseless(words: Sequence[str], rng: random.Random) -> str:
    """A few words that belong to no sentence, or a few letters that belong to no word."""
    if rng.random() < 0.5:
        return " ".join(rng.sample(words, min(len(words), rng.randint(2, 4))))
    letters = "abcdefghijklmnopqrstuvwxyz"
    return " ".join("".join(rng.choices(letters, k=rng.randint(2, 8))) for _ in range(rng.randint(1, 3)))


class Source:
    """The data folder, read once: catalogs, names that training never saw, and what is no request for a station."""

    def __init__(self, folder: Path) -> None:
        dev = (row for row in read_rows(folder / "voice" / "voice.jsonl.gz") if row["split"] == "dev")
        self.unseen = frozenset(name_cluster(row["entity"]) for row in dev)
        clusters = radio_clusters(read_records(folder / "stations" / "stations.jsonl.gz"), city_names(folder))
        self.entities = {
            lang: choose_spoken_forms(entities_from_clusters(found), lang, dim=0).entities
            for lang, found in clusters.items()
        }
        self.names: defaultdict[str, list[str]] = defaultdict(list)
        for row in read_rows(folder / "entities" / "media_entities.jsonl.gz"):
            self.names[row["lang"]].append(row["name"])
        self.cities = [row["name"] for row in read_rows(folder / "entities" / "cities.jsonl.gz")]
        self.utterances = {
            lang: [
                canonical_text(row["utt"])
                for row in read_rows(folder / "massive" / f"{locale}.jsonl.gz")
                if row["partition"] == "train" and row["intent"] != "play_radio"
            ]
            for lang, locale in LOCALES.items()
        }


def questions(source: Source, lang: str, rng: random.Random) -> Iterator[Question]:
    """All requests of one language."""
    generator = RequestGenerator.of_languages(LANGUAGES, spoken=spoken_forms)
    entities = source.entities[lang]
    owners: defaultdict[str, set[int]] = defaultdict(set)
    for index, entity in enumerate(entities):
        for form in entity.surface_forms:
            owners[canonical_text(form)].add(index)
    yield from _asked(entities, owners, source, lang, generator, rng)
    for _ in range(STRANGERS):
        name = rng.choice(source.cities if rng.random() < 0.3 else source.names[lang])
        if canonical_text(name) and canonical_text(name) not in owners:
            yield Question(OTHER_NAME, generator.request(name, lang, rng))
        tongue = lang if rng.random() < 0.8 else rng.choice(LANGUAGES)
        yield Question(OTHER_INTENT, rng.choice(source.utterances[tongue]))
        words = rng.choice(source.utterances[tongue]).split() + rng.choice(source.utterances[lang]).split()
        yield Question(SENSELESS, senseless(words, rng))


def _asked(
    entities: Sequence[Entity],
    owners: dict[str, set[int]],
    source: Source,
    lang: str,
    generator: RequestGenerator,
    rng: random.Random,
) -> Iterator[Question]:
    unseen = [
        entity
        for entity in entities
        if canonical_text(entity.name) and name_cluster(entity.name) in source.unseen
    ]
    for entity in rng.sample(unseen, min(STATIONS, len(unseen))):
        right = frozenset(owners[canonical_text(entity.name)])
        for _ in range(NOISY_REQUESTS):
            yield Question(ASKED, generator.request(entity.name, lang, rng), right)
        for carrier in ("{}", *rng.sample(generator.carriers[lang].phrases, CLEAN_REQUESTS - 1)):
            yield Question(
                CLEAN, canonical_text(carrier.format("{}").replace("{}", f" {entity.name} ")), right
            )


def evidence_of(
    asked: Sequence[Question], candidates: NDArray[np.int32], cosines: NDArray[np.float64]
) -> Evidence:
    """Best candidate and margin of each request; those that ask for an entity once more without it in the catalog."""
    kinds, scores, margins, right = [], [], [], []

    def add(kind: str, row: Sequence[tuple[int, float]], wanted: frozenset[int]) -> None:
        kinds.append(kind)
        scores.append(row[0][1])
        margins.append(row[0][1] - row[1][1])
        right.append(row[0][0] in wanted)

    for question, ids, values in zip(asked, candidates.tolist(), cosines.tolist(), strict=True):
        row = list(zip(ids, values, strict=True))
        add(question.kind, row, question.right)
        if question.kind == ASKED:
            add(REMOVED, [item for item in row if item[0] not in question.right], frozenset())
    return Evidence(np.array(kinds), np.array(scores), np.array(margins), np.array(right))


def measure(encoder: Encoder, entities: Sequence[Entity], asked: Sequence[Question], lang: str) -> Evidence:
    """Rank the catalog for all requests, as a bundle does: re-ranked where the encoder's card has weights for it."""
    scale = float(encoder.card["vector_scale"])
    forms = [(form, index) for index, entity in enumerate(entities) for form in entity.surface_forms]
    vectors = quantise(encoder.encode([form for form, _ in forms]), scale)
    index = ExactIndex(vectors, np.array([place for _, place in forms], np.int32))
    requests = quantise(encoder.encode_canonical([question.text for question in asked]), scale)
    if encoder.card.get("rerank"):
        texts = [canonical_text(form) for form, _ in forms]
        weights = RerankWeights.from_mapping(encoder.card["rerank"])
        reranker = Reranker(texts, np.array([place for _, place in forms], np.int32), lang, weights)
        ranked = [
            reranker.rank([Hypothesis(question.text, index.form_scores(request))], TOP)
            for question, request in zip(asked, requests, strict=True)
        ]
        found = np.array([[candidate.entity for candidate in row] for row in ranked], np.int32)
        return evidence_of(
            asked, found, np.array([[each.score for each in row] for row in ranked]) / scale**2
        )
    candidates, dots = index.search(requests, TOP)
    return evidence_of(asked, candidates, np.minimum(dots / scale**2, 1.0))


def write_card(folder: Path, calibration: Calibration, measured: dict[str, Any]) -> None:
    """Put the calibration, and what it was measured to do, into the encoder's card."""
    file = folder / "encoder.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    card["calibration"] = {
        **calibration.to_dict(),
        "fit": {"tool": "tools.fit_calibration", "seed": SEED, **measured},
    }
    partial = file.with_name(f"{file.name}.partial")
    partial.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(file)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit on half of the requests, measure on the other half, write the card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("encoder", help="name of a shipped encoder, or an encoder folder")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument(
        "--dry-run", action="store_true", help="print the calibration, leave the card as it is"
    )
    options = parser.parse_args(arguments)
    folder = find_encoder(options.encoder)
    encoder, source = Encoder.load(folder), Source(options.data)
    evidence = joined(
        measure(encoder, entities, list(questions(source, lang, random.Random(f"{SEED}/{lang}"))), lang)
        for lang, entities in source.entities.items()
    )
    fitted = np.random.default_rng(SEED).random(len(evidence.kind)) < 0.5
    calibration = fit_calibration(evidence[fitted], FIT)
    measured = summary(evidence[~fitted], calibration, FIT.shares)
    print(json.dumps({**calibration.to_dict(), **measured}, indent=1))
    if not options.dry_run:
        write_card(folder, calibration, measured)


if __name__ == "__main__":
    try:
        main()
    except EdgeERError as error:
        sys.exit(f"error: {error}")
