"""Fields that are more than text: dates, numbers, categories, telephone numbers, identifiers."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from catalog_tools.records.columns import Features, Rows, in_words, pairwise
from catalog_tools.records.values import (
    as_texts,
    identifiers_of,
    parse_date,
    parse_number,
    parse_phones,
    plain_text,
)
from edge_er.text.canonical import canonical_text

__all__ = ["CategoryColumn", "DateColumn", "IdentifierColumn", "NumberColumn", "PhoneColumn"]

_YEAR = 365.25  # days


class DateColumn:
    """Dates and years: days apart; a year and a day in it are 0 apart, a year and the next one year."""

    features: tuple[str, ...] = ("similarity", "years", "same")

    def __init__(self, values: Sequence[Any]) -> None:
        spans = [parse_date(value) for value in values]
        self.present = np.array([span is not None for span in spans], bool)
        self._first = np.array([span.first if span else 0 for span in spans], np.int64)
        self._last = np.array([span.last if span else 0 for span in spans], np.int64)

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]; the similarity is 1 / (1 + years apart)."""
        years = self._days(a, b) / _YEAR
        features = np.stack([1 / (1 + years), np.minimum(years, 100), years == 0], 1).astype(np.float32)
        features[~(self.present[a] & self.present[b])] = np.nan
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """Both, and how far apart."""
        one, other = self._shown(a), self._shown(b)
        days = int(self._days(np.array([a]), np.array([b]))[0])
        if days == 0:
            return f"{one} = {other}" if one == other else f"{one} agrees with {other}"
        apart = f"{days} day{'s'[: days > 1]}" if days < 60 else f"{days / _YEAR:.1f} years"
        return f"{one} / {other}, {apart} apart"

    def _days(self, a: Rows, b: Rows) -> NDArray[np.int64]:
        """0 where the spans have a day in common, else from the middle of the one to the middle of the other."""
        overlap = (self._first[a] <= self._last[b]) & (self._first[b] <= self._last[a])
        apart = np.abs(self._first[a] + self._last[a] - self._first[b] - self._last[b]) // 2
        return np.where(overlap, 0, apart)

    def _shown(self, row: int) -> str:
        first, last = int(self._first[row]), int(self._last[row])
        day = datetime.date.fromordinal(first).isoformat()
        return day if first == last else day[:7] if last - first < 32 else day[:4]


class NumberColumn:
    """Numbers, prices, durations: how far apart, as a share of the larger."""

    features: tuple[str, ...] = ("similarity", "same", "difference")

    def __init__(self, values: Sequence[Any]) -> None:
        numbers = [parse_number(value) for value in values]
        self.present = np.array([number is not None for number in numbers], bool)
        self._numbers = np.array([number or 0.0 for number in numbers], np.float64)
        self._written = [plain_text(value) for value in values]

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]; the similarity is 1 - |x - y| / max(|x|, |y|), at least 0."""
        left, right = self._numbers[a], self._numbers[b]
        apart = np.abs(left - right)
        largest = np.maximum(np.abs(left), np.abs(right))
        share = np.minimum(np.divide(apart, largest, out=np.zeros(len(a)), where=largest > 0), 1)
        features = np.stack([1 - share, share < 1e-9, np.log1p(apart)], 1).astype(np.float32)
        features[~(self.present[a] & self.present[b])] = np.nan
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """Both, and how far apart."""
        if self._numbers[a] == self._numbers[b]:
            return f"{self._written[a]} = {self._written[b]}"
        return f"{self._written[a]} / {self._written[b]}, {100 * (1 - similarity):.0f} % apart"


class CategoryColumn:
    """Genres, kinds, countries: values in common, exactly or nearly."""

    features: tuple[str, ...] = ("similarity", "same", "words")

    def __init__(self, values: Sequence[Any]) -> None:
        self._sets = [frozenset(_categories(value)) for value in values]
        self._texts = [" ".join(sorted(one)) for one in self._sets]
        self._written = [plain_text(value) for value in values]
        self.present = np.array([bool(one) for one in self._sets], bool)

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]; the similarity is the share of the smaller set that both have."""
        sets = [
            (self._sets[left], self._sets[right]) for left, right in zip(a.tolist(), b.tolist(), strict=True)
        ]
        share = np.array([len(x & y) / max(min(len(x), len(y)), 1) for x, y in sets])
        same = np.array([x == y for x, y in sets])
        features = np.stack([share, same, pairwise(fuzz.token_set_ratio, self._texts, a, b)], 1).astype(
            np.float32
        )
        features[~(self.present[a] & self.present[b])] = np.nan
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """What they have in common, or both."""
        if self._sets[a] == self._sets[b]:
            return f"the same ({self._written[a]})"
        both = sorted(self._sets[a] & self._sets[b])
        return f"in common {', '.join(both)}" if both else f"{self._written[a]} / {self._written[b]}"


