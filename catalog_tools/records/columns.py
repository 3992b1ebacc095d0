"""A field of all records, prepared once and compared in batches: texts and places.

A column compares rows `a` with rows `b` (int arrays of one length) and gives float32 [pairs, features], NaN where a
side has no value; the first feature is the similarity from 0 to 1 that given weights read. The others are for learned
weights.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from catalog_tools.records.bags import Bags
from catalog_tools.records.values import plain_text
from edge_er.text.canonical import canonical_text

__all__ = [
    "Column",
    "Encode",
    "Features",
    "PlaceColumn",
    "Rows",
    "TextColumn",
    "TitleColumn",
    "in_words",
    "pairwise",
]

Rows = NDArray[np.int64]
Features = NDArray[np.float32]
Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_ARTICLES = frozenset(
    "a an the der die das den dem ein eine le la les l un une el los las una il lo gli i uno".split()  # noqa: SIM905
)
_LONG = 160  # characters: partial matches of longer texts cost much and say little
_GRAM = 3
_CONTAINED = 0.75  # similarity at least, where one text has all words of the other
_FOUND = 0.95  # where all words of both titles stand somewhere in the other's record
_SHOWN = 100  # characters: longer texts are not repeated in a reason


class Column(Protocol):
    """One field of all records."""

    features: tuple[str, ...]
    present: NDArray[np.bool_]

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]; NaN where a side has no value."""

    def words(self, a: int, b: int, similarity: float) -> str:
        """What two values have in common, in words."""


def in_words(similarity: float) -> str:
    """A similarity from 0 to 1 in words."""
    steps = ((0.9995, "the same"), (0.85, "nearly the same"), (0.6, "alike"), (0.3, "partly alike"))
    return next((words for least, words in steps if similarity >= least), "different")


def pairwise(scorer: Any, texts: Sequence[str], a: Rows, b: Rows) -> NDArray[np.float32]:
    """A RapidFuzz scorer over pairs, float32 [pairs] from 0 to 1."""
    left, right = [texts[row] for row in a], [texts[row] for row in b]
    scores = process.cpdist(left, right, scorer=scorer, dtype=np.float32, workers=1)
    return np.asarray(scores / 100 if scorer.__module__.startswith("rapidfuzz.fuzz") else scores, np.float32)


