"""Word scores: the golden file, plain steps that are right by reading them, and what people would expect."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge_er.constants import WORDS
from edge_er.text.carriers import name_span
from edge_er.text.misrecognition import word_gains
from edge_er.text.words import NO_SCORE, WordIndex, WordScores
from tools.golden.make_words import BESIDE, TARGET, rows
from tools.golden.plain_scores import common_words, stand_among, word_score, words_of_names

TEXTS = st.lists(
    st.sampled_from(
        [
            "radio",
            "play",
            "the",
            "uno",
            "2",
            "kiss",
            "fm",
            "ωμέγα",
            "in",
            "kitchen",
            "zoe",
            "98",
            "1028",
            "客厅",
            "客厅灯",
        ]
    ),
    max_size=6,
).map(" ".join)


def test_the_golden_file() -> None:
    golden = [json.loads(line) for line in TARGET.read_text(encoding="utf-8").splitlines()]
    assert golden == list(rows())
    assert any(score is not None for row in golden for score in row["scores"])
    assert any(row["scores"] != row["scores_without_common"] for row in golden)
    assert sum(len(row["phrases"]) for row in golden) >= 20
    kept = {row["lang"] for row in golden if tuple(row["span"]) != name_span(row["request"])}
    assert kept >= {"de", "en", "fr"}


def test_the_golden_scores() -> None:
    for line in TARGET.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        index = WordIndex(row["lang"], row["forms"])
        found, alone, beside = (
            WordIndex(row["lang"], row["forms"], base).scores(row["request"])
            for base in (None, WordIndex(row["lang"], ()), WordIndex(row["lang"], row["forms"] * BESIDE))
        )
        assert sorted(index.common) == row["common"]
        assert known(found.scores) == row["scores"], row["request"]
        assert known(alone.scores) == row["scores_without_common"], row["request"]
        assert known(beside.scores) == row["scores_without_rare"], row["request"]
        assert np.flatnonzero(found.phrase).tolist() == row["phrases"], row["request"]
        assert np.flatnonzero(found.part).tolist() == row["in_part"], row["request"]


def known(scores: NDArray[np.int64]) -> list[int | None]:
    return [None if score == NO_SCORE else score for score in scores.tolist()]


@settings(max_examples=400, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=16), TEXTS)
def test_scores_are_those_of_plain_steps(forms: list[str], request_text: str) -> None:
    found, words = WordIndex("en", forms).scores(request_text), words_of_names(forms)
    common = common_words(forms)
    expected = [word_score("en", form, request_text, common, words, stand_among(forms)) for form in forms]
    columns = known(found.scores), found.phrase.tolist(), found.part.tolist()
    assert list(zip(*columns, strict=True)) == expected


@given(TEXTS, TEXTS)
def test_of_the_catalog_beside_come_common_words_and_words_of_names(form: str, request_text: str) -> None:
    names = [f"zebra {number}" for number in range(9)]
    base = WordIndex("en", names)
    form, request_text = form.replace("zoe", "zebra"), request_text.replace("zoe", "zebra")
    beside, alone = WordIndex("en", [form], base), WordIndex("en", [form])
    assert beside.common == base.common == {"zebra"}
    assert not alone.common
    having = words_of_names([form]) | words_of_names(names)  # the larger of the two
    assert all(beside.having(word) == having[word] for word in (*having, "none"))
    expected = word_score("en", form, request_text, {"zebra"}, having, stand_among([form])).score
    assert known(beside.scores(request_text).scores) == [expected]


@pytest.mark.parametrize(
    ("request_text", "best"),
    [
        ("future back to the", "back to the future"),
        ("back to the future 2", "back to the future 2"),
        ("cinemas century", "century cinemas 16"),
        ("list college sports for tomorrow in tulsa", "tulsa"),
        ("nova deutschlandfunk", "deutschlandfunk nova"),
    ],
)
def test_what_people_say(request_text: str, best: str) -> None:
    forms = [
        "back to the future",
        "back to the future 2",
        "century cinemas 16",
        "tulsa",
        "deutschlandfunk nova",
    ]
    scores = WordIndex("en", forms).scores(request_text).scores
    assert forms[int(np.argmax(scores))] == best


def test_another_number_is_no_whole_name() -> None:
    many = [f"rocky {number}" for number in range(6, 15)]
    scores = WordIndex("en", ["rocky 4", "rocky", *many]).scores("rocky 5").scores
    assert scores[0] == NO_SCORE  # it has no 5
    assert scores[1] > NO_SCORE  # said whole, with something left over
    four, none = WordIndex("en", ["rocky 4", "rocky"]).scores("rocky 5").scores
    assert NO_SCORE < four < none  # a rare word begins it


def test_only_digits_0_to_9_make_a_number() -> None:
    one, other = said_of("zoe", "5 zoe", "\u136d zoe").scores.tolist()  # the second is Ethiopic
    assert other - one == WORDS.omitted_number - WORDS.omitted


def said_of(request_text: str, *forms: str) -> WordScores:
    return WordIndex("en", forms).scores(request_text)


def worth(form: str) -> int:
    """What a form earns that is said as it is."""
    return int(sum(word_gains("en", form.split())))


LONG = "please would you look whether anybody could possibly have left the {} burning all night again"


def test_a_name_said_whole_has_its_worth_in_any_sentence() -> None:
    for form, rare, in_sentence in (
        ("tulsa sports", True, worth("tulsa sports")),
        ("the kitchen lamp", True, 2 * WORDS.weak_gain + worth("lamp")),
        ("tulsa radio", True, worth("tulsa radio") - WORDS.sentence),  # a filler
        ("radio 2", False, worth("radio 2") - WORDS.sentence),
    ):
        assert said_of(form, form) == ([worth(form) + WORDS.rare_gain * rare], [True], [False])
        assert said_of(LONG.format(form), form) == ([in_sentence], [True], [False]), form


def test_a_name_is_said_in_part_where_nothing_else_is() -> None:
    for request_text, part in (
        ("turn on the big lamp", True),
        ("turn on a big lamp", True),  # no name has "a"
        ("turn on the zoe lamp", False),  # it is not hers
        ("big kitchen lamp", False),  # whole
        ("lamp of the kitchen", True),  # nor "of"
        ("lamp of the radio", False),  # a name has it
    ):
        assert said_of(request_text, "big kitchen lamp", "radio").part.tolist()[0] == part, request_text


def test_the_words_of_a_phrase_stand_together_or_are_all_that_is_said() -> None:
    for request_text, phrase in (
        ("lamp kitchen big", True),  # nothing else is said
        ("turn on the lamp in the kitchen big", True),
        ("zoe says the big kitchen lamp hums", True),
        ("zoe says the lamp in the kitchen is big", False),
        ("zoe says the big kitchen lamps hum", False),
        ("big kitchen", False),
    ):
        assert said_of(request_text, "big kitchen lamp").phrase.tolist() == [phrase], request_text


def test_a_word_within_another_is_no_phrase() -> None:
    found = said_of("zoe arts a fair in artsy town", "arts", "art", "arts a", "air")
    assert found.phrase.tolist() == [True, False, True, False]


def test_words_of_carriers_alone_are_a_name_where_nothing_else_is_said() -> None:
    forms = ("location", "india", "radio", "the radio")
    found = said_of("location of india", *forms)
    assert known(found.scores)[0] is None
    assert found.phrase.tolist() == [False, True, False, False]
    found = said_of("play the radio please", *forms)
    assert found.phrase.tolist() == [False, False, True, True]
    assert found.scores[3] - found.scores[2] == worth("the") + WORDS.carrier_left * len("the")


def test_words_of_carriers_alone_name_few_forms_in_part() -> None:
    forms = [f"room{number} speaker" for number in range(WORDS.weak_forms)]
    for request_text, rest in (("turn off the speaker", ""), ("the speaker", "the")):
        few, many = said_of(request_text, *forms), said_of(request_text, *forms, "hall speaker")
        assert (
            few.part.all()
            and (few.scores == worth("speaker") - WORDS.omitted - WORDS.carrier_left * len(rest)).all()
        )
        assert known(many.scores) == [None] * len(many.scores)
    assert not said_of("the speaker of the kitchen", "hall speaker", "kitchen lamp").part.any()
    assert said_of("turn off the speaker", *forms, "speaker", "hall speaker").phrase.tolist()[-2:] == [
        True,
        False,
    ]


def test_leaving_out_a_word_of_carriers_costs_as_little_as_a_common_one() -> None:
    one, other = said_of("zoe", "zoe kitchen", "zoe adams").scores.tolist()
    assert one - other == WORDS.omitted - WORDS.omitted_common


def test_nothing_to_score() -> None:
    assert WordIndex("en", []).scores("play").scores.tolist() == []
    assert known(said_of("", "", "a").scores) == [None, None]
    assert not said_of("", "", "a").phrase.any()
