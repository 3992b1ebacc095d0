"""What benchmarks make up, how its answers are counted, and that the halves share nothing."""

import pytest

from benchmarks.lib.asked import (
    FIFTH,
    FIRST,
    MATCH,
    MEASURES,
    RIGHT,
    TIED,
    WRONG,
    Asked,
    Goal,
    by_kind,
    figures_table,
    goals_met,
    half_of,
    in_half,
    outcome,
)
from benchmarks.lib.made_homes import (
    ALONE,
    ELSEWHERE,
    FIRST_NAME,
    HOMOPHONE,
    LAYOUTS,
    TOGETHER,
    contacts,
    devices,
    home,
    rooms,
)
from benchmarks.lib.results_file import LANGUAGES
from edge_er import Match, Resolution
from edge_er.text.canonical import canonical_text

ONE, BOTH, NOTHING = frozenset("a"), frozenset("ab"), frozenset()


def answered(decision, ids):
    return Resolution("q", decision, tuple(Match(each, each, (), 0.5, 0.5, {}) for each in ids))


@pytest.mark.parametrize(
    ("right", "tied", "decision", "ids", "true"),
    [
        (ONE, False, "match", "ab", {FIRST, FIFTH, RIGHT, MATCH, "answered"}),
        (ONE, False, "match", "ba", {FIFTH, WRONG, MATCH, "answered"}),
        (ONE, False, "no_match", "ab", {FIRST, FIFTH}),
        (ONE, False, "ambiguous", "bcdefa", {"answered"}),
        (BOTH, True, "ambiguous", "bac", {FIRST, FIFTH, RIGHT, TIED, "answered"}),
        (BOTH, True, "ambiguous", "bca", {FIRST, FIFTH, RIGHT, "answered"}),
        (BOTH, True, "match", "ab", {FIRST, FIFTH, RIGHT, WRONG, MATCH, "answered"}),
        (NOTHING, False, "match", "a", {WRONG, MATCH, "answered"}),
        (NOTHING, False, "ambiguous", "a", {"answered"}),
        (NOTHING, False, "no_match", "", set()),
    ],
)
def test_what_an_answer_counts_as(right, tied, decision, ids, true):
    found = outcome(Asked("k", "q", right, "c", tied), answered(decision, ids))
    assert set(found) == set(MEASURES)
    assert {measure for measure, value in found.items() if value} == true


def test_shares_are_means_of_languages_and_goals_stand_beside_them():
    rows = [
        {"kind": "k", "lang": lang, "cluster": str(at), **dict.fromkeys(MEASURES, hit)}
        for lang, hits in (("de", [1, 1, 1, 0]), ("en", [0]))
        for at, hit in enumerate(hits)
    ]
    kinds = by_kind(rows)
    assert kinds["k"][RIGHT]["value"] == 0.375
    goals = {"k": (Goal(RIGHT, 0.3), Goal(WRONG, 0.3, at_most=True)), "none": (Goal(RIGHT, 1),)}
    assert goals_met(kinds, goals) == {"k": {"answered rightly ≥ .3": True, "a wrong match ≤ .3": False}}
    line = figures_table(kinds, [RIGHT], goals).splitlines()[-1]
    assert line.endswith("answered rightly ≥ .3; a wrong match ≤ .3 (not reached) |")


def test_a_name_is_of_one_half_under_every_spelling():
    names = [f"Station {number}" for number in range(200)]
    halves = [[name for name in names if in_half(name, half)] for half in ("tune", "report")]
    assert sorted(halves[0] + halves[1]) == sorted(names)
    assert min(map(len, halves)) > 70
    assert in_half("Radio Bayern 1", "tune") == in_half("bayern1", "tune")
    assert (half_of("abcde", "tune"), half_of("abcde", "report")) == (list("ace"), list("bd"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_homes_of_the_halves_share_no_word_for_a_room_or_a_device(lang):
    for words in (rooms, devices):
        tune, report = (
            {canonical_text(each.name) for each in words(lang, half)} for half in ("tune", "report")
        )
        assert tune & report == set()
        assert {len(tune), len(report)} <= {10, 11}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_device_of_a_home_is_asked_for_by_its_room(lang, layout):
    made = home(lang, layout, "report")
    asked = {
        kind: [each for each in made.requests if each.kind == kind] for kind in (TOGETHER, ALONE, ELSEWHERE)
    }
    assert len(made.rows) == 107
    assert {each.right for each in asked[TOGETHER]} == {frozenset({row["id"]}) for row in made.rows}
    assert all(each.tied and len(each.right) >= 8 for each in asked[ALONE])
    assert {each.right for each in asked[ELSEWHERE]} == {frozenset()}
    assert not any("{" in each.query for each in made.requests)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("half", ["tune", "report"])
def test_names_that_are_shared_or_sound_alike_mean_all_who_have_them(lang, half):
    made = contacts(lang, half)
    names = {row["id"]: row["name"] for row in made.rows}
    assert len(set(map(canonical_text, names.values()))) == len(names)
    for asked in made.requests:
        said = f" {canonical_text(asked.query)} "
        if asked.kind == HOMOPHONE:
            assert len(asked.right) == 2
            assert not any(f" {canonical_text(name)} " in said for name in names.values())
        elif asked.kind == FIRST_NAME:
            alike = {
                key for key, name in names.items() if f" {canonical_text(name.split()[0])} " in f" {said} "
            }
            assert alike == asked.right
            assert len(alike) > 1
