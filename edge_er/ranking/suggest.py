"""Suggestions while a text is typed: which entities it may become, without the encoder.

A set of forms, of a catalog or of a person's own, is a `FormSuggestions`. Its forms that a text may become come from
its words (`edge_er.text.completions`). With `numbers` a text is also read with its numbers spelled otherwise. Where
nothing fits in any set, one slip in a word that no form has is taken out (`edge_er.text.slips`); and where nothing
fits then, forms count that share n-grams of sound codes with the name. An empty text becomes what is asked for most.

Demand, what this person asked for and whether a form is a main name are added to the score of a form. An entity has
that of its best form. Ties go by demand, then shorter form, then entity, then form. All numbers are whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import SUGGEST
from edge_er.text.carriers import name_span, without_carrier
from edge_er.text.completions import CompletionIndex, Fits
from edge_er.text.ngrams import NgramIndex, ngrams
from edge_er.text.numbers import other_readings
from edge_er.text.sound_codes import sound_codes

__all__ = ["FormSuggestions", "Suggested", "TypedText", "favour_of", "suggested"]

_FORMS_EACH = 4  # forms that are looked at for each entity wanted, before there are more
Numbers = NDArray[np.int64]


class TypedText(NamedTuple):
    """A canonical text, and whether its last word is finished: a space stands after it."""

    text: str
    finished: bool


class Suggested(NamedTuple):
    """An entity, its best form, both by index, and the score."""

    entity: int
    form: int
    score: int


class FormSuggestions:
    """One set of forms that a text may become.

    Args:
        forms: surface forms in canonical text.
        owners: int [forms], the entity of each.
        demand: int64 [forms], the demand of each form's entity.
        lang: the language that is spoken.
        ngrams: of the sound codes of `forms`; None where nothing is found by sound.
        first: the index of the first of `forms` among those of all sets.
        base: of the catalog that these forms stand beside; its words count as words of names, and n-grams weigh what
            they weigh there.
    """

    def __init__(
        self,
        forms: Sequence[str],
        owners: NDArray[np.integer],
        demand: Numbers,
        lang: str,
        ngrams: NgramIndex | None = None,
        first: int = 0,
        base: FormSuggestions | None = None,
    ) -> None:
        self._lang, self._first = lang, first
        self.owners = np.asarray(owners, np.int64)
        self.demand = demand
        self._sound_codes = sound_codes(lang)
        self.ngrams = self._ngram_weights = ngrams
        if base and base.ngrams:
            self.ngrams = NgramIndex(self._sound_codes.all(forms), base.ngrams)
            self._ngram_weights = base.ngrams
        self._first_entity = int(base.owners.max(initial=-1)) + 1 if base else 0
        self._alias = np.diff(self.owners, prepend=-1) == 0  # forms of an entity lie together, its name first
        self.index: CompletionIndex = CompletionIndex(forms, base.index if base else None)
        self._lengths = np.array([len(form) for form in forms], np.int64)

    def completed(self, typed: TypedText, numbers: int) -> Iterator[Fits]:
        """The forms that `typed` may become, as it stands and in at most `numbers` other spellings of its numbers."""
        yield self.index.fits(*typed)
        if numbers:
            for text in other_readings(typed.text, self._lang, self.index)[:numbers]:
                yield self.index.fits(text, typed.finished)

    def corrected(self, typed: TypedText) -> Iterator[Fits]:
        """The forms that `typed` may become without a slip in one of its words."""
        for text in self.index.without_slip(*typed):
            yield self.index.fits(text, typed.finished)

    def similar(self, typed: TypedText) -> Iterator[Fits]:
        """The forms that share n-grams of sound codes with the name in the text."""
        if self.ngrams is None or self._ngram_weights is None:
            return
        code = self._sound_codes(without_carrier(typed.text, name_span(typed.text, self.index)))
        shared = self.ngrams.shared(code).astype(np.int64)
        there = sum(self._ngram_weights.weight(ngram) for ngram in ngrams(code))
        forms = np.flatnonzero((shared > 0) & (shared * SUGGEST.similar_share >= there))
        yield Fits(forms, SUGGEST.similar * shared[forms] - self.ngrams.totals[forms])

    def popular(self, favour: Mapping[int, int]) -> Iterator[Fits]:
        """The names of entities that are asked for; own entries give entities of the catalog no other name here."""
        asked = self.demand > 0
        for entity in favour:
            asked |= self.owners == entity
        forms = np.flatnonzero(asked & ~self._alias & (self.owners >= self._first_entity))
        yield Fits(forms, np.zeros(len(forms), np.int64))

    def columns(self, fits: Fits, favour: Mapping[int, int]) -> Numbers:
        """Score, demand, length, entity and form of each form that fits: int64 [5, n]."""
        owners, demand = self.owners[fits.forms], self.demand[fits.forms]
        scores = fits.scores + SUGGEST.demand * demand - SUGGEST.alias * self._alias[fits.forms]
        for entity, quarters in favour.items():
            scores[owners == entity] += SUGGEST.demand * quarters
        return np.stack([scores, demand, self._lengths[fits.forms], owners, fits.forms + self._first])


def suggested(
    sets: Sequence[FormSuggestions],
    typed: TypedText,
    k: int,
    numbers: int = 0,
    allowed: NDArray[np.bool_] | None = None,
    favour: Mapping[int, int] | None = None,
) -> list[Suggested]:
    """At most `k` entities that a text may become, best first.

    Args:
        sets: a catalog's forms, and a person's own.
        typed: the text.
        k: how many entities are wanted, from 1 up.
        numbers: how many other spellings of its numbers are read.
        allowed: bool [entities], whether each may be suggested; None for all.
        favour: what this person asked for, by entity, see `favour_of`.
    """
    asked = favour or {}

    def best(fits: Callable[[FormSuggestions], Iterable[Fits]]) -> list[Suggested]:
        return _best([each.columns(fit, asked) for each in sets for fit in fits(each)], k, allowed)

    if not typed.text:
        return best(lambda each: each.popular(asked))
    return (
        best(lambda each: each.completed(typed, numbers))
        or best(lambda each: each.corrected(typed))
        or best(lambda each: each.similar(typed))
    )


def favour_of(count: float) -> int:
    """Quarters of a doubling of how often a person asked for an entity: floor(4 log2(1 + count)), within a limit."""
    most = 2 << (SUGGEST.favour_most // 4)
    return min(((int(min(count, most)) + 1) ** 4).bit_length() - 1, SUGGEST.favour_most)


def _best(parts: Sequence[Numbers], k: int, allowed: NDArray[np.bool_] | None) -> list[Suggested]:
    """The best form of each of the `k` best entities; `parts` are those of `FormSuggestions.columns`."""
    columns = np.concatenate([np.empty((5, 0), np.int64), *parts], axis=1)
    if allowed is not None:
        columns = columns[:, allowed[columns[3]]]
    count, there = _FORMS_EACH * k, columns.shape[1]
    while True:
        near = columns
        if count < there:
            # Only forms that reach the floor are sorted; all ties with it too, so that their order decides.
            floor = np.partition(columns[0], there - count)[there - count]
            near = columns[:, columns[0] >= floor]
        scores, demand, lengths, entities, forms = near
        order = np.lexsort((forms, entities, lengths, -demand, -scores))
        first = np.sort(np.unique(entities[order], return_index=True)[1])[:k]
        if len(first) == k or count >= there:
            best = order[first]
            return [Suggested(*row) for row in zip(*(near[i, best].tolist() for i in (3, 4, 0)), strict=True)]
        count *= _FORMS_EACH
