"""Features of a candidate once more, in plain steps: what another implementation must do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from edge_er.text.carriers import carrier_words, name_span
from edge_er.text.misrecognition import BIT, BORDER
from edge_er.text.numbers import in_figures, other_readings
from tools.golden.plain_scores import word_gain

__all__ = ["plain_features"]

Text = tuple[str, float]


def plain_features(
    lang: str,
    texts: Sequence[Text],
    forms: Sequence[str],
    cosine: float,
    heard: float,
    entities: int,
    numbers: int = 0,
) -> dict[str, float]:
    """All features of the first of `forms`, those of the compared candidates, best first; see docs/spec/request.md.

    Args:
        lang: the language that is spoken.
        texts: of the utterance, in canonical text, each with its weight.
        forms: in canonical text.
        cosine: of request and form.
        heard: misrecognition score of the form, in eighths of a bit.
        entities: how many the catalog has.
        numbers: so many other spellings of the numbers of a text count.
    """
    total, name_score, whole, number = 0.0, 0.0, 0.0, 0.0
    for _, weight in texts:
        total += weight
    words_of_forms = {word for form in forms for word in form.split()}
    for text, weight in texts:
        first, last = name_span(text, words_of_forms)
        name_score += weight / total * exact("".join(text.split()[first:last]), lang)
        said = [text, *other_readings(text, lang, words_of_forms)[:numbers]]
        content = [_content(each, words_of_forms) for each in said]
        of_form = set(forms[0].split())
        for each, words in zip(said, content, strict=True):
            in_a_row = stands_in(forms[0].replace(" ", ""), each.split())
            if in_a_row or (of_form and not words - of_form and not of_form - set(each.split())):
                whole += weight / total
                break
        if all(words - of_form for words in content) and _lacks_a_number(of_form, in_figures(text, lang)):
            number -= weight / total
    missing = max(exact(forms[0].replace(" ", ""), lang) - heard, 0)
    return {
        "cosine": min(cosine, 1.0),
        "heard": math.log1p(max(heard / BIT, 0)),
        "whole": whole,
        "explained": max(min(max(heard, 0) / max(name_score, 1), 1), whole),
        "missing": -math.log1p(missing / BIT),
        "number": number,
        "size": -math.log(max(entities, 1)),
    }


def exact(letters: str, lang: str) -> int:
    """The misrecognition score of letters that are all recognised."""
    return word_gain(lang, letters) + 2 * BORDER if letters else 0


def _content(text: str, words_of_forms: set[str]) -> set[str]:
    """The words of the name in a text, without those that carriers are made of."""
    first, last = name_span(text, words_of_forms)
    return {word for word in text.split()[first:last] if word not in carrier_words().words}


def _lacks_a_number(of_form: set[str], figures: str) -> bool:
    """Whether a number that is none of the form's words stands next to one of them."""
    words = figures.split()
    pairs = [pair for two in pairwise(words) for pair in (two, two[::-1])]
    return any(
        set(one) <= set("0123456789") and one not in of_form and other in of_form for one, other in pairs
    )


def stands_in(letters: str, words: Sequence[str]) -> bool:
    """Whether some words in a row have just these letters."""
    ends = range(1, len(words) + 1)
    return any(letters and "".join(words[start:end]) == letters for end in ends for start in range(end))
