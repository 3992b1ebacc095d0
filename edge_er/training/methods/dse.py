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
the paper's s is a small network over [u, v, |u - v|, u ∘ v], see ``pair_scorers``.

Of several processes each computes its share of the groups of a batch, of the pairs that are scored, and of the
student's requests (see ``parallel``).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor, nn

from edge_er.bundle.atomic import write_json
from edge_er.errors import RecipeError
from edge_er.training.card import read_card, untrained
from edge_er.training.data.batches import Batches
from edge_er.training.data.held_requests import candidates_of, held_tasks
from edge_er.training.data.pair_cache import cache_scores, held_pairs, pairs_of_lists
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.data.pool import Pool, data_folder, data_key, load_pool, read_table
from edge_er.training.loop import Run, best_device, forget
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.cross_encoder import (
    CrossEncoder,
    cross_encoder_of,
    load_cross_encoder,
    save_cross_encoder,
)
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.models.pretrained import load_own, own_folder, weights_key
from edge_er.training.models.token_rows import chunk_size, to_device
from edge_er.training.parallel import first_process_first, rank, share, wait_for_all
from edge_er.training.recipe import checkpoint_file, out_folder, read_recipe
from edge_er.training.settings import OptimSettings, Recipe

__all__ = [
    "PairStudent",
    "distil",
    "dse_loss",
    "group_loss",
    "main",
    "step_keys",
    "train_pair_teacher",
]

FAR = -1e4
STEPS = "steps.json"


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
    run = Run(model, settings, checkpoint_file(recipe, "pairs"), resume, recipe=recipe)
    batches = Batches(pool, settings, run.kept)
    if not batches.mined:
        batches.mine(dual.to(best_device()))
    cluster = np.asarray(pool.cluster)
    queries, names = (model.encoder.tokenize(texts).on(model.device) for texts in (pool.queries, pool.names))
    with run.progress(f"pair teacher {recipe.name}") as bar:
        for step, rows in enumerate(batches.draw(run.first_step, run.steps), run.first_step):
            groups = share(_groups(rows, size))
            asked = batches.entity[groups]
            pairs = _all_pairs(*groups.shape)
            pairs = np.stack([groups.ravel()[pairs[:, 0]], asked.ravel()[pairs[:, 1]]], axis=1)
            with run.mixed_precision():
                scores = model.scores(queries, names, pairs, settings.chunk)
            loss = group_loss(scores.view(-1, size, size), to_device(cluster[asked], model.device))
            run.step(step, loss)
            bar.advance(step + 1, loss)
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
    run = Run(model, optim, checkpoint_file(recipe, "student"), resume, recipe=recipe)
    rows = student.tokenize(queries).on(run.device)
    names = student.tokenize(named.dictionary.to_pylist()).on(run.device)
    places = named.indices.to_numpy().reshape(-1, shape.candidates)
    taught = to_device(pairs.column("score").to_numpy().reshape(places.shape).copy(), run.device)
    with run.progress(f"student {recipe.name}") as bar:
        for step in range(run.first_step, run.steps):
            rng = np.random.default_rng((optim.seed, step))
            chosen = share(rng.integers(len(places), size=optim.batch))
            different, where = np.unique(places[chosen], return_inverse=True)
            column = to_device(where.reshape(len(chosen), -1), run.device)
            with run.mixed_precision():
                asked = student.embed(rows, chosen, _size(optim, run.device, len(chosen)))
                listed = student.embed(names, different, _size(optim, run.device, len(different)))
            cosines = asked @ listed.T
            scores = model(cosines.gather(1, column))
            wanted = taught[to_device(chosen, run.device)]
            loss = dse_loss(scores, wanted, cosines, column[:, 0], shape.alpha, optim.temperature)
            run.step(step, loss)
            bar.advance(step + 1, loss)
    run.finish()
    return student.eval()


