"""Word scores of rare words, of frequencies, and of forms that begin with what is said."""

from __future__ import annotations

import pytest

from edge_er.constants import WORDS
from edge_er.text.misrecognition import word_gains
from edge_er.text.words import NO_SCORE, WordIndex, WordScores

OTHERS = tuple(f"zoe sports {number}" for number in range(9))


def said_of(request_text: str, *forms: str) -> WordScores:
    return WordIndex("en", forms).scores(request_text)


def worth(form: str) -> int:
    """What a form earns that is said as it is."""
    return int(sum(word_gains("en", form.split())))


def in_part(*words: str) -> int:
    """What strong words earn in a form that is said in part."""
    return worth(" ".join(words))


@pytest.mark.parametrize(("having", "rare"), [(8, True), (9, False)])
def test_a_rare_word_of_the_name_earns_its_gain(having: int, rare: bool) -> None:
    forms = ["tulsa walrus", *(f"tulsa {number}" for number in range(1, having))]
    assert said_of("play tulsa", *forms).scores[0] == (
        in_part("tulsa") - WORDS.omitted + WORDS.rare_gain * rare
    )
    assert said_of("play tulsa walrus", *forms).scores[0] == worth("tulsa walrus") + WORDS.rare_gain


def test_words_of_carriers_that_are_left_may_cost_the_gain_of_a_rare_word() -> None:
    for request_text, left, rare in (
        ("tulsa of the news", "ofthe", True),
        ("tulsa of restaurant news", "ofrestaurant", False),  # more than `rare_left`
    ):
        cost = WORDS.carrier_left * len(left)
        assert (cost <= WORDS.rare_left) == rare
        score = said_of(request_text, "tulsa news").scores[0]
        assert score == worth("tulsa news") - cost + WORDS.rare_gain * rare


def test_no_number_no_short_word_and_no_word_of_carriers_is_rare() -> None:
    for form in ("1984", "zz", "\U00020000\U00020001", "the radio", "kitchen"):
        assert said_of(form, form).scores == worth(form), form
    assert said_of("zzz", "zzz").scores == worth("zzz") + WORDS.rare_gain


def test_little_is_omitted_where_the_first_word_of_a_rare_name_is_said() -> None:
    form = "luna loca cantina grill downtown"
    for request_text, omitted in (
        ("luna loca", WORDS.omitted_most),
        ("grill luna", WORDS.omitted_most),
        ("luna loca cantina grill", WORDS.omitted),  # less than the most
        ("loca cantina", 3 * WORDS.omitted),
    ):
        score = said_of(request_text, form).scores[0]
        assert score == in_part(*request_text.split()) + WORDS.rare_gain - omitted, request_text
    common = tuple(f"luna loca {number}" for number in range(9))
    assert said_of("luna loca", form, *common).scores[0] == in_part("luna", "loca") - 3 * WORDS.omitted


def test_a_part_of_a_frequency_costs_little() -> None:
    for form in ("zoe sports 98 9", "zoe sports 1028", "zoe sports 98 fm", "zoe sports 790"):
        scores = said_of("zoe sports", form, *OTHERS).scores
        parts = 2 - form.endswith(("1028", "790", "fm"))
        omitted = parts * WORDS.omitted_frequency + WORDS.omitted_filler * form.endswith("fm")
        assert scores[0] == in_part("zoe", "sports") - omitted, form
    for form in ("zoe sports 86 9", "zoe sports 98 123", "zoe sports 1702", "zoe sports 535"):
        scores = said_of("zoe sports", form, *OTHERS).scores
        numbers = len(form.split()) - 2
        assert scores[0] == in_part("zoe", "sports") - numbers * WORDS.omitted_number, form


def test_a_part_of_a_frequency_that_is_said_earns_what_a_number_does() -> None:
    scores = said_of("zoe 98", "zoe 98 9", "zoe 98", *OTHERS).scores
    assert scores[1] - scores[0] == WORDS.omitted_frequency


