"""How far confidence can be believed, and when a bundle keeps silent: on recognised speech and on what is no request.

    python -m benchmarks.product.calibration

Development requests for the stations of a bundle, typed and recognised, each asked once more with its station taken
out; requests for stations of other countries and for entities of other domains; utterances of other intents, in English
also as people's voices were recognised. None of them was used to fit anything.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.results_file import (
    LANGUAGES,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from catalog_tools.language.noise import Confusions
from catalog_tools.language.requests import RequestGenerator
from catalog_tools.radio import CATALOG_COUNTRIES
from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import cached_rows, domain_requests, station_requests
from edge_er.training.fit.calibration import bins, row_weights
from edge_er.training.fit.candidate_scores import ScoredRequests, candidates, joined, scores_of
from edge_er.training.fit.decision_report import report, risk_coverage

LOCALES = {"de": "de-DE", "en": "en-US", "fr": "fr-FR", "it": "it-IT", "es": "es-ES"}
ASKED = {"text": "typed", "asr": "recognised", "noisy": "noisy"}
TAKEN_OUT, OTHER_STATION, OTHER_NAME, OTHER_INTENT = (
    "taken out",
    "other station",
    "other name",
    "other intent",
)
HUMAN = f"{OTHER_INTENT}, human speech"
REFUSED = (TAKEN_OUT, OTHER_STATION, OTHER_NAME, OTHER_INTENT)
SHARES = {
    "typed": 0.2,
    "recognised": 0.25,
    "noisy": 0.15,
    **{f"{kind}, {how}": 0.05 for kind in REFUSED for how in ("typed", "recognised")},
}
TYPED_SHARES = {"typed": 0.6, **{f"{kind}, typed": 0.1 for kind in REFUSED}}
STRATA = {how: (how, tuple(f"{kind}, {how}" for kind in REFUSED)) for how in ("typed", "recognised")}
HEARD = {"typed": "text", "recognised": "asr"}
DOMAINS = ("artist", "city", "tv")
MOST = 400  # of a kind that must be refused, a language
PRECISIONS = (0.8, 0.85, 0.9, 0.925, 0.95, 0.96, 0.97, 0.98, 0.99)


def strangers(
    data: Path, lang: str, names: frozenset[str], confusions: Confusions
) -> Iterator[tuple[str, str]]:
    """Kind and text of requests for nothing that the bundle of `lang` holds; `names` are its forms, canonical."""
    rng = random.Random(f"strangers of {lang}")
    stations = [
        row
        for row in cached_rows(data / "voice" / "voice.jsonl.gz")
        if (row["split"], row["domain"], row["lang"]) == ("dev", "station", lang)
        and row["country"] not in CATALOG_COUNTRIES[lang]
        and canonical_text(row["entity"]) not in names
    ]
    for row in rng.sample(stations, min(MOST, len(stations))):
        yield from ((f"{OTHER_STATION}, {how}", row[column]) for how, column in HEARD.items())
    others = [request for domain in DOMAINS for request in domain_requests(data, domain, lang)]
    for how, stratum in HEARD.items():
        kept = [
            request.query
            for request in others
            if request.stratum == stratum and canonical_text(request.gold[0]) not in names
        ]
        yield from ((f"{OTHER_NAME}, {how}", text) for text in rng.sample(kept, min(MOST, len(kept))))
    rows = cached_rows(data / "massive" / f"{LOCALES[lang]}.jsonl.gz")
    texts = [row["utt"] for row in rows if row["partition"] == "dev" and row["intent"] != "play_radio"]
    for text in rng.sample(texts, min(MOST, len(texts))):
        yield f"{OTHER_INTENT}, typed", text
        heard = confusions.distort(canonical_text(text), rng, rng.choice((0.1, 0.2, 0.3)))
        yield f"{OTHER_INTENT}, recognised", heard
    if lang == "en":
        spoken = [
            row["asr"]
            for row in cached_rows(data / "slurp" / "slurp_test_asr_pairs.jsonl.gz")
            if row["intent"] != "play_radio"
        ]
        yield from ((HUMAN, text) for text in rng.sample(spoken, 2 * MOST))


def measure(data: Path, lang: str, resolver: EntityResolver, confusions: Confusions) -> ScoredRequests:
    """All requests of one language put to its bundle."""
    names = frozenset(canonical_text(form) for entity in resolver.entities for form in entity.surface_forms)
    asked = [(ASKED[request.stratum], request) for request in station_requests(data, lang)]
    others = [(kind, Request(text, ())) for kind, text in strangers(data, lang, names, confusions)]
    gold = GoldMap(resolver.entities)
    return ScoredRequests.of(
        row for kind, request in [*asked, *others] for row in scored_rows(resolver, gold, kind, request)
    )


def scored_rows(
    resolver: EntityResolver, gold: GoldMap, kind: str, request: Request
) -> Iterator[tuple[str, CandidateScores, list[bool]]]:
    """The candidate scores of a request and which candidates are right; once more with what it asks for taken out."""
    right = {resolver.entities[place].id for place in gold.indices(request)}
    ranked = candidates(resolver, request.query, COMPARED + len(right))
    asked = {kind: ranked}
    if f"{TAKEN_OUT}, {kind}" in SHARES:
        asked[f"{TAKEN_OUT}, {kind}"] = [candidate for candidate in ranked if candidate[0] not in right]
    for name, left in asked.items():
        if left:
            yield name, scores_of(left), [candidate[0] in right for candidate in left]


def plot(parts: Mapping[str, ScoredRequests], calibrations: Mapping[str, Calibration], out: Path) -> None:
    """Reliability, and how much can be answered at which risk: a line for each language."""
    from benchmarks.lib.plots import plt, save

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
    left.plot([0, 1], [0, 1], color="black", lw=1, ls=":", label="as it should be")
    for lang, asked in parts.items():
        confidence, weights = asked.confidence(calibrations[lang]), row_weights(asked.kind, SHARES)
        filled = bins(confidence, asked.right, weights)
        left.plot([one.confidence for one in filled], [one.right for one in filled], "o-", ms=4, label=lang)
        order = np.argsort(-confidence)
        counts = np.cumsum(weights[order])
        risk = 1 - np.cumsum((weights * asked.right)[order]) / np.maximum(counts, 1e-12)
        right.plot(counts / counts[-1], risk, label=lang)
    left.set(xlabel="confidence of the best candidate", ylabel="share of right ones")
    right.axhline(0.05, color="black", lw=1, ls=":")
    right.set(xlabel="share of all requests answered", ylabel="share of wrong answers", ylim=(0, 0.5))
    for panel in (left, right):
        panel.grid(alpha=0.3)
        panel.legend(frameon=False)
    save(figure, out)


def kind_table(kinds: Mapping[str, Mapping[str, Any]]) -> str:
    """What is answered to each kind of request."""
    rows = [
        [
            kind,
            f"{cell['rows']:,}",
            f"{cell['answered']:.3f}",
            f"{cell['ambiguous']:.3f}",
            "-" if cell["right_of_answered"] is None else f"{cell['right_of_answered']:.3f}",
        ]
        for kind, cell in kinds.items()
    ]
    return markdown_table(["request", "rows", "answered", "ambiguous", "right of answered"], rows)


def table(figures: Mapping[str, Any]) -> str:
    """The report as Markdown."""
    report = figures["report"]
    languages = [
        [
            lang,
            f"{cell['expected_calibration_error']:.3f}",
            *(f"{cell['no_match_auroc'][how]:.3f}" for how in STRATA),
            f"{cell['precision']:.3f}",
            *(f"{cell['kinds'][kind]['answered']:.3f}" for kind in ASKED.values()),
        ]
        for lang, cell in report.items()
    ]
    cover = [
        [f"{row['precision']:.3f}", f"{row['confidence']:.3f}", f"{row['answered']:.3f}"]
        for row in figures["risk_coverage"]
    ]
    columns = ["bundle", "calibration error", *(f"no-match AUROC, {how}" for how in STRATA), "precision"]
    return "\n\n".join(
        [
            "# Confidence and silence",
            f"Answered means `match` or `ambiguous`, at min_precision {figures['min_precision']}. Kinds typed, "
            "recognised and noisy ask for stations of the bundle; the others for nothing that it holds. An ambiguous "
            "answer is right if the right station is among those that are too close to tell apart.",
            kind_table(report["all"]["kinds"]),
            "## Typed requests, asked as such\n\nThe same typed requests with `typed=True`.",
            kind_table(figures["typed"]["kinds"]),
            "## By bundle",
            markdown_table([*columns, *(f"answered, {kind}" for kind in ASKED.values())], languages),
            "## Share of all requests answered by precision",
            markdown_table(["precision", "confidence", "answered"], cover),
            "Calibration error (expected, ten bins), precision and the share answered: kinds weighted "
            + ", ".join(f"{kind} {share:.0%}" for kind, share in SHARES.items())
            + ". AUROC: confidence of requests for stations of the bundle against those to refuse, each kind of which "
            "counts the same. Curves: calibration.png.",
        ]
    )


def typed_figures(parts: Mapping[str, ScoredRequests], calibration: Calibration) -> dict[str, Any]:
    """Figures of the typed requests alone, under the calibration for them."""
    whole = joined(list(parts.values()))
    strata = {how: stratum for how, stratum in STRATA.items() if how in TYPED_SHARES}
    return report(whole[np.isin(whole.kind, list(TYPED_SHARES))], calibration, TYPED_SHARES, strata)


def figures_of(
    parts: Mapping[str, ScoredRequests],
    calibrations: Mapping[str, Calibration],
    typed: Mapping[str, Calibration],
) -> dict[str, Any]:
    """All figures, each language under the calibration of its bundle; `typed`: for typed requests."""
    whole = joined(list(parts.values()))
    first = next(iter(calibrations.values()))
    confidence = np.concatenate([part.confidence(calibrations[lang]) for lang, part in parts.items()])
    weights = row_weights(whole.kind, SHARES)
    return {
        "calibration": first.to_dict(),
        "min_precision": first.min_precision,
        "shares": SHARES,
        "report": {
            "all": report(whole, first, SHARES, STRATA),
            **{lang: report(part, calibrations[lang], SHARES, STRATA) for lang, part in parts.items()},
        },
        "typed": typed_figures(parts, next(iter(typed.values()))),
        "risk_coverage": risk_coverage(confidence, whole.right, weights, PRECISIONS),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all bundles, write the result files and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--dense", action="store_true", help="rank by vectors alone")
    parser.add_argument("--result", default="calibration", help="name of the result files")
    options = parser.parse_args(arguments)
    data = data_folder(options.data)
    generator = RequestGenerator.of_languages(LANGUAGES)
    parts, calibrations, typed = {}, {}, {}
    for lang in options.languages:
        resolver = EntityResolver.load(options.bundle.format(lang=lang), rerank=not options.dense)
        calibrations[lang] = Calibration.from_manifest(resolver.manifest, resolver.reranks)
        typed[lang] = Calibration.from_manifest(resolver.manifest, resolver.reranks, typed=True)
        parts[lang] = measure(data, lang, resolver, generator.confusions[lang])
    figures = figures_of(parts, calibrations, typed)
    write_result("product.calibration", options.result, figures, table(figures))
    plot(parts, calibrations, RESULTS / f"{options.result}.png")
    print(table(figures))


if __name__ == "__main__":
    main()
