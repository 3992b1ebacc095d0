"""The answer to a request: a decision and its matches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_er.decision.calibration import Decision

__all__ = ["Match", "Resolution"]


@dataclass(frozen=True, slots=True, repr=False)
class Match:
    """One candidate.

    `confidence` is in [0, 1]. `score` is the cosine with the request, in [-1, 1]. A bundle that re-ranks adds other
    evidence in the same unit, so that it may exceed 1.

    Examples:
        >>> best = EntityResolver.load("radio_es").resolve("cadena ser").best
        >>> best.name, best.confidence > 0.9, best.metadata["country"]
        ('Cadena SER', True, 'ES')
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    score: float
    confidence: float
    metadata: Mapping[str, Any] = field(hash=False)

    def __repr__(self) -> str:
        return (
            f"<Match {self.name!r}: id {self.id!r}, confidence {self.confidence:.2f}, score {self.score:.3f}>"
        )

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


@dataclass(frozen=True, slots=True, repr=False)
class Resolution:
    """The answer to one request: true unless its decision is "no_match", and a sequence of its matches.

    `matches` are the candidates, best first, for any decision; none for empty input. `tied` is how many entities cannot
    be told apart from the first match, itself included, 16 at most: three of the same first name. It may exceed
    `matches`.

    Examples:
        >>> resolver = EntityResolver.load("radio_es")
        >>> answer = resolver.resolve("pon la cadena ser", 3)
        >>> answer.decision, bool(answer), len(answer), answer[0] == answer.best
        ('match', True, 3, True)
        >>> bool(resolver.resolve("¿qué hora es?"))
        False
    """

    query: str
    decision: Decision
    matches: tuple[Match, ...]
    tied: int = 0

    def __bool__(self) -> bool:
        return self.decision != "no_match"

    def __len__(self) -> int:
        return len(self.matches)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    def __getitem__(self, rank: int) -> Match:
        """The match of a rank, 0 for the first."""
        return self.matches[rank]

    def __repr__(self) -> str:
        best = self.best
        answer = f" {best.name!r} ({best.confidence:.2f})" if best else ""
        tied = f", {self.tied} tied" if self.tied > 1 else ""
        return f"<Resolution of {self.query!r}: {self.decision}{answer}, {len(self.matches)} matches{tied}>"

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
