"""Voices and recognisers that nothing was fitted on: Recall@1 of three ways to meet their errors.

    python -m benchmarks.product.voices

Requests are the judged part of models/voice_pairs: stations of the shipped catalogs, none of whose names the costs of
misrecognition were fitted on, spoken by several synthetic voices and heard by several recognisers. "One voice": the
shipped bundles as they are with 32 candidates and costs of the data folder's one voice and recogniser. "Learned": costs
that learned from the other voices and recognisers too, but for the one that is measured. "128 candidates": the costs of
one voice, and more names to rank (`edge-er build --candidates 128`). The encoder is the shipped one, which has read
these names.
"""

from __future__ import annotations

import argparse
from collections import Counter
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
from benchmarks.lib.voice_judging import (
    PAIRS,
    costs,
    evaluated,
    judged_requests,
    judged_rows,
    left_out,
    with_candidates,
)
from edge_er.evaluation.bootstrap import mean_interval, paired_difference
from edge_er.evaluation.metrics import Evaluation
from edge_er.training.data.voice_pairs import voice_pair_rows

BEFORE, LEARNED, MORE = "one voice", "learned", "128 candidates"
STRATA = ("asr", "noisy", "all")
FEW, MANY = 32, 128


def left_out_figures(data: Path, lang: str) -> list[dict[str, Any]]:
    """A row for each voice and recogniser that is left out."""
    few, many = (with_candidates(lang, count) for count in (FEW, MANY))
    figures = []
    for left in left_out(lang):
        requests = judged_requests([row for row in judged_rows(lang) if left.has(row)])
        answers = {
            BEFORE: evaluated(few, requests),
            LEARNED: evaluated(few, requests, costs(data, lang, left)),
            MORE: evaluated(many, requests),
        }
        figures.append({"lang": lang, **left._asdict(), **compared(answers)})
        print(lang, *left, flush=True)
    return figures


def compared(answers: Mapping[str, Evaluation]) -> dict[str, Any]:
    """Recall@1 by stratum and system, and by how much each is above the first."""
    before = answers[BEFORE]
    table: dict[str, Any] = {}
    for stratum in STRATA:
        asked = [place for place, each in enumerate(before.requests) if stratum in ("all", each.stratum)]
        if not asked:
            continue
        rows = np.array(asked)
        entities = [before.entities[row] for row in asked]
        cells: dict[str, Any] = {}
        for name, each in answers.items():
            cells[name] = mean_interval(each.ranks[rows] == 1, entities).to_dict()
            if name != BEFORE:
                gain = paired_difference(each.ranks[rows], before.ranks[rows], entities)
                cells[f"{name}, gain"] = gain["difference"]
        table[stratum] = cells
    return table


def pair_figures() -> dict[str, Any]:
    """Utterances by language, voice and recogniser; bytes of the folder."""
    counted: dict[str, Any] = {"bytes": sum(file.stat().st_size for file in PAIRS.glob("*.jsonl.gz"))}
    for split in ("train", "dev"):
        rows = Counter(
            (row["lang"], row["voice"], row["recogniser"]) for row in voice_pair_rows(PAIRS, split)
        )
        counted[split] = {" / ".join(key): number for key, number in sorted(rows.items())}
    return counted


def markdown(figures: Mapping[str, Any]) -> str:
    """Both tables."""
    names = (BEFORE, LEARNED, f"{LEARNED}, gain", MORE, f"{MORE}, gain")
    left = [
        [row["lang"], row["kind"], row["name"], stratum, str(cells[BEFORE]["rows"])]
        + [percent(cells[name]) for name in names]
        for row in figures["left_out"]
        for stratum in STRATA
        if (cells := row.get(stratum))
    ]
    pairs = figures["pairs"]
    counted = [
        [key, str(pairs["train"].get(key, 0)), str(pairs["dev"].get(key, 0))]
        for key in sorted({*pairs["train"], *pairs["dev"]})
    ]
    total = {split: sum(pairs[split].values()) for split in ("train", "dev")}
    return "\n".join(
        [
            "# Voices and recognisers that nothing was fitted on: Recall@1",
            "",
            "One voice: costs of the data folder's voice and recogniser, 32 candidates. Learned: costs that learned "
            "from",
            "the other voices and recognisers too, without the one that is measured. 128 candidates: more names to "
            "rank.",
            "asr is without and noisy with noise. 95 % intervals by entity; gains are paired.",
            "",
            markdown_table(["language", "left out", "name", "heard", "requests", *names], left),
            "",
            f"## What was spoken: {total['train']:,} utterances to learn from, {total['dev']:,} to judge by, "
            f"{pairs['bytes']:,} bytes",
            "",
            markdown_table(["language / voice / recogniser", "to learn from", "to judge by"], counted),
        ]
    )


def figures_of(data: Path, languages: Sequence[str]) -> dict[str, Any]:
    """All figures."""
    left = [row for lang in languages for row in left_out_figures(data, lang)]
    return {"left_out": left, "pairs": pair_figures()}


def main() -> None:
    """Measure and write benchmarks/results/voices."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    figures = figures_of(data_folder(parser.parse_args().data), LANGUAGES)
    write_result("product.voices", "voices", figures, markdown(figures))


if __name__ == "__main__":
    main()
