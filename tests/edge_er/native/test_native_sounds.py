"""Sound codes and n-grams of all names in C, beside Python and numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.native.library import Kernels
from edge_er.native.sounds import MOST_LETTERS, SoundRules, ngram_forms
from edge_er.text.ngrams import FewNgrams, NgramIndex, ngrams
from edge_er.text.sound_codes import SoundCodes

LETTERS = st.sampled_from("abcdeghijkqstxyz 01àж電")
FORMS = st.lists(st.text(LETTERS, max_size=12), max_size=12)


class Weights:
    """The weight of an n-gram is what it looks like, so that each has another one."""

    def weight(self, ngram: str) -> int:
        return sum(map(ord, ngram)) % 90


@settings(max_examples=200)
@given(FORMS, st.sampled_from(["de", "en", "es", "fr", "it", "xx"]))
def test_sound_codes_of_many_texts(kernels: Kernels, forms: list[str], lang: str) -> None:
    plain = SoundCodes(lang)
    assert SoundCodes(lang, kernels).all(forms) == plain.all(forms) == list(map(plain, forms))


@settings(max_examples=200)
@given(FORMS, st.text(LETTERS, max_size=20))
def test_ngrams_of_many_texts(kernels: Kernels, forms: list[str], request_text: str) -> None:
    plain, compiled = NgramIndex(forms), NgramIndex(forms, None, kernels)
    assert compiled.counts() == plain.counts()
    assert compiled.totals.tolist() == plain.totals.tolist()
    assert compiled.shared(request_text).tolist() == plain.shared(request_text).tolist()


@settings(max_examples=200)
@given(FORMS, st.text(LETTERS, max_size=20))
def test_ngrams_of_few_texts(kernels: Kernels, forms: list[str], request_text: str) -> None:
    plain = NgramIndex(forms, Weights())
    found = FewNgrams(forms, Weights(), kernels).shared(request_text)
    assert found.dtype == np.int32
    assert found.tolist() == plain.shared(request_text).tolist()


def test_a_request_of_more_ngrams_than_one_call_takes(kernels: Kernels) -> None:
    letters = [chr(0x4E00 + place) for place in range(700)]
    request_text, forms = "".join(letters), ["".join(letters[at : at + 40]) for at in range(0, 700, 40)]
    assert len(ngrams(request_text)) > 1000
    found = FewNgrams(forms, Weights(), kernels).shared(request_text)
    assert found.tolist() == NgramIndex(forms, Weights()).shared(request_text).tolist()


def test_an_alphabet_that_is_too_large_goes_the_other_way(kernels: Kernels) -> None:
    forms = ["".join(chr(0x4E00 + place + step) for step in range(4)) for place in range(MOST_LETTERS)]
    assert NgramIndex(forms, None, kernels).counts() == NgramIndex(forms).counts()
    with pytest.raises(ValueError, match="different letters"):
        ngram_forms(kernels, np.zeros(3, np.uint8), MOST_LETTERS + 1)


@pytest.mark.parametrize("rule", [("", "", "a"), ("abcde", "", "a"), ("a", "", "bcdef")])
def test_a_rule_that_does_not_fit_is_refused(kernels: Kernels, rule: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="a rule of few letters"):
        SoundRules(kernels, [rule])
