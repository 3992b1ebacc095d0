"""DiPair: a small head that reads the token embeddings of a pair together (Chen et al., EMNLP Findings 2020).

    edge-er train dipair models/recipes/multilingual-32-hpd64-head.toml

The head, `edge_er.training.models.pair_head`, is trained in two stages (section 3.7): first the head alone on a frozen
encoder, then, if the recipe asks for it, both. It learns to put the right one of a list first by itself; what it weighs
beside the dense score is fitted later, on requests that neither has seen.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from edge_er.training.card import read_card, untrained
from edge_er.training.data.pair_lists import PairLists, make_lists
from edge_er.training.data.pool import data_folder, load_pool
from edge_er.training.loop import Run, best_device
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.models.pair_head import PairHead, multiply_adds, pair_scores, read_all, read_rows
from edge_er.training.models.pretrained import load_own, own_folder
from edge_er.training.models.token_rows import to_device
from edge_er.training.recipe import work_folder
from edge_er.training.settings import Recipe

__all__ = ["TrainedHead", "train", "train_head"]

START_TEXTS = 5000
GATE_LISTS = 3000


class TrainedHead(NamedTuple):
    """A trained head with its encoder, the encoder's card, and lists of names and requests that neither has seen."""

    head: PairHead
    model: DualEncoder
    card: dict[str, Any]
    unseen: PairLists


def train_head(
    recipe: Recipe, model: DualEncoder, lists: PairLists, resume: bool = False
) -> tuple[PairHead, DualEncoder]:
    """The trained head and its encoder, which is another than ``model`` only after a second stage."""
    settings, folder = recipe.head, work_folder(recipe)
    torch.manual_seed(recipe.optim.seed)
    head = PairHead(settings, model.width).to(best_device())
    model = model.to(best_device()).requires_grad_(False).eval()
    if settings.start == "likeness":
        rows = model.tokenize(lists.names[:START_TEXTS])
        some = read_all(model, rows, settings.entity_tokens, settings.entity_side)
        head.start_from(some.states[some.mask.bool()])
    second = folder / "joint.pt"
    if not (resume and second.is_file()):  # a second stage that was begun has the first in its checkpoint
        run = Run(head, recipe.optim, folder / "head.pt", resume, recipe=recipe)
        _train(recipe, run, model, head, lists, f"head {recipe.name}")
    if settings.joint_requests:
        optim = dataclasses.replace(
            recipe.optim, requests=settings.joint_requests, learning_rate=settings.joint_learning_rate
        )
        model.requires_grad_(True)
        run = Run(nn.ModuleList([head, model]), optim, second, resume, recipe=recipe)
        _train(recipe, run, model, head, lists, f"head and encoder {recipe.name}")
    return head.eval(), model.eval()


def _train(
    recipe: Recipe, run: Run, model: DualEncoder, head: PairHead, lists: PairLists, title: str
) -> None:
    """One stage (section 3.7): softmax cross-entropy of the right candidate by the head's scores (section 3.6).

    Where the encoder is trained too, that of its own cosines is added, so that it goes on finding candidates.
    """
    settings, shape, device = run.settings, recipe.head, run.device
    queries, names = (model.tokenize(texts).on(device) for texts in (lists.queries, lists.names))
    frozen = not next(model.parameters()).requires_grad
    known = read_all(model, names, shape.entity_tokens, shape.entity_side) if frozen else None
    first = torch.zeros(settings.batch, dtype=torch.long, device=device)
    with run.progress(title) as bar:
        for step in range(run.first_step, run.steps):
            rng = np.random.default_rng((settings.seed, step))
            rows = rng.integers(len(lists.queries), size=settings.batch)
            different, place = np.unique(lists.candidates[rows], return_inverse=True)
            chosen = to_device(place.reshape(settings.batch, -1), device)
            with run.mixed_precision():
                named = (
                    known.rows(to_device(different, device))
                    if known
                    else read_rows(model, names, different, shape.entity_tokens, shape.entity_side)
                )
                asked = read_rows(model, queries, rows, shape.request_tokens)
                dense, scores = pair_scores(head, asked, named, chosen)
            loss = nn.functional.cross_entropy(scores.float(), first)
            if not frozen:
                loss = loss + nn.functional.cross_entropy(dense / settings.temperature, first)
            run.step(step, loss)
            bar.advance(step + 1, loss)
    run.finish()


def train(recipe: Recipe, resume: bool = False, data: Path | None = None) -> TrainedHead:
    """Train the head of a recipe; write it, and the encoder if a second stage changed it, into the recipe's `out`."""
    model = load_own(recipe.head.encoder, "[head] encoder").to(best_device())
    held = recipe.data.held_share
    unseen, folder = held * (1 - recipe.head.share), data_folder(recipe.data, data)
    pool = load_pool(folder, recipe.data, (unseen, held))
    count, optim = recipe.head.candidates, recipe.optim
    lists = make_lists(pool, model, optim.requests, count, optim.seed)
    head, model = train_head(recipe, model, lists, resume)
    out = Path(recipe.out)
    card = {**read_card(own_folder(recipe.head.encoder) or recipe.head.encoder), "name": recipe.name}
    out.mkdir(parents=True, exist_ok=True)
    if recipe.head.joint_requests:
        save_model(model, out, untrained(card))
    save_file(
        {name: value.cpu().contiguous() for name, value in head.state_dict().items()},
        out / "head.safetensors",
    )
    description = {
        "name": recipe.name,
        "head": dataclasses.asdict(recipe.head),
        "width": model.width,
        "multiply_adds": multiply_adds(recipe.head, model.width, count),
        "lists": {"names": len(lists.names), "requests": len(lists.queries)},
    }
    (out / "head.json").write_text(json.dumps(description, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    judged = make_lists(load_pool(folder, recipe.data, (0.0, unseen)), model, GATE_LISTS, count, optim.seed)
    return TrainedHead(head, model, card, judged)
