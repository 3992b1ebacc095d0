"""How people put it: every way of asking for the same names, typed, beside what string matching reaches.

    python -m benchmarks.product.ways_of_asking

Stations of the shipped bundles are drawn by a fixed seed and asked for in the carriers of their language: by name, with
slips of the finger, with words left out, joined, cut apart or changed round; by the part of the name that few others
have, an acronym, the plain name of a family, the name without its qualifier, or as much as is typed so far. A name that
a way does not change is not asked for in it. "France Bleu" cut short from "France Bleu Paris" is another station: no
system can find all of these. Films and homes are made up; contacts are called like artists of the data folder, songs
like its programmes. Bundles are kept in build/ways.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.asked import (
    FIFTH,
    FIRST,
    RIGHT,
    TOP_K,
    WRONG,
    Asked,
    Goal,
    add_half_option,
    by_kind,
    figures_table,
    goals_met,
    in_half,
    outcome,
)
from benchmarks.lib.built_catalogs import ENCODER, built_catalog
from benchmarks.lib.made_homes import ROOM_FIRST, TOGETHER, Made, home
from benchmarks.lib.made_titles import (
    BY_ARTIST,
    BY_ARTIST_SHARED,
    IN_FIGURES,
    IN_WORDS,
    films,
    last_first,
    songs,
)
from benchmarks.lib.results_file import LANGUAGES, REPOSITORY, add_data_option, data_folder, write_result
from catalog_tools.language.catalog_ways import CATALOG_WAYS, PREFIX, CatalogNames, catalog_requests
from catalog_tools.language.ways_of_asking import WAYS, requests_of
from edge_er.bundle.entity import Entity
from edge_er.evaluation.baselines import TfidfRanker, WRatioRanker
from edge_er.evaluation.rankers import Ranker
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_requests import cached_rows

SEED = 20261120
CACHE = REPOSITORY / "build" / "ways"
TFIDF, WRATIO = "TF-IDF", "WRatio, ties by ratio"
MEASURES = (FIRST, RIGHT, WRONG, FIFTH)
SYSTEMS = (*MEASURES, TFIDF, WRATIO)
LAST_FIRST, ROOM = "first last, of last first", "X in the Y"
GOALS = {
    "words changed round": (Goal(FIRST, 0.95),),
    "a word of three or more left out": (Goal(FIRST, 0.74),),
    "distinctive part only": (Goal(FIRST, 0.92),),
    "acronym alone": (Goal(FIRST, 0.70),),
    "plain name of a family": (Goal(FIRST, 0.78),),
    "name without its qualifier": (Goal(FIRST, 0.93),),
    PREFIX: (Goal(FIFTH, 0.92),),
    **dict.fromkeys((IN_WORDS, IN_FIGURES), (Goal(RIGHT, 0.95),)),
    ROOM: (Goal(RIGHT, 0.97), Goal(WRONG, 0.005, at_most=True)),
}

Row = dict[str, Any]


def station_requests(entities: Sequence[Entity], lang: str, half: str, most: int) -> Iterator[Asked]:
    """Requests for stations of a half, at most `most` of each way; ways of `WAYS` ask for the same ones."""
    ids = [entity.id for entity in entities]
    mine = [index for index, entity in enumerate(entities) if in_half(entity.name, half)]
    shuffled = random.Random(f"{SEED}/{lang}").sample(mine, len(mine))
    drawn = shuffled[:most]
    for way in WAYS:
        rng = random.Random(f"{SEED}/{lang}/{way}")
        for query, place in requests_of([entities[index] for index in drawn], lang, way, rng):
            yield Asked(way, query, frozenset({ids[drawn[place]]}), ids[drawn[place]])
    names = CatalogNames(entities)
    for way in CATALOG_WAYS:
        rng = random.Random(f"{SEED}/{lang}/{way}")
        for query, index, right in catalog_requests(names, shuffled, lang, way, rng)[:most]:
            yield Asked(way, query, frozenset(ids[each] for each in right), ids[index])


def answer_to(resolver: EntityResolver, asked: Asked) -> Row:
    """`MEASURES` of one request: by `suggest`, which decides nothing, for a prefix, else by `resolve`."""
    if asked.kind != PREFIX:
        return outcome(asked, resolver.resolve(asked.query, TOP_K))
    ids = [each.id for each in resolver.suggest(asked.query, TOP_K)]
    return {
        FIRST: bool(ids) and ids[0] in asked.right,
        FIFTH: bool(asked.right & set(ids[:5])),
        RIGHT: False,
        WRONG: False,
    }


def answered(resolver: EntityResolver, requests: Sequence[Asked], lang: str) -> list[Row]:
    """A row for each request: kind, lang, cluster, `MEASURES`, and whether each baseline has a right one first."""
    entities = list(resolver.entities)
    baselines: dict[str, Ranker] = {
        TFIDF: TfidfRanker(entities),
        WRATIO: WRatioRanker(entities, ties_by_ratio=True),
    }
    queries = [asked.query for asked in requests]
    firsts = {name: [top[0] for top in ranker.rank(queries, 1)] for name, ranker in baselines.items()}
    return [
        {
            "kind": asked.kind,
            "lang": lang,
            "cluster": asked.cluster,
            **answer_to(resolver, asked),
            **{name: entities[first[at]].id in asked.right for name, first in firsts.items()},
        }
        for at, asked in enumerate(requests)
    ]


def made_catalogs(data: Path, half: str) -> Iterator[tuple[str, str, Made]]:
    """Name, language and content of each made-up catalog."""
    for lang in LANGUAGES:
        rows = cached_rows(data / "entities" / "media_entities.jsonl.gz")
        names = {
            domain: [row["name"] for row in rows if (row["domain"], row["lang"]) == (domain, lang)]
            for domain in ("artist", "programme")
        }
        yield "contacts", lang, last_first(names["artist"], lang, half, LAST_FIRST)
        made = home(lang, ROOM_FIRST, half)
        asked = [
            Asked(ROOM, each.query, each.right, each.cluster)
            for each in made.requests
            if each.kind == TOGETHER
        ]
        yield "home", lang, Made(made.rows, asked)
        if lang == "en":
            yield "songs", lang, songs(names["artist"], names["programme"], half)
    for lang in ("en", "de"):
        made = films(lang, half)
        yield (
            "films",
            lang,
            Made(made.rows, [each for each in made.requests if each.kind in (IN_WORDS, IN_FIGURES)]),
        )


def all_rows(data: Path, half: str, most: int, encoder: str, bundle: str) -> list[Row]:
    """All requests and how they were answered."""
    rows: list[Row] = []
    for lang in LANGUAGES:
        resolver = EntityResolver.load(bundle.format(lang=lang))
        rows += answered(resolver, list(station_requests(list(resolver.entities), lang, half, most)), lang)
    for name, lang, made in made_catalogs(data, half):
        path = built_catalog(CACHE, f"{name}_{lang}_{half}", made.rows, lang, encoder)
        rows += answered(EntityResolver.load(path), made.requests, lang)
    return rows


def main() -> None:
    """Ask all bundles and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    add_half_option(parser)
    parser.add_argument("--stations", type=int, default=150, help="requests of a way for each bundle")
    parser.add_argument("--bundle", default="radio_{lang}", help="bundle of stations, with {lang} in it")
    parser.add_argument(
        "--encoder", default=ENCODER, help="a shipped encoder or an encoder folder, for made-up catalogs"
    )
    parser.add_argument("--result", default="ways_of_asking", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    rows = all_rows(data, options.half, options.stations, options.encoder, options.bundle)
    kinds = by_kind(rows, SYSTEMS)
    order = [*WAYS, *CATALOG_WAYS, LAST_FIRST, BY_ARTIST, BY_ARTIST_SHARED, IN_WORDS, IN_FIGURES, ROOM]
    kinds = {kind: kinds[kind] for kind in order if kind in kinds}
    markdown = (
        f"# Ways of asking\n\nTyped requests, half *{options.half}* of the names; stations of the shipped bundles down "
        f"to *{PREFIX}*, then made-up catalogs. Means of languages with 95 % intervals over entities. *{FIRST}*, "
        f"*{FIFTH}*: of the bundle, whatever it decides; *{RIGHT}* what it gives as match or ambiguous, *{WRONG}* what "
        f"it gives as a match and is not; a prefix is asked of `suggest`, which decides nothing. *{TFIDF}* and "
        f"*{WRATIO}* are Recall@1 over the same names.\n\n" + figures_table(kinds, SYSTEMS, GOALS)
    )
    figures = {"half": options.half, "ways": kinds, "goals": goals_met(kinds, GOALS)}
    write_result("product.ways_of_asking", options.result, figures, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
