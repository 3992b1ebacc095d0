"""Calibration: scores and features of the candidates to confidence, and confidence to a decision.

    evidence   = sum of weight * feature over the features of the best candidate + choice * ln(share) + bias
    share      = equal / sum of exp((score_i - score_1) / spread) over the first candidates
    confidence = 1 / (1 + exp(-evidence)) / equal, or on the straight lines between `knots`, / equal

`equal` is how many candidates have the best score. Nothing tells them apart, so they share the confidence that one of
them is right. The features are those of `edge_er.decision.features`. Candidate i has the confidence of the best one
times exp((score_i - score_1) / temperature). No weight is negative, so a higher feature of the best candidate or a
lower score of a rival never lowers its confidence. If the best candidate is not sure enough, the confidences of its
rivals are added.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any, Literal, NamedTuple

from edge_er.constants import CALIBRATION, DECISION
from edge_er.errors import BundleCorruptError

__all__ = [
    "COMPARED",
    "DENSE",
    "RERANKED",
    "TYPED",
    "Calibration",
    "CandidateScores",
    "Decision",
    "Judgement",
]

Decision = Literal["match", "ambiguous", "no_match"]
Curve = tuple[tuple[float, float], ...]

COMPARED = DECISION.compared  # candidates that share the confidence
# Keys of a manifest's `calibration`: one for each way to rank, and one for typed requests, ranked on all evidence.
DENSE, RERANKED, TYPED = "dense", "reranked", "typed"
_CURVES = ("knots", "precision")
_NUMBER = "number"  # the feature that is -1 where every text says a number that the best candidate lacks


class CandidateScores(NamedTuple):
    """The scores of the candidates of one request, best first, and the features of the best candidate by name."""

    scores: Sequence[float]
    features: Mapping[str, float]


class Judgement(NamedTuple):
    """A decision, the confidence of each candidate, and how many cannot be told apart from the best one."""

    decision: Decision
    confidences: list[float]
    tied: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the features, and the confidence that a wanted precision needs.

    Attributes:
        weights: of the features, by name.
        choice: weight of ln(share), which is lower the closer the rivals are.
        bias: added to the evidence.
        temperature: a difference of scores by which the odds fall to 1/e.
        spread: the same for the share in the evidence; 0 for the temperature. That a rival is near says more about
            whether the best candidate is right than about which of the two it is, so it may be larger.
        rival: a candidate with this share of the best confidence, or more, is a rival. The answer is "ambiguous" if
            the best candidate and its rivals are sure enough together.
        twin: a candidate with this share of the best confidence, or more, cannot be told apart from it, so the
            decision is never "match".
        min_precision: how often an answer should be right, unless the caller says otherwise.
        knots: points (evidence, confidence), both ascending, instead of the logistic function.
        precision: points (precision, confidence), both ascending: of the requests whose best candidate has at least
            this confidence, this share is answered rightly. Values between two points are interpolated.
    """

    weights: Mapping[str, float] = field(default_factory=lambda: dict(CALIBRATION.weights))
    choice: float = CALIBRATION.choice
    bias: float = CALIBRATION.bias
    temperature: float = CALIBRATION.temperature
    spread: float = CALIBRATION.spread
    rival: float = CALIBRATION.rival
    twin: float = CALIBRATION.twin
    min_precision: float = CALIBRATION.min_precision
    knots: Curve = CALIBRATION.knots
    precision: Curve = CALIBRATION.precision

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Calibration:
        """The calibration in a mapping; a missing value keeps its default.

        Raises:
            BundleCorruptError: a value is not a finite number or a curve, or out of its range.
        """
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        for name, value in known.items():
            if name in _CURVES:
                known[name] = _curve(name, value)
            elif name == "weights":
                known[name] = _weights(value)
            elif not _is_number(value) or (name in ("choice", "spread") and value < 0):
                raise _wrong(name, "a number, 0 or more for a weight", value)
        for name, most in (("temperature", math.inf), ("min_precision", 1.0)):
            if not 0 < known.get(name, 0.5) < most:
                raise _wrong(name, f"a number above 0 and below {most}", known[name])
        return cls(**known)

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any], reranks: bool, typed: bool = False) -> Calibration:
        """The calibration of a bundle, for all evidence (`reranks`) or vectors alone; see `from_mapping`.

        That of `typed` requests is the usual one where the bundle has none for them, or ranks by vectors alone.
        """
        config = manifest.get("calibration") or {}
        if typed and reranks and TYPED in config:
            return cls.from_mapping(config[TYPED])
        return cls.from_mapping(config.get(RERANKED if reranks else DENSE, config))

    def to_dict(self) -> dict[str, Any]:
        """The same as in a manifest."""
        return {
            name: [list(point) for point in value] if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    def evidence(self, candidates: CandidateScores, among: int | None = None) -> float:
        """Evidence, in log-odds, that one of the first `among` candidates is right; by default all of the best score.

        Raises:
            BundleCorruptError: there is a weight for a feature that the candidates do not have.
        """
        among = among or candidates.scores[:COMPARED].count(candidates.scores[0])
        return self._evidence(self._weighted(candidates), self._shares(candidates.scores), among)

    def _weighted(self, candidates: CandidateScores) -> float:
        features = candidates.features
        try:
            return _sum([weight * features[name] for name, weight in self.weights.items()])
        except KeyError:
            self.check_features(features)
            raise

    def _shares(self, scores: Sequence[float]) -> list[float]:
        """The odds of the candidates that share the confidence."""
        return _odds(scores[: DECISION.sharing], self.spread or self.temperature)

    def _evidence(self, weighted: float, shares: Sequence[float], among: int) -> float:
        return weighted + self.choice * math.log(_sum(shares[:among]) / _sum(shares)) + self.bias

    def check_features(self, known: Collection[str]) -> None:
        """Check that every feature with a weight is `known`.

        Raises:
            BundleCorruptError: one is not.
        """
        if missing := self.weights.keys() - known:
            raise _wrong("weights", f"weights of {', '.join(sorted(known))}", ", ".join(sorted(missing)))

    def confidences(self, candidates: CandidateScores) -> list[float]:
        """Confidence in [0, 1] of each candidate."""
        return self.judge(candidates, 1.0).confidences

    def rivals(self, candidates: CandidateScores) -> int:
        """How many of the first candidates are rivals, the best one included."""
        return _from(self._odds(candidates.scores[:COMPARED]), self.rival)

    def tied(self, candidates: CandidateScores) -> int:
        """How many of the first candidates cannot be told apart from the best one, itself included."""
        near = _from(self._odds(candidates.scores[:COMPARED]), self.twin)
        return min(len(candidates.scores), max(1, near))

    def needed(self, min_precision: float | None = None) -> float:
        """The confidence from which answers are right as often as `min_precision`; by default that of the bundle.

        Raises:
            TypeError: `min_precision` is not a number.
            ValueError: it is not between 0 and 1.
        """
        wanted = self.min_precision if min_precision is None else min_precision
        if not isinstance(wanted, (int, float)) or isinstance(wanted, bool):
            raise TypeError(f"expected min_precision as a number, found {type(wanted).__name__}")
        if not 0 < wanted < 1:
            raise ValueError(f"expected min_precision between 0 and 1, both excluded, found {wanted}")
        return _on_curve(self.precision, wanted)

    def decide(self, candidates: CandidateScores, min_precision: float | None = None) -> Decision:
        """The decision at `min_precision`; see `judge`."""
        return self.judge(candidates, self.needed(min_precision)).decision

    def judge(self, candidates: CandidateScores, needed: float) -> Judgement:
        """The decision where answers need a confidence of `needed`, with the confidences and ties, each reckoned once.

        "match" if the best candidate is sure enough, "ambiguous" if it and its rivals are together; neither if the
        request says another number than the best candidate has: nobody has it.
        """
        scores = candidates.scores
        if not scores:
            return Judgement("no_match", [], 0)
        odds, weighted, shares = self._odds(scores), self._weighted(candidates), self._shares(scores)
        best = self._confidence(self._evidence(weighted, shares, scores[:COMPARED].count(scores[0])))
        best /= odds[:COMPARED].count(1.0)
        confidences = [best * each for each in odds]
        near = odds[:COMPARED]
        tied = min(len(scores), max(1, _from(near, self.twin)))
        if candidates.features.get(_NUMBER, 0.0) <= -1.0:
            return Judgement("no_match", confidences, tied)
        rivals = _from(near, self.rival)
        if tied == 1 and best >= needed:
            return Judgement("match", confidences, tied)
        if rivals == 1 or _sum(confidences[:rivals]) < needed:
            return Judgement("no_match", confidences, tied)
        together = self._confidence(self._evidence(weighted, shares, rivals)) >= needed
        return Judgement("ambiguous" if together else "no_match", confidences, tied)

    def _confidence(self, evidence: float) -> float:
        return _on_curve(self.knots, evidence) if self.knots else _logistic(evidence)

    def _odds(self, scores: Sequence[float]) -> list[float]:
        return _odds(scores, self.temperature)


def _odds(scores: Sequence[float], unit: float) -> list[float]:
    exp, first = math.exp, scores[0] if scores else 0.0
    return [exp((score - first) / unit) for score in scores]


def _from(odds: Sequence[float], share: float) -> int:
    """How many of the odds are not below a share."""
    return len([each for each in odds if each >= share])


def _sum(numbers: Iterable[float]) -> float:
    """The sum from left to right, as in every runtime; the built-in `sum` rounds differently from Python 3.12 on."""
    return reduce(add, numbers, 0.0)


def _logistic(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    odds = math.exp(value)
    return odds / (1.0 + odds)


def _on_curve(points: Curve, value: float) -> float:
    """The y of a curve at x = `value`: interpolated between two points, constant beyond the ends."""
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
        raise _wrong("weights", "a number, 0 or more, for each feature", values)
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
