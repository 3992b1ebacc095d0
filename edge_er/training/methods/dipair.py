"""DiPair: a small head that reads the token embeddings of a pair together (Chen et al., EMNLP Findings 2020).

    edge-er train dipair models/recipes/multilingual-32-hpd64-head.toml

The head, `edge_er.training.models.pair_head`, is trained in two stages (section 3.7): first the head alone on a frozen
encoder, then, if the recipe asks for it, both. A recipe can leave out the first, too. It learns to put the right one of
a list first by itself, from labels or from a pair teacher's scores (section 4.3); what it weighs beside the dense score
is fitted later, on requests that neither has seen.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import Tensor, nn

from edge_er.bundle.atomic import write_file, write_json
from edge_er.training.card import read_card, untrained
from edge_er.training.data.pair_lists import PairLists, make_lists
from edge_er.training.data.pool import data_folder, load_pool
from edge_er.training.loop import Run, best_device, forget, mixed_precision
from edge_er.training.models.cross_encoder import CrossEncoder, load_cross_encoder
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.models.pair_head import PairHead, multiply_adds, pair_scores, read_all, read_sorted
from edge_er.training.models.pretrained import load_own, own_folder
from edge_er.training.models.token_rows import chunk_size, to_device
from edge_er.training.recipe import checkpoint_file, out_folder
from edge_er.training.settings import Recipe

__all__ = ["TrainedHead", "checkpoints", "list_loss", "list_scores", "train", "train_head"]

AT_ONCE = 64  # texts that are read together on a CPU
START_TEXTS = 5000
GATE_LISTS = 3000


class TrainedHead(NamedTuple):
    """A trained head with its encoder, the encoder's card, and lists of names and requests that neither has seen."""

    head: PairHead
    model: DualEncoder
    card: dict[str, Any]
    unseen: PairLists


def checkpoints(recipe: Recipe) -> tuple[Path, Path]:
    """The checkpoints of both stages."""
    return checkpoint_file(recipe, "head"), checkpoint_file(recipe, "joint")


@torch.no_grad()
def list_scores(teacher: CrossEncoder, lists: PairLists) -> NDArray[np.float32]:
    """The pair teacher's scores of each request with its candidates, float32 [n, candidates]."""
    count, k = lists.candidates.shape
    pairs = np.stack([np.repeat(np.arange(count), k), lists.candidates.ravel()], axis=1)
    asked, named = (teacher.encoder.tokenize(texts) for texts in (lists.queries, lists.names))
    with mixed_precision(teacher.device):
        scores: NDArray[np.float32] = teacher.scores(asked, named, pairs).float().cpu().numpy()
    return scores.reshape(count, k)


def list_loss(scores: Tensor, taught: Tensor | None, share: float, temperature: float) -> Tensor:
    """Softmax cross-entropy of each list's right candidate, the first, and of the teacher's soft labels.

    Args:
        scores: of the head, [lists, candidates].
        taught: of the teacher; its soft labels are softmax(taught / T) over the list, since a list is what is ranked
            (the paper, whose pairs stand alone, has sigmoid). None where there is no teacher.
        share: of the soft labels.
        temperature: T.
    """
    first = torch.zeros(len(scores), dtype=torch.long, device=scores.device)
    hard = nn.functional.cross_entropy(scores, first)
    if taught is None:
        return hard
    soft = nn.functional.cross_entropy(scores, (taught / temperature).softmax(-1))
    return share * soft + (1 - share) * hard


def train_head(
    recipe: Recipe,
    model: DualEncoder,
    lists: PairLists,
    resume: bool = False,
    taught: NDArray[np.float32] | None = None,
) -> tuple[PairHead, DualEncoder]:
    """The trained head and its encoder, which is another than before only where it was trained too.

    Args:
        recipe: says the head's shape and its stages.
        model: the encoder, which a joint stage changes.
        lists: what the head learns to rank.
        resume: go on from a checkpoint.
        taught: the pair teacher's scores of the lists (``list_scores``), where the recipe wants soft labels.
    """
    settings, (first, second) = recipe.head, checkpoints(recipe)
    torch.manual_seed(recipe.optim.seed)
    head = PairHead(settings, model.width).to(best_device())
    model = model.to(best_device()).requires_grad_(False).eval()
    if settings.start == "likeness":
        rows = model.tokenize(lists.names[:START_TEXTS])
        some = read_all(model, rows, settings.entity_tokens, settings.entity_side, settings.tokens)
        head.start_from(some.states[some.mask.bool()])
    if not resume:
        forget(second)
    begun = resume and second.is_file()  # then the first stage is in its checkpoint
    if settings.frozen_stage and not begun:
        run = Run(head, recipe.optim, first, resume, recipe=recipe)
        _train(recipe, run, model, head, _Task(lists, taught, f"head {recipe.name}"))
    if settings.joint_requests:
        optim = dataclasses.replace(
            recipe.optim, requests=settings.joint_requests, learning_rate=settings.joint_learning_rate
        )
        model.requires_grad_(True)
        run = Run(nn.ModuleList([head, model]), optim, second, resume, recipe=recipe)
        _train(recipe, run, model, head, _Task(lists, taught, f"head and encoder {recipe.name}"))
    return head.eval(), model.eval()