class TextColumn:
    """Titles, names, descriptions: edit distances, rare words in common, q-grams, numbers, and meaning if asked."""

    features: tuple[str, ...] = (
        "similarity", "same", "ratio", "token_sort", "token_set", "joined", "partial", "jaro_winkler", "words",
        "contained", "grams", "rarest_missing_least", "rarest_missing_most", "numbers_missing_least",
        "numbers_missing_most", "length",
    )  # fmt: skip

    def __init__(self, values: Sequence[Any], encode: Encode | None = None) -> None:
        self.written = [plain_text(value) for value in values]
        self.texts = [self._canonical(text) for text in self.written]
        self.present = np.array([bool(text) for text in self.texts], bool)
        self._cut = [text[:_LONG] for text in self.texts]
        self._lengths = np.array([len(text) for text in self.texts], np.float64)
        self.bags = Bags([text.split() for text in self.texts])
        self._joined = [_joined(text) for text in self._cut]
        self._grams = Bags([_grams(text) for text in self._joined])
        self._is_number = np.array([any(map(str.isdigit, word)) for word in self.bags.vocabulary] or [False])
        self._encode = encode
        if encode:
            self.features = (
                *TextColumn.features,
                "meaning",
                *type(self).features[len(TextColumn.features) :],
            )

    @staticmethod
    def _canonical(text: str) -> str:
        return canonical_text(text)

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]."""
        overlap = self.bags.overlap(a, b)
        grams = self._grams.cosine(a, b, self._grams.overlap(a, b).shared)
        sort = pairwise(fuzz.token_sort_ratio, self.texts, a, b)
        joined = pairwise(fuzz.ratio, self._joined, a, b)
        together = pairwise(fuzz.token_set_ratio, self.texts, a, b)
        words = self.bags.cosine(a, b, overlap.shared)
        contained = self.bags.containment(a, b, overlap.shared)
        rarest = [self.bags.heaviest(only, len(a)) for only in (overlap.left, overlap.right)]
        numbers = [self._numbers(only, len(a)) for only in (overlap.left, overlap.right)]
        lengths = self._lengths[a], self._lengths[b]
        columns = [
            np.maximum(0.5 * (sort + np.maximum(words, grams)), _CONTAINED * contained),
            joined == 1,
            pairwise(fuzz.ratio, self.texts, a, b),
            sort,
            together,
            joined,
            pairwise(fuzz.partial_ratio, self._joined, a, b),
            pairwise(JaroWinkler.similarity, self._cut, a, b),
            words,
            contained,
            grams,
            np.minimum(*rarest) / self.bags.rarest,
            np.maximum(*rarest) / self.bags.rarest,
            np.minimum(*numbers),
            np.maximum(*numbers),
            np.minimum(*lengths) / np.maximum(np.maximum(*lengths), 1),
        ]
        if self._encode:
            columns.append((self._vectors[a] * self._vectors[b]).sum(1))
        features = np.stack([np.asarray(column, np.float32) for column in columns], 1)
        features[~(self.present[a] & self.present[b])] = np.nan
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """Whether they are the same, or how alike, and both."""
        if self.texts[a] == self.texts[b]:
            return "the same"
        if max(len(self.written[a]), len(self.written[b])) > _SHOWN:
            return f"{in_words(min(similarity, 0.99))}, {100 * similarity:.0f} % alike"
        return f'{in_words(min(similarity, 0.99))} ("{self.written[a]}" / "{self.written[b]}")'

    def _numbers(self, only: tuple[Rows, Rows], pairs: int) -> NDArray[np.float64]:
        """How many words with a digit only one side has, [pairs]."""
        return np.bincount(only[0], self._is_number[only[1]].astype(np.float64), pairs).astype(np.float64)

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        """Unit vectors of all texts, float32 [rows, dim]; equal texts are encoded once."""
        if self._encode is None:
            raise ValueError("no encoder was given")
        distinct = {text: index for index, text in enumerate(dict.fromkeys(self.texts))}
        return self._encode(list(distinct))[[distinct[text] for text in self.texts]]


class TitleColumn(TextColumn):
    """Titles: as a text, and how much of each side's title stands anywhere in the other side's record.

    "John Harvard's Oatmeal Ale" beside "Oatmeal Ale" of the maker "John Harvard's": the maker's name is no difference.
    `whole` is what a record's other side is searched in, a text for each row.
    """

    features: tuple[str, ...] = (
        *TextColumn.features, "found_least", "found_most", "not_found_least", "not_found_most"
    )  # fmt: skip

    def __init__(self, values: Sequence[Any], encode: Encode | None, whole: Sequence[str]) -> None:
        super().__init__(values, encode)
        self._both = Bags(
            [*(text.split() for text in self.texts), *(canonical_text(t).split() for t in whole)]
        )

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]."""
        rows, bags = len(self.texts), self._both
        sides = [bags.overlap(title, rows + text) for title, text in ((a, b), (b, a))]
        shares = [
            np.divide(side.shared, bags.total[title], out=np.ones(len(a)), where=bags.total[title] > 0)
            for side, title in zip(sides, (a, b), strict=True)
        ]
        missing = [bags.heaviest(side.left, len(a)) / bags.rarest for side in sides]
        columns = [np.minimum(*shares), np.maximum(*shares), np.minimum(*missing), np.maximum(*missing)]
        text = super().compare(a, b)
        extra = np.stack(columns, 1).astype(np.float32)
        extra[np.isnan(text[:, 0])] = np.nan
        text[:, 0] = np.maximum(text[:, 0], _FOUND * extra[:, 0])
        return np.concatenate([text, extra], 1)

    def words(self, a: int, b: int, similarity: float) -> str:
        """Whether they are the same, or how alike, or only found in the other record, and both."""
        alone = float(super().compare(np.array([a]), np.array([b]))[0, 0])
        if similarity > alone and in_words(similarity) != in_words(alone):
            return f'in the rest of the other record ("{self.written[a]}" / "{self.written[b]}")'
        return super().words(a, b, similarity)


_SHORT_FORMS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "place": "pl",
    "square": "sq", "parkway": "pkwy", "highway": "hwy", "lane": "ln", "court": "ct", "north": "n", "south": "s",
    "east": "e", "west": "w", "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6",
    "seventh": "7", "eighth": "8", "ninth": "9", "tenth": "10", "saint": "st", "strasse": "str", "straße": "str",
    "platz": "pl", "calle": "c", "plaza": "pl", "avenida": "ave", "rue": "r", "piazza": "pl", "viale": "ave",
}  # fmt: skip
_ORDINAL = re.compile(r"(?<=\d) (?:st|nd|rd|th)\b")


class PlaceColumn(TextColumn):
    """Addresses and places: as a text, with "Street" as "St." and "52nd" as "52"."""

    @staticmethod
    def _canonical(text: str) -> str:
        words = _ORDINAL.sub("", canonical_text(text)).split()
        return " ".join(_SHORT_FORMS.get(word, word) for word in words)


def _joined(text: str) -> str:
    """The words without articles and spaces; all of them where there is nothing else."""
    return "".join(word for word in text.split() if word not in _ARTICLES) or text.replace(" ", "")


def _grams(text: str) -> list[str]:
    padded = f" {text} "
    return [padded[start : start + _GRAM] for start in range(len(padded) - _GRAM + 1)]
