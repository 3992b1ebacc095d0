"""The systems of a pair set: a fine-tuned cross-attentive teacher, students of its scores, and their scores by part."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch

from edge_er.text.canonical import canonical_text
from edge_er.training.data.pairs import Pairs, PairSet
from edge_er.training.methods.pair_scorers import (
    HeadScorer,
    PairLoss,
    Stages,
    VectorScorer,
    label_loss,
    reconstruction_loss,
    score_loss,
    scores_of,
    soft_label_loss,
    teacher_scores,
    train_scorer,
    train_teacher,
)
from edge_er.training.models.cross_encoder import cross_encoder_of
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import read_all
from edge_er.training.settings import HeadSettings, OptimSettings

__all__ = ["COSINE", "PARTS", "TEACHER", "USUAL", "Sizes", "cut", "score_set"]

HEAD = HeadSettings(request_tokens=16, entity_tokens=16, dim=64, intermediate=256)
TEACHER, COSINE = "teacher", "cosine"
USUAL = ("labels only", "DSE")
PARTS = ("train", "valid", "test")
Scorer = VectorScorer | HeadScorer


@dataclasses.dataclass(frozen=True)
class Sizes:
    """What a set may cost: tokens of a side; pairs of train and valid that are used; those that each system sees.

    ``pairs`` are seen by the teacher, and by a student with all layers, no pair more than ``passes`` times; the frozen
    encoder's pairs cost next to nothing.
    """

    tokens: int = 40
    train: int = 1_500
    valid: int = 400
    pairs: int = 3_000
    passes: int = 8
    frozen_pairs: int = 8_000
    batch: int = 32
    rate: float = 1e-3
    seed: int = 1

    def seen(self, train: int) -> int:
        """Pairs of a set of ``train`` that teacher and student see."""
        return min(self.pairs, self.passes * train)

    def stages(self, train: int) -> Stages:
        """A student's budget."""
        return Stages(
            self.frozen_pairs,
            joint_pairs=self.seen(train),
            joint_rate=self.rate,
            joint_layers=1.0,
            passes=self.passes,
            batch=self.batch,
            seed=self.seed,
        )


def students(dual: DualEncoder) -> dict[str, tuple[Callable[[], Scorer], PairLoss]]:
    """How each student's scorer is made, and what it learns."""
    return {
        "labels only": (lambda: VectorScorer(dual.dim), label_loss),
        "DSE": (lambda: VectorScorer(dual.dim), reconstruction_loss),
        "scores only": (lambda: VectorScorer(dual.dim), score_loss),
        "DiPair head": (lambda: HeadScorer(HEAD, dual.dim), soft_label_loss),
    }


def score_set(
    pairs: PairSet, dual: DualEncoder, sizes: Sizes, names: Sequence[str], folder: Path
) -> dict[str, dict[str, np.ndarray]]:
    """The scores of every system by part; those that are not there yet are trained, and kept in ``SYSTEM.npz``."""
    folder.mkdir(parents=True, exist_ok=True)

    def kept(name: str, make: Callable[[], dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
        file = folder / f"{name}.npz"
        if not file.is_file():
            np.savez(file, **make())  # type: ignore[arg-type]
            print(pairs.name, name, flush=True)
        return dict(np.load(file))

    scores = {TEACHER: kept(TEACHER, lambda: _teacher(pairs, dual, sizes, folder))}
    taught, known = scores[TEACHER]["train"], students(dual)
    for name in names:
        made, loss = known[name]
        scores[name] = kept(name, partial(_student, pairs, dual, made, loss, taught, sizes, folder))
    scores[COSINE] = kept(COSINE, lambda: {part: _cosines(dual, getattr(pairs, part)) for part in PARTS[1:]})
    return scores


def _teacher(pairs: PairSet, dual: DualEncoder, sizes: Sizes, folder: Path) -> dict[str, np.ndarray]:
    """The fine-tuned teacher's scores of all parts."""
    optim = OptimSettings(sizes.seen(len(pairs.train)), sizes.batch, sizes.rate, warmup=0.1, seed=sizes.seed)
    model = train_teacher(cross_encoder_of(dual, 0, sizes.seed), pairs.train, optim, folder)
    return {part: teacher_scores(model, getattr(pairs, part)) for part in PARTS}


def _student(
    pairs: PairSet,
    dual: DualEncoder,
    made: Callable[[], Scorer],
    loss: PairLoss,
    taught: np.ndarray,
    sizes: Sizes,
    folder: Path,
) -> dict[str, np.ndarray]:
    """A trained student's scores of the validation and the test pairs."""
    torch.manual_seed(sizes.seed)
    encoder, scorer = copy.deepcopy(dual), made()
    train_scorer(encoder, scorer, pairs.train, taught, loss, sizes.stages(len(pairs.train)), folder)
    encoder.eval()
    return {part: scores_of(encoder, scorer, getattr(pairs, part)) for part in PARTS[1:]}


@torch.no_grad()
def _cosines(dual: DualEncoder, pairs: Pairs) -> np.ndarray:
    left, right = (read_all(dual, dual.tokenize(side), 1).vectors for side in (pairs.left, pairs.right))
    cosines: np.ndarray = (left * right).sum(-1).numpy()
    return cosines


def cut(pairs: PairSet, sizes: Sizes, canonical: bool) -> PairSet:
    """The set with no more pairs than are used; in canonical text for an encoder that reads such."""
    train, valid, test = (
        Pairs([*map(canonical_text, part.left)], [*map(canonical_text, part.right)], part.labels)
        if canonical
        else part
        for part in (pairs.train.sample(sizes.train), pairs.valid.sample(sizes.valid), pairs.test)
    )
    return dataclasses.replace(pairs, train=train, valid=valid, test=test)
