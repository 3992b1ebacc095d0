"""Evidence weights and confidence fitted with an encoder on own requests, into the card of the encoder."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from edge_er.bundle.locate import find_encoder
from edge_er.decision.calibration import DENSE, RERANKED, TYPED
from edge_er.decision.features import known_features
from edge_er.encoder.encoder import Encoder
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.adapt.compare import answers_of
from edge_er.training.adapt.questions import Known, questions, shares_of
from edge_er.training.adapt.source import USUAL_ENCODER
from edge_er.training.adapt.split import Row
from edge_er.training.card import read_card
from edge_er.training.data.decision_requests import Catalog
from edge_er.training.fit.confidence import bundle_of, fit_on
from edge_er.training.fit.evidence_weights import EVIDENCE, POOL, Asked, RankedCatalog
from edge_er.training.fit.reranking import (
    Choices,
    first_right,
    fit_weights,
    joined,
    scaled_weights,
    whole_weights,
)

__all__ = ["fitted_files", "fitted_weights"]

TOOL = "edge-er adapt"
MOST_SIMULATED = 1500
LEAST_GAIN = 0.005  # in Recall@1 of own requests, for which other weights are worth while
SIMULATED_COUNTS = 0.1  # how much simulated requests count beside 1 for own ones
OWN, SIMULATED = "own", "simulated"
SPOKEN, TYPED_REQUESTS = "spoken", "typed"
_USE_OF = {DENSE: SPOKEN, RERANKED: SPOKEN, TYPED: TYPED_REQUESTS}


def fitted_files(files: Mapping[str, bytes], known: Known) -> dict[str, bytes]:
    """The files of an encoder with weights and calibrations in its card that were fitted on ``known``.

    Calibrations are fitted on each half of the names, and judged by the other. That which answers own requests best is
    taken, for spoken and for typed requests, if need be that of before; and where weights and calibrations of before
    are best together, both stay.
    """
    encoder = Encoder.from_files(files)
    weighed = _with_card(files, rerank=fitted_weights(encoder, known))
    catalog, shares = Catalog("own", known.speech.main.code, known.entities, 0), shares_of(known.rows)
    asked = questions(known)
    other = [replace(each, fitted=not each.fitted) for each in asked]
    offered = {
        name: fit_on(weighed, [(catalog, half)], TOOL, shares)
        for name, half in (("fitted", asked), ("fitted on the other half", other))
    }
    before = encoder.card.get("calibration") or {}
    if usable := _usable(before, weighed):
        offered["before"] = {**offered["fitted"], **usable}
    use = {name: _use(weighed, catalog, each, known.rows) for name, each in offered.items()}
    kept = {
        way: max(use, key=lambda name: use[name][kind]) for way, kind in _USE_OF.items()
    }  # the first of equals
    chosen = {way: offered[name][way] for way, name in kept.items()}
    adapted = {"tool": TOOL, "confidence": kept, "right_less_wrong": use, "requests": len(known.rows)}
    if before and encoder.card.get("rerank"):
        start = _use(dict(files), catalog, before, known.rows)
        use["nothing changed"] = start
        spoken = float(np.mean([row.request.spoken for row in known.rows]))
        gain = {kind: use[kept[way]][kind] - start[kind] for way, kind in _USE_OF.items()}
        if spoken * gain[SPOKEN] + (1 - spoken) * gain[TYPED_REQUESTS] <= 0:
            same = {**encoder.card["rerank"], "fit": {**_fit_of(weighed), "kept": "before"}}
            return _with_card(files, rerank=same, adapted={**adapted, "confidence": "before"})
    return _with_card(weighed, calibration=chosen, adapted=adapted)


def _usable(calibration: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """What is left of a calibration with the weights in a card: some features are there only where *heard* counts."""
    known = known_features(json.loads(files["encoder.json"])["rerank"]["heard"])
    return {way: each for way, each in calibration.items() if set(each["weights"]) <= set(known)}


def _fit_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a card says of the fit of its weights."""
    fit: dict[str, Any] = json.loads(files["encoder.json"])["rerank"]["fit"]
    return fit


def _use(
    files: dict[str, bytes], catalog: Catalog, calibration: Mapping[str, Any], rows: Sequence[Row]
) -> dict[str, float]:
    """Right answers less wrong matches, a request, of a bundle with a calibration: of spoken and of typed requests."""
    bundle = bundle_of(catalog, Encoder.from_files(files), files).with_manifest(calibration=dict(calibration))
    answers = answers_of(EntityResolver(bundle), rows)
    chosen = {SPOKEN: answers.spoken, TYPED_REQUESTS: ~answers.spoken}
    return {
        name: round(float(answers.use[among].mean()), 4) if among.any() else 0.0
        for name, among in chosen.items()
    }


