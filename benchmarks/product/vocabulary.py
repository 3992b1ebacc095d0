"""What a vocabulary cut to a bundle's catalog saves, and what it costs: in the catalog, and in names that come later.

    python -m benchmarks.product.vocabulary

Every question is asked of the same bundles twice, with the whole encoder and with the cut one; all forms are encoded
with the one that is asked.

catalog        development requests for the stations of the shipped bundles
later          the same requests, but the vocabulary was cut before the stations that they ask for were in the catalog:
               what an update does that keeps the encoder
own entries    artists, cities, TV channels and programmes that development requests ask for, as own entries beside the
               stations
people         requests of `people/dev`, each domain with a catalog of its own: names and aliases

Recall@1 is the share of requests whose first match is right, whatever the decision.
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from benchmarks.cost.latency import bind_to_one_core
from benchmarks.lib.built_catalogs import ENCODER
from benchmarks.lib.encode_time import interleaved
from benchmarks.lib.people_figures import wanted_entities
from benchmarks.lib.results_file import LANGUAGES, add_data_option, data_folder, write_result
from benchmarks.lib.systems import catalog_bundle
from benchmarks.lib.vocabulary_page import CUT, WHOLE, page
from benchmarks.product.people import SHIPPED, SHIPPED_BUNDLE, read_requests
from catalog_tools.build.shards import form_vectors
from catalog_tools.build.vocabulary import FREQUENT, CatalogVocabulary
from catalog_tools.readers.record_entities import entities_of
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import find_encoder
from edge_er.encoder.encoder import ENCODER_FILES, Encoder, read_encoder_files
from edge_er.evaluation.bootstrap import paired_difference
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import (
    OTHER_DOMAINS,
    cached_rows,
    domain_requests,
    station_requests,
)

STRATA = ("text", "asr", "noisy")
TIMED = 400

Files = Mapping[str, bytes]
T = TypeVar("T")


class Asked(NamedTuple):
    """A request to both: its set, stratum and language, what it asks for, and whether each answered it right."""

    set: str
    stratum: str
    lang: str
    gold: str
    whole: bool
    cut: bool


def with_encoder(bundle: Bundle, files: Files) -> Bundle:
    """The bundle with another encoder, which encodes its forms."""
    forms = [form for entity in bundle.entities for form in entity.surface_forms]
    return replace(bundle, encoder_files=files, vectors=form_vectors(Encoder.from_files(files), forms))


def cut_for(files: Files, entities: Iterable[Entity], lang: str, frequent: int) -> dict[str, bytes]:
    """The encoder's files, cut for a catalog."""
    vocabulary = CatalogVocabulary(files, lang, frequent=frequent)
    vocabulary.add(form for entity in entities for form in entity.surface_forms)
    return vocabulary.files()


def firsts(resolver: EntityResolver, asked: Sequence[tuple[str, Collection[str]]]) -> list[bool]:
    """Whether the first match of each request has one of the ids that are right."""
    answers = resolver.resolve_batch([query for query, _ in asked], top_k=1)
    return [
        bool(answer.matches) and answer.matches[0].id in right
        for answer, (_, right) in zip(answers, asked, strict=True)
    ]


def compared(
    name: str,
    lang: str,
    resolvers: tuple[EntityResolver, EntityResolver],
    rows: Sequence[tuple[Request, Collection[str]]],
) -> Iterator[Asked]:
    """The requests in ``rows``, asked of both."""
    asked = [(request.query, right) for request, right in rows]
    both = (firsts(resolver, asked) for resolver in resolvers)
    for (request, _), whole, cut in zip(rows, *both, strict=True):
        yield Asked(name, request.stratum, lang, request.gold[0], whole, cut)


def right_ids(entities: Sequence[Entity], requests: Iterable[Request]) -> list[tuple[Request, set[str]]]:
    """Requests with the ids that are right; those that ask for nothing in the catalog are right with none."""
    gold = GoldMap(entities)
    return [(each, {entities[at].id for at in gold.indices(each)}) for each in requests]


