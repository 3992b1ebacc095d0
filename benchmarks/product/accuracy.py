"""Recall of the shipped bundles on spoken requests for stations, beside other systems.

    python -m benchmarks.product.accuracy --system "float32 32-d=models/encoders/simtde-32" --baselines
        --system "teacher=models/encoders/teacher" --compare "float32 32-d/teacher"

A system is an encoder folder, in float32 where it holds model.safetensors; int8 is measured as it ships. Every system
ranks the entities of the same bundles with the same metric code. "vectors alone" leaves the other evidence out;
"unmerged names" ranks the raw names, where only the very name that was asked for is right: merging buys nothing there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.results_file import (
    LANGUAGES,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.systems import (
    AVERAGE,
    by_language,
    catalog_bundle,
    languages,
    load_encoder,
    pooled,
    rows_of,
)
from edge_er.bundle.bundle import read_bundle
from edge_er.evaluation.baselines import TfidfRanker, WRatioRanker, sample_requests
from edge_er.evaluation.bootstrap import paired_difference
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker, TextEncoder
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_requests import (
    entities_of,
    raw_station_names,
    second_recogniser_requests,
    station_requests,
)

SHIPPED, ALONE, UNMERGED = "shipped", "shipped, vectors alone", "shipped, unmerged names"
PACKAGED = "package:"
WRATIO_SAMPLE = 200
STRATA = ("text", "asr", "noisy", "asr_small")
METRICS = ("recall_at_1", "recall_at_5", "recall_at_20", "mrr")


def evaluations(options: argparse.Namespace, lang: str) -> Iterator[tuple[str, Evaluation]]:
    """Each system's evaluation in one language."""
    data = data_folder(options.data)
    requests = station_requests(data, lang) + second_recogniser_requests(data, lang)
    resolver = EntityResolver.load(options.bundle.format(lang=lang))
    entities = list(resolver.entities)
    yield SHIPPED, resolve_all(resolver, requests)[0]
    raw = entities_of(raw_station_names(data, lang), lang)
    bundle = read_bundle(options.bundle.format(lang=lang))
    yield ALONE, resolve_all(EntityResolver(bundle, rerank=False), requests)[0]
    yield UNMERGED, resolve_all(EntityResolver(catalog_bundle(raw, lang, bundle.encoder_files)), requests)[0]
    for name, folder in options.system:
        yield name, measure(EncoderRanker(_encoder(folder), entities), entities, requests)
    if options.baselines:
        sampled = sample_requests(requests, WRATIO_SAMPLE)
        yield f"WRatio ({WRATIO_SAMPLE} a stratum)", measure(WRatioRanker(entities), entities, sampled)
        tied = WRatioRanker(entities, ties_by_ratio=True)
        yield f"WRatio, ties by ratio ({WRATIO_SAMPLE} a stratum)", measure(tied, entities, sampled)
        yield "TF-IDF 2-4-grams", measure(TfidfRanker(entities), entities, requests)


def _encoder(folder: str) -> TextEncoder:
    if folder.startswith(PACKAGED):
        from edge_er.training.models.pretrained import load_teacher

        return load_teacher(folder)
    return load_encoder(Path(folder), float32=True)


def figures(evaluation: Evaluation) -> dict[str, Any]:
    """`[all | unseen][stratum][metric][lang | average]` of one system, and what maps to nothing."""
    table: dict[str, Any] = {}
    for label, seen in (("all", None), ("unseen", False)):
        for stratum in STRATA:
            rows = rows_of(evaluation, stratum, seen)
            if not rows:
                continue
            table.setdefault(label, {})[stratum] = {
                metric: {lang: cell.to_dict() for lang, cell in by_language(evaluation, rows, metric).items()}
                for metric in METRICS
            }
    unmapped = sorted({evaluation.entities[row] for row in np.flatnonzero(~evaluation.mapped).tolist()})
    return {**table, "unmapped": {"rows": int((~evaluation.mapped).sum()), "entities": unmapped}}


