"""What is around a name: phrases taken off both ends of a request, and the words of carriers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.constants import CARRIERS
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words, name_span, without_carrier
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.words import WordIndex

SAID = ["play", "please", "bitte", "s", "il", "te", "plait", "ser", "kiss", "fm", "in", "the", "kitchen"]
WORDS = st.lists(st.sampled_from(SAID), max_size=8)


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
        ("set the lamp to 35 percent", "lamp"),  # any number
        ("set the lamp to 5 or 6 percent", "lamp to 5 or 6 percent"),
        ("play play radio", "play radio"),  # a request opens once
        ("mets play nostalgie", "play nostalgie"),
        ("bitte spiele ffn jetzt bitte", "ffn"),
        ("play please", "please"),  # one word stays
        ("pon la cadena ser", "cadena ser"),
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


@pytest.mark.parametrize(
    ("request_text", "left"),
    [
        ("turn on the lamp in the kitchen", "lamp in the kitchen"),
        ("turn on the lamp in the kitchen please", "lamp in the kitchen"),
        ("turn on the lamp in the bedroom", "lamp"),
        ("turn on the lamp in the kitchen in the bedroom", "lamp in the kitchen"),
        ("schalte die lampe in der kuche bitte", "lampe in der kuche"),
        ("enciende la luz en la cocina por favor", "luz en la cocina"),
        ("allume la lampe dans le salon s il te plait", "lampe dans le salon"),
        ("accendi la luce in cucina adesso", "luce in cucina"),
        ("play kiss now", "kiss"),  # one word is taken off, whatever the names
        ("now", "now"),
        ("play in the kitchen", "in the kitchen"),
        ("kitchen", "kitchen"),
        ("", ""),
    ],
)
def test_a_closing_phrase_stays_where_a_name_has_its_last_word(request_text: str, left: str) -> None:
    names = ["kitchen lamp", "kuche", "luz cocina", "lampe salon", "cucina luce", "now 70s", "please"]
    index = WordIndex("en", names)
    assert without_carrier(request_text, name_span(request_text, index)) == left
    assert name_span(request_text, {word for name in names for word in name.split()}) == name_span(
        request_text, index
    )


def test_other_words_of_a_closing_phrase_and_other_phrases_do_not_count() -> None:
    request_text = "hey google play kiss fm in the kitchen"
    names = {"in", "the", "hey", "google", "play"}
    assert name_span(request_text, names) == name_span(request_text)
    assert without_carrier(request_text) == "kiss fm"


def test_words_of_the_catalog_that_forms_stand_beside_are_words_of_names_too() -> None:
    base = WordIndex("en", ["kitchen lamp"])
    own = WordIndex("en", ["bedroom fan"], base)
    assert all(word in own for word in ("kitchen", "lamp", "bedroom", "fan"))
    assert "bedroom" not in base
    assert "hallway" not in own
    assert without_carrier("open it in the kitchen", name_span("open it in the kitchen", own)).endswith(
        "kitchen"
    )


@given(WORDS, st.sets(st.sampled_from(SAID)))
def test_words_of_names_only_lengthen_what_is_left(words: list[str], names: set[str]) -> None:
    request_text = " ".join(words)
    first, last = name_span(request_text, names)
    plain = name_span(request_text)
    assert first == plain[0]
    assert plain[1] <= last <= len(words)
    assert first < last or not words
    assert last == plain[1] or words[last - 1] in names


def test_the_letters_of_a_carrier_do_not_speak_for_a_name() -> None:
    misrecognition = Misrecognition("fr", ["fip", "fip cultes"])
    plain, longer = misrecognition.scores("lance fip s il te plait", [0, 1])
    assert plain > longer


def test_a_filler_does_not_keep_a_closing_phrase() -> None:
    asked = "pon los 40 en la app de radio"
    assert name_span(asked, {"radio", "los"}) == name_span(asked) == (1, 3)
    assert name_span(asked, {"radio", "app"}) == (1, 3)
    assert name_span("play kiss in the kitchen", {"kitchen"}) == (1, 5)
