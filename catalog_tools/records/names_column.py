"""Fields of people, such as authors: who is on both lists, by family name and given names or initials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from catalog_tools.records.columns import Features, Rows, pairwise
from catalog_tools.records.values import PersonName, parse_names

__all__ = ["NamesColumn", "match_people", "same_person"]

_SPELLED_ALIKE = 0.92  # Jaro-Winkler similarity of two spellings of a family name
_WHOLE_ALIKE = 0.95  # of the whole name


class NamesColumn:
    """People, such as authors: who is on both lists, by family name and given names or initials."""

    features: tuple[str, ...] = (
        "similarity", "of_shorter", "of_longer", "exact", "first", "order", "count", "token_set",
    )  # fmt: skip

    def __init__(self, values: Sequence[Any]) -> None:
        self._names = [parse_names(value) for value in values]
        self._texts = [" ".join(" ".join([*n.given, n.family]) for n in names) for names in self._names]
        self.present = np.array([bool(names) for names in self._names], bool)

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]."""
        features = np.full((len(a), len(self.features)), np.nan, np.float32)
        for row, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if self._names[left] and self._names[right]:
                features[row, :7] = _names_features(self._names[left], self._names[right])
        features[:, 7] = np.where(
            np.isnan(features[:, 0]), np.nan, pairwise(fuzz.token_set_ratio, self._texts, a, b)
        )
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """How many agree, who is written differently, whether the order is another, who is on one list only."""
        left, right = self._names[a], self._names[b]
        pairs = match_people(left, right)
        if not pairs:
            return f"nobody in common of {len(left)} and {len(right)}"
        written = [(left[i], right[j]) for i, j, _ in pairs if left[i][1:] != right[j][1:]]
        exact, most = len(pairs) - len(written), max(len(left), len(right))
        said = ["the same" if exact == most else f"{len(pairs)} of {most} agree"]
        said += [f"{exact} to the letter"] if 0 < exact < most else []
        said += [f'"{one.written}" beside "{other.written}"' for one, other in written]
        places = [j for _, j, _ in pairs]
        if places != sorted(places):
            said.append("in another order")
        alone = _others(left, {i for i, _, _ in pairs}) + _others(right, set(places))
        if alone:
            said.append(f"only on one side {', '.join(alone[:3])}{' …' if len(alone) > 3 else ''}")
        return ", ".join(said)


def _others(names: Sequence[PersonName], matched: set[int]) -> list[str]:
    return [name.written for place, name in enumerate(names) if place not in matched]


def match_people(left: Sequence[PersonName], right: Sequence[PersonName]) -> list[tuple[int, int, float]]:
    """Pairs of places of names that may be one person, with how sure, the surest first taken; in the left's order."""
    likely = sorted(
        (
            (same_person(one[1:], other[1:]), -i, -j)
            for i, one in enumerate(left)
            for j, other in enumerate(right)
        ),
        reverse=True,
    )
    taken: dict[int, tuple[int, float]] = {}
    free = set(range(len(right)))
    for sure, i, j in likely:
        if sure > 0 and -i not in taken and -j in free:
            taken[-i] = (-j, sure)
            free.discard(-j)
    return [(i, *taken[i]) for i in sorted(taken)]


@lru_cache(maxsize=1 << 16)
def same_person(a: tuple[str, tuple[str, ...]], b: tuple[str, tuple[str, ...]]) -> float:
    """How surely two (family, given names) are one person: 1 letter for letter, .9 by initials or a name left out,
    .7 spelled alike, .5 family and given names in exchanged places, else 0.
    """
    if a == b:
        return 1.0
    (family_a, given_a), (family_b, given_b) = a, b
    if family_a == family_b and _given_agree(given_a, given_b):
        return 0.9 if given_a and given_b else 0.7
    if sorted([family_a, *given_a]) == sorted([family_b, *given_b]):
        return 0.9
    whole_a, whole_b = "".join([*given_a, family_a]), "".join([*given_b, family_b])
    if whole_a == whole_b:
        return 0.9
    close = JaroWinkler.similarity(family_a, family_b) >= _SPELLED_ALIKE and _given_agree(given_a, given_b)
    return 0.7 if close or JaroWinkler.similarity(whole_a, whole_b) >= _WHOLE_ALIKE else 0.0


def _given_agree(a: Sequence[str], b: Sequence[str]) -> bool:
    """Every given name of the shorter list begins one of the longer, or is begun by it, in order."""
    short, long = sorted((a, b), key=len)
    rest = iter(long)
    return all(any(name.startswith(other) or other.startswith(name) for other in rest) for name in short)


def _names_features(left: Sequence[PersonName], right: Sequence[PersonName]) -> list[float]:
    pairs = match_people(left, right)
    sure = sum(score for _, _, score in pairs)
    least, most = sorted((len(left), len(right)))
    exact = sum(score == 1 for _, _, score in pairs)
    order = [j for _, j, _ in pairs]
    first = same_person(left[0][1:], right[0][1:])
    return [
        0.7 * sure / least + 0.3 * sure / most, sure / least, sure / most, exact / most, first,
        float(order == sorted(order)), least / most,
    ]  # fmt: skip
