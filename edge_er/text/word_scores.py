"""What the words of a request say about forms: how each is said, and its word score (`edge_er.text.words`)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import WORDS

__all__ = ["NO_SCORE", "WordScores", "form_scores", "no_scores", "said_how"]

NO_SCORE = -(1 << 30)  # of forms that the words of a request say nothing about

Numbers = NDArray[np.int64]


class WordScores(NamedTuple):
    """What the words of a request say about all forms: the word scores, whole numbers [forms], `NO_SCORE` where they
    say nothing; whether each form is a phrase of the request, bool [forms]; and whether it is said in part and nothing
    else is but words of carriers that no name has, bool [forms].
    """

    scores: NDArray[Any]
    phrase: NDArray[np.bool_]
    part: NDArray[np.bool_]


def no_scores(forms: int) -> WordScores:
    """What words say that say nothing."""
    return WordScores(np.full(forms, NO_SCORE, np.int32), np.zeros(forms, bool), np.zeros(forms, bool))


def said_how(
    said: Numbers,
    has_content: NDArray[np.bool_],
    strong: NDArray[np.bool_],
    sizes: NDArray[Any],
    weak_alone: bool,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether each form holds the name, whether it is said whole, and whether in part: bool [forms] each.

    Args:
        said: how many of its words are said.
        has_content: whether it has every word that a form must hold.
        strong: whether a word that is no weak one is said.
        sizes: how many words it has.
        weak_alone: whether the name has none but words of carriers.
    """
    holds = has_content & (said > 0)
    whole = (said == sizes) & (strong | holds | (weak_alone & (said > 0)))
    part = holds & strong & ~whole
    if weak_alone and np.count_nonzero(part) > WORDS.weak_forms:
        part[:] = False
    return holds, whole, part


def form_scores(whole: NDArray[np.bool_], worth: Numbers, in_part: Numbers, rest: Numbers) -> Numbers:
    """Word scores: int64 [forms].

    Args:
        whole: whether each form is said whole.
        worth: what its words gain then.
        in_part: what is said of it gains otherwise, less what is omitted.
        rest: what the words of the request cost that it does not have.
    """
    scores: Numbers = np.where(whole, worth - np.minimum(rest, WORDS.sentence), in_part - rest)
    return scores
