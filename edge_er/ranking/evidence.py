"""Evidence for a form: vector, misrecognition, words, sound-code n-grams and demand, each in whole numbers.

`FormEvidence` holds one set of forms, a catalog's or a person's own. It chooses the candidates of a request: the forms
nearest by vector, those that share the rarest n-grams of sound codes, and, where `words` has a value, those of the
highest word scores (`edge_er.text.words`). The score of a candidate is

    dot product + heard * misrecognition score + popularity * demand of the entity
        + sound_pieces * weight of the shared n-grams

with the weights of `RerankWeights`. The dot product is that of int8 vectors, the misrecognition score is in eighths of
a bit (`edge_er.text.misrecognition`), and n-grams are those of the name without its carrier (`edge_er.text.carriers`).
With `words`, the word score takes the place of the misrecognition score where it is higher. All weights are whole
numbers from 0 up, so more evidence never lowers a score. Evidence without a weight is not computed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import EVIDENCE, RERANK
from edge_er.errors import BundleCorruptError
from edge_er.text.carriers import Span, name_span, without_carrier
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.ngrams import NgramIndex, NgramWeights
from edge_er.text.sound_codes import SoundCodes
from edge_er.text.words import NO_SCORE, WordIndex

__all__ = ["Evidence", "FormEvidence", "Hypothesis", "Numbers", "Pool", "RerankWeights"]

RETIRED = ("letter_match", "letter_edit", "sound_match", "sound_edit")  # old bundles have these, all 0

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RerankWeights:
    """The weights of a bundle (`manifest["rerank"]`), in units of the int8 dot product.

    The defaults rank by vectors alone.

    Attributes:
        words: how many candidates exact words bring; from 1 up, the word score counts as misrecognition score where
            it is higher.
        sound_pieces: weight of shared n-grams.
        dense_forms: how many candidates vectors bring.
        sound_forms: how many candidates n-grams bring.
        heard: weight of an eighth of a bit of the misrecognition score.
        popularity: weight of a quarter of a doubling of demand.
        head: weight of the pair head, for each 64th.
        head_forms: how many of the first candidates the head reads.
        head_margin: the head reads them only if the first entity leads the second by less than this.
    """

    words: int = RERANK.words
    sound_pieces: int = RERANK.sound_pieces
    dense_forms: int = RERANK.dense_forms
    sound_forms: int = RERANK.sound_forms
    heard: int = RERANK.heard
    popularity: int = RERANK.popularity
    head: int = RERANK.head
    head_forms: int = RERANK.head_forms
    head_margin: int = RERANK.head_margin

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> RerankWeights:
        """The weights of a manifest; a missing one keeps its default.

        Raises:
            BundleCorruptError: a value is not a whole number from 0 up (1 for `dense_forms` and `head_forms`), or a
                retired weight is not 0.
        """
        for name in RETIRED:
            if values.get(name, 0) != 0:
                raise BundleCorruptError(
                    f"manifest.json, rerank.{name}: expected 0, found {values[name]!r}; this edge-er does not rank by "
                    "edit distances, so fit the weights and build the bundle again"
                )
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            least = 1 if name in ("dense_forms", "head_forms") else 0
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise BundleCorruptError(
                    f"manifest.json, rerank.{name}: expected a whole number from {least} up, found {value!r}; "
                    "build the bundle again"
                )
        return cls(**known)

    def to_dict(self) -> dict[str, int]:
        """The same as in a manifest."""
        return asdict(self)


class Hypothesis(NamedTuple):
    """One text of an utterance: canonical text, dot products of its vector with all forms [forms], and its weight."""

    text: str
    dots: NDArray[Any]
    weight: float = 1.0


class Evidence(NamedTuple):
    """Evidence of one hypothesis for some forms, each int64 [forms]; zeros where it was not computed."""

    dots: Numbers
    misrecognition: Numbers
    demand: Numbers
    ngrams: Numbers

    def parts(self, weights: RerankWeights) -> dict[str, Numbers]:
        """The summands of the score, by the keys of `explain`: dense, heard, popularity, pieces."""
        return {
            "dense": self.dots,
            "heard": weights.heard * self.misrecognition,
            "popularity": weights.popularity * self.demand,
            "pieces": weights.sound_pieces * self.ngrams,
        }


class Pool(NamedTuple):
    """Candidates: indices of forms and of their entities, int64 [n], and summands of their scores, float64 [n] each."""

    forms: Numbers
    entities: Numbers
    parts: dict[str, NDArray[np.float64]]


class _Rows(NamedTuple):
    """The words of the name in one hypothesis, and what it says about all forms, each [forms]: dot products, weights of
    shared n-grams, word scores.
    """

    span: Span
    dots: NDArray[Any]
    ngrams: NDArray[Any]
    words: Numbers


EVERYTHING = RerankWeights(**dict.fromkeys(RerankWeights.__dataclass_fields__, 1))


class FormEvidence:
    """The evidence for one set of forms.

    Args:
        forms: surface forms in canonical text.
        form_entity: int32 [forms], the entity of each.
        lang: the language that is spoken.
        weights: of the evidence; evidence without a weight is not prepared.
        demand: int64 [forms], the demand of each form's entity.
        ngram_weights: of n-grams in another catalog; by default they come from their rarity in `forms`.
        base_words: of the catalog that these forms stand beside.
    """

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: NDArray[np.int32],
        lang: str,
        weights: RerankWeights,
        demand: Numbers,
        ngram_weights: NgramWeights | None = None,
        base_words: WordIndex | None = None,
    ) -> None:
        self._forms, self._entity, self._demand = forms, form_entity, demand
        self._lang, self._weights, self._ngram_weights = lang, weights, ngram_weights
        self._base_words = base_words
        self._entities = len(np.unique(form_entity))
        self._sound_codes = SoundCodes(lang)
        if weights.heard:
            self._misrecognition  # noqa: B018  made now, so that no request waits for it
        if weights.sound_pieces or weights.sound_forms:
            self.ngrams  # noqa: B018
        if weights.words:
            self.words  # noqa: B018

    @cached_property
    def words(self) -> WordIndex:
        """The words of all forms."""
        return WordIndex(self._lang, self._forms, self._base_words)

    @cached_property
    def _misrecognition(self) -> Misrecognition:
        return Misrecognition(self._lang, self._forms)

    @cached_property
    def ngrams(self) -> NgramIndex:
        """The n-grams in the sound codes of all forms."""
        return NgramIndex(self._sound_codes.all(self._forms), self._ngram_weights)

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
        rows = [self._rows(hypothesis) for hypothesis in hypotheses]
        pool = self._candidates(rows, k, allowed)
        share = np.array([hypothesis.weight for hypothesis in hypotheses], np.float64)
        share /= share.sum()
        parts: dict[str, NDArray[np.float64]] = {}
        for hypothesis, row, weight in zip(hypotheses, rows, share, strict=True):
            evidence = self._evidence(hypothesis.text, row, pool, self._weights)
            for name, values in evidence.parts(self._weights).items():
                parts[name] = parts.get(name, 0.0) + weight * values
        return Pool(pool, self._entity[pool].astype(np.int64), parts)

    def evidence(self, hypothesis: Hypothesis, k: int = 1) -> tuple[Numbers, Evidence]:
        """Candidate forms of one hypothesis, int64 [candidates], and all evidence for each, to fit weights on."""
        row = self._rows(hypothesis)
        row = row._replace(ngrams=self._shared(hypothesis.text, row.span))
        pool = self._candidates([row], k, None)
        return pool, self._evidence(hypothesis.text, row, pool, EVERYTHING)

    def _rows(self, hypothesis: Hypothesis) -> _Rows:
        """What one hypothesis says about all forms; zeros where nothing is asked for."""
        text, none = hypothesis.text, np.zeros(len(self._forms), np.int64)
        by_sound = self._weights.sound_pieces or self._weights.sound_forms
        span = name_span(text, self.words if self._weights.words else ())
        return _Rows(
            span,
            hypothesis.dots,
            self._shared(text, span) if by_sound else none,
            self.words.scores(text, span) if self._weights.words else none,
        )

    def _candidates(
        self,
        rows: Sequence[_Rows],
        k: int,
        allowed: NDArray[np.bool_] | None,
    ) -> Numbers:
        """Indices of candidate forms, ascending: the best by n-grams, words and vector of each hypothesis.

        While they belong to fewer than `k` entities, twice as many are taken by vector.
        """
        count, among, entities = self._weights.dense_forms, None, self._entities
        if allowed is not None:
            among = np.flatnonzero(allowed[self._entity])
            entities = len(np.unique(self._entity[among]))
        forms = len(self._entity) if among is None else len(among)
        others = [
            _best_forms(self._sound_scores(row.ngrams), self._weights.sound_forms, among) for row in rows
        ] + [self._best_by_words(row.words, among) for row in rows]
        while True:
            near = [_best_forms(row.dots, count, among) for row in rows]
            pool = np.unique(np.concatenate([*others, *near]))
            if count >= forms or len(np.unique(self._entity[pool])) >= min(k, entities):
                return pool
            count *= 2

    def _best_by_words(self, scores: Numbers, among: Numbers | None) -> Numbers:
        """Indices of the forms with the highest word scores, of those that have one."""
        there = np.flatnonzero(scores > NO_SCORE)
        if among is not None:
            there = np.intersect1d(there, among, assume_unique=True)
        return _best_forms(scores, self._weights.words, there)

    def _shared(self, text: str, span: Span) -> NDArray[np.float64]:
        """Weight of the n-grams that each form shares with the name in `text`: float64 [forms]."""
        return self.ngrams.shared(self._sound_codes(without_carrier(text, span)))

    def _sound_scores(self, shared: NDArray[np.float64]) -> NDArray[np.float64]:
        scores: NDArray[np.float64] = shared / (self.ngrams.totals + EVIDENCE.short_form)
        return scores

    def _evidence(self, text: str, row: _Rows, pool: Numbers, weights: RerankWeights) -> Evidence:
        misrecognition = np.zeros(len(pool), np.int64)
        if weights.heard:
            misrecognition = self._misrecognition.scores(text, pool, row.span)
            if self._weights.words:
                misrecognition = np.maximum(misrecognition, row.words[pool])
        return Evidence(
            dots=row.dots[pool].astype(np.int64),
            misrecognition=misrecognition,
            demand=self._demand[pool],
            ngrams=row.ngrams[pool].astype(np.int64),
        )


def _best_forms(scores: NDArray[Any], count: int, among: Numbers | None = None) -> Numbers:
    """Indices of the `count` highest scores, best first, ties by index; `among` are the allowed indices, ascending."""
    if count == 0:
        return np.empty(0, np.int64)
    if among is not None:
        return among[_best_forms(scores[among], count)]
    if count < len(scores):
        # Only scores that reach the last place, the floor, are sorted. All ties with it are sorted too, so that the
        # smaller index wins.
        floor = np.partition(scores, len(scores) - count)[len(scores) - count]
        forms = np.flatnonzero(scores >= floor)
    else:
        forms = np.arange(len(scores))
    order: Numbers = forms[np.argsort(-scores[forms], kind="stable")[:count]]
    return order
