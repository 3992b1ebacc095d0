"""What DSE's students lose against their cross-attentive teacher on published pair sets: the paper says 4.6 %.

    python -m benchmarks.papers.pair_sets --teacher models/encoders/teacher-8k

`--teacher` is an encoder of ours or a pretrained BERT (a folder that transformers reads, or `package:NAME` for one in
an installed package). For each set it is fine-tuned on the joined pairs, and its scores are cached; students on a dual
encoder of the same weights see as many pairs, first on the frozen encoder, then with all its layers, and are measured
on the set's own test pairs:

* labels only: DSE's student without a teacher,
* DSE: the same, half on the teacher's scores,
* cosine: of the encoder as it came, with the threshold alone fitted;
* with `--students`, scores only: the teacher's scores alone; and DiPair head: the first token embeddings of both sides,
  on the teacher's soft labels.

Every threshold is the best one on the validation pairs. What is made is kept in build/, by the name of the result: a
stopped run goes on with the next system. The time of teacher and students is measured by `dse_speed`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.lib.pair_systems import COSINE, PARTS, TEACHER, USUAL, Sizes, cut, score_set
from benchmarks.lib.plots import COLOURS, interval, plt, save
from benchmarks.lib.relative_loss import (
    Scores,
    average_loss,
    drawn_metrics,
    losses,
    trivial,
    with_interval,
)
from benchmarks.lib.results_file import (
    REPOSITORY,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from edge_er.bundle.atomic import write_json
from edge_er.training.data.pairs import PAIR_SETS, PairSet, best_threshold, read_pair_set
from edge_er.training.data.pool import Pool
from edge_er.training.methods.teacher import new_teacher
from edge_er.training.models.pretrained import bert_folder, own_folder
from edge_er.training.settings import ModelSettings

SENTENCES = ("MRPC", "STS-B", "PAWS", "RTE")
SETS = (*SENTENCES, "Amazon-Google", "DBLP-ACM", "Fodors-Zagats", "iTunes-Amazon", "Beer")
PAPER = 4.6  # percent, the average of five GLUE tasks


def judged(
    pairs: PairSet, scores: dict[str, dict[str, np.ndarray]]
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What each system reached on one set, what it loses against the teacher, and the draws of the losses."""
    found = Scores(
        pairs.metric,
        pairs.test.labels,
        pairs.test.left,
        {name: each["test"] for name, each in scores.items()},
        {
            name: best_threshold(pairs.metric, each["valid"], pairs.valid.labels)
            for name, each in scores.items()
        },
    )
    metrics = drawn_metrics(found)
    lost = losses(metrics, TEACHER)
    cell = {
        "metric": pairs.metric,
        "trivial": trivial(pairs.metric, pairs.test.labels),
        "pairs": {part: len(getattr(pairs, part)) for part in PARTS},
        "reached": {name: with_interval(values) for name, values in metrics.items()},
        "lost_percent": {name: with_interval(values) for name, values in lost.items()},
    }
    return cell, lost


def learned(cell: dict[str, Any]) -> bool:
    """Whether the teacher of a set is surely better than no reading at all: else there is nothing to lose."""
    return bool(cell["reached"][TEACHER]["low"] > cell["trivial"])


def averages(cells: dict[str, Any], lost: dict[str, dict[str, np.ndarray]]) -> dict[str, Any]:
    """The average loss of each system over sets whose teacher has learned, and over the sentence sets among them."""
    counted = [name for name, cell in cells.items() if learned(cell)]
    kinds = {"all sets": counted, "sentences": [name for name in counted if name in SENTENCES]}
    return {
        kind: {system: average_loss([lost[name][system] for name in names]) for system in lost[names[0]]}
        for kind, names in kinds.items()
        if len(names) > 1
    }


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    sets, sizes = report["sets"], report["sizes"]
    systems = list(next(iter(sets.values()))["reached"])
    reached = [
        [
            name if learned(cell) else f"{name} (not counted)",
            cell["metric"],
            f"{cell['pairs']['train']:,}/{cell['pairs']['test']:,}",
            f"{cell['trivial']:.3f}",
            *(f"{cell['reached'][system]['value']:.3f}" for system in systems),
        ]
        for name, cell in sets.items()
    ]
    lost = [
        [name, *(_percent(cell["lost_percent"][system]) for system in systems[1:])]
        for name, cell in sets.items()
    ]
    for kind, cells in report["average_lost_percent"].items():
        lost += [
            [f"**{kind}**, {what}", *(_percent(cells[system][of]) for system in systems[1:])]
            for of, what in (("pairs", "average"), ("sets", "with the choice of sets"))
        ]
    return "\n\n".join(
        [
            "# DSE's students beside their teacher on pair sets",
            f"Teacher and dual encoders start from {report['teacher']}; texts are cut at {report['tokens']} tokens a "
            f"side. Each sees {sizes['pairs']:,} training pairs, or the set {sizes['passes']} times where that is "
            "less; students after a stage on the frozen encoder. Thresholds are chosen on the validation pairs. "
            "Unread: F1 of always yes, accuracy of the commoner label. Where the teacher is not surely above it there "
            "is nothing to lose, and the set is not counted in the averages.",
            markdown_table(["set", "metric", "train/test", "unread", *systems], reached),
            "## Percent of the teacher's metric that is lost",
            f"The paper: {PAPER} %, the average of five GLUE tasks. Below 0 a student is better than its teacher. "
            "Intervals are 95 %, by bootstrap over the test pairs, paired; the second of the averages draws the sets, "
            "too.",
            markdown_table(["set", *systems[1:]], lost),
            f"![Percent lost]({report['name']}.png)",
        ]
    )


