"""Confidence: how likely the first candidate is right, and when to answer, from the evidence for it.

    edge-er train fit confidence multilingual-32-hpd64-fold
    edge-er train fit adopt multilingual-32-hpd64-fold multilingual-32-hpd64

Requests are those of `decision_requests`, put to the catalogs of `decision_catalogs`, ranked as a bundle ranks them: by
vectors alone, and, where the card has weights for it, on all evidence. One calibration is fitted for each way, and one
for typed requests. What it does to a domain that nobody thought of is measured by leaving whole domains out of the fit.
Some ten minutes on one core. Fit it again whenever encoder, evidence or weights have changed; `python -m
benchmarks.product.calibration` then measures it on development requests.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.bundle import Bundle, new_bundle
from edge_er.bundle.locate import data_folder, find_encoder
from edge_er.decision.calibration import COMPARED, DENSE, RERANKED, TYPED, Calibration, CandidateScores
from edge_er.decision.features import (
    ALIKE,
    COSINE,
    EXPLAINED,
    MISSING,
    NUMBER,
    SHARED,
    SIZE,
    WHOLE,
    known_features,
)
from edge_er.encoder.encoder import ENCODER_FILES, Encoder, quantise
from edge_er.resolver import EntityResolver
from edge_er.training.card import check_card, update_card
from edge_er.training.data.decision_catalogs import decision_catalogs
from edge_er.training.data.decision_requests import (
    KINDS,
    SHARED_KINDS,
    SHARES,
    STRATA,
    TAKEN_OUT,
    TYPED_SHARES,
    Catalog,
    Question,
    Source,
)
from edge_er.training.fit.calibration import fit_calibration
from edge_er.training.fit.candidate_scores import ScoredRequests, candidates, joined, scores_of
from edge_er.training.fit.decision_report import report

__all__ = ["fit", "fit_on", "main", "scored_requests"]

SEED = 20260702
WEIGHED = {
    DENSE: (COSINE, SIZE),
    RERANKED: (COSINE, WHOLE, EXPLAINED, MISSING, NUMBER, SHARED, ALIKE, SIZE),
    TYPED: (COSINE, WHOLE, EXPLAINED, MISSING, NUMBER, SHARED, ALIKE, SIZE),
}
# Whoever types spells a name as it is, so one that is only nearly there is mostly another: more is asked for.
MIN_PRECISION = {DENSE: 0.95, RERANKED: 0.94, TYPED: 0.98}
SHARES_OF = {DENSE: SHARES, RERANKED: SHARES, TYPED: TYPED_SHARES}


class Part(NamedTuple):
    """The requests to one catalog with their candidate scores, which of them are used to fit, and the domain."""

    requests: ScoredRequests
    fitted: NDArray[np.bool_]
    domain: str


def bundle_of(catalog: Catalog, encoder: Encoder, files: dict[str, bytes]) -> Bundle:
    """The catalog as a bundle in memory."""
    ids = sorted(range(len(catalog.entities)), key=lambda place: catalog.entities[place].id)
    entities = [catalog.entities[place] for place in ids]
    forms = [(form, place) for place, entity in enumerate(entities) for form in entity.surface_forms]
    known = known_features(encoder.card.get("rerank", {}).get("heard", 0))
    weighed = {
        way: [name for name in WEIGHED[way] if way == DENSE or name in known] for way in (DENSE, RERANKED)
    }
    return new_bundle(
        name=f"{catalog.domain}_{catalog.lang}",
        lang=catalog.lang,
        entities=entities,
        vectors=quantise(encoder.encode([form for form, _ in forms]), float(encoder.card["vector_scale"])),
        form_entity=np.array([place for _, place in forms], np.int32),
        encoder_files=files,
        # A resolver computes the features that a calibration weighs.
        calibration={way: {"weights": dict.fromkeys(names, 1.0)} for way, names in weighed.items()},
    )


def scored_requests(
    resolver: EntityResolver, questions: Sequence[Question], ids: Sequence[str]
) -> tuple[ScoredRequests, NDArray[np.bool_]]:
    """The candidate scores of all questions, and which of them are used to fit.

    A question that asks for an entity counts twice where there is a kind for that: once as it is, and once as if the
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
        asked = {question.kind: candidates(resolver, question.text, COMPARED)}
        removed = f"{TAKEN_OUT}, {question.kind}"
        if right and removed in KINDS:
            others = [each for each in ids if each not in right]
            asked[removed] = candidates(resolver, question.text, COMPARED, others)
        for kind, left in asked.items():
            if left:
                rows.append((kind, scores_of(left), [name in right for name, _ in left]))
                fitted.append(question.fitted)
    return ScoredRequests.of(rows), np.array(fitted)


