"""Write ``requests.jsonl`` and ``nbest.jsonl`` from the shipped bundles; tests/golden/README.md describes their fields.

    python -m tools.golden.make_requests

The requests are made from names in the bundles, by the generator of training requests and by hand; the same bundles
give the same files. A request whose answer hangs on the last bits of a float is left out: every machine must agree on
the rest.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from catalog_tools.language.requests import LANGUAGES, Carriers, RequestGenerator
from catalog_tools.language.surface_forms import spoken_forms
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import shipped_bundles
from edge_er.text.canonical import canonical_text
from tools.golden.answers import Answerer
from tools.golden.golden_file import FOLDER, write_rows

REQUESTS, NBEST = "requests.jsonl", "nbest.jsonl"
GENERATED, WRITTEN = 28, 8  # requests a bundle: with noise, and as people type them
UTTERANCES = 8  # of which a recogniser gave several texts

# Said to every bundle: what no machine may stumble over.
AWKWARD = (
    "",
    " \t\n",
    "🎵📻",
    "🎵 Radio 🎵",
    "...?!",
    "إذاعة القرآن الكريم",
    "\u202eشغل راديو\u202c",
    "רדיו תל אביב",
    "中文广播 99.5",
    "Радио Маяк",
    "한국방송",
    "Ra\u0301dio Mari\u0301a",
    "z\u0361a\u0335l\u0336g\u0337o\u0338",
    "zero\u200bwidth ra\u00addio",
    "Ｆｕｌｌ　Ｗｉｄｔｈ ＦＭ",
    "B. B. C. Radio 4",
    "n d r zwei",
    "r n e cinco",
    "99.5",
    "1 2 3 4 5 6 7 8 9 10",
    "ninety eight point eight",
    "quatre-vingt-dix-neuf virgule cinq",
    "a",
    "radio " * 100,
    "supercalifragilistic" * 20,
    "spiele den sender den wir gestern im auto gehört haben als wir von hamburg nach kiel gefahren sind und es so "
    "geregnet hat dass man die autobahn kaum sehen konnte und danach noch eine ganze weile nachrichten bitte danke",
    "what's the weather tomorrow",
    "pon una alarma a las siete",
    "asdf qwer zxcv",
    "\ud83d radio \udcfb",  # halves of surrogate pairs
    "radio\u0000maria\u0007",
    "\u001b[31mradio\u007f\u009b uno",
    "\u001c\u001d\u0085",  # blank
    "\ufeff",  # not blank, but nothing to read
    "\U00020000\U00020001 radio",
    "a" * 64,
    "a" * 65,  # one letter more than the tokenizer spells
    "Radio Радио ラジオ إذاعة 99.5 FM",
    "١٢٣ fm एफएम ९९",
    "İSTANBUL ıI ẞ Ǆ ﷺ",
    "👩\u200d👩\u200d👧 radio",
    "<b>radio</b> & 'x' \"y\" \\ / %s {0} ${x}",
    "1.360 y 1,360 y 1.3600",
    "007",
    "radio nacional " * 150,
)
# Requests for well-known names, also in another language's words.
KNOWN = {
    "radio_de": (
        "spiele Deutschlandfunk",
        "bayern eins",
        "play deutschlandfunk kultur please",
        "Mach mal SWR3 an!",
    ),
    "radio_en": (
        "play bbc radio four please",
        "Put on Classic FM",
        "pon bbc radio one",
        "hey google play capital fm",
    ),
    "radio_es": (
        "pon la Cadena SER",
        "play cadena ser",
        "los cuarenta",
        "¿Puedes poner Radio Clásica, por favor?",
    ),
    "radio_fr": (
        "mets France Inter",
        "play france info",
        "écoute RTL2",
        "j'aimerais écouter FIP s'il te plaît",
    ),
    "radio_it": ("metti Radio Deejay in cucina", "play radio deejay", "rai radio uno", "fammi sentire R101"),
}


def requests_of(name: str, lang: str, entities: Sequence[Entity]) -> list[str]:
    """The requests put to the bundle `name`: generated, typed, well-known and awkward ones, each once."""
    generator = RequestGenerator.of_languages(LANGUAGES, spoken=spoken_forms)
    named = [entity for entity in entities if canonical_text(entity.name)]
    rng = random.Random(f"golden requests of {name}")
    chosen = rng.sample(named, min(GENERATED + WRITTEN, len(named)))
    generated = [generator.request(entity.name, lang, rng) for entity in chosen[:GENERATED]]
    carriers = {tongue: Carriers.of_language(tongue).phrases for tongue in LANGUAGES}
    typed = []
    for place, entity in enumerate(chosen[GENERATED:]):
        tongue = lang if place % 2 else LANGUAGES[place // 2 % len(LANGUAGES)]
        phrase = rng.choice(carriers[tongue]).replace("{}", rng.choice((entity.name, entity.name.upper())))
        typed.append(f"{phrase[:1].upper()}{phrase[1:]}!")
    return list(dict.fromkeys([*generated, *typed, *shared_names(entities), *KNOWN.get(name, ()), *AWKWARD]))


def shared_names(entities: Sequence[Entity], most: int = 3) -> list[str]:
    """Names that several entities have, in canonical text."""
    owners = Counter(
        name for entity in entities for name in {canonical_text(form) for form in entity.surface_forms}
    )
    return sorted(name for name, count in owners.items() if count > 1)[:most]


def utterances_of(name: str, entities: Sequence[Entity]) -> list[list[tuple[str, float]]]:
    """What a recogniser may hand over for one utterance of the bundle `name`: texts and weights, best first."""
    rng = random.Random(f"golden utterances of {name}")
    named = [entity for entity in entities if len(canonical_text(entity.name)) > 5]
    utterances: list[list[tuple[str, float]]] = []
    for place, entity in enumerate(rng.sample(named, min(UTTERANCES, len(named)))):
        texts = [noisy(entity.name.lower(), rng) for _ in range(2 + place % 3)]
        utterances.append([(text, 1.0 if place % 2 else 0.5**rank) for rank, text in enumerate(texts)])
    well_known = KNOWN.get(name, (named[0].name, named[-1].name))
    return [
        *utterances,
        *([(shared, 1.0), (f"{shared} radio", 0.5)] for shared in shared_names(entities)),
        [(text, 1.0) for text in well_known[:2]],
        [(well_known[0], 0.9), ("asdf qwer zxcv", 0.1)],
        [("", 1.0), (well_known[0], 2.0)],
        [("🎵", 3.0), (well_known[1], 1.0)],
        [("إذاعة", 1.0), ("🎵", 1.0)],
        [(" ", 1.0), ("", 0.5)],
        [],
    ]


def noisy(text: str, rng: random.Random) -> str:
    """`text` with a letter lost, one doubled and one replaced."""
    letters = list(text)
    for change in ("", "{0}{0}", rng.choice("aeiourst")):
        place = rng.randrange(len(letters))
        letters[place] = change.format(letters[place])
    return "".join(letters)


def golden_rows(bundle: Bundle) -> Iterator[dict[str, Any]]:
    """Rows of all safe requests to a bundle."""
    answerer = Answerer(bundle)
    for query in requests_of(answerer.name, str(bundle.manifest["lang"]), bundle.entities):
        row = answerer.row(query)
        if answerer.is_safe(row):
            yield row
        else:
            print(f"{answerer.name}: left out, too close to call: {query!r}")


def nbest_rows(bundle: Bundle) -> Iterator[dict[str, Any]]:
    """Rows of all safe utterances with several texts."""
    answerer = Answerer(bundle)
    for nbest in utterances_of(answerer.name, bundle.entities):
        row = answerer.nbest_row(nbest)
        if answerer.is_safe(row):
            yield row
        else:
            print(f"{answerer.name}: left out, too close to call: {nbest!r}")


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--bundle", action="append", help="a bundle (by default all shipped ones); can be repeated"
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    options = parser.parse_args()
    names = options.bundle or list(shipped_bundles())
    if not names:
        parser.error("no bundle is shipped yet; build them first, or name one with --bundle")
    bundles = [read_bundle(name) for name in names]
    for file, rows_of in ((REQUESTS, golden_rows), (NBEST, nbest_rows)):
        count = write_rows(options.out / file, (row for bundle in bundles for row in rows_of(bundle)))
        print(f"{options.out / file}: {count} rows of {len(names)} bundles")


if __name__ == "__main__":
    main()
