"""Stations that are not in the catalog: how many requests for them are answered, beside those that are there.

    python -m benchmarks.product.taken_out

Development requests for stations, as they were typed and as they were recognised (a machine spoke them), asked of the
shipped bundle, and of the same bundle without a fifth of the stations that are asked for, each in its turn; utterances
of other intents are those of `calibration`. Answered is match or ambiguous. Of a typed request `resolve` is
told that it was typed. `calibration` has the curves behind it, but strikes the station from the answer, not from the
catalog.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.lib.asked import (
    ANSWERED,
    FIRST,
    MATCH,
    RIGHT,
    WRONG,
    Asked,
    Goal,
    Report,
    add_half_option,
    asked_rows,
    in_half,
)
from benchmarks.lib.built_catalogs import without
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder
from benchmarks.product.calibration import ASKED, HEARD, OTHER_INTENT, TAKEN_OUT, strangers
from catalog_tools.language.noise import Confusions
from catalog_tools.language.requests import RequestGenerator
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.evaluation.metrics import GoldMap
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import station_requests

THERE = "there"
PARTS = (
    5  # of the stations that are asked for; one is taken out at a time, so that the catalog stays what it is
)
TYPED = "typed"
SHOWN = (FIRST, RIGHT, WRONG, MATCH, ANSWERED)
GOALS = {
    f"{THERE}, typed": (Goal(ANSWERED, 0.98),),
    f"{TAKEN_OUT}, typed": (Goal(ANSWERED, 0.08, at_most=True),),
    f"{THERE}, recognised": (Goal(ANSWERED, 0.80),),
    f"{TAKEN_OUT}, recognised": (Goal(ANSWERED, 0.17, at_most=True),),
    **{f"{OTHER_INTENT}, {how}": (Goal(ANSWERED, 0.03, at_most=True),) for how in HEARD},
}
SHARE = dict.fromkeys(GOALS, ANSWERED)


def how_of(kind: str) -> str:
    """The last words of a kind: "typed" or "recognised"."""
    return kind.rpartition(", ")[2]


def part_of(right: frozenset[str]) -> int:
    """In which of the `PARTS` the stations of a request are."""
    return hashlib.sha256(min(right).encode()).digest()[0] % PARTS


def requests_for_stations(data: Path, lang: str, bundle: Bundle, half: str) -> list[Asked]:
    """Requests for stations that are there, typed and recognised."""
    gold, ids = GoldMap(bundle.entities), [entity.id for entity in bundle.entities]
    asked = []
    for request in station_requests(data, lang):
        how, right = ASKED[request.stratum], frozenset(ids[place] for place in gold.indices(request))
        if how in HEARD and right and in_half(request.gold[0], half):
            asked.append(Asked(f"{THERE}, {how}", request.query, right, request.gold[0]))
    return asked


def taken_out_rows(bundle: Bundle, requests: list[Asked], lang: str) -> Iterator[dict[str, Any]]:
    """The same requests, each asked of the bundle without what it asks for."""
    parts: defaultdict[int, list[Asked]] = defaultdict(list)
    for asked in requests:
        parts[part_of(asked.right)].append(asked)
    index_of = {entity.id: index for index, entity in enumerate(bundle.entities)}
    for part in parts.values():
        gone = {index_of[identifier] for asked in part for identifier in asked.right}
        resolver = EntityResolver(without(bundle, gone))
        for how in HEARD:
            of_kind = [
                Asked(f"{TAKEN_OUT}, {how}", asked.query, frozenset(), asked.cluster)
                for asked in part
                if how_of(asked.kind) == how
            ]
            yield from asked_rows(resolver, of_kind, lang, typed=how == TYPED)


def ask(data: Path, lang: str, name: str, half: str, confusions: Confusions) -> list[dict[str, Any]]:
    """All requests of a language, as rows."""
    bundle = read_bundle(name.format(lang=lang))
    resolver = EntityResolver(bundle)
    requests = requests_for_stations(data, lang, bundle, half)
    names = frozenset(canonical_text(form) for entity in bundle.entities for form in entity.surface_forms)
    others = [
        Asked(kind, text, frozenset(), text)
        for kind, text in strangers(data, lang, names, confusions)
        if kind.startswith(OTHER_INTENT) and how_of(kind) in HEARD and in_half(text, half)
    ]
    rows = []
    for how in HEARD:
        of_kind = [asked for asked in (*requests, *others) if how_of(asked.kind) == how]
        rows += asked_rows(resolver, of_kind, lang, typed=how == TYPED)
    return rows + list(taken_out_rows(bundle, requests, lang))


def main() -> None:
    """Ask all bundles and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    add_half_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    parser.add_argument("--result", default="taken_out", help="name of the result files")
    options = parser.parse_args()
    data, generator = data_folder(options.data), RequestGenerator.of_languages(LANGUAGES)
    rows = []
    for lang in options.languages:
        rows += ask(data, lang, options.bundle, options.half, generator.confusions[lang])
    intro = (
        f"Half *{options.half}* of the names; means of languages with 95 % intervals over names. Typed requests: "
        "they are told to be typed."
    )
    failing = [row for row in rows if not row["kind"].startswith(THERE)]
    report = Report("product.taken_out", "What is not in the catalog", SHOWN, GOALS, SHARE, ANSWERED)
    report.write(options, intro, rows, list(GOALS), failing)


if __name__ == "__main__":
    main()
