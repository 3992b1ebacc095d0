"""The letters of canonical text as codes: a-z, 0-9, the digraphs of a language, and what all other characters share.

    Letters(("sch", "ch")).codes("fischmarkt")  ->  f, i, sch, m, a, r, k, t as int64 [8]

A digraph is several letters that stand for one sound. It is recognised as a whole, so it counts as one letter: in a
spelled text a capital letter stands for it, "fiAmarkt". Codes are from 0 to 62:

    0-25 a-z    26-35 0-9    36 and up: digraphs in the order of the table    the rest: other characters
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.constants import MISRECOGNITION

__all__ = ["BASIC", "CODES", "EDGE", "MOST_DIGRAPHS", "Letters"]

CODES, EDGE = MISRECOGNITION.codes, MISRECOGNITION.edge
BASIC = "abcdefghijklmnopqrstuvwxyz0123456789"
MOST_DIGRAPHS = 16  # at least 11 codes are left for other characters
_FIRST = ord("A")


class Letters:
    """Letters with these digraphs, of which the first that fits counts: the longest stand first.

    Args:
        digraphs: at most `MOST_DIGRAPHS`, in canonical text without spaces.
    """

    def __init__(self, digraphs: Sequence[str] = ()) -> None:
        self._symbols = [(digraph, chr(_FIRST + at)) for at, digraph in enumerate(digraphs)]
        self.others = len(BASIC) + len(digraphs)  # the first code of other characters
        self._ascii = bytes(self._codes(np.arange(256)).tolist())

    @property
    def of_codes(self) -> str:
        """The letters of the codes below `others`; a capital letter is a digraph."""
        return BASIC + "".join(symbol for _, symbol in self._symbols)

    def spelled(self, text: str) -> str:
        """Canonical `text` with a capital letter for each digraph; none reaches from one word into the next."""
        for digraph, symbol in self._symbols:
            text = text.replace(digraph, symbol)
        return text

    def codes(self, text: str) -> NDArray[np.int64]:
        """The codes of the letters of canonical `text`, spaces left out: int64 [letters]."""
        return self.codes_of_spelled(self.spelled(text).replace(" ", ""))

    def codes_of_spelled(self, letters: str) -> NDArray[np.int64]:
        """The codes of letters that `spelled` has written, without spaces."""
        if letters.isascii():
            return np.frombuffer(letters.encode("ascii").translate(self._ascii), np.uint8).astype(np.int64)
        return self._codes(np.frombuffer(letters.encode("utf-32-le"), np.uint32).astype(np.int64))

    def bytes_of_spelled(self, letters: str) -> bytes:
        """The same as bytes."""
        if letters.isascii():
            return letters.encode("ascii").translate(self._ascii)
        return self.codes_of_spelled(letters).astype(np.uint8).tobytes()

    def _codes(self, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """The code of each code point."""
        small, digits = (points >= 97) & (points <= 122), (points >= 48) & (points <= 57)
        digraphs = (points >= _FIRST) & (points < _FIRST + len(self._symbols))
        others = self.others + points % (EDGE - self.others)
        found = np.where(small, points - 97, np.where(digits, points - 22, others))
        return np.where(digraphs, points - _FIRST + len(BASIC), found)
