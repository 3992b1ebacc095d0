"""Confidence: how likely the first candidate is right, and when to answer, from the evidence for it.

    edge-er train fit confidence multilingual-32-hpd64-fold

Requests are those of `decision_requests`, put to the five radio catalogs and to catalogs of artists, cities and TV
channels, ranked as a bundle ranks them: by vectors alone, and, where the card has weights for it, re-ranked. One
calibration is fitted for each way. Fit it again whenever encoder or weights have changed; `python -m
benchmarks.product.calibration` then measures it on development requests.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle, new_bundle
from edge_er.bundle.locate import data_folder, find_encoder
from edge_er.decision.calibration import COMPARED, DENSE, RERANKED, Calibration, CandidateScores
from edge_er.encoder.encoder import ENCODER_FILES, Encoder, quantise
from edge_er.resolver import EntityResolver
from edge_er.training.card import update_card
from edge_er.training.data.decision_requests import SHARES, STRATA, TAKEN_OUT, Catalog, Question, Source
from edge_er.training.data.voice_requests import domain_names, entities_of
from edge_er.training.fit.calibration import fit_calibration
from edge_er.training.fit.candidate_scores import ScoredRequests, candidates, joined, scores_of
from edge_er.training.fit.decision_report import report

__all__ = ["fit", "main", "scored_requests"]

SEED = 20260702
STATIONS, OTHERS = 400, 100  # requests of each kind to a radio catalog, and to another one
OTHER_CATALOGS = ("artist", "city", "tv")


def catalogs(source: Source, folder: Path) -> Iterator[Catalog]:
    """The catalogs that requests are put to."""
    for lang, entities in source.entities.items():
        yield Catalog("station", lang, entities, STATIONS)
        for domain in OTHER_CATALOGS:
            yield Catalog(domain, lang, entities_of(domain_names(folder, domain, lang), lang), OTHERS)


def bundle_of(catalog: Catalog, encoder: Encoder, files: dict[str, bytes]) -> Bundle:
    """The catalog as a bundle in memory."""
    ids = sorted(range(len(catalog.entities)), key=lambda place: catalog.entities[place].id)
    entities = [catalog.entities[place] for place in ids]
    forms = [(form, place) for place, entity in enumerate(entities) for form in entity.surface_forms]
    return new_bundle(
        name=f"{catalog.domain}_{catalog.lang}",
        lang=catalog.lang,
        entities=entities,
        vectors=quantise(encoder.encode([form for form, _ in forms]), float(encoder.card["vector_scale"])),
        form_entity=np.array([place for _, place in forms], np.int32),
        encoder_files=files,
        calibration={},
    )


def scored_requests(
    resolver: EntityResolver, questions: Sequence[Question], ids: Sequence[str]
) -> tuple[ScoredRequests, NDArray[np.bool_]]:
    """The candidate scores of all questions, and which of them are used to fit.

    A question that asks for an entity counts twice where SHARES has a kind for that: once as it is, and once as if the
    entity were not in the catalog.

    Args:
        resolver: ranks the candidates.
        questions: what is asked of it.
        ids: of the entities whose numbers the questions name.
    """
    rows: list[tuple[str, CandidateScores, list[bool]]] = []
    fitted: list[bool] = []
    for question in questions:
        right = {ids[place] for place in question.right}
        ranked = candidates(resolver, question.text, COMPARED + len(right))
        asked = {question.kind: ranked}
        removed = f"{TAKEN_OUT}, {question.kind}"
        if right and removed in SHARES:
            asked[removed] = [candidate for candidate in ranked if candidate[0] not in right]
        for kind, left in asked.items():
            if left:
                rows.append((kind, scores_of(left), [name in right for name, _ in left]))
                fitted.append(question.fitted)
    return ScoredRequests.of(rows), np.array(fitted)


def fit(encoder_folder: Path, data: Path) -> dict[str, Any]:
    """A calibration for each way to rank, with what it was measured to do on the half it was not fitted on."""
    files = {name: (encoder_folder / name).read_bytes() for name in ENCODER_FILES}
    encoder, source = Encoder.load(encoder_folder), Source(data)
    ways = {DENSE: False, **({RERANKED: True} if encoder.card.get("rerank") else {})}
    parts: dict[str, list[tuple[ScoredRequests, NDArray[np.bool_]]]] = {way: [] for way in ways}
    for catalog in catalogs(source, data):
        if not catalog.entities:
            continue
        rng = random.Random(f"{SEED}/{catalog.domain}/{catalog.lang}")
        questions = list(source.questions(catalog, rng))
        bundle, ids = bundle_of(catalog, encoder, files), [entity.id for entity in catalog.entities]
        for way, rerank in ways.items():
            parts[way].append(scored_requests(EntityResolver(bundle, rerank=rerank), questions, ids))
        print(f"{bundle.manifest['name']}: {len(questions):,} requests", file=sys.stderr)
    return {way: _fitted(of_way) for way, of_way in parts.items()}


def _fitted(parts: Sequence[tuple[ScoredRequests, NDArray[np.bool_]]]) -> dict[str, Any]:
    to_fit = joined([requests[rows] for requests, rows in parts])
    to_check = joined([requests[~rows] for requests, rows in parts])
    calibration = fit_calibration(to_fit, to_check, SHARES)
    measured = report(to_check, calibration, SHARES, STRATA)
    kind = "isotonic" if calibration.knots else "Platt"
    return {
        **calibration.to_dict(),
        "fit": {"tool": "edge-er train fit confidence", "seed": SEED, "curve": kind, **measured},
    }


def main(encoder: str, data: Path | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Fit on half of the names, measure on the other half, and write the encoder's card: its `calibration`.

    Args:
        encoder: name of a shipped encoder, or an encoder folder.
        data: data folder (`edge_er.bundle.locate.data_folder`).
        dry_run: leave the card as it is.
    """
    folder = find_encoder(encoder)
    calibrations = fit(folder, data_folder(data))
    for values in calibrations.values():
        Calibration.from_mapping(values)
    if not dry_run:
        update_card(folder, calibration=calibrations)
    return calibrations
