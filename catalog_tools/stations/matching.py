"""Station matching: whether two names are one station, by one short rule for each kind of evidence.

The evidence is the name itself, a call sign, or a common stream together with names that agree. A common home page
is no evidence. Whatever the evidence, names that differ by a number, a style, "+" or two places stay apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher

from catalog_tools.stations.features import NameFeatures
from catalog_tools.stations.words import STATION_WORDS, StationWords

__all__ = ["Matcher"]

_CLOSE = 0.84  # similarity of two names on one stream, where neither contains the other
_FAMILY = 3  # so many different continuations make a name the head of a family ("Cadena SER ...")
_PLACE_FAMILY = 2
_STYLES = (
    2  # of one call sign: none and one; more are programmes of their own ("WKAR Jazz", "WKAR Classical")
)
_LONGEST_PLACE = 3  # words
_ABBREVIATION = (2, 4)  # letters
_WRITTEN_OUT = 12  # letters at least, or "SER" would abbreviate "Santander"


class Matcher:
    """Compares names of one catalog.

    `features` are those of all names of the catalog: they show which names are heads of families.
    `places` are canonical texts of places; without them a family is recognised by its size alone.
    `words` says what words of names are.
    """

    def __init__(
        self,
        features: Iterable[NameFeatures],
        places: Collection[str] = (),
        words: StationWords = STATION_WORDS,
    ) -> None:
        self._places, self._words = places, words
        self._continuations: dict[tuple[str, tuple[str, ...]], set[str]] = defaultdict(set)
        self._frequencies: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._styles: dict[str, set[frozenset[str]]] = defaultdict(set)
        for one in features:
            self._styles[one.call_sign].add(words.genres & set(one.core))
            for end in range(1, len(one.core)):
                if not one.ends_in_state:
                    self._continuations[one.country, one.core[:end]].add(one.core[end])
            for key in one.keys:
                self._frequencies[one.country, key] |= one.frequencies

    def same_name(self, a: NameFeatures, b: NameFeatures, one_stream: bool) -> str | None:
        """The reason, if both are one name up to spacing, accents, "FM" and frequency."""
        key = min(a.keys & b.keys, default="")
        if not key or (_two_frequencies(a, b) and not one_stream):
            return None
        if a.frequencies == b.frequencies:
            return "same name"
        telling = bool(a.call_sign) if a.country == "US" else not all(map(self._tells_apart, a.core))
        alone = telling and len(self._frequencies[a.country, key]) <= 1
        return "same name up to frequency" if one_stream or alone or (a.frequencies & b.frequencies) else None

    def same_call_sign(self, a: NameFeatures, b: NameFeatures) -> str | None:
        """The reason, if both are one American call sign and one of them adds no more than city and state."""
        short, long = sorted((a, b), key=lambda one: len(one.words))
        if not a.call_sign or a.call_sign != b.call_sign or not self.compatible(a, b):
            return None
        extra = long.words[len(short.words) :]
        place = (
            long.ends_in_state and 0 < len(extra) <= _LONGEST_PLACE and not any(map(self._tells_apart, extra))
        )
        return (
            "same call sign, city and state added"
            if place and long.words[: len(short.words)] == short.words
            else None
        )

    def same_stream(self, a: NameFeatures, b: NameFeatures) -> str | None:
        """The reason, if two names on one stream contain one another or are close."""
        if not self.compatible(a, b):
            return None
        short, long = sorted((a, b), key=lambda one: (len(one.core), len("".join(one.core)), one.name))
        if len(short.core) == 1 and self._tells_apart(short.core[0]) and set(a.words) != set(b.words):
            return None
        extra = _extra_words(short.core, long.core)
        if extra is not None:
            return (
                "same stream, one name contains the other"
                if self._says_nothing_new(short, long, *extra)
                else None
            )
        differing = set(a.core) ^ set(b.core)
        if any(self._tells_apart(word) or word in self._places for word in differing):
            return None
        similarity = SequenceMatcher(None, "".join(a.core), "".join(b.core)).ratio()
        return f"same stream, names {similarity:.2f} alike" if similarity >= _CLOSE else None

    def compatible(self, a: NameFeatures, b: NameFeatures) -> bool:
        """False if something in the names speaks against one station, whatever the evidence for it."""
        if a.numbers != b.numbers or _two_frequencies(a, b):
            return False
        if a.call_sign and b.call_sign and a.call_sign != b.call_sign:
            return False
        if self._words.variants & (set(a.words) ^ set(b.words)):
            return False
        if a.call_sign and a.call_sign == b.call_sign and len(self._styles[a.call_sign]) <= _STYLES:
            return True
        ours, theirs = self._places_of(a), self._places_of(b)
        if ours and theirs and ours.isdisjoint(theirs):
            return False
        return not self._words.genres & (set(a.core) ^ set(b.core))

    def compatible_in_cluster(self, a: NameFeatures, b: NameFeatures) -> bool:
        """As `compatible`, and True for two spellings of one name."""
        same = bool(a.keys & b.keys)
        return self.compatible(a, b) or (same and not _two_frequencies(a, b))

    def _says_nothing_new(
        self, short: NameFeatures, long: NameFeatures, left: tuple[str, ...], right: tuple[str, ...]
    ) -> bool:
        """The longer name adds an owner, a call sign or an abbreviation; a place or slogan only where no family is."""
        base = short.core
        if short.call_sign and short.call_sign == long.call_sign:
            return True
        added = [
            word for word in left + right if word.upper() != long.call_sign and not _abbreviates(word, base)
        ]
        if long.ends_in_state and len(right) <= _LONGEST_PLACE:
            added = [word for word in added if word not in right]
        if any(map(self._tells_apart, added)) or (added and all(map(self._tells_apart, base))):
            return False
        right_added = [word for word in added if word in right]
        limit = _PLACE_FAMILY if any(word in self._places for word in added) else _FAMILY
        return not right_added or len(self._continuations[short.country, base]) < limit

    def _places_of(self, one: NameFeatures) -> set[str]:
        return set() if one.ends_in_state else {word for word in one.core[1:] if word in self._places}

    def _tells_apart(self, word: str) -> bool:
        known = self._words
        return word.isdigit() or word in known.numbers or word in known.genres or word in known.variants


def _two_frequencies(a: NameFeatures, b: NameFeatures) -> bool:
    """Both names carry frequencies, none of them in common."""
    return bool(a.frequencies) and bool(b.frequencies) and a.frequencies.isdisjoint(b.frequencies)


def _extra_words(
    short: tuple[str, ...], long: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Words of `long` before and after `short`; scattered ones count as after; None if it is not contained."""
    for start in range(len(long) - len(short) + 1):
        if long[start : start + len(short)] == short:
            return long[:start], long[start + len(short) :]
    rest = list(long)
    for word in short:
        if word not in rest:
            return None
        rest.remove(word)
    return (), tuple(rest)


def _abbreviates(word: str, base: tuple[str, ...]) -> bool:
    """'dlf' abbreviates 'deutschlandfunk' or is written out by it; 'nts' does not abbreviate 'poolside'."""
    joined = "".join(base)
    short, long = sorted((word, joined), key=len)
    if not _ABBREVIATION[0] <= len(short) <= _ABBREVIATION[1] or short[0] != long[0] or short in long:
        return word in base
    if short == joined and len(long) < _WRITTEN_OUT:
        return False
    characters = iter(long)
    return all(character in characters for character in short)
