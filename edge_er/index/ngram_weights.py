"""N-gram weights of a large catalog: computed from stored counts, because its forms are not in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.text.ngrams import NgramIndex, rarity
from edge_er.text.sound_codes import SoundCodes

__all__ = ["NGRAMS_FILE", "NgramCounts", "StoredNgramWeights", "count_ngrams"]

NGRAMS_FILE = "sound_pieces.safetensors"
_FORMS_AT_ONCE = 50_000
_BORDER = "\0"
_LONGEST = 3

NgramCounts = tuple[NDArray[np.uint32], NDArray[np.int32]]
"""Code points of each n-gram, uint32 [n-grams, 3], padded with 0; how many forms have it, int32 [n-grams]."""


class StoredNgramWeights:
    """The weights that a `NgramIndex` of all forms would give.

    Args:
        forms: how many forms the catalog has.
        counts: how many of them have each n-gram.
    """

    def __init__(self, forms: int, counts: NgramCounts) -> None:
        self._rarest = rarity(forms, 1)
        self._weights = {
            ngram: rarity(forms, having)
            for ngram, having in zip(_texts(counts[0]), counts[1].tolist(), strict=True)
        }

    def weight(self, ngram: str) -> int:
        """What sharing `ngram` counts."""
        return self._weights.get(ngram, self._rarest)


def count_ngrams(forms: Sequence[str], lang: str) -> NgramCounts:
    """Count the n-grams in the sound codes of canonical `forms`; 50,000 forms at a time, to save memory."""
    codes, counts = SoundCodes(lang), Counter[str]()
    for start in range(0, len(forms), _FORMS_AT_ONCE):
        counts.update(NgramIndex(codes.all(forms[start : start + _FORMS_AT_ONCE])).counts())
    return _arrays(counts)


def _arrays(counts: Mapping[str, int]) -> NgramCounts:
    ngrams = sorted(counts)
    points = "".join(ngram.ljust(_LONGEST, _BORDER) for ngram in ngrams).encode("utf-32-le")
    table = np.frombuffer(points, np.uint32).reshape(-1, _LONGEST)
    return table, np.array([counts[ngram] for ngram in ngrams], np.int32)


def _texts(points: NDArray[np.uint32]) -> Iterable[str]:
    whole = points.astype("<u4").tobytes().decode("utf-32-le")
    return (whole[at : at + _LONGEST].rstrip(_BORDER) for at in range(0, len(whole), _LONGEST))
