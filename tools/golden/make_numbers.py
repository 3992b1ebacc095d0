"""Write ``tests/golden/numbers.jsonl``: numbers of requests spelled otherwise, for every runtime.

python -m tools.golden.make_numbers
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog_tools.language.language import language
from catalog_tools.language.number_words import cardinal_words, decade_words, decimal_words, paired_words
from edge_er.text.canonical import canonical_text
from edge_er.text.numbers import in_figures, is_sure, other_readings
from tools.golden.golden_file import FOLDER, write_rows

TARGET = FOLDER / "numbers.jsonl"
LANGUAGES = ("de", "en", "es", "fr", "it")
CARDINALS = (
    0,
    1,
    2,
    7,
    10,
    13,
    17,
    21,
    28,
    40,
    71,
    77,
    80,
    81,
    94,
    99,
    100,
    101,
    118,
    121,
    199,
    300,
    508,
    777,
    1000,
)
YEARS = (1001, 1009, 1100, 1240, 1905, 1984, 1999, 2000, 2001, 2010, 2024, 9999)
FREQUENCIES = (("87", "5"), ("99", "05"), ("100", "0"), ("103", "7"), ("106", "71"))
DECADES = (0, 10, 20, 50, 60, 70, 80, 90, 1980, 2000)
# Words of names that Roman figures and words are written with.
NAMES = {
    "de": ("eins", "ii"),
    "en": ("two", "four", "ii", "v"),
    "es": ("cuarenta", "iii"),
    "fr": ("dix", "ii"),
    "it": ("uno", "iv"),
    "xx": ("ii",),
}
AWKWARD = {
    "de": (
        "",
        "ein radio",
        "ein hundert drei",
        "schalte zimmer zweitausend ein",
        "zweitausend ein hundert",
        "radio eins und zwei",
        "drei und zwanzig",
        "spiele bayern 1",
        "bayern eins punkt",
        "achtziger hits",
        "einser",
        "hundertermark",
        "eins null drei komma sieben",
        "dreiundzwanzigundvierzig",
        "neun" * 17,
    ),
    "en": (
        "play back to the future two",
        "back to the future ii",
        "rocky v",
        "rocky five",
        "the 4 lions",
        "twenty four seven",
        "nine one one",
        "double oh seven",
        "oh oh seven",
        "oh no",
        "oh oh",
        "zero oh",
        "one two three hundred",
        "a hundred and one dalmatians",
        "and one",
        "one and two",
        "twenty one oh five point nine",
        "nineteen oh five",
        "nineteen eighties music",
        "99 point five",
        "ninety nine point 5",
        "ninety nine point twenty five",
        "point five",
        "one point",
        "one point one point one",
        "ten thousand two",
        "five hundred thousand",
        "two thousand thousand",
        "007 seven",
        "twentyone",
        "hundred hundred",
        "zero zero",
        "zero hundred",
        "eighties eighties",
        "los 40 two s",
        "two eighties",
        "louis xiv",
        "twelve and thirteen",
        "zero zero twelve",
        "one " * 17 + "two",
        "two thousands and one",
        "ωμέγα two",
    ),
    "es": (
        "los cuarenta",
        "pon los 40",
        "treinta y tres y medio",
        "veinti",
        "dos mil mil",
        "los ochentas",
        "y uno",
        "pon la luz al cincuenta por ciento",
        "al cien por ciento veinte",
    ),
    "fr": (
        "un air de fete",
        "mets la lampe a 50 pour cent",
        "cent pour cent dix",
        "pour deux cents",
        "quatre vingt",
        "quatre vingt et un",
        "dix sept cents",
        "et un",
        "dix",
        "cent un virgule un",
    ),
    "it": (
        "novantanove e cinque",
        "e sei",
        "cent",
        "vent anni",
        "ventuno",
        "rocky quattro",
        "centotto e uno",
    ),
    "xx": ("two eins ii", "rocky 2"),
}


def said(lang: str) -> Iterator[str]:
    """Numbers in words, in canonical text."""
    facts = language(lang)
    for number in (*CARDINALS, *YEARS):
        yield from (cardinal_words(number, facts), paired_words(number, facts))
    for before, after in FREQUENCIES:
        for separator in range(len(facts.decimal)):
            yield decimal_words(before, after, facts, separator, paired_words)
    yield from (decade_words(number, facts) for number in DECADES)


def rows() -> Iterator[dict[str, Any]]:
    """One row for each text."""
    for lang, awkward in AWKWARD.items():
        numbers = [f"radio {canonical_text(each)}" for each in said(lang)] if lang in LANGUAGES else []
        for text in dict.fromkeys((*awkward, *numbers)):
            yield {
                "lang": lang,
                "text": text,
                "names": NAMES[lang],
                "in_figures": in_figures(text, lang),
                "readings": other_readings(text, lang, NAMES[lang]),
                "sure": is_sure(text, in_figures(text, lang)),
            }


def main() -> None:
    """Write the file."""
    print(f"{TARGET}: {write_rows(TARGET, rows())} texts")


if __name__ == "__main__":
    main()
