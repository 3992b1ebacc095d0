"""Misrecognition score: how much likelier a request becomes if a form was said in it, in eighths of a bit.

    Misrecognition("de", ["bayern eins", "bayern drei"]).scores("spiele baiern eins", [0, 1])  ->  int64 [2]

This is a noisy-channel model. A speech recogniser replaces letters, adds letters and loses letters. Their frequencies
were counted in aligned pairs of said and recognised requests (`edge-er train fit misrecognition`). ``data/hearing.txt``
holds them as costs, -8 log2 of a frequency:

* ``digraphs``: groups of letters that are one letter here (`edge_er.text.letters`); a capital letter stands for each.
* ``said S`` h: letter S is recognised as h, or lost (-). ``after PS`` and ``before SN`` correct that beside P and N.
* ``added P`` h: h is recognised after P although nothing was said there.
* ``usual P`` h: h follows P in any request. A form that explains this letter of the request earns that much. Words of
  carrier phrases (`edge_er.text.carriers`) earn nothing.

The score of a form is that of its best alignment with the letters of the request, spaces left out. Each end of the form
earns `BORDER` where it falls on the border of a word. Letters of the request before and after the form cost `LEFT`
each, except in words of carriers. People leave out fillers ("radio"): beside other words of a form, a lost letter of a
filler costs only a `SPARED`th. All numbers are whole, so every machine finds the same score.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import MISRECOGNITION
from edge_er.native.letters import FormLetters, LetterCosts
from edge_er.native.library import Kernels
from edge_er.text.carriers import Span, carrier_words, name_span
from edge_er.text.distinct import distinct
from edge_er.text.letter_costs import (
    LOST,
    UNHEARD_OF,
    Costs,
    contexts_of,
    read_costs,
    word_gain,
    word_gains,
)
from edge_er.text.letters import CODES, EDGE, Letters
from edge_er.text.split_forms import SplitForms, split_forms

__all__ = [
    "BIT",
    "Costs",
    "Misrecognition",
    "letters_of",
    "read_costs",
    "word_gain",
    "word_gains",
]

BIT = MISRECOGNITION.bit
LEFT, BORDER, SPARED = MISRECOGNITION.left, MISRECOGNITION.border, MISRECOGNITION.spared
_NEVER = -(1 << 29)  # less than any gain makes up for

Numbers = NDArray[np.int64]


class Misrecognition:
    """Misrecognition scores of a set of forms.

    Args:
        lang: the language that is spoken; one without counts of its own uses those of all languages.
        forms: surface forms in canonical text.
        split: their words, where somebody has them already.
        kernels: that align; without them numpy does.
    """

    def __init__(
        self,
        lang: str,
        forms: Sequence[str],
        split: SplitForms | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        self._costs = read_costs(lang)
        letters = self._costs.letters
        spelled = letters.spelled("\n".join(forms)).replace(" ", "").split("\n") if forms else []
        self._lengths = np.array([len(form) for form in spelled], np.int64)
        self._starts = np.cumsum(self._lengths) - self._lengths
        contexts = 2 * contexts_of(spelled, letters) + _spared(split or split_forms(forms), letters)
        self._context_of, self._gains, lost = _context_costs(lang).of(contexts)
        lost_before = np.concatenate([[0], np.cumsum(lost[self._context_of], dtype=np.int64)])
        self._lost = lost_before[self._starts + self._lengths] - lost_before[self._starts]
        self.native = FormLetters(kernels, self._letter_costs()) if kernels else None

    def scores(self, request: str, forms: Sequence[int] | Numbers, span: Span | None = None) -> Numbers:
        """Score of each of `forms`, given by index, for canonical `request`: int64 [forms], in eighths of a bit.

        `span` are the words of the name; by default those that `name_span` finds.
        """
        chosen = np.asarray(forms, np.int64)
        if not len(chosen) or not request:
            return np.zeros(len(chosen), np.int64)
        span = span or name_span(request)
        if self.native is not None:
            return self.native.align(chosen, *letters_of(request, span, self._costs.letters))
        spelled = self._costs.letters.spelled(request).split()
        sizes = [len(word) for word in spelled]
        letters = self._costs.letters.codes_of_spelled("".join(spelled))
        in_name = np.repeat([span[0] <= place < span[1] for place in range(len(sizes))], sizes)
        left, border = _left_and_border(request, sizes)
        before = np.concatenate([[EDGE], letters[:-1]])
        usual = np.where(in_name, self._costs.usual[before, letters], 0)
        added = np.maximum(self._costs.added[before, letters] - usual, 1)
        added_before = np.concatenate([[0], np.cumsum(added)])
        # The plain alignment has three moves: a letter of the form is recognised as one of the request (usual - cost),
        # a letter of the form is lost (-lost), or a letter of the request was added (-added). Add to each cell the
        # costs of losing all form letters and adding all request letters before it. Then losing and adding are free,
        # and only recognising earns: usual + added + lost - cost. What remains is a heaviest common subsequence, which
        # numpy finds with one running maximum for each letter of the form. So `added_before` is part of what beginning
        # at a place earns, and it and all lost letters are taken off again where the form ends.
        longest_first = np.argsort(-self._lengths[chosen], kind="stable")
        order = chosen[longest_first]
        heaviest = self._heaviest(order, letters, usual + added, added_before - left + border)
        after = left - left[-1] + border - added_before
        scores = np.empty(len(chosen), np.int64)
        scores[longest_first] = (heaviest + after).max(axis=1) - self._lost[order]
        return scores

    def _letter_costs(self) -> LetterCosts:
        return LetterCosts(
            np.append(self._starts, len(self._context_of)),
            self._context_of,
            self._gains,
            self._lost,
            self._costs.usual,
            self._costs.added,
            LEFT,
            BORDER,
            EDGE,
        )

    def _heaviest(
        self, forms: Numbers, letters: Numbers, reward: Numbers, start: Numbers
    ) -> NDArray[np.int32]:
        """Weight of the heaviest common subsequence of each form and the request up to each place.

        Args:
            forms: indices of forms, the longest first.
            letters: codes of the request's letters.
            reward: what recognising each of them earns beside the form's own gain.
            start: what beginning at each place earns, [letters + 1].

        Returns:
            int32 [forms, letters + 1].
        """
        lengths, width = self._lengths[forms], len(start)
        rows = np.tile(np.maximum.accumulate(start).astype(np.int32), len(forms))
        # All forms advance by one letter at a time. As they are sorted by length, those that still have a letter are
        # the first `live` rows, and the gains of a step lie in one block.
        steps = np.arange(lengths[0])
        live = np.searchsorted(-lengths, -steps)
        ends = np.cumsum(live)
        form = np.arange(lengths.sum()) - np.repeat(ends - live, live)
        places = self._starts[forms][form] + np.repeat(steps, live)
        # Rows lie one behind another, so that one call takes them all. No row's first place has a letter before it.
        gains = self._gains[self._context_of[places]].take(np.append(0, letters), axis=1)
        gains = (gains + np.append(_NEVER, reward).astype(np.int32)).reshape(-1)
        for first, end in zip((width * (ends - live)).tolist(), (width * ends).tolist(), strict=True):
            now, gained = rows[: end - first], gains[first + 1 : end]
            gained += now[:-1]
            np.maximum(now[1:], gained, out=now[1:])
            by_form = now.reshape(-1, width)
            np.maximum.accumulate(by_form, axis=1, out=by_form)
        return rows.reshape(-1, width)


def _left_and_border(request: str, sizes: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Cost of leaving all letters before a place out, and what a place earns as a border: [letters + 1] each."""
    words = carrier_words().words
    costs, borders = [0], [BORDER]
    for word, size in zip(request.split(), sizes, strict=True):
        cost = 0 if word in words else LEFT
        costs += [cost] * size
        borders += [0] * (size - 1) + [BORDER]
    return np.cumsum(costs), np.array(borders, np.int64)


