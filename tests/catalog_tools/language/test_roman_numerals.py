"""Roman numerals and the series that their figures belong to."""

from __future__ import annotations

import pytest

from catalog_tools.language.roman_numerals import numeral_value, series_of

ROMAN = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def written(number: int) -> str:
    text = ""
    for value, letters in ROMAN:
        while number >= value:
            text, number = text + letters, number - value
    return text


@pytest.mark.parametrize("number", [*range(1, 30), *range(31, 40), 48, 62, 88])
def test_every_numeral_has_its_value(number: int) -> None:
    assert numeral_value(written(number)) == number


@pytest.mark.parametrize("word", ["", "IIII", "VV", "IC", "MIX", "CD", "XXX", "L", "LV", "ii", "XIVX"])
def test_what_is_no_numeral_is_worth_nothing(word: str) -> None:
    assert numeral_value(word) == 0


@pytest.mark.parametrize(
    ("form", "series"),
    [("tall pines 4", "tall pines #"), ("top 40 part 2 live", "top 40 part # live"), ("tall pines", "")],
)
def test_a_series_leaves_the_last_number_open(form: str, series: str) -> None:
    assert series_of(form) == series
