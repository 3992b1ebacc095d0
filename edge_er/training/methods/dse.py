"""DSE: distilled sentence embedding from a cross-attentive teacher (Barkan et al., AAAI 2020).

    edge-er train dse models/recipes/dse-32.toml

Three steps, each with an output of its own: a teacher T that reads the joined pair (``train_pair_teacher``), its
scores t(x, y) of many pairs (``pair_cache``), and a dual encoder that learns to give the same scores from two
separate embeddings (``distil``).

The teacher is trained on groups of names that are mistaken for one another, one request for each: all pairs of a
group are scored, so every name is as often wrong in a group as any other, and always right once. Which names are
ever the answer cannot be learned; how they are misheard can. The loss is listwise, over the names for each request
and over the requests for each name: re-ranking compares within a list, and the second half makes scores of different
requests comparable, as a score that is to be reconstructed must be. Its names are new to the encoder it starts from,
as a re-ranking head's are: on names that encoder knows by heart a group is solved before anything is compared. Its
scores on that encoder's training names, which the student learns, are then those of new names too.

The student's score is s(x, y) = a · cos(u_x, v_y) + b with a and b learned, since an index can rank by nothing else;
the paper's s is a small network over [u, v, |u - v|, u ∘ v], see ``pairs``.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from torch import Tensor, nn

from edge_er.training.card import read_card
from edge_er.training.data.batches import Batches
from edge_er.training.data.held_requests import candidates_of, held_tasks
from edge_er.training.data.pair_cache import cache_scores, held_pairs, pairs_of_lists
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.data.pool import Pool, data_folder, load_pool
from edge_er.training.loop import Run, best_device
from edge_er.training.methods.teacher import card_of, embed
from edge_er.training.models.cross_encoder import (
    CrossEncoder,
    cross_encoder_of,
    load_cross_encoder,
    save_cross_encoder,
)
from edge_er.training.models.dual_encoder import DualEncoder, load_model, save_model
from edge_er.training.recipe import Recipe, read_recipe, work_folder

__all__ = [
    "PairStudent",
    "distil",
    "dse_loss",
    "group_loss",
    "main",
    "train_pair_teacher",
]

FAR = -1e4


def group_loss(scores: Tensor, cluster: Tensor) -> Tensor:
    """Softmax cross-entropy of each request over its group's names and of each name over its group's requests.

    ``scores`` [groups, g, g] has requests as rows; names of one ``cluster`` [groups, g] are no negatives.
    """
    same = cluster[:, :, None] == cluster[:, None, :]
    itself = torch.eye(same.shape[1], dtype=torch.bool, device=same.device)
    scores = scores.masked_fill(same & ~itself, FAR)
    by_request = scores.log_softmax(2).diagonal(dim1=1, dim2=2).mean()
    by_name = scores.log_softmax(1).diagonal(dim1=1, dim2=2).mean()
    return -(by_request + by_name) / 2


def train_pair_teacher(recipe: Recipe, dual: DualEncoder, pool: Pool, resume: bool = False) -> CrossEncoder:
    """Train the cross-attentive teacher of ``recipe`` from the weights of ``dual``, on names ``dual`` confuses."""
    settings, size = recipe.optim, recipe.optim.neighbours
    model = cross_encoder_of(dual, recipe.dse.extra_layers, settings.seed).to(best_device()).train()
    batches = Batches(pool, settings)
    batches.mine(dual)
    cluster = np.asarray(pool.cluster)
    run, smoothed = Run(model, settings, work_folder(recipe) / "pairs.pt", resume), 0.0
    with run.progress(f"pair teacher {recipe.name}") as bar:
        for step, rows in enumerate(batches.draw(run.first_step, run.steps), run.first_step):
            groups = _groups(rows, size)
            asked = batches.entity[groups]
            queries = model.encoder.tokenize([pool.queries[row] for row in groups.ravel()])
            names = model.encoder.tokenize([pool.names[name] for name in asked.ravel()])
            with run.mixed_precision():
                scores = model.scores(queries, names, _all_pairs(*groups.shape))
            known = torch.from_numpy(cluster[asked]).to(model.device)
            loss = group_loss(scores.view(-1, size, size), known)
            run.step(step, loss)
            smoothed = loss.item() if not smoothed else 0.98 * smoothed + 0.02 * loss.item()
            bar.advance(step + 1, f"loss {smoothed:.3f}")
    run.finish()
    return model.eval()


def _groups(rows: np.ndarray, size: int) -> np.ndarray:
    """A batch of ``Batches`` as groups [seeds, size]: each seed with the requests for its confusable names."""
    seeds = len(rows) // size
    return np.concatenate([rows[:seeds, None], rows[seeds : seeds * size].reshape(seeds, size - 1)], axis=1)


def _all_pairs(groups: int, size: int) -> np.ndarray:
    """Every text of a group with every name of it, [groups * size * size, 2], by group, then request, then name."""
    places = np.arange(groups * size).reshape(groups, size)
    left = np.repeat(places, size, axis=1).ravel()
    return np.stack([left, np.tile(places, (1, size)).ravel()], axis=1)


class PairStudent(nn.Module):
    """A dual encoder with the a and b of its pair score, a · cos + b."""

    def __init__(self, encoder: DualEncoder, scale: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.scale, self.offset = nn.Parameter(torch.tensor(scale)), nn.Parameter(torch.tensor(0.0))

    def forward(self, cosines: Tensor) -> Tensor:
        """Pair scores of cosines, any shape."""
        scores: Tensor = self.scale * cosines + self.offset
        return scores


def dse_loss(
    scores: Tensor, taught: Tensor, cosines: Tensor, target: Tensor, alpha: float, heat: float
) -> Tensor:
    """L = alpha · mean (s(x, y) - t(x, y))² + (1 - alpha) · L_label.

    Args:
        scores: the student's pair scores s, [requests, candidates].
        taught: the teacher's t of the same pairs.
        cosines: of each request with every name of the batch, [requests, names].
        target: which of those names each request asks for, [requests].
        alpha: share of the reconstruction.
        heat: temperature of the softmax of L_label, the cross-entropy over the names of the batch.
    """
    label = nn.functional.cross_entropy(cosines / heat, target)
    return alpha * nn.functional.mse_loss(scores, taught) + (1 - alpha) * label


def distil(recipe: Recipe, student: DualEncoder, pairs: pa.Table, resume: bool = False) -> DualEncoder:
    """Train ``student`` on cached pair scores: ``pairs`` as ``pair_cache`` writes them for the training fold."""
    shape = recipe.dse
    optim = dataclasses.replace(
        recipe.optim,
        requests=shape.student_requests,
        learning_rate=shape.student_learning_rate,
        batch=shape.student_batch,
    )
    model = PairStudent(student, 1 / optim.temperature).to(best_device()).train()
    named = pairs.column("candidate").combine_chunks().dictionary_encode()
    queries = pairs.column("query").take(pa.array(np.arange(0, len(pairs), shape.candidates))).to_pylist()
    rows, names = student.tokenize(queries), student.tokenize(named.dictionary.to_pylist())
    places = named.indices.to_numpy().reshape(-1, shape.candidates)
    taught = torch.from_numpy(pairs.column("score").to_numpy().reshape(places.shape).copy())
    run, smoothed = Run(model, optim, work_folder(recipe) / "student.pt", resume), 0.0
    with run.progress(f"student {recipe.name}") as bar:
        for step in range(run.first_step, run.steps):
            chosen = np.random.default_rng((optim.seed, step)).integers(len(places), size=optim.batch)
            different, where = np.unique(places[chosen], return_inverse=True)
            column = torch.from_numpy(where.reshape(optim.batch, -1)).to(best_device())
            with run.mixed_precision():
                asked = embed(student, [rows[row] for row in chosen])
                listed = embed(student, [names[name] for name in different])
            cosines = asked @ listed.T
            scores = model(cosines.gather(1, column))
            wanted = taught[torch.from_numpy(chosen)].to(best_device())
            loss = dse_loss(scores, wanted, cosines, column[:, 0], shape.alpha, optim.temperature)
            run.step(step, loss)
            smoothed = loss.item() if not smoothed else 0.98 * smoothed + 0.02 * loss.item()
            bar.advance(step + 1, f"loss {smoothed:.3f}")
    run.finish()
    return student.eval()


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Take the three steps of a recipe file; with ``resume`` a step whose output is there is not taken again."""
    settings = read_recipe(recipe)
    folder, out = Path(settings.dse.folder), Path(settings.out)
    steps = (
        (_teacher_step, folder / "teacher" / "scorer.safetensors"),
        (_scores_step, folder / "train_scores.parquet"),
        (_student_step, out / "model.safetensors"),
    )
    for take, output in steps:
        if not (resume and output.is_file()):
            take(settings, folder, resume, data)
    return out


