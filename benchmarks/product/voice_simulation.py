"""Recall@1 of a shipped bundle on requests that `edge-er voice` makes: typed, recognised, and recognised through noise.

    python -m benchmarks.product.voice_simulation --model WHISPER --work FOLDER

The names are development stations of the English catalog's countries, on none of which anything was trained. Each is
spoken and heard by every system of `SYSTEMS`; what is made stands in FOLDER and is gone on with by the next run. Beside
them stand the requests of the data folder for the same stations (another voice's rates, Whisper base).
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.results_file import (
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from catalog_tools.voice.engines import find_speaker
from catalog_tools.voice.recognisers import find_recogniser
from catalog_tools.voice.simulation import VoiceSettings, simulate
from edge_er.bundle.entity import Entity
from edge_er.evaluation.evaluate import evaluate
from edge_er.evaluation.metrics import evaluate_answers
from edge_er.evaluation.requests_file import Request, read_requests
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_requests import station_requests

LANG, BUNDLE, SEED = "en", "radio_en", 7
SYSTEMS = (  # voice, recogniser, texts of a sound, share of the stations (PocketSphinx is slow)
    ("ttspico", "faster-whisper", 1, 1.0),
    ("espeak-ng", "faster-whisper", 1, 1.0),
    ("ttspico", "pocketsphinx", 5, 0.4),
)
STRATA = ("text", "asr", "noisy")
DATA_SYSTEM = ("ttspico (data folder)", "Whisper base")


def stations(data: Path, most: int) -> list[Entity]:
    """``most`` stations that are asked for in the development requests, chosen by a seed, each with its country."""
    asked = {(request.gold[0], request.country) for request in station_requests(data, LANG)}
    chosen = random.Random(SEED).sample(sorted(asked, key=str), min(most, len(asked)))
    return [
        Entity(f"{number:04}", name, metadata={"country": country})
        for number, (name, country) in enumerate(sorted(chosen, key=str))
    ]


def spoken_requests(
    names: Sequence[Entity], system: tuple[str, str, int, float], model: Path, work: Path
) -> Path:
    """The file of one system, made or gone on with."""
    voice, recogniser, nbest, share = system
    out = work / f"{voice}_{recogniser}.jsonl.gz"
    if not out.exists():
        hearer = find_recogniser(recogniser, LANG, model if recogniser == "faster-whisper" else None, nbest)
        limit = None if share == 1.0 else round(share * len(names))
        settings = VoiceSettings(limit=limit, held_out=1.0, domain="station", nbest=nbest, seed=SEED)
        simulate(names, find_speaker(voice, LANG), hearer, out, LANG, settings, resume=True)
    return out


def recalls(resolver: EntityResolver, requests: Sequence[Request]) -> dict[str, Any]:
    """Recall@1 of each stratum, with intervals."""
    recall: dict[str, Any] = evaluate(resolver, requests)["recall_at_1"][LANG]
    return {stratum: recall[stratum] for stratum in STRATA}


def nbest_recall(resolver: EntityResolver, file: Path, nbest: int) -> dict[str, Any]:
    """Recall@1 where all texts of the recogniser are given to the resolver."""
    asked = [request for request in read_requests(file) if request.stratum == "asr"]
    heard = {request.row: request for request in asked}
    index_of = {entity.id: index for index, entity in enumerate(resolver.entities)}
    answers, requests = [], []
    for row, values in enumerate(_rows(file), start=1):
        texts = [text for text in values["asr_nbest"] if text] or [""]
        matches = resolver.resolve(nbest=texts[:nbest], top_k=5).matches
        answers.append([index_of[match.id] for match in matches])
        requests.append(heard[row])
    report = evaluate_answers(answers, resolver.entities, requests, 5).report(LANG)
    cell: dict[str, Any] = report["recall_at_1"][LANG]["asr"]
    return cell


def _rows(file: Path) -> list[dict[str, Any]]:
    import gzip

    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def measure(data: Path, most: int, model: Path, work: Path, only: str | None = None) -> dict[str, Any]:
    """All systems, or those of one recogniser, on the same stations."""
    names = stations(data, most)
    resolver = EntityResolver.load(BUNDLE)
    systems = []
    for system in SYSTEMS:
        if only not in (None, system[1]):
            continue
        voice, recogniser, nbest, _ = system
        file = spoken_requests(names, system, model, work)
        name = recogniser if recogniser == "pocketsphinx" else f"{recogniser} {model.name}"
        row = {"voice": voice, "recogniser": name, **recalls(resolver, read_requests(file))}
        if nbest > 1:
            row["nbest"] = nbest_recall(resolver, file, nbest)
        systems.append({**row, "examples": _rows(file)[:3]})
    chosen = {(entity.name, entity.metadata["country"]) for entity in names}
    asked = [
        request for request in station_requests(data, LANG) if (request.gold[0], request.country) in chosen
    ]
    voice, recogniser = DATA_SYSTEM
    systems.append({"voice": voice, "recogniser": recogniser, **recalls(resolver, asked)})
    return {"bundle": BUNDLE, "stations": len(names), "seed": SEED, "systems": systems}


def markdown(figures: dict[str, Any]) -> str:
    """The table of the result."""
    rows = [
        [
            f"{row['voice']}, {row['recogniser']}",
            str(row["text"]["rows"]),
            *(percent(row[stratum]) for stratum in STRATA),
            percent(row["nbest"]) if "nbest" in row else "-",
        ]
        for row in figures["systems"]
    ]
    heading = ["voice, recogniser", "requests", "typed", "recognised", "through noise", "recognised, 5-best"]
    return "\n".join(
        [
            f"# Voice simulation: Recall@1 of {figures['bundle']}",
            "",
            f"{figures['stations']} development stations, or a part of them, one request each, spoken and heard",
            "offline; 95 % intervals by entity. The last row is the data folder's recordings of the same stations.",
            "",
            markdown_table(heading, rows),
        ]
    )


def main() -> None:
    """Measure and write benchmarks/results/voice_simulation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--model", type=Path, required=True, help="Whisper in CTranslate2 format, for English"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder of what is made, kept between runs")
    parser.add_argument("--names", type=int, default=250, help="so many stations")
    parser.add_argument("--only", metavar="RECOGNISER", help="the systems of this recogniser alone")
    options = parser.parse_args()
    data = data_folder(options.data)
    figures = measure(data, options.names, options.model, options.work, options.only)
    write_result("product.voice_simulation", "voice_simulation", figures, markdown(figures))


if __name__ == "__main__":
    main()
