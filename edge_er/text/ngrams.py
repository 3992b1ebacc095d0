"""How much of a surface form a request holds: pieces of two and three characters, in whole numbers.

Each piece of a form that stands in the request counts for its rarity among the forms: floor(4 * log2(forms // forms
with the piece)), the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["NgramIndex", "NgramWeights", "grams", "rarity"]

_BORDER = "\0"


def grams(text: str) -> set[str]:
    """The pieces of two and three characters of `text`."""
    return {text[at : at + size] for size in (2, 3) for at in range(len(text) - size + 1)}


def rarity(forms: int, having: int) -> int:
    """floor(4 * log2(forms // having)): what a piece that `having` of `forms` hold is worth; `having` is not 0."""
    return int((forms // having) ** 4).bit_length() - 1


class NgramWeights(Protocol):
    """Says what sharing a piece is worth."""

    def worth(self, piece: str) -> int:
        """What sharing `piece` is worth."""
        ...


class NgramIndex:
    """An inverted list: piece -> the forms that hold it.

    `totals` is int64 [forms], the worth of all pieces of a form. With `like` a piece is worth what it is in that
    index, and one that is not in it as much as if one form there had it.
    """

    def __init__(self, forms: Sequence[str], like: NgramWeights | None = None) -> None:
        self.forms = len(forms)
        pieces, gram_of, owners = _pieces_of(forms)
        having = np.bincount(gram_of, minlength=len(pieces))
        self._ids = {piece: number for number, piece in enumerate(pieces)}
        self._forms_of = owners
        self._starts = np.concatenate([[0], np.cumsum(having)]).tolist()
        if like is None:
            self._worth = [rarity(self.forms, count) for count in having.tolist()]
        else:
            self._worth = [like.worth(piece) for piece in pieces]
        worth = np.array(self._worth, np.float64)
        self.totals = np.bincount(owners, worth[gram_of] if len(gram_of) else None, self.forms).astype(
            np.int64
        )

    def worth(self, piece: str) -> int:
        """What sharing `piece` is worth."""
        number = self._ids.get(piece)
        return rarity(self.forms, 1) if number is None else self._worth[number]

    def counts(self) -> dict[str, int]:
        """How many forms hold each piece."""
        having = np.diff(self._starts).tolist()
        return {piece: having[number] for piece, number in self._ids.items()}

    def shared(self, request: str) -> NDArray[np.float64]:
        """Worth of the pieces that each form shares with `request`: whole numbers, [forms]."""
        found = [self._ids[piece] for piece in grams(request) if piece in self._ids]
        starts, worth = self._starts, self._worth
        lists = [self._forms_of[starts[gram] : starts[gram + 1]] for gram in found]
        if not lists:
            return np.zeros(self.forms, np.float64)
        weights = np.repeat([float(worth[gram]) for gram in found], [len(members) for members in lists])
        return np.bincount(np.concatenate(lists), weights, self.forms).astype(np.float64, copy=False)


def _pieces_of(forms: Sequence[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int32]]:
    """The distinct pieces of all forms, and each pair (piece, form that holds it) once, by piece and then form."""
    text = np.frombuffer((_BORDER.join(forms) + _BORDER * 3).encode("utf-32-le"), np.uint32)
    alphabet, letters = np.unique(text, return_inverse=True)  # the border is the smallest, and so number 0
    owner = np.cumsum(letters == 0) - (letters == 0)
    size, first, second, third = len(alphabet), letters[:-2], letters[1:-1], letters[2:]
    two = (first > 0) & (second > 0)
    kinds = (first * size + second) * size
    codes = [
        (codes * len(forms) + owner[:-2])[at]
        for codes, at in ((kinds, two), (kinds + third, two & (third > 0)))
    ]
    pairs = np.sort(np.concatenate(codes))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    kinds, forms_of = np.divmod(pairs, max(len(forms), 1))
    new = np.diff(kinds, prepend=-1) > 0
    spelled = alphabet[
        np.stack([kinds[new] // size**2, kinds[new] // size % size, kinds[new] % size], axis=1)
    ]
    pieces = [piece.rstrip(_BORDER) for piece in _texts(spelled)]
    return pieces, np.cumsum(new) - 1, forms_of.astype(np.int32)


def _texts(points: NDArray[np.uint32]) -> list[str]:
    """The texts [rows] of code points [rows, characters]."""
    whole = points.tobytes().decode("utf-32-le")
    width = points.shape[1]
    return [whole[start : start + width] for start in range(0, len(whole), width)]
