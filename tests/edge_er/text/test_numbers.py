"""Numbers in another spelling: the golden file, and what number words of each language must be read as."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog_tools.language.language import language
from catalog_tools.language.number_words import cardinal_words, decade_words, decimal_words, paired_words
from edge_er.text.canonical import canonical_text
from edge_er.text.numbers import _language, _Reading, in_figures, is_sure, other_readings
from tests.tiny import require_packages
from tools.golden.make_numbers import LANGUAGES, TARGET, rows

WORDS = "one oh two twenty hundred thousand and point eighties zero ein und zwei er quatre vingt dix et 99 7 ii v radio"
TEXTS = st.lists(st.sampled_from(WORDS.split()), max_size=9).map(" ".join)


def read(words: str, lang: str) -> str:
    text = in_figures(f"radio {canonical_text(words)} fm", lang)
    assert text.startswith("radio ") and text.endswith(" fm")
    return text[6:-3]


def test_the_golden_file() -> None:
    require_packages("num2words")
    written = [json.loads(line) for line in TARGET.read_text(encoding="utf-8").split("\n") if line]
    made = [json.loads(json.dumps(row)) for row in rows()]
    assert written == made


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_that_is_said_is_read(lang: str) -> None:
    require_packages("num2words")
    facts = language(lang)
    for number in (*range(1100), *range(1100, 10_000, 37), *range(1900, 2050)):
        ways = {cardinal_words(number, facts), paired_words(number, facts)}
        ways |= {cardinal_words(number, replace(facts, speech=region)) for region in facts.regions}
        for words in ways:
            assert read(words, lang) == str(number), words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_frequency_that_is_said_is_read(lang: str) -> None:
    require_packages("num2words")
    facts = language(lang)
    for before in range(87, 109):
        for after in (*map(str, range(10)), "05", "25", "75"):
            for separator in range(len(facts.decimal)):
                for say in (cardinal_words, paired_words):
                    words = decimal_words(str(before), after, facts, separator, say)
                    assert read(words, lang) == f"{before} {after}", words


@pytest.mark.parametrize(
    ("lang", "written"),
    [("de", "{:02} er"), ("en", "{:02} s"), ("es", "{}"), ("fr", "annees {}"), ("it", "anni {}")],
)
def test_every_decade_that_is_said_is_read(lang: str, written: str) -> None:
    require_packages("num2words")
    for number in (*range(0, 100, 10), *range(1910, 2000, 10), 2000):
        assert read(decade_words(number, lang), lang) == written.format(number)


@pytest.mark.parametrize(
    ("lang", "text", "figures"),
    [
        ("en", "one oh three point five", "103 5"),
        ("en", "nineteen eighty four", "1984"),
        ("en", "twenty four seven", "24 7"),
        ("en", "nine one one", "911"),
        ("en", "oh no", "oh no"),
        ("de", "ein hund und eine katze", "ein hund und eine katze"),
        ("de", "achtziger", "80 er"),
        ("de", "schalte radio hundert ein", "schalte radio 100 ein"),
        ("fr", "quatre vingt dix neuf virgule cinq", "99 5"),
        ("it", "centotto e uno", "108 1"),
        ("es", "noventa y nueve", "99"),
        ("es", "al cincuenta por ciento", "al 50 por ciento"),
        ("fr", "a 50 pour cent", "a 50 pour cent"),
        ("it", "al dieci per cento", "al 10 per cento"),
        ("it", "radio 90 punto 9 e punto", "radio 90 9 e punto"),
        ("en", "rock and roll point", "rock and roll point"),
        ("xx", "two rocky ii", "two rocky 2"),
    ],
)
def test_numbers_as_people_say_them(lang: str, text: str, figures: str) -> None:
    assert in_figures(text, lang) == figures


def test_words_for_large_numbers_are_sure_to_be_numbers() -> None:
    assert is_sure("taxi ninety three", "taxi 93") and is_sure("taxi one oh five", "taxi 105")
    assert not is_sure("one direction", "1 direction") and not is_sure("taxi zero zero seven", "taxi 007")
    assert not is_sure("taxi 93", "taxi 93") and not is_sure("louis xiv", "louis 14")


def test_words_and_roman_figures_are_read_where_names_have_them() -> None:
    assert other_readings("rocky two", "en") == ("rocky 2",)
    assert other_readings("rocky two", "en", {"ii"}) == ("rocky 2", "rocky ii")
    assert other_readings("rocky 2", "en", {"ii", "two"}) == ("rocky ii", "rocky two")
    assert other_readings("rocky ii", "en", {"ii", "two"}) == ("rocky 2", "rocky two")
    assert other_readings("los 40", "es", {"cuarenta"}) == ("los cuarenta",)
    assert other_readings("rocky", "en", {"ii", "two"}) == ()
    assert other_readings("90 7 fm", "en", {"ninety", "seven", "vii"}) == ()
    assert other_readings("the 80 s", "en", {"eighty"}) == ()


@given(TEXTS, st.sampled_from([*LANGUAGES, "xx"]))
@example("eighties v", "en")
def test_readings_are_few_and_canonical_and_differ(text: str, lang: str) -> None:
    text = canonical_text(text)
    readings = other_readings(text, lang, frozenset(WORDS.split()))
    assert len({text, *readings}) == 1 + len(readings) <= 3
    for reading in readings:  # canonical text joins single letters, also the "s" of "80 s" with one behind it
        one, other = canonical_text(reading), reading
        assert one == other or ("s" in other.split() and one.replace(" ", "") == other.replace(" ", ""))
    assert in_figures(in_figures(text, lang), lang) == in_figures(text, lang)


@given(TEXTS, st.sampled_from([*LANGUAGES, "xx"]))
@example("99 point 7", "en")
@example("er und punkt et point", "de")
def test_a_text_that_is_not_read_has_no_number_to_write_otherwise(text: str, lang: str) -> None:
    assert in_figures(text, lang) == " ".join(_Reading(text.split(), _language(lang)).written())


@given(TEXTS)
def test_other_words_stay(text: str) -> None:
    kept = [word for word in text.split() if word in ("radio",)]
    assert [word for word in in_figures(text, "en").split() if word == "radio"] == kept
