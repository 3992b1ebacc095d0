"""Features of a candidate once more, in plain steps: what another implementation must do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from edge_er.constants import DECISION
from edge_er.text.carriers import carrier_words, name_span
from edge_er.text.misrecognition import BIT, BORDER
from edge_er.text.numbers import in_figures, other_readings
from edge_er.text.sound_codes import SoundCodes
from tools.golden.plain_scores import word_gain

__all__ = ["plain_equals", "plain_features"]

Text = tuple[str, float]


def plain_features(
    lang: str,
    texts: Sequence[Text],
    forms: Sequence[str],
    cosine: float,
    heard: float,
    entities: int,
    numbers: int = 0,
    equal: tuple[int, bool] = (1, False),
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
        equal: the equals that the first is one of, see `plain_equals`.
    """
    total, name_score, whole, number = 0.0, 0.0, 0.0, 0.0
    for _, weight in texts:
        total += weight
    words_of_forms = {word for form in forms for word in form.split()}
    for text, weight in texts:
        first, last = name_span(text, words_of_forms)
        name_score += weight / total * exact(" ".join(text.split()[first:last]), lang)
        said = [text, *other_readings(text, lang, words_of_forms)[:numbers]]
        content = [_content(each, words_of_forms) for each in said]
        of_form = set(forms[0].split())
        for each, words in zip(said, content, strict=True):
            in_a_row = stands_in(forms[0].replace(" ", ""), each.split())
            if in_a_row or (of_form and not words - of_form and not of_form - set(each.split())):
                whole += weight / total
                break
        if all(words - of_form for words in content) and _lacks_a_number(
            forms[0], text, lang, words_of_forms
        ):
            number -= weight / total
    missing, count, shared = max(exact(forms[0], lang) - heard, 0), *equal
    return {
        "cosine": 0.0 if shared else min(cosine, 1.0),
        "heard": math.log1p(max(heard / BIT, 0)),
        "whole": whole,
        "explained": 1.0 if shared else max(min(max(heard, 0) / max(name_score, 1), 1), whole),
        "missing": 0.0 if shared else -math.log1p(missing / BIT),
        "number": number,
        "shared": 1.0 if shared else 0.0,
        "alike": 1.0 if count > 1 and not shared else 0.0,
        "size": -math.log(max(entities, 1)),
    }


def exact(text: str, lang: str) -> int:
    """The misrecognition score of a canonical text whose letters are all recognised."""
    return word_gain(lang, text) + 2 * BORDER if text else 0


def _content(text: str, words_of_forms: set[str]) -> set[str]:
    """The words of the name in a text, without those that carriers are made of."""
    first, last = name_span(text, words_of_forms)
    return {word for word in text.split()[first:last] if word not in carrier_words().words}


def _lacks_a_number(form: str, text: str, lang: str, words_of_forms: set[str]) -> bool:
    """Whether the name has a number that the form lacks, before a word of the form, or after one and last."""
    figures, digits = in_figures(text, lang), set("0123456789")
    first, last = name_span(figures, words_of_forms)
    words = figures.split()[first:last]
    unsaid = {*in_figures(form, lang).split()} - {*words} - carrier_words().fillers
    if any(not set(word) <= digits for word in unsaid):
        return False
    own = {*form.split(), *in_figures(form, lang).split()}
    short = {word[2:] for word in own if len(word) == 4 and set(word) <= digits}
    pairs = [*pairwise(words), *([words[:-3:-1]] if len(words) > 1 else [])]
    lacking = {one for one, _ in pairs if set(one) <= digits and one not in own | short}
    lacking -= {one for one in lacking if len(one) == 4 and one[2:] in own}
    beside = {one for one, other in pairs if set(other) <= digits} | {
        other for one, other in pairs if set(one) <= digits
    }
    return any(one in lacking and one not in beside and other in form.split() for one, other in pairs)


def plain_equals(
    lang: str, texts: Sequence[Text], forms: Sequence[str], scores: Sequence[float], numbers: int = 0
) -> tuple[int, bool]:
    """How many of the first of `forms` nothing tells apart, and whether they share all words that are said."""
    of_forms = [set(form.split()) for form in forms]
    every = set().union(*of_forms)
    readings = [[text, *other_readings(text, lang, every)[:numbers]] for text, _ in texts]
    for text in (each for row in readings for each in row):
        content = _content(text, every)
        in_a_row = stands_in(forms[0].replace(" ", ""), text.split())
        if in_a_row or (of_forms[0] and content <= of_forms[0] <= set(text.split())):
            return 1, False
    named = [[_content(text, every) or _name(text, every) & every for text in row] for row in readings]
    short = [
        [
            sum(len(word) * (word not in of_forms[0]) for word in words) <= DECISION.sharing_left
            for words in row
        ]
        for row in ([_name_words(text, every) for text in row] for row in readings)
    ]
    named = [
        [those for those, few in zip(row, each, strict=True) if few and those and those <= of_forms[0]]
        for row, each in zip(named, short, strict=True)
    ]
    codes, shared, alike = SoundCodes(lang), 1, 1
    while (
        shared < len(scores)
        and scores[0] - scores[shared] <= DECISION.sharing_words
        and all(any(those <= of_forms[shared] for those in row) for row in named)
    ):
        shared += 1
    if shared > 1:
        return shared, True
    while (
        alike < len(scores)
        and scores[0] - scores[alike] <= DECISION.sounding_alike
        and _sound_alike(codes(forms[0]), codes(forms[alike]))
        and all(
            any(_sound_alike(codes(form), codes(each)) for text in row for each in _spoken(text, every))
            for row in readings
            for form in (forms[0], forms[alike])
        )
    ):
        alike += 1
    return alike, False


def _sound_alike(one: str, other: str) -> bool:
    """Whether sound codes are equal, or long, and equal without one letter of each."""
    left, right = ({code, *(code[:at] + code[at + 1 :] for at in _letters(code))} for code in (one, other))
    pairs = [(one, other)]
    if min(len(one), len(other)) >= DECISION.sounding_letters:
        pairs += [(one, each) for each in right] + [(each, other) for each in left]
        pairs += [
            (one[:at] + one[at + 1 :], other[:at] + other[at + 1 :])
            for at in _letters(one)
            if at in _letters(other)
        ]
    return any(each == same for each, same in pairs)


def _spoken(text: str, words_of_forms: set[str]) -> tuple[str, str]:
    """The name in a text, as it stands and without words of carriers."""
    first, last = name_span(text, words_of_forms)
    name = text.split()[first:last]
    return " ".join(name), " ".join(word for word in name if word not in carrier_words().words)


def _letters(code: str) -> list[int]:
    """The places of a code that are no figure."""
    return [at for at, letter in enumerate(code) if letter not in "0123456789"]


def _name(text: str, words_of_forms: set[str]) -> set[str]:
    """The distinct words of the name in a text."""
    return set(_name_words(text, words_of_forms))


def _name_words(text: str, words_of_forms: set[str]) -> list[str]:
    """The words of the name in a text."""
    first, last = name_span(text, words_of_forms)
    return text.split()[first:last]


def stands_in(letters: str, words: Sequence[str]) -> bool:
    """Whether some words in a row have just these letters."""
    ends = range(1, len(words) + 1)
    return any(letters and "".join(words[start:end]) == letters for end in ends for start in range(end))
