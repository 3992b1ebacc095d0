"""Word scores: the golden file, a slow reference that is right by reading it, and what people would expect."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.constants import WORDS
from edge_er.text.carriers import carrier_words, name_span
from edge_er.text.misrecognition import word_gains
from edge_er.text.words import NO_SCORE, WordIndex
from tools.golden.make_words import TARGET, rows

TEXTS = st.lists(
    st.sampled_from(["radio", "play", "the", "uno", "2", "kiss", "fm", "ωμέγα", "in", "kitchen", "zoe"]),
    max_size=6,
).map(" ".join)


def slow_scores(lang: str, forms: list[str], request: str) -> list[int]:
    weak, fillers = carrier_words().words | carrier_words().fillers, carrier_words().fillers
    known = {word for form in forms for word in form.split()}
    words, (first, last) = request.split(), name_span(request, known)
    name = words[first:last]
    content = {word for word in name if word not in carrier_words().words}
    having = {word: sum(word in form.split() for form in forms) for form in forms for word in form.split()}

    def gain(word: str) -> int:
        earned = max(int(word_gains(lang, [word])[0]), 1)
        return min(earned, WORDS.weak_gain) if word in weak else earned

    def omission(word: str) -> int:
        if word in fillers:
            return WORDS.omitted_filler
        if word.isascii() and word.isdigit():
            return WORDS.omitted_number
        many = having[word] * WORDS.common_share > len(forms) and having[word] >= WORDS.common_least
        return WORDS.omitted_common if many else WORDS.omitted

    found = []
    for form in forms:
        own = set(form.split())
        said = own & set(words)
        rest = sum(
            len(word) * (WORDS.carrier_left if word in carrier_words().words else WORDS.left)
            for word in set(name) - own
        )
        if own <= said:
            rest = min(rest, WORDS.sentence)
        fits = (own <= said or content <= own) and any(word not in weak for word in said)
        score = sum(map(gain, said)) - sum(map(omission, own - said)) - rest + WORDS.exact
        found.append(score if fits else NO_SCORE)
    return found


def test_the_golden_file() -> None:
    golden = [json.loads(line) for line in TARGET.read_text(encoding="utf-8").splitlines()]
    assert golden == list(rows())
    assert any(score is not None for row in golden for score in row["scores"])
    assert any(row["scores"] != row["scores_without_common"] for row in golden)
    kept = {row["lang"] for row in golden if tuple(row["span"]) != name_span(row["request"])}
    assert kept >= {"de", "en", "fr"}


@given(st.lists(TEXTS, min_size=1, max_size=12), TEXTS)
def test_scores_are_those_of_the_slow_reference(forms: list[str], request_text: str) -> None:
    assert WordIndex("en", forms).scores(request_text).tolist() == slow_scores("en", forms, request_text)


@given(TEXTS, TEXTS)
def test_of_the_catalog_beside_come_common_words_and_words_of_names(form: str, request_text: str) -> None:
    base = WordIndex("en", [f"kitchen {number}" for number in range(6)])
    beside, alone = WordIndex("en", [form], base), WordIndex("en", [form])
    assert beside.common == base.common == {"kitchen"}
    assert not alone.common
    span = name_span(request_text, {*form.split(), "kitchen", *"012345"})
    assert beside.scores(request_text).tolist() == beside.scores(request_text, span).tolist()
    omitted = "kitchen" in form.split() and "kitchen" not in request_text.split()
    difference = (beside.scores(request_text, span) - alone.scores(request_text, span)).tolist()
    there = alone.scores(request_text, span)[0] > NO_SCORE
    assert difference == [(WORDS.omitted - WORDS.omitted_common) * (omitted and there)]


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
    scores = WordIndex("en", forms).scores(request_text)
    assert forms[int(np.argmax(scores))] == best


def test_another_number_is_no_whole_name() -> None:
    scores = WordIndex("en", ["rocky 4", "rocky"]).scores("rocky 5")
    assert scores[0] == NO_SCORE  # it has no 5
    assert scores[1] > NO_SCORE  # said whole, with something left over


def test_only_digits_0_to_9_make_a_number() -> None:
    one, other = WordIndex("en", ["zoe 5", "zoe \u136d"]).scores("zoe").tolist()  # the second is Ethiopic
    assert other - one == WORDS.omitted_number - WORDS.omitted


def test_words_of_carriers_say_nothing() -> None:
    assert WordIndex("en", ["play", "radio"]).scores("play radio please").tolist() == [NO_SCORE, NO_SCORE]


def test_nothing_to_score() -> None:
    assert WordIndex("en", []).scores("play").tolist() == []
    assert WordIndex("en", ["", "a"]).scores("").tolist() == [NO_SCORE, NO_SCORE]
