"""What is around a name: phrases taken off both ends of a request, and the words of carriers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.constants import CARRIERS
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words, name_span, without_carrier
from edge_er.text.misrecognition import Misrecognition

WORDS = st.lists(
    st.sampled_from(["play", "please", "bitte", "s", "il", "te", "plait", "ser", "kiss", "fm"]), max_size=8
)


def test_phrases_are_canonical_and_no_longer_than_what_is_looked_for() -> None:
    known = carrier_words()
    assert len(known.words) > 2000
    for phrases in (known.calls, known.opens, known.nouns, known.closes):
        assert len(phrases) > 10
        assert all(phrase == canonical_text(phrase) and phrase for phrase in phrases)
        assert max(phrase.count(" ") for phrase in phrases) < CARRIERS.longest
    assert {"pon", "spiele", "mets", "i want to listen to"} <= known.opens
    assert {"por favor", "im wohnzimmer", "s il te plait"} <= known.closes
    assert not {"radio", "la cadena", "la"} & (
        known.calls | known.opens | known.nouns | known.closes
    )  # names are made of these


@pytest.mark.parametrize(
    ("request_text", "left"),
    [
        ("lance fip s il te plait", "fip"),
        ("hey google pon kiss fm en la cocina por favor", "kiss fm"),
        ("pon la emisora kiss fm", "kiss fm"),
        ("play play radio", "play radio"),  # a request opens once
        ("mets play nostalgie", "play nostalgie"),
        ("bitte spiele ffn jetzt bitte", "ffn"),
        ("play please", "please"),  # one word stays
        ("pon la cadena ser", "la cadena ser"),
        ("please", "please"),
        ("", ""),
    ],
)
def test_what_is_left_of_a_request(request_text: str, left: str) -> None:
    assert without_carrier(request_text) == left


@given(WORDS)
def test_a_part_of_the_request_is_left_and_nothing_more_comes_off_a_bare_name(words: list[str]) -> None:
    first, last = name_span(" ".join(words))
    assert 0 <= first < last <= len(words) or not words
    assert without_carrier(" ".join(words)) == " ".join(words[first:last])
    assert without_carrier("kiss fm") == "kiss fm"


def test_the_letters_of_a_carrier_do_not_speak_for_a_name() -> None:
    misrecognition = Misrecognition("fr", ["fip", "fip cultes"])
    plain, longer = misrecognition.scores("lance fip s il te plait", [0, 1])
    assert plain > longer