def _teacher_step(settings: Recipe, folder: Path, resume: bool, data: Path | None) -> None:
    held = settings.data.held_share
    part = (held * (1 - settings.dse.share), held)
    pool = load_pool(data_folder(settings.data, data), settings.data, part)
    model = train_pair_teacher(settings, load_model(settings.dse.start), pool, resume)
    save_cross_encoder(model, folder / "teacher", card_of(model.encoder, settings))


def _scores_step(settings: Recipe, folder: Path, resume: bool, data: Path | None) -> None:
    model, dual = load_cross_encoder(folder / "teacher"), load_model(settings.dse.start)
    source, shape = data_folder(settings.data, data), settings.dse
    candidates = [
        (task, candidates_of(task, dual.encode, shape.held_candidates))
        for task in held_tasks(source, settings.data.held_share)
    ]
    cache_scores(model, held_pairs(candidates), folder / "held_scores.parquet", resume)
    pool = load_pool(source, settings.data)
    lists = make_lists(pool, dual, shape.requests, shape.candidates, settings.optim.seed)
    cache_scores(model, pairs_of_lists(lists), folder / "train_scores.parquet", resume)


def _student_step(settings: Recipe, folder: Path, resume: bool, _: Path | None) -> None:
    student = load_model(settings.dse.student)
    student = distil(settings, student, pq.read_table(folder / "train_scores.parquet"), resume)
    card = read_card(settings.dse.student)
    recipe = {**card.get("recipe", {}), "dse": dataclasses.asdict(settings.dse)}
    save_model(student, Path(settings.out), {**card, "name": settings.name, "recipe": recipe})
