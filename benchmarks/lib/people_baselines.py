"""What string matching reaches on the same names and aliases: WRatio, token_set_ratio and character TF-IDF."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import numpy as np
from rapidfuzz import fuzz, process

from edge_er.bundle.entity import Entity
from edge_er.evaluation.baselines import TfidfRanker
from edge_er.evaluation.rankers import Ranker, form_table, top_entities
from edge_er.text.canonical import canonical_text

WRATIO, TOKEN_SET, TFIDF = "WRatio", "token_set_ratio", "TF-IDF 2-4-grams"
BASELINES = (WRATIO, TOKEN_SET, TFIDF)
_AT_ONCE = 64
_TIE_WEIGHT = 1e-6  # `fuzz.ratio` counts this much, so that it only decides where scores are equal
_SEED = 20261127


class FuzzyRanker:
    """A scorer of RapidFuzz over canonical texts; of equal scores the name most like the whole request goes first."""

    def __init__(self, scorer: Callable[..., float], entities: Sequence[Entity]) -> None:
        texts, self._starts = form_table(entities, spoken=False)
        self._texts = [canonical_text(text) for text in texts]
        self._scorer = scorer

    def rank(self, queries: list[str], k: int) -> list[list[int]]:
        """Best `k` entities for each query."""
        tops: list[list[int]] = []
        for start in range(0, len(queries), _AT_ONCE):
            asked = [canonical_text(query) for query in queries[start : start + _AT_ONCE]]
            scores = process.cdist(asked, self._texts, scorer=self._scorer, dtype=np.float64)
            ties = process.cdist(asked, self._texts, scorer=fuzz.ratio, dtype=np.float64)
            tops.extend(top_entities(scores + _TIE_WEIGHT * ties, self._starts, k))
        return tops


def baseline_rankers(entities: Sequence[Entity]) -> dict[str, Ranker]:
    """The baselines by name."""
    return {
        WRATIO: FuzzyRanker(fuzz.WRatio, entities),
        TOKEN_SET: FuzzyRanker(fuzz.token_set_ratio, entities),
        TFIDF: TfidfRanker(entities),
    }


def baseline_firsts(
    entities: Sequence[Entity], queries: Sequence[str], rows: int | None = None
) -> list[dict[str, int]]:
    """For each query, by baseline, the index of its first entity.

    With `rows`, only so many queries are asked, drawn with a fixed seed; the others get `{}`.
    """
    places = list(range(len(queries)))
    if rows is not None and rows < len(places):
        places = sorted(random.Random(_SEED).sample(places, rows))
    firsts: list[dict[str, int]] = [{} for _ in queries]
    for name, ranker in baseline_rankers(entities).items():
        for place, top in zip(places, ranker.rank([queries[at] for at in places], 1), strict=True):
            firsts[place][name] = top[0]
    return firsts
