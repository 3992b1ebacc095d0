"""Before and after: one list of requests answered by two bundles, and the gate that refuses what became worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import QualityGateError
from edge_er.evaluation.bootstrap import Interval, bootstrap_means, mean_intervals
from edge_er.evaluation.metrics import GoldMap
from edge_er.resolver import EntityResolver
from edge_er.training.adapt.split import Row

__all__ = ["FIGURES", "Answers", "answers_of", "check_better"]

FIGURES = ("recall_at_1", "right_but_refused", "wrong_match")
TYPED, SPOKEN, ALL = "typed", "spoken", "all"
PERCENTILES = (2.5, 97.5)
MOST_LOST = 0.01


@dataclass(frozen=True)
class Answers:
    """What a bundle answered, a row a request.

    Attributes:
        first: whether the first candidate is right.
        refused: whether it is, and the decision is "no_match".
        wrong: whether the decision is "match", and another entity or none was meant.
        asked: whether the request asks for an entity of the catalog.
        spoken: whether the request was spoken.
        clusters: of the names, which the intervals are over.
    """

    first: NDArray[np.bool_]
    refused: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    spoken: NDArray[np.bool_]
    clusters: list[str]

    @property
    def use(self) -> NDArray[np.float64]:
        """1 for a request that was answered rightly, -1 for a wrong match, else 0."""
        use: NDArray[np.float64] = (self.first & ~self.refused).astype(np.float64) - self.wrong
        return use

    def figures(self) -> dict[str, dict[str, Interval]]:
        """``[all, typed or spoken][figure]``: shares with 95 % intervals; Recall@1 is of requests for the catalog."""
        chosen = {ALL: np.ones(len(self.asked), bool), TYPED: ~self.spoken, SPOKEN: self.spoken}
        table: dict[str, dict[str, Interval]] = {}
        for name, rows in chosen.items():
            if (rows & self.asked).any() and (name == ALL or not rows.all()):
                table[name] = self._figures(rows)
        return table

    def _figures(self, rows: NDArray[np.bool_]) -> dict[str, Interval]:
        def intervals(columns: Sequence[NDArray[np.bool_]], among: NDArray[np.bool_]) -> list[Interval]:
            places = np.flatnonzero(among)
            table = np.stack([column[places] for column in columns], axis=1)
            return mean_intervals(table, [self.clusters[place] for place in places.tolist()])

        first, refused = intervals((self.first, self.refused), rows & self.asked)
        (wrong,) = intervals((self.wrong,), rows)
        return dict(zip(FIGURES, (first, refused, wrong), strict=True))

    def to_dict(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return {
            kind: {name: interval.to_dict() for name, interval in row.items()}
            for kind, row in self.figures().items()
        }


def answers_of(resolver: EntityResolver, rows: Sequence[Row]) -> Answers:
    """The answers of a bundle; requests that were typed are told so."""
    gold, ids = GoldMap(resolver.entities), [entity.id for entity in resolver.entities]
    outcomes = []
    for row in rows:
        right = {ids[place] for place in gold.indices(row.request)}
        answer = resolver.resolve(row.request.query, top_k=1, typed=not row.request.spoken)
        first = bool(answer.matches) and answer.matches[0].id in right
        refused = first and answer.decision == "no_match"
        wrong = answer.decision == "match" and not first
        outcomes.append((first, refused, wrong, bool(row.right), row.request.spoken))
    columns = np.array(outcomes, bool).reshape(len(rows), 5).T
    first_right, refused_right, wrong_match, asked, spoken = columns
    clusters = [row.cluster for row in rows]
    return Answers(first_right, refused_right, wrong_match, asked, spoken, clusters)


def check_better(before: Answers, after: Answers, start: str) -> None:
    """Refuse a bundle that answers the same requests worse than the one it started from.

    Worse is a lower Recall@1, or less use (the share answered rightly less that of wrong matches): by more than
    ``MOST_LOST``, or by more than chance explains (95 % interval over names).

    Raises:
        QualityGateError: it is worse; says by how much.
    """
    asked = before.asked
    clusters = [cluster for cluster, there in zip(before.clusters, asked.tolist(), strict=True) if there]
    _refuse_worse("Recall@1", (before.first[asked], after.first[asked]), clusters, start)
    _refuse_worse("right answers less wrong matches", (before.use, after.use), before.clusters, start)


def _refuse_worse(
    figure: str, columns: tuple[NDArray[Any], NDArray[Any]], clusters: Sequence[str], start: str
) -> None:
    """Raise if the second of two columns [rows] is worse than the first."""
    (old, new), drawn = bootstrap_means(np.stack(columns, axis=1).astype(np.float64), clusters)
    low, high = np.percentile(drawn[:, 1] - drawn[:, 0], PERCENTILES)
    if new < old - MOST_LOST or high < 0:
        raise QualityGateError(
            f"{figure} on names that nothing was fitted on: {new:.4f}, and {old:.4f} with {start}, from which it "
            f"started (difference {low:+.4f} to {high:+.4f}); nothing was written: give more requests, or fit "
            "weights and confidence alone (without --encoder or --teacher)"
        )
