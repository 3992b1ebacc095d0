"""Signs in names that stand for letters or words: "P!nk" -> "pink", "Prise n°2" -> "prise numéro 2"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from catalog_tools.language.language import Language
from edge_er.text.canonical import canonical_text

__all__ = ["LETTERS", "NUMBER_SIGN", "SIGNS", "sign_forms"]

LETTERS, NUMBER_SIGN, SIGNS = "letters for signs", "number sign", "sign names"

_LETTERS = str.maketrans({"!": "i", "¡": "i", "@": "a", "$": "s", "7": "v"})
_LETTER = r"[^\W\d_]"
_CONSONANT = r"(?![aeiouyAEIOUY])[^\W\d_]"
# "!" and "@" as the first vowel of a word ("P!nk", not "kick!fm"); "$" within a word, before one, or behind three
# letters ("Ke$ha", "$hort", "Joey Bada$$"); a seven between small letters, where no figure is read ("Se7en").
_SIGN_WORD = re.compile(
    rf"(?<!\S)(?:{_CONSONANT}{{1,3}}[!¡@]{_CONSONANT}{_LETTER}*|{_LETTER}+\$+{_LETTER}[\w$]*|\$+{_LETTER}{{2,}}"
    rf"|{_LETTER}{{3,}}\$+|{_LETTER}[a-z]*7[a-z]{{2,}})(?!\S)"
)
_MOST_SIGNS = 4


def sign_forms(name: str, facts: Language) -> Iterator[tuple[str, str]]:
    """Kinds and forms, not yet in canonical text."""
    if _SIGN_WORD.search(name):
        yield LETTERS, _SIGN_WORD.sub(lambda word: word[0].translate(_LETTERS), name)
    if facts.number_signs:
        signs = _number_sign(tuple(facts.number_signs))
        if signs.search(name):
            yield NUMBER_SIGN, signs.sub(lambda sign: f" {facts.number_signs[sign[1].lower()]} ", name)
    if said := _said_signs(name, facts):
        yield SIGNS, said


@cache
def _number_sign(signs: tuple[str, ...]) -> re.Pattern[str]:
    """A sign before a number; what is only letters is set off from it by a point or space ("Vol. 2", not "NR1")."""
    listed = (
        re.escape(sign) + (r"(?=[.\s])" if sign.isalpha() else "")
        for sign in sorted(signs, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)({'|'.join(listed)})\.?\s*(?=\d)", re.IGNORECASE)


def _said_signs(name: str, facts: Language) -> str:
    """The words for a name of signs alone; "" for another name, or where a sign has none."""
    signs = [sign for sign in name if not sign.isspace() and unicodedata.category(sign) not in ("Mn", "Cf")]
    if not signs or len(signs) > _MOST_SIGNS or any(sign.isalnum() for sign in signs):
        return ""
    words = [_word(sign, facts) for sign in signs]
    return " ".join(words) if all(words) else ""


def _word(sign: str, facts: Language) -> str:
    """The language's word for a sign; in English also the Unicode name of a pictograph."""
    if sign in facts.sign_names:
        return facts.sign_names[sign]
    if facts.code == "en" and unicodedata.category(sign) == "So":
        return canonical_text(
            re.sub(r"\b(?:SIGN|SYMBOL|BLACK|WHITE|HEAVY)\b", "", unicodedata.name(sign, ""))
        )
    return ""