def fit(encoder_folder: Path, data: Path) -> dict[str, Any]:
    """A calibration for each way to rank, fitted on the requests of the data folder; see `fit_on`."""
    files = {name: (encoder_folder / name).read_bytes() for name in ENCODER_FILES}
    source = Source(data)
    catalogs = enumerate(decision_catalogs(source, data, SEED))
    return fit_on(
        files, ((each, list(source.questions(each, random.Random(f"{SEED}/{n}")))) for n, each in catalogs)
    )


def fit_on(
    files: dict[str, bytes],
    asked: Iterable[tuple[Catalog, Sequence[Question]]],
    tool: str = "edge-er train fit confidence",
    shares: Mapping[str, Mapping[str, float]] = SHARES_OF,
) -> dict[str, Any]:
    """A calibration for each way to rank, with what it was measured to do on the half it was not fitted on.

    Args:
        files: of the encoder, by name; its card may have weights of the evidence.
        asked: catalogs, and what is asked of each.
        tool: what fits it, for the manifest.
        shares: how much each kind of request counts, by way.
    """
    encoder = Encoder.from_files(files)
    ways = {DENSE: False, **({RERANKED: True} if encoder.card.get("rerank") else {})}
    parts: dict[str, list[Part]] = {way: [] for way in ways}
    for catalog, questions in asked:
        bundle, ids = bundle_of(catalog, encoder, files), [entity.id for entity in catalog.entities]
        for way, rerank in ways.items():
            scored = scored_requests(EntityResolver(bundle, rerank=rerank), questions, ids)
            parts[way].append(Part(*scored, catalog.domain))
        size = f"{len(catalog.entities):,} entities, {len(questions):,} requests"
        print(f"{bundle.manifest['name']}: {size}", file=sys.stderr, flush=True)
    if RERANKED in parts:
        parts[TYPED] = parts[RERANKED]
    return {way: _fitted(of_way, way, tool, shares[way]) for way, of_way in parts.items()}


def _fitted(parts: Sequence[Part], way: str, tool: str, shares: Mapping[str, float]) -> dict[str, Any]:
    """The calibration of one way in a card."""
    domains = np.concatenate([np.full(len(part.fitted), part.domain) for part in parts])
    half = np.concatenate([part.fitted for part in parts])
    asked = joined([part.requests for part in parts]).with_features(WEIGHED[way])
    known = np.isin(asked.kind, list(shares)) & ~_says_more(asked)
    domains, half, asked = domains[known], half[known], asked[known]
    calibration = fit_calibration(asked[half], asked[~half], shares, MIN_PRECISION[way])
    strata = {how: stratum for how, stratum in STRATA.items() if how in shares}
    measured = report(asked[~half], calibration, shares, strata)
    for domain, figures in left_out(asked, half, domains, shares).items():
        found = ", ".join(f"{name} {value:.3f}" for name, value in figures.items())
        print(f"{way}, fitted without {domain} and asked of it: {found}", file=sys.stderr, flush=True)
    kind = "isotonic" if calibration.knots else "Platt"
    return {
        **calibration.to_dict(),
        "fit": {"tool": tool, "seed": SEED, "curve": kind, **measured},
    }


def _says_more(asked: ScoredRequests) -> NDArray[np.bool_]:
    """Whether each row asks for shared words in a sentence that says other words too: there no tie can be known."""
    if SHARED not in asked.names:
        return np.isin(asked.kind, SHARED_KINDS)
    tied = asked.features[:, asked.names.index(SHARED)] > 0
    return np.isin(asked.kind, SHARED_KINDS) & ~tied


def left_out(
    asked: ScoredRequests, half: NDArray[np.bool_], domains: NDArray[np.str_], shares: Mapping[str, float]
) -> dict[str, dict[str, float]]:
    """For each domain, figures on its checking half of a calibration fitted without the domain."""
    figures = {}
    for domain in dict.fromkeys(domains.tolist()):
        inside = domains == domain
        if inside.all() or not (inside & ~half).any():
            continue
        calibration = fit_calibration(asked[half & ~inside], asked[~half & ~inside], shares)
        measured = report(asked[~half & inside], calibration, shares, {})
        kept = ("log_loss", "expected_calibration_error", "answered", "precision")
        figures[domain] = {name: measured[name] for name in kept}
    return figures


def main(encoder: str, data: Path | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Fit on half of the names, measure on the other half, and write the encoder's card: its `calibration`.

    Args:
        encoder: name of a shipped encoder, or an encoder folder.
        data: data folder (`edge_er.bundle.locate.data_folder`).
        dry_run: leave the card as it is.
    """
    folder = find_encoder(encoder)
    if not dry_run:
        check_card(folder)
    calibrations = fit(folder, data_folder(data))
    for values in calibrations.values():
        Calibration.from_mapping(values)
    if not dry_run:
        update_card(folder, calibration=calibrations)
    return calibrations
