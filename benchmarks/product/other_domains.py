"""Recall on domains that are not radio: artists, cities, TV channels and programmes, with the shipped encoder as it is.

    python -m benchmarks.product.other_domains --encoder models/encoders/multilingual-32

Each domain and language has a catalog of its own: the names of the data folder, with those that are asked for. They are
ranked by vectors alone and, where the encoder's card or --weights gives weights, by all evidence (fusion), beside
TF-IDF and, with --wratio, RapidFuzz.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
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
from benchmarks.lib.systems import AVERAGE, by_language, load_encoder, pooled, rows_of
from edge_er.bundle.candidate_counts import with_candidates
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import EncodedText, quantise
from edge_er.evaluation.baselines import TfidfRanker, WRatioRanker
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.rankers import EncoderRanker, Ranker, TextEncoder, form_table
from edge_er.index.exact import ExactIndex
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Reranker
from edge_er.ranking.weights import RerankWeights
from edge_er.text.canonical import canonical_text
from edge_er.training.card import read_card
from edge_er.training.data.voice_requests import (
    OTHER_DOMAINS,
    STRATA,
    domain_names,
    domain_requests,
    entities_of,
)

TFIDF, WRATIO = "TF-IDF 2-4-grams", "RapidFuzz WRatio"


class FusionRanker:
    """Ranks as a bundle with these weights does: int8 vectors, and all evidence."""

    def __init__(
        self,
        encoder: TextEncoder,
        entities: Sequence[Entity],
        lang: str,
        weights: RerankWeights,
        scale: float,
    ) -> None:
        texts, starts = form_table(entities)
        owners = np.repeat(np.arange(len(entities)), np.diff([*starts, len(texts)])).astype(np.int32)
        self._encoder, self._scale = encoder, scale
        self._index = ExactIndex(quantise(encoder.encode(texts), scale), owners)
        self._reranker = Reranker([canonical_text(text) for text in texts], owners, lang, weights)

    def rank(self, queries: list[str], k: int) -> list[list[int]]:
        """Best `k` entities for each query."""
        vectors = quantise(self._encoder.encode(queries), self._scale)
        ranked = []
        for query, vector in zip(queries, vectors, strict=True):
            said = EncodedText(canonical_text(query), vector)
            hypothesis = Hypothesis(said.text, self._index.form_scores(vector), same=said.same)
            ranked.append([candidate.entity for candidate in self._reranker.rank([hypothesis], k)])
        return ranked


def rankers(
    encoder: TextEncoder, card: Mapping[str, Any], entities: Sequence[Entity], lang: str, wratio: bool
) -> dict[str, Ranker]:
    """The systems that are compared, by name."""
    name = card["name"]
    systems: dict[str, Ranker] = {name: EncoderRanker(encoder, entities)}
    if card.get("rerank"):
        forms = sum(len(entity.surface_forms) for entity in entities)
        weights = RerankWeights.from_mapping(with_candidates(card["rerank"], forms))
        systems[f"{name}, fusion"] = FusionRanker(encoder, entities, lang, weights, card["vector_scale"])
    systems[TFIDF] = TfidfRanker(entities)
    if wratio:
        systems[WRATIO] = WRatioRanker(entities)
    return systems


def evaluations(
    data: Path, encoder: TextEncoder, card: Mapping[str, Any], domain: str, wratio: bool = False
) -> tuple[dict[str, Evaluation], list[int]]:
    """Evaluations of all systems in one domain, languages together, and the sizes of the catalogs."""
    measured: dict[str, dict[str, Evaluation]] = {}
    sizes = []
    for lang in LANGUAGES:
        entities = entities_of(domain_names(data, domain, lang), lang)
        requests = domain_requests(data, domain, lang)
        sizes.append(len(entities))
        for system, ranker in rankers(encoder, card, entities, lang, wratio).items():
            measured.setdefault(system, {})[lang] = measure(ranker, entities, requests)
        firsts = [f"{np.mean(parts[lang].ranks == 1):.3f}" for parts in measured.values()]
        print(f"{domain} {lang}: {', '.join(firsts)}", file=sys.stderr)
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
    parser.add_argument(
        "--weights", type=Path, help="what edge-er train fit weights --dry-run prints; the card's by default"
    )
    parser.add_argument("--wratio", action="store_true", help="measure RapidFuzz too, which takes hours")
    parser.add_argument("--domains", nargs="+", default=list(OTHER_DOMAINS), choices=OTHER_DOMAINS)
    options = parser.parse_args()
    data, encoder = data_folder(options.data), load_encoder(options.encoder)
    card = read_card(options.encoder)
    if options.weights:
        card["rerank"] = json.loads(options.weights.read_text("utf-8"))
    report: dict[str, Any] = {}
    rows = []
    for domain in options.domains:
        systems, sizes = evaluations(data, encoder, card, domain, options.wratio)
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
    write_result("product.other_domains", options.result, {"domains": report}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
