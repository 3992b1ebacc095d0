"""Smaller shapes of the shipped encoder: Recall@1 against bytes and microseconds.

    python -m benchmarks.product.shapes --train 60000
    python -m benchmarks.product.shapes

With --train every shape of `benchmarks.lib.shapes` is trained from the shipped student on so many requests, exported to
int8 and kept in build/shapes; what is trained already stays, and a run that was stopped goes on. Without, all that is
kept is measured on the development requests for the shipped bundles' stations: by vectors alone, and with all evidence
by the weights that the shipped encoder has, brought to the shape's scale. "cut" is the vocabulary of radio_es.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.nn.utils import parametrize

from benchmarks.cost.latency import bind_to_one_core
from benchmarks.lib.encode_time import interleaved
from benchmarks.lib.plots import COLOURS, plt, save
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
from benchmarks.lib.shapes import INT4_LEVELS, SHAPES, Lessons, Shape, cut_to, trained
from benchmarks.lib.systems import AVERAGE, by_language, catalog_bundle, pooled, rows_of
from benchmarks.product.vocabulary import one_in
from catalog_tools.build.vocabulary import CatalogVocabulary
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import find_encoder
from edge_er.encoder.encoder import Encoder, read_encoder_files
from edge_er.evaluation.bootstrap import paired_difference
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import Evaluation
from edge_er.resolver import EntityResolver
from edge_er.training.card import read_card
from edge_er.training.data.pool import load_pool
from edge_er.training.data.voice_requests import station_requests
from edge_er.training.export.encoder_export import export_encoder
from edge_er.training.fit.adopt import adopted
from edge_er.training.methods.teacher import card_of
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.token_rows import TokenRows
from edge_er.training.settings import DataSettings, OptimSettings, Recipe

FOLDER = REPOSITORY / "build" / "shapes"
SHIPPED, TEACHER = "multilingual-32-hpd64", "teacher-8k"
CUT_FOR = "es"  # the bundle whose vocabulary "cut" is
STRATA = ("text", "asr", "noisy")
ALONE, ALL = "vectors alone", "all evidence"
TIMED = 400
_SAMPLE = 4096


def folder_of(name: str) -> Path:
    """Where a shape is kept."""
    return FOLDER / name.replace(" ", "-")


def train_all(data: Path, optim: OptimSettings, made: int, shapes: Sequence[str]) -> None:
    """Train and export every one of ``shapes`` that is not there yet, on requests of a pool of ``made``."""
    settings = DataSettings(requests=made, voice_share=0.5, seed=1)
    pool = load_pool(data, settings)
    whole, teacher = (load_model(find_model(name)) for name in (SHIPPED, TEACHER))
    lessons = Lessons.of(pool, whole, teacher, optim)
    step = max(1, len(lessons.rows) // _SAMPLE)
    sample = TokenRows.of([lessons.rows[place] for place in range(0, len(lessons.rows), step)])
    for name in shapes:
        out = folder_of(name)
        if not (out / "encoder.json").is_file():
            student = cut_to(whole, SHAPES[name], sample)
            student = trained(student, whole, lessons, optim, FOLDER / f"{out.name}.pt")
            export(student, name, out, optim.requests, pool.names[:20_000])
            print(f"{name}: trained on {optim.requests:,} requests", file=sys.stderr, flush=True)


def find_model(name: str) -> Path:
    """The float32 folder of a shipped encoder."""
    return REPOSITORY / "models" / "encoders" / name


def export(student: DualEncoder, name: str, out: Path, requests: int, names: list[str]) -> None:
    """Write the int8 encoder, with weights and confidence of the shipped one."""
    if SHAPES[name].int4_table:
        table = student.bert.get_input_embeddings().table
        parametrize.remove_parametrizations(table, "weight", leave_parametrized=True)
    card = {**card_of(student, Recipe(name, "")), "recipe": {"requests": requests}}
    export_encoder(student, out, card, names, [], 0.0)
    made = adopted(read_card(find_model(SHIPPED)), read_card(out))
    (out / "encoder.json").write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def recalls(
    files: Mapping[str, bytes], data: Path, every: int, languages: Sequence[str]
) -> dict[str, Evaluation]:
    """The evaluations of all languages together, by vectors alone and with all evidence."""
    parts: dict[str, dict[str, Evaluation]] = {ALONE: {}, ALL: {}}
    for lang in languages:
        bundle = catalog_bundle(list(read_bundle(f"radio_{lang}").entities), lang, files)
        requests = one_in(every, station_requests(data, lang))
        for name, rerank in ((ALONE, False), (ALL, True)):
            parts[name][lang] = resolve_all(EntityResolver(bundle, rerank=rerank), requests)[0]
    return {name: pooled(each) for name, each in parts.items()}


def bytes_of(files: Mapping[str, bytes], shape: Shape) -> int:
    """Bytes of graph and tokenizer; a table on levels of int4 counts two values a byte."""
    card = json.loads(files["encoder.json"])
    packed = card["vocab_size"] * card["token_dim"] // 2 if shape.int4_table else 0
    return len(files["encoder.onnx"]) + len(files["tokenizer.json"]) - packed


def cut_of(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with the vocabulary of one of the shipped catalogs."""
    vocabulary = CatalogVocabulary(files, CUT_FOR)
    entities = read_bundle(f"radio_{CUT_FOR}").entities
    vocabulary.add(form for entity in entities for form in entity.surface_forms)
    return vocabulary.files()


