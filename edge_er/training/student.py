"""The student: distilled from a teacher by SimTDE on requests and names, no labels.

edge-er train student models/recipes/multilingual-32.toml
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from edge_er.training.data import Pool, data_folder, load_pool
from edge_er.training.loop import Run, best_device
from edge_er.training.model import DualEncoder, length_chunks, load_model, save_model
from edge_er.training.recipe import OptimSettings, Recipe, read_recipe, work_folder
from edge_er.training.simtde import simtde_loss, student_of
from edge_er.training.teacher import card_of

__all__ = ["main", "train_student"]

NAME_SHARE = 0.25
CHUNKS = 8


def train_student(recipe: Recipe, teacher: DualEncoder, pool: Pool, resume: bool = False) -> DualEncoder:
    """Distil the student of ``recipe``; a quarter of its texts are names, the rest requests."""
    shape, settings = recipe.student, recipe.optim
    student = student_of(teacher, shape.token_dim, shape.keep_layers, shape.start).to(best_device()).train()
    teacher = teacher.to(best_device()).eval()
    run = Run(student, settings, work_folder(recipe) / "checkpoint.pt", resume)
    texts = [*pool.queries, *pool.names]
    rows = student.tokenize(texts)
    smoothed = np.zeros(2)
    with run.progress(f"student {recipe.name}") as bar:
        for step in range(run.first_step, run.steps):
            batch = [rows[place] for place in _places(pool, settings, step)]
            with run.mixed_precision():
                loss, errors = _batch_loss(student, teacher, batch, shape.alpha)
            run.step(step, loss)
            smoothed = errors if step == run.first_step else 0.98 * smoothed + 0.02 * errors
            bar.advance(step + 1, f"L_TE {smoothed[0]:.5f} L_SE {smoothed[1]:.5f}")
    run.finish()
    return student.eval()


def _places(pool: Pool, settings: OptimSettings, step: int) -> np.ndarray:
    """The texts of one step: places in the pool's requests, and behind them its names."""
    rng = np.random.default_rng((settings.seed, step))
    named = int(settings.batch * NAME_SHARE)
    asked = rng.integers(len(pool.queries), size=settings.batch - named)
    return np.concatenate([asked, len(pool.queries) + rng.integers(len(pool.names), size=named)])


def _batch_loss(
    student: DualEncoder, teacher: DualEncoder, batch: list[np.ndarray], alpha: float
) -> tuple[Tensor, np.ndarray]:
    """The distillation loss of a batch of token ids, and its two parts L_TE and L_SE."""
    total, errors = torch.zeros((), device=student.device), np.zeros(2)
    for places, ids, mask in length_chunks(batch, -(-len(batch) // CHUNKS), student.device):
        loss, share = simtde_loss(student, teacher, ids, mask, alpha), len(places) / len(batch)
        total = total + share * loss.total
        errors += share * np.array([loss.token.item(), loss.sentence.item()])
    return total, errors


def main(recipe: Path, resume: bool = False) -> Path:
    """Train the student of a recipe file and write its float32 encoder folder."""
    settings = read_recipe(recipe)
    teacher = load_model(settings.student.teacher)
    pool = load_pool(data_folder(settings.data), settings.data)
    student = train_student(settings, teacher, pool, resume)
    card = card_of(student, settings) | {"token_dim": settings.student.token_dim}
    save_model(student, Path(settings.out), card)
    return Path(settings.out)
