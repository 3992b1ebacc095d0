"""A suggestion: an entity that a text may become while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_er.bundle.entity import Entity

__all__ = ["Suggestion", "suggestion"]


@dataclass(frozen=True, slots=True, repr=False)
class Suggestion:
    """One entity that a text may become.

    `completed` is its name or alias that the text begins, for the list and the search field; the name where the text
    begins a spoken form. `score` is a whole number, only to be compared within one answer. There is no confidence and
    no decision: a person chooses.

    Examples:
        >>> EntityResolver.load("radio_es").suggest("cadena s")[0].completed
        'Cadena SER'
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    score: int
    completed: str
    metadata: Mapping[str, Any] = field(hash=False)

    def __repr__(self) -> str:
        return f"<Suggestion {self.completed!r}: id {self.id!r}, name {self.name!r}, score {self.score}>"

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "aliases": list(self.aliases),
            "score": self.score,
            "completed": self.completed,
            "metadata": dict(self.metadata),
        }


def suggestion(entity: Entity, form: str, score: int) -> Suggestion:
    """The suggestion of an entity for one of its surface forms."""
    shown = form in (entity.name, *entity.aliases)
    return Suggestion(
        entity.id, entity.name, entity.aliases, score, form if shown else entity.name, entity.metadata
    )
