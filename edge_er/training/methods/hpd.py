"""HPD: homomorphic projective distillation (Zhao et al., 2022): a student whose embeddings have fewer dimensions.

    edge-er train hpd models/recipes/multilingual-32-hpd64.toml

The student ends in a projection to k dimensions and mimics the teacher's sentence embeddings reduced to k by PCA. It
composes with SimTDE: the compact token table, the last layers and the projection are trained together, on
L = alpha · L_TE + (1 - alpha) · L_SE, where L_SE compares the reduced embeddings.

The PCA is not centred: its axes are the leading eigenvectors of the second moments of the teacher's unit vectors, which
keep the most of their inner products. The mean stays in, as cosine search over the teacher's own vectors has it in;
and a projection without a bias gives the same direction whether a vector is normalised before it or after.

A reduced teacher is the most that this can reach. ``[hpd] similarity`` adds what the student can do better: the
softmax over a batch's cosines of its k dimensions is to be that of the teacher's full width, in batches of requests
with confusable names, so that the dimensions go to what tells such names apart. ``[hpd] sentence`` weighs the other
half: with 0 a plain projection is learned from the similarities, and no PCA is mimicked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from edge_er.errors import RecipeError
from edge_er.training.data.batches import Batches
from edge_er.training.data.pool import Pool
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.loop import Run, best_device, forget
from edge_er.training.methods.simtde import Compared, compare, student_of
from edge_er.training.methods.student import CHUNK, text_places, texts_of
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.dual_encoder import DualEncoder, linear_of, save_model
from edge_er.training.models.ensemble import Ensemble
from edge_er.training.models.pretrained import load_own, load_teacher
from edge_er.training.models.token_rows import TokenRows, chunk_size, length_chunks
from edge_er.training.models.vocabulary import check_same_vocabulary
from edge_er.training.parallel import first_process_first, share
from edge_er.training.recipe import checkpoint_file, out_folder, read_recipe
from edge_er.training.settings import HPDSettings, Recipe

__all__ = [
    "HPDLoss",
    "fit_axes",
    "hpd_loss",
    "main",
    "pca_axes",
    "similarity_loss",
    "train_hpd",
    "with_projection",
]


def pca_axes(vectors: np.ndarray, dim: int) -> np.ndarray:
    """The ``dim`` leading eigenvectors [dim, width] of the second moments of unit vectors [n, width], not centred.

    Raises:
        RecipeError: there are fewer than ``dim`` vectors or the vectors are not wider than ``dim``.
    """
    count, width = vectors.shape
    if not 1 <= dim <= min(count, width):
        raise RecipeError(
            f"[hpd] dim must be 1 to {min(count, width)} (the teacher's width, and the texts of its PCA), found {dim}"
        )
    # eigh gives ascending eigenvalues: the last columns are the axes that keep most of the vectors' inner products.
    wide = vectors.astype(np.float64)
    _, axes = np.linalg.eigh(wide.T @ wide)
    return axes[:, ::-1][:, :dim].T.astype(np.float32)


def with_projection(student: DualEncoder, axes: np.ndarray) -> DualEncoder:
    """``student`` with ``axes`` [dim, width] as its output projection; its weights are shared."""
    output = linear_of(torch.from_numpy(axes))
    return DualEncoder(student.bert, student.tokenizer, student.max_tokens, output, student.canonical)


@dataclass(frozen=True)
class HPDLoss:
    """The loss of one batch and its parts."""

    total: Tensor
    token: Tensor
    sentence: Tensor
    similarity: Tensor


def hpd_loss(found: Compared, axes: Tensor, alpha: float, shape: HPDSettings) -> HPDLoss:
    """The loss of one batch, alpha · L_TE + (1 - alpha) · (sentence · L_SE + similarity · L_sim).

    Args:
        found: of the batch; the teacher's embeddings in it are [n, width].
        axes: of the teacher's PCA [dim, width].
        alpha: as in SimTDE.
        shape: the weights of L_SE and of L_sim (see ``similarity_loss``), whose 0 is the paper's method, and the
            temperature of L_sim.
    """
    sentence = nn.functional.mse_loss(found.embedded, found.wanted @ axes.T)
    near = torch.zeros_like(sentence)
    if shape.similarity:
        near = similarity_loss(found.embedded, found.wanted, shape.temperature)
    total = alpha * found.token + (1 - alpha) * (shape.sentence * sentence + shape.similarity * near)
    return HPDLoss(total, found.token, sentence, near)


def similarity_loss(embedded: Tensor, wanted: Tensor, temperature: float) -> Tensor:
    """KL divergence of each text's softmax over its cosines with the batch's other texts, student from teacher."""
    logs = []
    for vectors in (embedded, wanted):
        unit = nn.functional.normalize(vectors, dim=-1)
        cosines = (unit @ unit.T / temperature).fill_diagonal_(-1e4)
        logs.append(nn.functional.log_softmax(cosines, dim=-1))
    return nn.functional.kl_div(logs[0], logs[1], reduction="batchmean", log_target=True)


def train_hpd(recipe: Recipe, teacher: DualEncoder, texts: Pool, resume: bool = False) -> DualEncoder:
    """Distil the reduced student of ``recipe``: from a finished student's folder, or from a fresh SimTDE student."""
    shape, hpd, settings = recipe.student, recipe.hpd, recipe.optim
    if teacher.output is not None:
        raise RecipeError(
            f"[student] teacher: expected one without an output projection, found {shape.teacher or 'one'} with "
            f"{teacher.dim} of {teacher.width} dimensions; name the teacher that it was distilled from"
        )
    rows, start = teacher.tokenize([*texts.queries, *texts.names]), _start(recipe, teacher).to(best_device())
    teacher = teacher.to(best_device()).eval()
    known, axes = _targets(recipe, teacher, start, texts, rows)
    student = (
        with_projection(start, _start_axes(recipe, start, known, axes, len(rows))).to(best_device()).train()
    )
    kept = {"axes": torch.from_numpy(axes)}
    run = Run(student, settings, checkpoint_file(recipe), resume, kept, recipe)
    reduce, there = run.kept["axes"].to(student.device), rows.on(student.device)
    size = chunk_size(settings.chunk, student.device, CHUNK)
    with run.progress(f"hpd {recipe.name}", "L_TE {:.5f} L_SE {:.5f} L_sim {:.4f}") as bar:
        for step, places in _batches(recipe, teacher, texts, run):
            with run.mixed_precision():
                found = compare(student, teacher, there.chunks(places, size), places, known)
            loss = hpd_loss(found, reduce, shape.alpha, hpd)
            run.step(step, loss.total)
            bar.advance(step + 1, loss.token, loss.sentence, loss.similarity)
    run.finish()
    return student.eval()


