"""Pairs of records to decisions: duplicate, different or unsure, with the reason in words, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog_tools.records.columns import Encode, Rows
from catalog_tools.records.fields import RecordFields, infer_fields
from catalog_tools.records.table import ALL_TEXT, RecordTable
from catalog_tools.records.weights import Weights, given_weights

__all__ = ["Evidence", "PairDecision", "decide", "decision_of", "match_records", "probabilities"]

DUPLICATE, DIFFERENT, UNSURE = "duplicate", "different", "unsure"
_BATCH = 50_000  # pairs


@dataclass(frozen=True)
class Evidence:
    """What one field says: its similarity from 0 to 1 (None: missing), its part of the log-odds, and words."""

    field: str
    similarity: float | None
    weight: float
    words: str

    def __str__(self) -> str:
        return f"{self.field}: {self.words}"


@dataclass(frozen=True)
class PairDecision:
    """`decision` is "duplicate", "different" or "unsure"; the heaviest evidence comes first."""

    decision: str
    probability: float
    evidence: tuple[Evidence, ...]

    @property
    def reason(self) -> str:
        """The evidence for or against in words, the heaviest first."""
        said = [str(one) for one in self.evidence if one.similarity is not None]
        return "; ".join(said) or "no field has a value on both sides"

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        evidence = [
            {"field": e.field, "similarity": e.similarity, "weight": round(e.weight, 3), "words": e.words}
            for e in self.evidence
        ]
        return {
            "decision": self.decision,
            "probability": round(self.probability, 4),
            "reason": self.reason,
            "evidence": evidence,
        }


def match_records(
    a: Mapping[str, Any],
    b: Mapping[str, Any],
    fields: RecordFields | None = None,
    weights: Weights | None = None,
    encode: Encode | None = None,
) -> PairDecision:
    """Are two records one thing? Fields are inferred and weights given where they are not passed.

    Examples:
        >>> match_records({"name": "Jim Gray", "year": 1998}, {"name": "Jim Gray", "year": "1998"}).decision
        'duplicate'
    """
    table = RecordTable([a, b], fields or infer_fields([a, b]), encode)
    return decide(table, weights or given_weights(table.fields), 0, 1)


def probabilities(table: RecordTable, weights: Weights, a: Rows, b: Rows) -> NDArray[np.float64]:
    """Probability that rows `a` and `b` are one thing, float64 [pairs]."""
    log_odds = np.zeros(len(a))
    for at in range(0, len(a), _BATCH):
        part = slice(at, at + _BATCH)
        features = table.compare(a[part], b[part], weights.names)
        log_odds[part] = weights.contributions(features).sum(1) + weights.bias
    return _sigmoid(log_odds)


def decide(table: RecordTable, weights: Weights, a: int, b: int) -> PairDecision:
    """The decision about two rows, with the evidence of every field; unsure where no field has a value in both."""
    weights.check(table)
    features = table.compare(np.array([a]), np.array([b]), weights.names)
    parts = weights.contributions(features)[0]
    evidence = []
    for name, block, weight in zip(weights.names, features, parts, strict=True):
        similarity = None if np.isnan(block[0, 0]) else float(block[0, 0])
        words = (
            table.missing(name, a, b) if similarity is None else table.column(name).words(a, b, similarity)
        )
        evidence.append(Evidence(name, similarity, float(weight), words))
    evidence.sort(key=lambda one: (one.field == ALL_TEXT, -abs(one.weight)))
    probability = float(_sigmoid(np.array([parts.sum() + weights.bias]))[0])
    comparable = any(each.similarity is not None for each in evidence)
    decision = decision_of(probability, weights) if comparable else UNSURE
    return PairDecision(decision, probability, tuple(evidence))


def decision_of(probability: float, weights: Weights) -> str:
    """Duplicate from `same_from` on, different up to `different_to`, else unsure."""
    if probability >= weights.same_from:
        return DUPLICATE
    return DIFFERENT if probability <= weights.different_to else UNSURE


def _sigmoid(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -700, 700))))
