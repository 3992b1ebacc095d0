"""The static facts of a language: ``locales/<lang>.toml``, read when a catalog is built."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from edge_er.errors import CatalogError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["LANGUAGES", "Language", "language"]

LANGUAGES = ("de", "en", "es", "fr", "it")


@dataclass(frozen=True, slots=True)
class Language:
    """How names are said in one language; every key is a lower-case text or a number.

    Attributes:
        code: one of ``LANGUAGES``.
        letters: the spoken name of each letter of a-z.
        abbreviations: ``{"st": "sankt"}``, keys without the dot.
        symbols: the words for ``&`` and ``+``, the likeliest first.
        decimal: words between the whole number and its decimals, the likeliest first.
        articles: number words that are articles when another word follows ("un" in "un air de fête").
        regions: num2words languages with other number words; ``regional`` are those words ("nonante").
        zero: a zero read digit by digit.
        decade: pattern for a decade, filled with its number word; ``decades`` holds the exceptions.
        shares: how often recognised speech writes each kind of form, 0 to 1.
    """

    code: str
    letters: Mapping[str, str]
    abbreviations: Mapping[str, str]
    symbols: Mapping[str, tuple[str, ...]]
    decimal: tuple[str, ...]
    articles: tuple[str, ...]
    regions: tuple[str, ...]
    regional: tuple[str, ...]
    zero: str
    decade: str
    decades: Mapping[int, str]
    shares: Mapping[str, float]


@cache
def language(code: str) -> Language:
    """The facts of language ``code``.

    Raises:
        CatalogError: there are none for this language.
    """
    if code not in LANGUAGES:
        raise CatalogError(f"unknown language {code!r}; expected one of {', '.join(LANGUAGES)}")
    text = files("catalog_tools").joinpath(f"locales/{code}.toml").read_text(encoding="utf-8")
    facts = tomllib.loads(text)
    numbers = facts["numbers"]
    return Language(
        code=code,
        letters=facts["letters"],
        abbreviations=facts["abbreviations"],
        symbols={symbol: tuple(words) for symbol, words in facts["symbols"].items()},
        decimal=tuple(numbers["decimal"]),
        articles=tuple(numbers["articles"]),
        regions=tuple(numbers["regions"]),
        regional=tuple(numbers["regional"]),
        zero=numbers["zero"],
        decade=numbers["decade"],
        decades={int(number): word for number, word in facts["decades"].items()},
        shares=facts["shares"],
    )
