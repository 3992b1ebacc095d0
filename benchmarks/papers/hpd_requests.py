"""HPD on requests for stations: Recall@1 and MRR against bytes per entity, beside PCA, whitening and projections.

    python -m benchmarks.papers.hpd_requests

All students go on from the shipped 128-d one on as many requests, the same in the same order: at its full width, HPD as
the paper has it and with the similarity term at 64, 32 and 16 dimensions, and at 32 a projection learned from the
similarities alone. The rest are reductions of the student at full width, without further training. All are measured as
they would ship: int8 weights, int8 vectors of catalog and request, integer dot products. The requests are the
development ones, spoken by a machine, for names that no encoder was trained on. What is trained is kept in
build/hpd_requests.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.kept_encoders import kept_or_trained, slug
from benchmarks.lib.plots import COLOURS, interval, plt, save
from benchmarks.lib.reductions import Reduction, untrained
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
from benchmarks.lib.systems import AVERAGE, by_language, languages, pooled, rows_of
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder, quantise
from edge_er.evaluation.bootstrap import paired_difference
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker, form_table
from edge_er.evaluation.requests_file import Request
from edge_er.training.data.pool import load_pool
from edge_er.training.data.voice_requests import station_requests
from edge_er.training.export.encoder_export import vector_scale
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.methods.hpd import train_hpd
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import HPDSettings, Recipe

WORK = REPOSITORY / "build" / "hpd_requests"
RECIPE = REPOSITORY / "models" / "recipes" / "multilingual-32-hpd64.toml"
STUDENT, SHIPPED = "student", "shipped"
DIMS, ALONE_AT = (64, 32, 16), 32
STRATA = ("text", "asr", "noisy")
Catalogs = dict[str, tuple[list[Entity], list[Request]]]


@dataclasses.dataclass(frozen=True)
class Sizes:
    """Requests in the pool, those a student sees, and texts that reductions are fitted to."""

    pool: int = 60_000
    seen: int = 20_480
    fitted: int = 2_000


class Graph:
    """An encoder with its weights in int8, as it ships; what was encoded is remembered."""

    def __init__(self, model: DualEncoder) -> None:
        card = {"dim": model.dim, "max_tokens": model.max_tokens, "vector_scale": 1.0}
        graph = build_onnx(model, ()).SerializeToString()
        self._encoder = Encoder.from_bytes(graph, model.tokenizer.to_str(), card)
        self._known: dict[tuple[str, ...], np.ndarray] = {}

    def encode(self, texts: list[str]) -> np.ndarray:
        """Unit vectors float32 [n, dim]."""
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._encoder.encode(texts)
        return self._known[key]


class ShippedForm:
    """The vectors of a graph as a bundle holds them: reduced, if asked, and rounded to int8."""

    def __init__(self, graph: Graph, names: list[str], reduction: Reduction | None = None) -> None:
        self._graph, self._reduction = graph, reduction
        vectors = self._vectors(names)
        self.dim, self._scale = vectors.shape[1], vector_scale(vectors)

    def _vectors(self, texts: list[str]) -> np.ndarray:
        vectors = self._graph.encode(texts)
        return self._reduction(vectors) if self._reduction else vectors

    def encode(self, texts: list[str]) -> np.ndarray:
        """The int8 vectors [n, dim], held in float32 so that their products are exact integers."""
        return quantise(self._vectors(texts), self._scale).astype(np.float32)


def variants(sizes: Sizes) -> dict[str, tuple[str, HPDSettings]]:
    """The method and the settings of every student, by name."""
    made = {STUDENT: (STUDENT, HPDSettings(dim=128))}  # all axes: its own width, turned
    for dim in DIMS:
        made[f"HPD-{dim}"] = "HPD", HPDSettings(dim=dim)
        made[f"HPD-{dim} with similarity"] = "HPD with similarity", HPDSettings(dim=dim, similarity=1.0)
    plain = HPDSettings(dim=ALONE_AT, projection="random", sentence=0.0, similarity=1.0)
    made[f"projection-{ALONE_AT}, similarity alone"] = "similarity alone", plain
    return {
        name: (method, dataclasses.replace(hpd, sample=sizes.fitted)) for name, (method, hpd) in made.items()
    }


def recipe_of(name: str, hpd: HPDSettings, sizes: Sizes) -> Recipe:
    """The shipped recipe with other dimensions, a smaller pool and fewer requests."""
    shipped = read_recipe(RECIPE)
    return dataclasses.replace(
        shipped,
        name=f"hpd-requests-{slug(name)}",
        out=str(WORK / slug(name)),
        data=dataclasses.replace(shipped.data, requests=sizes.pool, cache=str(WORK / "pool")),
        hpd=dataclasses.replace(hpd, start=shipped.hpd.start),
        optim=dataclasses.replace(shipped.optim, requests=sizes.seen, save_every=50),
    )


def systems(data: Path, names: list[str], sizes: Sizes) -> Iterator[tuple[str, str, ShippedForm]]:
    """(name, method, encoder) of every system, the student at full width first."""
    made = variants(sizes)
    recipes = {name: recipe_of(name, hpd, sizes) for name, (_, hpd) in made.items()}
    pool = load_pool(data, recipes[STUDENT].data)
    teacher = load_model(REPOSITORY / recipes[STUDENT].student.teacher)
    rows = np.random.default_rng(1).permutation(len(pool.queries))[: sizes.fitted]
    sample = [pool.queries[row] for row in rows]
    wanted = teacher.encode(sample)
    for name, recipe in recipes.items():
        graph = Graph(kept_or_trained(recipe, partial(train_hpd, recipe, teacher, pool, True)))
        yield name, made[name][0], ShippedForm(graph, names)
        for dim in DIMS if name == STUDENT else ():
            known = graph.encode(sample)
            for how, reduction in untrained(known, wanted, dim).items():
                yield f"{how}-{dim}", how, ShippedForm(graph, names, reduction)
    shipped = load_model(REPOSITORY / read_recipe(RECIPE).out)
    yield f"HPD-64 with similarity, {SHIPPED}", SHIPPED, ShippedForm(Graph(shipped), names)


def evaluate(encoder: ShippedForm, catalogs: Catalogs) -> Evaluation:
    """The requests of all languages against the entities of their catalogs."""
    return pooled(
        {
            lang: measure(EncoderRanker(encoder, entities), entities, requests)
            for lang, (entities, requests) in catalogs.items()
        }
    )


def figures(evaluation: Evaluation, metric: str) -> dict[str, Any]:
    """The average of the languages, by stratum."""
    return {
        stratum: by_language(evaluation, rows_of(evaluation, stratum), metric)[AVERAGE].to_dict()
        for stratum in STRATA
    }


def less(a: Evaluation, b: Evaluation) -> dict[str, Any]:
    """Recall@1 of a less that of b by stratum, average of the languages, paired by entity."""
    cells = {}
    for stratum in STRATA:
        rows = np.array(rows_of(a, stratum))
        entities, langs = [a.entities[row] for row in rows], np.array(languages(a))[rows].tolist()
        cells[stratum] = paired_difference(a.ranks[rows], b.ranks[rows], entities, langs)["difference"]
    return cells


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    sizes, cells = report["sizes"], report["systems"]
    order = sorted(cells.items(), key=lambda item: -item[1]["dim"])
    rows = [
        [
            name,
            str(cell["dim"]),
            f"{cell['bytes_per_entity']:.0f}",
            *(percent(cell["recall_at_1"][stratum]) for stratum in STRATA),
            *(f"{cell['mrr'][stratum]['value']:.3f}" for stratum in STRATA),
        ]
        for name, cell in order
    ]
    compared = [
        [name, *(_signed(cell["less_whitening"][stratum]) for stratum in STRATA)]
        for name, cell in order
        if "less_whitening" in cell
    ]
    return "\n\n".join(
        [
            "# HPD on requests for stations, beside whitening and projections",
            "Development requests, average of five languages; intervals are 95 %, bootstrapped by entity. An entity "
            f"has {report['forms_per_entity']:.2f} surface forms, each of them a vector. MRR is over the first twenty.",
            f"Every student goes on from the shipped 128-d one for {sizes['seen']:,} requests of a pool of "
            f"{sizes['pool']:,}, the same for all; the shipped 64-d encoder saw 400,000 of 4,000,000. PCA, whitening "
            f"and projections are fitted to {sizes['fitted']:,} requests.",
            markdown_table(
                ["system", "dim", "bytes an entity", *STRATA, *(f"MRR {stratum}" for stratum in STRATA)], rows
            ),
            "## Recall@1 less that of the whitened student of as many dimensions, paired by entity",
            markdown_table(["system", *STRATA], compared),
            "![Recall@1 by bytes an entity](hpd_requests.png)",
        ]
    )


def _signed(cell: dict[str, float]) -> str:
    return f"{cell['value']:+.3f} ({cell['low']:+.3f} to {cell['high']:+.3f})"


def plot(report: dict[str, Any], out: Path) -> None:
    """A panel for each stratum; a line for each method over its bytes an entity."""
    figure, panels = plt.subplots(1, len(STRATA), figsize=(12, 4.4), layout="constrained")
    cells = report["systems"].values()
    for panel, stratum in zip(panels, STRATA, strict=True):
        for colour, method in zip(COLOURS, dict.fromkeys(cell["method"] for cell in cells), strict=False):
            of = sorted((cell for cell in cells if cell["method"] == method), key=lambda cell: cell["dim"])
            values, errors = interval([cell["recall_at_1"][stratum] for cell in of])
            sizes = [cell["bytes_per_entity"] for cell in of]
            panel.errorbar(
                sizes, values, errors, fmt="o-", ms=4, capsize=2, lw=1.2, color=colour, label=method
            )
        panel.set_title(stratum, loc="left")
        panel.set_xlabel("bytes of vectors an entity")
        panel.grid(alpha=0.3)
    panels[0].set_ylabel("Recall@1, average of five languages")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5, frameon=False)
    save(figure, out)


def main() -> None:
    """Train what is not there, measure all systems and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    options = parser.parse_args()
    data, sizes = data_folder(options.data), Sizes()
    catalogs = {
        lang: (list(read_bundle(f"radio_{lang}").entities), station_requests(data, lang))
        for lang in LANGUAGES
    }
    forms = [form for entities, _ in catalogs.values() for form in form_table(entities)[0]]
    count = sum(len(entities) for entities, _ in catalogs.values())
    cells, evaluations = {}, {}
    for name, method, encoder in systems(data, forms[:: max(1, len(forms) // 20_000)], sizes):
        made = evaluations[name] = evaluate(encoder, catalogs)
        cells[name] = {
            "method": method,
            "dim": encoder.dim,
            "bytes_per_entity": encoder.dim * len(forms) / count,
            "recall_at_1": figures(made, "recall_at_1"),
            "mrr": figures(made, "mrr"),
        }
        base = f"whitening-{encoder.dim}"
        if base in evaluations and base != name:
            cells[name]["less_whitening"] = less(made, evaluations[base])
        print(name, {stratum: percent(cells[name]["recall_at_1"][stratum]) for stratum in STRATA}, flush=True)
    report = {
        "sizes": dataclasses.asdict(sizes),
        "forms_per_entity": len(forms) / count,
        "systems": cells,
    }
    write_result("papers.hpd_requests", "hpd_requests", report, tables(report))
    plot(report, RESULTS / "hpd_requests.png")
    print(tables(report))


if __name__ == "__main__":
    main()