class _Task(NamedTuple):
    """The lists of a stage, the teacher's scores of them, and what the stage is called."""

    lists: PairLists
    taught: NDArray[np.float32] | None
    title: str


def _train(recipe: Recipe, run: Run, model: DualEncoder, head: PairHead, task: _Task) -> None:
    """One stage (section 3.7) by ``list_loss`` of the head's scores (section 3.6).

    Where the encoder is trained too, the loss of its own cosines is added, so that it goes on finding candidates.
    """
    settings, shape, device, lists = run.settings, recipe.head, run.device, task.lists
    queries, names = (model.tokenize(texts).on(device) for texts in (lists.queries, lists.names))
    frozen = not next(model.parameters()).requires_grad
    entity = (shape.entity_tokens, shape.entity_side, shape.tokens)
    known = read_all(model, names, *entity) if frozen else None
    size = chunk_size(settings.chunk, device, AT_ONCE)
    soft = None if task.taught is None else to_device(task.taught, device)
    with run.progress(task.title) as bar:
        for step in range(run.first_step, run.steps):
            rng = np.random.default_rng((settings.seed, step))
            rows = rng.integers(len(lists.queries), size=settings.batch)
            different, place = np.unique(lists.candidates[rows], return_inverse=True)
            chosen = to_device(place.reshape(settings.batch, -1), device)
            with run.mixed_precision():
                named = (
                    known.rows(to_device(different, device))
                    if known
                    else read_sorted(model, names, different, size, *entity)
                )
                asked = read_sorted(model, queries, rows, size, shape.request_tokens, end=shape.tokens)
                dense, scores = pair_scores(head, asked, named, chosen)
            wanted = None if soft is None else soft[to_device(rows, device)]
            loss = list_loss(scores.float(), wanted, shape.soft_labels, shape.temperature)
            if not frozen and shape.cosine_loss:
                loss = loss + shape.cosine_loss * list_loss(dense / settings.temperature, None, 0, 1)
            run.step(step, loss)
            bar.advance(step + 1, loss)
    run.finish()


def train(recipe: Recipe, resume: bool = False, data: Path | None = None) -> TrainedHead:
    """Train the head of a recipe; write it, and the encoder if a second stage changed it, into the recipe's `out`."""
    out = out_folder(recipe, recipe.head.encoder)
    model = load_own(recipe.head.encoder, "[head] encoder").to(best_device())
    held = recipe.data.held_share
    unseen, folder = held * (1 - recipe.head.share), data_folder(recipe.data, data)
    pool = load_pool(folder, recipe.data, (unseen, held))
    count, optim = recipe.head.candidates, recipe.optim
    lists = make_lists(pool, model, optim.requests, count, optim.seed)
    taught = None
    if recipe.head.soft_labels:
        taught = list_scores(load_cross_encoder(recipe.head.teacher).to(best_device()), lists)
    head, model = train_head(recipe, model, lists, resume, taught)
    card = {**read_card(own_folder(recipe.head.encoder) or recipe.head.encoder), "name": recipe.name}
    if recipe.head.joint_requests:
        save_model(model, out, untrained(card))
    weights = {name: value.cpu().contiguous() for name, value in head.state_dict().items()}
    write_file(out / "head.safetensors", save(weights))
    description = {
        "name": recipe.name,
        "head": dataclasses.asdict(recipe.head),
        "width": model.width,
        "multiply_adds": multiply_adds(recipe.head, model.width, count),
        "lists": {"names": len(lists.names), "requests": len(lists.queries)},
    }
    write_json(out / "head.json", description, sort_keys=True)
    judged = make_lists(load_pool(folder, recipe.data, (0.0, unseen)), model, GATE_LISTS, count, optim.seed)
    return TrainedHead(head, model, card, judged)
