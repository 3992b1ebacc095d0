"""SimTDE students beside their teachers, all in float32, and beside Table 3 of the paper (Xie et al., SIGIR 2023).

    python -m benchmarks.papers.distillation

measures the encoder folder of every recipe in models/recipes (or those named), on the development requests of the
shipped bundles' countries against the entities of these bundles. What the students keep of their teacher's Recall@1 is
paired by entity, over all languages together and for each.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.results_file import (
    LANGUAGES,
    REPOSITORY,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.systems import AVERAGE, by_language, pooled, rows_of
from benchmarks.product.accuracy import comparison
from edge_er.bundle.bundle import read_bundle
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker
from edge_er.training.card import read_card
from edge_er.training.data.voice_requests import station_requests
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.models.dual_encoder import load_model
from edge_er.training.recipe import read_recipe

STRATA = ("text", "asr", "noisy")
ALL = "all strata"
# Table 3: change of Recall@1 against the teacher (BERT-Tiny, 30,522 pieces) in percent, by language and on average.
PAPER = {
    "SimTDE-64": {"de": 0.32, "en": -1.26, "es": 0.31, "fr": 1.09, "it": -0.05, AVERAGE: 0.09},
    "SimTDE-32": {"de": -0.17, "en": -0.89, "es": -0.12, "fr": -0.39, "it": -0.53, AVERAGE: -0.43},
}
PAPER_SIZES = {"teacher": (4.4, 17.6), "SimTDE-64": (2.4, 9.7), "SimTDE-32": (1.4, 5.7)}  # million, MB


@dataclass(frozen=True)
class Described:
    """What an encoder's card says of it; `teacher` is the name of its teacher's folder, "" for a teacher."""

    name: str
    teacher: str
    token_dim: int
    start: str
    vocabulary: int

    @property
    def label(self) -> str:
        """Such as SimTDE-32, 8,192 pieces, svd start."""
        kind = f"SimTDE-{self.token_dim}" if self.teacher else "teacher"
        start = f", {self.start} start" if self.teacher else ""
        return f"{kind}, {self.vocabulary:,} pieces{start}"


def described(folder: Path) -> Described:
    """From the card of a float32 encoder folder."""
    card = read_card(folder)
    student = card["recipe"]["student"]
    teacher = Path(student["teacher"]).name if student["teacher"] else ""
    return Described(folder.name, teacher, card["token_dim"], student["start"], card["vocab_size"])


def recipe_folders() -> list[Path]:
    """The encoder folders of the shipped SimTDE recipes, teachers first."""
    recipes = [read_recipe(file) for file in sorted((REPOSITORY / "models" / "recipes").glob("*.toml"))]
    recipes = [recipe for recipe in recipes if not (recipe.hpd.dim or recipe.data.held_share)]
    teachers_first = sorted(recipes, key=lambda recipe: (recipe.student.teacher != "", recipe.name))
    return [REPOSITORY / recipe.out for recipe in teachers_first]


def present(folders: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The folders that hold a float32 encoder, and notes on those that do not."""
    there = [folder for folder in folders if (folder / "model.safetensors").is_file()]
    notes = [
        f"{folder.name}: not measured, it holds no model.safetensors; `edge-er train` makes it"
        for folder in folders
        if folder not in there
    ]
    return there, notes


def sizes(folder: Path) -> dict[str, int]:
    """Parameters, and bytes of the weights in float32 and of the graph in int8."""
    model = load_model(folder)
    parameters = sum(parameter.numel() for parameter in model.bert.parameters())
    int8 = build_onnx(model, ()).ByteSize()
    return {"parameters": parameters, "float32_bytes": 4 * parameters, "int8_bytes": int8}


def evaluate(folder: Path, bundle: str, data: Path) -> Evaluation:
    """The requests of all languages against the entities of their bundles."""
    model, parts = load_model(folder), {}
    for lang in LANGUAGES:
        entities = list(read_bundle(bundle.format(lang=lang)).entities)
        parts[lang] = measure(EncoderRanker(model, entities), entities, station_requests(data, lang))
    return pooled(parts)


def recalls(evaluation: Evaluation) -> dict[str, Any]:
    """`[stratum][lang | average]` of Recall@1."""
    return {
        stratum: {
            lang: cell.to_dict()
            for lang, cell in by_language(evaluation, rows_of(evaluation, stratum), "recall_at_1").items()
        }
        for stratum in STRATA
    }


