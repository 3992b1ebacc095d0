"""Own entries, filters and personal popularity: what they cost on one core, and how often the answers are right.

    python -m benchmarks.product.personal

Own entries: a hundred stations that are asked for are taken out of the catalog and given back as own entries; Recall@1
on requests for them, and for all others, beside that of the whole catalog. Filters: each request is asked among its
station and some others drawn at chance, and among the others alone, where no answer is right. Popularity: every person
has thirty favourites, the first asked for often and the last seldom (1 / rank), all asked for at chance before.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cost.latency import bind_to_one_core, times
from benchmarks.lib.built_catalogs import without
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, markdown_table, write_result
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.training.data.voice_requests import cached_rows, station_requests

STRATA = ("text", "asr", "noisy")
OWN, FAVOURITES = 100, 30
AMONG = (5, 20, 100, 1000)
TIMED, ASKED = 1000, 400
CONTACTS = (0, 10, 100, 1000)


def contacts(data: Path, count: int) -> list[Entity]:
    """Names as an address book has them: those of artists."""
    rows = cached_rows(data / "entities" / "media_entities.jsonl.gz")
    names = sorted({row["name"] for row in rows if row["domain"] == "artist" and row["name"].count(" ") == 1})
    chosen = random.Random(5).sample(names, count)
    return [Entity(f"c-{number}", name, metadata={"kind": "contact"}) for number, name in enumerate(chosen)]


def milliseconds(step: Callable[[], Any], repeats: int = 5) -> float:
    """The median of several runs."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        step()
        spent.append(1e3 * (time.perf_counter() - start))
    return float(np.median(spent))


def costs(data: Path) -> dict[str, Any]:
    """Milliseconds of a request and of one more entry, by how many there are; and of filtered requests."""
    resolver = EntityResolver.load("radio_de")
    queries = [each.query for each in station_requests(data, "de") if each.stratum == "asr"]
    random.Random(0).shuffle(queries)
    queries = queries[:TIMED]
    known = contacts(data, max(CONTACTS) + 1)
    entries = []
    for count in CONTACTS:
        mine = resolver.with_entries(known[:count])
        one = known[-1]

        def add_and_remove(mine: Any = mine, one: Entity = one) -> None:
            mine.add(one)
            mine.remove(one.id)

        entries.append(
            {
                "own": count,
                "all_at_once_ms": milliseconds(lambda count=count: resolver.with_entries(known[:count])),
                "add_and_remove_ms": milliseconds(add_and_remove),
                **times(mine.resolve, queries),
            }
        )
    some = {entity.id for entity in list(resolver.entities)[::40]}
    fresh = EntityResolver.load("radio_de")
    first = milliseconds(lambda: fresh.resolve(queries[0], where={"country": "AT"}), repeats=1)
    filters = {
        "no filter": times(resolver.resolve, queries),
        'where={"country": "AT"}': times(
            lambda text: resolver.resolve(text, where={"country": "AT"}), queries
        ),
        f"ids of {len(some)} stations": times(lambda text: resolver.resolve(text, ids=some), queries),
    }
    return {"own_entries": entries, "filters": filters, "first_filter_ms": first}


def recalls(resolver: EntityResolver, asked: Iterable[tuple[Request, set[str]]]) -> dict[str, float]:
    """Recall@1 by stratum."""
    right: dict[str, list[bool]] = {}
    for request, gold in asked:
        matches = resolver.resolve(request.query, 1).matches
        right.setdefault(request.stratum, []).append(bool(matches) and matches[0].id in gold)
    return {stratum: float(np.mean(right[stratum])) for stratum in STRATA if stratum in right}


def answerable(resolver: EntityResolver, requests: Sequence[Request]) -> list[tuple[Request, set[str]]]:
    """Requests with the ids that are right, where the catalog has any."""
    gold, entities = GoldMap(resolver.entities), resolver.entities
    rows = ((each, {entities[index].id for index in gold.indices(each)}) for each in requests)
    return [(each, right) for each, right in rows if right]


def own_entries(data: Path, lang: str) -> dict[str, dict[str, float]]:
    """Recall@1 where stations are in the catalog, and where they are own entries beside it."""
    bundle = read_bundle(f"radio_{lang}")
    whole = EntityResolver(bundle)
    asked = answerable(whole, station_requests(data, lang))
    random.Random(7).shuffle(asked)
    own = {identifier for _, right in asked[:OWN] for identifier in right}
    index_of = {entity.id: index for index, entity in enumerate(bundle.entities)}
    gone = {index_of[identifier] for identifier in own}
    mine = EntityResolver(without(bundle, gone)).with_entries(
        [bundle.entities[index] for index in sorted(gone)]
    )
    parts = {
        "own": [each for each in asked if each[1] & own],
        "others": [each for each in asked if not each[1] & own][: 3 * ASKED],
    }
    return {
        f"{name}, {way}": recalls(resolver, part)
        for name, part in parts.items()
        for way, resolver in (("in the catalog", whole), ("as own entries", mine))
    }


