"""Baselines: RapidFuzz WRatio and character TF-IDF, measured like any other ranker.

Both compare the canonical text of the request with that of every name and alias. They need RapidFuzz and scikit-learn,
which the runtime does not need: `pip install edge-er[eval]`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.evaluation.metrics import TOP_K, measure
from edge_er.evaluation.rankers import QUERIES_AT_ONCE, Ranker, form_table, top_entities
from edge_er.evaluation.requests_file import Request
from edge_er.installing import install_command
from edge_er.text.arguments import as_sequence, text_list
from edge_er.text.canonical import canonical_text

__all__ = ["TfidfRanker", "WRatioRanker", "baseline_reports", "sample_requests"]

WRATIO_SAMPLE = 300
TIE_WEIGHT = 1e-6
SAMPLE_SEED = 20260701


def _require(module: str, package: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(f"this baseline needs {package}: {install_command('eval')}") from error


class WRatioRanker:
    """RapidFuzz `fuzz.WRatio`, the usual choice for fuzzy lookup; about 10 ms for a request over 10,000 names.

    WRatio often gives many names the same score. They stay in catalog order, as in `process.extract`. With
    `ties_by_ratio` the name most like the whole request (`fuzz.ratio`) comes first. `scorer` names another function of
    `fuzz`, such as token_set_ratio.
    """

    def __init__(
        self, entities: Sequence[Entity], ties_by_ratio: bool = False, scorer: str = "WRatio"
    ) -> None:
        self._process = _require("rapidfuzz.process", "RapidFuzz")
        self._fuzz = _require("rapidfuzz.fuzz", "RapidFuzz")
        self._scorer = getattr(self._fuzz, scorer)
        self._ties_by_ratio = ties_by_ratio
        texts, self._starts = form_table(entities, spoken=False)
        self._texts = [canonical_text(text) for text in texts]

    def rank(self, queries: str | Iterable[str], k: int) -> list[list[int]]:
        """Best `k` entities for each query; a single string is one query."""
        queries = text_list(queries, "query")
        tops: list[list[int]] = []
        for start in range(0, len(queries), QUERIES_AT_ONCE):
            texts = [canonical_text(query) for query in queries[start : start + QUERIES_AT_ONCE]]
            tops.extend(top_entities(self._scores(texts), self._starts, k))
        return tops

    def _scores(self, texts: list[str]) -> NDArray[np.float64]:
        scores = np.asarray(self._process.cdist(texts, self._texts, scorer=self._scorer), np.float64)
        if self._ties_by_ratio:
            scores += TIE_WEIGHT * self._process.cdist(texts, self._texts, scorer=self._fuzz.ratio)
        return scores


class TfidfRanker:
    """Cosine of TF-IDF over character 2- to 4-grams of the catalog's names.

    `analyzer` is that of scikit-learn: `char` lets n-grams cross spaces, `char_wb` keeps them within words.
    """

    def __init__(self, entities: Sequence[Entity], analyzer: str = "char") -> None:
        text = _require("sklearn.feature_extraction.text", "scikit-learn")
        names, self._starts = form_table(entities, spoken=False)
        self._vectorizer = text.TfidfVectorizer(
            analyzer=analyzer,
            ngram_range=(2, 4),
            preprocessor=canonical_text,
            sublinear_tf=True,
            dtype=np.float32,
        )
        self._names = self._vectorizer.fit_transform(names).T.tocsr()

    def rank(self, queries: str | Iterable[str], k: int) -> list[list[int]]:
        """Best `k` entities for each query, by cosine; a single string is one query."""
        queries = text_list(queries, "query")
        vectors = self._vectorizer.transform(queries)
        tops: list[list[int]] = []
        for start in range(0, len(queries), QUERIES_AT_ONCE):
            scores = (vectors[start : start + QUERIES_AT_ONCE] @ self._names).toarray()
            tops.extend(top_entities(scores, self._starts, k))
        return tops


def sample_requests(requests: Sequence[Request], each: int) -> list[Request]:
    """At most `each` requests of every language and stratum, drawn with a fixed seed, in file order."""
    cells: defaultdict[tuple[str | None, str], list[int]] = defaultdict(list)
    for index, request in enumerate(requests):
        cells[request.lang, request.stratum].append(index)
    chosen = [
        index
        for rows in cells.values()
        for index in random.Random(SAMPLE_SEED).sample(rows, min(each, len(rows)))
    ]
    return [requests[index] for index in sorted(chosen)]


def baseline_reports(
    entities: Iterable[Entity],
    requests: Iterable[Request],
    top_k: int = TOP_K,
    lang: str | None = None,
    wratio_sample: int = WRATIO_SAMPLE,
) -> dict[str, dict[str, Any]]:
    """Reports of both baselines by name. `sampled` in each is how many requests of a stratum were used; None for all.

    Raises:
        ImportError: RapidFuzz or scikit-learn is missing; the message names the extra that has them.
    """
    entities, requests = as_sequence(entities), as_sequence(requests)
    sampled = sample_requests(requests, wratio_sample)
    plain, tied = WRatioRanker(entities), WRatioRanker(entities, ties_by_ratio=True)
    systems: dict[str, tuple[Ranker, Sequence[Request], int | None]] = {
        "WRatio": (plain, sampled, wratio_sample),
        "WRatio, ties by ratio": (tied, sampled, wratio_sample),
        "TF-IDF 2-4-grams": (TfidfRanker(entities), requests, None),
    }
    return {
        name: {**measure(ranker, entities, rows, top_k).report(lang), "sampled": sample}
        for name, (ranker, rows, sample) in systems.items()
    }