def _start(recipe: Recipe, teacher: DualEncoder) -> DualEncoder:
    """The student to go on from; RecipeError where its token table cannot be compared with the teacher's."""
    shape, name = recipe.student, recipe.hpd.start
    if not name:
        return student_of(teacher, shape.token_dim, shape.keep_layers, shape.start, shape.layers)
    start = load_own(name, "[hpd] start")
    names = name, shape.teacher or "the teacher"
    check_same_vocabulary("[hpd] start", start.tokenizer, teacher.tokenizer, names)
    if (start.width, start.max_tokens) != (teacher.width, teacher.max_tokens):
        raise RecipeError(
            f"[hpd] start: expected a width of {teacher.width} and {teacher.max_tokens} tokens, as {names[1]} has, "
            f"found {start.width} and {start.max_tokens} in {name}; name a student of that teacher"
        )
    return start


def _targets(
    recipe: Recipe, teacher: DualEncoder, start: DualEncoder, texts: Pool, rows: TokenRows
) -> tuple[TeacherTargets | Ensemble | None, np.ndarray]:
    """What gives the embeddings to mimic by place (None: ``teacher`` itself), and the axes of their PCA."""
    if recipe.hpd.teachers:
        together = [
            load_teacher(folder, recipe.model.max_tokens, "[hpd] teachers").to(best_device())
            for folder in recipe.hpd.teachers
        ]
        ensemble = Ensemble(together, [*texts.queries, *texts.names], _usual_length(start, rows))
        return ensemble, fit_axes(recipe, ensemble, texts)
    if not recipe.sentences.wordnet:
        return None, fit_axes(recipe, teacher, texts)
    known = TeacherTargets(teacher, rows, Path(recipe.sentences.cache))
    vectors = nn.functional.normalize(known(_sample(recipe, len(rows))), dim=-1)
    return known, pca_axes(vectors.cpu().numpy(), recipe.hpd.dim)


