"""Hypotheses: the texts of one utterance as evidence takes them, their readings, and what share each has."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import EVIDENCE
from edge_er.ranking.weights import RerankWeights
from edge_er.text.numbers import other_readings

__all__ = ["Hypothesis", "readings", "shares_of"]


class Hypothesis(NamedTuple):
    """One text of an utterance: canonical text, dot products of its vector with all forms [forms], its weight, and the
    dot product of a vector with itself.
    """

    text: str
    dots: NDArray[Any]
    weight: float = 1.0
    same: int = 0


def readings(text: str, lang: str, weights: RerankWeights, names: Container[str]) -> list[str]:
    """Canonical `text` as it stands, and with its numbers spelled otherwise; `names` are the words of names."""
    others = other_readings(text, lang, names)[: weights.numbers] if weights.numbers else ()
    return [text, *others]


def shares_of(hypotheses: Sequence[Hypothesis], rounded: bool) -> list[float]:
    """The share of each text.

    Rounded, sums of whole numbers times shares are exact, whatever their order. So forms that nothing tells apart have
    the very same score, however phrases make it up.
    """
    if len(hypotheses) == 1:
        return [1.0]
    weights = np.array([each.weight for each in hypotheses], np.float64)
    total = np.cumsum(weights)[-1]  # added one after another, as other runtimes do
    shares = weights / total
    if rounded:
        shares = np.floor(shares * EVIDENCE.shares + 0.5) / EVIDENCE.shares
    listed: list[float] = shares.tolist()
    return listed
