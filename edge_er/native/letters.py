"""Kernel of the misrecognition score: the letters of a set of forms, aligned with those of a request."""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.native.library import Kernels
from edge_er.native.memory import Kept, address, room

__all__ = ["FormLetters", "LetterCosts"]

Numbers = NDArray[np.int64]


class LetterCosts(NamedTuple):
    """Costs of a language and of a set of forms.

    Attributes:
        starts: int [forms + 1], where the letters of each form begin.
        context: int [letters], the row in `gains` of each.
        gains: int [contexts, 64], the cost of losing the letter less that of recognising it as each code.
        lost: int [forms], what losing all letters costs.
        usual: int [64, 64], what each letter of a request earns after another.
        added: int [64, 64], what it costs to be added.
        left: the cost of a letter that is left out.
        border: what an end on the border of a word earns.
        edge: the code before the first letter.
    """

    starts: Numbers
    context: NDArray[Any]
    gains: NDArray[Any]
    lost: Numbers
    usual: Numbers
    added: Numbers
    left: int
    border: int
    edge: int


class _Letters(ctypes.Structure):
    _fields_: ClassVar[Any] = [
        (name, ctypes.c_void_p) for name in ("starts", "context", "gains", "lost", "usual", "added")
    ] + [(name, ctypes.c_int32) for name in ("left", "border", "edge")]


class FormLetters:
    """The letters of a set of forms; `align` gives the score of the best alignment of each form with a request."""

    def __init__(self, kernels: Kernels, costs: LetterCosts) -> None:
        self._align, kept = kernels.align, Kept()
        kinds = (np.int64, np.int32, np.int8, np.int32, np.int32, np.int32)
        arrays = [kept.at(np.asarray(values), kind) for values, kind in zip(costs[:6], kinds, strict=True)]
        self._of = _Letters(*arrays, costs.left, costs.border, costs.edge)
        self._kept, self.at = kept, ctypes.addressof(self._of)

    def align(self, forms: Numbers, codes: bytes, sizes: Sequence[int], kinds: bytes) -> Numbers:
        """Scores of `forms`, int64 indices: int64 [forms].

        Args:
            forms: contiguous, each an index of a form.
            codes: of the letters of the request without spaces, each below 64.
            sizes: how many letters each of its words has; their sum is that of `codes`.
            kinds: of each word, 1 for one of carriers, plus 2 for one of the name.
        """
        scores, lengths = np.empty(len(forms), np.int64), array("i", sizes)
        self._align(
            self.at,
            forms.ctypes.data,
            len(forms),
            codes,
            len(codes),
            lengths.buffer_info()[0],
            kinds,
            len(sizes),
            room(16 * (len(codes) + 1)),
            address(scores),
        )
        return scores
