"""Completions: which forms a text that is still being typed may become, in whole numbers.

    CompletionIndex(["cadena ser", "radio clasica"]).fits("cadena s", finished=False)  ->  forms [0], scores [...]

The last word of a text is *open*: it stands for every word that begins with it, itself included. After a space it is
finished, like the words before it, which may stand in any order. A form fits if it has every finished word of the name
(carriers are no part of it, `edge_er.text.carriers`) but weak ones, and a word that the open word becomes, which none
of the finished words is. A form that begins with the text, or with the name in it, fits too. The score of a form is

    said * characters of its words that are typed - unsaid * its other characters + begins, where it begins with them

so short completions come first, and those that go on where the text ends.

The words of all forms are kept in their order, with the forms of each, so that the forms of all words that begin alike
lie side by side; and the forms in theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import SUGGEST
from edge_er.text.carriers import Span, carrier_words, name_span
from edge_er.text.slips import begins_a_word, one_slip, range_of

__all__ = ["CompletionIndex", "Fits"]

_SHORTEST = 2  # characters of a word that may have a slip
_AFTER_SPACE = "!"  # follows a space, and is in no canonical text
_NEVER = 1 << 30

Numbers = NDArray[np.int64]


class Fits(NamedTuple):
    """Indices of the forms that fit a text, ascending, and their scores: int64 [n] each."""

    forms: Numbers
    scores: Numbers


class _Typed(NamedTuple):
    """The words of a text: the finished ones, those of them that a form must have, and the open one, if there is one.

    `must_open` says whether a form must have a word that the open one becomes.
    """

    finished: tuple[str, ...]
    needed: frozenset[str]
    open: str | None
    must_open: bool


class CompletionIndex:
    """An index of the words and the beginnings of forms.

    Args:
        forms: surface forms in canonical text.
        base: of the catalog that these forms stand beside; its words count as words of names too.
    """

    def __init__(self, forms: Sequence[str], base: CompletionIndex | None = None) -> None:
        words = [tuple(dict.fromkeys(form.split())) for form in forms]
        self._base = base
        self._words = sorted({word for form in words for word in form})
        self._ids = {word: number for number, word in enumerate(self._words)}
        sizes = np.array([len(form) for form in words], np.int64)
        of_words = np.array([self._ids[word] for form in words for word in form], np.int64)
        owners = np.repeat(np.arange(len(words)), sizes)
        lengths = np.array([len(word) for word in self._words], np.int64)
        order = np.argsort(of_words, kind="stable")
        self._forms_of, self._word_of = owners[order], of_words[order]
        self._length_of = lengths[self._word_of]
        self._starts = np.concatenate([[0], np.cumsum(np.bincount(of_words, minlength=len(self._words)))])
        self._letters = np.bincount(owners, lengths[of_words], len(words)).astype(np.int64)
        self._sorted = np.array(sorted(range(len(words)), key=forms.__getitem__), np.int64)
        self._texts = [forms[form] for form in self._sorted.tolist()]

    def __contains__(self, word: object) -> bool:
        """Whether a form, or one of the catalog beside it, has the word."""
        return word in self._ids or (self._base is not None and word in self._base)

    def fits(self, text: str, finished: bool) -> Fits:
        """The forms that canonical `text`, which is not empty, may become; `finished` says whether its last word is."""
        span = name_span(text, self)
        typed = _typed(text.split(), span, finished)
        said, having = self._said(typed)
        missing = self._missing(typed)
        begins = self._begins(text, span, finished)
        fit = begins.copy()
        if all(word in self._ids for word in typed.needed):
            fit |= (having >= len(typed.needed)) & ((missing < _NEVER) | (not typed.must_open))
        forms = np.flatnonzero(fit)
        said = said[forms] + np.where(missing[forms] < _NEVER, len(typed.open or ""), 0)
        scores = SUGGEST.said * said - SUGGEST.unsaid * (self._letters[forms] - said)
        return Fits(forms, scores + SUGGEST.begins * begins[forms])

    def without_slip(self, text: str, finished: bool) -> list[str]:
        """Canonical `text` with the only word of the name that no form has replaced by each one that is a slip away.

        There is none where more than one word, words of carriers aside, is in no form.
        """
        words = text.split()
        opened = None if finished else len(words) - 1
        unknown = [
            place
            for place in range(*name_span(text, self))
            if not self._is_known(words[place], is_open=place == opened)
        ]
        if len(unknown) != 1 or len(words[unknown[0]]) < _SHORTEST:
            return []
        (place,) = unknown
        others = sorted(one_slip(self._words, words[place], is_open=place == opened))
        return [" ".join([*words[:place], other, *words[place + 1 :]]) for other in others]

    def _is_known(self, word: str, is_open: bool) -> bool:
        """Whether a form has the word, or one that the open word becomes, or the word is one of carriers."""
        if is_open:
            here = begins_a_word(self._words, word)
            return here or (self._base is not None and self._base._is_known(word, is_open))
        return word in self or word in carrier_words().words

    def _said(self, typed: _Typed) -> tuple[Numbers, Numbers]:
        """For each form the characters of its finished words, and how many needed words it has."""
        said, having = np.zeros((2, len(self._letters)), np.int64)
        for word in typed.finished:
            number = self._ids.get(word)
            if number is not None:
                forms = self._forms_of[self._starts[number] : self._starts[number + 1]]
                said[forms] += len(word)
                having[forms] += word in typed.needed
        return said, having

    def _missing(self, typed: _Typed) -> Numbers:
        """How many characters the open word lacks of the shortest word of each form that it becomes; else `_NEVER`."""
        missing = np.full(len(self._letters), _NEVER, np.int64)
        if typed.open is not None:
            first, end = range_of(self._words, typed.open)
            near = slice(self._starts[first], self._starts[end])
            forms, lengths = self._forms_of[near], self._length_of[near]
            taken = [self._ids[word] for word in typed.finished if word in self._ids]
            if any(first <= number < end for number in taken):
                free = ~np.isin(self._word_of[near], taken)
                forms, lengths = forms[free], lengths[free]
            np.minimum.at(missing, forms, lengths - len(typed.open))
        return missing

    def _begins(self, text: str, span: Span, finished: bool) -> NDArray[np.bool_]:
        """Whether each form begins with the text, or with the name in it: bool [forms]."""
        words, begins = text.split(), np.zeros(len(self._letters), bool)
        name = (" ".join(words[span[0] : span[1]]), finished or span[1] < len(words))
        for beginning, whole in ((text, finished), name):
            after = (_AFTER_SPACE,) if whole else ()
            first, end = range_of(self._texts, beginning, *after)
            begins[self._sorted[first:end]] = True
        return begins


def _typed(words: Sequence[str], span: Span, finished: bool) -> _Typed:
    closed = words if finished else words[:-1]
    name = closed[span[0] : span[1]]
    must_open = not finished and span[1] == len(words)
    needed = frozenset(name) - carrier_words().words
    if not needed and not must_open:
        needed = frozenset(name)
    return _Typed(tuple(dict.fromkeys(closed)), needed, None if finished else words[-1], must_open)