def _size(optim: OptimSettings, device: torch.device, texts: int) -> int:
    """Texts that are computed together; on a CPU an eighth of them."""
    return chunk_size(optim.chunk, device, -(-texts // 8))


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Take the three steps of a recipe file.

    With ``resume`` a step is not taken again whose output is there, and one that was begun is gone on with; both only
    if they are of this recipe, these data and this start (``steps.json`` in the recipe's folder says of which).
    """
    settings = read_recipe(recipe)
    folder, out = Path(settings.dse.folder), out_folder(settings, settings.dse.start, settings.dse.student)
    steps = (
        (_teacher_step, folder / "teacher" / "scorer.safetensors"),
        (_scores_step, folder / "train_scores.parquet"),
        (_student_step, out / "model.safetensors"),
    )
    known = _steps_taken(folder) if resume else {}
    to_take = []
    for (take, output), key in zip(steps, step_keys(settings, data), strict=True):
        name = take.__name__.strip("_")
        begun = known.get(name, {}).get("key") == key
        if not (begun and known[name]["done"] and output.is_file()):
            to_take.append((take, name, key, begun))
    wait_for_all()  # what is to be done was read by all before the first writes
    for take, name, key, begun in to_take:
        for done in (False, True):
            if done:
                take(settings, folder, begun, data)
                wait_for_all()
            known[name] = {"key": key, "done": done}
            if not rank():
                write_json(folder / STEPS, known)
    return out


def _steps_taken(folder: Path) -> dict[str, Any]:
    """The steps that were begun in a folder, by name: of which key, and whether they are done."""
    file = folder / STEPS
    try:
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else {}
    except ValueError as error:
        raise RecipeError(f"{file}: not JSON ({error}); start anew (without --resume)") from error


def step_keys(settings: Recipe, data: Path | None = None) -> list[str]:
    """What each of the three steps is made from, as a checksum that holds those of the steps before."""
    shape, fast = settings.dse, ("chunk", "compile", "save_every")
    optim = {name: value for name, value in dataclasses.asdict(settings.optim).items() if name not in fast}
    trained = {
        name: value for name, value in dataclasses.asdict(shape).items() if name.startswith("student_")
    }
    source = data_key(data_folder(settings.data, data), settings.data)
    start, student = weights_key(shape.start, "[dse] start"), weights_key(shape.student, "[dse] student")
    parts = (
        [source, settings.data.held_share, start, shape.share, shape.extra_layers, optim],
        [shape.requests, shape.candidates, shape.held_candidates],
        [student, shape.alpha, trained],
    )
    keys = [""]
    for part in parts:
        keys.append(hashlib.sha256(json.dumps([keys[-1], part]).encode()).hexdigest())
    return keys[1:]


def _teacher_step(settings: Recipe, folder: Path, resume: bool, data: Path | None) -> None:
    held = settings.data.held_share
    part = (held * (1 - settings.dse.share), held)
    with first_process_first():
        pool = load_pool(data_folder(settings.data, data), settings.data, part)
    model = train_pair_teacher(settings, load_own(settings.dse.start, "[dse] start"), pool, resume)
    save_cross_encoder(model, folder / "teacher", card_of(model.encoder, settings))
    forget(checkpoint_file(settings, "pairs"))


def _scores_step(settings: Recipe, folder: Path, resume: bool, data: Path | None) -> None:
    model = load_cross_encoder(folder / "teacher").to(best_device())
    dual = load_own(settings.dse.start, "[dse] start").to(best_device())
    source, shape = data_folder(settings.data, data), settings.dse
    candidates = [
        (task, candidates_of(task, dual.encode, shape.held_candidates))
        for task in held_tasks(source, settings.data.held_share)
    ]
    cache_scores(model, held_pairs(candidates), folder / "held_scores.parquet", resume)
    with first_process_first():
        pool = load_pool(source, settings.data)
    lists = make_lists(pool, dual, shape.requests, shape.candidates, settings.optim.seed)
    cache_scores(model, pairs_of_lists(lists), folder / "train_scores.parquet", resume)


def _student_step(settings: Recipe, folder: Path, resume: bool, _: Path | None) -> None:
    student = load_own(settings.dse.student, "[dse] student")
    student = distil(settings, student, read_table(folder / "train_scores.parquet"), resume)
    card = untrained(read_card(own_folder(settings.dse.student) or settings.dse.student))
    recipe = {**card.get("recipe", {}), "dse": dataclasses.asdict(settings.dse)}
    save_model(student, Path(settings.out), {**card, "name": settings.name, "recipe": recipe})
    forget(checkpoint_file(settings, "student"))
