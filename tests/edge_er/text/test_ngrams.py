"""Sound codes and n-grams: the golden file, and counting by hand."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import REPOSITORY

from edge_er.text.ngrams import NgramIndex, ngrams, rarity
from edge_er.text.sound_codes import SoundCodes
from tools.golden.make_lexical import TARGET, rows

WORDS = st.text("abcdeé📻", max_size=9)


def test_ngrams_count_by_their_rarity() -> None:
    index = NgramIndex(["abc", "abd", "xyz", ""])
    common, rare = rarity(4, 2), rarity(4, 1)
    assert (common, rare) == (4, 8)
    assert index.totals.tolist() == [common + 2 * rare, common + 2 * rare, 3 * rare, 0]
    assert index.shared("zabz").tolist() == [common, common, 0, 0]
    assert index.shared("").tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize(("forms", "having"), [(12000, 1), (12000, 7), (5, 2), (3, 3)])
def test_rarity_is_four_times_the_logarithm(forms: int, having: int) -> None:
    assert rarity(forms, having) == math.floor(4 * math.log2(forms // having))


@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_the_shared_weight_is_the_sum_over_common_ngrams(forms: list[str], request: str) -> None:
    index = NgramIndex(forms)
    of_forms = [ngrams(form) for form in forms]
    for number, own in enumerate(of_forms):
        weights = [
            rarity(len(forms), sum(ngram in other for other in of_forms)) for ngram in own & ngrams(request)
        ]
        assert index.shared(request)[number] == sum(weights)
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
    assert SoundCodes(lang)(one) == SoundCodes(lang)(other)


def test_languages_have_rules_of_their_own() -> None:
    assert SoundCodes("it")("che") == "ki"
    assert SoundCodes("fr")("che") == SoundCodes("xx")("che") == "si"


@pytest.mark.parametrize("lang", ["de", "en", "es", "fr", "it", "xx"])
@given(st.lists(st.text("abcdeghinorstuüßéñ 12📻", max_size=12), max_size=6))
@settings(max_examples=100)
def test_many_texts_get_the_codes_of_each_of_them(lang: str, texts: list[str]) -> None:
    codes = SoundCodes(lang)
    assert codes.all(texts) == [codes(text) for text in texts]


def test_digits_and_other_scripts_stay() -> None:
    assert SoundCodes("de")("99 5 радио аа") == "995радиоаа"
    assert SoundCodes("de")("") == ""


GOLDEN: list[dict[str, Any]] = [json.loads(line) for line in TARGET.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("golden", "found"), list(zip(GOLDEN, rows(), strict=True)))
def test_golden_file(golden: dict[str, Any], found: dict[str, Any]) -> None:
    assert found == golden


def test_the_golden_file_is_beside_the_others() -> None:
    assert TARGET.parent == REPOSITORY / "tests" / "golden"
    assert {row["lang"] for row in GOLDEN} == {"de", "en", "fr", "it", "es", "xx"}
