"""Scores to a decision: how sure the best answer is, and whether to give it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from edge_er.errors import BundleCorruptError

__all__ = ["Calibration", "Decision"]

Decision = Literal["match", "ambiguous", "no_match"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Confidence of a candidate = logistic(score_weight * score + margin_weight * min(margin, margin_cap) + bias).

    `score` is the cosine of request and candidate, `margin` how far it is above the best other candidate (negative
    below it; all of `score` where there is no other). Beyond `margin_cap` a margin says no more: a catalog of few
    names has wide margins for any text.

    A request is answered where the best candidate's confidence reaches `min_confidence`, or its score `min_score`
    (none does above 1): siblings of one family take confidence from each other, yet the request names one of them.
    A best candidate less than `ambiguous_margin` above the second is ambiguous.
    """

    score_weight: float = 14.0
    margin_weight: float = 6.0
    bias: float = -9.0
    margin_cap: float = 0.2
    min_confidence: float = 0.25
    min_score: float = 1.01
    ambiguous_margin: float = 0.02

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Calibration:
        """The calibration of a manifest; what it does not say keeps its default.

        Raises:
            BundleCorruptError: a value is no finite number.
        """
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
                raise BundleCorruptError(
                    f"manifest.json, calibration.{name}: expected a number, found {value!r}; build the bundle again"
                )
        return cls(**known)

    def to_dict(self) -> dict[str, float]:
        """As it stands in a manifest."""
        return asdict(self)

    def confidences(self, scores: Sequence[float]) -> list[float]:
        """Confidence in [0, 1] of each candidate; `scores` are cosines, best first."""
        confidences = []
        for rank, score in enumerate(scores):
            rival = scores[0] if rank else scores[1] if len(scores) > 1 else 0.0
            margin = min(score - rival, self.margin_cap)
            evidence = self.score_weight * score + self.margin_weight * margin + self.bias
            confidences.append(_logistic(evidence))
        return confidences

    def decide(self, scores: Sequence[float], confidences: Sequence[float]) -> Decision:
        """What to answer; `scores` are cosines, best first, with their `confidences`."""
        if not scores or (confidences[0] < self.min_confidence and scores[0] < self.min_score):
            return "no_match"
        if len(scores) > 1 and scores[0] - scores[1] < self.ambiguous_margin:
            return "ambiguous"
        return "match"


def _logistic(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1.0 + odds)
