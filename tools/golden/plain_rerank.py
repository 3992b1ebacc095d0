"""Re-ranking once more, in plain steps: what another implementation must do, and what the golden requests are made by.

Nothing here is fast: every number is found by going through all forms, or all cells of an alignment, one by one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

from edge_er.constants import EVIDENCE, WORDS
from edge_er.ranking.weights import RerankWeights
from edge_er.text.canonical import canonical_text, request_text
from edge_er.text.carriers import name_span, without_carrier
from edge_er.text.numbers import is_sure, other_readings
from edge_er.text.sound_codes import SoundCodes
from tools.golden.plain_scores import (
    WordScore,
    common_words,
    misrecognition_score,
    pieces,
    stand_among,
    word_score,
    words_of_names,
)

__all__ = ["OF_REQUEST", "EncodedText", "PlainReranker", "Ranked", "dot"]

OF_REQUEST = -1  # in place of a form: the dot product is that of the request's vector with itself


class EncodedText(NamedTuple):
    """One text of an utterance, the dot product of its vector with each form, how much the text counts, and the dot
    product of its vector with itself.
    """

    query: str
    dots: Sequence[int]
    weight: float = 1.0
    same: int = 0


class Ranked(NamedTuple):
    """An entity, its score, its best form and that form's summands by name, in units of the dot product."""

    entity: int
    score: float
    form: int
    parts: dict[str, float]


def dot(one: Sequence[int], other: Sequence[int]) -> int:
    """The dot product of two vectors."""
    return sum(left * right for left, right in zip(one, other, strict=True))


class _Said(NamedTuple):
    """What one text says about one form, without a weight. `nearest` is the form that its raised dot product is of."""

    dot: int
    raised: int
    nearest: int
    heard: int
    shared: int
    meant: int = 0


