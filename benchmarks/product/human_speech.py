"""Human speech: SLURP's sentences as a recogniser heard them, to see that not one synthetic voice was learned.

    python -m benchmarks.product.human_speech --encoder models/encoders/multilingual-32

SLURP (English) marks the names in what people said to an assistant. Each kind of name is a catalog: what SLURP's
speakers asked for, among the whole lists of the data folder where there is one. A request is the whole sentence, as it
was meant (text) and as it was recognised (asr); nothing of SLURP has been trained on. Recognised requests are counted
once more by what came through of the name: whole, its letters stand in the request; garbled, they do not, but the most
like part of the request is like it by `TRACEABLE` of 100 (RapidFuzz partial_ratio); lost, nothing does.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, percent, write_result
from benchmarks.lib.systems import by_language, catalog_bundle, rows_of
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import read_encoder_files
from edge_er.evaluation.baselines import TfidfRanker, WRatioRanker
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import Evaluation, measure
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import cached_rows, domain_names, entities_of

LANG = "en"
SLOT = re.compile(r"\[([a-z_]+) : ([^\]]+)\]")
KINDS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "places": (("place_name",), "city"),
    "artists": (("artist_name",), "artist"),
    "people": (("person",), None),
    "titles": (
        (
            "song_name",
            "audiobook_name",
            "radio_name",
            "podcast_name",
            "playlist_name",
            "game_name",
            "business_name",
        ),
        None,
    ),
}
STRATA = ("text", "asr")
WHOLE, GARBLED, LOST = CAME_THROUGH = ("asr, whole", "asr, garbled", "asr, lost")
TRACEABLE = 60


def requests_of(data: Path, slots: tuple[str, ...]) -> Iterator[Request]:
    """Sentences with just one name of these slots; a recording that was heard as another was is there once."""
    seen = set()
    for row in cached_rows(data / "slurp" / "slurp_test_asr_pairs.jsonl.gz"):
        names = {name.strip() for slot, name in SLOT.findall(row["annotation"]) if slot in slots}
        if len(names) != 1:
            continue
        for stratum, column in (("text", "gold"), ("asr", "asr")):
            key = stratum, canonical_text(row[column]), *names
            if key not in seen and key[1]:
                seen.add(key)
                yield Request(query=row[column], gold=tuple(names), lang=LANG, stratum=stratum)


def came_through(request: Request) -> str:
    """What a recognised request has of its name."""
    name, heard = (canonical_text(text).replace(" ", "") for text in (request.gold[0], request.query))
    if name in heard:
        return WHOLE
    return GARBLED if fuzz.partial_ratio(name, heard) >= TRACEABLE else LOST


def catalog(data: Path, requests: list[Request], domain: str | None) -> list[Entity]:
    """What is asked for, among all names of a domain."""
    names = domain_names(data, domain, LANG) if domain else []
    first: dict[str, str] = {}
    for name in [*sorted({name for request in requests for name in request.gold}), *names]:
        first.setdefault(canonical_text(name), name)
    return entities_of(sorted(first.values()), LANG)


def evaluations(data: Path, folder: Path, kind: str) -> tuple[dict[str, Evaluation], int]:
    """Our two ways to rank and the baselines on one kind of name, and the size of its catalog."""
    slots, domain = KINDS[kind]
    requests = list(requests_of(data, slots))
    entities = catalog(data, requests, domain)
    bundle = catalog_bundle(entities, LANG, read_encoder_files(folder))
    measured = {
        "dense": resolve_all(EntityResolver(bundle, rerank=False), requests)[0],
        "re-ranked": resolve_all(EntityResolver(bundle), requests)[0],
        "TF-IDF 2-4-grams": measure(TfidfRanker(entities), entities, requests),
        "WRatio": measure(WRatioRanker(entities), entities, requests),
        "token_set_ratio": measure(WRatioRanker(entities, scorer="token_set_ratio"), entities, requests),
    }
    return measured, len(entities)


def main() -> None:
    """Measure all kinds of names and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--encoder", type=Path, required=True, help="encoder folder, int8")
    options = parser.parse_args()
    data = data_folder(options.data)
    report: dict[str, Any] = defaultdict(dict)
    table = []
    for kind in KINDS:
        measured, size = evaluations(data, options.encoder, kind)
        report[kind]["names"] = size
        for system, evaluation in measured.items():
            chosen = {stratum: rows_of(evaluation, stratum) for stratum in STRATA}
            for stratum in CAME_THROUGH:
                rows = [at for at in chosen["asr"] if came_through(evaluation.requests[at]) == stratum]
                chosen[stratum] = rows
            cells = {
                stratum: by_language(evaluation, places, "recall_at_1")[LANG].to_dict()
                for stratum, places in chosen.items()
            }
            report[kind][system] = cells
            counts = f"{len(chosen['asr']):,}"
            found = [percent(cells[stratum]) for stratum in STRATA]
            found += [f"{percent(cells[each])} of {len(chosen[each]):,}" for each in CAME_THROUGH]
            table.append([kind, f"{size:,}", counts, system, *found])
    heading = ["names", "in the catalog", "recognised requests", "system", *STRATA, *CAME_THROUGH]
    markdown = (
        "# Recall@1 on human speech (SLURP, English)\n\n"
        + markdown_table(heading, table)
        + "\n\nIntervals are 95 %, bootstrapped by entity. Of recognised requests: whole, the name's letters stand in "
        + f"it; garbled, part of it is like the name by {TRACEABLE} of 100 (RapidFuzz partial_ratio); lost, the rest."
    )
    write_result("product.human_speech", "human_speech", {"kinds": dict(report)}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