def filtered(data: Path, lang: str) -> dict[str, Counter[str]]:
    """How many requests are answered, and rightly, among a few entities with the right one and without it."""
    resolver = EntityResolver.load(f"radio_{lang}")
    asked = answerable(resolver, station_requests(data, lang))
    chance = random.Random(3)
    chance.shuffle(asked)
    ids = [entity.id for entity in resolver.entities]
    counts: dict[str, Counter[str]] = {}
    for request, gold in asked[:ASKED]:
        for size in AMONG:
            others = set(chance.sample(ids, size)) - gold
            for held, among in (("with the right one", others | gold), ("without it", others)):
                resolution = resolver.resolve(request.query, 1, ids=among)
                best = resolution.best
                count = counts.setdefault(f"{size} stations {held}", Counter())
                count["rows"] += 1
                count["first"] += bool(resolution.matches) and resolution.matches[0].id in gold
                count["answered"] += best is not None
                count["right"] += best is not None and best.id in gold
    return counts


def favourites(data: Path, lang: str) -> dict[str, dict[str, float]]:
    """Recall@1 on requests for favourites and for others, with and without what was asked for before."""
    resolver = EntityResolver.load(f"radio_{lang}")
    asked = answerable(resolver, station_requests(data, lang))
    chance = random.Random(11)
    chosen = chance.sample(sorted({min(right) for _, right in asked}), FAVOURITES)
    share = 1 / np.arange(1, FAVOURITES + 1)
    counts = np.random.default_rng(11).multinomial(200, share / share.sum()).tolist()
    mine = resolver.with_entries(popularity=dict(zip(chosen, counts, strict=True)))
    parts = {
        "favourites": [each for each in asked if min(each[1]) in chosen],
        "others": [each for each in asked if min(each[1]) not in chosen],
    }
    parts["others"] = chance.sample(parts["others"], min(3 * ASKED, len(parts["others"])))
    return {
        f"{name}, {way}": recalls(each, part)
        for name, part in parts.items()
        for way, each in (("as they are", resolver), ("with popularity", mine))
    }


def mean_of(tables: Sequence[Mapping[str, Mapping[str, float]]]) -> dict[str, dict[str, float]]:
    """The plain average over languages."""
    return {
        name: {stratum: float(np.mean([table[name][stratum] for table in tables])) for stratum in STRATA}
        for name in tables[0]
    }


def shares(counts: Sequence[Mapping[str, Counter[str]]]) -> dict[str, dict[str, float]]:
    """Rows of all languages together: shares of what is answered, and of that what is right."""
    whole = {name: sum((each[name] for each in counts), Counter[str]()) for name in counts[0]}
    return {
        name: {
            "rows": cell["rows"],
            "recall_at_1": cell["first"] / cell["rows"],
            "answered": cell["answered"] / cell["rows"],
            "right_of_answered": cell["right"] / cell["answered"] if cell["answered"] else 0.0,
        }
        for name, cell in whole.items()
    }


def table(figures: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    cost = figures["costs"]
    own = [
        [
            str(each["own"]),
            *(f"{each[key]:.2f}" for key in ("p50_ms", "p99_ms", "all_at_once_ms", "add_and_remove_ms")),
        ]
        for each in cost["own_entries"]
    ]
    filters = [
        [name, f"{each['p50_ms']:.2f}", f"{each['p99_ms']:.2f}"] for name, each in cost["filters"].items()
    ]
    quality = [
        [name, *(f"{each[stratum]:.3f}" for stratum in STRATA)]
        for part in ("own_entries", "popularity")
        for name, each in figures[part].items()
    ]
    among = [
        [name, *(f"{each[key]:.3f}" for key in ("recall_at_1", "answered", "right_of_answered"))]
        for name, each in figures["filters"].items()
    ]
    return "\n\n".join(
        [
            "# Own entries, filters, popularity",
            "## Cost on one core, radio_de",
            markdown_table(
                ["own entries", "request p50, ms", "p99", "all at once, ms", "one added and removed, ms"], own
            ),
            markdown_table(["filter", "request p50, ms", "p99"], filters),
            f"The first filtered request looks through all metadata: {cost['first_filter_ms']:.0f} ms.",
            "## Recall@1, average of five languages",
            markdown_table(["requests for", "typed", "recognised", "noise"], quality),
            "## Filters: requests of all strata among a few stations",
            markdown_table(["among", "Recall@1", "answered", "right of answered"], among),
        ]
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--result", default="personal", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    figures = {
        "core": bind_to_one_core(),
        "costs": costs(data),
        "own_entries": mean_of([own_entries(data, lang) for lang in LANGUAGES]),
        "popularity": mean_of([favourites(data, lang) for lang in LANGUAGES]),
        "filters": shares([filtered(data, lang) for lang in LANGUAGES]),
    }
    write_result("product.personal", options.result, figures, table(figures))
    print(table(figures))


if __name__ == "__main__":
    main()
