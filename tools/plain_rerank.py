"""Re-ranking once more, in plain steps: what another implementation must do, and what the golden requests are made by.

Nothing here is fast: every number is found by going through all forms, or all cells of an edit table, one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from edge_er.normalize import canonical_text
from edge_er.phonetic import SoundFold
from edge_er.rerank import SHORT_FORM, RerankWeights

__all__ = ["PlainReranker", "Ranked"]


class Ranked(NamedTuple):
    """An entity, its score, and of its best form the dot product, length in sound codes and edits."""

    entity: int
    score: int
    dot: int
    sounds: int
    sound_edits: int


def pieces(text: str) -> set[str]:
    """All parts of two or three characters."""
    return {
        text[start:end] for start in range(len(text)) for end in (start + 2, start + 3) if end <= len(text)
    }


def edits_within(form: str, request: str) -> int:
    """The least Levenshtein distance between `form` and any part of `request` (Sellers)."""
    row = [0] * (len(request) + 1)
    for letter in form:
        above, row = row, [row[0] + 1]
        for place, heard in enumerate(request, start=1):
            row.append(min(above[place - 1] + (letter != heard), above[place] + 1, row[place - 1] + 1))
    return min(row)


class PlainReranker:
    """Ranks the forms of a bundle, each belonging to an entity."""

    def __init__(
        self, forms: Sequence[str], form_entity: Sequence[int], lang: str, weights: RerankWeights
    ) -> None:
        self._fold, self._weights = SoundFold(lang), weights
        self._entity = list(form_entity)
        self._letters = [canonical_text(form).replace(" ", "") for form in forms]
        self._sounds = [self._fold(canonical_text(form)) for form in forms]
        self._pieces = [pieces(sounds) for sounds in self._sounds]
        having = Counter(piece for held in self._pieces for piece in held)
        self._worth = {
            piece: ((len(forms) // count) ** 4).bit_length() - 1 for piece, count in having.items()
        }
        self._totals = [sum(self._worth[piece] for piece in held) for held in self._pieces]

    def rank(self, query: str, dots: Sequence[int], k: int) -> list[Ranked]:
        """The `k` best entities, best first."""
        text = canonical_text(query)
        letters, sounds = text.replace(" ", ""), self._fold(text)
        said = pieces(sounds)
        shared = [sum(self._worth[piece] for piece in held & said) for held in self._pieces]
        best: dict[int, Ranked] = {}
        for form in self._candidates(dots, shared, k):
            letter_edits = edits_within(self._letters[form], letters)
            sound_edits = edits_within(self._sounds[form], sounds)
            weights, heard = self._weights, len(self._sounds[form])
            score = (
                dots[form]
                + weights.letter_match * (len(self._letters[form]) - letter_edits)
                - weights.letter_edit * letter_edits
                + weights.sound_match * (heard - sound_edits)
                - weights.sound_edit * sound_edits
                + weights.sound_pieces * shared[form]
            )
            found = Ranked(self._entity[form], score, dots[form], heard, sound_edits)
            if found.entity not in best or score > best[found.entity].score:
                best[found.entity] = found
        return sorted(best.values(), key=lambda one: (-one.score, one.entity))[:k]

    def _candidates(self, dots: Sequence[int], shared: Sequence[int], k: int) -> list[int]:
        """The forms nearest by vector and by sound; more by vector while they are of fewer than `k` entities."""
        forms = range(len(dots))
        by_dot = sorted(forms, key=lambda form: -dots[form])
        by_sound = sorted(forms, key=lambda form: -(shared[form] / (self._totals[form] + SHORT_FORM)))
        wanted, count = min(k, len(set(self._entity))), self._weights.dense_forms
        while True:
            pool = {*by_dot[:count], *by_sound[: self._weights.sound_forms]}
            if count >= len(dots) or len({self._entity[form] for form in pool}) >= wanted:
                return sorted(pool)
            count *= 2