def change(cell: dict[str, Any]) -> float:
    """Change against the teacher, in percent, of a cell of `comparison`."""
    return 100 * (float(cell["a"]) / float(cell["b"]) - 1)


def changes(compared: dict[str, Any]) -> dict[str, float]:
    """Change in percent by language and their plain average, as the paper gives it, over all strata."""
    by_lang = {lang: change(compared[ALL][lang]) for lang in LANGUAGES if lang in compared[ALL]}
    return {**by_lang, AVERAGE: float(np.mean(list(by_lang.values())))}


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    encoders, students = report["encoders"], report["students"]
    recall_rows = [
        [cell["label"], *(percent(cell["recall_at_1"][stratum][AVERAGE]) for stratum in STRATA)]
        for cell in encoders.values()
    ]
    parts = [
        "# Students beside their teachers",
        "All encoders in float32. Intervals are 95 %, bootstrapped by entity and paired.",
        "## What a student keeps of its teacher's Recall@1, all languages together",
        markdown_table(
            ["student / teacher", ALL, *STRATA],
            [_kept(encoders[name], cell) for name, cell in students.items()],
        ),
        "## Change against the teacher in percent, by language, beside Table 3 of the paper",
        markdown_table(["Recall@1", *LANGUAGES, AVERAGE], _change_rows(encoders, students)),
        "The paper's figures are its own, on its own requests. Ours are over all three strata together.",
        "## Recall@1, average of five languages",
        markdown_table(["encoder", *STRATA], recall_rows),
        "## Sizes",
        markdown_table(["encoder", "parameters", "float32 MB", "int8 graph MB"], _size_rows(encoders)),
    ]
    return "\n\n".join([*parts, *(f"* {note}" for note in report["notes"])])


def _kept(encoder: dict[str, Any], cell: dict[str, Any]) -> list[str]:
    ratios = (cell["comparison"][stratum]["pooled"]["ratio"] for stratum in (ALL, *STRATA))
    return [encoder["label"], *(percent(ratio, 4) if ratio else "-" for ratio in ratios)]


def _change_rows(encoders: dict[str, Any], students: dict[str, Any]) -> list[list[str]]:
    ours = {encoders[name]["label"]: cell["change_percent"] for name, cell in students.items()}
    paper = {f"{name}, the paper": row for name, row in PAPER.items()}
    return [
        [name, *(f"{row[lang]:+.2f}" if lang in row else "-" for lang in (*LANGUAGES, AVERAGE))]
        for name, row in {**ours, **paper}.items()
    ]


def _size_rows(encoders: dict[str, Any]) -> list[list[str]]:
    ours = [
        [
            cell["label"],
            f"{cell['parameters'] / 1e6:.2f} M",
            f"{cell['float32_bytes'] / 1e6:.1f}",
            f"{cell['int8_bytes'] / 1e6:.2f}",
        ]
        for cell in encoders.values()
    ]
    paper = [
        [f"{name}, the paper", f"{count} M", str(size), "-"] for name, (count, size) in PAPER_SIZES.items()
    ]
    return ours + paper


def main() -> None:
    """Measure all encoders and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "encoders", type=Path, nargs="*", help="float32 encoder folders (default: all recipes')"
    )
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--result", default="distillation", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    folders, notes = present(options.encoders or recipe_folders())
    cards = {folder.name: described(folder) for folder in folders}
    measured, encoders, students = {}, {}, {}
    for folder in folders:
        evaluation = measured[folder.name] = evaluate(folder, options.bundle, data)
        label = cards[folder.name].label
        encoders[folder.name] = {"label": label, **sizes(folder), "recall_at_1": recalls(evaluation)}
        print(f"{label}: {np.mean(evaluation.ranks == 1):.4f}")
    for name, card in cards.items():
        if card.teacher in measured:
            compared = comparison(measured[name], measured[card.teacher])
            students[name] = {
                "teacher": card.teacher,
                "comparison": compared,
                "change_percent": changes(compared),
            }
        elif card.teacher:
            notes.append(f"{name}: no comparison, its teacher {card.teacher} was not measured")
    report = {"encoders": encoders, "students": students, "paper": PAPER, "notes": notes}
    write_result("papers.distillation", options.result, report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
