"""Letter and sound evidence: the golden file, RapidFuzz as the oracle, and counting by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from edge_er.lexical import GramIndex, grams, least_edits, rarity
from edge_er.phonetic import SoundFold
from tools.make_golden_lexical import TARGET, rows

WORDS = st.text("abcdeé📻", max_size=9)


def slow_edits(form: str, request: str) -> int:
    ends = range(len(request) + 1)
    return min(Levenshtein.distance(form, request[a:b]) for a in ends for b in ends if a <= b)


@given(st.lists(WORDS, min_size=1, max_size=7), st.text("abcdef📻", max_size=14))
@settings(max_examples=300)
def test_edits_are_those_of_the_best_part(forms: list[str], request: str) -> None:
    assert least_edits(forms, request).tolist() == [slow_edits(form, request) for form in forms]


@given(st.text("abcd", min_size=1, max_size=90), st.text("abcd", min_size=1, max_size=90))
@settings(max_examples=100)
def test_long_forms_and_partial_ratio_agree_on_what_is_wholly_there(form: str, request: str) -> None:
    whole = len(form) <= len(request) and fuzz.partial_ratio(form, request) == 100
    assert (least_edits([form], request)[0] == 0) == whole


def test_forms_do_not_touch_each_other() -> None:
    forms = ["aaaa", "", "b", "aaaab" * 40, "a"]
    alone = [int(least_edits([form], "aaaaab")[0]) for form in forms]
    assert least_edits(forms, "aaaaab").tolist() == alone == [0, 0, 0, 194, 0]


def test_no_forms_and_no_request() -> None:
    assert least_edits([], "abc").tolist() == []
    assert least_edits(["abc", ""], "").tolist() == [3, 0]


def test_pieces_count_by_their_rarity() -> None:
    index = GramIndex(["abc", "abd", "xyz", ""])
    common, rare = rarity(4, 2), rarity(4, 1)
    assert (common, rare) == (4, 8)
    assert index.totals.tolist() == [common + 2 * rare, common + 2 * rare, 3 * rare, 0]
    assert index.shared("zabz").tolist() == [common, common, 0, 0]
    assert index.shared("").tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("forms", "having"), [(12000, 1), (12000, 7), (5, 2), (3, 3)])
def test_rarity_is_four_times_the_logarithm(forms: int, having: int) -> None:
    assert rarity(forms, having) == math.floor(4 * math.log2(forms // having))


@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_shared_worth_is_the_sum_over_common_pieces(forms: list[str], request: str) -> None:
    index = GramIndex(forms)
    held = [grams(form) for form in forms]
    for number, own in enumerate(held):
        worth = [rarity(len(forms), sum(piece in other for other in held)) for piece in own & grams(request)]
        assert index.shared(request)[number] == sum(worth)
        assert index.shared(request)[number] <= index.totals[number]


@pytest.mark.parametrize(
    ("lang", "one", "other"),
    [
        ("de", "schwarz wald", "schwartzwald"),
        ("de", "bayern", "baiern"),
        ("en", "right night", "wright knight"),
        ("fr", "cherie", "sherri"),
        ("it", "chiocciola", "kiociola"),
        ("es", "cadena cer", "cadena ser"),
        ("es", "vaca", "baca"),
    ],
)
def test_what_sounds_alike_is_written_alike(lang: str, one: str, other: str) -> None:
    assert SoundFold(lang)(one) == SoundFold(lang)(other)


def test_languages_have_rules_of_their_own() -> None:
    assert SoundFold("it")("che") == "ki"
    assert SoundFold("fr")("che") == SoundFold("xx")("che") == "si"


@pytest.mark.parametrize("lang", ["de", "en", "es", "fr", "it", "xx"])
@given(st.lists(st.text("abcdeghinorstuüßéñ 12📻", max_size=12), max_size=6))
@settings(max_examples=100)
def test_many_texts_are_folded_as_each_of_them(lang: str, texts: list[str]) -> None:
    fold = SoundFold(lang)
    assert fold.all(texts) == [fold(text) for text in texts]


def test_digits_and_other_scripts_stay() -> None:
    assert SoundFold("de")("99 5 радио аа") == "995радиоаа"
    assert SoundFold("de")("") == ""


GOLDEN: list[dict[str, Any]] = [json.loads(line) for line in TARGET.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("golden", "found"), list(zip(GOLDEN, rows(), strict=True)))
def test_golden_file(golden: dict[str, Any], found: dict[str, Any]) -> None:
    assert found == golden


def test_the_golden_file_is_beside_the_others() -> None:
    assert TARGET.parent == Path(__file__).parent / "golden"
    assert {row["lang"] for row in GOLDEN} == {"de", "en", "fr", "it", "es", "xx"}
