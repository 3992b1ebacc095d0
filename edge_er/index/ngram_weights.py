"""What sound pieces are worth in a catalog whose forms are not at hand: only how many forms hold each was kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.text.ngrams import NgramIndex, rarity
from edge_er.text.sound_codes import SoundCodes

__all__ = ["PIECES_FILE", "PieceCounts", "StoredNgramWeights", "count_pieces"]

PIECES_FILE = "sound_pieces.safetensors"
_FORMS_AT_ONCE = 50_000
_BORDER = "\0"
_LONGEST = 3

PieceCounts = tuple[NDArray[np.uint32], NDArray[np.int32]]
"""Code points of each piece, uint32 [pieces, 3], 0 after the last; how many forms hold it, int32 [pieces]."""


class StoredNgramWeights:
    """The worth of pieces as a `NgramIndex` of all `forms` would have it.

    Args:
        forms: how many forms the catalog has.
        counts: of the pieces they hold.
    """

    def __init__(self, forms: int, counts: PieceCounts) -> None:
        self._rarest = rarity(forms, 1)
        self._worth = {
            piece: rarity(forms, having)
            for piece, having in zip(_texts(counts[0]), counts[1].tolist(), strict=True)
        }

    def worth(self, piece: str) -> int:
        """What sharing `piece` is worth."""
        return self._worth.get(piece, self._rarest)


def count_pieces(forms: Sequence[str], lang: str) -> PieceCounts:
    """The sound pieces of canonical `forms` as `lang` sounds them; some thousand forms are held at a time."""
    fold, counts = SoundCodes(lang), Counter[str]()
    for start in range(0, len(forms), _FORMS_AT_ONCE):
        counts.update(NgramIndex(fold.all(forms[start : start + _FORMS_AT_ONCE])).counts())
    return _arrays(counts)


def _arrays(counts: Mapping[str, int]) -> PieceCounts:
    pieces = sorted(counts)
    points = "".join(piece.ljust(_LONGEST, _BORDER) for piece in pieces).encode("utf-32-le")
    table = np.frombuffer(points, np.uint32).reshape(-1, _LONGEST)
    return table, np.array([counts[piece] for piece in pieces], np.int32)


def _texts(points: NDArray[np.uint32]) -> Iterable[str]:
    whole = points.astype("<u4").tobytes().decode("utf-32-le")
    return (whole[at : at + _LONGEST].rstrip(_BORDER) for at in range(0, len(whole), _LONGEST))
