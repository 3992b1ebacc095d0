"""Evidence to a decision: how sure each candidate is, and whether to answer.

    evidence   = sum of weight * sign over the signs of the best candidate + choice * ln(share) + bias
    share      = equal / sum of exp((score_i - score_1) / temperature) over the first five candidates
    confidence = 1 / (1 + exp(-evidence)) / equal, or on the straight lines between `knots`, / equal

`equal` candidates have the best score: nothing tells them apart, so they share the confidence that one of them is
right. The signs are `cosine` of request and candidate, and, where the bundle ranks by what was heard, `heard`: ln(1 +
bits by which the form makes the request likelier), 0 if it does not. Candidate i has the best one's confidence times
exp((score_i - score_1) / temperature). No weight is below 0: a nearer or better heard form, or a weaker rival, never
lowers evidence. Where the best candidate is not sure enough, its confidence and those of its rivals are added up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any, Literal, NamedTuple

from edge_er.constants import CALIBRATION, DECISION
from edge_er.errors import BundleCorruptError

__all__ = ["COMPARED", "Calibration", "CandidateScores", "Decision"]

Decision = Literal["match", "ambiguous", "no_match"]
Curve = tuple[tuple[float, float], ...]

COMPARED = DECISION.compared  # candidates that share the confidence
_CURVES = ("knots", "precision")


class CandidateScores(NamedTuple):
    """How the candidates of one request stand: their `scores`, best first, and the signs of the best one by name."""

    scores: Sequence[float]
    signs: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the signs, and what confidence a wanted precision needs.

    `precision` holds points (precision, confidence), both ascending: of the requests whose best candidate has at least
    that confidence, this share is answered rightly. Between two points it is straight. `min_precision` is what a bundle
    answers with unless it is asked for another.

    Candidates with at least `rival` times the confidence of the best are too close to tell apart: one of them is the
    answer as surely as their confidences together say, and no surer than if they were one candidate. With `twin` times,
    they are not told apart however sure the best one is.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(CALIBRATION.weights))
    choice: float = CALIBRATION.choice
    bias: float = CALIBRATION.bias
    temperature: float = CALIBRATION.temperature
    rival: float = CALIBRATION.rival
    twin: float = CALIBRATION.twin
    min_precision: float = CALIBRATION.min_precision
    knots: Curve = CALIBRATION.knots
    precision: Curve = CALIBRATION.precision

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Calibration:
        """The calibration of a manifest; what it does not say keeps its default.

        Raises:
            BundleCorruptError: a value is no finite number or curve, or out of its range.
        """
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            if name in _CURVES:
                known[name] = _curve(name, value)
            elif name == "weights":
                known[name] = _weights(value)
            elif not _is_number(value) or (name == "choice" and value < 0):
                raise _wrong(name, "a number, 0 or more for a weight", value)
        for name, most in (("temperature", math.inf), ("min_precision", 1.0)):
            if not 0 < known.get(name, 0.5) < most:
                raise _wrong(name, f"a number above 0 and below {most}", known[name])
        return cls(**known)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        return {
            name: [list(point) for point in value] if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    def evidence(self, standing: CandidateScores, among: int | None = None) -> float:
        """How much speaks for one of the first `among` candidates being right; of those of the best score by default.

        Raises:
            BundleCorruptError: there is a weight for a sign that the request was not looked at for.
        """
        if missing := self.weights.keys() - standing.signs.keys():
            known = ", ".join(sorted(standing.signs))
            raise _wrong("weights", f"weights of {known}", ", ".join(sorted(missing)))
        signs = _sum(weight * standing.signs[name] for name, weight in self.weights.items())
        odds = self._odds(standing.scores[:COMPARED])
        share = _sum(odds[: among or odds.count(1.0)]) / _sum(odds)
        return signs + self.choice * math.log(share) + self.bias

    def confidences(self, standing: CandidateScores) -> list[float]:
        """Confidence in [0, 1] of each candidate."""
        if not standing.scores:
            return []
        odds = self._odds(standing.scores)
        best = self._confidence(self.evidence(standing)) / odds[:COMPARED].count(1.0)
        return [best * each for each in odds]

    def rivals(self, standing: CandidateScores) -> int:
        """How many of the first candidates, the best one included, are too close to tell apart."""
        return sum(odds >= self.rival for odds in self._odds(standing.scores[:COMPARED]))

    def needed(self, min_precision: float | None = None) -> float:
        """The confidence from which on answers are right at least that often; by default the bundle's own wish.

        Raises:
            TypeError: `min_precision` is no number.
            ValueError: it is not between 0 and 1.
        """
        wanted = self.min_precision if min_precision is None else min_precision
        if not isinstance(wanted, (int, float)) or isinstance(wanted, bool):
            raise TypeError(f"expected min_precision as a number, found {type(wanted).__name__}")
        if not 0 < wanted < 1:
            raise ValueError(f"expected min_precision between 0 and 1, both excluded, found {wanted}")
        return _on_curve(self.precision, wanted)

    def decide(self, standing: CandidateScores, min_precision: float | None = None) -> Decision:
        """What to answer: "match" where the best candidate is sure enough, "ambiguous" where only it or a rival is."""
        needed = self.needed(min_precision)
        if not standing.scores:
            return "no_match"
        confidences, rivals = self.confidences(standing), self.rivals(standing)
        twins = sum(odds >= self.twin for odds in self._odds(standing.scores[:COMPARED])) > 1
        if not twins and confidences[0] >= needed:
            return "match"
        if rivals == 1 or _sum(confidences[:rivals]) < needed:
            return "no_match"
        return "ambiguous" if self._confidence(self.evidence(standing, rivals)) >= needed else "no_match"

    def _confidence(self, evidence: float) -> float:
        return _on_curve(self.knots, evidence) if self.knots else _logistic(evidence)

    def _odds(self, scores: Sequence[float]) -> list[float]:
        return [math.exp((score - scores[0]) / self.temperature) for score in scores]


def _sum(numbers: Iterable[float]) -> float:
    """The sum from left to right, as every runtime adds up; the built-in `sum` rounds otherwise from Python 3.12 on."""
    return reduce(add, numbers, 0.0)


def _logistic(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1.0 + odds)


def _on_curve(points: Curve, value: float) -> float:
    """The height of `points` at `value`: straight between two of them, level beyond the ends."""
    if value <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return points[-1][1]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _weights(values: object) -> dict[str, float]:
    if not isinstance(values, Mapping) or not all(
        _is_number(value) and value >= 0 for value in values.values()
    ):
        raise _wrong("weights", "a number, 0 or more, for each sign", values)
    return {str(name): float(value) for name, value in values.items()}


def _curve(name: str, points: Any) -> Curve:
    pairs = isinstance(points, (list, tuple)) and all(
        isinstance(point, (list, tuple)) and len(point) == 2 and all(map(_is_number, point))
        for point in points
    )
    if not pairs or (name == "precision" and not points):
        raise _wrong(name, "a list of [x, y]", points)
    curve = tuple((float(x), float(y)) for x, y in points)
    ascends = all(one[0] < other[0] and one[1] <= other[1] for one, other in pairwise(curve))
    if not ascends or not all(0 <= height <= 1 for _, height in curve):
        raise _wrong(name, "points that ascend, with heights from 0 to 1", points)
    return curve


def _wrong(name: str, expected: str, found: object) -> BundleCorruptError:
    return BundleCorruptError(
        f"manifest.json, calibration.{name}: expected {expected}, found {found!r}; build the bundle again"
    )
