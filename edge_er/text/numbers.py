"""Numbers of a request in another spelling: in figures, in Roman figures, in words.

    other_readings("play back to the future two", "en", {"ii"})
        ->  ("play back to the future 2", "play back to the future ii")

Number words are made of atoms: "neunundneunzig" is neun, und, neunzig; "quatre vingt dix neuf" is quatre vingt, dix
neuf. ``data/numbers.txt`` says what the atoms of each language do in a number, so one way of reading serves all:

* A word is cut into atoms, the longest first, or it is no number word. Two words may be one atom.
* A cardinal adds up atoms, each below what the one before it has room for; hundreds and thousands multiply.
* Figures said one by one, zeros in front and, where a language says pairs, two numbers up to 99 are written side by
  side: "one oh six" is 106, "nineteen eighty four" is 1984.
* A word for the point between two numbers is left out, as in canonical text: "ninety nine point five" is 99 5.

A reading is a guess beside the request itself, so a word that is not always a number ("one") is read as one.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from typing import NamedTuple

from edge_er.constants import read_table
from edge_er.text.canonical import is_number

__all__ = ["in_figures", "is_sure", "other_readings"]

_FIGURE = re.compile("[0-9]")
_LONGEST_WORD = 64  # characters; a longer word is no number word
_READINGS = 2  # beside the request itself
_RUN, _LONGEST_RUN = 3, 16  # so many figures said one by one are one number
_LARGEST = 10_000  # the first atom of a cardinal is below
_BEGINNING = ("add", "part", "decade", "times")  # what the first atom of a cardinal does
_SURE = "13"  # words for numbers from here up are hardly ever anything else


class _Atom(NamedTuple):
    """What a part of a number word does (see ``data/numbers.txt``).

    `end` is how many words of the text have ended after it; 0 inside a word.
    """

    role: str
    value: int = 0
    room: int = 0
    suffix: str = ""
    end: int = 0

    @property
    def adds(self) -> bool:
        """Whether it adds its value to a cardinal."""
        return self.role in ("add", "part", "decade")

    @property
    def is_figure(self) -> bool:
        """Whether it is a word for one figure."""
        return self.role in ("add", "part") and self.value < 10 and self.end > 0


_OTHER = _Atom("other")  # a word that is no number word


class _Language(NamedTuple):
    """The atoms of a language by their letters, the first two letters of each, the first words of those of two that
    begin a number, the words for a point, the length of the longest atom, the usual word of each value by its figures,
    the suffixes of decades, and whether it says numbers as pairs.
    """

    atoms: dict[str, _Atom]
    beginnings: frozenset[str]
    firsts: frozenset[str]
    points: frozenset[str]
    longest: int
    usual: dict[str, str]
    suffixes: frozenset[str]
    pairs: bool

    def may_cut(self, word: str) -> bool:
        """False for most words that are no number words: an atom begins as the others do not."""
        return word[:2] in self.beginnings or word[:1] in self.beginnings

    def cut(self, word: str) -> list[_Atom]:
        """The atoms of `word`; `_OTHER` where it is no row of atoms."""
        last = len(word)
        if not self.may_cut(word) or not any(word[:end] in self.atoms for end in range(1, self.longest + 1)):
            return [_OTHER]  # most words end here
        sizes = [0] * last  # of the longest atom at each letter after which the rest can be cut too
        for start in range(last - 1, -1, -1) if last <= _LONGEST_WORD else ():
            for end in range(start + 1, min(last, start + self.longest) + 1):
                if (end == last or sizes[end]) and word[start:end] in self.atoms:
                    sizes[start] = end - start
        atoms, place = [], 0
        while place < last and sizes[place]:
            atoms.append(self.atoms[word[place : place + sizes[place]]])
            place += sizes[place]
        return atoms or [_OTHER]


class _Number(NamedTuple):
    """A number that was read: in figures, the place after it, and its value if that is below 100, else 0."""

    figures: str
    next: int
    small: int = 0


def other_readings(text: str, lang: str, names: Container[str] = frozenset()) -> tuple[str, ...]:
    """Canonical `text` with its numbers spelled otherwise: at most two readings that differ from it.

    First in figures, then in Roman figures, then in words. The latter two write only words of `names`, so a catalog
    without "ii" gets no reading with it; and no number beside another, as in frequencies, and no decade.
    """
    figures = in_figures(text, lang)
    alone = _alone(figures, lang)
    if not alone:
        return () if figures == text else (figures,)
    readings = {text: None, figures: None}
    words, language = figures.split(), _language(lang)
    for usual in (_language("all").usual, language.usual):
        spelled = words.copy()
        for place in alone:
            other = usual.get(words[place], "")
            if other in names:
                spelled[place] = other
        readings[" ".join(spelled)] = None
    return tuple(readings)[1 : 1 + _READINGS]


@lru_cache(maxsize=64)  # evidence and confidence ask for the same text
def _alone(figures: str, lang: str) -> list[int]:
    """Places of words that are numbers in figures, none beside another and no decade."""
    if _FIGURE.search(figures) is None:
        return []
    words, suffixes = figures.split(), _language(lang).suffixes
    numbers, after = [False, *map(is_number, words), False], [*words[1:], ""]
    return [
        place
        for place in range(len(words))
        if numbers[place : place + 3] == [False, True, False] and after[place] not in suffixes
    ]


def is_sure(text: str, reading: str) -> bool:
    """Whether `reading` has a number of at least 13 in figures that canonical `text` has in words."""
    before, roman = frozenset(text.split()), _language("all").usual
    for word in reading.split():
        figures = word.lstrip("0") if is_number(word) and word not in before else ""
        if (len(figures) > 2 or (len(figures) == 2 and figures >= _SURE)) and roman.get(word) not in before:
            return True
    return False


@lru_cache(maxsize=64)  # evidence and confidence ask for the same text
def in_figures(text: str, lang: str) -> str:
    """Canonical `text` with number words of `lang` and Roman figures in figures; `text` itself where it has none."""
    words, language = text.split(), _language(lang)
    for word in words:
        if _begins(word, lang):
            break
    else:
        if language.points.isdisjoint(words) or not any(map(is_number, words)):
            return text
    return " ".join(_Reading(words, language).written())


@lru_cache(maxsize=8192)
def _begins(word: str, lang: str) -> bool:
    """Whether a number that is not in figures may begin with a word: no join does so, and no point."""
    language = _language(lang)
    return word in _roman() or word in language.firsts or language.cut(word)[0].role in _BEGINNING


class _Reading:
    """The words of one text as atoms. Places are indices of atoms; a number begins and ends with a word."""

    def __init__(self, words: list[str], language: _Language) -> None:
        self._words, self._pairs = words, language.pairs
        self._atoms: list[_Atom] = []
        end = 0
        while end < len(words):
            two = language.atoms.get(" ".join(words[end : end + 2])) if end + 1 < len(words) else None
            row = [two] if two else language.cut(words[end])
            end += 2 if two else 1
            self._atoms += [*row[:-1], row[-1]._replace(end=end)]

    def written(self) -> Iterator[str]:
        """The words, with numbers in figures."""
        place = said = 0
        while place < len(self._atoms):
            number = self._number(place)
            if number is None:
                while not self._at(place).end:
                    place += 1
                place += 1
                yield from self._words[said : self._atoms[place - 1].end]
            while number is not None:
                yield number.figures
                place = number.next
                number = self._decimals(place + 1) if self._is_point(place) else None
            said = self._atoms[place - 1].end

    def _at(self, place: int) -> _Atom:
        return self._atoms[place] if place < len(self._atoms) else _OTHER

    def _is_point(self, place: int) -> bool:
        return self._at(place).role == "point" and self._at(place).end > 0

    def _number(self, start: int) -> _Number | None:
        """The number that begins at `start`, None if there is none."""
        atom = self._at(start)
        if atom.role == "other":
            figures = _figures(self._words[atom.end - 1]) if atom.end else ""
            return _Number(figures, start + 1) if figures else None
        singly = self._said_singly(start)
        if singly is not None and len(singly.figures) >= _RUN:
            return singly
        place = start
        while self._at(place).is_figure and not self._at(place).value:
            place += 1
        zeros = "0" * (place - start)
        number = self._paired(place) or _Number("", place)
        if number.next == start or (number.next == start + 1 and atom.role == "part"):
            return None
        return number._replace(figures=zeros + number.figures)

    def _decimals(self, place: int) -> _Number | None:
        return self._said_singly(place) or self._number(place)

    def _said_singly(self, start: int) -> _Number | None:
        """Figures said one by one, written side by side; None unless one of them can stand alone."""
        place = start
        while self._at(place).is_figure and place - start < _LONGEST_RUN:
            place += 1
        said = self._atoms[start:place]
        if all(atom.role == "part" for atom in said):
            return None
        return _Number("".join(str(atom.value) for atom in said), place)

    def _paired(self, start: int) -> _Number | None:
        """The cardinal at `start`, or two that make a pair."""
        first = self._cardinal(start)
        if first is None or not self._pairs or not first.small or " " in first.figures:
            return first
        zero = self._at(first.next).is_figure and not self._at(first.next).value
        second = self._cardinal(first.next + zero)
        if second is None or not second.small or (second.small < 10) != zero:
            return first
        return _Number(first.figures + "0" * zero + second.figures, second.next)

    def _cardinal(self, start: int) -> _Number | None:
        """The longest cardinal that begins at `start` and ends with a word."""
        thousands, below, suffix, longest = 0, -1, "", None  # `below` them; -1: nothing yet
        room = room_before = _LARGEST
        place, value = start, 0
        while not suffix:
            atom, after = self._at(place), self._at(place + 1)
            apart = atom.role == "part" and atom.end and place > start and after.role != "times"
            if atom.adds and not apart and atom.value < room and (atom.value or below < 0):
                below, room, room_before = max(below, 0) + atom.value, atom.room, room
                suffix = atom.suffix
            elif atom.value == 100 and atom.role == "times" and below and below < (10 if thousands else 100):
                below, room = 100 * abs(below), 100
            elif atom.value == 1000 and atom.role == "times" and below and below < 1000 and not thousands:
                thousands, below, room = 1000 * abs(below), -1, 1000
            elif atom.role == "join" and place > start and after.adds and 0 < after.value < room:
                place += 1
                continue
            elif atom.role == "turned" and after.adds and 0 < below % 100 < 10 <= after.value < room_before:
                below, room, place = below + after.value, 0, place + 1
            elif atom.role == "suffix" and place > start and not self._at(place - 1).end and not value % 10:
                suffix = atom.suffix
            else:
                break
            place += 1
            value = thousands + max(below, 0)
            if self._atoms[place - 1].end:
                figures = f"{value:02} {suffix}" if suffix else str(value)
                longest = _Number(figures, place, value if value < 100 else 0)
        return longest


def _figures(word: str) -> str:
    """Figures as they are, Roman ones of two letters or more as figures, "" for any other word."""
    if is_number(word):
        return word
    return _roman().get(word, "")


@lru_cache(maxsize=1)
def _roman() -> dict[str, str]:
    return {word: figures for figures, word in _language("all").usual.items() if len(word) > 1}


@lru_cache(maxsize=8)
def _language(lang: str) -> _Language:
    """The number words of `lang`, none where the table has none; those of "all" are the Roman figures."""
    text = read_table("numbers.txt")
    sections = dict(section.split("]\n", 1) for section in text.split("\n[")[1:])
    atoms: dict[str, _Atom] = {}
    usual: dict[str, str] = {}
    for line in sections.get(lang, "").splitlines():
        role, value, room, suffix, words = line.split(" ", 4)
        for word in words.split("|"):
            atoms[word] = _Atom(role, int(value), int(room), suffix.strip("-"))
        if role in ("add", "roman"):
            usual.setdefault(value, words.split("|")[0])
    suffixes = frozenset(atom.suffix for atom in atoms.values() if atom.suffix)
    beginnings = frozenset(word[:2] for word in atoms)
    firsts = frozenset(
        word.split()[0] for word, atom in atoms.items() if " " in word and atom.role in _BEGINNING
    )
    points = frozenset(word for word, atom in atoms.items() if atom.role == "point")
    longest = max(map(len, atoms), default=0)
    return _Language(atoms, beginnings, firsts, points, longest, usual, suffixes, "-" in atoms)