@torch.no_grad()
def _usual_length(start: DualEncoder, rows: TokenRows) -> float:
    """Mean length of the vectors of ``start`` before they are normalised, over a few texts."""
    sample = TokenRows.of([rows[place] for place in range(0, len(rows), max(1, len(rows) // CHUNK))])
    lengths = [start(ids, mask).norm(dim=-1) for _, ids, mask in length_chunks(sample, CHUNK, start.device)]
    return float(torch.cat(lengths).mean())


def fit_axes(recipe: Recipe, teacher: DualEncoder | Ensemble, texts: Pool) -> np.ndarray:
    """The axes [dim, width] of ``pca_axes`` over the teacher's vectors of ``[hpd] sample`` texts."""
    sample = [_text_at(texts, place) for place in _sample(recipe, len(texts.queries) + len(texts.names))]
    return pca_axes(teacher.encode(sample), recipe.hpd.dim)


def _start_axes(
    recipe: Recipe,
    start: DualEncoder,
    known: TeacherTargets | Ensemble | None,
    axes: np.ndarray,
    count: int,
) -> np.ndarray:
    """The student's first projection.

    It is the axes themselves: the student starts as its teacher reduced by PCA, and training has only to make up for
    its smaller table and fewer layers. An ensemble's vectors are wider than the student's, so there the start is the
    least squares map of the vectors of ``start`` to the ensemble's reduced ones. ``[hpd] projection = "random"`` starts
    it as torch does a fresh layer.
    """
    if recipe.hpd.projection == "random":
        torch.manual_seed(recipe.optim.seed)
        return nn.Linear(start.width, len(axes), bias=False).weight.detach().numpy()
    if not isinstance(known, Ensemble):
        return axes
    sample = [known.texts[place] for place in _sample(recipe, count)]
    wanted = known.encode(sample) @ axes.T
    fitted: np.ndarray = np.linalg.lstsq(start.encode(sample), wanted, rcond=0.01)[0].T
    return np.ascontiguousarray(fitted, np.float32)


def _sample(recipe: Recipe, count: int) -> np.ndarray:
    return np.random.default_rng(recipe.optim.seed).permutation(count)[: recipe.hpd.sample]


def _text_at(texts: Pool, place: int) -> str:
    asked = len(texts.queries)
    return texts.queries[place] if place < asked else texts.names[place - asked]


def _batches(recipe: Recipe, teacher: DualEncoder, texts: Pool, run: Run) -> Iterator[tuple[int, np.ndarray]]:
    """Steps with the places of their texts; with ``similarity``, requests for confusable names and these names."""
    steps = range(run.first_step, run.steps)
    if not (recipe.hpd.similarity and texts.names):
        yield from ((step, text_places(texts, recipe.optim, step)) for step in steps)
        return
    batches = Batches(texts, recipe.optim, run.kept)
    if not batches.mined:
        batches.mine(teacher)
    for step, asked in zip(steps, batches.draw(run.first_step, run.steps), strict=True):
        named = np.unique(batches.entity[asked])
        yield step, share(np.concatenate([asked, len(texts.queries) + named]))


def main(recipe: Path, resume: bool = False, data: Path | None = None) -> Path:
    """Train the reduced student of a recipe file and write its float32 encoder folder."""
    settings = read_recipe(recipe)
    out = out_folder(settings, settings.student.teacher, settings.hpd.start, *settings.hpd.teachers)
    teacher = load_teacher(settings.student.teacher, settings.model.max_tokens)
    with first_process_first():
        texts = texts_of(settings, data)
    student = train_hpd(settings, teacher, texts, resume)
    save_model(student, out, card_of(student, settings))
    forget(checkpoint_file(settings))
    return out
