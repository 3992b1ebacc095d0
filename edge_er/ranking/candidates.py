"""What evidence takes and gives: the catalog that forms stand beside, columns for forms, candidates with summands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.ranking.weights import RerankWeights
from edge_er.text.ngrams import NgramWeights
from edge_er.text.word_values import KnownWords

__all__ = ["Beside", "Evidence", "Numbers", "Pool"]

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


class Pool(NamedTuple):
    """Candidates: indices of forms and of their entities, int64 [n], and summands of their scores, float64 [n] each."""

    forms: Numbers
    entities: Numbers
    parts: dict[str, NDArray[np.float64]]


class Beside(NamedTuple):
    """The catalog that a set of forms stands beside: it says what n-grams weigh, and which words its names have."""

    ngram_weights: NgramWeights | None = None
    words: KnownWords | None = None
