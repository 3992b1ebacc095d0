"""How people put it: every way of asking for the same stations, typed, beside what string matching reaches.

    python -m benchmarks.product.ways_of_asking

Stations of the shipped bundles are drawn by a fixed seed and asked for in the carriers of their language: by name, with
slips of the finger, with words left out, joined, cut apart or changed round. A name that a way does not change is not
asked for in it. "France Bleu" cut short from "France Bleu Paris" is another station: no system can find all of these.
"""

from __future__ import annotations

import argparse
import random
from typing import Any

from benchmarks.lib.results_file import LANGUAGES, markdown_table, percent, write_result
from edge_er.evaluation.baselines import TfidfRanker, WRatioRanker
from edge_er.evaluation.bootstrap import mean_interval
from edge_er.resolver import EntityResolver
from edge_er.training.data.ways_of_asking import WAYS, requests_of

SEED = 20261120
SHIPPED, ANSWERED, WRONG = "shipped", "answered rightly", "a wrong match"
TFIDF, WRATIO = "TF-IDF", "WRatio, ties by ratio"
SYSTEMS = (SHIPPED, ANSWERED, WRONG, TFIDF, WRATIO)


def answers(lang: str, most: int) -> dict[str, list[dict[str, Any]]]:
    """`[way]`: for each request its entity, and 1 or 0 by system: whether the right station comes first."""
    resolver = EntityResolver.load(f"radio_{lang}")
    entities = list(resolver.entities)
    drawn = random.Random(f"{SEED}/{lang}").sample(range(len(entities)), most)
    baselines = {TFIDF: TfidfRanker(entities), WRATIO: WRatioRanker(entities, ties_by_ratio=True)}
    table: dict[str, list[dict[str, Any]]] = {}
    for way in WAYS:
        rng = random.Random(f"{SEED}/{lang}/{way}")
        asked = requests_of([entities[place] for place in drawn], lang, way, rng)
        queries = [query for query, _ in asked]
        firsts = {name: [top[0] for top in ranker.rank(queries, 1)] for name, ranker in baselines.items()}
        table[way] = []
        for number, (answer, (_, index)) in enumerate(
            zip(resolver.resolve_batch(queries, 1), asked, strict=True)
        ):
            right = answer.matches[0].id == entities[drawn[index]].id
            table[way].append(
                {
                    "entity": entities[drawn[index]].id,
                    SHIPPED: right,
                    ANSWERED: right and answer.decision != "no_match",
                    WRONG: not right and answer.decision == "match",
                    **{name: first[number] == drawn[index] for name, first in firsts.items()},
                }
            )
    return table


def main() -> None:
    """Ask all bundles and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--stations", type=int, default=150, help="how many of each bundle")
    options = parser.parse_args()
    answered = {lang: answers(lang, options.stations) for lang in LANGUAGES}
    ways: dict[str, dict[str, Any]] = {}
    for way in WAYS:
        rows = [(lang, row) for lang in LANGUAGES for row in answered[lang][way]]
        names, groups = [row["entity"] for _, row in rows], [lang for lang, _ in rows]
        ways[way] = {
            system: mean_interval([float(row[system]) for _, row in rows], names, groups).to_dict()
            for system in SYSTEMS
        }
    lines = [
        [way, f"{cell[SHIPPED]['rows']:,}", *(percent(cell[system]) for system in SYSTEMS)]
        for way, cell in ways.items()
    ]
    markdown = (
        "# Ways of asking\n\nTyped requests for stations of the shipped bundles, average of five languages with 95 % "
        f"intervals. *{SHIPPED}*, *{TFIDF}* and *{WRATIO}* are Recall@1; *{ANSWERED}* are those that the bundle gave "
        f"as match or ambiguous, *{WRONG}* what it gave as a match and is not.\n\n"
        + markdown_table(["asked for by", "requests", *SYSTEMS], lines)
    )
    write_result("product.ways_of_asking", "ways_of_asking", {"ways": ways}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
