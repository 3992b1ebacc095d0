"""Candidates to scores: the evidence for each form, a head's opinion in close races, one sum, the best entities.

The candidates and what speaks for them come from `edge_er.ranking.evidence`. A form's score is the sum of its parts
there,

    + head * score of the DiPair head, in 64ths, for the first forms of a close race.

An entity has the score of its best form; ties go to the smaller entity, then the smaller form.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.encoder.pair_head import PairHead
from edge_er.errors import BundleCorruptError
from edge_er.ranking.evidence import (
    Evidence,
    FormEvidence,
    Hypothesis,
    Pool,
    RerankWeights,
)

__all__ = [
    "Candidate",
    "Evidence",
    "Hypothesis",
    "RerankWeights",
    "Reranker",
    "best_candidates",
    "demands",
]


class Candidate(NamedTuple):
    """An entity's index, its best form's, the score and the summands; in units of the dot product."""

    entity: int
    form: int
    score: float
    parts: dict[str, float]


class Reranker:
    """Ranks the entities of a bundle.

    Args:
        forms: surface forms in canonical text. form_entity: int32 [forms], each one's entity.
        lang: the language that is spoken. weights: of the evidence.
        popularity: int [entities], the demand of each (`demands`); none by default.
        head: a DiPair head for the same forms, where there is one.

    Raises:
        BundleCorruptError: there are more or fewer forms than owners of forms.
    """

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: NDArray[np.int32],
        lang: str,
        weights: RerankWeights,
        popularity: Sequence[int] | None = None,
        head: PairHead | None = None,
    ) -> None:
        if len(forms) != len(form_entity):
            raise BundleCorruptError(
                f"entities.jsonl.gz: {len(forms)} surface forms, but vectors.safetensors has {len(form_entity)}; "
                "build the bundle again"
            )
        self.weights = weights
        self.head = head if weights.head else None
        self.popularity = None if popularity is None else np.array(popularity, np.int64)
        demand = np.zeros(len(forms), np.int64) if self.popularity is None else self.popularity[form_entity]
        self.of_forms = FormEvidence(forms, form_entity, lang, weights, demand)

    def rank(
        self, hypotheses: Sequence[Hypothesis], k: int, allowed: NDArray[np.bool_] | None = None
    ) -> list[Candidate]:
        """The `k` best entities; of several hypotheses the weighted mean of their scores counts.

        `allowed`, bool [entities], leaves the others out before candidates are chosen.
        """
        pool = self.of_forms.pool(hypotheses, k, allowed)
        return best_candidates(pool, hypotheses, k, self.weights, self.head)


def best_candidates(
    pool: Pool,
    hypotheses: Sequence[Hypothesis],
    k: int,
    weights: RerankWeights,
    head: PairHead | None = None,
) -> list[Candidate]:
    """The `k` best entities of a pool; `head` is asked about its forms, by their index, in a close race."""
    if head is None or not len(pool.forms):
        return _best(pool, k)
    added = {"head": _head_part(pool, hypotheses, weights, head)}
    return _best(pool._replace(parts={**pool.parts, **added}), k)


def _head_part(
    pool: Pool, hypotheses: Sequence[Hypothesis], weights: RerankWeights, head: PairHead
) -> NDArray[np.float64]:
    """What the head adds to the first forms; the others get what it gives the worst of these."""
    first, second = (*_best(pool, 2), None)[:2]
    if second is None or (first and first.score - second.score >= weights.head_margin):
        return np.zeros(len(pool.forms))
    chosen = np.lexsort((pool.forms, -_scores(pool)))[: weights.head_forms]
    share = np.array([hypothesis.weight for hypothesis in hypotheses], np.float64)
    worths = [head.worth(each.text, pool.forms[chosen].tolist()) for each in hypotheses]
    worth = share / share.sum() @ np.array(worths)
    added = np.full(len(pool.forms), worth.min())
    added[chosen] = worth
    return weights.head * added


def _best(pool: Pool, k: int) -> list[Candidate]:
    scores = _scores(pool)
    best: dict[int, Candidate] = {}
    for place in np.lexsort((pool.forms, pool.entities, -scores)).tolist():
        entity = int(pool.entities[place])
        if entity not in best:
            own = {name: float(values[place]) for name, values in pool.parts.items()}
            best[entity] = Candidate(entity, int(pool.forms[place]), float(scores[place]), own)
            if len(best) == k:
                break
    return list(best.values())


def _scores(pool: Pool) -> NDArray[np.float64]:
    return sum(pool.parts.values(), np.zeros(len(pool.forms)))


def demands(entities: Sequence[Entity]) -> list[int]:
    """Demand for each entity in quarters of a doubling: floor(4 log2(1 + popularity)) of its metadata, 0 without one.

    Raises:
        BundleCorruptError: a popularity is no number from 0 up.
    """
    found = []
    for entity in entities:
        value = entity.metadata.get("popularity", 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
            raise BundleCorruptError(
                f"entities.jsonl.gz, {entity.id!r}, metadata.popularity: expected a number from 0 up, found {value!r}; "
                "correct the catalog and build the bundle again"
            )
        found.append(((int(value) + 1) ** 4).bit_length() - 1)
    return found
