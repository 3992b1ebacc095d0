"""How names are said and asked for in a language: ``locales/<lang>.toml``, and locale files of one's own.

    language("de").letters["w"]  ->  "we"
    read_locale("nl.toml").code  ->  "nl"

A locale file of a shipped language adds to it; one of another language adds that language. docs/locales.md
describes the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from catalog_tools.language.locale_file import locale_error, read_locale_file
from catalog_tools.language.number_packages import says_numbers
from edge_er.errors import CatalogError
from edge_er.text.canonical import canonical_text

__all__ = ["LANGUAGES", "Language", "language", "read_locale"]

LANGUAGES = ("de", "en", "es", "fr", "it")
_ADDED_TO = (
    "carriers",
    "words",
    "countries",
)  # sections whose lists grow; lists of other sections are replaced
_Texts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """How names are said in one language; what a locale file leaves out is empty, and is not said.

    Attributes:
        code: the language, as in the manifest of a bundle ("de").
        letters: the spoken name of each letter.
        abbreviations: ``{"st": "sankt"}``, keys without the dot.
        symbols: the words for ``&``, ``+`` and ``%``, the likeliest first.
        decimal: words between the whole number and its decimals, the likeliest first.
        articles: number words that are articles when another word follows ("un" in "un air de fête").
        speech: the num2words language that says the numbers.
        number_words: numbers said otherwise, or unknown to num2words.
        regions: num2words languages with other number words; ``regional`` are those words ("nonante").
        years: numbers of three and four digits are also said as years are ("twelve forty").
        zero: a zero between two parts of such a number ("one oh six").
        silent_one: what is not said before a hundred or a thousand ("ein" of "einhundert").
        decade: pattern for a decade, filled with its number word; ``decades`` holds the exceptions.
        shares: how often recognised speech writes each kind of form, 0 to 1.
        carriers: the phrases of `catalog_tools.language.requests.Carriers`.
        words: what words of station names are, see `catalog_tools.stations.words.StationWords`.
        names: what names are made of: ``articles``, ``joined`` (patterns for a name and a further column), ``numbered``
            (words that a numeral follows), ``kings`` and ``queens`` with ``king_numbers`` and ``queen_numbers``, their
            ordinals from the first on. Words and rulers are canonical texts.
        number_signs: the words for signs and abbreviations before a number, ``{"#": "number"}``.
        sign_names: the words for signs that are a whole name, ``{"÷": "divide"}``.
        countries: the names of countries by their ISO 3166 codes.
        confusions: a file of what a recogniser hears for what; None for the shipped one, if there is one.
        source: the name of the locale file; "" where nothing was added to the shipped one.
    """

    code: str
    letters: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, _Texts] = field(default_factory=dict)
    decimal: _Texts = ()
    articles: _Texts = ()
    speech: str = ""
    number_words: Mapping[int, str] = field(default_factory=dict)
    regions: _Texts = ()
    regional: _Texts = ()
    years: bool = False
    zero: str = ""
    silent_one: str = ""
    decade: str = "{}"
    decades: Mapping[int, str] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    carriers: Mapping[str, _Texts] = field(default_factory=dict)
    words: Mapping[str, _Texts] = field(default_factory=dict)
    names: Mapping[str, _Texts] = field(default_factory=dict)
    number_signs: Mapping[str, str] = field(default_factory=dict)
    sign_names: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, _Texts] = field(default_factory=dict)
    confusions: Path | None = None
    source: str = ""


def language(lang: str | Language) -> Language:
    """The shipped language with the code ``lang``; a ``Language`` is returned as it is.

    Raises:
        CatalogError: there are none for this language.
    """
    return lang if isinstance(lang, Language) else _shipped(lang)


def read_locale(file: str | Path, code: str | None = None) -> Language:
    """The language of a locale file, on top of the shipped one where there is one.

    Tables are merged key by key; carriers are added to the shipped ones, other lists take their place.

    Args:
        file: TOML, described in docs/locales.md.
        code: the language it is expected to be of; None for any.

    Raises:
        CatalogError: the file cannot be read, or a key has a wrong name or value; names file and key.
    """
    file = Path(file)
    facts = read_locale_file(file)
    if code not in (None, facts["language"]):
        asked = f"expected {code!r}, the language that was asked for"
        raise locale_error(file, "language", f"{asked}; found {facts['language']!r}")
    _check_speech(file, facts.get("numbers", {}))
    confusions = file.parent / facts["confusions"] if "confusions" in facts else None
    shipped = _shipped_facts(facts["language"]) if facts["language"] in LANGUAGES else {}
    return _language(_merged(shipped, facts), confusions=confusions, source=file.name)


def _check_speech(file: Path, numbers: Mapping[str, Any]) -> None:
    """num2words must know the languages that are named; where none is, numbers may stay figures."""
    for key in ("speech", "regions"):
        named = numbers.get(key, [])
        for code in [named] if isinstance(named, str) else named:
            if not says_numbers(code):
                raise locale_error(file, f"numbers.{key}", f"num2words knows no {code!r}")


@cache
def _shipped(code: str) -> Language:
    if code not in LANGUAGES:
        raise CatalogError(
            f"unknown language {code!r}; expected one of {', '.join(LANGUAGES)}, or a locale file that adds it"
        )
    return _language(_shipped_facts(code))


@cache
def _shipped_facts(code: str) -> dict[str, Any]:
    return read_locale_file(files("catalog_tools").joinpath(f"locales/{code}.toml"))


def _merged(shipped: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**shipped, **added}
    for section in shipped.keys() & added.keys():
        if isinstance(added[section], dict):
            merged[section] = {**shipped[section], **added[section]}
    for section in _ADDED_TO:
        old, new = shipped.get(section, {}), added.get(section, {})
        for key in old.keys() & new.keys():
            merged[section][key] = list(dict.fromkeys([*old[key], *new[key]]))
    return merged


def _language(facts: Mapping[str, Any], confusions: Path | None = None, source: str = "") -> Language:
    numbers: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in facts.get("numbers", {}).items()
    }
    code = facts["language"]
    return Language(
        code=code,
        letters=facts.get("letters", {}),
        abbreviations=facts.get("abbreviations", {}),
        symbols=_tuples(facts.get("symbols", {})),
        speech=numbers.pop("speech", code),
        number_words=_numbered(facts.get("number_words", {})),
        decades=_numbered(facts.get("decades", {})),
        shares=facts["shares"] if code in LANGUAGES else {**_usual_shares(), **facts.get("shares", {})},
        carriers=_tuples(facts.get("carriers", {})),
        words=_tuples(facts.get("words", {})),
        names=_names(facts.get("names", {})),
        number_signs=facts.get("number_signs", {}),
        sign_names=facts.get("sign_names", {}),
        countries=_tuples(facts.get("countries", {})),
        confusions=confusions,
        source=source,
        **numbers,
    )


def _tuples(table: Mapping[str, list[str]]) -> dict[str, _Texts]:
    return {key: tuple(texts) for key, texts in table.items()}


def _names(table: Mapping[str, list[str]]) -> dict[str, _Texts]:
    """The texts in canonical text, where they are compared with words of names; articles keep their apostrophe."""
    compared = ("numbered", "kings", "queens")
    return {
        key: tuple(map(canonical_text, texts) if key in compared else texts) for key, texts in table.items()
    }


def _numbered(table: Mapping[str, str]) -> dict[int, str]:
    return {int(number): words for number, words in table.items()}


@cache
def _usual_shares() -> dict[str, float]:
    """The mean share of each kind of form over the shipped languages that have it."""
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for code in LANGUAGES:
        for kind, share in _shipped_facts(code)["shares"].items():
            shares[kind].append(share)
    return {kind: sum(of_kind) / len(of_kind) for kind, of_kind in shares.items()}