def _with_card(files: Mapping[str, bytes], **parts: Any) -> dict[str, bytes]:
    """The files with parts of the card replaced; what is fitted here was fitted with no other encoder."""
    card = {**json.loads(files["encoder.json"]), **parts}
    card.pop("fitted_with", None)
    return {**files, "encoder.json": (json.dumps(card, indent=1, sort_keys=True) + "\n").encode()}


def fitted_weights(encoder: Encoder, known: Known) -> dict[str, Any]:
    """The weights of the evidence in whole numbers; those of the card, where new ones hardly rank other names better.

    Both are compared on the requests of each half of the names, by weights that were fitted on the other half.
    """
    before = RerankWeights.from_mapping(encoder.card.get("rerank") or {})
    usual = encoder.card.get("rerank") or read_card(find_encoder(USUAL_ENCODER))["rerank"]
    pool = RerankWeights(
        dense_forms=usual["dense_forms"],
        sound_forms=max(usual["sound_forms"], POOL.sound_forms),
        words=usual.get("words", 0),
        numbers=usual.get("numbers", 0),
    )
    unit = float(encoder.card["vector_scale"]) ** 2
    catalog = RankedCatalog("own", known.speech.main.code, known.entities, encoder, pool)
    cells = _cells(catalog, [*_own(known), *_simulated(known)])
    old = {half: scaled_weights(before, unit) for half in (False, True)}
    new = {half: fit_weights(_joined(cells, not half), EVIDENCE) for half in (False, True)}
    figures = {name: _recall(cells, weights) for name, weights in (("before", old), ("fitted", new))}
    measured = {"tool": TOOL, "requests": len(known.rows), "recall_at_1": figures}
    if figures["fitted"] < figures["before"] + LEAST_GAIN and encoder.card.get("rerank"):
        return {**usual, "fit": {**measured, "kept": "before"}}
    whole = whole_weights(fit_weights(_joined(cells), EVIDENCE), unit, pool.dense_forms, pool.sound_forms)
    counts = {"words": pool.words, "numbers": pool.numbers}
    return {**whole.to_dict(), **counts, "fit": {**measured, "kept": "fitted"}}


Cells = dict[tuple[str, bool], tuple[Choices, int]]


def _cells(catalog: RankedCatalog, asked: Sequence[Asked]) -> Cells:
    """The evidence for the requests of each kind and half that have their answer among the candidates, and all rows."""
    cells: Cells = {}
    for stratum in (OWN, SIMULATED):
        for half in (False, True):
            own = [each for each in asked if (each.stratum, each.half) == (stratum, half)]
            if own:
                cells[stratum, half] = catalog.choices(own), len(own)
    return cells


def _joined(cells: Cells, half: bool | None = None) -> Choices:
    """The choices of one half, or of both; of simulated ones where a half has no others."""
    parts = {key: choices for key, (choices, _) in cells.items() if half in (None, key[1])} or {
        key: choices for key, (choices, _) in cells.items()
    }
    shares = [1.0 if stratum == OWN else SIMULATED_COUNTS for stratum, _ in parts]
    return joined(list(parts.values()), shares)


def _recall(cells: Cells, weights: Mapping[bool, Any]) -> float:
    """Share of own requests whose right candidate is first by the weights of their half."""
    right = rows = 0
    for (stratum, half), (choices, count) in cells.items():
        if stratum == OWN:
            right += int(first_right(choices, np.asarray(weights[half])).sum())
            rows += count
    return round(right / max(rows, 1), 4)


def _own(known: Known) -> list[Asked]:
    """Own requests; each name counts the same."""
    times = Counter(row.cluster for row in known.rows)
    return [
        Asked(row.request.query, frozenset(row.right), 1 / times[row.cluster], OWN, known.first[row.cluster])
        for row in known.rows
        if row.right
    ]


def _simulated(known: Known) -> list[Asked]:
    """A request for each of some names, as the generator makes it."""
    names = known.names
    if len(names) > MOST_SIMULATED:
        names = random.Random(f"{known.seed}/weights").sample(list(names), MOST_SIMULATED)
    place = {entity.id: number for number, entity in enumerate(known.entities)}
    asked = []
    for entity in names:
        rng = random.Random(f"{known.seed}/weights/{entity.id}")
        lang = rng.choice(known.speech.languages).code
        text, right = known.speech.generator.request(entity.name, lang, rng), frozenset([place[entity.id]])
        if canonical_text(entity.name):
            asked.append(Asked(text, right, 1.0, SIMULATED, known.first_half(entity.name)))
    return asked
