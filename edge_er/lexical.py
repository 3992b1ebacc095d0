"""How much of a surface form a request holds, letter by letter and sound by sound, in whole numbers.

Two measures, the same on every machine:

* `least_edits`: the fewest insertions, deletions and replacements of characters that turn a form into some part of the
  request (Sellers). Recognisers move word borders, so both are compared without spaces.
* `GramIndex`: which pieces of two and three characters of a form stand in the request, each counting for its rarity
  among the forms: floor(4 * log2(forms // forms with the piece)).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["GramIndex", "Worths", "grams", "least_edits", "rarity"]

_BORDER = "\0"


def grams(text: str) -> set[str]:
    """The pieces of two and three characters of `text`."""
    return {text[at : at + size] for size in (2, 3) for at in range(len(text) - size + 1)}


def rarity(forms: int, having: int) -> int:
    """floor(4 * log2(forms // having)): what a piece that `having` of `forms` hold is worth; `having` is not 0."""
    return int((forms // having) ** 4).bit_length() - 1


class Worths(Protocol):
    """Says what sharing a piece is worth."""

    def worth(self, piece: str) -> int:
        """What sharing `piece` is worth."""
        ...


class GramIndex:
    """An inverted list: piece -> the forms that hold it.

    `totals` is int64 [forms], the worth of all pieces of a form. With `like` a piece is worth what it is in that
    index, and one that is not in it as much as if one form there had it.
    """

    def __init__(self, forms: Sequence[str], like: Worths | None = None) -> None:
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


def least_edits(forms: Sequence[str], request: str) -> NDArray[np.int64]:
    """Fewest edits between each of `forms` and any part of `request` (the empty part too), int64 [forms].

    One pass of Myers' bit-vectors over all forms at once: each has a field of its length and a border bit in
    whole numbers as wide as all of them.
    """
    lengths = np.array([len(form) for form in forms], np.int64)
    if not request or not len(lengths) or not lengths.any():
        return lengths
    text = np.frombuffer(_BORDER.join([*forms, ""]).encode("utf-32-le"), np.uint32)
    alphabet = dict.fromkeys(request)
    codes = np.array([ord(char) for char in alphabet], np.uint32)
    rows = np.packbits(text == codes[:, None], axis=1, bitorder="little")
    equal = {char: int.from_bytes(row, "little") for char, row in zip(alphabet, rows, strict=True)}
    inside = int.from_bytes(np.packbits(text != 0, bitorder="little"), "little")
    steps = _row_changes(equal, inside, request, rows.shape[1])
    last = np.cumsum(lengths + 1) - 2
    bits = np.unpackbits(steps, axis=1, bitorder="little", count=len(text))[:, np.maximum(last, 0)].astype(
        np.int64
    )
    changes = np.cumsum(bits[::2] - bits[1::2], axis=0)
    best: NDArray[np.int64] = lengths + np.minimum(changes.min(axis=0), 0)
    return np.where(lengths > 0, best, 0)


def _row_changes(equal: dict[str, int], inside: int, request: str, width: int) -> NDArray[np.uint8]:
    """Bits [2 * len(request), width] where the edits of a form's prefix rise (even rows) and fall (odd rows)."""
    up, down = inside, 0
    steps = []
    for char in request:
        same = equal[char]
        down_or_same = same | down
        across = ((((same & up) + up) ^ up) | same) & inside
        rise = down | (inside & ~(across | up))
        fall = up & across
        steps += [rise.to_bytes(width, "little"), fall.to_bytes(width, "little")]
        rise, fall = (rise << 1) & inside, (fall << 1) & inside
        up = fall | (inside & ~(down_or_same | rise))
        down = rise & down_or_same
    return np.frombuffer(b"".join(steps), np.uint8).reshape(2 * len(request), width)
