"""Recall rung by rung: dense alone, with what was heard, with candidates by sound; two recognisers; and the time.

    python -m benchmarks.product.ladder

Every rung is a shipped bundle with other weights in its manifest; a rung's evidence has the weight it has in the whole.
Without --weights the bundles' own are taken.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.cost.latency import bind_to_one_core, times
from benchmarks.lib.results_file import (
    LANGUAGES,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.systems import AVERAGE, by_language, languages, pooled, rows_of
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.evaluation.bootstrap import paired_difference
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import TOP_K, Evaluation, evaluate_answers
from edge_er.evaluation.rankers import EncoderRanker, form_table, top_entities
from edge_er.evaluation.requests_file import Request
from edge_er.ranking.rerank import Reranker
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import (
    second_recogniser_pairs,
    second_recogniser_requests,
    station_requests,
)

DENSE, FUSION = "dense", "+ candidates by sound (fusion)"
HEARD = ("heard", "dense_forms")
STRATA = ("text", "asr", "noisy", "asr_small")
TIMED = 1500
FIRST, SECOND, BOTH = "asr", "asr_small", "asr and asr_small (2-best)"

Weights = Mapping[str, int]


class Measured(NamedTuple):
    """Evaluations of one language by name: rungs, candidate channels, recognisers."""

    ladder: dict[str, Evaluation]
    channels: dict[str, Evaluation]
    heard: dict[str, Evaluation]


def rungs(weights: Weights) -> dict[str, Weights]:
    """The weights of each rung."""
    whole = {name: value for name, value in weights.items() if name in RerankWeights.__dataclass_fields__}
    return {
        DENSE: {},
        "+ heard": {name: weights[name] for name in HEARD},
        FUSION: whole,
    }


def resolver_with(bundle: Bundle, weights: Weights) -> EntityResolver:
    """The bundle as it answers with other weights."""
    return EntityResolver(bundle.with_manifest(rerank=dict(weights), calibration={}))


def channel_candidates(
    bundle: Bundle, weights: Weights, requests: Sequence[Request]
) -> dict[str, Evaluation]:
    """The first twenty by vector, by sound, and both: a right answer at any place counts."""
    resolver, entities = resolver_with(bundle, {}), list(bundle.entities)
    texts, starts = form_table(entities)
    forms = [canonical_text(text) for text in texts]
    reranker = Reranker(forms, bundle.form_entity, resolver.lang, RerankWeights.from_mapping(weights))
    by_vector = EncoderRanker(resolver.encoder, entities).rank([request.query for request in requests], TOP_K)
    by_sound = [
        top_entities(reranker.form_evidence.sound_scores(canonical_text(request.query))[None], starts, TOP_K)[
            0
        ]
        for request in requests
    ]
    both = [[*first, *second] for first, second in zip(by_vector, by_sound, strict=True)]
    answers = {"by vector": by_vector, "by sound": by_sound, "by either": both}
    return {
        name: _found_anywhere(evaluate_answers(rows, entities, requests, 2 * TOP_K))
        for name, rows in answers.items()
    }


def _found_anywhere(evaluation: Evaluation) -> Evaluation:
    return replace(evaluation, ranks=np.minimum(evaluation.ranks, 1))


def two_best(resolver: EntityResolver, data: Path, lang: str) -> dict[str, Evaluation]:
    """Each recogniser alone and both together, on the same utterances."""
    requests, pairs = second_recogniser_pairs(data, lang)
    entities = list(resolver.entities)
    place = {entity.id: index for index, entity in enumerate(entities)}
    ways = {FIRST: slice(0, 1), SECOND: slice(1, 2), BOTH: slice(0, 2)}
    evaluations = {}
    for name, way in ways.items():
        resolutions = [resolver.resolve(nbest=pair[way], top_k=TOP_K) for pair in pairs]
        answers = [[place[match.id] for match in resolution.matches] for resolution in resolutions]
        evaluations[name] = evaluate_answers(answers, entities, requests, TOP_K)
    return evaluations


def recall_table(systems: Mapping[str, Evaluation], metric: str) -> dict[str, Any]:
    """`[system][stratum][lang | average]`."""
    return {
        name: {
            stratum: {lang: cell.to_dict() for lang, cell in by_language(evaluation, rows, metric).items()}
            for stratum in STRATA
            if (rows := rows_of(evaluation, stratum))
        }
        for name, evaluation in systems.items()
    }


def differences(systems: Mapping[str, Evaluation], base: str) -> dict[str, Any]:
    """`[system][stratum]`: Recall@1 above the base, averaged over languages, paired by entity."""
    first = systems[base]
    langs = np.array(languages(first))
    return {
        name: {
            stratum: paired_difference(
                evaluation.ranks[rows],
                first.ranks[rows],
                [first.entities[row] for row in rows],
                langs[rows].tolist(),
            )["difference"]
            for stratum in STRATA
            if (rows := rows_of(first, stratum))
        }
        for name, evaluation in systems.items()
        if name != base
    }


def average_table(title: str, table: Mapping[str, Any]) -> str:
    """Systems by strata, averaged over languages."""
    strata = [stratum for stratum in STRATA if any(stratum in cells for cells in table.values())]
    lines = [
        [name, *(percent(cells[stratum][AVERAGE]) for stratum in strata)] for name, cells in table.items()
    ]
    return markdown_table([title, *strata], lines)


def language_table(table: Mapping[str, Any]) -> str:
    """Systems and strata by language."""
    lines = [
        [name, stratum, *(percent(row[lang]) if lang in row else "-" for lang in LANGUAGES)]
        for name, cells in table.items()
        for stratum, row in cells.items()
    ]
    return markdown_table(["Recall@1", "stratum", *LANGUAGES], lines)


def markdown(report: Mapping[str, Any]) -> str:
    """The whole report."""
    above = [
        [name, *(percent(cell) for cell in cells.values())] for name, cells in report["above_dense"].items()
    ]
    timed = [
        [name, f"{row['p50_ms']:.3f}", f"{row['p90_ms']:.3f}", f"{row['mean_ms']:.3f}"]
        for name, row in report["time"].items()
    ]
    hypotheses = {
        name: percent(row["asr_small"][AVERAGE]) for name, row in report["nbest"]["recall_at_1"].items()
    }
    return "\n\n".join(
        [
            "# The ladder: what each kind of evidence adds",
            average_table("Recall@1, average", report["recall_at_1"]),
            "## Above dense, paired by entity",
            markdown_table(["Recall@1 above dense", *STRATA], above),
            "## By language",
            language_table(report["recall_at_1"]),
            "## Right answer among the candidates",
            average_table("first twenty", report["candidates"]),
            average_table("Recall@20 of the ranking", report["recall_at_20"]),
            "## Two recognisers on the same utterances",
            markdown_table(["heard by", "Recall@1, average"], [list(row) for row in hypotheses.items()]),
            f"## Time of one request to {report['timed_bundle']}, one core, recognised requests",
            markdown_table(["ms", "p50", "p90", "mean"], timed),
            "Weights: " + ", ".join(f"{name} {value}" for name, value in report["weights"].items()) + ".",
            "Intervals are 95 %, bootstrapped by entity; in averages every language counts the same.",
        ]
    )


def measure(bundle: Bundle, weights: Weights, data: Path, lang: str) -> Measured:
    """All evaluations of one language."""
    requests = station_requests(data, lang) + second_recogniser_requests(data, lang)
    steps = {
        name: resolve_all(resolver_with(bundle, rung), requests)[0] for name, rung in rungs(weights).items()
    }
    print(
        f"{lang}: {', '.join(f'{np.mean(step.ranks == 1):.3f}' for step in steps.values())}", file=sys.stderr
    )
    channels = channel_candidates(bundle, rungs(weights)[FUSION], requests)
    return Measured(steps, channels, two_best(resolver_with(bundle, rungs(weights)[FUSION]), data, lang))


def request_times(bundle: Bundle, weights: Weights, data: Path, lang: str) -> dict[str, dict[str, float]]:
    """Milliseconds of a recognised request, rung by rung."""
    bind_to_one_core()
    queries = [request.query for request in station_requests(data, lang) if request.stratum == "asr"][:TIMED]
    return {
        name: times(resolver_with(bundle, rung).resolve, queries) for name, rung in rungs(weights).items()
    }


def report_of(parts: Mapping[str, Measured]) -> dict[str, Any]:
    """All figures, languages together."""
    ladder, channels, heard = (
        {
            name: pooled({lang: getattr(part, kind)[name] for lang, part in parts.items()})
            for name in getattr(next(iter(parts.values())), kind)
        }
        for kind in Measured._fields
    )
    return {
        "recall_at_1": recall_table(ladder, "recall_at_1"),
        "recall_at_20": recall_table(ladder, "recall_at_20"),
        "candidates": recall_table(channels, "recall_at_1"),
        "above_dense": differences(ladder, DENSE),
        "nbest": {
            "recall_at_1": recall_table(heard, "recall_at_1"),
            "above_better_recogniser": differences(heard, SECOND),
        },
    }


def main() -> None:
    """Measure every rung in every language and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--weights", type=Path, help="what edge-er train fit weights --dry-run prints")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--result", default="ladder", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    bundles = {lang: read_bundle(options.bundle.format(lang=lang)) for lang in options.languages}
    first, bundle = next(iter(bundles.items()))
    weights = json.loads(options.weights.read_text("utf-8")) if options.weights else bundle.manifest["rerank"]
    report = {
        "weights": rungs(weights)[FUSION],
        **report_of({lang: measure(each, weights, data, lang) for lang, each in bundles.items()}),
        "timed_bundle": bundle.manifest["name"],
        "time": request_times(bundle, weights, data, first),
    }
    write_result("product.ladder", options.result, report, markdown(report))


if __name__ == "__main__":
    main()
