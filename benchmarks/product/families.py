"""Stations of one family: the plain name wins or the answer is ambiguous, and no sibling is given for another.

    python -m benchmarks.product.families

A family is a station and those whose names begin with its whole name ("Deutschlandfunk", "Deutschlandfunk Nova"), or
those that differ in one number only ("Bayern 1", "Bayern 3"). Its members are asked for as people type, in carriers of
all five languages, with their numbers in words too, and as they were recognised on the development part. The
plain names are of one half.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.lib.asked import add_half_option, in_half
from benchmarks.lib.results_file import (
    LANGUAGES,
    add_data_option,
    data_folder,
    markdown_table,
    write_result,
)
from catalog_tools.language.requests import Carriers
from catalog_tools.language.surface_forms import spoken_forms
from edge_er.bundle.entity import Entity
from edge_er.evaluation.metrics import GoldMap
from edge_er.evaluation.requests_file import Request
from edge_er.resolver import EntityResolver, Resolution
from edge_er.text.canonical import canonical_text
from edge_er.training.data.voice_requests import station_requests

FAMILIES = 80  # a language
SIBLINGS = 4  # of a family
PLAIN, FOREIGN, WORDS, SIBLING, HEARD = (
    "plain name",
    "plain name, foreign carrier",
    "plain name, numbers in words",
    "sibling's name",
    "recognised",
)
OUTCOMES = ("right", "ambiguous", "no_match", "wrong sibling", "wrong")
ALWAYS = re.compile(
    r"deutschlandfunk|bayern [1-5]|swr ?[1-4]|(bbc )?radio [1-6]|cadena ser|cope|onda cero|los ?40|france inter|rtl2?|"
    r"europe [12]|fip|nrj|radio deejay|rai radio [1-3]|radio 105|rtl 102 5|classic fm|absolute radio"
)


@dataclass(frozen=True)
class Family:
    """The entity that has the plain name, and its siblings; indices."""

    plain: int
    siblings: tuple[int, ...]


def families(entities: Sequence[Entity]) -> list[Family]:
    """All families of a catalog, by the plain entity."""
    by_words: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    by_number: defaultdict[str, set[int]] = defaultdict(set)
    words = [canonical_text(entity.name).split() for entity in entities]
    for index, name in enumerate(words):
        for size in range(1, len(name)):
            by_words[tuple(name[:size])].add(index)
        by_number[re.sub(r"\b\d\b", "0", " ".join(name))].add(index)
    all_families = []
    for index, name in enumerate(words):
        numbered = (
            by_number[re.sub(r"\b\d\b", "0", " ".join(name))]
            if re.search(r"\b\d\b", " ".join(name))
            else set()
        )
        siblings = (by_words[tuple(name)] | numbered) - {index}
        siblings = {other for other in siblings if words[other] != name}
        if siblings:
            all_families.append(Family(index, tuple(sorted(siblings))))
    return all_families


def chosen(entities: Sequence[Entity], rng: random.Random, half: str) -> list[Family]:
    """The well-known families of a half, and others by chance, up to FAMILIES."""
    found = [family for family in families(entities) if in_half(entities[family.plain].name, half)]
    known = [family for family in found if ALWAYS.fullmatch(canonical_text(entities[family.plain].name))]
    rest = [family for family in found if family not in known]
    return known + rng.sample(rest, min(max(FAMILIES - len(known), 0), len(rest)))


def typed(
    entities: Sequence[Entity], family: Family, lang: str, rng: random.Random
) -> Iterator[tuple[str, str, int]]:
    """Kind, text and the entity that is meant, for all requests to a family."""
    carriers = {tongue: Carriers.of_language(tongue).phrases for tongue in LANGUAGES}
    name = entities[family.plain].name
    for tongue in LANGUAGES:
        kind = PLAIN if tongue == lang else FOREIGN
        yield kind, rng.choice(carriers[tongue]).replace("{}", name), family.plain
    yield PLAIN, name, family.plain
    if re.search(r"\d", name):
        for form in spoken_forms(name, lang)[:2]:
            yield WORDS, rng.choice(carriers[lang]).replace("{}", form), family.plain
    for sibling in rng.sample(family.siblings, min(SIBLINGS, len(family.siblings))):
        yield SIBLING, rng.choice(carriers[lang]).replace("{}", entities[sibling].name), sibling


def outcome(resolution: Resolution, right: Iterable[str], family: Iterable[str]) -> str:
    """How the request was answered; `right` and `family` are ids."""
    if resolution.best is None:
        return "no_match"
    right = set(right)
    if resolution.decision == "ambiguous" and right & {match.id for match in resolution.matches}:
        return "ambiguous"
    if resolution.best.id in right:
        return "right"
    return "wrong sibling" if resolution.best.id in set(family) else "wrong"


def ask(resolver: EntityResolver, data: Path | None, lang: str, half: str) -> Iterator[dict[str, Any]]:
    """All requests of a language and half with their outcomes; the recognised ones where there is data."""
    entities, rng = list(resolver.entities), random.Random(f"families of {lang}")
    gold = GoldMap(entities)
    members: defaultdict[int, set[int]] = defaultdict(set)
    all_families = families(entities)
    for family in all_families:
        for member in (family.plain, *family.siblings):
            members[member] |= {family.plain, *family.siblings}
    asked = [
        (kind, text, gold.indices(Request("", (entities[meant].name,))) or (meant,))
        for family in chosen(entities, rng, half)
        for kind, text, meant in typed(entities, family, lang, rng)
    ]
    for request in station_requests(data, lang) if data else ():
        right = gold.indices(request)
        mine = request.stratum == "asr" and in_half(request.gold[0], half)
        if mine and any(place in members for place in right):
            asked.append((HEARD, request.query, right))
    for kind, text, right in asked:
        resolution = resolver.resolve(text)
        beside = {entities[other].id for place in right for other in members[place]}
        best = resolution.matches[0]
        yield {
            "kind": kind,
            "query": text,
            "meant": entities[right[0]].name,
            "first": best.name,
            "confidence": round(best.confidence, 3),
            "outcome": outcome(resolution, (entities[place].id for place in right), beside),
        }


def summary(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Shares of the outcomes, and the highest confidence in a wrong sibling."""
    counts = Counter(row["outcome"] for row in rows)
    wrong = [row["confidence"] for row in rows if row["outcome"] == "wrong sibling"]
    return {
        "rows": len(rows),
        **{name: round(counts[name] / len(rows), 4) for name in OUTCOMES},
        "surest_wrong_sibling": max(wrong, default=None),
    }


