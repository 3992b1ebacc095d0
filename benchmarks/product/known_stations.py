"""Twenty well-known stations a language, each asked for in three ways, one of them in another language.

    python -m benchmarks.product.known_stations

The plain name means the main station: "Deutschlandfunk" is not Deutschlandfunk Nova.
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.lib.results_file import LANGUAGES, REPOSITORY, markdown_table, write_result
from edge_er.evaluation.evaluate import resolve_all
from edge_er.evaluation.requests_file import Request, read_requests
from edge_er.resolver import EntityResolver

DECISIONS = ("match", "ambiguous", "no_match")
REQUESTS = REPOSITORY / "benchmarks" / "product" / "known_stations.jsonl"


def answers(bundle: str, requests: list[Request]) -> list[dict[str, Any]]:
    """What a bundle answers to each request, and whether the first match is the station that was meant."""
    evaluation, resolutions = resolve_all(EntityResolver.load(bundle), requests)
    return [
        {
            "query": request.query,
            "expected": request.gold[0],
            "carrier": request.stratum,
            "first": resolution.matches[0].name,
            "score": round(resolution.matches[0].score, 3),
            "decision": resolution.decision,
            "rank": rank,
        }
        for request, resolution, rank in zip(requests, resolutions, evaluation.ranks.tolist(), strict=True)
    ]


def summary(lang: str, rows: list[dict[str, Any]]) -> list[str]:
    """Row of the table: right answers by kind of carrier, and how many were decided as a match."""
    right = [row for row in rows if row["rank"] == 1]
    parts = [f"{len(right)} of {len(rows)}"]
    for carrier in ("own", "foreign"):
        asked = [row for row in rows if row["carrier"] == carrier]
        parts.append(f"{sum(row['rank'] == 1 for row in asked)} of {len(asked)}")
    return [lang, *parts, *(str(sum(row["decision"] == name for row in right)) for name in DECISIONS)]


def main() -> None:
    """Ask all bundles and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES)
    options = parser.parse_args()
    requests = read_requests(REQUESTS)
    table = {
        lang: answers(
            options.bundle.format(lang=lang), [request for request in requests if request.lang == lang]
        )
        for lang in options.languages
    }
    heading = [
        "language",
        "right",
        "own carriers",
        "foreign carrier",
        *(f"right, {name}" for name in DECISIONS),
    ]
    missed = [
        [row["query"], row["expected"], row["first"], row["decision"], str(row["rank"] or "> 20")]
        for rows in table.values()
        for row in rows
        if row["rank"] != 1
    ]
    markdown = "# Well-known stations\n\n" + markdown_table(
        heading, [summary(*item) for item in table.items()]
    )
    if missed:
        markdown += "\n\nMissed:\n\n"
        markdown += markdown_table(
            ["request", "meant", "first match", "decision", "rank of the right one"], missed
        )
    write_result("product.known_stations", "known_stations", {"answers": table}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
