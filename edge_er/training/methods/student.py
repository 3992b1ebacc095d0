"""The student: distilled from a teacher by SimTDE on requests and names, or on English sentences; no labels.

edge-er train student models/recipes/multilingual-32.toml
edge-er train student models/recipes/sts/simtde-128-l3.toml
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from edge_er.training.data.pool import Pool, data_folder, load_pool
from edge_er.training.data.sentences import training_sentences
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.loop import Run, best_device, forget
from edge_er.training.methods.layers import LayerMatch, narrow_student
from edge_er.training.methods.simtde import compare, simtde_loss, student_of
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.models.pretrained import load_teacher
from edge_er.training.models.token_rows import chunk_size
from edge_er.training.parallel import first_process_first, share
from edge_er.training.recipe import checkpoint_file, out_folder, read_recipe
from edge_er.training.settings import OptimSettings, Recipe, StudentSettings

__all__ = ["main", "new_student", "text_places", "texts_of", "train_student"]

NAME_SHARE = 0.25
CHUNK = 64  # texts of like length that are computed together on a CPU


def train_student(recipe: Recipe, teacher: DualEncoder, pool: Pool, resume: bool = False) -> DualEncoder:
    """Distil the student of ``recipe``; a quarter of its texts are names, the rest requests."""
    shape, settings = recipe.student, recipe.optim
    torch.manual_seed(settings.seed)
    student = new_student(teacher, shape).to(best_device()).train()
    teacher = teacher.to(best_device()).eval()
    match = LayerMatch(student, teacher).to(student.device) if shape.hidden_states else None
    rows = student.tokenize([*pool.queries, *pool.names])
    known = TeacherTargets(teacher, rows, Path(recipe.sentences.cache)) if recipe.sentences.wordnet else None
    there, size = rows.on(student.device), chunk_size(settings.chunk, student.device, CHUNK)
    run = Run(_learning(student, match), settings, checkpoint_file(recipe), resume, recipe=recipe)
    with run.progress(f"student {recipe.name}", "L_TE {:.5f} L_SE {:.5f}") as bar:
        for step in range(run.first_step, run.steps):
            places = text_places(pool, settings, step)
            with run.mixed_precision():
                found = compare(student, teacher, there.chunks(places, size), places, known, match)
            loss = simtde_loss(found, shape)
            run.step(step, loss.total)
            bar.advance(step + 1, loss.token, loss.sentence)
    run.finish()
    return student.eval()


def new_student(teacher: DualEncoder, shape: StudentSettings) -> DualEncoder:
    """The untrained student that a recipe asks for."""
    if shape.width:
        return narrow_student(teacher, shape.width, shape.keep_layers)
    return student_of(teacher, shape.token_dim, shape.keep_layers, shape.start, shape.layers)


def _learning(student: DualEncoder, match: LayerMatch | None) -> nn.Module:
    """All that learns: the student, and the matrices through which its layers are compared, where there are any."""
    return student if match is None or not list(match.parameters()) else nn.ModuleList([student, match])


def text_places(pool: Pool, settings: OptimSettings, step: int) -> np.ndarray:
    """The texts of one step: places in the pool's requests, and behind them its names (sentences have none).

    Of several processes each has its share of them.
    """
    rng = np.random.default_rng((settings.seed, step))
    named = int(settings.batch * NAME_SHARE) if pool.names else 0
    asked = rng.integers(len(pool.queries), size=settings.batch - named)
    names = rng.integers(max(1, len(pool.names)), size=named)
    return share(np.concatenate([asked, len(pool.queries) + names]))


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
    out = out_folder(settings, settings.student.teacher)
    teacher = load_teacher(settings.student.teacher, settings.model.max_tokens)
    with first_process_first():
        texts = texts_of(settings, data)
    student = train_student(settings, teacher, texts, resume)
    save_model(student, out, card_of(student, settings))
    forget(checkpoint_file(settings))
    return out