class PlainReranker:
    """Ranks the forms of a bundle, each belonging to an entity."""

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: Sequence[int],
        lang: str,
        weights: RerankWeights,
        demand: Sequence[int] = (),
    ) -> None:
        self._fold, self.weights, self._lang, self._demand = SoundCodes(lang), weights, lang, demand
        self._forms = [canonical_text(form) for form in forms]
        self._entity = list(form_entity)
        self._pieces = [pieces(self._fold(form)) for form in self._forms]
        self._common = common_words(self._forms)
        self._among = stand_among(self._forms)
        self._name_words = words_of_names(self._forms if weights.words else ())
        having = Counter(piece for held in self._pieces for piece in held)
        self._scores = {
            piece: ((len(forms) // count) ** 4).bit_length() - 1 for piece, count in having.items()
        }
        self._totals = [sum(self._scores[piece] for piece in held) for held in self._pieces]
        self._said_pieces: dict[str, set[str]] = {}
        self._word_scores: dict[str, list[WordScore]] = {}

    def rank(self, said: Sequence[EncodedText], k: int) -> list[Ranked]:
        """The `k` best entities, best first; of several texts the weighted mean counts."""
        total = reduce(add, (one.weight for one in said))
        forms = self.candidates(said, k)
        each_says = [self._says(forms, one) for one in said]
        best: dict[int, Ranked] = {}
        for form in forms:
            parts: dict[str, float] = {}
            for one, says in zip(said, each_says, strict=True):
                share = one.weight / total
                if self.weights.words:
                    share = math.floor(share * EVIDENCE.shares + 0.5) / EVIDENCE.shares
                for name, value in self._parts(form, says[form]).items():
                    parts[name] = parts.get(name, 0) + share * value
            score = reduce(add, parts.values())  # as numpy adds; `sum` rounds otherwise from Python 3.12 on
            candidate = Ranked(self._entity[form], score, form, parts)
            if candidate.entity not in best or candidate.score > best[candidate.entity].score:
                best[candidate.entity] = candidate
        return sorted(best.values(), key=lambda one: (-one.score, one.entity))[:k]

    def nearest(self, said: Sequence[EncodedText], k: int) -> dict[int, tuple[int, ...]]:
        """For each candidate and text, the form whose dot product it has, raised or not, or `OF_REQUEST`."""
        forms = self.candidates(said, k)
        each_says = [self._says(forms, one) for one in said]
        return {form: tuple(says[form].nearest for says in each_says) for form in forms}

    def candidates(self, said: Sequence[EncodedText], k: int) -> list[int]:
        """The forms nearest by vector, sound and words; more by vector while they are of fewer than `k` entities."""
        forms = range(len(self._forms))
        by_dot = [sorted(forms, key=lambda form, one=one: -one.dots[form]) for one in said]
        texts = [text for one in said for text in self._readings(one.query)]
        by_sound = [
            sorted(forms, key=lambda form, text=text: -self._sound_score(form, text)) for text in texts
        ]
        by_words = [form for text in texts for form in self._best_by_words(text)]
        wanted, count = min(k, len(set(self._entity))), self.weights.dense_forms
        while True:
            pool = {form for order in by_dot for form in order[:count]}
            pool |= {form for order in by_sound for form in order[: self.weights.sound_forms]}
            pool |= set(by_words)
            if count >= len(forms) or len({self._entity[form] for form in pool}) >= wanted:
                return sorted(pool)
            count *= 2

    def _readings(self, query: str) -> list[str]:
        """The canonical text, and the same with its numbers spelled otherwise."""
        text, most = request_text(query), self.weights.numbers
        return [text, *(other_readings(text, self._lang, self._name_words)[:most] if most else ())]

    def _best_by_words(self, text: str) -> list[int]:
        scores = {form: self._words(form, text).score for form in range(len(self._forms))}
        there = {form: score for form, score in scores.items() if score is not None}
        return sorted(there, key=lambda form: (-there[form], form))[: self.weights.words]

    def _words(self, form: int, text: str) -> WordScore:
        if not self.weights.words:
            return WordScore(None, False, False)
        if text not in self._word_scores:
            self._word_scores[text] = [
                word_score(self._lang, each, text, self._common, self._name_words, self._among)
                for each in self._forms
            ]
        return self._word_scores[text][form]

    def _sound_score(self, form: int, text: str) -> float:
        return self._shared(form, text) / (self._totals[form] + EVIDENCE.short_form)

    def _shared(self, form: int, text: str) -> int:
        return sum(self._scores[piece] for piece in self._pieces[form] & self._said(text))

    def _said(self, text: str) -> set[str]:
        if text not in self._said_pieces:
            self._said_pieces = {text: pieces(self._fold(self._name(text)))}
        return self._said_pieces[text]

    def _name(self, text: str) -> str:
        return without_carrier(text, name_span(text, self._name_words))

    def _parts(self, form: int, says: _Said) -> dict[str, int]:
        """The summands of one form's score for one text."""
        weights = self.weights
        return {
            "dense": says.dot,
            "phrase": says.raised - says.dot,
            "heard": weights.heard * says.heard,
            "popularity": weights.popularity * self._demand_of(form) + weights.heard * says.meant,
            "pieces": weights.sound_pieces * says.shared,
        }

    def _demand_of(self, form: int) -> int:
        return self._demand[self._entity[form]] if self._demand else 0

    def _says(self, forms: Sequence[int], said: EncodedText) -> dict[int, _Said]:
        """What one text says about each of `forms`, the candidates."""
        texts = self._readings(said.query)
        alone = {form: self._says_of(form, said, texts) for form in forms}
        if not (self.weights.heard and self.weights.words):
            return alone
        counted = texts[1:] if len(texts) > 1 and is_sure(*texts[:2]) else texts
        alone = self._with_words_of_ties(alone, counted)
        groups: dict[str | int, list[int]] = {}
        for form in forms:
            groups.setdefault(self._group(form, counted, alone[form].heard), []).append(form)
        return {form: self._among_equals(form, group, alone) for group in groups.values() for form in group}

    def _with_words_of_ties(self, alone: dict[int, _Said], texts: Sequence[str]) -> dict[int, _Said]:
        """The same where the word score counts of forms that nothing but the same part is said of."""
        scores = {
            form: max(score for text in texts if (score := self._words(form, text).score) is not None)
            for form in alone
            if not self._is_phrase(form, texts) and any(self._words(form, text).part for text in texts)
        }
        tied = [form for form, score in scores.items() if list(scores.values()).count(score) > 1]
        return {**alone, **{form: alone[form]._replace(heard=scores[form]) for form in tied}}

    def _says_of(self, form: int, said: EncodedText, texts: Sequence[str]) -> _Said:
        """What one text, with its readings, says about one form alone."""
        dot, nearest = int(said.dots[form]), form
        raised = dot
        sure = len(texts) > 1 and is_sure(*texts[:2])
        spelled = texts[1:] if sure else texts
        counted = texts if self._forms[form] == self._name(texts[0]) else spelled
        if self.weights.heard and self._is_phrase(form, spelled) and said.same > dot:
            raised, nearest = int(said.same), OF_REQUEST
        heard = max(self._heard(form, text) for text in counted)
        return _Said(dot, raised, nearest, heard, max(self._shared(form, text) for text in texts))

    def _is_phrase(self, form: int, texts: Sequence[str]) -> bool:
        return any(self._words(form, text).phrase for text in texts)

    def _group(self, form: int, texts: Sequence[str], heard: int) -> str | int:
        """What forms that nothing tells apart have in common: the word score said in part, or the text."""
        scores = [score for text in texts if (score := self._words(form, text).score) is not None]
        counts = bool(scores) and max(scores) == heard
        return heard if counts and not self._is_phrase(form, texts) else self._forms[form]

    def _among_equals(self, form: int, group: Sequence[int], alone: dict[int, _Said]) -> _Said:
        """What a text says about a form where nothing tells the forms of `group` apart: who of them is meant?"""
        nearest = max(group, key=lambda one: alone[one].raised)  # the first of the highest
        less = max(self._demand_of(one) for one in group) - self._demand_of(form)
        meant = -min(WORDS.demand * less, WORDS.demand_most)
        if not self._is_main(form) and any(self._is_main(one) for one in group):
            meant -= WORDS.alias
        return _Said(
            alone[form].dot,
            alone[nearest].raised,
            alone[nearest].nearest,
            alone[form].heard,
            max(alone[one].shared for one in group),
            meant,
        )

    def _is_main(self, form: int) -> bool:
        """Whether the form is the main name of its entity: the first of its forms."""
        return form == 0 or self._entity[form] != self._entity[form - 1]

    def _heard(self, form: int, text: str) -> int:
        """The misrecognition score, or the word score where that is higher."""
        heard, words = 0, self._words(form, text).score
        if self.weights.heard:
            heard = misrecognition_score(self._lang, self._forms[form], text, self._name_words)
        return heard if words is None else max(heard, words)
