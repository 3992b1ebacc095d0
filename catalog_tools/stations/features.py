"""What a station's name says: its keys, its words, its numbers, its frequency, its call sign.

Two names are compared by these features only, so that every merge can be explained by them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog_tools.stations.words import NOT_CALL_SIGNS, STATION_WORDS, StationWords
from edge_er.text.canonical import canonical_text

__all__ = ["NameFeatures", "name_features"]

_EDGE = r"(?![\d']|er\b|s\b|%|\s?[kK]\b)"
_FREQUENCY = re.compile(
    rf"(?<![\d.,#])(?P<fm>(?:8[7-9]|9\d|10[0-8])(?:[.,]\s?|-)\d{{1,2}}){_EDGE}"
    rf"|(?<![\d.,#])(?P<whole>(?:8[7-9]|9\d|10[0-8]))(?=\s?(?:[Ff][Mm]|[Mm][Hh][Zz])\b)"
    rf"|(?<![\d.,#])(?P<plain>(?!\d?\d00)(?:8[7-9]\d|9\d\d|10[0-7]\d|1080)){_EDGE}"
    rf"|(?<![\d.,#])(?P<am>5[3-9]\d|[6-9]\d\d|1[0-7]\d0)(?=\s?(?:[AaOo][Mm]|[Kk][Hh][Zz])\b)"
    rf"|(?<![\d.,#])(?P<us>5[3-9]0|[6-9]\d0|1[0-6]\d0){_EDGE}"
)
_STATE = re.compile(r",\s*([A-Z]{2})\s*$")
_CALL_SIGN = re.compile(r"(?<![\w-])([KW][A-Z]{2,3})(?![\w])")
_ZERO_FOR_O = re.compile(r"(?<![\w.,])0(?=\s?[Nn](?:\b|line))")  # "0nlineradio", "0 N Radio"
_BETWEEN = re.compile(r"\0(?:\s*(?:[&/+,–-]|and|und|et|y|e)?\s*\0)+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_UMLAUT_COUNTRIES = ("AT", "DE", "LI")
_FEWEST_LETTERS = 2
_SHORTEST_GLUED = 4  # 'qfm' and 'ffm' stay whole


@dataclass(frozen=True, slots=True)
class NameFeatures:
    """One cleaned name of one country, taken apart.

    `keys` are the name without spaces, "FM" and frequency (with both spellings of umlauts), never empty text;
    `words` the same with spaces; `core` the words that are not filler ("radio", "live", the country's name).
    `names_country`: the country's name is among the words.
    `frequencies` are digits only ("995" for 99.5 MHz, "1080" for 1080 kHz); `numbers` are all other numbers.
    """

    name: str
    country: str
    keys: frozenset[str]
    words: tuple[str, ...]
    core: tuple[str, ...]
    numbers: frozenset[str]
    frequencies: frozenset[str]
    call_sign: str
    ends_in_state: bool
    names_country: bool


def name_features(name: str, country: str, known: StationWords = STATION_WORDS) -> NameFeatures:
    """Features of a cleaned `name`; `country` is an ISO 3166 code and may be empty."""
    state = _STATE.search(name) if country == "US" else None
    named = _ZERO_FOR_O.sub("O", name[: state.start()] if state else name)
    rest, frequencies = _without_frequency(named, country)
    words = _words(rest, known.filler)
    own_country = known.countries.get(country, frozenset())
    empty = known.filler | own_country
    if not _is_name(word for word in words if word not in empty):
        rest, words, frequencies = named, _words(named, known.filler), frozenset()
    if not _is_name(words):
        rest, words = name, tuple(canonical_text(name).split()) or (name,)
    written_out = _words(rest.translate(_UMLAUTS), known.filler) or words
    core = written_out if country in _UMLAUT_COUNTRIES else words
    return NameFeatures(
        name=name,
        country=country,
        keys=frozenset(("".join(words), "".join(written_out))),
        words=words,
        core=tuple(word for word in core if word not in empty) or core,
        numbers=frozenset(word for word in words if word.isdigit()),
        frequencies=frequencies,
        call_sign=_call_sign(named) if country == "US" else "",
        ends_in_state=state is not None,
        names_country=not own_country.isdisjoint(words),
    )


def _words(text: str, filler: frozenset[str]) -> tuple[str, ...]:
    """Words of the canonical text without "FM" and units; a high-definition mark without a number says nothing."""
    words = [part for word in canonical_text(text).split() for part in _unglued(word, filler)]
    kept = [word for word in words if word not in ("fm", "mhz", "khz", "ukw")]
    return tuple(word for place, word in enumerate(kept) if word != "hd" or _followed_by_number(kept, place))


def _unglued(word: str, filler: frozenset[str]) -> list[str]:
    """'fluxfm' -> flux fm, 'radiobob' -> radio bob, 'jazzradio' -> jazz radio."""
    if word.endswith("fm") and len(word) > _SHORTEST_GLUED:
        return [word[:-2], "fm"]
    if word.startswith("radio") and len(word) > len("radio"):
        return ["radio", word[len("radio") :]]
    if word.endswith("radio") and len(word) > len("radio") and word not in filler:
        return [word[: -len("radio")], "radio"]
    return [word]


def _followed_by_number(words: list[str], place: int) -> bool:
    return place + 1 < len(words) and words[place + 1].isdigit()


def _is_name(words: Iterable[str]) -> bool:
    return sum(character.isalpha() for word in words for character in word) >= _FEWEST_LETTERS


def _without_frequency(text: str, country: str) -> tuple[str, frozenset[str]]:
    """The text without its frequencies, and the frequencies.

    A number without decimal sign counts only at an end of the name, beside "FM"/"AM", or beside a place that
    closes the name; round numbers of the AM band only in the United States.
    """
    frequencies: list[str] = []

    def replacement(match: re.Match[str]) -> str:
        kind = match.lastgroup
        before, after = text[: match.start()].strip(), text[match.end() :].strip()
        marked = bool(re.match(r"(?i)(?:[fa]m|mhz|khz|uhr)\b", after)) or bool(
            re.search(r"(?i)\b[fa]m$", before)
        )
        at_end = not before or not re.search(r"[^\W\d_]", after)
        if kind == "us" and (
            country != "US" or not (at_end or marked or _call_sign(before) or _call_sign(after))
        ):
            return match.group()
        if kind == "plain" and not (at_end or marked or country == "US"):
            return match.group()
        frequencies.append(re.sub(r"\D", "", match.group()))
        return " \0 "

    bare = _BETWEEN.sub(" ", _FREQUENCY.sub(replacement, text)).replace("\0", " ")
    if frequencies:
        bare = (
            re.sub(r"(?i)(?<!\w)am(?!\w)", " ", bare)
            if any(_is_medium_wave(f) for f in frequencies)
            else bare
        )
    return bare, frozenset(frequencies)


def _is_medium_wave(frequency: str) -> bool:
    return 530 <= int(frequency) <= 1710


def _call_sign(text: str) -> str:
    for match in _CALL_SIGN.finditer(text):
        if match.group(1).lower() not in NOT_CALL_SIGNS:
            return match.group(1)
    return ""
