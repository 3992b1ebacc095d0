"""The answer to a request: a decision and its matches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_er.decision.calibration import Decision

__all__ = ["Match", "Resolution"]


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate.

    `confidence` is in [0, 1]. `score` is the cosine with the request, in [-1, 1]. A bundle that re-ranks adds other
    evidence in the same unit, so that it may exceed 1.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    score: float
    confidence: float
    metadata: Mapping[str, Any] = field(hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "aliases": list(self.aliases),
            "score": self.score,
            "confidence": self.confidence,
            "metadata": dict(self.metadata),
        }


@dataclass(frozen=True, slots=True)
class Resolution:
    """The answer to one request.

    `matches` are the candidates, best first, for any decision; none for empty input. `tied` is how many entities cannot
    be told apart from the first match, itself included, 16 at most: three of the same first name. It may exceed
    `matches`.
    """

    query: str
    decision: Decision
    matches: tuple[Match, ...]
    tied: int = 0

    @property
    def best(self) -> Match | None:
        """The first match; None if the decision is "no_match"."""
        return self.matches[0] if self.matches and self.decision != "no_match" else None

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values, as `edge-er resolve --json` prints it."""
        return {
            "query": self.query,
            "decision": self.decision,
            "best": self.best.to_dict() if self.best else None,
            "matches": [match.to_dict() for match in self.matches],
            "tied": self.tied,
        }
