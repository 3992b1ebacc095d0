"""Scorers of pairs of texts on a dual encoder, trained in two stages from labels or from a pair teacher's scores.

`VectorScorer` is DSE's student (Barkan et al., AAAI 2020): a feed-forward network over [u, v, u ∘ v, |u - v|] of two
sentence embeddings. `HeadScorer` is DiPair's head over the first token embeddings of both texts. Either is trained
first on a frozen encoder, whose outputs are computed once, then together with the encoder's upper layers (DiPair,
section 3.7) or with all of them, as DSE trains its student.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from edge_er.training.data.pairs import Pairs
from edge_er.training.loop import Run, best_device, forget, mixed_precision
from edge_er.training.models.cross_encoder import CrossEncoder
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import PairHead, Reading, read_all, read_rows
from edge_er.training.models.token_rows import DeviceRows, to_device
from edge_er.training.settings import HeadSettings, OptimSettings

__all__ = [
    "HeadScorer",
    "PairLoss",
    "Stages",
    "VectorScorer",
    "label_loss",
    "leave_upper_layers",
    "reconstruction_loss",
    "score_loss",
    "scores_of",
    "soft_label_loss",
    "teacher_scores",
    "train_scorer",
    "train_teacher",
]

COSINE_START = (10.0, -7.0)  # the head's score starts as 10 cos - 7: what it learns is added to the cosine
PairLoss = Callable[[Tensor, Tensor, Tensor], Tensor]
"""(scores, teacher's scores, labels), each [n], to a loss."""


def label_loss(scores: Tensor, taught: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy on the labels (DiPair, equation 1); the teacher is not asked."""
    return nn.functional.binary_cross_entropy_with_logits(scores, labels)


def reconstruction_loss(scores: Tensor, taught: Tensor, labels: Tensor) -> Tensor:
    """DSE: half the squared error of the teacher's score, half the cross-entropy on the labels."""
    return (nn.functional.mse_loss(scores, taught) + label_loss(scores, taught, labels)) / 2


def score_loss(scores: Tensor, taught: Tensor, labels: Tensor) -> Tensor:
    """DSE without labels: the squared error of the teacher's score."""
    return nn.functional.mse_loss(scores, taught)


def soft_label_loss(scores: Tensor, taught: Tensor, labels: Tensor) -> Tensor:
    """DiPair: cross-entropy on the soft labels sigmoid(t) (section 4.3, T = 1)."""
    return nn.functional.binary_cross_entropy_with_logits(scores, torch.sigmoid(taught))


class VectorScorer(nn.Module):
    """DSE's score of two sentence embeddings of ``width``."""

    tokens = 1

    def __init__(self, width: int, inner: int = 512) -> None:
        super().__init__()
        self.scale = width**0.5  # components of unit vectors are small: bring them to about 1
        self.network = nn.Sequential(nn.Linear(4 * width, inner), nn.ReLU(), nn.Linear(inner, 1))

    def forward(self, left: Reading, right: Reading) -> Tensor:
        """Scores [pairs]."""
        u, v = left.vectors * self.scale, right.vectors * self.scale
        scores: Tensor = self.network(torch.cat([u, v, u * v, (u - v).abs()], -1)).squeeze(-1)
        return scores


class HeadScorer(nn.Module):
    """DiPair's score: ``PairHead`` on the first token embeddings of both texts, beside their cosine."""

    def __init__(self, settings: HeadSettings, width: int) -> None:
        super().__init__()
        self.head = PairHead(settings, width)
        self.tokens = max(settings.request_tokens, settings.entity_tokens)
        self.cosine = nn.Linear(1, 1)
        nn.init.constant_(self.cosine.weight, COSINE_START[0])
        nn.init.constant_(self.cosine.bias, COSINE_START[1])
        nn.init.zeros_(self.head.score.weight)

    def forward(self, left: Reading, right: Reading) -> Tensor:
        """Scores [pairs]."""
        entity = self.head.project_entity(right.states).unsqueeze(1)
        scores: Tensor = self.head(left.states, left.mask, entity, right.mask.unsqueeze(1)).squeeze(1)
        cosines = (left.vectors * right.vectors).sum(-1, keepdim=True)
        summed: Tensor = scores + self.cosine(cosines).squeeze(-1)
        return summed


@dataclass(frozen=True)
class Stages:
    """Pairs seen and learning rate: on the frozen encoder, then with the upper ``joint_layers`` of its layers, a share
    of them; no pair more than ``passes`` times in either.
    """

    frozen_pairs: int = 16_000
    frozen_rate: float = 1e-3
    joint_pairs: int = 1_200
    joint_rate: float = 1e-4
    joint_layers: float = 0.5
    passes: int = 12
    batch: int = 16
    seed: int = 1

    def optim(self, joint: bool, pairs: int) -> OptimSettings:
        """Settings of one of the stages for a set of this many pairs."""
        seen = min(self.joint_pairs if joint else self.frozen_pairs, self.passes * pairs)
        rate = self.joint_rate if joint else self.frozen_rate
        return OptimSettings(seen, self.batch, rate, seed=self.seed + joint)


def leave_upper_layers(model: DualEncoder, share: float) -> None:
    """Leave only the upper ``share`` of the encoder's layers to be trained; its token table stays as it is."""
    layers = model.bert.encoder.layer
    model.requires_grad_(False)
    for layer in layers[len(layers) - round(share * len(layers)) :]:
        layer.requires_grad_(True)


def train_teacher(model: CrossEncoder, pairs: Pairs, optim: OptimSettings, folder: Path) -> CrossEncoder:
    """Fine-tune a cross-encoder on labelled pairs; its token table stays as it is.

    Its scores are first shifted so that their mean is the log odds of label 1.
    """
    model.to(best_device())
    rate = float(pairs.labels.mean())
    away = float(np.log(rate / (1 - rate))) - float(teacher_scores(model.eval(), pairs.sample(64)).mean())
    model.score.bias.data += away
    model.train()
    model.encoder.bert.embeddings.word_embeddings.requires_grad_(False)
    left, right = (model.encoder.tokenize(side).on(model.device) for side in (pairs.left, pairs.right))
    labels = to_device(pairs.labels, model.device)
    run = Run(model, optim, folder / "teacher.pt")
    with run.progress("pair teacher") as bar:
        for step in range(run.steps):
            rows = _rows(len(pairs), optim, step)
            with run.mixed_precision():
                scores = model.scores(left, right, np.stack([rows, rows], 1))
            loss = label_loss(scores, scores, labels[to_device(rows, run.device)])
            run.step(step, loss)
            bar.advance(step + 1, loss)
    forget(run.checkpoint)
    return model.eval()


@torch.no_grad()
def teacher_scores(model: CrossEncoder, pairs: Pairs) -> np.ndarray:
    """The teacher's scores float32 [n]."""
    left, right = model.encoder.tokenize(pairs.left), model.encoder.tokenize(pairs.right)
    rows = np.arange(len(pairs))
    with mixed_precision(model.device):
        scores: np.ndarray = model.scores(left, right, np.stack([rows, rows], 1), 64).float().cpu().numpy()
    return scores


def train_scorer(
    model: DualEncoder,
    scorer: VectorScorer | HeadScorer,
    pairs: Pairs,
    taught: np.ndarray,
    loss_of: PairLoss,
    stages: Stages,
    folder: Path,
) -> None:
    """Train ``scorer`` on the frozen ``model``, then both; ``taught`` [n] are the teacher's scores of the pairs."""
    model = model.to(best_device()).requires_grad_(False)
    sides = [model.tokenize(side).on(model.device) for side in (pairs.left, pairs.right)]
    targets = [to_device(values, model.device) for values in (taught, pairs.labels)]
    with mixed_precision(model.device):
        known = [Reading(*(part.float() for part in read_all(model, side, scorer.tokens))) for side in sides]
    optim = stages.optim(False, len(pairs))
    run = Run(scorer.to(best_device()).train(), optim, folder / "scorer.pt")
    with run.progress("on the frozen encoder") as bar:
        for step in range(run.steps):
            rows = to_device(_rows(len(pairs), optim, step), run.device)
            loss = loss_of(scorer(*(side.rows(rows) for side in known)), *(t[rows] for t in targets))
            run.step(step, loss)
            bar.advance(step + 1, loss)
    forget(run.checkpoint)
    if stages.joint_pairs:
        _train_jointly(model, scorer, sides, targets, loss_of, stages, folder)
    scorer.eval()


def _train_jointly(
    model: DualEncoder,
    scorer: VectorScorer | HeadScorer,
    sides: list[DeviceRows],
    targets: list[Tensor],
    loss_of: PairLoss,
    stages: Stages,
    folder: Path,
) -> None:
    """The second stage: the encoder's upper layers learn too."""
    leave_upper_layers(model, stages.joint_layers)
    optim = stages.optim(True, len(targets[0]))
    run = Run(nn.ModuleList([model, scorer]), optim, folder / "joint.pt")
    with run.progress("with the upper layers") as bar:
        for step in range(run.steps):
            rows = _rows(len(targets[0]), optim, step)
            with run.mixed_precision():
                scores = scorer(*(read_rows(model, side, rows, scorer.tokens) for side in sides)).float()
            there = to_device(rows, run.device)
            loss = loss_of(scores, *(target[there] for target in targets))
            run.step(step, loss)
            bar.advance(step + 1, loss)
    forget(run.checkpoint)


@torch.no_grad()
def scores_of(model: DualEncoder, scorer: VectorScorer | HeadScorer, pairs: Pairs) -> np.ndarray:
    """Scores float32 [n] of a trained scorer."""
    with mixed_precision(model.device):
        readings = [
            read_all(model, model.tokenize(side), scorer.tokens) for side in (pairs.left, pairs.right)
        ]
        scores: np.ndarray = scorer(*readings).float().cpu().numpy()
    return scores


def _rows(count: int, optim: OptimSettings, step: int) -> np.ndarray:
    """The pairs of one step: whole shuffled passes, one after another."""
    turns, places = np.divmod(np.arange(step * optim.batch, (step + 1) * optim.batch), count)
    orders = {turn: _order(count, optim.seed, turn) for turn in set(turns.tolist())}
    return np.array([orders[turn][at] for turn, at in zip(turns.tolist(), places.tolist(), strict=True)])


@lru_cache(maxsize=4)
def _order(count: int, seed: int, turn: int) -> np.ndarray:
    """The shuffled order of one pass."""
    return np.random.default_rng((seed, turn)).permutation(count)
