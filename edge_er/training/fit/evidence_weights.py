"""Evidence weights: what each kind of evidence counts when candidates are ranked, in whole numbers.

    edge-er train fit weights multilingual-32-hpd64-fold

The weights are fitted on recognised requests of the voice train split for names that neither the encoder nor the
misrecognition costs were made from (`held_out`), and on requests for the same names as people put them: mistyped, cut
short, with words left out or changed round (`ways_of_asking`). They are ranked against the five radio catalogs and
whole lists of artists, cities, TV channels and programmes. Every catalog counts the same, and in it every name; the
typed ones count little, since what helps them costs a little on speech. What they rank first is measured on clusters of
names that each half of the fit has not seen. Development requests are never looked at.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import data_folder, find_encoder
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.index.exact import ExactIndex
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Evidence, Reranker, demands
from edge_er.ranking.weights import RerankWeights
from edge_er.text.canonical import canonical_text
from edge_er.training.card import check_card, read_card, update_card
from edge_er.training.data.decision_requests import HELD_SHARE, Source
from edge_er.training.data.pool import held_out, name_cluster
from edge_er.training.data.voice_requests import OTHER_DOMAINS, domain_names, entities_of
from edge_er.training.data.ways_of_asking import asked_otherwise
from edge_er.training.fit.adopt import rescaled, unit_ratio
from edge_er.training.fit.reranking import Choices, first_right, fit_weights, joined, whole_weights

__all__ = ["EVIDENCE", "STATION", "Asked", "Cell", "RankedCatalog", "cells", "fit", "main"]

SEED = 20260703
STATION, MOST = "station", 250  # rows of a catalog, each as asr and asr_noisy
POOL = RerankWeights(dense_forms=32, sound_forms=32)
EVIDENCE = ("dense", "heard", "sound_pieces")
USUAL_COUNTS = {"words": 16, "numbers": 2}  # of the shipped bundles
HEARD = ("asr", "asr_noisy")
OTHERWISE = "otherwise"  # requests as people put them
OTHERWISE_COUNTS = 0.1  # how much these count beside 1 for each of HEARD


class Asked(NamedTuple):
    """A request: what was heard or typed, the entities it asks for, how much it counts, its stratum and half."""

    text: str
    right: frozenset[int]
    counts: float
    stratum: str
    half: bool


class RankedCatalog:
    """The entities of one domain and language, ranked by an encoder, with the evidence laid open."""

    def __init__(
        self,
        domain: str,
        lang: str,
        entities: Sequence[Entity],
        encoder: Encoder,
        pool: RerankWeights = POOL,
    ) -> None:
        self.domain, self.lang, self.entities, self._encoder = domain, lang, entities, encoder
        self._scale = float(encoder.card["vector_scale"])
        owned = [(form, place) for place, entity in enumerate(entities) for form in entity.surface_forms]
        texts = [form for form, _ in owned]
        self.form_entity: NDArray[np.int32] = np.array([place for _, place in owned], np.int32)
        self.index = ExactIndex(quantise(encoder.encode(texts), self._scale), self.form_entity)
        self.forms = [canonical_text(text) for text in texts]
        self.reranker = Reranker(self.forms, self.form_entity, lang, pool, demands(entities))

    def asked(self, rows: Sequence[dict[str, Any]]) -> list[Asked]:
        """Recognised requests for entities of this catalog; each name counts the same."""
        gold = GoldMap(self.entities)
        near = [row for row in rows if row["domain"] == self.domain]
        chosen = random.Random(f"{SEED}/{self.domain}/{self.lang}").sample(near, min(MOST, len(near)))
        times = Counter(row["entity"] for row in chosen)
        requests = []
        for row in chosen:
            country = row["country"] if self.domain == STATION else None
            right = frozenset(gold.indices(Request("", (row["entity"],), country=country)))
            half = held_out(name_cluster(row["entity"]), HELD_SHARE / 2)
            counts = 1 / times[row["entity"]]
            if right:
                requests += [Asked(row[heard], right, counts, heard, half) for heard in HEARD]
                text = asked_otherwise(row["entity"], self.lang, random.Random(f"{SEED}/{row['text']}"))
                requests.append(Asked(text, right, counts, OTHERWISE, half))
        return requests

    def choices(self, asked: Sequence[Asked]) -> Choices:
        """The evidence for every candidate of all requests that have their answer among them."""
        return Choices.of(self._evidence(asked), self._scale**2, [each.counts for each in asked])

    def _evidence(
        self, asked: Sequence[Asked]
    ) -> Iterator[tuple[Evidence, NDArray[np.int32], Collection[int]]]:
        vectors = quantise(self._encoder.encode([each.text for each in asked]), self._scale)
        for each, vector in zip(asked, vectors, strict=True):
            dots = self.index.form_scores(vector)
            pool, evidence = self.reranker.form_evidence.evidence(Hypothesis(canonical_text(each.text), dots))
            yield evidence, self.form_entity[pool], each.right


class Cell(NamedTuple):
    """Requests of one catalog, stratum and half: how many, and the evidence of those whose answer is a candidate."""

    domain: str
    stratum: str
    half: bool
    requests: int
    choices: Choices


def cells(folder: Path, encoder: Encoder) -> Iterator[Cell]:
    """All requests that weights are fitted on, by catalog, stratum and half."""
    source = Source(folder)
    for lang, stations in source.entities.items():
        for domain in (STATION, *OTHER_DOMAINS):
            entities = (
                stations if domain == STATION else entities_of(domain_names(folder, domain, lang), lang)
            )
            if not entities:
                continue
            catalog = RankedCatalog(domain, lang, entities, encoder)
            asked = catalog.asked(source.voice[lang])
            for stratum, half in product((*HEARD, OTHERWISE), (False, True)):
                own = [each for each in asked if (each.stratum, each.half) == (stratum, half)]
                if own:
                    yield Cell(domain, stratum, half, len(own), catalog.choices(own))
            print(f"{domain} {lang}: {len(entities):,} entities, {len(asked)} requests", file=sys.stderr)


def recall(parts: Sequence[Cell], evidence: Collection[str]) -> dict[str, dict[str, float]]:
    """`[domain][stratum]`: share of requests ranked right by weights of the other half, languages counting the same."""
    shares: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for half in (False, True):
        weights = fit_weights(_joined([part for part in parts if part.half != half]), evidence)
        for part in parts:
            if part.half == half:
                right = int(first_right(part.choices, weights).sum())
                shares[part.domain, part.stratum].append(right / part.requests)
    table: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (domain, stratum), values in shares.items():
        table[domain][stratum] = round(float(np.mean(values)), 4)
    return dict(table)


def _joined(parts: Sequence[Cell]) -> Choices:
    shares = [OTHERWISE_COUNTS if part.stratum == OTHERWISE else 1.0 for part in parts]
    return joined([part.choices for part in parts], shares)


def _counts(encoder: Encoder) -> dict[str, int]:
    """What is not fitted: how many candidates words bring and readings numbers, as the card has it, else as usual."""
    before = encoder.card.get("rerank")
    return {name: before.get(name, 0) if before else usual for name, usual in USUAL_COUNTS.items()}


def fit(folder: Path, encoder: Encoder, evidence: Collection[str] = EVIDENCE) -> dict[str, Any]:
    """Weights in whole numbers, and how well the weights of one half rank the requests of the other."""
    parts = list(cells(folder, encoder))
    weights = fit_weights(_joined(parts), evidence)
    unit = float(encoder.card["vector_scale"]) ** 2
    whole = whole_weights(weights, unit, POOL.dense_forms, POOL.sound_forms).to_dict() | _counts(encoder)
    measured = {
        "requests": sum(part.requests for part in parts),
        "recall_at_1": recall(parts, evidence),
        "recall_at_1_dense": recall(parts, ["dense"]),
    }
    return {**whole, "fit": {"tool": "edge-er train fit weights", "seed": SEED, **measured}}


def main(
    encoder: str,
    data: Path | None = None,
    evidence: Collection[str] = EVIDENCE,
    like: str | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Fit the weights of an encoder and write them into its card as `rerank`.

    Args:
        encoder: name of a shipped encoder, or an encoder folder.
        data: data folder (`edge_er.bundle.locate.data_folder`).
        evidence: what may have a weight, names of `reranking.SCALES`.
        like: encoder in whose units the weights are returned; the card stays as it is.
        dry_run: leave the card as it is.
    """
    folder = find_encoder(encoder)
    scale = unit_ratio(read_card(folder), read_card(find_encoder(like))) if like else 1.0
    if not (like or dry_run):
        check_card(folder)
    weights = fit(data_folder(data), Encoder.load(folder), evidence)
    if like:
        return rescaled(weights, scale)
    if not dry_run:
        update_card(folder, rerank=weights)
    return weights
