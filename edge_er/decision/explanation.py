"""Explanation: which form of a candidate matched, and the summands of its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a candidate has its score.

    Attributes:
        id, name: of the entity.
        form: the surface form that matched best.
        score: in units of the cosine.
        margin: how far `score` is above that of the next candidate; 0 if there is no next one.
        parts: the summands of `score`: dense (vector), phrase (what a name said word for word adds), heard
            (misrecognition score), popularity (demand), pieces (n-grams of sound codes), each 0 without a weight; head,
            if there is a pair head; favour, if this person's popularity adds to scores.
        signs: the features that its confidence is made of (`edge_er.decision.calibration`).

    Examples:
        >>> first = EntityResolver.load("radio_es").explain("pon la cadena ser", 1)[0]
        >>> first.form, first.parts["dense"] > 0.5
        ('Cadena SER', True)
    """

    id: str
    name: str
    form: str
    score: float
    margin: float
    parts: Mapping[str, float] = field(hash=False)
    signs: Mapping[str, float] = field(hash=False)

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "form": self.form,
            "score": self.score,
            "margin": self.margin,
            "parts": dict(self.parts),
            "signs": dict(self.signs),
        }
