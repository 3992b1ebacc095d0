"""Numbers that are said otherwise than written, and numbers that nobody has: answered, and refused?

    python -m benchmarks.product.numbers

Films of made-up series ("Silver Harbour II") are asked for in words and figures, and for a part that there is not;
stations of the shipped bundles for a number that their family lacks, and by the decade in their name ("eighties"); own
entries as people say them ("Taxi 24", "Dr. Raman"). All are made by rule and typed. `spoken_numbers` asks the shipped
bundles for every spoken form that the product itself makes; here words are written by hand. Bundles are kept in
build/numbers.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.lib.asked import (
    ANSWERED,
    FIRST,
    MATCH,
    RIGHT,
    WRONG,
    Asked,
    Goal,
    Report,
    add_half_option,
    asked_rows,
    in_half,
)
from benchmarks.lib.built_catalogs import ENCODER, built_catalog
from benchmarks.lib.made_titles import (
    AS_WRITTEN,
    IN_FIGURES,
    IN_WORDS,
    NOBODY,
    OWN_NUMBER,
    OWN_TITLE,
    films,
    number_words,
    own_entries,
)
from benchmarks.lib.results_file import REPOSITORY
from catalog_tools.language.requests import Carriers
from edge_er.bundle.entity import Entity
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

CACHE = REPOSITORY / "build" / "numbers"
WRITTEN = ("en", "de")  # languages whose numbers are written here
DECADE, NO_STATION = "decade of a station in words", "a number that no station of the family has"
MOST = 300  # requests of a kind for stations
SHOWN = (FIRST, RIGHT, WRONG, MATCH, ANSWERED)
_FOUND, _REFUSED = (Goal(RIGHT, 0.95),), (Goal(MATCH, 0.03, at_most=True),)
GOALS = {
    **dict.fromkeys((IN_WORDS, IN_FIGURES, OWN_NUMBER, OWN_TITLE), _FOUND),
    DECADE: (Goal(RIGHT, 0.93),),
    **dict.fromkeys((NOBODY, NO_STATION), _REFUSED),
}
SHARE = {kind: goals[0].measure for kind, goals in GOALS.items()}
_DECADE = re.compile(r"(?<!\d)(?:19|20)?([1-9]0) ?['’]?s(?![^\W\d_])", re.IGNORECASE)
DECADES = dict(
    zip(
        range(10, 100, 10),
        [
            "tens",
            "twenties",
            "thirties",
            "forties",
            "fifties",
            "sixties",
            "seventies",
            "eighties",
            "nineties",
        ],
        strict=True,
    )
)


def decade_requests(entities: Sequence[Entity], half: str) -> Iterator[Asked]:
    """English stations with one decade in their name, asked for with the decade in words."""
    rng = random.Random(f"decades {half}")
    phrases = Carriers.of_language("en").phrases
    said: defaultdict[str, set[str]] = defaultdict(set)
    for entity in entities:
        found = _DECADE.findall(entity.name)
        if len(found) == 1 and in_half(entity.name, half):
            words = _DECADE.sub(f" {DECADES[int(found[0])]} ", entity.name)
            said[canonical_text(words)].add(entity.id)
    for name, right in sorted(said.items())[:MOST]:
        yield Asked(DECADE, rng.choice(phrases).replace("{}", name), frozenset(right), name)


def absent_numbers(entities: Sequence[Entity], lang: str, half: str) -> Iterator[Asked]:
    """Stations called by a name and one digit, asked for by one that none of that name has, in words and figures."""
    rng = random.Random(f"absent {lang} {half}")
    phrases = Carriers.of_language(lang).phrases
    names = {canonical_text(form) for entity in entities for form in entity.surface_forms}
    numbered: defaultdict[str, set[int]] = defaultdict(set)
    for name in names:
        words = name.split()
        if len(words) > 1 and re.fullmatch(r"\d", words[-1]) and not words[-2].isdigit():
            numbered[" ".join(words[:-1])].add(int(words[-1]))
    families = [
        stem for stem, numbers in sorted(numbered.items()) if len(numbers) > 1 and in_half(stem, half)
    ]
    for stem in rng.sample(families, min(len(families), MOST // 2)):
        absent = [digit for digit in range(2, 10) if digit not in numbered[stem]]
        for number in rng.sample(absent, min(len(absent), 1)):
            for said in (f"{stem} {number}", f"{stem} {number_words(number, lang)}"):
                if said not in names:
                    query = rng.choice(phrases).replace("{}", said)
                    yield Asked(NO_STATION, query, frozenset(), f"{lang} {stem}")


def ask(lang: str, half: str, bundle: str, encoder: str) -> list[dict[str, Any]]:
    """All requests of a language, as rows."""
    made = films(lang, half)
    path = built_catalog(CACHE, f"films_{lang}_{half}", made.rows, lang, encoder)
    rows = asked_rows(EntityResolver.load(path), made.requests, lang)
    stations = EntityResolver.load(bundle.format(lang=lang))
    rows += asked_rows(stations, absent_numbers(list(stations.entities), lang, half), lang)
    if lang == "en":
        rows += asked_rows(stations, decade_requests(list(stations.entities), half), lang)
    own = own_entries(lang, half)
    return rows + asked_rows(stations.with_entries(own.rows), own.requests, lang)


def main() -> None:
    """Ask all and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_half_option(parser)
    parser.add_argument("--bundle", default="radio_{lang}", help="bundle of stations, with {lang} in it")
    parser.add_argument(
        "--encoder", default=ENCODER, help="a shipped encoder or an encoder folder, for films"
    )
    parser.add_argument("--result", default="numbers", help="name of the result files")
    options = parser.parse_args()
    rows = [row for lang in WRITTEN for row in ask(lang, options.half, options.bundle, options.encoder)]
    order = (AS_WRITTEN, IN_WORDS, IN_FIGURES, NOBODY, NO_STATION, DECADE, OWN_NUMBER, OWN_TITLE)
    intro = (
        f"Typed requests made by rule, half *{options.half}* of the names; means of English and German with 95 % "
        "intervals over names; decades in English alone."
    )
    Report("product.numbers", "Numbers", SHOWN, GOALS, SHARE, RIGHT).write(options, intro, rows, order)


if __name__ == "__main__":
    main()
