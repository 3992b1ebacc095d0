"""A recogniser's own list of texts, and a second recogniser: what they add to the best text, by voice.

    python -m benchmarks.product.voice_nbest

Requests are the judged part of models/voice_pairs: stations of the shipped catalogs, spoken by several synthetic
voices. Each is asked by the recogniser's best text, by its own list (n-best, up to 4 texts of a beam search), and where
others heard the same sound by the best texts of two recognisers together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.lib.results_file import LANGUAGES, markdown_table, percent, write_result
from benchmarks.lib.voice_judging import judged_rows
from edge_er.evaluation.bootstrap import mean_interval, paired_difference
from edge_er.evaluation.metrics import evaluate_answers
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver

BEST, OWN, ALL = "best text", "own list", "all voices"
FIRST, OTHERS = "whisper-base", ("whisper-tiny.en", "pocketsphinx")


def with_other(
    row: Mapping[str, Any], heard: Mapping[tuple[str, str, str], str], other: str
) -> list[str] | None:
    """The best texts of a row and of another recogniser; None where that did not hear it."""
    text = heard.get((row["voice"], row["text"], other))
    return None if text is None or row["recogniser"] != FIRST else [row["asr"], text]


def ranks_of(
    resolver: EntityResolver, rows: Sequence[Mapping[str, Any]], asked: Sequence[Sequence[str]]
) -> tuple[list[int], list[str]]:
    """Rank of the first right answer where each row is asked by these texts, and the entity it asks for."""
    index_of = {entity.id: index for index, entity in enumerate(resolver.entities)}
    given = [[text for text in texts if text] or [""] for texts in asked]
    answers = [[index_of[match.id] for match in resolver.resolve(nbest=texts).matches] for texts in given]
    requests = [
        Request(texts[0], (row["entity"],), row["country"]) for row, texts in zip(rows, given, strict=True)
    ]
    found = evaluate_answers(answers, resolver.entities, requests, 5)
    return found.ranks.tolist(), list(found.entities)


def language_figures(lang: str) -> list[dict[str, Any]]:
    """A row for each voice and recogniser, and one for all voices of a recogniser."""
    rows = judged_rows(lang)
    resolver = EntityResolver.load(f"radio_{lang}")
    heard = {(row["voice"], row["text"], row["recogniser"]): row["asr"] for row in rows}
    figures = []
    for recogniser in sorted({row["recogniser"] for row in rows}):
        mine = [row for row in rows if row["recogniser"] == recogniser]
        for voice in (ALL, *sorted({row["voice"] for row in mine})):
            chosen = [row for row in mine if voice in (ALL, row["voice"])]
            figures.append(
                {"lang": lang, "voice": voice, "recogniser": recogniser, **figure(resolver, chosen, heard)}
            )
    return figures


def figure(
    resolver: EntityResolver, rows: Sequence[Mapping[str, Any]], heard: Mapping[tuple[str, str, str], str]
) -> dict[str, Any]:
    """Recall@1 of each way to ask, and its gain over the best text on the rows that have it."""
    ways: dict[str, list[list[str] | None]] = {OWN: [row["asr_nbest"] for row in rows]}
    ways |= {f"with {other}": [with_other(row, heard, other) for row in rows] for other in OTHERS}
    ranks, entities = ranks_of(resolver, rows, [[row["asr"]] for row in rows])
    cells: dict[str, Any] = {BEST: mean_interval(np.array(ranks) == 1, entities).to_dict()}
    for way, texts in ways.items():
        able = [place for place, each in enumerate(texts) if each]
        if not able:
            continue
        found, names = ranks_of(
            resolver, [rows[place] for place in able], [texts[place] or [] for place in able]
        )
        gain = paired_difference(found, [ranks[place] for place in able], names)["difference"]
        cells[way] = {"recall_at_1": mean_interval(np.array(found) == 1, names).to_dict(), "gain": gain}
    return cells


def markdown(figures: Sequence[Mapping[str, Any]]) -> str:
    """The table of the result."""
    ways = (OWN, *(f"with {other}" for other in OTHERS))
    rows = [
        [
            row["lang"],
            row["recogniser"],
            row["voice"],
            str(row[BEST]["rows"]),
            percent(row[BEST]),
            *(
                f"{row[way]['recall_at_1']['value']:.3f}, {percent(row[way]['gain'])}" if way in row else "-"
                for way in ways
            ),
        ]
        for row in figures
    ]
    heading = ["language", "recogniser", "voice", "requests", BEST, *(f"{way}, gain" for way in ways)]
    return "\n".join(
        [
            "# A recogniser's own list, and a second recogniser: Recall@1",
            "",
            "Stations spoken by synthetic voices. Own list: up to 4 texts of a beam search. With another: the best",
            "texts of two recognisers that heard the same sound. 95 % intervals by entity; gains are paired with the",
            "best text.",
            "",
            markdown_table(heading, rows),
        ]
    )


def main() -> None:
    """Measure and write benchmarks/results/voice_nbest."""
    figures = [row for lang in LANGUAGES for row in language_figures(lang)]
    write_result("product.voice_nbest", "voice_nbest", {"systems": figures}, markdown(figures))


if __name__ == "__main__":
    main()
