"""The words of many forms as numbers, so that numpy counts and sorts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["SplitForms", "split_forms"]

Numbers = NDArray[np.int64]


class SplitForms(NamedTuple):
    """The words of canonical forms.

    Attributes:
        ids: the number of each distinct word, in the order in which they first stand.
        word_of: int64 [words of all forms], the number of each.
        sizes: int64 [forms], how many words each form has.
    """

    ids: dict[str, int]
    word_of: Numbers
    sizes: Numbers

    @property
    def owners(self) -> Numbers:
        """The form of each word: int64 [words of all forms]."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def split_forms(forms: Sequence[str]) -> SplitForms:
    """The words of canonical `forms`."""
    words = " ".join(filter(None, forms)).split(" ") if any(forms) else []
    sizes = np.array([form.count(" ") + 1 if form else 0 for form in forms], np.int64)
    ids = {word: number for number, word in enumerate(dict.fromkeys(words))}
    return SplitForms(ids, np.array(list(map(ids.__getitem__, words)), np.int64), sizes)
