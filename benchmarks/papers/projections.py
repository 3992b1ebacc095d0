"""Recall@1 against bytes per entity: 128, 64 and 32 output dimensions, by HPD and by PCA without training.

    python -m benchmarks.papers.projections models/recipes/multilingual-32-hpd64-fold.toml
        models/recipes/multilingual-32-hpd32-fold.toml

Each recipe names its reduced encoder, the student that it was made from and the teacher whose PCA it mimics. All are
measured as they would ship: int8 weights, int8 vectors of the catalog and of the request, integer dot products.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.plots import interval, plt, save
from benchmarks.lib.results_file import (
    LANGUAGES,
    REPOSITORY,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.systems import AVERAGE, pooled
from benchmarks.papers.distillation import ALL, STRATA, recalls
from benchmarks.product.accuracy import comparison
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker, form_table
from edge_er.evaluation.requests_file import Request
from edge_er.training.data.pool import load_pool
from edge_er.training.data.voice_requests import station_requests
from edge_er.training.export.encoder_export import vector_scale
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.methods.hpd import fit_axes, with_projection
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import Recipe

Catalogs = dict[str, tuple[list[Entity], list[Request]]]


class ShippedForm:
    """An encoder as a bundle holds it: int8 weights, vectors rounded to int8."""

    def __init__(self, encoder: Encoder, scale: float) -> None:
        self.dim, self._encoder, self._scale = encoder.dim, encoder, scale

    @classmethod
    def of_model(cls, model: DualEncoder, names: list[str]) -> ShippedForm:
        """A float32 encoder; the scale of its vectors is measured on ``names``."""
        card = {"dim": model.dim, "max_tokens": model.max_tokens, "vector_scale": 1.0}
        graph = build_onnx(model, ()).SerializeToString()
        encoder = Encoder.from_bytes(graph, model.tokenizer.to_str(), card)
        return cls(encoder, vector_scale(encoder.encode(names)))

    @classmethod
    def of_folder(cls, folder: Path, names: list[str]) -> ShippedForm:
        """The exported encoder of a folder, or its float32 one where none is exported."""
        if not (folder / "encoder.onnx").is_file():
            return cls.of_model(load_model(folder), names)
        encoder = Encoder.load(folder)
        return cls(encoder, float(encoder.card["vector_scale"]))

    def encode(self, texts: list[str]) -> np.ndarray:
        """The int8 vectors [n, dim], held in float32 so that their products are exact integers."""
        return quantise(self._encoder.encode(texts), self._scale).astype(np.float32)


def systems(recipes: list[Recipe], data: Path, names: list[str]) -> Iterator[tuple[str, str, ShippedForm]]:
    """(label, method, encoder) of every system: the student once, then PCA and HPD of each recipe."""
    pool = load_pool(data, recipes[0].data)
    teacher = load_model(REPOSITORY / recipes[0].student.teacher)
    student = load_model(REPOSITORY / recipes[0].hpd.start)
    yield f"student, {student.dim}", "student", ShippedForm.of_model(student, names)
    for recipe in recipes:
        axes, dim = fit_axes(recipe, teacher, pool), recipe.hpd.dim
        reduced = with_projection(student, axes).eval()
        yield f"PCA-{dim}, no training", "PCA", ShippedForm.of_model(reduced, names)
        yield f"HPD-{dim}", "HPD", ShippedForm.of_folder(REPOSITORY / recipe.out, names)


def evaluate(encoder: ShippedForm, catalogs: Catalogs) -> Evaluation:
    """The requests of all languages against the entities of their catalogs."""
    return pooled(
        {
            lang: measure(EncoderRanker(encoder, entities), entities, requests)
            for lang, (entities, requests) in catalogs.items()
        }
    )


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    rows = [
        [
            name,
            str(cell["dim"]),
            f"{cell['bytes_per_entity']:.0f}",
            f"{cell['vector_bytes'] / 1e6:.2f}",
            *(percent(cell["recall_at_1"][stratum][AVERAGE]) for stratum in STRATA),
        ]
        for name, cell in report["systems"].items()
    ]
    paired = [
        [name, *(percent(table[stratum]["pooled"]["ratio"], 4) for stratum in (ALL, *STRATA))]
        for name, table in report["comparisons"].items()
    ]
    return "\n\n".join(
        [
            "# Fewer output dimensions: Recall@1 against bytes per entity",
            "Development requests for stations, average of five languages, int8 weights and int8 vectors as they ship. "
            f"An entity has {report['forms_per_entity']:.2f} surface forms, each of them a vector.",
            markdown_table(["", "dim", "bytes per entity", "MB of vectors, 5 catalogs", *STRATA], rows),
            "## What is kept of the 128-d student's Recall@1, all languages together, paired by entity",
            markdown_table(["", ALL, *STRATA], paired),
            "PCA: the student's output on the axes of its teacher's PCA, which HPD starts from. Intervals are "
            "95 %, bootstrapped by entity; in averages every language counts the same.",
            "![Recall@1 against bytes per entity](projections.png)",
        ]
    )


def plot(report: dict[str, Any], out: Path) -> None:
    """A panel for each stratum; a line for HPD and one for PCA, both ending in the student."""
    figure, panels = plt.subplots(1, len(STRATA), figsize=(11, 3.8), layout="constrained")
    for panel, stratum in zip(panels, STRATA, strict=True):
        for method, colour in (("HPD", "#0072B2"), ("PCA", "#D55E00")):
            cells = [cell for cell in report["systems"].values() if cell["method"] in (method, "student")]
            cells.sort(key=lambda cell: cell["dim"])
            recall = [cell["recall_at_1"][stratum][AVERAGE] for cell in cells]
            values, errors = interval(recall)
            label = method if method == "HPD" else "PCA, no training"
            sizes = [cell["bytes_per_entity"] for cell in cells]
            panel.errorbar(sizes, values, errors, fmt="o-", ms=4, capsize=2, color=colour, label=label)
        panel.set_title(stratum, loc="left")
        panel.set_xlabel("bytes of vectors per entity")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("Recall@1, average of five languages")
    panels[-1].legend(frameon=False, loc="lower right")
    save(figure, out)


def main() -> None:
    """Measure all systems and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("recipes", type=Path, nargs="+", help="recipes of HPD runs of one student")
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    options = parser.parse_args()
    data = data_folder(options.data)
    catalogs = {
        lang: (list(read_bundle(options.bundle.format(lang=lang)).entities), station_requests(data, lang))
        for lang in LANGUAGES
    }
    forms = [form for entities, _ in catalogs.values() for form in form_table(entities)[0]]
    count = sum(len(entities) for entities, _ in catalogs.values())
    cells, evaluations = {}, {}
    recipes, names = [read_recipe(file) for file in options.recipes], forms[:: max(1, len(forms) // 20_000)]
    for name, method, encoder in systems(recipes, data, names):
        evaluations[name] = evaluate(encoder, catalogs)
        cells[name] = {
            "method": method,
            "dim": encoder.dim,
            "vector_bytes": encoder.dim * len(forms),
            "bytes_per_entity": encoder.dim * len(forms) / count,
            "recall_at_1": recalls(evaluations[name]),
        }
        print(name, {stratum: percent(cells[name]["recall_at_1"][stratum][AVERAGE]) for stratum in STRATA})
    student = next(iter(evaluations))
    report = {
        "forms_per_entity": len(forms) / count,
        "systems": cells,
        "comparisons": {
            name: comparison(made, evaluations[student])
            for name, made in evaluations.items()
            if name != student
        },
    }
    write_result("papers.projections", "projections", report, tables(report))
    plot(report, RESULTS / "projections.png")
    print(tables(report))


if __name__ == "__main__":
    main()
