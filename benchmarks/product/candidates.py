"""More candidates: Recall@1 on spoken requests by how many names are ranked, and what a second recogniser adds.

    python -m benchmarks.product.candidates

The shipped bundles rank at least so many names by vector and as many by sound (`edge-er build --candidates`); here both
counts are set by hand. Requests are the data folder's development requests for stations: typed, recognised, recognised
through noise, and by a better recogniser. Those that two recognisers heard are asked once more with both texts. "CPU"
is the time of a count beside that of the first, over the same requests, one count after the other in turn.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
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
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import find_bundle
from edge_er.evaluation.bootstrap import mean_interval, paired_difference
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.metrics import evaluate_answers
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_requests import (
    second_recogniser_pairs,
    second_recogniser_requests,
    station_requests,
)

COUNTS = (32, 128)
STRATA = ("text", "asr", "noisy", "asr_small")
BOTH = "asr + asr_small"


def with_candidates(lang: str, count: int) -> EntityResolver:
    """The shipped bundle of a language with so many candidates by vector and by sound."""
    bundle = read_bundle(find_bundle(f"radio_{lang}"))
    rerank = {**bundle.manifest["rerank"], "dense_forms": count, "sound_forms": count}
    return EntityResolver(dataclasses.replace(bundle, manifest={**bundle.manifest, "rerank": rerank}))


def language_ranks(data: Path, lang: str) -> dict[str, dict[int, tuple[list[int], list[str]]]]:
    """`[stratum][count]`: rank of the first right answer of each request, and the entity it asks for."""
    requests = station_requests(data, lang) + second_recogniser_requests(data, lang)
    asked, texts = second_recogniser_pairs(data, lang)
    ranks: dict[str, dict[int, tuple[list[int], list[str]]]] = {name: {} for name in (*STRATA, BOTH)}
    for count in COUNTS:
        resolver = with_candidates(lang, count)
        answers = resolve_all(resolver, requests)[0]
        for stratum in STRATA:
            rows = [place for place, each in enumerate(requests) if each.stratum == stratum]
            found = answers.ranks[rows].tolist()
            ranks[stratum][count] = found, [f"{lang}: {answers.entities[row]}" for row in rows]
        index_of = {entity.id: index for index, entity in enumerate(resolver.entities)}
        heard = [[text for text in both if text] or [""] for both in texts]
        firsts = [[index_of[match.id] for match in resolver.resolve(nbest=both).matches] for both in heard]
        both = evaluate_answers(firsts, resolver.entities, asked, 5)
        ranks[BOTH][count] = both.ranks.tolist(), [f"{lang}: {name}" for name in both.entities]
    return ranks


def relative_time(data: Path, lang: str, rows: int = 300) -> dict[str, float]:
    """CPU time of a request at each count, in times that of the first; requests and counts in turn."""
    texts = [each.query for each in station_requests(data, lang) if each.stratum == "asr"][:rows]
    resolvers = {count: with_candidates(lang, count) for count in COUNTS}
    spent = dict.fromkeys(COUNTS, 0.0)
    for text in texts:
        for count, resolver in resolvers.items():
            start = time.process_time()
            resolver.resolve(text)
            spent[count] += time.process_time() - start
    return {str(count): round(seconds / spent[COUNTS[0]], 3) for count, seconds in spent.items()}


def compared(by_language: dict[str, dict[str, dict[int, tuple[list[int], list[str]]]]]) -> dict[str, Any]:
    """`[stratum]`: Recall@1 at each count and the gain of the last over the first; all languages as one."""
    table: dict[str, Any] = {}
    for stratum in (*STRATA, BOTH):
        ranks = {
            count: np.array([rank for own in by_language.values() for rank in own[stratum][count][0]])
            for count in COUNTS
        }
        entities = [name for own in by_language.values() for name in own[stratum][COUNTS[0]][1]]
        cells = {str(count): mean_interval(found == 1, entities).to_dict() for count, found in ranks.items()}
        gain = paired_difference(ranks[COUNTS[-1]], ranks[COUNTS[0]], entities)["difference"]
        table[stratum] = {**cells, "gain": gain}
    return table


def markdown(figures: dict[str, Any]) -> str:
    """Both tables."""
    names = [*map(str, COUNTS), "gain"]
    rows = [
        [stratum, f"{cells['gain']['rows']:,}", *(percent(cells[name]) for name in names)]
        for stratum, cells in figures["strata"].items()
    ]
    spent = [
        [lang, *(f"{cells[str(count)]:.2f}" for count in COUNTS)] for lang, cells in figures["cpu"].items()
    ]
    return "\n".join(
        [
            "# More candidates: Recall@1 on spoken requests for stations",
            "",
            "Names by vector and as many by sound are ranked. All languages as one; 95 % intervals by entity.",
            f"{BOTH}: the texts of two recognisers of one utterance together.",
            "",
            markdown_table(["stratum", "requests", *names], rows),
            "",
            "CPU time of a request in Python, in times that of the smaller count:",
            "",
            markdown_table(["language", *map(str, COUNTS)], spent),
        ]
    )


def main() -> None:
    """Measure and write benchmarks/results/candidates."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    data = data_folder(parser.parse_args().data)
    by_language = {lang: language_ranks(data, lang) for lang in LANGUAGES}
    figures = {
        "strata": compared(by_language),
        "cpu": {lang: relative_time(data, lang) for lang in LANGUAGES},
    }
    write_result("product.candidates", "candidates", figures, markdown(figures))


if __name__ == "__main__":
    main()
