"""Canonical text: the golden file every runtime reads, and properties that hold for any text."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import REPOSITORY

from edge_er.text.canonical import canonical_text, request_text

GOLDEN = REPOSITORY / "tests" / "golden" / "normalization.jsonl"
CASES = [json.loads(line) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: ascii(case["text"])[:40])
def test_golden_file(case: dict[str, str]) -> None:
    assert canonical_text(case["text"]) == case["canonical"]


def test_golden_file_is_large_enough_to_pin_other_runtimes() -> None:
    assert len(CASES) >= 100


@given(st.text(max_size=60) | st.text("abé1 '’.", max_size=20))
@settings(max_examples=500)
def test_applying_it_twice_changes_nothing(text: str) -> None:
    once = canonical_text(text)
    assert canonical_text(once) == once


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_words_are_parted_by_single_spaces(text: str) -> None:
    once = canonical_text(text)
    assert once == once.strip()
    assert all(word and not word.isspace() for word in once.split(" ")) or once == ""


@given(st.text(alphabet="aáàbcéñüö 1290.,-&+", max_size=40))
def test_case_never_matters(text: str) -> None:
    assert canonical_text(text.upper()) == canonical_text(text)


def test_scripts_without_latin_letters_do_not_vanish() -> None:
    names = ["إذاعة القرآن", "中文广播", "Радио Маяк", "ラジオ", "한국방송", "רדיו", "วิทยุไทย", "रेडियो"]
    assert len({canonical_text(name) for name in names} - {""}) == len(names)


def test_halves_of_a_character_side_by_side_are_that_character() -> None:
    """In UTF-16, as in Java and JavaScript, they cannot be told from it."""
    for text in ("\ud800" + "\udc00", "kiss " + "\ud835" + "\udc00" + "m"):
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        assert text != joined
        assert canonical_text(text) == canonical_text(joined)
        assert request_text(text) == request_text(joined)
    assert canonical_text("a\udc00\ud800b") == canonical_text("a b")