def one_in(every: int, rows: Sequence[T]) -> list[T]:
    """One of so many development requests, each in all of its strata, which follow one another."""
    return [row for place, row in enumerate(rows) if place // len(STRATA) % every == 0]


def of_stations(
    bundle: Bundle, files: Files, data: Path, lang: str, options: argparse.Namespace
) -> Iterator[Asked]:
    """Sets "catalog", "later" and "own entries" of a language."""
    frequent = options.frequent
    entities = list(bundle.entities)
    rows = right_ids(entities, station_requests(data, lang))
    asked_for = {identifier for _, right in rows for identifier in right}
    rows = one_in(options.every, rows)
    whole = EntityResolver(with_encoder(bundle, files))
    cut = EntityResolver(with_encoder(bundle, cut_for(files, entities, lang, frequent)))
    yield from compared("catalog", lang, (whole, cut), rows)
    before = [entity for entity in entities if entity.id not in asked_for]
    kept = EntityResolver(with_encoder(bundle, cut_for(files, before, lang, frequent)))
    yield from compared("later", lang, (whole, kept), rows)
    others = [request for domain in OTHER_DOMAINS for request in domain_requests(data, domain, lang)]
    names = sorted({canonical_text(request.gold[0]) for request in others})
    own = {name: f"own-{number}" for number, name in enumerate(names)}
    entries = [Entity(identifier, name) for name, identifier in own.items()]
    mine = whole.with_entries(entries), cut.with_entries(entries)
    asked = [(each, {own[canonical_text(each.gold[0])]}) for each in one_in(options.every, others)]
    yield from compared("own entries", lang, mine, asked)


def of_people(files: Files, data: Path, options: argparse.Namespace) -> Iterator[Asked]:
    """Set "people"; the stratum is the domain."""
    most, frequent = options.people_rows, options.frequent
    for domain, requests in read_requests(data, LANGUAGES).items():
        if options.domains and domain not in options.domains:
            continue
        for lang in dict.fromkeys(request.lang for request in requests):
            rows = [request for request in requests if request.lang == lang]
            rows = rows[:: max(1, -(-len(rows) // most))]
            entities = people_entities(data, domain, lang)
            asked = [
                (row.query, {entities[at].id for at in wanted.any_name})
                for row, wanted in zip(rows, wanted_entities(entities, rows), strict=True)
            ]
            whole = EntityResolver(catalog_bundle(entities, lang, files))
            cut = copy.copy(whole)  # the same catalog and vectors, whose pieces are all kept
            cut.encoder = Encoder.from_files(cut_for(files, entities, lang, frequent))
            both = [firsts(resolver, asked) for resolver in (whole, cut)]
            for row, *right in zip(rows, *both, strict=True):
                yield Asked("people", domain, lang, min(row.gold), *right)
            print(
                f"people {domain} {lang}: {sum(both[0])}, cut {sum(both[1])} of {len(rows)}", file=sys.stderr
            )


def people_entities(data: Path, domain: str, lang: str) -> list[Entity]:
    """The catalog of a domain: names and aliases; for radio the shipped bundle's, with its spoken forms."""
    if domain == SHIPPED:
        return list(read_bundle(SHIPPED_BUNDLE.format(lang=lang)).entities)
    return entities_of(
        dict(row) for row in cached_rows(data / "people" / "catalogs" / f"{domain}_{lang}.jsonl.gz")
    )


def figures(rows: Sequence[Asked]) -> dict[str, Any]:
    """`[set][stratum | all][language | all]`: Recall@1 of both, the difference paired by what is asked for."""
    groups: defaultdict[tuple[str, str, str], list[Asked]] = defaultdict(list)
    for row in rows:
        for stratum in (row.stratum, "all"):
            for lang in (row.lang, "all"):
                groups[row.set, stratum, lang].append(row)
    table: dict[str, Any] = {}
    for (name, stratum, lang), chosen in groups.items():
        cut, whole = ([int(getattr(row, system)) for row in chosen] for system in (CUT, WHOLE))
        pair = paired_difference(cut, whole, [f"{row.lang} {row.gold}" for row in chosen])
        cell = {CUT: pair["a"], WHOLE: pair["b"], "difference": pair["difference"]}
        table.setdefault(name, {}).setdefault(stratum, {})[lang] = cell
    return table


def sizes(bundle: Bundle, files: Files, data: Path, lang: str, frequent: int) -> dict[str, Any]:
    """Bytes, pieces, tokens of a request and microseconds of an encode, of both."""
    queries = [request.query for request in station_requests(data, lang)]
    pair = {WHOLE: files, CUT: cut_for(files, bundle.entities, lang, frequent)}
    encoders = {name: Encoder.from_files(each) for name, each in pair.items()}
    spent = interleaved(encoders, queries[:: len(queries) // TIMED])
    others = bundle.manifest["size_bytes"] - sum(
        bundle.manifest["files"][name]["size"] for name in ENCODER_FILES
    )
    return {
        name: {
            "pieces": encoders[name].card["vocab_size"],
            "encoder_bytes": {part: len(each[part]) for part in ENCODER_FILES},
            "bundle_bytes": others + sum(len(each[part]) for part in ENCODER_FILES),
            "tokens": float(np.mean([len(encoders[name].token_ids(query)) for query in queries])),
            "encode_us": spent[name],
        }
        for name, each in pair.items()
    }


def main() -> None:
    """Ask everything of both and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="bundle with the stations, with {lang} in it"
    )
    parser.add_argument("--encoder", default=ENCODER, help="the whole encoder")
    parser.add_argument(
        "--frequent", type=int, default=FREQUENT, help="keep pieces that occur 2 to this power times"
    )
    parser.add_argument("--every", type=int, default=1, help="ask one development request of so many")
    parser.add_argument("--domains", nargs="+", help="those of people/dev; by default all")
    parser.add_argument("--people-rows", type=int, default=150, help="requests of a domain and language")
    parser.add_argument("--result", default="vocabulary", help="name of the result files")
    options = parser.parse_args()
    data, files = data_folder(options.data), read_encoder_files(find_encoder(options.encoder))
    bind_to_one_core()
    rows: list[Asked] = []
    bytes_of = {}
    for lang in LANGUAGES:
        bundle = read_bundle(options.bundle.format(lang=lang))
        bytes_of[lang] = sizes(bundle, files, data, lang, options.frequent)
        rows += of_stations(bundle, files, data, lang, options)
        print(f"{lang}: {bytes_of[lang][CUT]['bundle_bytes']:,} bytes", file=sys.stderr, flush=True)
    rows += of_people(files, data, options)
    report = {
        "frequent": options.frequent,
        "every": options.every,
        "sizes": bytes_of,
        "recall_at_1": figures(rows),
    }
    write_result("product.vocabulary", options.result, report, page(report))
    print(page(report))


if __name__ == "__main__":
    main()
