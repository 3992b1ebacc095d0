"""Features of a candidate: what a request says about it, in numbers that mean the same in every domain and catalog.

    cosine     of request and form, at most 1
    heard      ln(1 + bits) of the misrecognition score, 0 for a negative one
    whole      1 if the form is said whole: its letters stand in the request, from the start of a word to an end, or its
               words are all that the request says beside carriers
    explained  share of the bits of the request's name that the form explains; 1 where it is said whole
    missing    -ln(1 + bits that the form would earn more if every letter of it were recognised)
    number     -1 if a form is said but for its numbers, with one that it lacks ("rocky five" for Rocky 4), else 0
    shared     1 if all words that are said are words of the form and of others (`edge_er.decision.equals`). Then it is
               measured by these words: nothing is missing, and `cosine` is 0, for vectors say nothing of them
    alike      1 if other forms sound the same, and none is said whole
    size       -ln(entities of the catalog)

A short name earns few bits even where it is said exactly, and a long sentence holds many bits that no name explains.
So bits alone say little about a new domain; what is missing to either side says more. More evidence never lowers a
feature. Numbers may be spelled otherwise where the bundle reads them so (`edge_er.text.numbers`). Of several texts of
one utterance, `whole`, `number` and the bits of the name are means by their shares.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from edge_er.encoder.encoder import EncodedText
from edge_er.text.canonical import is_number
from edge_er.text.carriers import carrier_words, name_span, without_carrier
from edge_er.text.misrecognition import BIT, BORDER, word_gain
from edge_er.text.numbers import in_figures, other_readings

__all__ = [
    "FEATURES",
    "Utterance",
    "candidate_features",
    "exact_score",
    "is_said_whole",
    "known_features",
    "says_whole",
    "utterance_of",
]

COSINE, HEARD, WHOLE, EXPLAINED, MISSING, NUMBER, SHARED, ALIKE, SIZE = FEATURES = (
    "cosine",
    "heard",
    "whole",
    "explained",
    "missing",
    "number",
    "shared",
    "alike",
    "size",
)
OF_TEXTS = (
    WHOLE,
    EXPLAINED,
    MISSING,
    NUMBER,
    SHARED,
    ALIKE,
)  # these need the texts, not only the summands of the score


class Reading(NamedTuple):
    """A text as it stands or with its numbers spelled otherwise, its name, and the words of it that no carrier has."""

    text: str
    name: str
    content: frozenset[str]


class Said(NamedTuple):
    """One text of an utterance: its readings, the words of its name in figures, and its share."""

    readings: Sequence[Reading]
    figures: Sequence[str]
    share: float


class Utterance(NamedTuple):
    """The texts of one utterance; the mean score that their names could earn, in eighths of a bit; the language; the
    words of the compared candidates.
    """

    texts: Sequence[Said]
    name_score: float
    lang: str
    words: frozenset[str] = frozenset()


def utterance_of(
    texts: Sequence[EncodedText], forms: Sequence[str], lang: str, readings: int = 0
) -> Utterance:
    """The utterance of `texts`.

    Args:
        texts: in canonical text.
        forms: those of the compared candidates, whose words may be part of the name.
        lang: the language that is spoken.
        readings: so many other spellings of numbers count, `rerank.numbers` of the manifest.
    """
    total = 0.0
    for each in texts:
        total += each.weight
    words = frozenset(" ".join(forms).split())
    said, score = [], 0.0
    for each in texts:
        spelled = other_readings(each.text, lang, words)[:readings]
        of_text = [_reading(text, words) for text in (each.text, *spelled)]
        share = each.weight / total
        figures = in_figures(each.text, lang)
        name = of_text[0].name if figures == each.text else _named(figures, words)
        said.append(Said(of_text, name.split(), share))
        score += share * exact_score(lang, of_text[0].name)
    return Utterance(said, score, lang, words)


def _named(text: str, words: frozenset[str]) -> str:
    return without_carrier(text, name_span(text, words))


def _reading(text: str, words: frozenset[str]) -> Reading:
    name = _named(text, words)
    return Reading(text, name, frozenset(name.split()) - carrier_words().words)


@lru_cache(maxsize=1024)
def exact_score(lang: str, form: str) -> int:
    """The misrecognition score of a form that is recognised letter by letter, in eighths of a bit; 0 without any."""
    return word_gain(lang, form) + 2 * BORDER if form.strip() else 0


def is_said_whole(form: str, text: str) -> bool:
    """Whether words of canonical `text` that follow each other have the letters of `form`, spaces left out."""
    letters, words = form.replace(" ", ""), text.split()
    if not letters or letters not in text.replace(" ", ""):
        return False
    for first in range(len(words)):
        joined = ""
        for word in words[first:]:
            joined += word
            if len(joined) >= len(letters) or not letters.startswith(joined):
                break
        if joined == letters:
            return True
    return False


def says_whole(form: str, said: Said) -> bool:
    """Whether a text says a form whole: in a row, or nothing else but words of carriers."""
    words = frozenset(form.split())
    for text, _, content in said.readings:
        if is_said_whole(form, text) or (words and content <= words <= frozenset(text.split())):
            return True
    return False


def _another_number(form: str, said: Said, lang: str) -> bool:
    """Whether a text says a form but for its numbers, and beside a word of it one that it lacks.

    After the number stands a word of the form, or the name ends: "the lamp 50 percent" says how bright it should be.
    Two numbers beside each other are a frequency, which recognisers often get wrong.
    """
    words = frozenset(form.split())
    for _, _, content in said.readings:
        if content <= words:
            return False
    if not any(map(is_number, said.figures)):
        return False
    own = in_figures(form, lang).split()
    if any(word not in said.figures and not is_number(word) and not _is_filler(word) for word in own):
        return False
    spoken = ["", *said.figures, ""]
    return any(
        is_number(word)
        and not any(_is_same_number(word, other) for other in (*own, *words))
        and (after in words or (before in words and not after))
        and not (is_number(before) or is_number(after))
        for before, word, after in zip(spoken, spoken[1:], spoken[2:], strict=False)
    )


def _is_filler(word: str) -> bool:
    return word in carrier_words().fillers


def _is_same_number(word: str, other: str) -> bool:
    """Whether two words are one number, or one is a year and the other its last two figures."""
    if word == other:
        return True
    year, short = max(word, other, key=len), min(word, other, key=len)
    return len(year) == 4 and len(short) == 2 and is_number(other) and year.endswith(short)


def known_features(heard: int) -> tuple[str, ...]:
    """The features that candidates have where the misrecognition score weighs ``heard``.

    Without it there are no bits, and with vectors alone not even forms to compare.
    """
    return FEATURES if heard else (COSINE, SIZE)


def candidate_features(
    names: Collection[str],
    cosine: float,
    heard: float,
    form: str,
    utterance: Utterance | None,
    entities: int,
    shared: bool = False,
    alike: bool = False,
) -> dict[str, float]:
    """The features in `names`.

    Args:
        names: some of `FEATURES`.
        cosine: of request and form.
        heard: misrecognition score of the form, in eighths of a bit.
        form: in canonical text.
        utterance: may be missing if `names` has none of `OF_TEXTS`.
        entities: how many the catalog has.
        shared: whether the form is one of equals that share all words that are said.
        alike: whether it is one of equals that sound the same.
    """
    features = {COSINE: 0.0 if shared else min(cosine, 1.0), HEARD: math.log1p(max(heard / BIT, 0.0))}
    if SIZE in names:
        features[SIZE] = -math.log(max(entities, 1))
    if utterance is not None:
        whole, number = 0.0, 0.0
        for said in utterance.texts:
            whole += said.share * says_whole(form, said)
            number -= said.share * _another_number(form, said, utterance.lang)
        explained = min(max(heard, 0.0) / max(utterance.name_score, 1.0), 1.0)
        lost = max(exact_score(utterance.lang, form) - heard, 0.0)
        features |= {
            WHOLE: whole,
            EXPLAINED: 1.0 if shared else max(explained, whole),
            MISSING: 0.0 if shared else -math.log1p(lost / BIT),
            NUMBER: number,
            SHARED: float(shared),
            ALIKE: float(alike),
        }
    return {name: features[name] for name in FEATURES if name in names and name in features}
