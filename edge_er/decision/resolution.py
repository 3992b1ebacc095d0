"""What a request is answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_er.decision.calibration import Decision

__all__ = ["Match", "Resolution"]


@dataclass(frozen=True, slots=True)
class Match:
    """One candidate; `confidence` is in [0, 1].

    `score` is its cosine with the request, in [-1, 1]; in a bundle that re-ranks, other evidence is added in
    the same unit, and it may exceed 1.
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
    """The answer to one request. `matches` are ranked, best first, whatever the decision; empty for empty input."""

    query: str
    decision: Decision
    matches: tuple[Match, ...]

    @property
    def best(self) -> Match | None:
        """The first match; None under "no_match"."""
        return self.matches[0] if self.matches and self.decision != "no_match" else None

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values; what `edge-er resolve --json` prints."""
        return {
            "query": self.query,
            "decision": self.decision,
            "best": self.best.to_dict() if self.best else None,
            "matches": [match.to_dict() for match in self.matches],
        }
