"""Systems under measurement, all as rankers over the entities of a bundle."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from edge_er.bundle.bundle import Bundle, new_bundle
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.evaluation.bootstrap import Interval, mean_interval
from edge_er.evaluation.metrics import Evaluation, metric_scores
from edge_er.evaluation.rankers import TextEncoder

AVERAGE = "average"


def catalog_bundle(entities: list[Entity], lang: str, files: Mapping[str, bytes]) -> Bundle:
    """A catalog in memory, with the encoder of these files and what its card says of ranking and confidence."""
    encoder = Encoder.from_bytes(
        files["encoder.onnx"], files["tokenizer.json"], json.loads(files["encoder.json"])
    )
    forms = [(form, place) for place, entity in enumerate(entities) for form in entity.surface_forms]
    return new_bundle(
        name="catalog",
        lang=lang,
        entities=entities,
        vectors=quantise(encoder.encode([form for form, _ in forms]), float(encoder.card["vector_scale"])),
        form_entity=np.array([place for _, place in forms], np.int32),
        encoder_files=files,
    )


def load_encoder(folder: Path, float32: bool = False) -> TextEncoder:
    """The int8 encoder in encoder.onnx, or the one in model.safetensors: with `float32`, or where there is no int8 one.

    A student's folder holds both once it is exported.
    """
    exported = (folder / "encoder.onnx").is_file()
    if exported and not (float32 and (folder / "model.safetensors").is_file()):
        return Encoder.load(folder)
    from edge_er.training.models.dual_encoder import load_model

    return load_model(folder)


def pooled(evaluations: Mapping[str, Evaluation]) -> Evaluation:
    """Evaluations of several languages as one; entities of different languages stay apart."""
    parts = list(evaluations.values())
    return Evaluation(
        requests=[request for part in parts for request in part.requests],
        ranks=np.concatenate([part.ranks for part in parts]),
        entities=[f"{lang}: {entity}" for lang, part in evaluations.items() for entity in part.entities],
        mapped=np.concatenate([part.mapped for part in parts]),
        top_k=parts[0].top_k,
    )


def languages(evaluation: Evaluation) -> list[str]:
    """The language of each row."""
    return [request.lang or "" for request in evaluation.requests]


def by_language(evaluation: Evaluation, rows: Sequence[int], metric: str) -> dict[str, Interval]:
    """The figure of every language, and the plain average of the languages, over the chosen rows."""
    scores = metric_scores(evaluation.ranks[list(rows)], metric)
    entities = [evaluation.entities[row] for row in rows]
    langs = np.array(languages(evaluation))[list(rows)]
    cells = {}
    for lang in dict.fromkeys(langs.tolist()):
        chosen = np.flatnonzero(langs == lang)
        cells[lang] = mean_interval(scores[chosen], [entities[row] for row in chosen.tolist()])
    cells[AVERAGE] = mean_interval(scores, entities, langs.tolist())
    return cells


def rows_of(
    evaluation: Evaluation, stratum: str | None = None, carrier_seen: bool | None = None
) -> list[int]:
    """Rows of a stratum, of seen or unseen carriers; None takes all."""
    return [
        row
        for row, request in enumerate(evaluation.requests)
        if stratum in (None, request.stratum) and carrier_seen in (None, request.carrier_seen)
    ]