def letters_of(request: str, span: Span, letters: Letters) -> tuple[bytes, list[int], bytes]:
    """The letters of a canonical request as codes; of its words the letters and the kinds (see `FormLetters`)."""
    carriers, (first, last) = carrier_words().words, span
    kinds = bytes([(word in carriers) + 2 * (first <= at < last) for at, word in enumerate(request.split())])
    spelled = letters.spelled(request).split()
    return letters.bytes_of_spelled("".join(spelled)), [len(word) for word in spelled], kinds


class _ContextCosts:
    """Costs of letters in their contexts: a letter, its two neighbours, and in the lowest bit whether it belongs to a
    filler. Nothing else changes them, so those of a context are computed when a form first has it, and kept.
    """

    def __init__(self, lang: str) -> None:
        self._costs, self._lock = read_costs(lang), Lock()
        self._place = np.full(2 * CODES**3, -1, np.int32)
        self._gains, self._lost = np.empty((0, CODES), np.int8), np.empty(0, np.int32)

    def of(self, contexts: Numbers) -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.int32]]:
        """The row of each context; and of the rows the cost of losing the letter less that of hearing it as each code,
        int8 [rows, 64], and the cost of losing it.
        """
        with self._lock:
            missing = distinct(contexts[self._place[contexts] < 0])
            if len(missing):
                gains, lost = self._computed(missing)
                self._place[missing] = np.arange(len(self._lost), len(self._lost) + len(missing))
                self._gains = np.concatenate([self._gains, gains])
                self._lost = np.concatenate([self._lost, lost])
            return self._place[contexts], self._gains, self._lost

    def _computed(self, contexts: Numbers) -> tuple[NDArray[np.int8], NDArray[np.int32]]:
        spared, contexts = contexts % 2 == 1, contexts // 2
        before, said, after = contexts // CODES**2, contexts // CODES % CODES, contexts % CODES
        costs = self._costs.said.astype(np.int16)[said]  # small numbers, for there are many of them
        shifts = self._costs.after[before, said] + self._costs.before[said, after]
        costs = np.where(costs < UNHEARD_OF, np.clip(costs + shifts, 0, UNHEARD_OF), costs)
        lost = np.maximum(np.where(spared, costs[:, LOST] // SPARED, costs[:, LOST]), 1)
        return (lost[:, None] - costs[:, :CODES]).astype(np.int8), lost.astype(np.int32)


@lru_cache(maxsize=8)
def _context_costs(lang: str) -> _ContextCosts:
    return _ContextCosts(lang)


if hasattr(os, "register_at_fork"):  # another thread may hold a lock while this one forks
    os.register_at_fork(after_in_child=_context_costs.cache_clear)


def _spared(split: SplitForms, letters: Letters) -> Numbers:
    """1 for each letter of all forms in a filler that stands beside other words, else 0: int64 [letters]."""
    fillers = carrier_words().fillers
    filler = np.array([word in fillers for word in split.ids], bool)[split.word_of]
    owners = split.owners
    others = np.bincount(owners, ~filler, len(split.sizes)) > 0
    spelled = letters.spelled(" ".join(split.ids)).split(" ") if split.ids else []
    lengths = np.array([len(word) for word in spelled], np.int64)[split.word_of]
    return np.repeat((filler & others[owners]).astype(np.int64), lengths)