def test_a_form_begins_with_what_stands_together_in_a_sentence() -> None:
    forms = ("luna loca cantina grill", "luna walrus")
    for request_text, begins, left in (
        ("fetch luna loca nicely", ("luna", "loca"), "fetchnicely"),
        ("fetch luna kindly loca", ("luna",), "fetchkindlyloca"),
        ("fetch luna loca kindly cantina", ("luna", "loca"), "fetchkindlycantina"),
    ):
        found = said_of(request_text, *forms)
        rest = min(WORDS.left * len(left), WORDS.sentence)
        assert found.scores[0] == in_part(*begins) - WORDS.omitted_most - rest, request_text
        assert not found.phrase.any()
        assert not found.part.any()
    found = said_of(
        "fetch luna", *forms
    )  # what is left costs less than a sentence, what is omitted less than the most
    assert found.scores[1] == in_part("luna") - WORDS.omitted - WORDS.left * len("fetch")


@pytest.mark.parametrize(
    ("request_text", "forms"),
    [
        ("is loca luna pricey", ("cantina luna loca",)),  # its first word is not said
        ("is luna loca pricey", ("luna loca cantina", *(f"luna loca {number}" for number in range(9)))),
        ("play the pricey grill", ("the kitchen grill",)),  # "the" is not rare, and "grill" not beside it
        ("is lunas loca pricey", ("luna loca cantina",)),
    ],
)
def test_a_form_does_not_begin_so(request_text: str, forms: tuple[str, ...]) -> None:
    assert said_of(request_text, *forms).scores[0] == NO_SCORE


def test_a_word_is_rare_where_few_names_of_either_catalog_have_it() -> None:
    base = WordIndex("en", [f"zebra {number}" for number in range(9)])
    own = WordIndex("en", ["zebra mouse", "mouse"], base)
    assert [own.having(word) for word in ("zebra", "mouse", "8", "cat")] == [9, 2, 1, 0]
    assert own.scores("zebra").scores[0] == in_part("zebra") - WORDS.omitted
    assert own.scores("mouse").scores[0] == in_part("mouse") - WORDS.omitted_common + WORDS.rare_gain


def test_a_part_of_a_word_without_spaces_is_not_rare() -> None:
    forms = ["吸顶灯", "吸顶灯 客厅大灯"]
    assert said_of("吸顶灯", *forms).scores[0] == worth("吸顶灯") + WORDS.rare_gain
    whole, begun = said_of("吸顶灯亮", *forms).scores.tolist()
    assert (whole, begun) == (worth("吸顶灯") - WORDS.left, NO_SCORE)
    forms = ["吸顶灯亮 吸顶灯", *(f"吸顶灯亮 {number}" for number in range(9))]
    assert said_of("吸顶灯亮", *forms).scores[0] == worth("吸顶灯亮 吸顶灯")


@pytest.mark.parametrize(
    ("request_text", "form", "alone"),
    [
        ("how nicely does leeds like sunshine", "leeds", True),
        ("how nicely does the load like sunshine", "the load", True),
        ("how nicely does leeds like castle sunshine", "leeds castle", False),  # not together
        ("how nicely does leeds radio like sunshine", "leeds radio", False),  # a filler
        ("how nicely does the kitchen like sunshine", "the kitchen", False),  # nothing rare
    ],
)
def test_the_rest_of_a_sentence_costs_nothing_around_a_rare_name_said_whole(
    request_text: str, form: str, alone: bool
) -> None:
    words = WordIndex("en", [form])
    found = words.scores(request_text).scores[0]
    weak = [word for word in form.split() if word == "the"]
    gains = in_part(*(set(form.split()) - set(weak))) + WORDS.weak_gain * len(weak)
    assert (found == gains) == alone
    assert alone or found in (NO_SCORE, worth(form) - WORDS.sentence)


def test_a_longer_name_around_a_shorter_one_is_meant() -> None:
    reno, el_reno = said_of("book me anything sunny near el reno tomorrow", "reno", "el reno").scores
    assert el_reno > reno
