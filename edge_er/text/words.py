"""Word score: which words of a form a request says exactly, in any order, in eighths of a bit.

    WordIndex("en", ["century 16", "back to the future ii"]).scores("future back to the").scores  ->  int64 [2]

The misrecognition score (`edge_er.text.misrecognition`) reads a form letter by letter and in its order. People change
the order of words, leave some out and put a name into a whole sentence. Here exact words of a form count as words:

* A word that is said earns its *gain*: what its letters would earn in the misrecognition score if each of them is
  recognised as it is. Weak words, those of carriers and fillers, gain at most `weak_gain`, but all in a form that is
  said whole.
* A word of the form that is not said costs its *omission*: little for fillers ("radio"), for words of carriers ("the")
  and for words that many forms have, much for a number, else `omitted`.
* A word of the request that the form does not have costs `left` for each letter, in words of carriers `carrier_left`,
  and nothing in the phrases of a carrier around the name (`edge_er.text.carriers`). Where the whole form is said, the
  rest of the request is a sentence around it, and costs `sentence` at most.

Two kinds of forms are scored: those that are said *whole*, and those that *hold* every word of the name span but words
of carriers, if one of the words that are said is strong. A form of weak words alone is said whole only where it holds
every such word: "location" is no name in "location of india". All numbers are whole, so every machine finds the same
score.

A whole form is a *phrase* where its words stand together in its order, or where nothing but its words is said. Then the
request is as good as the name itself, whatever sentence stands around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import WORDS
from edge_er.text.carriers import Span, carrier_words, name_span
from edge_er.text.misrecognition import word_gains

__all__ = ["NO_SCORE", "WordIndex", "WordScores", "no_scores"]

NO_SCORE = -(1 << 30)  # of forms that the words of a request say nothing about
_CONTENT, _STRONG = 1 << 16, 1 << 32  # units of counts that share a number

Numbers = NDArray[np.int64]


class WordScores(NamedTuple):
    """What the words of a request say about all forms: the word scores, int64 [forms], `NO_SCORE` where they say
    nothing; whether each form is a phrase of the request, bool [forms]; and whether it is said in part and nothing else
    is, bool [forms].
    """

    scores: Numbers
    phrase: NDArray[np.bool_]
    part: NDArray[np.bool_]


class WordIndex:
    """An inverted index: word -> the forms that have it, with gains and omissions.

    Args:
        lang: the language that is spoken.
        forms: surface forms in canonical text.
        base: of the catalog that these forms stand beside; it says which words many names have, and its words count as
            words of names too.
    """

    def __init__(self, lang: str, forms: Sequence[str], base: WordIndex | None = None) -> None:
        words = [tuple(dict.fromkeys(form.split())) for form in forms]
        self._ids: dict[str, int] = {}
        of_words = [self._ids.setdefault(word, len(self._ids)) for form in words for word in form]
        self._sizes = np.array([len(form) for form in words], np.int64)
        word_of = np.array(of_words, np.int64)
        owners = np.repeat(np.arange(len(words)), self._sizes)
        having = np.bincount(word_of, minlength=len(self._ids))
        self._forms_of = owners[np.argsort(word_of, kind="stable")]
        self._starts = np.concatenate([[0], np.cumsum(having)])
        known = list(self._ids)
        weak = carrier_words().words | carrier_words().fillers
        self._weak = np.array([word in weak for word in known], bool)
        gains = np.maximum(word_gains(lang, known), 1)
        self._gains = np.where(self._weak, np.minimum(gains, WORDS.weak_gain), gains)
        self._worth = np.bincount(owners, gains[word_of], len(words)).astype(np.int64)
        self._texts = forms
        self._base = base
        self.common: frozenset[str] = _common(known, having, len(words)) if base is None else base.common
        self._omissions = np.array([self._omission(word) for word in known], np.int64)
        self._all_omitted = np.bincount(owners, self._omissions[word_of], len(words)).astype(np.int64)

    def _omission(self, word: str) -> int:
        """What leaving the word of a form out costs."""
        if word in carrier_words().fillers:
            return WORDS.omitted_filler
        if word.isascii() and word.isdigit():
            return WORDS.omitted_number
        if word in self.common or word in carrier_words().words:
            return WORDS.omitted_common
        return WORDS.omitted

    def __contains__(self, word: object) -> bool:
        """Whether a form, or one of the catalog beside it, has the word."""
        return word in self._ids or (self._base is not None and word in self._base)

    def scores(self, request: str, span: Span | None = None) -> WordScores:
        """What the words of canonical `request` say about every form.

        `span` are the words of the name; by default those that `name_span` finds with the words of the forms.
        """
        left, content = _left_and_content(request, span or name_span(request, self))
        found = no_scores(len(self._sizes))
        known = [(word, self._ids[word]) for word in left if word in self._ids]
        if not known:
            return found
        # Each word adds to the forms that have it. What it says of a form is packed into one number, so that one pass
        # counts strong words, words that a form must hold, and all words.
        numbers = np.array([number for _, number in known])
        says = (
            1 + _CONTENT * np.array([word in content for word, _ in known]) + _STRONG * ~self._weak[numbers]
        )
        postings = [self._forms_of[self._starts[number] : self._starts[number + 1]] for number in numbers]
        forms, sizes = np.concatenate(postings), [len(posting) for posting in postings]
        counts = np.bincount(forms, np.repeat(says, sizes), len(self._sizes)).astype(np.int64)
        holds = (counts % _STRONG // _CONTENT == len(content)) & (counts > 0)
        strong = counts >= _STRONG
        whole = (counts % _CONTENT == self._sizes) & (strong | holds)
        scored = np.flatnonzero(whole | (holds & strong))
        said = np.bincount(forms, np.repeat(self._gains[numbers] + self._omissions[numbers], sizes))
        explained = np.bincount(forms, np.repeat([left[word] for word, _ in known], sizes))
        rest = sum(left.values()) - explained[scored].astype(np.int64)
        part = said[scored].astype(np.int64) - self._all_omitted[scored] - rest
        all_said = self._worth[scored] - np.minimum(rest, WORDS.sentence)
        found.scores[scored] = np.where(whole[scored], all_said, part)
        found.part[scored] = ~whole[scored] & (rest == 0)
        bordered = f" {request} "
        for form in np.flatnonzero(whole).tolist():
            found.phrase[form] = holds[form] or f" {self._texts[form]} " in bordered
        return found


def no_scores(forms: int) -> WordScores:
    """What words say that say nothing."""
    return WordScores(np.full(forms, NO_SCORE, np.int64), np.zeros(forms, bool), np.zeros(forms, bool))


def _common(words: Sequence[str], having: Numbers, forms: int) -> frozenset[str]:
    """The words that many of so many forms have."""
    many = (having * WORDS.common_share > forms) & (having >= WORDS.common_least)
    return frozenset(words[number] for number in np.flatnonzero(many).tolist())


def _left_and_content(request: str, span: Span) -> tuple[dict[str, int], frozenset[str]]:
    """What leaving each word of a request unexplained costs, and the words that a form must hold."""
    words, weak = request.split(), carrier_words().words
    name = dict.fromkeys(words[span[0] : span[1]])
    left = dict.fromkeys(words, 0)
    left.update((word, len(word) * (WORDS.carrier_left if word in weak else WORDS.left)) for word in name)
    return left, frozenset(word for word in name if word not in weak)
