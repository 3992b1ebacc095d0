"""Smaller shapes of a finished encoder: what is cut off, and how the rest is trained to answer as the whole did.

Every shape starts from the same finished encoder and sees the same requests, so that what is left of Recall@1 is the
price of the shape and not of a shorter training. The control is the whole encoder, trained on like the others.

    L = alpha · L_TE + (1 - alpha) · (L_SE + L_sim)

L_TE and L_SE are errors of token and sentence embeddings against the whole encoder, L_sim is HPD's: the softmax over a
batch's cosines against the teacher's. What both say of every text is computed once for all shapes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from edge_er.training.data.batches import Batches
from edge_er.training.data.pool import Pool
from edge_er.training.loop import Run, forget
from edge_er.training.methods.hpd import similarity_loss
from edge_er.training.methods.simtde import student_of, token_loss
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.token_rows import TokenRows
from edge_er.training.settings import OptimSettings

__all__ = ["INT4_LEVELS", "SHAPES", "Lessons", "Shape", "cut_to", "trained"]

INT4_LEVELS = 7  # on each side of zero
ALPHA, TEMPERATURE = 0.5, 0.05  # as in the recipes
_CHUNK, _SAMPLE = 64, 4096


@dataclass(frozen=True)
class Shape:
    """A shape of the encoder.

    Attributes:
        layers: how many are kept.
        inner: width of their feed-forward networks.
        token_dim: columns of the token table.
        int4_table: whether the token table is trained on 15 levels a row, which int4 can store.
    """

    layers: int = 2
    inner: int = 512
    token_dim: int = 32
    int4_table: bool = False


SHAPES = {
    "control": Shape(),
    "inner 256": Shape(inner=256),
    "inner 128": Shape(inner=128),
    "one layer": Shape(layers=1),
    "24 columns": Shape(token_dim=24),
    "int4 table": Shape(int4_table=True),
}


class _OnLevels(nn.Module):
    """Rows rounded to the levels of int4; gradients pass as if they were not (straight-through)."""

    def forward(self, table: Tensor) -> Tensor:
        """[rows, columns] to the same shape."""
        step = table.detach().abs().amax(dim=1, keepdim=True).clamp_min(1e-12) / INT4_LEVELS
        return table + ((table / step).round() * step - table).detach()


@dataclass(frozen=True)
class Lessons:
    """Texts, and what is said of each: requests and behind them names.

    Attributes:
        pool: requests and names.
        rows: their token ids.
        wanted: the whole encoder's vectors, float16 [texts, dim], not normalised.
        near: the teacher's, float16 [texts, width], not normalised.
        nearest: for each name the names that requests for it come closest to.
    """

    pool: Pool
    rows: TokenRows
    wanted: np.ndarray
    near: np.ndarray
    nearest: Tensor

    @classmethod
    def of(cls, pool: Pool, whole: DualEncoder, teacher: DualEncoder, settings: OptimSettings) -> Lessons:
        """The texts of a pool with what both encoders say; they have one vocabulary."""
        rows = whole.tokenize([*pool.queries, *pool.names])
        kept: dict[str, Tensor] = {}
        Batches(pool, settings, kept).mine(teacher)
        return cls(pool, rows, _said(whole, rows), _said(teacher, rows), kept["nearest"])


@torch.no_grad()
def _said(model: DualEncoder, rows: TokenRows) -> np.ndarray:
    said = np.empty((len(rows), model.dim), np.float16)
    for places, ids, mask in rows.on(model.device).chunks(np.arange(len(rows)), 512):
        said[places] = model(ids, mask).numpy()
    return said


def cut_to(whole: DualEncoder, shape: Shape, sample: TokenRows) -> DualEncoder:
    """A copy of ``whole`` in another shape: what matters least on ``sample`` is left out."""
    columns = whole.bert.get_input_embeddings().table.embedding_dim
    if shape.token_dim < columns:
        student = student_of(whole, shape.token_dim, len(whole.bert.encoder.layer))
    else:
        student = copy.deepcopy(whole)
    if shape.layers < len(student.bert.encoder.layer):
        student = min(_with_layers(student, shape.layers), key=lambda each: _distance(each, whole, sample))
    if shape.inner < student.bert.config.intermediate_size:
        _narrow(student, shape.inner, sample)
    if shape.int4_table:
        table = student.bert.get_input_embeddings().table
        parametrize.register_parametrization(table, "weight", _OnLevels())
    return student


def _with_layers(model: DualEncoder, count: int) -> Iterator[DualEncoder]:
    """Copies with ``count`` layers that follow each other."""
    for first in range(len(model.bert.encoder.layer) - count + 1):
        made = copy.deepcopy(model)
        made.bert.encoder.layer = made.bert.encoder.layer[first : first + count]
        made.bert.config.num_hidden_layers = count
        yield made


def _distance(model: DualEncoder, whole: DualEncoder, sample: TokenRows) -> float:
    """Mean squared error of the vectors on ``sample``."""
    return float(np.square(_said(model, sample) - _said(whole, sample)).mean(dtype=np.float64))


def _narrow(model: DualEncoder, inner: int, sample: TokenRows) -> None:
    """Keep the ``inner`` neurons of each feed-forward network that move its output most."""
    for layer in model.bert.encoder.layer:
        seen: list[Tensor] = []
        hook = layer.intermediate.register_forward_hook(
            lambda _, __, out, seen=seen: seen.append(out.abs().sum((0, 1)))
        )
        _said(model, sample)
        hook.remove()
        moved = torch.stack(seen).sum(0) * layer.output.dense.weight.norm(dim=0)
        best = moved.topk(inner).indices.sort().values
        into, out = layer.intermediate.dense, layer.output.dense
        into.weight.data, into.bias.data = into.weight.data[best].clone(), into.bias.data[best].clone()
        out.weight.data = out.weight.data[:, best].clone()
        into.out_features = out.in_features = inner
    model.bert.config.intermediate_size = inner


def trained(
    student: DualEncoder, whole: DualEncoder, lessons: Lessons, settings: OptimSettings, checkpoint: Path
) -> DualEncoder:
    """``student`` trained to say what ``whole`` does; goes on from the checkpoint where there is one."""
    run = Run(student.train(), settings, checkpoint, resume=True, kept={"nearest": lessons.nearest})
    batches, asked_of = Batches(lessons.pool, settings, run.kept), len(lessons.pool.queries)
    there = lessons.rows.on(student.device)
    with run.progress(checkpoint.stem, "L_TE {:.5f} L_SE {:.5f} L_sim {:.4f}") as bar:
        steps = range(run.first_step, run.steps)
        for step, asked in zip(steps, batches.draw(run.first_step, run.steps), strict=True):
            places = np.concatenate([asked, asked_of + np.unique(batches.entity[asked])])
            embedded, order, token = [], [], torch.zeros(())
            with run.mixed_precision():
                for chunk, ids, mask in there.chunks(places, _CHUNK):
                    embedded.append(student(ids, mask).float())
                    order.append(places[chunk])
                    token = token + len(chunk) / len(places) * token_loss(student, whole, ids, mask)
            said, texts = torch.cat(embedded), np.concatenate(order)
            sentence = nn.functional.mse_loss(said, torch.from_numpy(lessons.wanted[texts]).float())
            near = similarity_loss(said, torch.from_numpy(lessons.near[texts]).float(), TEMPERATURE)
            run.step(step, ALPHA * token + (1 - ALPHA) * (sentence + near))
            bar.advance(step + 1, token, sentence, near)
    run.finish()
    forget(checkpoint)
    return student.eval()
