"""Candidates to one order: evidence is added up, a pair head reads close races, and the best entities are chosen.

Candidates and their evidence come from `edge_er.ranking.evidence`. The score of a form is the sum of its parts there,

    + head * score of the pair head, in 64ths, for the first forms of a close race.

An entity has the score of its best form. Ties go to the smaller entity index, then to the smaller form index.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.encoder.pair_head import PairHead
from edge_er.errors import BundleCorruptError
from edge_er.native.evidence import best_of
from edge_er.native.library import Kernels
from edge_er.ranking.evidence import Evidence, FormEvidence, Pool
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.weights import RerankWeights

__all__ = [
    "Candidate",
    "Evidence",
    "Reranker",
    "best_candidates",
    "demand_of",
    "demands",
]


class Candidate(NamedTuple):
    """Indices of an entity and its best form, the score, and its summands by name, in units of the int8 dot product."""

    entity: int
    form: int
    score: float
    names: tuple[str, ...]
    values: Sequence[float]

    @property
    def parts(self) -> dict[str, float]:
        """The summands by name."""
        return dict(zip(self.names, self.values, strict=True))

    def part(self, name: str) -> float:
        """One summand; 0 if there is none of this name."""
        return self.values[self.names.index(name)] if name in self.names else 0.0


class Reranker:
    """Ranks the entities of a bundle.

    Args:
        forms: surface forms in canonical text.
        form_entity: int32 [forms], the entity of each.
        lang: the language that is spoken.
        weights: of the evidence.
        popularity: int [entities], the demand of each (`demands`); 0 by default.
        head: a pair head for the same forms, if there is one.
        kernels: that do the long loops; without them numpy does.

    Raises:
        BundleCorruptError: `forms` and `form_entity` differ in length.
    """

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: NDArray[np.int32],
        lang: str,
        weights: RerankWeights,
        popularity: Sequence[int] | None = None,
        head: PairHead | None = None,
        kernels: Kernels | None = None,
    ) -> None:
        if len(forms) != len(form_entity):
            raise BundleCorruptError(
                f"entities.jsonl.gz: {len(forms)} surface forms, but vectors.safetensors has {len(form_entity)}; "
                "build the bundle again"
            )
        self.weights, self._kernels = weights, kernels
        self.head = head if weights.head else None
        self.popularity = None if popularity is None else np.array(popularity, np.int64)
        demand = np.zeros(len(forms), np.int64) if self.popularity is None else self.popularity[form_entity]
        main = np.append(True, form_entity[1:] != form_entity[:-1])[
            : len(forms)
        ]  # names stand before aliases
        self.form_evidence = FormEvidence(forms, form_entity, lang, weights, demand, None, main, kernels)

    def rank(
        self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """The `k` best entities by the weighted mean of the scores of all hypotheses.

        `allowed`, bool [entities], excludes entities before candidates are chosen.
        """
        pool = self.form_evidence.pool(hypotheses, k, allowed)
        return best_candidates(pool, hypotheses, k, self.weights, self.head, self._kernels)


def best_candidates(
    pool: Pool,
    hypotheses: Sequence[Hypothesis],
    k: int,
    weights: RerankWeights,
    head: PairHead | None = None,
    kernels: Kernels | None = None,
) -> list[Candidate]:
    """The `k` best entities of a pool; in a close race `head` reads its forms, given by index."""
    if head is not None and len(pool.forms):
        pool = pool.with_part("head", _head_part(pool, hypotheses, weights, head))
    return _best(pool, k, kernels)


def _head_part(
    pool: Pool, hypotheses: Sequence[Hypothesis], weights: RerankWeights, head: PairHead
) -> NDArray[np.float64]:
    """What the head adds to each score: float64 [candidates]; zeros if the race is not close.

    The head reads the first `head_forms` only. The others get the lowest of its scores, so that no form gains by not
    being read.
    """
    first, second = (*_best(pool, 2), None)[:2]
    if second is None or (first and first.score - second.score >= weights.head_margin):
        return np.zeros(len(pool.forms))
    chosen = np.lexsort((pool.forms, -_scores(pool)))[: weights.head_forms]
    share = np.array([hypothesis.weight for hypothesis in hypotheses], np.float64)
    each_text = [head.scores(hypothesis.text, pool.forms[chosen].tolist()) for hypothesis in hypotheses]
    mean = share / share.sum() @ np.array(each_text)
    added = np.full(len(pool.forms), mean.min())
    added[chosen] = mean
    return weights.head * added


def _best(pool: Pool, k: int, kernels: Kernels | None = None) -> list[Candidate]:
    found = best_of(kernels, pool.values, pool.entities, pool.forms, k) if kernels else _best_of(pool, k)
    names = pool.names
    return [Candidate(entity, form, total, names, parts) for entity, form, total, parts in found]


def _best_of(pool: Pool, k: int) -> list[tuple[int, int, float, list[float]]]:
    """The `k` best entities, best first: each, its best form, its score, and the parts of that."""
    scores = _scores(pool)
    order = np.lexsort((pool.forms, pool.entities, -scores))
    places: dict[int, int] = {}  # of the best form of each entity
    for entity, place in zip(pool.entities[order].tolist(), order.tolist(), strict=True):
        if entity not in places:
            places[entity] = place
            if len(places) == k:
                break
    chosen = list(places.values())
    rows = pool.values[:, chosen].T.tolist()
    return list(zip(places, pool.forms[chosen].tolist(), scores[chosen].tolist(), rows, strict=True))


def _scores(pool: Pool) -> NDArray[np.float64]:
    return sum(pool.values, np.zeros(len(pool.forms)))


def demands(entities: Sequence[Entity]) -> list[int]:
    """Demand for each entity in quarters of a doubling: floor(4 log2(1 + popularity)); 0 without `popularity` metadata.

    Raises:
        BundleCorruptError: a popularity is not a number from 0 up.
    """
    demand = []
    for entity in entities:
        value = entity.metadata.get("popularity", 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise BundleCorruptError(
                f"entities.jsonl.gz, {entity.id!r}, metadata.popularity: expected a number from 0 up, found {value!r}; "
                "correct the catalog and build the bundle again"
            )
        demand.append(demand_of(value))
    return demand


def demand_of(popularity: float) -> int:
    """Demand of a popularity, from 0 up."""
    return ((int(popularity) + 1) ** 4).bit_length() - 1 if popularity else 0
