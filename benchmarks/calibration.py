"""How far confidence can be believed, and when a bundle keeps silent: on recognised speech and on what is no request.

    python -m benchmarks.calibration

Requests for stations of a bundle (development, typed and recognised), for stations of other countries and entities of
other domains that the bundle does not hold, and utterances of other intents; none of them was used to fit anything.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import (
    LANGUAGES,
    RESULTS,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from benchmarks.voice_requests import OTHER_DOMAINS, domain_requests, read_rows, station_requests
from edge_er.calibrate import Calibration
from edge_er.metrics import GoldMap
from edge_er.normalize import canonical_text
from edge_er.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.training.calibration import Bin, Evidence, bins, joined, row_weights, summary

LOCALES = {"de": "de-DE", "en": "en-US", "fr": "fr-FR", "it": "it-IT", "es": "es-ES"}
STRATA = ("text", "asr", "noisy")
OTHER_STATION, OTHER_DOMAIN, OTHER_INTENT = "other station", "other domain", "other intent"
SHARES = {"text": 0.2, "asr": 0.25, "noisy": 0.15, OTHER_STATION: 0.1, OTHER_DOMAIN: 0.12, OTHER_INTENT: 0.18}
MOST = 1000  # of a kind, a language


def strangers(data: Path, lang: str, names: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Kind and text of requests for nothing that the bundle of `lang` holds; `names` are its forms, canonical."""
    rng = random.Random(f"strangers of {lang}")
    stations = [request for other in LANGUAGES if other != lang for request in station_requests(data, other)]
    others = [request for domain in OTHER_DOMAINS for request in domain_requests(data, domain, lang)]
    for kind, requests in ((OTHER_STATION, stations), (OTHER_DOMAIN, others)):
        kept = [request for request in requests if canonical_text(request.gold[0]) not in names]
        yield from ((kind, request.query) for request in rng.sample(kept, min(MOST, len(kept))))
    rows = read_rows(data / "massive" / f"{LOCALES[lang]}.jsonl.gz")
    texts = [row["utt"] for row in rows if row["partition"] == "dev" and row["intent"] != "play_radio"]
    yield from ((OTHER_INTENT, text) for text in rng.sample(texts, min(MOST, len(texts))))


def evidence_of(resolver: EntityResolver, kinds: Sequence[str], requests: Sequence[Request]) -> Evidence:
    """Best candidate and margin of each request; those whose gold maps to nothing are never right."""
    gold = GoldMap(resolver.entities)
    places = {entity.id: place for place, entity in enumerate(resolver.entities)}
    scores, margins, right = [], [], []
    answers = resolver.resolve_batch([request.query for request in requests], top_k=2)
    for request, answer in zip(requests, answers, strict=True):
        found = [match.score for match in answer.matches] or [0.0]
        scores.append(found[0])
        margins.append(found[0] - found[1] if len(found) > 1 else found[0])
        right.append(bool(answer.matches) and places[answer.matches[0].id] in gold.indices(request))
    return Evidence(np.array(kinds), np.array(scores), np.array(margins), np.array(right))


def measure(data: Path, lang: str, resolver: EntityResolver) -> Evidence:
    """All requests of one language put to its bundle."""
    names = frozenset(canonical_text(form) for entity in resolver.entities for form in entity.surface_forms)
    asked = station_requests(data, lang)
    others = list(strangers(data, lang, names))
    kinds = [request.stratum for request in asked] + [kind for kind, _ in others]
    return evidence_of(resolver, kinds, [*asked, *(Request(text, ()) for _, text in others)])


def plot(by_language: dict[str, list[Bin]], out: Path) -> None:
    """Reliability: the share of right answers at each confidence, a line for each language."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panel = plt.subplots(figsize=(5.5, 5.5), layout="constrained")
    panel.plot([0, 1], [0, 1], color="black", lw=1, ls=":", label="as it should be")
    for lang, found in by_language.items():
        panel.plot([one.confidence for one in found], [one.right for one in found], "o-", ms=4, label=lang)
    panel.set_xlabel("confidence of the best candidate")
    panel.set_ylabel("share of right ones")
    panel.grid(alpha=0.3)
    panel.legend(frameon=False)
    figure.savefig(out, dpi=150)
    plt.close(figure)


def table(report: dict[str, Any]) -> str:
    """The report as Markdown."""
    kinds = [
        [
            kind,
            f"{cell['rows']:,}",
            f"{cell['answered']:.3f}",
            f"{cell['ambiguous']:.3f}",
            "-" if cell["right_of_answered"] is None else f"{cell['right_of_answered']:.3f}",
        ]
        for kind, cell in report["all"]["kinds"].items()
    ]
    languages = [
        [
            lang,
            f"{cell['expected_calibration_error']:.3f}",
            f"{cell['auroc']:.3f}",
            *(f"{cell['kinds'][kind]['answered']:.3f}" for kind in SHARES),
        ]
        for lang, cell in report.items()
    ]
    return "\n\n".join(
        [
            "# Confidence and silence",
            "A request is answered when the decision is `match` or `ambiguous`. Strata text, asr and noisy ask for "
            "stations of the bundle; the other kinds ask for nothing that it holds.",
            markdown_table(["request", "rows", "answered", "ambiguous", "right of answered"], kinds),
            markdown_table(
                ["bundle", "calibration error", "AUROC", *(f"answered, {kind}" for kind in SHARES)], languages
            ),
            "Calibration error (expected, ten bins) and AUROC of confidence for a right best candidate, kinds weighted "
            + ", ".join(f"{kind} {share:.0%}" for kind, share in SHARES.items())
            + ". Curves: calibration.png.",
        ]
    )


def main() -> None:
    """Measure all bundles, write the result files and the plot."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    options = parser.parse_args()
    data = data_folder(options.data)
    parts, curves, report = [], {}, {}
    for lang in options.languages:
        resolver = EntityResolver.load(options.bundle.format(lang=lang))
        calibration = Calibration.from_mapping(resolver.manifest["calibration"])
        evidence = measure(data, lang, resolver)
        weights = row_weights(evidence.kind, SHARES)
        curves[lang] = bins(evidence.confidence(calibration), evidence.right, weights)
        report[lang] = summary(evidence, calibration, SHARES)
        parts.append(evidence)
    report = {"all": summary(joined(parts), calibration, SHARES), **report}
    figures = {"calibration": calibration.to_dict(), "shares": SHARES, "report": report}
    write_result("calibration", "calibration", figures, table(report))
    plot(curves, RESULTS / "calibration.png")
    print(table(report))


if __name__ == "__main__":
    main()
