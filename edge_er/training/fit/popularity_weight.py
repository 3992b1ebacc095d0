"""Popularity weight: what popularity counts beside the other evidence, on requests for cities, and what it costs.

    edge-er train fit popularity multilingual-32

Shipped catalogs have no popularity, and the weight is 0. A catalog whose entities have one ("popularity" among their
metadata, such as inhabitants) may be built with the weight that this prints. It is fitted on recognised requests of the
held-out part of the voice train split, half of the names; each counts as often as its city would be asked for if demand
went with the square root of its inhabitants. Recall of the other half is given for that demand and for even demand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import data_folder, find_encoder
from edge_er.encoder.encoder import Encoder
from edge_er.text.canonical import canonical_text
from edge_er.training.data.decision_requests import Source
from edge_er.training.data.pool import read_rows
from edge_er.training.data.voice_requests import CITY_COUNTRIES
from edge_er.training.fit.evidence_weights import EVIDENCE, RankedCatalog
from edge_er.training.fit.reranking import Choices, first_right, fit_weights, joined, whole_weights

__all__ = ["cities", "fit", "main"]

CITY, POPULARITY = "city", "popularity"


def cities(folder: Path, lang: str) -> list[Entity]:
    """Cities of a language's countries, the largest of each name."""
    largest: dict[str, Entity] = {}
    rows = read_rows(folder / "entities" / "cities.jsonl.gz")
    near = (row for row in rows if row["country"] in CITY_COUNTRIES[lang])
    for row in sorted(near, key=lambda row: -row["population"]):
        entity = Entity(row["id"], row["name"], metadata={POPULARITY: row["population"]})
        largest.setdefault(canonical_text(row["name"]), entity)
    return sorted(largest.values(), key=lambda entity: entity.id)


def halves(folder: Path, encoder: Encoder) -> tuple[Choices, Choices]:
    """Choices of all languages in two halves of the names; each request counts by its city's demand."""
    source, parts = Source(folder), []
    for lang in source.entities:
        entities = cities(folder, lang)
        if not entities:
            continue
        catalog = RankedCatalog(CITY, lang, entities, encoder)
        size = [float(entity.metadata[POPULARITY]) ** 0.5 for entity in entities]
        asked = [
            each._replace(counts=each.counts * max(size[place] for place in each.right))
            for each in catalog.asked(source.voice[lang])
        ]
        parts.append(
            [catalog.choices([each for each in asked if each.half == half]) for half in (False, True)]
        )
    first, second = (joined([part[half] for part in parts]) for half in (False, True))
    return first, second


def fit(folder: Path, encoder: Encoder) -> dict[str, Any]:
    """The weight in units of the dot product, and Recall@1 among candidates with it and without it."""
    fitted, checked = halves(folder, encoder)
    ways = {"without": EVIDENCE, "with": (*EVIDENCE, POPULARITY)}
    weights = {way: fit_weights(fitted, evidence) for way, evidence in ways.items()}
    right = {way: first_right(checked, fitted_weights) for way, fitted_weights in weights.items()}
    unit = float(encoder.card["vector_scale"]) ** 2
    return {
        POPULARITY: whole_weights(weights["with"], unit).popularity,
        "heard": whole_weights(weights["with"], unit).heard,
        "requests": len(checked.starts),
        "by demand": {
            way: round(float(np.average(hits, weights=checked.counts)), 4) for way, hits in right.items()
        },
        "even demand": {way: round(float(np.mean(hits)), 4) for way, hits in right.items()},
    }


def main(encoder: str, data: Path | None = None) -> dict[str, Any]:
    """The weight of popularity beside an encoder's vectors; no card is written.

    Args:
        encoder: name of a shipped encoder, or an encoder folder.
        data: data folder (`edge_er.bundle.locate.data_folder`).
    """
    return fit(data_folder(data), Encoder.load(find_encoder(encoder)))