def comparison(a: Evaluation, b: Evaluation) -> dict[str, Any]:
    """Recall@1 of a beside b: `[stratum | all strata][lang | pooled]`, paired by entity."""
    langs = np.array(languages(a))
    table: dict[str, Any] = {}
    for stratum in (None, *STRATA[:3]):
        rows = np.array([row for row in rows_of(a, stratum) if a.requests[row].stratum in STRATA[:3]])
        cells = {
            "pooled": rows,
            **{lang: rows[langs[rows] == lang] for lang in dict.fromkeys(langs.tolist())},
        }
        table[stratum or "all strata"] = {
            name: paired_difference(
                a.ranks[chosen], b.ranks[chosen], [a.entities[row] for row in chosen.tolist()]
            )
            for name, chosen in cells.items()
        }
    return table


def tables(report: dict[str, Any]) -> str:
    """The whole report as Markdown."""
    parts = ["# Recall on spoken requests for stations", _average_table(report["systems"], "all", "Recall@1")]
    parts += ["## Carriers that training never used", _average_table(report["systems"], "unseen", "Recall@1")]
    parts += ["## By language, Recall@1", _language_table(report["systems"])]
    parts += [
        "## Right answer within the first twenty",
        _average_table(report["systems"], "all", "Recall@20"),
    ]
    for name, table in report["comparisons"].items():
        parts += [f"## {name}, Recall@1 paired by entity", _comparison_table(table)]
    parts += ["Intervals are 95 %, bootstrapped by entity; in averages every language counts the same."]
    return "\n\n".join(parts)


def _average_table(systems: dict[str, Any], rows: str, title: str) -> str:
    metric = title.lower().replace("@", "_at_")
    lines = [
        [name, *(_cell(table[rows], stratum, metric, AVERAGE) for stratum in STRATA)]
        for name, table in systems.items()
    ]
    return markdown_table([f"{title}, average", *STRATA], lines)


def _language_table(systems: dict[str, Any]) -> str:
    lines = [
        [name, stratum, *(_cell(table["all"], stratum, "recall_at_1", lang) for lang in LANGUAGES)]
        for name, table in systems.items()
        for stratum in STRATA
    ]
    return markdown_table(["system", "stratum", *LANGUAGES], lines)


def _cell(table: dict[str, Any], stratum: str, metric: str, lang: str) -> str:
    cell = table.get(stratum, {}).get(metric, {}).get(lang)
    return percent(cell) if cell else "-"


def _comparison_table(table: dict[str, Any]) -> str:
    lines = []
    for stratum, cells in table.items():
        for lang, cell in cells.items():
            ratio = percent(cell["ratio"], 4) if cell["ratio"] else "-"
            lines.append(
                [stratum, lang, f"{cell['a']:.3f}", f"{cell['b']:.3f}", percent(cell["difference"]), ratio]
            )
    return markdown_table(["stratum", "language", "first", "second", "difference", "ratio"], lines)


def _named_folder(value: str) -> tuple[str, str]:
    name, _, folder = value.partition("=")
    if not folder.startswith(PACKAGED) and not Path(folder or " ").is_dir():
        raise argparse.ArgumentTypeError(
            f"{value!r}: expected NAME=FOLDER with an encoder folder that exists, or NAME={PACKAGED}PACKAGE"
        )
    return name, folder


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--system", type=_named_folder, action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--compare", action="append", default=[], metavar="A/B", help="two systems, paired")
    parser.add_argument("--baselines", action="store_true", help="WRatio and TF-IDF too")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--result", default="accuracy", help="name of the result files")
    options = parser.parse_args(arguments)
    known = {SHIPPED, ALONE, *(name for name, _ in options.system)}
    for pair in options.compare:
        if not set(pair.split("/")) <= known or pair.count("/") != 1:
            parser.error(
                f"--compare {pair!r}: expected two of {', '.join(sorted(known))} with / between them"
            )
    return options


def main() -> None:
    """Measure all systems and write the result files."""
    options = _options(None)
    measured: dict[str, dict[str, Evaluation]] = {}
    for lang in options.languages:
        for name, evaluation in evaluations(options, lang):
            print(f"{lang} {name}: {np.mean(evaluation.ranks == 1):.3f}", file=sys.stderr)
            measured.setdefault(name, {})[lang] = evaluation
    together = {name: pooled(parts) for name, parts in measured.items()}
    report = {
        "systems": {name: figures(evaluation) for name, evaluation in together.items()},
        "comparisons": {
            pair: comparison(*(together[name] for name in pair.split("/"))) for pair in options.compare
        },
    }
    write_result("product.accuracy", options.result, report, tables(report))
    print(tables(report))


if __name__ == "__main__":
    main()
