"""How else a name is said, or written by a speech recogniser: number words, figures, letter names, symbols.

    "Bayern 1" <-> "bayern eins"    "LOS40" <-> "los cuarenta"    "106.7" -> "one oh six point seven"

A name is cut into pieces (decade, decimal, number, symbol, letters, abbreviation), and each kind of form says
the pieces it knows. A form costs an index vector, so the likeliest come first: by the share of recognised
requests that are nearer to that kind of form than to the name (``[shares]`` in the language's locale file).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from catalog_tools.language.language import Language, language
from catalog_tools.language.number_words import (
    cardinal_words,
    decade_words,
    decimal_words,
    figures,
    paired_words,
)
from edge_er.text.canonical import canonical_text

__all__ = ["SpokenForm", "ranked_forms", "spoken_forms"]

_CONSONANT = "[B-DF-HJ-NP-TV-Z]"
_ALONE = r"(?![^\W\d_]|['’&+])"  # no letter, apostrophe or sign follows
_PIECE = re.compile(
    r"(?P<decade>(?<![\d.,])(?:\d{2})?\d0)['’´`-]?(?i:s|ies|ers?)(?![^\W\d_])"
    r"|(?P<decimal>\d+[.,]\d+)"
    r"|(?P<number>\d+)"
    r"|(?P<symbol>[&+%])"
    rf"|(?P<letters>(?<![^\W\d_])(?!FM){_CONSONANT}{{2,3}}{_ALONE})"
    rf"|(?P<initials>(?<![^\W\d_])(?:[AEIOU]{_CONSONANT}{{2}}|{_CONSONANT}{{2}}[AEIOU]){_ALONE})"
    r"|(?P<abbreviation>(?<![^\W\d_])[^\W\d_]{1,5}\.(?=\s*[^\W\d_]{2})|(?<!\w)[A-Z][a-z]{1,4}(?![\w.]))"
)
_FREQUENCY = re.compile(r"(?<![\d.,])(8[789]|9\d|10[0-8])(\d)(?![\d.,])")
_THOUSANDS = re.compile(r"(?<![\d.,])([1-9])(\d{3})(?![\d.,]|[^\W\d_])")
_CAPITALS = re.compile(r"[A-Z]{4}")
_BROADCAST = re.compile(r"(?<![^\W\d_])FM(?![^\W\d_])", re.IGNORECASE)
_DIGITS = {1: "one_digit", 2: "two_digits", 3: "three_digits", 4: "four_digits"}

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """A surface form in canonical text, its kind, and the share of requests nearer to that kind (0 to 1)."""

    text: str
    kind: str
    share: float


def spoken_forms(name: str, lang: str | Language, limit: int | None = 3) -> list[str]:
    """Forms of ``name`` as a person says or a recogniser writes them, in canonical text, the likeliest first.

    All differ from the name and from each other. Names without numbers, number words, ``&``, ``+``, ``%``,
    abbreviations and short groups of capitals have none.

    Args:
        name: one name or alias.
        lang: one of ``catalog_tools.language.language.LANGUAGES``, or what ``read_locale`` read.
        limit: at most so many forms; None for all.

    Raises:
        CatalogError: an unknown language, or the extra ``[catalog]`` is not installed.

    Examples:
        >>> spoken_forms("Bayern 1", "de")
        ['bayern eins']
    """
    return [form.text for form in ranked_forms(name, lang)[:limit]]


def ranked_forms(name: str, lang: str | Language) -> list[SpokenForm]:
    """All forms of ``name`` with kinds and shares, the likeliest first; arguments as in ``spoken_forms``."""
    facts = language(lang)
    forms: list[SpokenForm] = []
    seen, written = {"", canonical_text(name)}, {name}
    for kind, form in _forms(name, facts):
        if form in written:
            continue
        written.add(form)
        text = canonical_text(form)
        if text not in seen:
            seen.add(text)
            forms.append(SpokenForm(text, kind, facts.shares.get(kind, 0.0)))
    return sorted(forms, key=lambda form: -form.share)


def _forms(name: str, facts: Language) -> Iterator[tuple[str, str]]:
    """Pairs of kind and form, those equal to the name included."""
    plain = _spoken(name, _symbol_sayers(facts, 0))
    yield "symbols", plain
    yield "other_symbols", _spoken(name, _symbol_sayers(facts, 1))
    yield from _number_forms(name, facts)
    yield "figures", figures(plain, facts)
    yield "grouped", _THOUSANDS.sub(r"\1 \2", plain)
    if _BROADCAST.search(name):
        yield "frequency", _FREQUENCY.sub(r"\1 \2", plain)
    spell = partial(_letter_names, facts)
    yield "letters", _spoken(name, {**_symbol_sayers(facts, 0), "letters": spell})
    if not _CAPITALS.search(name):
        yield "initials", _spoken(name, {**_symbol_sayers(facts, 0), "letters": spell, "initials": spell})


def _number_forms(name: str, facts: Language) -> Iterator[tuple[str, str]]:
    kind = _number_kind(name)
    if not kind:
        return
    symbols = _symbol_sayers(facts, 0)
    yield kind, _spoken(name, symbols | _number_sayers(facts, cardinal_words))
    yield f"paired_{kind}", _spoken(name, symbols | _number_sayers(facts, paired_words))
    for separator in range(1, len(facts.decimal)):
        yield "other_decimal", _spoken(name, symbols | _number_sayers(facts, cardinal_words, separator))
    for region in facts.regions:
        said = _spoken(name, symbols | _number_sayers(replace(facts, speech=region), cardinal_words))
        if any(word in said for word in facts.regional):
            yield "regional", said


def _number_kind(name: str) -> str:
    """The kind of the longest number in ``name``; "" where there is none."""
    kinds: list[str] = []
    for piece in _pieces(name):
        if piece["decimal"] or piece["decade"]:
            kinds.append(str(piece.lastgroup))
        elif piece["number"] and len(piece["number"]) in _DIGITS:
            kinds.append(_DIGITS[len(piece["number"])])
    order = ("decade", *_DIGITS.values(), "decimal")
    return max(kinds, key=order.index, default="")


def _spoken(name: str, sayers: Mapping[str, Say]) -> str:
    """``name`` with each piece that has a sayer said, set off by spaces."""
    parts, end = [], 0
    for piece in _pieces(name):
        kind = str(piece.lastgroup)
        text = piece[kind]
        words = sayers[kind](text) if kind in sayers else text
        if words != text:
            parts += [name[end : piece.start()], f" {words} "]
            end = piece.end()
    return "".join(parts) + name[end:] if parts else name


@lru_cache(maxsize=1)
def _pieces(name: str) -> tuple[re.Match[str], ...]:
    """The pieces of the name that is looked at, found once for all its forms."""
    return tuple(_PIECE.finditer(name))


def _symbol_sayers(facts: Language, word: int) -> dict[str, Say]:
    def symbol(text: str) -> str:
        words = facts.symbols.get(text, (text,))
        return words[min(word, len(words) - 1)]

    def abbreviation(text: str) -> str:
        return facts.abbreviations.get(text.rstrip(".").lower(), text)

    def capitals(text: str) -> str:
        return facts.abbreviations.get(text, text)

    return {"symbol": symbol, "abbreviation": abbreviation, "letters": capitals}


def _number_sayers(
    facts: Language, words: Callable[[int, Language], str], separator: int = 0
) -> dict[str, Say]:
    """Sayers for numbers of up to four digits and their decimals; longer ones stay as they are."""

    def number(text: str) -> str:
        if len(text) not in _DIGITS:
            return text
        zeros = len(text) - len(str(int(text)))
        return " ".join([cardinal_words(0, facts)] * zeros + [words(int(text), facts)])

    def decimal(text: str) -> str:
        before, after = re.split("[.,]", text)
        if len(before) > 4 or len(after) > 2 or not facts.decimal:
            return text
        return decimal_words(before, after, facts, separator, words)

    return {"number": number, "decimal": decimal, "decade": lambda text: decade_words(int(text), facts)}


def _letter_names(facts: Language, group: str) -> str:
    """The names of the letters; the group itself where one has no name."""
    names = [facts.letters.get(letter, "") for letter in group.lower()]
    return " ".join(names) if all(names) else group
