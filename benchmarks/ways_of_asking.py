"""How people put it: every way of asking for the same stations, typed, beside what string matching reaches.

    python -m benchmarks.ways_of_asking

Stations of the shipped bundles are drawn by a fixed seed and asked for in the carriers of their language: by name, with
slips of the finger, with words left out, joined, cut apart or changed round. A name that a way does not change is not
asked for in it. "France Bleu" cut short from "France Bleu Paris" is another station: no system can find all of these.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.results_file import LANGUAGES, markdown_table, percent, write_result
from catalog_tools.noise import typing_slip
from catalog_tools.requests import Carriers
from edge_er.baselines import TfidfRanker, WRatioRanker
from edge_er.carrier import carrier_words
from edge_er.entity import Entity
from edge_er.intervals import mean_interval
from edge_er.normalize import canonical_text
from edge_er.resolver import EntityResolver

SEED = 20261120
LONG = 7  # letters of a word that is cut apart
CUT = 0.75  # share of the letters that are left of a name cut short
SHIPPED, ANSWERED, WRONG = "shipped", "answered rightly", "a wrong match"
TFIDF, WRATIO = "TF-IDF", "WRatio, ties by ratio"
SYSTEMS = (SHIPPED, ANSWERED, WRONG, TFIDF, WRATIO)

Way = Callable[[list[str], random.Random], Sequence[str]]


def _slip(words: list[str], rng: random.Random) -> Sequence[str]:
    return [typing_slip(" ".join(words), rng)]


def _two_slips(words: list[str], rng: random.Random) -> Sequence[str]:
    return [typing_slip(typing_slip(" ".join(words), rng), rng)]


def _without_fillers(words: list[str], rng: random.Random) -> Sequence[str]:
    return [word for word in words if word not in carrier_words().fillers]


def _without_a_word(words: list[str], rng: random.Random) -> Sequence[str]:
    place = rng.randrange(len(words))
    return words if len(words) < 3 else [*words[:place], *words[place + 1 :]]


def _changed_round(words: list[str], rng: random.Random) -> Sequence[str]:
    place = rng.randrange(len(words))
    return words if len(words) < 2 else [*words[place:], *words[:place]]


def _joined(words: list[str], rng: random.Random) -> Sequence[str]:
    place = rng.randrange(max(len(words) - 1, 1))
    return [*words[:place], "".join(words[place : place + 2]), *words[place + 2 :]]


def _cut_apart(words: list[str], rng: random.Random) -> Sequence[str]:
    places = [place for place, word in enumerate(words) if len(word) >= LONG]
    if not places:
        return words
    place = rng.choice(places)
    letters = rng.randrange(3, len(words[place]) - 2)
    return [*words[:place], words[place][:letters], words[place][letters:], *words[place + 1 :]]


def _cut_short(words: list[str], rng: random.Random) -> Sequence[str]:
    name = " ".join(words)
    return name[: int(len(name) * CUT)].split()


WAYS: dict[str, Way] = {
    "the name": lambda words, rng: words,
    "a slip of the finger": _slip,
    "two slips": _two_slips,
    "words joined": _joined,
    "a word cut apart": _cut_apart,
    "without radio and FM": _without_fillers,
    "words changed round": _changed_round,
    "a word of three or more left out": _without_a_word,
    "cut short": _cut_short,
}


def requests_of(entities: Sequence[Entity], lang: str, way: str, rng: random.Random) -> list[tuple[str, int]]:
    """A request for each entity whose name the way changes, and the entity's index."""
    carriers, found = Carriers.of_language(lang), []
    for index, entity in enumerate(entities):
        words = canonical_text(entity.name).split()
        asked = " ".join(WAYS[way](words, rng)) if words else ""
        if asked and (way == "the name" or asked != " ".join(words)):
            found.append((carriers.sample(rng).format(asked), index))
    return found


def asked_otherwise(name: str, lang: str, rng: random.Random) -> str:
    """One request for a name in one of the ways."""
    words = canonical_text(name).split()
    asked = " ".join(rng.choice(list(WAYS.values()))(words, rng)) if words else name
    return Carriers.of_language(lang).sample(rng).format(asked or name)


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
    found = {lang: answers(lang, options.stations) for lang in LANGUAGES}
    ways: dict[str, dict[str, Any]] = {}
    for way in WAYS:
        rows = [(lang, row) for lang in LANGUAGES for row in found[lang][way]]
        names, groups = [row["entity"] for _, row in rows], [lang for lang, _ in rows]
        ways[way] = {
            system: mean_interval([float(row[system]) for _, row in rows], names, groups).to_dict()
            for system in SYSTEMS
        }
    lines = [
        [way, f"{told[SHIPPED]['rows']:,}", *(percent(told[system]) for system in SYSTEMS)]
        for way, told in ways.items()
    ]
    markdown = (
        "# Ways of asking\n\nTyped requests for stations of the shipped bundles, average of five languages with 95 % "
        f"intervals. *{SHIPPED}*, *{TFIDF}* and *{WRATIO}* are Recall@1; *{ANSWERED}* are those that the bundle gave "
        f"as match or ambiguous, *{WRONG}* what it gave as a match and is not.\n\n"
        + markdown_table(["asked for by", "requests", *SYSTEMS], lines)
    )
    write_result("ways_of_asking", "ways_of_asking", {"ways": ways}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
