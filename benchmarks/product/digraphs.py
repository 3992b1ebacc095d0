"""Digraphs as letters: Recall@1 with costs of misrecognition that count "sch" or "th" as one letter, and without.

    python -m benchmarks.product.digraphs

Both tables of costs are fitted on the same pairs of said and heard requests of the data folder. Requests are recognised
ones, with and without noise, for stations whose names no cost was fitted on: the data folder's development requests,
and the names of its training requests that fitting holds out. The bundles are the shipped ones. "Gain" is paired, with
95 % intervals by entity.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.lib.cost_tables import fitted_table
from benchmarks.lib.results_file import (
    add_data_option,
    data_folder,
    markdown_table,
    percent,
    write_result,
)
from benchmarks.lib.voice_judging import STRATA as HEARD
from benchmarks.lib.voice_judging import evaluated
from catalog_tools.language.name_split import held_out, name_cluster
from catalog_tools.radio import CATALOG_COUNTRIES
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import find_bundle
from edge_er.evaluation.bootstrap import mean_interval, paired_difference
from edge_er.evaluation.requests_file import Request
from edge_er.text.letters import Letters
from edge_er.training.data.voice_requests import cached_rows, station_requests
from edge_er.training.fit.misrecognition_costs import DIGRAPHS, HELD_SHARE, pairs

LETTERS, WITH = "letters", "digraphs"
STRATA = {"dev asr": "asr", "dev noisy": "noisy", "held asr": "held asr", "held noisy": "held noisy"}


def held_requests(data: Path, lang: str) -> list[Request]:
    """Recognised requests of the training part for stations whose names are held out: strata held asr, held noisy."""
    return [
        Request(row[field], (row["entity"],), row["country"], lang, f"held {stratum}", "station")
        for row in cached_rows(data / "voice" / "voice.jsonl.gz")
        if row["split"] == "train" and row["lang"] == lang and row["domain"] == "station"
        if row["country"] in CATALOG_COUNTRIES[lang] and held_out(name_cluster(row["entity"]), HELD_SHARE)
        for stratum, field in HEARD.items()
    ]


def language_figures(data: Path, lang: str) -> list[dict[str, Any]]:
    """A row for each stratum."""
    plain: defaultdict[str, Letters] = defaultdict(Letters)
    tables = {
        LETTERS: fitted_table(lang, pairs(data, lang=lang, letters_of=plain)[lang], digraphs=False),
        WITH: fitted_table(lang, pairs(data, lang=lang)[lang]),
    }
    bundle = read_bundle(find_bundle(f"radio_{lang}"))
    spoken = [each for each in station_requests(data, lang) if each.stratum in HEARD]
    requests = spoken + held_requests(data, lang)
    answers = {name: evaluated(bundle, requests, table) for name, table in tables.items()}
    figures = []
    for name, stratum in STRATA.items():
        rows = np.flatnonzero([each.stratum == stratum for each in requests])
        entities = [answers[WITH].entities[row] for row in rows]
        ranks = {way: each.ranks[rows] for way, each in answers.items()}
        cells = {way: mean_interval(each == 1, entities).to_dict() for way, each in ranks.items()}
        gain = paired_difference(ranks[WITH], ranks[LETTERS], entities)["difference"]
        figures.append({"lang": lang, "stratum": name, "requests": len(rows), **cells, "gain": gain})
    print(lang, flush=True)
    return figures


def markdown(figures: Sequence[Mapping[str, Any]]) -> str:
    """The table of the result."""
    heading = ["language", "requests for", "how many", LETTERS, WITH, "gain"]
    rows = [
        [row["lang"], row["stratum"], f"{row['requests']:,}", *(percent(row[each]) for each in heading[3:])]
        for row in figures
    ]
    said = [f"- {lang}: {', '.join(each.split())}" for lang, each in DIGRAPHS.items()]
    return "\n".join(
        [
            "# Digraphs as letters: Recall@1",
            "",
            "Costs of misrecognition in which each of these groups of letters is one letter, and without:",
            "",
            *said,
            "",
            "dev: the data folder's development requests for stations. held: names of its training requests that no",
            "cost was fitted on. noisy: heard through noise. 95 % intervals by entity; the gain is paired.",
            "",
            markdown_table(heading, rows),
        ]
    )


def main() -> None:
    """Measure and write benchmarks/results/digraphs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    data = data_folder(parser.parse_args().data)
    figures = [row for lang in DIGRAPHS for row in language_figures(data, lang)]
    write_result("product.digraphs", "digraphs", {"figures": figures}, markdown(figures))


if __name__ == "__main__":
    main()
