"""Misrecognition score: the alignment, its tables, and counting them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words, name_span
from edge_er.text.letter_costs import UNHEARD_OF
from edge_er.text.letters import MOST_DIGRAPHS, Letters
from edge_er.text.misrecognition import (
    BORDER,
    LEFT,
    SPARED,
    Misrecognition,
    read_costs,
    word_gain,
    word_gains,
)
from edge_er.training.fit.misrecognition import LETTER_CODES, LOST, Counts, Pair, learn, section_lines

LANGUAGES = ("de", "en", "fr", "it", "es", "xx")
TEXTS = st.text("acehoqrtu1 é中", max_size=9).map(lambda text: " ".join(text.split()))
PHRASES = st.sampled_from(["play", "bitte", "s il te plait"])
FORMS = st.lists(TEXTS | st.sampled_from(["radio", "fm"]), max_size=3).map(
    lambda parts: " ".join(" ".join(parts).split())
)
REQUESTS = st.lists(TEXTS | PHRASES, max_size=3).map(lambda parts: " ".join(" ".join(parts).split()))
EDGE = 63


def slow_score(lang: str, form: str, request: str) -> int:
    """The same by the book: one cell after another, over all letters of form and request."""
    if not request:
        return 0
    costs = read_costs(lang)
    letters = costs.letters
    form_codes, request_codes = letters.codes(form).tolist(), letters.codes(request).tolist()
    left, borders, of_name, words = [0], {0}, [], request.split()
    first, last = name_span(request)
    for number, word in enumerate(words):
        cost = 0 if word in carrier_words().words else LEFT
        size = len(letters.spelled(word))
        left += [left[-1] + cost * (n + 1) for n in range(size)]
        of_name += [first <= number < last] * size
        borders.add(len(left) - 1)
    usual, added = [0], [0]
    for before, letter, named in zip([EDGE, *request_codes], request_codes, of_name, strict=False):
        usual.append(int(costs.usual[before, letter]) if named else 0)
        added.append(max(int(costs.added[before, letter]) - usual[-1], 1))
    row = [BORDER * (place in borders) - left[place] for place in range(len(left))]
    for place in range(1, len(row)):
        row[place] = max(row[place], row[place - 1] - added[place])
    spared = [word in carrier_words().fillers for word in form.split() for _ in letters.spelled(word)]
    for number, letter in enumerate(form_codes):
        before = form_codes[number - 1] if number else EDGE
        after = form_codes[number + 1] if number + 1 < len(form_codes) else EDGE
        cost = costs.said[letter].copy()
        shifts = costs.after[before, letter].astype(int) + costs.before[letter, after]
        cost = np.where(cost < UNHEARD_OF, np.clip(cost + shifts, 0, UNHEARD_OF), cost).tolist()
        share = SPARED if spared[number] and not all(spared) else 1
        missing = max(cost[64] // share, 1)
        new = [value - missing for value in row]
        for place in range(1, len(row)):
            recognised = row[place - 1] + usual[place] - cost[request_codes[place - 1]]
            new[place] = max(new[place], recognised, new[place - 1] - added[place])
        row = new
    ends = [value - left[-1] + left[place] + BORDER * (place in borders) for place, value in enumerate(row)]
    return max(ends)


@given(st.sampled_from(LANGUAGES), st.lists(st.text("acehoqrtu1é中ω-", max_size=9), max_size=4))
def test_one_word_gains_what_it_does_among_others(lang: str, words: list[str]) -> None:
    assert [word_gain(lang, word) for word in words] == word_gains(lang, words).tolist()


@given(st.sampled_from(LANGUAGES), st.lists(FORMS, min_size=1, max_size=5), REQUESTS)
@settings(max_examples=150)
def test_the_score_is_that_of_the_best_alignment(lang: str, forms: list[str], request: str) -> None:
    scores = Misrecognition(lang, forms).scores(request, range(len(forms)))
    assert scores.tolist() == [slow_score(lang, form, request) for form in forms]


def test_a_digraph_is_one_letter() -> None:
    letters = Letters(("sch", "ch"))
    assert letters.spelled("schach fis chor sc h") == "AaB fis Bor sc h"
    assert letters.codes("schach fis chor").tolist() == [36, 0, 37, 5, 8, 18, 37, 14, 17]
    assert letters.bytes_of_spelled("Aa中") == bytes(letters.codes("scha中").tolist())
    assert letters.of_codes[:2] + letters.of_codes[-2:] == "abAB"


def test_other_characters_share_the_codes_that_are_left() -> None:
    for digraphs in ((), ("ch",), tuple(f"q{letter}" for letter in "abcdefghijklmnop")):
        letters = Letters(digraphs)
        codes = letters.codes("".join(map(chr, range(0x400, 0x460))) + "中A\U00020000")
        assert set(range(letters.others, EDGE)) <= set(codes.tolist()) and codes.max() < EDGE
        assert letters.others + MOST_DIGRAPHS - len(digraphs) == 52
    assert Letters().codes("A").tolist() == [36 + 65 % 27]  # no digraph


@pytest.mark.parametrize("lang", ["de", "en", "fr", "it"])
def test_a_digraph_is_heard_as_something_more_often_than_lost(lang: str) -> None:
    letters, costs = read_costs(lang).letters, read_costs(lang)
    codes = np.arange(36, letters.others)
    assert len(codes) > 5
    assert (costs.said[codes, :64].min(1) < costs.said[codes, 64]).all()


def test_forms_do_not_touch_each_other() -> None:
    forms = ["bayern eins", "", "ffn", "deutschlandfunk kultur" * 3, "中文", "q"]
    misrecognition, request = Misrecognition("de", forms), "spiele bitte baiern eins"
    alone = [int(misrecognition.scores(request, [form])[0]) for form in range(6)]
    assert misrecognition.scores(request, range(6)).tolist() == alone
    assert misrecognition.scores(request, [3, 0, 3]).tolist() == [alone[3], alone[0], alone[3]]
    assert [int(Misrecognition("de", [form]).scores(request, [0])[0]) for form in forms] == alone


def test_fillers_may_be_left_out_beside_other_words() -> None:
    misrecognition = Misrecognition("en", ["curve radio", "curve hits", "radio"])
    short, other, filler = misrecognition.scores("play curve", [0, 1, 2])
    assert short > other
    assert misrecognition.scores("play curve radio", [0])[0] > short > filler


def test_nothing_to_score() -> None:
    misrecognition = Misrecognition("de", ["ser", ""])
    assert misrecognition.scores("ser", []).tolist() == []
    assert misrecognition.scores("", [0, 1]).tolist() == [0, 0]
    assert Misrecognition("de", [""]).scores("xqx", [0]).tolist() == [2 * BORDER - 3 * LEFT]
    assert Misrecognition("de", [""]).scores("please", [0]).tolist() == [
        2 * BORDER
    ]  # carriers of any language


@pytest.mark.parametrize(
    ("lang", "text", "right", "wrong"),
    [
        ("de", "spiele deutschlandfunk", "deutschlandfunk", "deutschlandfunk nova"),
        ("de", "spiele deutschland funk nova", "deutschlandfunk nova", "deutschlandfunk"),
        ("en", "play hart radio", "heart", "art"),
        ("fr", "mets sherry fm", "cherie fm", "ferie fm"),
        ("es", "pon la cadena cer", "cadena ser", "cadena dial"),
        ("it", "metti radio bolonia", "radio bologna", "radio cologno"),
    ],
)
def test_the_likelier_form_scores_higher(lang: str, text: str, right: str, wrong: str) -> None:
    first, second = Misrecognition(lang, [right, wrong]).scores(canonical_text(text), [0, 1]).tolist()
    assert first > second


def test_words_of_carriers_may_stand_beside() -> None:
    scores = Misrecognition("es", ["cadena ser"]).scores
    assert scores("cadena ser pon", [0]) == scores("cadena ser", [0])
    assert scores("cadena ser xxx", [0]) == scores("cadena ser", [0]) - 3 * LEFT


@pytest.mark.parametrize("lang", LANGUAGES)
def test_tables_are_sound(lang: str) -> None:
    costs = read_costs(lang)
    letters = np.arange(36)
    assert np.median(costs.said[letters, letters]) <= 10 < np.median(costs.said[:36, :36])
    assert (costs.said >= 0).all() and (costs.said <= UNHEARD_OF).all()
    assert (costs.usual >= 0).all() and (costs.added > 0).all()


def test_counting_finds_what_is_confused() -> None:
    pairs = [
        Pair(f"play{name}", f"play{name.replace('c', 'k').replace('h', '')}", 4, 4 + len(name))
        for name in ("chaco", "coach", "cocoa", "hac", "cah")
        for _ in range(40)
    ]
    counts = learn(pairs)
    chance, code = counts.said(), LETTER_CODES
    assert chance[code["c"], code["k"]] > 0.9
    assert chance[code["h"], LOST] > 0.9
    assert counts.after.sum(0)[code["p"]].sum() == 0  # carriers are not counted
    lines = list(section_lines(counts))
    assert any(line.startswith("said c k") for line in lines)
    assert (Counts.empty() + counts).usual.sum() == sum(len(pair.heard) for pair in pairs)


def test_so_many_changes_by_neighbours_are_written_and_no_more() -> None:
    heard = {"taco": "tako", "tuco": "tuso", "maca": "maka", "muca": "musa"}  # c after a, and after u
    pairs = [Pair(said, text, 0, 4, 10.0 + 7 * at) for at, (said, text) in enumerate(heard.items())]
    counts = learn(pairs)

    def written(shifts: int) -> int:
        lines = (line.split(" ") for line in section_lines(counts, shifts))
        return sum(len(values) for kind, _, _, *values in lines if kind in ("after", "before"))

    assert [written(shifts) for shifts in (0, 1, 2)] == [0, 1, 2]
