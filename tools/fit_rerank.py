"""Fit an encoder's re-ranking weights, and write them into its card (encoder.json) as whole numbers.

    python -m tools.fit_rerank multilingual-32 --data ../shared/data

Letter and sound weights are fitted on recognised requests of the voice train split, ranked against the radio catalogs.
The encoder has been trained on those very requests, so its scores there are better than on any new one, and the dense
weight found there is too large. It is therefore scaled by what memory is worth: the dense weight that suits generated
requests for names the encoder never saw, over the one that suits generated requests for names it was trained on.
Recognised requests of the dev split are never looked at.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.requests import LANGUAGES, RequestGenerator
from catalog_tools.surface_forms import spoken_forms
from edge_er.encoder import Encoder, quantise
from edge_er.entity import Entity
from edge_er.errors import EdgeERError
from edge_er.metrics import GoldMap
from edge_er.normalize import canonical_text
from edge_er.requests_file import Request
from edge_er.rerank import Evidence, Hypothesis, Reranker, RerankWeights
from edge_er.search import ExactIndex
from edge_er.shipped import find_encoder
from edge_er.training.data import name_cluster, read_rows
from edge_er.training.reranking import Choices, fit_weights, joined, whole_weights
from tools.fit_calibration import Source

SEED = 20260703
RECOGNISED = 1500  # rows of voice train a language, each as asr and asr_noisy
STATIONS, REQUESTS_EACH = 200, 5  # generated, a language
POOL = RerankWeights(dense_forms=24, sound_forms=16)

Asked = tuple[str, frozenset[int]]


class Catalog:
    """The entities of one language, ranked by an encoder, with the evidence laid open."""

    def __init__(self, lang: str, entities: Sequence[Entity], encoder: Encoder) -> None:
        self.lang, self.entities, self._encoder = lang, entities, encoder
        self._scale = float(encoder.card["vector_scale"])
        self.unit = self._scale**2
        forms = [(form, place) for place, entity in enumerate(entities) for form in entity.surface_forms]
        texts = [form for form, _ in forms]
        self._form_entity: NDArray[np.int32] = np.array([place for _, place in forms], np.int32)
        self._index = ExactIndex(quantise(encoder.encode(texts), self._scale), self._form_entity)
        self._reranker = Reranker([canonical_text(text) for text in texts], self._form_entity, lang, POOL)
        owners: defaultdict[str, set[int]] = defaultdict(set)
        for text, place in forms:
            owners[canonical_text(text)].add(place)
        self._owners = owners

    def choices(self, asked: Sequence[Asked]) -> Choices:
        """The evidence for every candidate of all requests."""
        return Choices.of(self._evidence(asked), self.unit)

    def _evidence(
        self, asked: Sequence[Asked]
    ) -> Iterator[tuple[Evidence, NDArray[np.int32], Collection[int]]]:
        vectors = quantise(self._encoder.encode([text for text, _ in asked]), self._scale)
        for (text, wanted), vector in zip(asked, vectors, strict=True):
            dots = self._index.form_scores(vector)
            pool, evidence = self._reranker.evidence(Hypothesis(canonical_text(text), dots))
            yield evidence, self._form_entity[pool], wanted

    def recognised(self, rows: Sequence[dict[str, Any]], rng: random.Random) -> list[Asked]:
        """Requests of voice train for stations of this catalog, as they were recognised."""
        gold = GoldMap(self.entities)
        asked = []
        for row in rng.sample(rows, min(RECOGNISED, len(rows))):
            right = frozenset(gold.indices(Request("", (row["entity"],), country=row["country"])))
            asked += [(row[heard], right) for heard in ("asr", "asr_noisy") if right]
        return asked

    def generated(self, unseen: frozenset[str], seen: bool, rng: random.Random) -> list[Asked]:
        """Generated requests for stations whose names the encoder was trained on, or never saw."""
        generator = RequestGenerator.of_languages(LANGUAGES, spoken=spoken_forms)
        named = [entity for entity in self.entities if canonical_text(entity.name)]
        able = [entity for entity in named if (name_cluster(entity.name) in unseen) != seen]
        return [
            (
                generator.request(entity.name, self.lang, rng),
                frozenset(self._owners[canonical_text(entity.name)]),
            )
            for entity in rng.sample(able, min(STATIONS, len(able)))
            for _ in range(REQUESTS_EACH)
        ]


def fit(folder: Path, encoder: Encoder, generated_only: bool = False) -> dict[str, Any]:
    """Weights in whole numbers, and how they came about."""
    source = Source(folder)
    rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in read_rows(folder / "voice" / "voice.jsonl.gz"):
        if row["split"] == "train" and row["domain"] == "station":
            rows[row["lang"]].append(row)
    recognised, seen, unseen = [], [], []
    for lang, entities in source.entities.items():
        catalog, rng = Catalog(lang, entities, encoder), random.Random(f"{SEED}/{lang}")
        recognised.append(catalog.choices(catalog.recognised(rows[lang], rng)))
        seen.append(catalog.choices(catalog.generated(source.unseen, True, rng)))
        unseen.append(catalog.choices(catalog.generated(source.unseen, False, rng)))
    unit = catalog.unit
    if generated_only:
        return _described(fit_weights(joined(unseen)), unit, requests=len(joined(unseen).starts))
    weights = fit_weights(joined(recognised))
    known, new = (float(fit_weights(joined(parts), held=weights)[0]) for parts in (seen, unseen))
    memory = min(new / known, 1.0)
    weights[0] *= memory
    return _described(weights, unit, requests=len(joined(recognised).starts), memory=round(memory, 4))


def _described(weights: NDArray[np.float64], unit: float, **measured: float) -> dict[str, Any]:
    whole = whole_weights(weights, unit, POOL.dense_forms, POOL.sound_forms).to_dict()
    return {**whole, "fit": {"tool": "tools.fit_rerank", "seed": SEED, **measured}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit the weights and write the card."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("encoder", help="name of a shipped encoder, or an encoder folder")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--dry-run", action="store_true", help="print the weights, leave the card as it is")
    parser.add_argument(
        "--generated-only", action="store_true", help="fit on generated requests, for comparison"
    )
    options = parser.parse_args(arguments)
    folder = find_encoder(options.encoder)
    weights = fit(options.data, Encoder.load(folder), options.generated_only)
    print(json.dumps(weights, indent=1))
    if not options.dry_run:
        card = json.loads((folder / "encoder.json").read_text(encoding="utf-8"))
        partial = folder / "encoder.json.partial"
        partial.write_text(json.dumps({**card, "rerank": weights}, indent=1, sort_keys=True) + "\n", "utf-8")
        partial.replace(folder / "encoder.json")


if __name__ == "__main__":
    try:
        main()
    except EdgeERError as error:
        sys.exit(f"error: {error}")
