"""The student: distilled from a teacher by SimTDE on requests and names, or on English sentences; no labels.

edge-er train student models/recipes/multilingual-32.toml
edge-er train student models/recipes/sts/simtde-128-l3.toml
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from edge_er.training.data.pool import Pool, data_folder, load_pool
from edge_er.training.data.sentences import training_sentences
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.loop import Run, best_device
from edge_er.training.methods.simtde import SimTDELoss, hidden_state_loss, simtde_loss, student_of
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.models.pretrained import load_teacher
from edge_er.training.models.token_rows import DeviceRows, TokenRows, chunk_size
from edge_er.training.parallel import first_process_first, share
from edge_er.training.recipe import read_recipe, work_folder
from edge_er.training.settings import OptimSettings, Recipe

__all__ = ["main", "text_places", "texts_of", "train_student"]

NAME_SHARE = 0.25
CHUNK = 64  # texts of like length that are computed together on a CPU

ChunkLoss = Callable[[np.ndarray, Tensor, Tensor], SimTDELoss]


def train_student(recipe: Recipe, teacher: DualEncoder, pool: Pool, resume: bool = False) -> DualEncoder:
    """Distil the student of ``recipe``; a quarter of its texts are names, the rest requests."""
    shape, settings = recipe.student, recipe.optim
    student = student_of(teacher, shape.token_dim, shape.keep_layers, shape.start).to(best_device()).train()
    teacher = teacher.to(best_device()).eval()
    run = Run(student, settings, work_folder(recipe) / "checkpoint.pt", resume, recipe=recipe)
    rows = student.tokenize([*pool.queries, *pool.names])
    loss_of, there = _chunk_loss(recipe, student, teacher, rows), rows.on(student.device)
    size = chunk_size(settings.chunk, student.device, CHUNK)
    with run.progress(f"student {recipe.name}", "L_TE {:.5f} L_SE {:.5f}") as bar:
        for step in range(run.first_step, run.steps):
            places = text_places(pool, settings, step)
            with run.mixed_precision():
                loss = batch_loss(loss_of, there, places, size)
            run.step(step, loss.total)
            bar.advance(step + 1, loss.token, loss.sentence)
    run.finish()
    return student.eval()


def text_places(pool: Pool, settings: OptimSettings, step: int) -> np.ndarray:
    """The texts of one step: places in the pool's requests, and behind them its names (sentences have none).

    Of several processes each has its share of them.
    """
    rng = np.random.default_rng((settings.seed, step))
    named = int(settings.batch * NAME_SHARE) if pool.names else 0
    asked = rng.integers(len(pool.queries), size=settings.batch - named)
    names = rng.integers(max(1, len(pool.names)), size=named)
    return share(np.concatenate([asked, len(pool.queries) + names]))


def _chunk_loss(recipe: Recipe, student: DualEncoder, teacher: DualEncoder, rows: TokenRows) -> ChunkLoss:
    """The loss of the texts at some places, given with their token ids and mask."""
    alpha, weight = recipe.student.alpha, recipe.student.hidden_states
    known = TeacherTargets(teacher, rows, Path(recipe.sentences.cache)) if recipe.sentences.wordnet else None

    def loss_of(places: np.ndarray, ids: Tensor, mask: Tensor) -> SimTDELoss:
        loss = simtde_loss(student, teacher, ids, mask, alpha, known(places) if known else None)
        if not weight:
            return loss
        hidden = hidden_state_loss(student, teacher, ids, mask)
        return SimTDELoss(loss.total + weight * hidden, loss.token, loss.sentence)

    return loss_of


def batch_loss(loss_of: ChunkLoss, rows: DeviceRows, places: np.ndarray, size: int) -> SimTDELoss:
    """The distillation loss of the texts at ``places``, ``size`` of them computed together."""
    sums = torch.zeros(3, device=rows.device)
    for chunk, ids, mask in rows.chunks(places, size):
        loss = loss_of(places[chunk], ids, mask)
        sums = sums + len(chunk) / len(places) * torch.stack(
            [loss.total, loss.token.detach(), loss.sentence.detach()]
        )
    return SimTDELoss(*sums)


def texts_of(recipe: Recipe, data: Path | None = None) -> Pool:
    """The texts of a recipe: sentences where it asks for them, else the pool of requests and names."""
    wanted = recipe.sentences
    folder = data_folder(recipe.data, data, "sts" if wanted.wordnet else "voice")
    if not wanted.wordnet:
        return load_pool(folder, recipe.data)
    sentences = training_sentences(folder, Path(wanted.wordnet), wanted.variants, recipe.data.seed)
    return Pool(queries=sentences, entity=[], names=[], cluster=[])


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Train the student of a recipe file and write its float32 encoder folder."""
    settings = read_recipe(recipe)
    teacher = load_teacher(settings.student.teacher, settings.model.max_tokens)
    with first_process_first():
        texts = texts_of(settings, data)
    student = train_student(settings, teacher, texts, resume)
    save_model(student, Path(settings.out), card_of(student, settings))
    return Path(settings.out)
