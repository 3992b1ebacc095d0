"""Word score: which words of a form a request says exactly, in any order, in eighths of a bit.

    WordIndex("en", ["century 16", "back to the future ii"]).scores("future back to the").scores  ->  int64 [2]

The misrecognition score (`edge_er.text.misrecognition`) reads a form letter by letter and in its order. People change
the order of words, leave some out and put a name into a whole sentence. Here exact words of a form count as words:

* A word that is said earns its *gain*: what its letters would earn in the misrecognition score if each of them is
  recognised as it is. Weak words, those of carriers and fillers, gain at most `weak_gain`, but all in a form that is
  said whole.
* A word of the form that is not said costs its *omission* (`edge_er.text.word_values`).
* A word of the request that the form does not have costs `left` for each letter, in words of carriers `carrier_left`,
  and nothing in the phrases of a carrier around the name (`edge_er.text.carriers`). Where the whole form is said, the
  rest of the request is a sentence around it, and costs `sentence` at most.

In scripts without spaces between words (`edge_er.text.unspaced`) a word of a form is said too where it is a part of a
word of the request, and explains the cost of its letters there. Such parts are neither rare nor what a form begins
with.

Three kinds of forms are scored. Those that are said *whole*. Those that *hold* every word of the name span but words of
carriers, if one of the words that are said is strong. And those that *begin* with words that stand together in the
request, one of them rare: "luna loca" of Luna Loca Mexican Restaurant, in any sentence. A form of weak words alone is
said whole only where it holds every such word: "location" is no name in "location of india". A name span of nothing but
words of carriers ("the speaker") is held by forms that have all of its words that names have, and these count as
strong, if such forms are few. All numbers are whole, so every machine finds the same score.

A *rare* word says which name is meant: a form that holds the name span and has it earns `rare_gain`, if words of
carriers that are left cost `rare_left` at most. What is omitted costs `omitted_most` at most in a form whose first word
is said there, or that begins so. Around a form that is said whole, with a rare word and without a filler, the rest of
the request costs nothing: "what is the weather in leeds like" is about Leeds.

A whole form is a *phrase* where its words stand together in its order, or where nothing but its words is said. Then the
request is as good as the name itself, whatever sentence stands around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import WORDS
from edge_er.native.library import Kernels
from edge_er.native.words import MOST_WORDS, FormWords, SaidWords, WordTables
from edge_er.text.carriers import Span, carrier_words, name_span
from edge_er.text.distinct import distinct, distinct_places
from edge_er.text.split_forms import SplitForms, split_forms
from edge_er.text.word_request import WordRequest, word_request
from edge_er.text.word_scores import NO_SCORE, WordScores, form_scores, no_scores, said_how
from edge_er.text.word_values import (
    KnownWords,
    WordValues,
    begins_frequency,
    common_words,
    frequencies,
    is_rare,
    word_values,
)

__all__ = ["NO_SCORE", "WordIndex", "WordScores", "form_scores", "no_scores", "said_how"]

_CONTENT, _STRONG = 1 << 16, 1 << 32  # units of counts that share a number
_WORDS_AT_HAND = 4096
_LIMITS = (WORDS.sentence, WORDS.weak_forms, WORDS.rare_left, WORDS.rare_gain, WORDS.omitted_most)

Numbers = NDArray[np.int64]


class WordIndex:
    """An inverted index: word -> the forms that have it, with gains and omissions.

    Args:
        lang: the language that is spoken.
        forms: surface forms in canonical text.
        base: of the catalog that these forms stand beside; it says which words many names have, and its words count as
            words of names too.
        split: the words of `forms`, where somebody has them already.
        kernels: that score; without them numpy does.
    """

    def __init__(
        self,
        lang: str,
        forms: Sequence[str],
        base: KnownWords | None = None,
        split: SplitForms | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        split = split or split_forms(forms)
        self._ids, known, count = split.ids, list(split.ids), len(forms)
        first = _first_places(split)
        word_of, owners = split.word_of[first], split.owners[first]
        self._sizes = np.bincount(owners, minlength=count).astype(np.int64)
        having = np.bincount(word_of, minlength=len(known))
        by_word = np.argsort(word_of, kind="stable")
        self._forms_of = owners[by_word]
        self._starts = np.concatenate([[0], np.cumsum(having)]).tolist()
        self._texts = forms
        self._base = base
        self._rare = lru_cache(maxsize=_WORDS_AT_HAND)(partial(is_rare, catalog=self))
        self.common: frozenset[str] = common_words(known, having, count) if base is None else base.common
        self._values = (base and base.values(known)) or word_values(lang, known, self.common)
        self._worth = np.bincount(owners, self._values.gains[word_of], count).astype(np.int64)
        omissions = self._values.omissions[word_of]
        omissions[_frequency_places(forms, known, word_of, owners)] = WORDS.omitted_frequency
        self._omissions = omissions[by_word]
        self._omitted = np.bincount(owners, omissions, count).astype(np.int64)
        self._native = None
        if kernels is not None:
            form_starts = np.append(0, np.cumsum(self._sizes))
            values = self._values
            tables = WordTables(
                *(self._starts, self._forms_of, self._omissions, form_starts, word_of, omissions),
                *(values.gains, values.gains_in_part, values.weak, self._sizes, self._worth, self._omitted),
            )
            self._native = FormWords(kernels, tables, _LIMITS)

    def __contains__(self, word: object) -> bool:
        """Whether a form, or one of the catalog beside it, has the word."""
        return word in self._ids or (self._base is not None and word in self._base)

    def having(self, word: str) -> int:
        """How many forms have the word, or of the catalog beside it if more there have it."""
        number = self._ids.get(word)
        own: int = 0 if number is None else self._starts[number + 1] - self._starts[number]
        return own if self._base is None else max(own, self._base.having(word))

    def values(self, words: Sequence[str]) -> WordValues | None:
        """What `words` count; None where no form has one of them."""
        numbers = [self._ids[word] for word in words if word in self._ids]
        return self._values.of(numbers) if len(numbers) == len(words) else None

    def scores(self, request: str, span: Span | None = None) -> WordScores:
        """What the words of canonical `request` say about every form.

        `span` are the words of the name; by default those that `name_span` finds with the words of the forms.
        """
        said = word_request(request, span or name_span(request, self), self._ids)
        if self._native is not None and said.explained and len(said.explained) < MOST_WORDS:
            return self._native_scores(said, self._native)
        found = no_scores(len(self._sizes))
        if said.explained:
            self._score_said(said, found)
            self._score_rare(said, found)
        return found

    def _native_scores(self, request: WordRequest, native: FormWords) -> WordScores:
        """The same as `_score_said` and `_score_rare`, by the kernels."""
        left, content, fillers = request.left, request.content, carrier_words().fillers
        ids = {word: self._ids[word] for word in request.explained}
        kinds = bytes(
            [
                (word in content) + 2 * (left.get(word, 0) > 0 and self._rare(word)) + 4 * (word in fillers)
                for word in request.explained
            ]
        )
        scores, phrase, part, others = native.scores(
            SaidWords(
                [ids.get(word, -1) for word in request.text.split()],
                list(ids.values()),
                list(request.explained.values()),
                kinds,
                len(content),
                request.weak_alone,
                sum(left.values()),
                request.unknown,
            )
        )
        for form in others.tolist():
            phrase[form] = request.has(self._texts[form])
        return WordScores(scores, phrase, part)

    def _score_said(self, request: WordRequest, found: WordScores) -> None:
        """Score the forms that are said whole, and those that hold the name."""
        # Each word adds to the forms that have it. What it says of a form is packed into one number, so that one pass
        # counts strong words, words that a form must hold, and all words.
        numbers = np.array([self._ids[word] for word in request.explained])
        must = np.array([word in request.content for word in request.explained])
        named = must & request.weak_alone
        says = 1 + _CONTENT * must + _STRONG * (named | ~self._values.weak[numbers])
        forms, omissions, word_of = self._postings(numbers)
        totals = np.bincount(forms, says[word_of], len(self._sizes))
        # Only few forms have a strong word or one that a form must hold; of a name without strong words any may do.
        near = np.flatnonzero(totals >= (1 if request.weak_alone else _CONTENT))
        counts = totals[near].astype(np.int64)
        has_content = counts % _STRONG // _CONTENT == len(request.content)
        holds, whole, part = said_how(
            counts % _CONTENT, has_content, counts >= _STRONG, self._sizes[near], request.weak_alone
        )
        kept = whole | part
        if not kept.any():
            return
        scored, holds, whole = near[kept], holds[kept], whole[kept]
        found.scores[scored] = 0
        places = np.flatnonzero(found.scores[forms] == 0)  # of their words
        gains = np.where(named, self._values.gains[numbers], self._values.gains_in_part[numbers])
        gained = gains[word_of[places]] + omissions[places]
        costs = np.array(list(request.explained.values()))[word_of[places]]
        in_part, explained = (
            np.bincount(forms[places], each)[scored].astype(np.int64) for each in (gained, costs)
        )
        rest = np.maximum(sum(request.left.values()) - explained, 0)
        in_part -= self._omitted[scored]
        found.scores[scored] = form_scores(whole, self._worth[scored], in_part, rest)
        found.part[scored] = ~whole & (rest == request.unknown)
        for form, held in zip(scored[whole].tolist(), holds[whole].tolist(), strict=True):
            found.phrase[form] = request.weak_alone or held or request.has(self._texts[form])

    def _postings(self, numbers: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """The forms that have each of some words, one word after another, what omitting it costs each, and the place in
        `numbers` of each's word.
        """
        spans = [slice(self._starts[number], self._starts[number + 1]) for number in numbers.tolist()]
        forms, omissions = (
            np.concatenate([each[span] for span in spans]) for each in (self._forms_of, self._omissions)
        )
        return forms, omissions, np.repeat(np.arange(len(spans)), [span.stop - span.start for span in spans])

    def _score_rare(self, request: WordRequest, found: WordScores) -> None:
        """Raise the score of forms that hold the name with a rare word, and score those that begin with one."""
        rare = {word for word in request.explained if request.left.get(word) and self._rare(word)}
        fillers = carrier_words().fillers
        for form in dict.fromkeys(form for word in rare for form in self._having(word)):
            words = list(dict.fromkeys(self._texts[form].split()))
            holds = request.content.issubset(words)
            said = (
                [word for word in words if word in request.explained] if holds else request.beginning(words)
            )
            rest, score = request.rest(said), int(found.scores[form])
            alone = len(said) == len(words) and fillers.isdisjoint(words)
            begun = self._begun(form, words, said) - (0 if alone else min(rest, WORDS.sentence))
            if holds and rest <= WORDS.rare_left:
                found.scores[form] = WORDS.rare_gain + (max(score, begun) if words[0] in said else score)
            elif (alone or score == NO_SCORE) and not rare.isdisjoint(said):
                found.scores[form] = max(score, begun)

    def _having(self, word: str) -> Iterable[int]:
        """The forms that have a word."""
        number = self._ids[word]
        forms: list[int] = self._forms_of[self._starts[number] : self._starts[number + 1]].tolist()
        return forms

    def _begun(self, form: int, words: Sequence[str], said: Sequence[str]) -> int:
        """What words of a form gain that are `said`, its first one too, less what is omitted."""
        cheap, values = frequencies(self._texts[form].split()), self._values
        gains = sum(int(values.gains_in_part[self._ids[word]]) for word in said)
        omitted = sum(
            WORDS.omitted_frequency if word in cheap else int(values.omissions[self._ids[word]])
            for word in words
            if word not in said
        )
        return gains - min(omitted, WORDS.omitted_most)


def _first_places(split: SplitForms) -> Numbers:
    """Where each word of a form stands first, ascending."""
    pairs = split.owners * max(len(split.ids), 1) + split.word_of
    return np.sort(distinct_places(pairs)[1])


def _frequency_places(
    forms: Sequence[str], known: Sequence[str], word_of: Numbers, owners: Numbers
) -> NDArray[np.bool_]:
    """Which of the words of forms are part of a frequency: bool [words of all forms]."""
    found = np.zeros(len(word_of), bool)
    number = np.array([begins_frequency(word) for word in known], bool)
    if not number.any():
        return found
    starts = np.searchsorted(owners, np.arange(len(forms) + 1))
    for form in distinct(owners[number[word_of]]).tolist() if len(known) else ():
        parts = frequencies(forms[form].split())
        for place in range(starts[form], starts[form + 1]) if parts else ():
            found[place] = known[word_of[place]] in parts
    return found
