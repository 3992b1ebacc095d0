"""Write ``tests/golden/features.jsonl``: features of candidates, for every runtime.

python -m tools.golden.make_features
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from edge_er.text.canonical import canonical_text
from tools.golden.golden_file import FOLDER, write_rows
from tools.golden.plain_features import plain_equals, plain_features

TARGET = FOLDER / "features.jsonl"
DIGITS = 6
# Utterances and the forms of their candidates, best first: said whole and not, joined and cut apart, words of a closing
# phrase that a candidate has, letters beyond a-z, nothing but carriers, several texts; words in another order, alone
# and beside others; numbers spelled otherwise, another number beside a word of the form and apart from it.
CASES: tuple[tuple[str, tuple[tuple[str, float], ...], tuple[str, ...]], ...] = (
    ("en", (("play kiss fm", 1.0),), ("Kiss FM", "KISS Country")),
    ("en", (("remind me to call the dentist before tulsa", 1.0),), ("Tulsa", "Tulsa Radio")),
    ("en", (("turn on the light in the kitchen please", 1.0),), ("Kitchen", "Light")),
    ("en", (("turn on the light in the kitchen please", 1.0),), ("Light", "Lamp")),
    ("en", (("play kisfm", 1.0),), ("KISS FM",)),
    ("en", (("put on kissfm now", 1.0),), ("Kiss F M", "Kiss")),
    ("en", (("back to the future", 1.0),), ("Back to the Future II", "Back to the Future")),
    ("de", (("spiele bayern eins", 1.0), ("spiele bayern ein", 0.5)), ("Bayern eins", "Bayern drei")),
    ("de", (("mach die deckenlampe in der küche aus", 1.0),), ("Küche Deckenlampe", "Bad Deckenlampe")),
    ("de", (("bitte", 1.0),), ("Bayern 1",)),
    ("es", (("pon la cadena ser", 0.7), ("pon la cadena sed", 0.2), ("la cadena", 0.1)), ("Cadena SER",)),
    ("fr", (("allume la lampe du salon", 1.0),), ("Lampe salon", "Salon")),
    ("it", (("accendi luci 3", 1.0),), ("Luci 2", "Luci")),
    ("xx", (("7 ωμέγα", 1.0),), ("Ωμέγα 7",)),
    ("xx", (("zoë 𝒵", 1.0),), ("Zoë", "𝒵")),
    ("en", (("📻", 1.0),), ("Kiss FM",)),
    ("en", (("play the fm kiss please", 1.0),), ("Kiss FM",)),
    ("en", (("play the fm kiss of tulsa", 1.0),), ("Kiss FM",)),
    ("en", (("play kiss", 1.0),), ("Kiss FM", "Kiss")),
    ("en", (("turn on the light in the kitchen", 1.0),), ("Kitchen Light", "Kitchen")),
    ("en", (("play rocky five", 1.0),), ("Rocky 4", "Rocky")),
    ("en", (("play rocky five", 0.75), ("play rocky for", 0.25)), ("Rocky 4", "Rocky 5")),
    ("en", (("play rocky five", 1.0),), ("Rocky 5", "Rocky")),
    ("en", (("play rocky five", 1.0),), ("Rocky V", "Rocky")),
    ("en", (("play rocky v", 1.0),), ("Rocky Five", "Rocky")),
    ("en", (("five rocky", 1.0),), ("Rocky", "Rocky 4")),
    ("en", (("play five of the rocky films", 1.0),), ("Rocky", "Rocky 4")),
    ("en", (("rocky four five", 1.0),), ("Rocky 4", "Rocky 5")),
    ("en", (("rocky 5", 1.0),), ("", "Rocky")),
    ("en", (("play one hundred and six jack", 1.0),), ("Jack FM 106", "106 Jack")),
    (
        "de",
        (("spiele bayern drei", 0.5), ("spiele bayern zwei", 0.3), ("bayern", 0.2)),
        ("Bayern 2", "Bayern 3"),
    ),
    ("de", (("lampe einundzwanzig im flur", 1.0),), ("Flur Lampe 21", "Flur Lampe 20")),
    ("fr", (("mets la chaîne quatre vingt dix neuf", 1.0),), ("Chaîne 99", "Chaîne 4")),
    ("es", (("pon la de los noventa", 1.0),), ("Los 90", "Los 40")),
    ("es", (("pon los cuarenta y cinco", 1.0),), ("Los 40", "Cinco")),
    ("it", (("canale cinque", 1.0),), ("Canale 5", "Canale 4")),
    ("xx", (("ωμέγα 8", 1.0),), ("Ωμέγα 7",)),
    ("xx", (("ωμέγα vii", 1.0),), ("Ωμέγα 7", "Ωμέγα VII")),
    ("xx", (("ωμέγα ٨", 1.0),), ("Ωμέγα",)),
    # Equals: words that several share, alone and beside others, words of carriers alone, and names that sound the same.
    (
        "en",
        (("turn on the ceiling lamp", 1.0),),
        ("Kitchen Ceiling Lamp", "Hall Ceiling Lamp", "Ceiling Lamp Attic"),
    ),
    ("en", (("turn on the ceiling lamp of zoe", 1.0),), ("Kitchen Ceiling Lamp", "Hall Ceiling Lamp")),
    ("en", (("turn off the speaker", 1.0),), ("Attic Speaker", "Hall Speaker", "Speaker Zoe", "Hall Lamp")),
    (
        "en",
        (("turn off the speaker in the kitchen", 1.0),),
        ("Hall Speaker", "Attic Speaker", "Kitchen Lamp"),
    ),
    (
        "en",
        (("ceiling lamp", 0.5), ("ceiling", 0.5)),
        ("Attic Ceiling Lamp", "Hall Ceiling Lamp", "Hall Ceiling"),
    ),
    ("en", (("ceiling lamp", 0.5), ("zoe", 0.5)), ("Attic Ceiling Lamp", "Hall Ceiling Lamp")),
    ("en", (("rocky five", 1.0),), ("Rocky 5 Balboa", "Rocky Five Live")),
    ("en", (("call stephen clarke", 1.0),), ("Stephen Clark", "Steven Clarke", "Stefan Clerk")),
    ("en", (("call stephen clark", 1.0),), ("Stephen Clark", "Steven Clarke")),
    ("en", (("call stephen clarke again", 1.0),), ("Stephen Clark", "Steven Clarke")),
    ("en", (("phone the stephen clarke", 1.0),), ("Stephen Clark", "Steven Clarke")),
    ("en", (("call stephen clarke", 0.5), ("stephen lark", 0.5)), ("Stephen Clark", "Steven Clarke")),
    ("en", (("call jan", 1.0),), ("Gen", "Jon", "John Smith")),
    ("en", (("put on rock antenna for", 1.0),), ("Rock Antenna 4", "Rock Antenna 5")),
    ("de", (("ruf katharina becker an", 1.0),), ("Katharina Bäcker", "Katarina Becker", "Katrin Bäcker")),
    ("es", (("llama a elena jimenez", 1.0),), ("Elena Giménez", "Helena Jiménez")),
    ("xx", (("ωμέγα ωμέγα", 1.0),), ("Ωμέγα ωμέγω", "Ωμέγω ωμέγα")),
)
SCORES = (
    (2.0, 2.0, 1.9, 1.7),
    (2.0, 1.8, 1.6, 1.4),
    (2.0, 1.6, 1.5, 1.2),
    (2.0, 1.2, 1.0, 0.8),
)  # of candidates
NUMBERS = (2, 0, 2, 1)  # the other spellings that count
HEARD = (-40.0, 0.0, 37.0, 212.5)
SIZES = (1, 14, 20_000)


def rows() -> Iterator[dict[str, Any]]:
    """A row for each case and score; sizes, cosines and other spellings take turns."""
    for number, ((lang, texts, forms), heard) in enumerate(product(CASES, HEARD)):
        said = [(canonical_text(text), weight) for text, weight in texts]
        candidates = [canonical_text(form) for form in forms]
        entities, cosine = SIZES[number % len(SIZES)], (0.42, 1.003)[number % 2]
        numbers = NUMBERS[number % len(NUMBERS)]
        scores = SCORES[number % len(SCORES)][: len(candidates)]
        equal = plain_equals(lang, said, candidates, scores, numbers)
        features = plain_features(lang, said, candidates, cosine, heard, entities, numbers, equal)
        yield {
            "lang": lang,
            "texts": [list(one) for one in said],
            "forms": candidates,
            "cosine": cosine,
            "heard": heard,
            "entities": entities,
            "numbers": numbers,
            "scores": list(scores),
            "equals": list(equal),
            "features": {name: round(value, DIGITS) for name, value in features.items()},
        }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} rows")


if __name__ == "__main__":
    main()
