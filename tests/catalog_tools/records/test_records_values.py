"""Raw values of fields: what is read out of them, and that what cannot be read is missing, never an error."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_tools.records.names_column import match_people, same_person
from catalog_tools.records.values import (
    as_texts,
    identifiers_of,
    parse_date,
    parse_names,
    parse_number,
    parse_phones,
    plain_text,
)


def _days(text):
    span = parse_date(text)
    return span and tuple(datetime.date.fromordinal(day).isoformat() for day in span)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1999", "1999-01-01", "1999-12-31"),
        ("1977.0", "1977-01-01", "1977-12-31"),
        (1981, "1981-01-01", "1981-12-31"),
        ("2022-03-15 07:05:43+00:00", "2022-03-15", "2022-03-15"),
        ("2022-03-15T00:00:00", "2022-03-15", "2022-03-15"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("13-Feb-15", "2015-02-13", "2015-02-13"),
        ("4-Dec-72", "1972-12-04", "1972-12-04"),
        ("February 13 , 2015", "2015-02-13", "2015-02-13"),
        ("März 2014", "2014-03-01", "2014-03-31"),
        ("3 juillet 2001", "2001-07-03", "2001-07-03"),
        ("31.12.2020", "2020-12-31", "2020-12-31"),
        ("12/31/2020", "2020-12-31", "2020-12-31"),
        ("31/12/2020", "2020-12-31", "2020-12-31"),
    ],
)
def test_dates_are_the_days_they_may_mean(text, first, last):
    assert _days(text) == (first, last)


@pytest.mark.parametrize(
    "text", ["", None, "soon", "31.02.2020", "99/99/2020", "12 Foo 2020", "0000", [], {}]
)
def test_what_is_no_date_is_missing(text):
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$ 1.29", 1.29), ("1,199.00", 1199.0), ("1.199,00 €", 1199.0), ("5.40 %", 5.4), ("3:26", 206.0),
        ("1:02:03", 3723.0), ("1 000", 1000.0), ("12,5", 12.5), (7, 7.0), ("-3", -3.0), ("1,234,567", 1234567.0),
    ],
)  # fmt: skip
def test_numbers_with_currency_unit_and_separators(text, number):
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "Album Only", "from 3 to 5", None, float("nan")])
def test_what_is_no_number_is_missing(text):
    assert parse_number(text) is None


def test_telephone_numbers_are_digits():
    assert parse_phones("+49 (0)30 / 1234-567") == ["49301234567"]
    assert parse_phones(["404/350 -6755", "12345", "1" * 16]) == ["4043506755"]


def test_identifiers_are_found_wherever_they_stand():
    urls = identifiers_of("urls", ["http://arxiv.org/pdf/2203.07687v1", "https://www.example.org/a/"])
    assert urls == {
        ("arxiv", "2203.07687"),
        ("url", "arxiv.org/pdf/2203.07687v1"),
        ("url", "example.org/a"),
    }
    assert identifiers_of("doi", "https://doi.org/10.48550/arXiv.2203.07687") >= {("arxiv", "2203.07687")}
    assert identifiers_of("volume", "abs/2203.07687") == {("arxiv", "2203.07687")}
    assert identifiers_of("isbn", "0-306-40615-2") == identifiers_of("isbn", "978-0-306-40615-7")
    assert identifiers_of("modelno", "41U-5254") == {("modelno", "41u5254")}
    assert identifiers_of("doi", ["", None, "n/a"]) == frozenset()


def test_people_of_a_list_or_a_text():
    assert [name.family for name in parse_names("m jones; k. lee")] == ["jones", "lee"]
    assert [name.family for name in parse_names("A. Levy , Yehoshua Sagiv and J. D. Ullman")] == [
        "levy",
        "sagiv",
        "ullman",
    ]
    for written in (["Wu, Ming-li"], "Wu, Ming-li", ["Ming-li Wu"]):
        (name,) = parse_names(written)
        assert (name.family, name.given) == ("wu", ("ming", "li"))
    assert [name.given for name in parse_names("Codd EF; JONES, Ann")] == [("e", "f"), ("ann",)]
    assert [name.family for name in parse_names("Ann Lee, Jo Kim")] == ["lee", "kim"]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ming Wu", "Ming-li Wu", True),
        ("R. H. Güting", "Ralf Hartmut Guting", True),
        ("Wu Ming", "Ming Wu", True),
        ("Alon Levy", "Alon Y. Levy", True),
        ("Inderpal Mumick", "Inderpal Singh Mumick", True),
        ("Galindo-Legaria", "Cesar A. Galindo-Legaria", True),
        ("Stonebraker", "Stonebreaker", True),
        ("Jim Gray", "Jim Green", False),
        ("A. Levy", "B. Levy", False),
        ("Wei Wang", "Xi Wang", False),
    ],
)
def test_who_may_be_one_person(one, other, same):
    a, b = (parse_names([name])[0] for name in (one, other))
    assert (same_person(a[1:], b[1:]) > 0) is same
    assert same_person(a[1:], b[1:]) == same_person(b[1:], a[1:])


def test_each_person_is_matched_once_and_surest_first():
    left, right = parse_names(["J. Gray", "Jim Gray"]), parse_names(["Jim Gray", "Ann Lee"])
    assert match_people(left, right) == [(1, 0, 1.0)]


@given(st.one_of(st.none(), st.text(max_size=40), st.floats(), st.lists(st.text(max_size=12), max_size=3)))
def test_nothing_that_may_stand_in_a_field_is_an_error(value):
    parse_date(value)
    parse_names(value)
    parse_number(value)
    parse_phones(value)
    identifiers_of("field", value)
    assert isinstance(plain_text(value), str)
    assert all(text.strip() for text in as_texts(value))
