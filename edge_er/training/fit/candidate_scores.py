"""How the candidates of many requests stand: what confidence is fitted and measured on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_er.decision.calibration import COMPARED, Calibration, CandidateScores
from edge_er.resolver import EntityResolver

__all__ = ["Standings", "candidates", "joined", "standing"]

Floats = NDArray[np.float64]


def candidates(resolver: EntityResolver, text: str, count: int) -> list[tuple[str, CandidateScores]]:
    """Ids of the first candidates, each with its score alone and its own signs."""
    if resolver.reranks:
        return [
            (each.id, CandidateScores([each.score], each.signs)) for each in resolver.explain(text, count)
        ]
    matches = resolver.resolve(text, count).matches
    return [(match.id, CandidateScores([match.score], {"cosine": match.score})) for match in matches]


def standing(found: Sequence[tuple[str, CandidateScores]]) -> CandidateScores:
    """How candidates stand beside each other; there is at least one."""
    return found[0][1]._replace(scores=[own.scores[0] for _, own in found[:COMPARED]])


@dataclass(frozen=True)
class Standings:
    """How the candidates of many requests stand; all [rows].

    `kind`: where the request comes from; `scores`: float64 [rows, COMPARED], best first, -inf where there are fewer;
    `signs`: float64 [rows, names], of the best candidate, in the order of `names`; `place`: the first right candidate,
    -1 if none is.
    """

    names: tuple[str, ...]
    kind: NDArray[np.str_]
    scores: Floats
    signs: Floats
    place: NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, CandidateScores, Sequence[bool]]]) -> Standings:
        """From (kind, standing, whether each candidate is right); rows without candidates are left out."""
        kept = [row for row in rows if row[1].scores]
        names = tuple(kept[0][1].signs) if kept else ()
        scores = np.full((len(kept), COMPARED), -np.inf)
        places = np.full(len(kept), -1, np.int64)
        for number, (_, standing_, right) in enumerate(kept):
            found = standing_.scores[:COMPARED]
            scores[number, : len(found)] = found
            places[number] = next((place for place, hit in enumerate(right[:COMPARED]) if hit), -1)
        signs = [[row[1].signs[name] for name in names] for row in kept]
        kinds = np.array([kind for kind, _, _ in kept], np.str_)
        return cls(names, kinds, scores, np.array(signs, np.float64).reshape(len(kept), len(names)), places)

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, rows: NDArray[np.bool_]) -> Standings:
        return Standings(self.names, self.kind[rows], self.scores[rows], self.signs[rows], self.place[rows])

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether the best candidate is right."""
        right: NDArray[np.bool_] = self.place == 0
        return right

    def rows(self) -> list[CandidateScores]:
        """The standing of each row."""
        rows = zip(self.scores.tolist(), self.signs.tolist(), strict=True)
        return [
            CandidateScores(
                [score for score in scores if score > -np.inf], dict(zip(self.names, signs, strict=True))
            )
            for scores, signs in rows
        ]

    def confidence(self, calibration: Calibration) -> Floats:
        """Confidence of the best candidate of each row."""
        return np.array([calibration.confidences(row)[0] for row in self.rows()])


def joined(parts: Sequence[Standings]) -> Standings:
    """Standings of several catalogs as one."""
    columns = ([getattr(part, name) for part in parts] for name in ("kind", "scores", "signs", "place"))
    return Standings(parts[0].names, *map(np.concatenate, columns))
