"""What evidence takes and gives: the catalog that forms stand beside, columns for forms, candidates with summands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.ranking.weights import RerankWeights
from edge_er.text.carriers import Span
from edge_er.text.ngrams import NgramWeights
from edge_er.text.numbers import is_sure
from edge_er.text.word_values import KnownWords
from edge_er.text.words import WordScores

__all__ = ["Beside", "Evidence", "Numbers", "Pool", "Rows", "sure"]

Numbers = NDArray[np.int64]


class Evidence(NamedTuple):
    """Evidence of one hypothesis for some forms, each int64 [forms]; zeros where it was not computed."""

    dots: Numbers
    misrecognition: Numbers
    demand: Numbers
    ngrams: Numbers
    phrase: Numbers
    meant: Numbers

    def parts(self, weights: RerankWeights) -> dict[str, Numbers]:
        """The summands of the score, by the keys of `explain`: dense, phrase, heard, popularity, pieces."""
        return {
            "dense": self.dots,
            "phrase": self.phrase,
            "heard": weights.heard * self.misrecognition,
            "popularity": weights.popularity * self.demand + weights.heard * self.meant,
            "pieces": weights.sound_pieces * self.ngrams,
        }


class Rows(NamedTuple):
    """One reading of a hypothesis: its text, the words of the name in it, and what it says about all forms, each
    [forms]: weights of shared n-grams, word scores, phrases.
    """

    text: str
    span: Span
    ngrams: NDArray[Any]
    words: WordScores


def sure(rows: Sequence[Rows]) -> bool:
    """Whether the number words of a request can be nothing else, so that it counts with its numbers in figures."""
    return len(rows) > 1 and is_sure(rows[0].text, rows[1].text)


class Pool(NamedTuple):
    """Candidates: indices of forms and of their entities, int64 [n], and the summands of their scores, by name, float64
    [parts, n].
    """

    forms: Numbers
    entities: Numbers
    names: tuple[str, ...]
    values: NDArray[np.float64]

    @property
    def parts(self) -> dict[str, NDArray[np.float64]]:
        """The summands by name, [n] each."""
        return dict(zip(self.names, self.values, strict=True))

    def with_part(self, name: str, values: NDArray[np.float64]) -> Pool:
        """The same candidates with one summand more."""
        return self._replace(names=(*self.names, name), values=np.vstack([self.values, values]))


class Beside(NamedTuple):
    """The catalog that a set of forms stands beside: it says what n-grams weigh, and which words its names have."""

    ngram_weights: NgramWeights | None = None
    words: KnownWords | None = None
