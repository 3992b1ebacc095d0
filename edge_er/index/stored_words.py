"""Words of a large catalog: their postings, stored in the bundle, because the catalog's forms are not in memory.

    StoredWords("en", 2, word_postings(["century 16", "back to the future ii"])).scored("future back to the", (0, 4))
        ->  (int64 [1], the form 1; int64 [1], its score)

Scores are those of a `WordIndex` of all forms, but for what rare words earn and frequencies spare, which only the forms
themselves show. It adds up over all forms for each request. Here the few forms that can have a score are found first:
those that have every word that they must hold, those that may be said whole, and those that have a rare word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import BundleCorruptError
from edge_er.text.carriers import Span
from edge_er.text.word_request import word_request
from edge_er.text.word_values import WordValues, common_words, is_rare, word_values
from edge_er.text.words import form_scores, said_how

__all__ = ["WORDS_FILE", "StoredWords", "WordPostings", "word_postings"]

WORDS_FILE = "words.safetensors"
_FORMS_AT_ONCE = 1 << 16
_PAIRS_AT_ONCE = 1 << 20
_BORDER = "\n"  # stands in no canonical text

Numbers = NDArray[np.int64]


class WordPostings(NamedTuple):
    """Which forms have each word.

    Attributes:
        text: uint8 [bytes], the words in UTF-8, ascending by code point, each with a line feed after it.
        having: int32 [words], how many forms have each.
        forms: int32 [sum of `having`], the forms of the first word, ascending, then those of the second, and so on.
    """

    text: NDArray[np.uint8]
    having: NDArray[np.int32]
    forms: NDArray[np.int32]


class StoredWords:
    """Word scores of the forms of a large catalog.

    Args:
        lang: the language that is spoken.
        forms: how many forms the catalog has.
        postings: of their words.

    Raises:
        BundleCorruptError: the postings do not fit each other, or `forms`.
    """

    def __init__(self, lang: str, forms: int, postings: WordPostings) -> None:
        words = _checked(postings, forms)
        self._ids = {word: number for number, word in enumerate(words)}
        self._forms_of = postings.forms.view(np.ndarray)  # reading a memmap takes longer
        self._starts = np.concatenate([[0], np.cumsum(postings.having, dtype=np.int64)])
        self.common = common_words(words, postings.having, forms)
        self._values = word_values(lang, words, self.common)
        omissions = self._values.omissions
        self._sizes, self._omitted = np.zeros((2, forms), np.int32)
        for at in range(0, len(words), _FORMS_AT_ONCE):
            each = slice(at, at + _FORMS_AT_ONCE)
            pairs = self._forms_of[self._starts[at] : self._starts[min(at + _FORMS_AT_ONCE, len(words))]]
            costs = np.repeat(omissions[each], postings.having[each])
            for start in range(0, len(pairs), _PAIRS_AT_ONCE):
                some = slice(start, start + _PAIRS_AT_ONCE)
                self._sizes += np.bincount(pairs[some], minlength=forms).astype(np.int32)
                self._omitted += np.bincount(pairs[some], costs[some], forms).astype(np.int32)

    def __contains__(self, word: object) -> bool:
        """Whether a form has the word."""
        return word in self._ids

    def having(self, word: str) -> int:
        """How many forms have the word."""
        return len(self._forms(word)) if word in self._ids else 0

    def values(self, words: Sequence[str]) -> WordValues | None:
        """What `words` count; None where no form has one of them."""
        numbers = list(map(self._ids.get, words))
        return (
            None if None in numbers else self._values.of([number for number in numbers if number is not None])
        )

    def rare(self, request: str, span: Span) -> Numbers:
        """The forms that have a rare word of the name, at `span` in canonical `request`: int64 [forms], ascending."""
        words = [word for word in dict.fromkeys(request.split()[slice(*span)]) if is_rare(word, self)]
        having = [self._forms(word) for word in words if word in self._ids]
        return np.unique(np.concatenate(having)).astype(np.int64) if having else np.zeros(0, np.int64)

    def scored(self, request: str, span: Span) -> tuple[Numbers, Numbers]:
        """The forms that the words of canonical `request` say something about, ascending, and their word scores.

        `span` are the words of the name. Both are int64 [forms that have a score].
        """
        _, left, content, explained, weak_alone = word_request(request, span, self._ids)
        known = list(explained)
        values = self._values.of([self._ids[word] for word in known])
        must = [place for place, word in enumerate(known) if word in content]
        named = np.array([weak_alone and word in content for word in known], bool)
        weak = values.weak & ~named
        forms = self._candidates(known, weak & (not weak_alone), must, len(must) == len(content))
        if not len(forms):
            return forms, forms
        said = np.array([_among(forms, self._forms(word)) for word in known])
        has_content = said[must].sum(axis=0) == len(content)
        strong = said[~weak].sum(axis=0) > 0
        _, whole, part = said_how(said.sum(axis=0), has_content, strong, self._sizes[forms], weak_alone)
        rest = np.maximum(sum(left.values()) - np.array(list(explained.values()), np.int64) @ said, 0)
        gains = np.where(named, values.gains, values.gains_in_part)
        in_part = (gains + values.omissions) @ said - self._omitted[forms]
        scores = form_scores(whole, values.gains @ said, in_part, rest)
        there = whole | part
        return forms[there], scores[there]

    def _candidates(
        self, known: Sequence[str], weak: NDArray[np.bool_], must: Sequence[int], complete: bool
    ) -> Numbers:
        """All forms that can have a score, ascending, and some more.

        Args:
            known: words of the request that forms have.
            weak: whether each is a weak word.
            must: which of them a form must hold.
            complete: whether these are all that it must hold.
        """
        # A form that is said whole has no more words than are known. One of its words is strong, or it holds the name;
        # and where the name has nothing to hold, any of its words may be the one.
        starts = [word for word, is_weak in zip(known, weak.tolist(), strict=True) if not is_weak]
        if complete and not must:
            starts = list(known)
        postings = [self._forms(word) for word in starts]
        found = [forms[self._sizes[forms] <= len(known)] for forms in postings]
        if complete and must:
            shortest_first = sorted((self._forms(known[place]) for place in must), key=len)
            holding = shortest_first[0]
            for forms in shortest_first[1:]:
                holding = holding[_among(holding, forms)]
            found.append(holding)
        return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, np.int64)

    def _forms(self, word: str) -> NDArray[np.int32]:
        number = self._ids[word]
        forms: NDArray[np.int32] = self._forms_of[self._starts[number] : self._starts[number + 1]]
        return forms


def word_postings(forms: Iterable[str]) -> WordPostings:
    """The words of canonical `forms`; 65,536 forms at a time, to save memory."""
    ids: dict[str, int] = {}
    pairs, first = [], 0
    rest = iter(forms)
    while block := list(islice(rest, _FORMS_AT_ONCE)):
        words = [form.split() for form in block]
        numbers = np.array([ids.setdefault(word, len(ids)) for each in words for word in each], np.int64)
        owners = np.repeat(np.arange(first, first + len(block)), [len(each) for each in words])
        pairs.append(np.unique(numbers << 32 | owners))
        first += len(block)
    words_in_order = sorted(ids)
    places = np.empty(len(ids), np.int64)
    places[[ids[word] for word in words_in_order]] = np.arange(len(ids))
    all_pairs = np.concatenate(pairs) if pairs else np.zeros(0, np.int64)
    all_pairs = np.sort(places[all_pairs >> 32] << 32 | (all_pairs & 0xFFFFFFFF))
    text = "".join(word + _BORDER for word in words_in_order).encode()
    having = np.bincount(all_pairs >> 32, minlength=len(ids)).astype(np.int32)
    return WordPostings(np.frombuffer(text, np.uint8), having, (all_pairs & 0xFFFFFFFF).astype(np.int32))


def _checked(postings: WordPostings, forms: int) -> list[str]:
    """The words of postings that fit each other and so many `forms`."""
    text, having, owners = postings
    try:
        words = text.tobytes().decode().split(_BORDER)
    except UnicodeDecodeError as error:
        raise _corrupt("UTF-8", str(error)) from error
    if words.pop() != "" or len(words) != len(set(words)) or len(having) != len(words):
        raise _corrupt(f"{len(having)} distinct words, each with a line feed after it", f"{len(words)}")
    if (having < 1).any() or having.sum(dtype=np.int64) != len(owners):
        raise _corrupt(f"words that {len(owners)} forms have", f"{having.sum(dtype=np.int64)}")
    if len(owners) and not (0 <= owners.min() <= owners.max() < forms):
        raise _corrupt(f"numbers of forms below {forms}", f"{owners.min()} to {owners.max()}")
    return words


def _corrupt(expected: str, found: str) -> BundleCorruptError:
    return BundleCorruptError(f"{WORDS_FILE}: expected {expected}, found {found}; build the bundle again")


def _among(values: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether each of `values` is one of `ascending`, which has one at least."""
    places = np.minimum(np.searchsorted(ascending, values), len(ascending) - 1)
    there: NDArray[np.bool_] = ascending[places] == values
    return there
