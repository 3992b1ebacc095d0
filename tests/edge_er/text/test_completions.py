"""Completions and slips: which forms a text may become, and that order and scores are what people would expect."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.text.completions import CompletionIndex
from edge_er.text.slips import begins_a_word, one_slip
from tools.golden.plain_suggest import _fit, _is_slip

FORMS = [
    "cadena ser",
    "cadena 100",
    "radio cadena",
    "ser",
    "la la land",
    "play fm",
    "zo\U00020000",
    "onda cero",
]
WORDS = st.sampled_from(
    ["cadena", "cad", "ser", "se", "radio", "la", "play", "the", "in", "kitchen", "zo\U00020000"]
)
LETTERS = st.text("abc", max_size=5)


def fitting(text: str, finished: bool = False) -> list[str]:
    """The forms that fit, best first."""
    fits = CompletionIndex(FORMS).fits(text, finished)
    order = sorted(zip((-fits.scores).tolist(), fits.forms.tolist(), strict=True))
    return [FORMS[form] for _, form in order]


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("onda c", ["onda cero"]),
        ("cero on", ["onda cero"]),
        ("cadena s", ["cadena ser", "ser"]),  # people say "la cadena" before any name
        ("cade", ["cadena ser", "cadena 100", "radio cadena"]),
        ("se", ["ser", "cadena ser"]),
        ("la", ["la la land"]),
        ("la la", ["la la land"]),
        ("la la l", ["la la land"]),
        ("play onda c", ["onda cero"]),
        ("play f", ["play fm"]),
        ("onda x", []),
        ("\U00020000", []),
        ("zo", ["zo\U00020000"]),
    ],
)
def test_an_open_word_stands_for_what_begins_with_it(text: str, forms: list[str]) -> None:
    assert fitting(text) == forms


def test_a_finished_word_is_meant_as_it_is() -> None:
    assert fitting("cade", finished=True) == []
    assert fitting("cadena", finished=True) == ["cadena ser", "cadena 100", "radio cadena"]


@given(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), st.booleans())
def test_it_fits_as_in_plain_loops(text: str, finished: bool) -> None:
    fits = CompletionIndex(FORMS).fits(text, finished)
    names = {word for form in FORMS for word in form.split()}
    slow = [_fit(form, text, finished, names) for form in FORMS]
    expected = {form: score for form, score in enumerate(slow) if score is not None}
    assert dict(zip(fits.forms.tolist(), fits.scores.tolist(), strict=True)) == expected


def test_an_empty_catalog_has_no_completions() -> None:
    assert CompletionIndex([]).fits("radio", False).forms.tolist() == []
    assert CompletionIndex([]).without_slip("radio", False) == []


@pytest.mark.parametrize(
    ("typed", "is_open", "meant"),
    [
        ("cadnea", False, {"cadena"}),
        ("cdena", False, {"cadena"}),
        ("xadena", False, {"cadena"}),
        ("caadena", False, {"cadena"}),
        ("caden", False, {"cadena"}),
        ("cadena", False, set()),
        ("cope", True, {"cop"}),
        ("cx", True, {"c", "co", "ca"}),
    ],
)
def test_one_slip_is_found(typed: str, is_open: bool, meant: set[str]) -> None:
    assert one_slip(["cadena", "cop"], typed, is_open) == meant


@given(st.sets(LETTERS.filter(bool), max_size=6).map(sorted), LETTERS.filter(bool), st.booleans())
def test_slips_are_those_of_plain_loops(words: list[str], typed: str, is_open: bool) -> None:
    beginnings = {word[:size] for word in words for size in range(1, len(word) + 1)}
    among = beginnings if is_open else set(words)
    assert one_slip(words, typed, is_open) == {word for word in among if _is_slip(word, typed, is_open)}
    assert begins_a_word(words, typed) == (typed in beginnings)


def test_only_one_word_may_have_a_slip() -> None:
    index = CompletionIndex(FORMS)
    assert index.without_slip("cadnea s", False) == ["cadena s"]
    assert index.without_slip("cadnea sre", True) == []
    assert index.without_slip("cadena ser", True) == []
    assert index.without_slip("play cadnea", True) == ["play cadena"]
