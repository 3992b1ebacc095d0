"""Head weight: what a DiPair head counts beside the other evidence, and when it is asked.

    edge-er train fit head build/encoders/multilingual-32-hpd64-head

The requests are those of `evidence_weights`, for names that neither the encoder nor the head has seen: the head is
trained on the larger part of the held-out names, its weight is fitted on the rest. The head is not asked where the
first entity leads the second by so much that it is right SURE of the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.locate import data_folder, find_encoder
from edge_er.constants import HEAD
from edge_er.encoder.encoder import Encoder, quantise, read_encoder_files
from edge_er.encoder.pair_head import HEAD_FILE, PairHead
from edge_er.errors import EncoderError
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.weights import RerankWeights
from edge_er.text.canonical import canonical_text
from edge_er.training.card import check_card, read_card, update_card
from edge_er.training.data.decision_requests import Source
from edge_er.training.data.pool import held_out, name_cluster
from edge_er.training.data.voice_requests import OTHER_DOMAINS, domain_names, entities_of
from edge_er.training.fit.evidence_weights import STATION, RankedCatalog

__all__ = ["Close", "fit", "main", "races"]

UNSEEN = 0.045  # of the name clusters: held out, and not trained on by a head with `share = 0.7`
SURE = 0.995
LARGEST_CATALOG = 8000  # artists of a language are too many to be read for a single weight


class Close(NamedTuple):
    """The first forms of one request.

    `scores` [forms] are in units of the cosine, `head` [forms] are the head's scores, `right` [forms] says which forms
    are of the entity asked for, and `lead` is how far the first entity leads the second, in units of the dot product.
    """

    scores: NDArray[np.float64]
    head: NDArray[np.float64]
    right: NDArray[np.bool_]
    lead: float


def races(folder: Path, encoder: Encoder, onnx: bytes, weights: RerankWeights) -> Iterator[Close]:
    """Every request's first forms."""
    source, unit = Source(folder), float(encoder.card["vector_scale"]) ** 2
    for lang, stations in source.entities.items():
        rows = [row for row in source.voice[lang] if held_out(name_cluster(row["entity"]), UNSEEN)]
        for domain in (STATION, *OTHER_DOMAINS):
            names = () if domain == STATION else domain_names(folder, domain, lang)
            entities = stations if domain == STATION else entities_of(names, lang)
            if not entities or len(names) > LARGEST_CATALOG:
                continue
            catalog = RankedCatalog(domain, lang, entities, encoder)
            head = PairHead(onnx, encoder, catalog.forms)
            for asked in catalog.asked(rows):
                text = canonical_text(asked.text)
                vector = quantise(encoder.encode([asked.text]), float(encoder.card["vector_scale"]))[0]
                pool, evidence = catalog.reranker.form_evidence.evidence(
                    Hypothesis(text, catalog.index.form_scores(vector))
                )
                scores = sum(evidence.parts(weights).values(), np.zeros(len(pool)))
                first = np.argsort(-scores, kind="stable")[: weights.head_forms]
                owners = catalog.form_entity[pool[first]]
                others = scores[first][owners != owners[0]]
                yield Close(
                    scores[first] / unit,
                    head.scores(text, pool[first].tolist()) / HEAD.steps,
                    np.isin(owners, list(asked.right)),
                    float(scores[first[0]] - others[0]) if len(others) else float(unit),
                )


def loss(weight: float, requests: Sequence[Close], sharpness: float) -> float:
    """Mean negative log chance of the right forms, with scores as sharp as they are best without the head."""
    total = 0.0
    for close in requests:
        scores = sharpness * (close.scores + weight * close.head)
        chances = np.exp(scores - scores.max())
        total -= float(np.log(chances[close.right].sum() / chances.sum() + 1e-12))
    return total / len(requests)


def fit(requests: Sequence[Close], unit: float) -> dict[str, Any]:
    """The head's weight and margin in units of the dot product, and what they do on the requests they come from."""
    from scipy.optimize import minimize_scalar

    able = [close for close in requests if close.right.any()]
    sharp = minimize_scalar(lambda value: loss(0.0, able, value), bounds=(1.0, 60.0), method="bounded").x
    best = minimize_scalar(lambda value: loss(value, able, sharp), bounds=(0.0, 0.5), method="bounded")
    leads = np.array([close.lead for close in requests])
    right = np.array([bool(close.right[0]) for close in requests])
    order = np.argsort(-leads)
    sure = np.flatnonzero(np.cumsum(right[order]) >= SURE * np.arange(1, len(order) + 1))
    margin = float(leads[order[sure[-1]]]) if len(sure) else float(leads.max())
    asked = leads < margin
    chosen = [close.right[np.argmax(close.scores + best.x * close.head)] for close in requests]
    return {
        "head": round(best.x * unit / HEAD.steps),
        "head_margin": round(margin),
        "measured": {
            "requests": len(requests),
            "asked": round(float(asked.mean()), 4),
            "first_right": round(float(right.mean()), 4),
            "first_right_with_head": round(float(np.where(asked, chosen, right).mean()), 4),
            "loss": {"without": round(loss(0.0, able, sharp), 4), "with": round(float(best.fun), 4)},
        },
    }


def main(encoder: str, data: Path | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Fit the weight and margin of a head and write them into the encoder's card, beside the evidence weights.

    Args:
        encoder: encoder folder with a head.
        data: data folder (`edge_er.bundle.locate.data_folder`).
        dry_run: leave the card as it is.

    Raises:
        EncoderError: the folder has no head.
    """
    folder = find_encoder(encoder)
    files = read_encoder_files(folder)
    if HEAD_FILE not in files:
        raise EncoderError(
            f"{folder}: no {HEAD_FILE} in it; edge-er train dipair makes an encoder folder with a head"
        )
    if not dry_run:
        check_card(folder)
    loaded, rerank = Encoder.load(folder), read_card(folder).get("rerank") or {}
    weights = RerankWeights.from_mapping(rerank)
    requests = list(races(data_folder(data), loaded, files[HEAD_FILE], weights))
    fitted = fit(requests, float(loaded.card["vector_scale"]) ** 2)
    measured = fitted.pop("measured")
    if not dry_run:
        update_card(folder, rerank={**rerank, **weights.to_dict(), **fitted, "head_fit": measured})
    return {**fitted, **measured}
