"""Canonical text to a few sound codes, so that what sounds alike is written alike.

    SoundCodes("de")("deutschlandfunk kultur")  ->  "tuslantfunkultur"

Voiced and voiceless consonants share a code, vowels fall into three classes, "h" is silent, a repeated letter is
written once, and spaces are removed.

The rules are in ``data/phonetic.txt``: a section for each language, and one for all. At each place the first rule that
fits applies: rules of the language before those of all, longer texts before shorter ones. A character without a rule
(digits, other scripts) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from edge_er.constants import read_table
from edge_er.native.library import Kernels
from edge_er.native.sounds import SoundRules

__all__ = ["SoundCodes", "sound_codes"]

_RULE = re.compile(r"(\w+)(?:\((\w+)\))? (\w+|-)")
_SILENT = "-"
_BORDER = "\0"
_MARKS = 0xE000  # characters for private use, in no canonical text
_TEXTS_AT_HAND = 1024  # evidence and confidence ask for the same
_REPEATED = re.compile(r"([a-z])(?=\1)")  # all of a row but its last; digits and other scripts keep theirs


class SoundCodes:
    """The sound codes of one language; a language without rules of its own uses those of all.

    `kernels` write those of many texts; without them Python does.
    """

    def __init__(self, lang: str, kernels: Kernels | None = None) -> None:
        sections = (sorted(_sections().get(name, ()), key=_longest_first) for name in (lang, "all"))
        rules = [rule for section in sections for rule in section]
        self._longer, self._single = _pattern(rules)
        self._native = SoundRules(kernels, rules) if kernels else None
        self._of = lru_cache(maxsize=_TEXTS_AT_HAND)(self._coded)

    def all(self, texts: Sequence[str]) -> list[str]:
        """Sound codes of each of canonical `texts`: the same as a call for each, in a fraction of the time."""
        if not texts:
            return []
        joined = _BORDER.join(texts).replace(" ", "")  # no rule is for the border, so none looks beyond it
        return (self._coded if self._native is None else self._native)(joined).split(_BORDER)

    def __call__(self, text: str) -> str:
        """Sound codes of canonical `text`, without spaces."""
        return self._of(text)

    def _coded(self, text: str) -> str:
        # Rules of several letters, and those that look at the next one, are written as characters that canonical text
        # does not have; then one pass writes the codes of these and of all other letters.
        marked = self._longer.sub(_mark, text.replace(" ", ""))
        return _REPEATED.sub("", marked.translate(self._single))


@lru_cache(maxsize=16)
def sound_codes(lang: str, kernels: Kernels | None = None) -> SoundCodes:
    """The `SoundCodes` of a language, made once."""
    return SoundCodes(lang, kernels)


def _pattern(rules: Sequence[tuple[str, str, str]]) -> tuple[re.Pattern[str], dict[int, str]]:
    """A pattern for the rules that are not of one letter alone, in their order, each with an empty group at its end;
    and the codes of the characters that `_mark` writes for them, and of the letters that have a rule alone.

    Rules stand by their first letters, so that most places of a text are passed over at once.
    """
    single: dict[int, str] = {}
    longer: dict[str, list[tuple[str, str]]] = {}
    for letters, following, code in rules:
        if ord(letters[0]) in single:
            continue  # a rule before it takes the letter
        if len(letters) == 1 and not following:
            single[ord(letters)] = code
        else:
            ahead = f"(?=[{following}])" if following else ""
            longer.setdefault(letters[0], []).append((f"{letters[1:]}{ahead}()", code))
    branches = [f"{first}(?:{'|'.join(pattern for pattern, _ in group)})" for first, group in longer.items()]
    codes = [code for group in longer.values() for _, code in group]
    single |= {_MARKS + number: code for number, code in enumerate(codes)}
    return re.compile("|".join(branches) or "(?!)"), single


def _mark(found: re.Match[str]) -> str:
    return chr(_MARKS - 1 + (found.lastindex or 0))


def _longest_first(rule: tuple[str, str, str]) -> tuple[int, bool, str]:
    letters, following, _ = rule
    return -len(letters), not following, letters


@lru_cache(maxsize=1)
def _sections() -> dict[str, list[tuple[str, str, str]]]:
    """Rules (letters to replace, letters of which one must follow, code) of each section."""
    sections: dict[str, list[tuple[str, str, str]]] = {}
    section: list[tuple[str, str, str]] = []
    text = read_table("phonetic.txt")
    for line in text.split("\n"):
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            rule = _RULE.fullmatch(line)
            if rule is None:
                raise ValueError(
                    f"data/phonetic.txt: expected PIECE CODE or PIECE(NEXT) CODE, found {line!r}; "
                    "install edge-er again"
                )
            section.append((rule[1], rule[2] or "", "" if rule[3] == _SILENT else rule[3]))
    return sections