def _categories(value: Any) -> list[str]:
    texts = as_texts(value)
    parts = [
        part
        for text in texts
        for part in text.replace("/", ",").replace(";", ",").replace("|", ",").split(",")
    ]
    return [canonical for part in parts if (canonical := canonical_text(part))]


class PhoneColumn:
    """Telephone numbers: digits from the end, whatever stands for the country; of several, the two most alike."""

    features: tuple[str, ...] = ("similarity", "last_digits")

    def __init__(self, values: Sequence[Any]) -> None:
        self._numbers = [parse_phones(value) for value in values]
        self.present = np.array([bool(numbers) for numbers in self._numbers], bool)

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]; the similarity is 1 where one number ends in the other, else 0."""
        features = np.full((len(a), 2), np.nan, np.float32)
        for row, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            if self.present[left] and self.present[right]:
                pairs = list(product(self._numbers[left], self._numbers[right]))
                features[row, 0] = any(x.endswith(y) or y.endswith(x) for x, y in pairs)
                features[row, 1] = max(_common_end(x, y) for x, y in pairs)
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """Whether one is the same, or both."""
        return "the same" if similarity == 1 else " / ".join(", ".join(self._numbers[row]) for row in (a, b))


def _common_end(a: str, b: str) -> int:
    return next(
        (n for n, (x, y) in enumerate(zip(reversed(a), reversed(b), strict=False)) if x != y),
        min(len(a), len(b)),
    )


class IdentifierColumn:
    """Identifiers of all identifier fields together: DOI, arXiv number, ISBN, address, or the field's own."""

    features: tuple[str, ...] = ("similarity", "alike")

    def __init__(self, fields: Mapping[str, Sequence[Any]]) -> None:
        self._fields = fields
        rows = len(next(iter(fields.values()))) if fields else 0
        self._identifiers = [
            frozenset().union(*(identifiers_of(name, values[row]) for name, values in fields.items()))
            for row in range(rows)
        ]
        self._plain = [
            " ".join(sorted(value for _, value in identifiers)) for identifiers in self._identifiers
        ]
        self.present = np.array([bool(identifiers) for identifiers in self._identifiers], bool)

    def compare(self, a: Rows, b: Rows) -> Features:
        """float32 [pairs, features]; 1 where one is common, 0 where both have the scheme but not the identifier.

        NaN where nothing can be said: no common scheme, or addresses alone (two sites describe one thing).
        """
        features = np.full((len(a), 2), np.nan, np.float32)
        for row, (left, right) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
            features[row, 0] = self._agree(left, right)
        features[:, 1] = np.where(np.isnan(features[:, 0]), np.nan, pairwise(fuzz.ratio, self._plain, a, b))
        return features

    def words(self, a: int, b: int, similarity: float) -> str:
        """Which are common, or which contradict."""
        both = sorted(self._identifiers[a] & self._identifiers[b])
        if both:
            return "; ".join(
                f"the same {scheme} {value} (in {self._where((scheme, value), a, b)})"
                for scheme, value in both
            )
        schemes = _schemes(self._identifiers[a]) & _schemes(self._identifiers[b])
        sides = (self._identifiers[a], self._identifiers[b])
        shown = [sorted(value for scheme, value in side if scheme in schemes) for side in sides]
        return " / ".join(", ".join(one) for one in shown) + f" ({in_words(0)})"

    def _where(self, wanted: tuple[str, str], *rows: int) -> str:
        """The fields of two rows that hold an identifier."""
        named = (
            ", ".join(
                name for name, values in self._fields.items() if wanted in identifiers_of(name, values[row])
            )
            for row in rows
        )
        return " and ".join(dict.fromkeys(named))

    def _agree(self, a: int, b: int) -> float:
        if self._identifiers[a] & self._identifiers[b]:
            return 1.0
        return 0.0 if _schemes(self._identifiers[a]) & _schemes(self._identifiers[b]) else float("nan")


def _schemes(identifiers: frozenset[tuple[str, str]]) -> set[str]:
    return {scheme for scheme, _ in identifiers} - {"url"}
