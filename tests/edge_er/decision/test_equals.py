"""Equals: what nothing tells apart, by words and by sound, against plain steps and in a resolver."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.constants import DECISION
from edge_er.decision.equals import equals, sound_alike
from edge_er.decision.features import utterance_of
from edge_er.encoder.encoder import EncodedText
from edge_er.resolver import EntityResolver
from edge_er.text.sound_codes import SoundCodes
from tools.golden.make_features import rows
from tools.golden.plain_features import plain_equals

TEXTS = st.lists(
    st.sampled_from(["turn on the", "lamp", "hall", "attic", "speaker", "2", "two", "zoe", "zoey", "of"]),
    min_size=1,
    max_size=4,
).map(" ".join)
CODES = st.text("ab1", max_size=10)
HALLS = ["hall ceiling lamp", "attic ceiling lamp", "ceiling lamp kitchen", "ceiling fan hall"]


def found(lang: str, texts: list[tuple[str, float]], forms: list[str], scores: list[float], numbers: int = 0):
    said = [EncodedText(text, None, weight) for text, weight in texts]
    return equals(utterance_of(said, forms, lang, numbers), forms, scores, SoundCodes(lang))


def test_the_golden_equals() -> None:
    for row in rows():
        fields = ("lang", "texts", "forms", "scores", "numbers")
        assert list(found(*(row[field] for field in fields))) == row["equals"], row


@given(st.lists(TEXTS, min_size=1, max_size=2), st.lists(TEXTS, min_size=1, max_size=4))
def test_equals_are_those_of_plain_steps(said: list[str], forms: list[str]) -> None:
    texts, scores = [(text, 1.0) for text in said], [1.0 - place / 8 for place in range(len(forms))]
    assert found("en", texts, forms, scores, 2) == plain_equals("en", texts, forms, scores, 2)


@pytest.mark.parametrize(
    ("text", "count", "shared"),
    [
        ("turn on the ceiling lamp", 3, True),
        ("turn on the ceiling", 4, True),
        ("turn on the hall ceiling lamp", 1, False),  # said whole
        ("turn on the ceiling lamp of zoe", 1, False),  # nobody has zoe's
        ("turn on the fan", 1, False),  # not the first
    ],
)
def test_words_that_several_share(text: str, count: int, shared: bool) -> None:
    assert found("en", [(text, 1.0)], HALLS, [2.0] * 4) == (count, shared)


def test_equals_are_not_far_behind_the_first() -> None:
    said = [("turn on the ceiling lamp", 1.0)]
    edge = 2.0 - DECISION.sharing_words
    assert found("en", said, HALLS, [2.0, edge, edge, 0.0]).size == 3
    assert found("en", said, HALLS, [2.0, edge, edge - 0.001, 0.0]).size == 2
    names, asked = ["stephen clark", "steven clarke"], [("call stephen clarke", 1.0)]
    assert found("en", asked, names, [2.0, 2.001 - DECISION.sounding_alike]) == (2, False)
    assert found("en", asked, names, [2.0, 1.999 - DECISION.sounding_alike]) == (1, False)


def test_a_spelling_that_is_said_tells_names_apart() -> None:
    assert (
        found("en", [("call stephen clark", 1.0)], ["stephen clark", "steven clarke"], [2.0, 2.0]).size == 1
    )


def test_all_texts_must_name_the_equals() -> None:
    for other, count in (("ceiling", 3), ("hall lamp", 1), ("attic lamp", 1), ("hall ceiling lamp", 1)):
        said = [("ceiling lamp", 1.0), (other, 1.0)]
        assert found("en", said, HALLS, [2.0] * 4).size == count, other


@given(CODES, CODES)
def test_sounds_alike_both_ways_and_itself(one: str, other: str) -> None:
    assert sound_alike(one, one)
    assert sound_alike(one, other) == sound_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("stifinklark", "stifinklarki", True),
        ("katarinapikir", "katarinapakir", True),
        ("katarinapikir", "katrinapakir", False),  # two letters
        ("kin", "kan", False),  # short
        ("rukantina4", "rukantina5", False),  # figures
        ("rukantina", "rukantina5", False),
    ],
)
def test_codes_that_differ_in_a_letter(one: str, other: str, alike: bool) -> None:
    assert sound_alike(one, other) == alike


@pytest.mark.parametrize(("popularity", "tied"), [({}, 2), ({"c-2": 9}, 1)])
def test_who_is_asked_for_more_often_has_no_equal(popularity: dict[str, int], tied: int) -> None:
    entries = [
        {"id": id_, "name": name, **({"popularity": popularity[id_]} if id_ in popularity else {})}
        for id_, name in (("c-1", "Zoe Adams"), ("c-2", "Zoe Baker"))
    ]
    answer = EntityResolver.load("radio_es").with_entries(entries).resolve("llama a zoe")
    assert answer.tied == tied
    assert {match.id for match in answer.matches[:2]} == {"c-1", "c-2"}
    assert not popularity or answer.matches[0].id == "c-2"
