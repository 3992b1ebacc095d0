"""What words count: what leaving them out costs, which are common, rare, or parts of a frequency."""

from __future__ import annotations

import numpy as np
import pytest

from edge_er.constants import WORDS
from edge_er.text.word_values import common_words, frequencies, is_rare, word_omissions, word_values


class Catalog:
    """A catalog in which so many forms have any word."""

    common = frozenset({"lamp"})

    def __init__(self, forms: int) -> None:
        self._forms = forms

    def __contains__(self, word: object) -> bool:
        return self._forms > 0

    def having(self, word: str) -> int:
        return self._forms


def test_what_leaving_a_word_out_costs() -> None:
    words = ["radio", "007", "the", "lamp", "tulsa", "\u136d"]
    assert word_omissions(words, frozenset({"lamp", "radio", "007"})).tolist() == [
        WORDS.omitted_filler,
        WORDS.omitted_number,
        WORDS.omitted_common,
        WORDS.omitted_common,
        WORDS.omitted,
        WORDS.omitted,
    ]


def test_weak_words_gain_little_in_part() -> None:
    found = word_values("en", ["the", "radio", "tulsa", "7"], frozenset())
    assert found.weak.tolist() == [True, True, False, False]
    assert (found.gains[:3] > WORDS.weak_gain).all()
    assert found.gains_in_part.tolist() == [WORDS.weak_gain] * 2 + found.gains[2:].tolist()
    assert word_values("en", [], frozenset()).gains.tolist() == []


def test_common_words() -> None:
    having = np.array([4, 5, 6], np.int32)
    assert common_words(["a", "b", "c"], having, 99) == {"b", "c"}
    assert common_words(["a", "b", "c"], having, 100) == {"c"}


@pytest.mark.parametrize(
    ("form", "parts"),
    [
        ("jazz 98 9", "98 9"),
        ("jazz 98 95 fm", "98 95"),
        ("jazz 98 fm", "98"),
        ("jazz 98", ""),
        ("98 jazz fm", ""),
        ("jazz 98 123", ""),
        ("86 9 fm", ""),
        ("87 0", "87 0"),
        ("108 5", "108 5"),
        ("109 5", ""),
        ("jazz 875", "875"),
        ("jazz 874", ""),
        ("jazz 1081", ""),
        ("jazz 1080", "1080"),
        ("jazz 790 am", "790"),
        ("jazz 795 am", ""),
        ("jazz 520", ""),
        ("jazz 1700", "1700"),
        ("jazz 1710", ""),
        ("jazz 00790", ""),
        ("jazz \u0669\u0668 9", ""),  # Arabic digits
        ("98 9 98", "98 9"),
        ("jazz", ""),
        ("", ""),
    ],
)
def test_the_parts_of_a_frequency(form: str, parts: str) -> None:
    assert frequencies(form.split()) == set(parts.split())


def test_few_forms_have_a_rare_word() -> None:
    assert is_rare("tulsa", Catalog(WORDS.rare_most))
    assert not is_rare("tulsa", Catalog(WORDS.rare_most + 1))
    for word in ("radio", "the", "790", "zz", "\U00020000\U00020001"):
        assert not is_rare(word, Catalog(1)), word
    assert is_rare("lamp", Catalog(1))  # a common word of a small catalog may be rare
