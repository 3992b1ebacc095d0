"""Evidence for a form: vector, misrecognition, words, sound-code n-grams and demand, each in whole numbers.

`FormEvidence` holds one set of forms, a catalog's or a person's own. It chooses the candidates of a request: the forms
nearest by vector, those that share the rarest n-grams of sound codes, and, where `words` has a value, those of the
highest word scores (`edge_er.text.words`). The score of a candidate is

    dot product + phrase + heard * (misrecognition score + who is meant) + popularity * demand of the entity
        + sound_pieces * weight of the shared n-grams

with the weights of `RerankWeights`. The dot product is that of int8 vectors, the misrecognition score is in eighths of
a bit (`edge_er.text.misrecognition`), and n-grams are those of the name without its carrier (`edge_er.text.carriers`).
With `words`, the word score takes the place of the misrecognition score where it is higher, and `phrase` raises the
dot product of a phrase of the request to that of a vector with itself. Forms of the same word score, their words said
in part, share the highest dot product and n-grams that one of them has: nothing that is said tells them apart. Then it
is asked who is meant: of forms that nothing tells apart, an alias loses `alias` beside a main name, and a less popular
entity `demand` for each quarter of a doubling. With `numbers`, a request is also read with its numbers spelled
otherwise (`edge_er.text.numbers`), and what says most for a form counts. Where its number words can be nothing else,
the request as it stands counts only for a form that is its very name: number words have more letters than figures, and
would win by them. All weights are whole numbers from 0 up, so more evidence never lowers a score. Evidence without a
weight is not computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import EVIDENCE, WORDS
from edge_er.native.evidence import PARTS, EvidenceTables, FormSet
from edge_er.native.library import Kernels
from edge_er.ranking.candidates import Beside, Evidence, Numbers, Pool, Rows, sure
from edge_er.ranking.columns import (
    LEAST,
    best_forms,
    groups_of,
    highest_of_each,
    highest_of_group,
    numbered,
    repeated,
)
from edge_er.ranking.compiled import compiled_forms, said_text
from edge_er.ranking.hypothesis import Hypothesis, readings, shares_of
from edge_er.ranking.weights import EVERYTHING, RerankWeights
from edge_er.text.carriers import Span, name_span, without_carrier
from edge_er.text.distinct import distinct
from edge_er.text.letter_costs import read_costs
from edge_er.text.letters import Letters
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.ngrams import FewNgrams, NgramIndex
from edge_er.text.sound_codes import sound_codes
from edge_er.text.split_forms import SplitForms, split_forms
from edge_er.text.words import NO_SCORE, WordIndex, no_scores

__all__ = ["Beside", "Evidence", "FormEvidence", "Numbers", "Pool"]


class FormEvidence:
    """The evidence for one set of forms, `forms`; its indexes are made for the first request that asks for them.

    Args:
        forms: surface forms in canonical text.
        form_entity: int32 [forms], the entity of each.
        lang: the language that is spoken.
        weights: of the evidence; evidence without a weight is not prepared.
        demand: int64 [forms], the demand of each form's entity.
        beside: the catalog that these forms stand beside; by default n-grams and words count as these forms say.
        main: bool [forms], whether each is the main name of its entity; by default none is.
        kernels: that do the long loops; without them numpy does.
    """

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: NDArray[np.int32],
        lang: str,
        weights: RerankWeights,
        demand: Numbers,
        beside: Beside | None = None,
        main: NDArray[np.bool_] | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        self.forms, self._entity, self._demand = forms, form_entity, demand
        self._lang, self._weights, self._beside, self._kernels = lang, weights, beside or Beside(), kernels
        self._main = np.zeros(len(forms), bool) if main is None else main
        self._entities = len(distinct(form_entity))
        self._sound_codes = sound_codes(lang, kernels)

    @cached_property
    def words(self) -> WordIndex:
        """The words of all forms."""
        return WordIndex(self._lang, self.forms, self._beside.words, self._split, self._kernels)

    @cached_property
    def _misrecognition(self) -> Misrecognition:
        return Misrecognition(self._lang, self.forms, self._split, self._kernels)

    @cached_property
    def _letters(self) -> Letters:
        """The letters that the costs of misrecognition are about; plain ones where these do not count."""
        return read_costs(self._lang).letters if self._weights.heard else Letters()

    @cached_property
    def _split(self) -> SplitForms:
        return split_forms(self.forms)

    @cached_property
    def ngrams(self) -> NgramIndex:
        """The n-grams in the sound codes of all forms."""
        return NgramIndex(self._sound_codes.all(self.forms), self._beside.ngram_weights, self._kernels)

    @cached_property
    def _sums(self) -> NgramIndex | FewNgrams:
        """What adds up the weights of shared n-grams; only candidates by sound need all n-grams of the forms."""
        weights = self._beside.ngram_weights
        if self._kernels is None or weights is None or self._weights.sound_forms:
            return self.ngrams
        return FewNgrams(self._sound_codes.all(self.forms), weights, self._kernels)

    def sound_scores(self, text: str) -> NDArray[np.float64]:
        """Weighted share of each form's n-grams that canonical `text` has too: float64 [forms].

        Candidates by sound are the forms with the highest.
        """
        return self._sound_scores(self._shared(text, name_span(text)))

    def pool(
        self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> Pool:
        """Candidates of at least `k` entities, if there are so many, and the weighted mean of the evidence for them.

        Args:
            hypotheses: the texts of one utterance.
            k: how many entities are wanted.
            allowed: bool [entities], whether each may be a candidate; None for all.
        """
        rows = [self._readings(hypothesis.text) for hypothesis in hypotheses]
        shares = shares_of(hypotheses, rounded=self._weights.words > 0)
        if self._set is not None and (found := self._by_kernels(hypotheses, rows, shares, k, allowed)):
            return found
        pool = self._candidates(hypotheses, rows, k, allowed)
        entities = self._owners[pool]
        each = [
            self._evidence(hypothesis, said, pool, self._weights).parts(self._weights)
            for hypothesis, said in zip(hypotheses, rows, strict=True)
        ]
        tables = [np.array(list(one.values()), np.float64) for one in each]
        if len(tables) == 1:  # its share is 1
            return Pool(pool, entities, tuple(each[0]), tables[0])
        values = shares[0] * tables[0]
        for share, table in zip(shares[1:], tables[1:], strict=True):
            values = values + share * table
        return Pool(pool, entities, tuple(each[0]), values)

    def _by_kernels(
        self,
        hypotheses: Sequence[Hypothesis],
        rows: Sequence[Sequence[Rows]],
        shares: Sequence[float],
        k: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Pool | None:
        """The same as the rest of `pool`; None where numpy has computed a part of what is said."""
        said = [
            said_text(hypothesis, each, share, self._weights, self.forms, self._texts, self._letters)
            for hypothesis, each, share in zip(hypotheses, rows, shares, strict=True)
        ]
        if self._set is None or not all(said):
            return None
        mask, entities = None, self._entities
        if allowed is not None:
            mask = allowed[self._entity]
            entities = len(distinct(self._entity[mask]))
        pool, parts = self._set.pool(
            [each for each in said if each], self._weights.dense_forms, min(k, entities), mask
        )
        return Pool(pool, self._owners[pool], PARTS, parts)

    @cached_property
    def _owners(self) -> Numbers:
        """The entity of each form, as pools take them."""
        return self._entity.astype(np.int64)

    @cached_property
    def _set(self) -> FormSet | None:
        """The forms as the kernels take them."""
        if self._kernels is None:
            return None
        tables = EvidenceTables(
            self._misrecognition.native if self._weights.heard else None,
            self._sounds if self._weights.sound_forms else None,
            self._entity,
            self._texts,
            self._demand,
            self._main,
        )
        return compiled_forms(self._kernels, tables, self._weights)

    def evidence(self, hypothesis: Hypothesis, k: int = 1) -> tuple[Numbers, Evidence]:
        """Candidate forms of one hypothesis, int64 [candidates], and all evidence for each, to fit weights on."""
        rows = self._readings(hypothesis.text)
        rows = [row._replace(ngrams=self._shared(row.text, row.span)) for row in rows]
        pool = self._candidates([hypothesis], [rows], k, None)
        return pool, self._evidence(hypothesis, rows, pool, EVERYTHING)

    def _readings(self, text: str) -> list[Rows]:
        """What the text of a hypothesis says about all forms, and what it says with its numbers spelled otherwise."""
        names = self.words if self._weights.words else ()
        return [self._rows(each) for each in readings(text, self._lang, self._weights, names)]

    def _rows(self, text: str) -> Rows:
        """What one reading says about all forms; zeros where nothing is asked for."""
        forms = len(self.forms)
        span = name_span(text, self.words if self._weights.words else ())
        return Rows(
            text,
            span,
            self._shared(text, span) if self._weights.by_sound else np.zeros(forms, np.int64),
            self.words.scores(text, span) if self._weights.words else no_scores(forms),
        )

    def _candidates(
        self,
        hypotheses: Sequence[Hypothesis],
        of_texts: Sequence[Sequence[Rows]],
        k: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Numbers:
        """Indices of candidate forms, ascending: the best by n-grams and words of each reading, and by each vector.

        While they belong to fewer than `k` entities, twice as many are taken by vector.
        """
        count, mask, entities = self._weights.dense_forms, None, self._entities
        forms = len(self._entity)
        if allowed is not None:
            mask = allowed[self._entity]
            forms, entities = int(np.count_nonzero(mask)), len(distinct(self._entity[mask]))
        rows = [row for each in of_texts for row in each]
        others: list[Numbers] = []
        if self._weights.sound_forms:
            others += [self._best_by_sound(row.ngrams, mask) for row in rows]
        if self._weights.words:
            others += [
                self._best_by_score(row.words.scores, self._weights.words, mask, NO_SCORE) for row in rows
            ]
        while True:
            near = [self._best_by_score(each.dots, count, mask) for each in hypotheses]
            pool = distinct(np.concatenate([*others, *near]))
            if count >= forms or len(set(self._entity[pool].tolist())) >= min(k, entities):
                return pool
            count *= 2

    def _best_by_sound(self, shared: NDArray[Any], mask: NDArray[np.bool_] | None) -> Numbers:
        """Indices of the forms that share the most n-grams for their length, of those in `mask`."""
        among = None if mask is None else np.flatnonzero(mask)
        return best_forms(self._sound_scores(shared), self._weights.sound_forms, among)

    def _best_by_score(
        self, scores: NDArray[Any], count: int, mask: NDArray[np.bool_] | None, least: int = LEAST
    ) -> Numbers:
        """Indices of the forms with the highest scores above `least`, of those in `mask`."""
        among = None if mask is None else np.flatnonzero(mask)
        if least != LEAST:
            there = scores > least
            among = np.flatnonzero(there if mask is None else there & mask)
        return best_forms(scores, count, among)

    def _shared(self, text: str, span: Span) -> NDArray[Any]:
        """Weight of the n-grams that each form shares with the name in `text`: whole numbers [forms]."""
        return self._sums.shared(self._sound_codes(without_carrier(text, span)))

    def _sound_scores(self, shared: NDArray[Any]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = shared / self._sounds
        return scores

    @cached_property
    def _sounds(self) -> NDArray[np.float64]:
        """What the weights of shared n-grams are divided by: [forms]."""
        return (self.ngrams.totals + EVIDENCE.short_form).astype(np.float64)

    def _evidence(
        self, hypothesis: Hypothesis, rows: Sequence[Rows], pool: Numbers, weights: RerankWeights
    ) -> Evidence:
        """What a hypothesis and its readings, the first as it stands, say about candidates."""
        dots = hypothesis.dots[pool].astype(np.int64)
        misrecognition = self._heard(rows, pool) if weights.heard else np.zeros(len(pool), np.int64)
        ngrams = highest_of_each([row.ngrams[pool] for row in rows]).astype(np.int64)
        phrase, meant = np.zeros((2, len(pool)), np.int64)
        if weights.heard and self._weights.words:
            said = [row.words for row in (rows[1:] if sure(rows) else rows)]
            words = highest_of_each([each.scores[pool] for each in said])
            is_phrase = highest_of_each([each.phrase[pool] for each in said])
            in_part = ~is_phrase & highest_of_each([each.part[pool] for each in said])
            if in_part.any():
                misrecognition = np.where(in_part & repeated(words, in_part), words, misrecognition)
            counts = ~is_phrase & (words > NO_SCORE) & (words == misrecognition)
            phrase = np.where(is_phrase, np.maximum(dots, hypothesis.same), dots) - dots
            equals = self._equals(pool, np.where(counts, words, NO_SCORE))
            if equals is not None:
                phrase = highest_of_group(phrase + dots, equals) - dots
                ngrams = highest_of_group(ngrams, equals)
                demand, main = self._demand[pool], self._main[pool].astype(np.int64)
                less_popular = highest_of_group(demand, equals) - demand
                not_main = highest_of_group(main, equals) - main
                meant = -np.minimum(WORDS.demand * less_popular, WORDS.demand_most) - WORDS.alias * not_main
        return Evidence(dots, misrecognition, self._demand[pool], ngrams, phrase, meant)

    def _equals(self, pool: Numbers, words: Numbers) -> Numbers | None:
        """The group of each candidate: forms of one text, and forms said in part of the same word score."""
        return groups_of(np.where(words > NO_SCORE, words, NO_SCORE - 1 - self._texts[pool]))

    @cached_property
    def _texts(self) -> Numbers:
        """A number for each form, the same for forms of one text."""
        return numbered(self.forms)

    def _heard(self, rows: Sequence[Rows], pool: Numbers) -> Numbers:
        """The highest misrecognition or word score of each candidate in any reading."""
        if not sure(rows):
            return highest_of_each([self._heard_in(row, pool) for row in rows])
        heard = highest_of_each([self._heard_in(row, pool) for row in rows[1:]])
        name = without_carrier(rows[0].text, rows[0].span)
        very = [place for place, form in enumerate(pool.tolist()) if self.forms[form] == name]
        if very:
            heard[very] = np.maximum(heard[very], self._heard_in(rows[0], pool[very]))
        return heard

    def _heard_in(self, row: Rows, pool: Numbers) -> Numbers:
        """The higher one of the misrecognition and the word score of each candidate in one reading."""
        scores = self._misrecognition.scores(row.text, pool, row.span)
        return np.maximum(scores, row.words.scores[pool]) if self._weights.words else scores
