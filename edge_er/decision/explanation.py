"""Why a candidate stands where it stands: which of its forms matched, and what made up its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One candidate explained.

    `form` is the surface form that matched best. `parts` are the summands of `score`, in units of the cosine: dense,
    heard, popularity, pieces (0 without a weight), head where there is one, and favour, what this
    person's popularity adds. `margin` is how far `score` is above the next candidate; 0 for the last one shown.
    `signs` is what its confidence is made of (see `edge_er.decision.calibration`).
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
