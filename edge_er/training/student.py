"""The student: distilled from a teacher by SimTDE on requests and names, no labels.

edge-er train student models/recipes/multilingual-32.toml
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edge_er.training.data import Pool, data_folder, load_pool
from edge_er.training.loop import Run, best_device
from edge_er.training.model import DualEncoder, length_chunks, load_model, save_model
from edge_er.training.recipe import Recipe, read_recipe, work_folder
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
            rng = np.random.default_rng((settings.seed, step))
            named = int(settings.batch * NAME_SHARE)
            places = np.concatenate(
                [
                    rng.integers(len(pool.queries), size=settings.batch - named),
                    len(pool.queries) + rng.integers(len(pool.names), size=named),
                ]
            )
            batch = [rows[place] for place in places]
            parts = []
            for chunk, ids, mask in length_chunks(batch, -(-len(batch) // CHUNKS), student.device):
                with run.mixed_precision():
                    loss = simtde_loss(student, teacher, ids, mask, shape.alpha)
                parts.append((loss, len(chunk) / len(batch)))
            run.step(
                step, sum((loss.total * share for loss, share in parts[1:]), parts[0][0].total * parts[0][1])
            )
            errors = np.sum(
                [[loss.token.item() * share, loss.sentence.item() * share] for loss, share in parts], axis=0
            )
            smoothed = errors if step == run.first_step else 0.98 * smoothed + 0.02 * errors
            bar.advance(step + 1, f"L_TE {smoothed[0]:.5f} L_SE {smoothed[1]:.5f}")
    run.finish()
    return student.eval()


def main(recipe: Path, resume: bool = False) -> Path:
    """Train the student of a recipe file and write its float32 encoder folder."""
    settings = read_recipe(recipe)
    teacher = load_model(settings.student.teacher)
    pool = load_pool(data_folder(settings.data), settings.data)
    student = train_student(settings, teacher, pool, resume)
    card = card_of(student, settings) | {"token_dim": settings.student.token_dim}
    save_model(student, Path(settings.out), card)
    return Path(settings.out)
