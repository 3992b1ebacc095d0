"""Recall on domains that are not radio: artists, cities, TV channels and programmes, with the shipped encoder as it is.

    python -m benchmarks.other_domains --encoder models/encoders/multilingual-32

Each domain and language has a catalog of its own: the names of the data folder, with those that are asked for.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import (
    LANGUAGES,
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.systems import AVERAGE, by_language, load_encoder, pooled, rows_of
from benchmarks.voice_requests import OTHER_DOMAINS, STRATA, domain_names, domain_requests, entities_of
from edge_er.baselines import TfidfRanker
from edge_er.metrics import Evaluation, measure
from edge_er.rankers import EncoderRanker, TextEncoder

TFIDF = "TF-IDF 2-4-grams"


def evaluations(
    data: Path, encoder: TextEncoder, name: str, domain: str
) -> tuple[dict[str, Evaluation], list[int]]:
    """Evaluations of encoder and TF-IDF in one domain, languages together, and the sizes of the catalogs."""
    measured: dict[str, dict[str, Evaluation]] = {name: {}, TFIDF: {}}
    sizes = []
    for lang in LANGUAGES:
        entities = entities_of(domain_names(data, domain, lang), lang)
        requests = domain_requests(data, domain, lang)
        sizes.append(len(entities))
        measured[name][lang] = measure(EncoderRanker(encoder, entities), entities, requests)
        measured[TFIDF][lang] = measure(TfidfRanker(entities), entities, requests)
        print(f"{domain} {lang}: {np.mean(measured[name][lang].ranks == 1):.3f}", file=sys.stderr)
    return {system: pooled(parts) for system, parts in measured.items()}, sizes


def figures(evaluation: Evaluation) -> dict[str, Any]:
    """`[stratum][lang | average]` of Recall@1."""
    return {
        stratum: {
            lang: cell.to_dict()
            for lang, cell in by_language(evaluation, rows_of(evaluation, stratum), "recall_at_1").items()
        }
        for stratum in STRATA
    }


def main() -> None:
    """Measure all domains and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--encoder", type=Path, required=True, help="encoder folder, int8 or float32")
    parser.add_argument("--result", default="other_domains", help="name of the result files")
    options = parser.parse_args()
    data, encoder = data_folder(options.data), load_encoder(options.encoder)
    report: dict[str, Any] = {}
    rows = []
    for domain in OTHER_DOMAINS:
        systems, sizes = evaluations(data, encoder, options.encoder.name, domain)
        report[domain] = {"names": dict(zip(LANGUAGES, sizes, strict=True))}
        for system, evaluation in systems.items():
            report[domain][system] = table = figures(evaluation)
            cells = [percent(table[stratum][AVERAGE]) for stratum in STRATA]
            rows.append([domain, f"{min(sizes):,}-{max(sizes):,}", system, *cells])
    heading = ["domain", "names a language", "system", *STRATA]
    markdown = (
        "# Recall@1 on other domains, average of five languages\n\n"
        + markdown_table(heading, rows)
        + "\n\nIntervals are 95 %, bootstrapped by entity."
    )
    write_result("other_domains", options.result, {"domains": report}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