def figures(measured: Mapping[str, Evaluation], shipped: Mapping[str, Evaluation]) -> dict[str, Any]:
    """`[alone | all evidence]`: Recall@1 by stratum, and the difference to the shipped encoder over all rows."""
    table = {}
    for name, evaluation in measured.items():
        by_stratum = {
            stratum: by_language(evaluation, rows_of(evaluation, stratum), "recall_at_1")[AVERAGE].to_dict()
            for stratum in STRATA
        }
        pair = paired_difference(evaluation.ranks, shipped[name].ranks, evaluation.entities)
        table[name] = {"recall_at_1": by_stratum, "to_shipped": pair["difference"]}
    return table


def page(report: Mapping[str, Any]) -> str:
    """The Markdown of the result."""
    rows = []
    for name, cell in report["shapes"].items():
        for kind in (ALONE, ALL):
            found = cell[kind]
            rows.append(
                [
                    f"{name}, {kind}",
                    *(percent(found["recall_at_1"][stratum]) for stratum in STRATA),
                    percent(found["to_shipped"], 4),
                ]
            )
    costs = [
        [name, f"{cell['bytes']:,}", f"{cell['cut_bytes']:,}", f"{cell['encode_us']:.0f}"]
        for name, cell in report["shapes"].items()
    ]
    return "\n\n".join(
        [
            "# Shapes of the encoder",
            f"All but *shipped* were trained on from the shipped student, on {report['requests']:,} requests each; "
            f"what they lose to *control* is the price of the shape. Bundles in {', '.join(report['languages'])}. "
            + (
                f"One in {report['every']} of the development requests is asked."
                if report["every"] > 1
                else ""
            ),
            markdown_table(["Recall@1, average of languages", *STRATA, "all, minus shipped"], rows),
            f"Bytes of encoder.onnx and tokenizer.json, with the whole vocabulary and with that of radio_{CUT_FOR}; "
            f"an int4 table is reckoned, {2 * INT4_LEVELS + 1} levels a row. Time is an encode, tokens included, the "
            "shortest of several rounds in turn, on one thread.",
            markdown_table(["", "bytes", "bytes, cut", "encode, µs"], costs),
            f"Intervals are 95 %, bootstrapped by entity.\n\n![Recall against bytes and time]({report['plot']})",
        ]
    )


def plot(shapes: Mapping[str, Any], out: Path) -> None:
    """Recall@1 on recognised requests against bytes and against time; vectors alone above, all evidence below."""
    figure, panels = plt.subplots(2, 2, figsize=(10, 7), sharey="row", layout="constrained")
    for row, kind in zip(panels, (ALONE, ALL), strict=True):
        for place, (name, cell) in enumerate(shapes.items()):
            value, colour = cell[kind]["recall_at_1"]["asr"]["value"], COLOURS[place % len(COLOURS)]
            row[0].plot(
                [cell["cut_bytes"] / 1e3, cell["bytes"] / 1e3], [value, value], "-", color=colour, lw=0.8
            )
            row[0].plot(cell["bytes"] / 1e3, value, "o", color=colour, label=name)
            row[0].plot(cell["cut_bytes"] / 1e3, value, "s", color=colour, mfc="white")
            row[1].plot(cell["encode_us"], value, "o", color=colour)
        row[0].set_ylabel(f"Recall@1, recognised, {kind}")
        for panel in row:
            panel.grid(alpha=0.3)
            panel.margins(x=0.1, y=0.2)
    panels[1][0].set_xlabel("kB of encoder.onnx and tokenizer.json; hollow: cut to the catalog")
    panels[1][1].set_xlabel("µs of an encode")
    figure.legend(
        *panels[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False
    )
    save(figure, out)


def measured_shapes(data: Path, every: int, languages: Sequence[str]) -> dict[str, Any]:
    """The figures of the shipped encoder and of every shape that is there."""
    shapes = {"shipped": Shape(), **SHAPES}
    files = {"shipped": read_encoder_files(find_encoder(SHIPPED))}
    for name in SHAPES:
        if (folder_of(name) / "encoder.onnx").is_file():
            files[name] = read_encoder_files(folder_of(name))
    queries = [request.query for lang in languages for request in station_requests(data, lang)]
    encoders = {name: Encoder.from_files(each) for name, each in files.items()}
    spent = interleaved(encoders, queries[:: len(queries) // TIMED])
    found: dict[str, Any] = {}
    shipped: dict[str, Evaluation] = {}
    for name, each in files.items():
        evaluations = recalls(each, data, every, languages)
        shipped = shipped or evaluations
        found[name] = {
            "bytes": bytes_of(each, shapes[name]),
            "cut_bytes": bytes_of(cut_of(each), shapes[name]),
            "encode_us": spent[name],
            **figures(evaluations, shipped),
        }
        value = {kind: round(float(np.mean(evaluations[kind].ranks == 1)), 4) for kind in evaluations}
        print(f"{name}: {found[name]['bytes']:,} bytes, {value}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Train, or measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--train", type=int, default=0, metavar="REQUESTS", help="requests a shape is trained on"
    )
    parser.add_argument("--made", type=int, default=150_000, help="requests in the pool")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=SHAPES, help="those to train")
    parser.add_argument("--every", type=int, default=1, help="measure on one request of so many")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--result", default="shapes", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    if options.train:
        optim = OptimSettings(
            requests=options.train, batch=256, learning_rate=5e-4, seed=options.seed, save_every=50
        )
        train_all(data, optim, options.made, options.shapes)
        return
    bind_to_one_core()
    found = measured_shapes(data, options.every, options.languages)
    requests = read_card(folder_of("control"))["recipe"]["requests"]
    report = {
        "requests": requests,
        "every": options.every,
        "languages": options.languages,
        "shapes": found,
        "plot": f"{options.result}.png",
    }
    write_result("product.shapes", options.result, report, page(report))
    plot(found, RESULTS / f"{options.result}.png")
    print(page(report))


if __name__ == "__main__":
    main()