def _percent(cell: dict[str, float]) -> str:
    return f"{cell['value']:.1f} ({cell['low']:.1f} to {cell['high']:.1f})"


def plot(report: dict[str, Any], out: Path) -> None:
    """Percent lost by set, a point for each student, the paper's figure as a line."""
    rows = {name: cell["lost_percent"] for name, cell in report["sets"].items()}
    for kind, cells in report["average_lost_percent"].items():
        rows[kind] = {system: cell["sets"] for system, cell in cells.items()}
    figure, panel = plt.subplots(figsize=(10, 4.6), layout="constrained")
    shown = [system for system in next(iter(rows.values())) if system != COSINE]
    for number, (system, colour) in enumerate(zip(shown, COLOURS[::2], strict=False)):
        values, errors = interval([row[system] for row in rows.values()])
        places = np.arange(len(rows)) + (number - (len(shown) - 1) / 2) * 0.2
        panel.errorbar(places, values, errors, fmt="o", ms=4, capsize=2, color=colour, label=system)
    panel.axhline(0, color="#888888", lw=0.8)
    panel.axhline(PAPER, color="#444444", ls="--", lw=1, label=f"DSE, the paper: {PAPER} %")
    panel.axvline(len(report["sets"]) - 0.5, color="#888888", lw=0.8)
    panel.set_xticks(range(len(rows)), list(rows), rotation=20, ha="right")
    panel.set_ylabel("percent of the teacher's metric lost")
    panel.grid(axis="y", alpha=0.3)
    panel.legend(frameon=False)
    save(figure, out)


def main() -> None:
    """Train and score the systems that have no scores yet, and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("sets", nargs="*", default=SETS, help=f"of {', '.join(PAIR_SETS)}")
    parser.add_argument("--teacher", required=True, help="an encoder of ours, or a pretrained BERT")
    parser.add_argument("--students", nargs="+", default=USUAL, help="of those above")
    parser.add_argument("--pairs", type=int, default=Sizes.pairs, help="that every system sees")
    parser.add_argument("--rate", type=float, default=Sizes.rate, help="learning rate")
    parser.add_argument("--result", default="pair_sets", help="name of the result files")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data, sizes = data_folder(options.data), Sizes(pairs=options.pairs, rate=options.rate)
    own = own_folder(options.teacher)
    settings = ModelSettings(init=str(own or bert_folder(options.teacher)), max_tokens=sizes.tokens)
    dual = new_teacher(settings, Pool([], [], [], []), sizes.seed).eval()
    cells, lost = {}, {}
    for name in options.sets:
        pairs = cut(read_pair_set(data / "pairs", name), sizes, bool(own))
        folder = REPOSITORY / "build" / options.result / name
        key = {"teacher": options.teacher, **dataclasses.asdict(sizes)}
        _check_same(folder / "sizes.json", key)
        cells[name], lost[name] = judged(pairs, score_set(pairs, dual, sizes, options.students, folder))
    report = {
        "name": options.result,
        "teacher": options.teacher,
        "tokens": dual.max_tokens,
        "sizes": dataclasses.asdict(sizes),
        "sets": cells,
        "average_lost_percent": averages(cells, lost),
    }
    write_result("papers.pair_sets", options.result, report, tables(report))
    plot(report, RESULTS / f"{options.result}.png")
    print(tables(report))


def _check_same(file: Path, key: dict[str, Any]) -> None:
    """Leave in ``file`` what a folder's scores are made with; scores made otherwise are not gone on with."""
    if file.is_file() and json.loads(file.read_text(encoding="utf-8")) != key:
        raise SystemExit(f"error: {file.parent}: scores of a run with other sizes; remove the folder first")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_json(file, key)


if __name__ == "__main__":
    main()
