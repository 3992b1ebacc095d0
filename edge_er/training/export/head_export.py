"""A trained DiPair head into the encoder folder that ships: head.onnx in int8, behind a gate, and the card's `head`.

The encoder's graph is written again with two more outputs, the projected tokens of both sides. The gate compares how
often the head ranks the right name of a list first, in float32 and as it runs on the device.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from edge_er.encoder.encoder import Encoder
from edge_er.encoder.pair_head import ENTITY_SIDE, HEAD_FILE, REQUEST_SIDE, PairHead
from edge_er.errors import QualityGateError
from edge_er.training.data.pair_lists import PairLists
from edge_er.training.export.encoder_export import vector_scale, write_folder
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.export.head_graph import build_head_onnx
from edge_er.training.loop import forget
from edge_er.training.methods.dipair import checkpoints, train
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import PairHead as TrainedHead
from edge_er.training.models.pair_head import pair_scores, read_all
from edge_er.training.models.token_rows import to_device
from edge_er.training.recipe import read_recipe

__all__ = ["export_head", "main"]


def export_head(
    model: DualEncoder, head: TrainedHead, card: dict[str, Any], lists: PairLists, out: Path, max_loss: float
) -> dict[str, Any]:
    """Write encoder.onnx, tokenizer.json, encoder.json and head.onnx into ``out``; returns the card.

    Args:
        model: the encoder the head was trained on.
        head: the head, a transformer that reads the encoder's output on both sides.
        card: of the encoder.
        lists: names and requests that neither has seen, for the gate.
        out: folder to write to.
        max_loss: what int8 may lose, relative to float32.

    Raises:
        QualityGateError: int8 loses more, or the head ranks nothing right; nothing is written.
    """
    right, entity = _right_first(model, head, lists)
    if not right > 0:
        raise QualityGateError(
            "the head ranks none of its lists right; expected the right one above all others in some; train it again"
        )
    head_card: dict[str, Any] = {
        "request_tokens": head.settings.request_tokens,
        "entity_tokens": head.settings.entity_tokens,
        "dim": head.settings.dim,
        "token_scale": vector_scale(entity.cpu().numpy()),
    }
    contents = _contents(model, head)
    card = {**card, "head": head_card}
    encoder = Encoder.from_bytes(contents["encoder.onnx"], contents["tokenizer.json"], card)
    int8 = _right_first_on_device(PairHead(contents[HEAD_FILE], encoder, lists.names), lists)
    if right - int8 > max_loss * right:
        raise QualityGateError(
            f"the head in int8 ranks {int8:.4f} of its lists right, in float32 {right:.4f}: more than the "
            f"{max_loss:.2%} allowed are lost; train longer, or raise [export] max_loss on purpose"
        )
    head_card["quality"] = {
        "first_of_list": {"float32": round(right, 4), "int8": round(int8, 4)},
        "lists": len(lists.queries),
    }
    write_folder(out, contents, card)
    return card


def _contents(model: DualEncoder, head: TrainedHead) -> dict[str, bytes]:
    """The files of the encoder folder but its card, with int8 weights."""
    sides = {REQUEST_SIDE: head.request_projection, ENTITY_SIDE: head.entity_projection}
    projections = {name: layer.weight.detach().float().cpu().numpy().T for name, layer in sides.items()}
    return {
        "encoder.onnx": build_onnx(model, (), projections).SerializeToString(),
        "tokenizer.json": model.tokenizer.to_str(pretty=False).encode(),
        HEAD_FILE: build_head_onnx(head, ()).SerializeToString(),
    }


@torch.no_grad()
def _right_first(model: DualEncoder, head: TrainedHead, lists: PairLists) -> tuple[float, torch.Tensor]:
    """Share of lists the head ranks right, and the projected entity tokens [n, D]."""
    settings = head.settings
    asked = read_all(model, model.tokenize(lists.queries), settings.request_tokens)
    named = read_all(model, model.tokenize(lists.names), settings.entity_tokens)
    _, scores = pair_scores(head, asked, named, to_device(lists.candidates.astype(np.int64), model.device))
    tokens = head.project_entity(named.states)[named.mask.bool()]
    return float((scores[:, :1] > scores[:, 1:]).all(1).float().mean()), tokens


def _right_first_on_device(head: PairHead, lists: PairLists) -> float:
    first = [
        bool((scores[0] > scores[1:]).all())
        for query, row in zip(lists.queries, lists.candidates.tolist(), strict=True)
        for scores in [head.scores(query, row)]
    ]
    return float(np.mean(first))


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Train the head of a recipe file and export it; a head that cannot run on a device is only trained."""
    settings = read_recipe(recipe)
    trained, out = train(settings, resume, data), Path(settings.out)
    head = settings.head
    if (head.kind, head.entity_side, head.tokens) == ("transformer", "output", "first"):
        export_head(trained.model, trained.head, trained.card, trained.unseen, out, settings.export.max_loss)
    forget(*checkpoints(settings))
    return out