def table(by_kind: Mapping[str, Mapping[str, Any]], wrong: Sequence[Mapping[str, Any]]) -> str:
    """The report as Markdown."""
    rows = [
        [
            kind,
            f"{cell['rows']:,}",
            *(f"{cell[name]:.3f}" for name in OUTCOMES),
            str(cell["surest_wrong_sibling"] or "-"),
        ]
        for kind, cell in by_kind.items()
    ]
    listed = [
        [row["lang"], row["query"], row["meant"], row["first"], f"{row['confidence']:.2f}"] for row in wrong
    ]
    parts = [
        "# Families of stations",
        "Right: a match with the station that was meant. Ambiguous: it is among the matches. Wrong sibling: the first "
        "match is of the family, but not the one that was meant.",
        markdown_table(["request", "rows", *OUTCOMES, "surest wrong sibling"], rows),
    ]
    if listed:
        parts += [
            "Typed requests answered by a wrong sibling:",
            markdown_table(["bundle", "request", "meant", "first", "confidence"], listed),
        ]
    return "\n\n".join(parts)


def main() -> None:
    """Ask all bundles and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument(
        "--bundle", default="radio_{lang}", help="name or path of a bundle, with {lang} in it"
    )
    add_half_option(parser)
    options = parser.parse_args()
    data = data_folder(options.data)
    rows = [
        {"lang": lang, **row}
        for lang in LANGUAGES
        for row in ask(EntityResolver.load(options.bundle.format(lang=lang)), data, lang, options.half)
    ]
    kinds = (PLAIN, FOREIGN, WORDS, SIBLING, HEARD)
    by_kind = {kind: summary([row for row in rows if row["kind"] == kind]) for kind in kinds}
    wrong = [row for row in rows if row["outcome"] == "wrong sibling" and row["kind"] != HEARD]
    languages = {lang: summary([row for row in rows if row["lang"] == lang]) for lang in LANGUAGES}
    figures = {"half": options.half, "by_kind": by_kind, "by_language": languages, "wrong_siblings": wrong}
    write_result("product.families", "families", figures, table(by_kind, wrong))
    print(table(by_kind, wrong))


if __name__ == "__main__":
    main()
