"""Kernel of the word score: what the words of a request say of all forms."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address, room

__all__ = ["MOST_WORDS", "FormWords", "SaidWords", "WordTables"]

MOST_WORDS = 1 << 20  # of a request that the kernels count

Numbers = NDArray[np.int64]


class WordTables(NamedTuple):
    """The words of a set of forms.

    Attributes:
        starts: int [words + 1], where the postings of each word begin.
        forms: int [postings], the forms that have it, ascending.
        omissions: int [postings], what omitting it there costs.
        form_starts: int [forms + 1], where the words of each form begin.
        form_words: int [postings], in their order, each once.
        form_omissions: int [postings], what omitting each there costs.
        gains: int [words], what each gains in a form that is said whole,
        gains_in_part: and in one that is said in part.
        weak: bool [words].
        sizes: int [forms], words of each form.
        worth: int [forms], what they gain.
        omitted: int [forms], what omitting them costs.
    """

    starts: Any
    forms: Numbers
    omissions: Numbers
    form_starts: Numbers
    form_words: Numbers
    form_omissions: Numbers
    gains: Numbers
    gains_in_part: Numbers
    weak: NDArray[np.bool_]
    sizes: Numbers
    worth: Numbers
    omitted: Numbers


class SaidWords(NamedTuple):
    """What a request says of the words of forms.

    Attributes:
        text: the number of each word of the request; -1 for one that no form has.
        numbers: of the words that forms have, each once.
        costs: what each explains of what the words of the request cost.
        kinds: of each, 1 for one that a form must hold, plus 2 for a rare one of the name, plus 4 for a filler.
        content: how many words a form must hold.
        weak_alone: whether the name has none but weak words.
        left: what the words of the request cost, and
        unknown: those that no form has.
    """

    text: Sequence[int]
    numbers: Sequence[int]
    costs: Sequence[int]
    kinds: bytes
    content: int
    weak_alone: bool
    left: int
    unknown: int


_KINDS = (np.int64, np.int32, np.int32, np.int64, *[np.int32] * 4, np.uint8, *[np.int32] * 3)


class _Words(ctypes.Structure):
    _fields_: ClassVar[Any] = [(name, ctypes.c_void_p) for name in WordTables._fields] + [
        ("form_count", ctypes.c_int64)
    ]


class _Said(ctypes.Structure):
    _fields_: ClassVar[Any] = [(name, ctypes.c_void_p) for name in ("text", "numbers", "costs")] + [
        ("kinds", ctypes.c_char_p),
        *[
            (name, ctypes.c_int32)
            for name in (
                *("text_size", "count", "content", "weak_alone", "left", "unknown"),
                *("sentence", "weak_forms", "rare_left", "rare_gain", "omitted_most"),
            )
        ],
    ]


class FormWords:
    """The words of a set of forms; `limits` are sentence, weak_forms, rare_left, rare_gain and omitted_most."""

    def __init__(self, kernels: Kernels, tables: WordTables, limits: Sequence[int]) -> None:
        self._score, kept = kernels.word_scores, Kept()
        arrays = [kept.at(np.asarray(values), kind) for values, kind in zip(tables, _KINDS, strict=True)]
        self._forms, self._limits = len(tables.sizes), tuple(limits)
        self._of = _Words(*arrays, self._forms)
        self._kept, self._at = kept, ctypes.addressof(self._of)

    def scores(
        self, said: SaidWords
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.bool_], Numbers]:
        """Word scores, int32 [forms]; whether each form is a phrase, and whether it is said in part, bool [forms]; and
        the forms that are phrases if their text stands in the request, int64.
        """
        numbers = array("i", [*said.text, *said.numbers, *said.costs])
        at, size, count = numbers.buffer_info()[0], len(said.text), len(said.numbers)
        given = _Said(
            at,
            at + 4 * size,
            at + 4 * (size + count),
            said.kinds,
            size,
            count,
            said.content,
            said.weak_alone,
            said.left,
            said.unknown,
            *self._limits,
        )
        forms = self._forms
        scores, phrase, part = np.empty(forms, np.int32), np.empty(forms, bool), np.empty(forms, bool)
        others = np.empty(forms, np.int64)
        found = self._score(
            self._at,
            ctypes.byref(given),
            room(16 * forms),
            address(scores),
            address(phrase),
            address(part),
            address(others),
        )
        return scores, phrase, part, others[:found]
