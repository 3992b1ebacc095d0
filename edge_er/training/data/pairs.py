"""Pair sets: pairs of texts with a label, as entity matching (Magellan) and sentence tasks (GLUE, PAWS) have them."""

from __future__ import annotations

import csv
import gzip
import io
import re
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from edge_er.errors import EdgeERError

__all__ = ["PAIR_SETS", "PairSet", "Pairs", "best_threshold", "metric_of", "read_pair_set"]

MAGELLAN = "ditto_er_magellan_wdc.tar.gz"
STRUCTURED = ("Beer", "Fodors-Zagats", "iTunes-Amazon", "DBLP-ACM", "Amazon-Google")
SIMILARITY, PARAPHRASES = "STS-B", "PAWS"
PAIR_SETS = {
    **dict.fromkeys(STRUCTURED, "f1"),
    "MRPC": "f1",
    "RTE": "accuracy",
    PARAPHRASES: "accuracy",
    SIMILARITY: "spearman",
}
"""The metric of each set."""
MOST_SIMILAR = 5.0
VALID_EVERY = 5  # of the development pairs of PAWS, whose training pairs are not in the data folder


@dataclass(frozen=True)
class Pairs:
    """``labels[i]`` is 1 where ``left[i]`` and ``right[i]`` are the same or one follows from the other, else 0.

    In a set of similarities it is how similar people found them, from 0 to 1.
    """

    left: list[str]
    right: list[str]
    labels: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)

    def sample(self, size: int, seed: int = 1) -> Pairs:
        """At most ``size`` pairs, chosen by ``seed``."""
        if len(self) <= size:
            return self
        chosen = np.sort(np.random.default_rng(seed).choice(len(self), size, replace=False))
        return self.rows(chosen)

    def rows(self, chosen: NDArray[np.int64]) -> Pairs:
        """The pairs at some places."""
        return Pairs([self.left[i] for i in chosen], [self.right[i] for i in chosen], self.labels[chosen])


@dataclass(frozen=True)
class PairSet:
    """A published set with its own split; ``metric`` is "f1", "accuracy" or "spearman"."""

    name: str
    metric: str
    train: Pairs
    valid: Pairs
    test: Pairs


def read_pair_set(folder: Path, name: str) -> PairSet:
    """Read a set of ``PAIR_SETS`` from the folder `pairs` of the data folder (STS-B: from `sts` beside it).

    PAWS is trained and validated on its English development pairs, since its training pairs are not there.

    Raises:
        EdgeERError: a set we do not know, or a missing or malformed file.
    """
    if name not in PAIR_SETS:
        raise EdgeERError(f"unknown pair set {name!r}; known are {', '.join(PAIR_SETS)}")
    if name == PARAPHRASES:
        dev, test = (_sentences(folder / "pawsx" / f"{part}-en.tsv.gz") for part in ("dev", "test"))
        valid = np.arange(len(dev)) % VALID_EVERY == 0
        parts = [dev.rows(np.flatnonzero(~valid)), dev.rows(np.flatnonzero(valid)), test]
    elif name == SIMILARITY:
        similar = folder.parent / "sts" / "stsb_multi"
        parts = [_similarities(similar / f"stsb-en-{part}.csv.gz") for part in ("train", "dev", "test")]
    elif name in STRUCTURED:
        parts = [_magellan(folder / MAGELLAN, name, part) for part in ("train", "valid", "test")]
    else:
        parts = [
            _sentences(folder / "glue_small" / f"{name}_{part}.tsv.gz") for part in ("train", "dev", "test")
        ]
    return PairSet(name, PAIR_SETS[name], *parts)


def _magellan(archive: Path, name: str, part: str) -> Pairs:
    """A serialised set: left, right, label; `COL title VAL ...` is read as `title ...`.

    The field `class` of Fodors-Zagats is left out: it is the same in every duplicate and in no other pair.
    """
    member = f"data/er_magellan/Structured/{name}/{part}.txt"
    if not archive.is_file():
        raise EdgeERError(f"{archive}: no such file; pair sets lie in the folder pairs of the data folder")
    with tarfile.open(archive) as files:
        try:
            stream = files.extractfile(member)
        except KeyError:
            stream = None
        if stream is None:
            raise EdgeERError(f"{archive}: no file {member} in it")
        lines = io.TextIOWrapper(stream, "utf-8").read().split("\n")
    rows = [line.split("\t") for line in lines if line]
    return _pairs(((_plain(row[0]), _plain(row[1]), row[-1].strip()) for row in rows), f"{archive}:{member}")


def _plain(record: str) -> str:
    without_answer = re.sub(r"\bCOL class VAL .*?(?=COL\s|$)", "", record)
    return re.sub(r"\s+", " ", re.sub(r"\b(COL|VAL)\s", "", without_answer + " ")).strip()


def _sentences(file: Path) -> Pairs:
    """MRPC (label first, two ids, two sentences), RTE (index, two sentences, label) or PAWS (two sentences, label).

    A heading is left out.
    """
    if not file.is_file():
        raise EdgeERError(f"{file}: no such file; pair sets lie in the folder pairs of the data folder")
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    if len(rows[0]) == 5:
        sides = [(row[3], row[4], row[0]) for row in rows]
    elif len(rows[0]) == 3:
        sides = [(row[0], row[1], row[2]) for row in rows]
    else:
        words = {"entailment": "1", "not_entailment": "0"}
        sides = [(row[1], row[2], words.get(row[3], row[3])) for row in rows]
    headed = sides[0][2] not in ("0", "1")
    return _pairs(sides[headed:], str(file))


def _similarities(file: Path) -> Pairs:
    """STS-B: two sentences and a score from 0 to 5."""
    if not file.is_file():
        raise EdgeERError(f"{file}: no such file; STS-B lies in the folder sts of the data folder")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    scores = np.array([float(row[2]) for row in rows], np.float32) / MOST_SIMILAR
    return Pairs([row[0] for row in rows], [row[1] for row in rows], scores)


def _pairs(rows: Iterable[tuple[str, str, str]], where: str) -> Pairs:
    left, right, labels = [], [], []
    for number, (a, b, label) in enumerate(rows, 1):
        if label not in ("0", "1"):
            raise EdgeERError(f"{where}: pair {number}: label must be 0 or 1, found {label!r}")
        left.append(a)
        right.append(b)
        labels.append(float(label))
    return Pairs(left, right, np.array(labels, np.float32))


def metric_of(
    metric: str, scores: NDArray[np.float32], labels: NDArray[np.float32], threshold: float
) -> float:
    """F1 of label 1, or accuracy, of scores [n] above ``threshold``; or Spearman's correlation, which needs none."""
    if metric == "spearman":
        return float(np.corrcoef(rankdata(scores), rankdata(labels))[0, 1])
    said, right = scores > threshold, labels > 0.5
    if metric == "accuracy":
        return float(np.mean(said == right))
    return 2 * float(np.sum(said & right)) / max(1.0, float(np.sum(said)) + float(np.sum(right)))


def best_threshold(metric: str, scores: NDArray[np.float32], labels: NDArray[np.float32]) -> float:
    """The threshold between two neighbouring scores that makes the metric largest; the middle one of equals.

    Spearman's correlation has none: 0.
    """
    if metric == "spearman":
        return 0.0
    known = np.unique(scores)
    tried = np.concatenate([[known[0] - 1], (known[1:] + known[:-1]) / 2, [known[-1] + 1]])
    reached = np.array([metric_of(metric, scores, labels, threshold) for threshold in tried])
    best = np.flatnonzero(reached >= reached.max() - 1e-12)
    return float(tried[best[len(best) // 2]])
