"""From a float32 encoder folder to the int8 one that ships, through a gate on Recall@1.

    edge-er train export models/recipes/multilingual-32.toml

Weights are stored as int8, a quarter of their size, and dequantised in the graph (see ``encoder_graph``). The gate
compares the int8 encoder with the float32 one on dev; when it loses too much, it tries each weight in float32 and names
the one to blame.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from edge_er.bundle.atomic import write_file
from edge_er.encoder.encoder import Encoder
from edge_er.errors import QualityGateError
from edge_er.training.card import read_card, write_card
from edge_er.training.data.dev import DevTask, gate_tasks, recall_at_1
from edge_er.training.data.pool import data_folder, load_pool
from edge_er.training.export.encoder_graph import build_onnx, weight_names
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.pretrained import load_own, own_folder
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import Recipe

__all__ = ["GateResult", "Reference", "export_encoder", "gate", "main", "vector_scale", "write_folder"]


LEAST_OF_SOURCE = 0.5  # of the Recall@1 of the encoder it was made from: below, something is broken


@dataclass(frozen=True)
class Reference:
    """The encoder that another was made from, and its mean dev Recall@1 over the languages."""

    name: str
    recall: float


@dataclass(frozen=True)
class GateResult:
    """Mean dev Recall@1 over the languages, in float32 and in int8."""

    float32: float
    int8: float

    @property
    def loss(self) -> float:
        """What int8 loses, relative to float32 (negative where it gains)."""
        return (self.float32 - self.int8) / self.float32 if self.float32 else 0.0


def gate(
    model: DualEncoder,
    recall: Callable[[onnx.ModelProto], float],
    max_loss: float,
    source: Reference | None = None,
) -> GateResult:
    """Measure float32 against int8, and against the encoder that it was made from.

    Rounding weights to int8 moves every vector a little. What counts is whether nearest names stay nearest, so the gate
    compares Recall@1 on development requests, not weights or vectors. Where too much is lost, each weight alone is
    brought back to float32: the one that wins most back is the one to look at.

    Args:
        model: the float32 encoder.
        recall: Recall@1 of an ONNX graph of it.
        max_loss: what int8 may lose, relative to float32.
        source: the teacher, or the student that training went on from, where it is there to be measured.

    Raises:
        QualityGateError: int8 loses more; the message names the weight whose return to float32 wins most back. Or
            float32 itself finds nothing, or less than half of what ``source`` finds.
    """
    result = GateResult(recall(build_onnx(model)), recall(build_onnx(model, ())))
    if not result.float32 > 0:
        raise QualityGateError(
            f"the encoder's dev Recall@1 is {result.float32}; expected more than 0; train it again"
        )
    if source and result.float32 < LEAST_OF_SOURCE * source.recall:
        raise QualityGateError(
            f"the encoder reaches dev Recall@1 {result.float32:.4f}, and {source.name}, which it was made from, "
            f"{source.recall:.4f}; expected at least {LEAST_OF_SOURCE:.0%} of that, so training went wrong: "
            "see whether its loss went down, and whether both read the same vocabulary"
        )
    if result.loss <= max_loss:
        return result
    alone = {name: recall(build_onnx(model, (name,))) for name in weight_names(model)}
    worst = max(alone, key=lambda name: alone[name])
    raise QualityGateError(
        f"int8 loses {result.loss:.2%} of dev Recall@1 ({result.float32:.4f} -> {result.int8:.4f}), more than the "
        f"{max_loss:.2%} allowed; most comes from {worst} (with it alone in float32: {alone[worst]:.4f}). "
        "Train longer, or raise [export] max_loss on purpose."
    )


def vector_scale(vectors: np.ndarray) -> float:
    """The scale that spreads unit vectors [n, dim] over int8, with one component in a hundred thousand clipped."""
    return round(float(127 / np.quantile(np.abs(vectors), 0.99999)), 1)


def _encoder(graph: onnx.ModelProto, model: DualEncoder, card: dict[str, Any]) -> Encoder:
    return Encoder.from_bytes(graph.SerializeToString(), model.tokenizer.to_str(), card)


def export_encoder(
    model: DualEncoder,
    folder: Path,
    card: dict[str, Any],
    names: Sequence[str],
    tasks: Sequence[DevTask],
    max_loss: float,
    source: Reference | None = None,
) -> dict[str, Any]:
    """Write encoder.onnx (int8) and its card into ``folder``; nothing is written if the gate refuses.

    ``names`` are what ``vector_scale`` is measured on; without ``tasks`` the gate is left out and the card says so.
    """
    card = {**card, "quantisation": "int8-weights", "vector_scale": 1.0}
    graph = build_onnx(model, ())
    card["vector_scale"] = vector_scale(_encoder(graph, model, card).encode(list(names)))
    if tasks:
        measured = gate(
            model, lambda made: _mean_recall(_encoder(made, model, card), tasks), max_loss, source
        )
        card["quality"] = {
            "dev_recall_at_1": {"float32": round(measured.float32, 4), "int8": round(measured.int8, 4)},
            "gate": {"max_loss": max_loss, "loss": round(measured.loss, 5)},
        }
    else:
        card["quality"] = {"gate": "not measured: no dev requests were given"}
    tokenizer = model.tokenizer.to_str(pretty=False).encode()
    contents = {"encoder.onnx": graph.SerializeToString(), "tokenizer.json": tokenizer}
    write_folder(folder, contents, card)
    return card


def write_folder(folder: Path, contents: Mapping[str, bytes], card: dict[str, Any]) -> None:
    """Write an encoder folder's files and its card, which then lists their sizes and SHA-256 under `files`."""
    card["files"] = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in contents.items()
    }
    for name, data in contents.items():
        write_file(folder / name, data)
    write_card(folder, card)


def _mean_recall(encoder: Encoder | DualEncoder, tasks: Sequence[DevTask]) -> float:
    return float(np.mean(list(recall_at_1(encoder.encode, tasks).values())))


def _source(recipe: Recipe, tasks: Sequence[DevTask]) -> Reference | None:
    """The encoder that the recipe's was made from; None where there was none, or its folder is not here."""
    for name in (recipe.hpd.start, recipe.student.teacher, recipe.dse.student, recipe.model.init):
        if own_folder(name):
            return Reference(name, _mean_recall(load_own(name, "the source"), tasks))
    return None


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Export the float32 encoder folder a recipe wrote, beside it; ``resume`` changes nothing, an export is short."""
    settings = read_recipe(recipe)
    folder = Path(settings.out)
    card = read_card(folder)
    given = data_folder(settings.data, data)
    names = load_pool(given, settings.data).names[:20_000]
    tasks = gate_tasks(given, settings.data)
    source, max_loss = _source(settings, tasks), settings.export.max_loss
    export_encoder(load_model(folder), folder, card, names, tasks, max_loss, source)
    return folder
