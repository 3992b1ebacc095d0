"""Numbers as they are said, and number words as figures, in five languages, by num2words and text2num.

``lang`` is a language ("fr") or a region of one that num2words knows ("fr_BE").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from catalog_tools.language import language
from edge_er.errors import CatalogError

__all__ = ["cardinal_words", "decade_words", "decimal_words", "figures", "paired_words"]

_MASK = "ǂ"
_ORDINAL = re.compile(r"\d+(?:[^\W\d_]+|[ºª]|\.)")


@lru_cache(maxsize=4)
def _library(package: str, module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise CatalogError(
            f"surface forms need the package {package}, which is not installed; "
            "install it with: pip install 'edge-er[catalog]'"
        ) from error


@lru_cache(maxsize=65536)
def _words(number: int, lang: str, to: str) -> str:
    return str(_library("num2words", "num2words").num2words(number, lang=lang, to=to))


def cardinal_words(number: int, lang: str) -> str:
    """The whole number in words: 1240 is "one thousand, two hundred and forty"."""
    return _words(number, lang, "cardinal")


def paired_words(number: int, lang: str) -> str:
    """The number as frequencies and years are said where that is different, the cardinal where not.

    >>> [paired_words(number, "en") for number in (106, 1240, 1009)]
    ['one oh six', 'twelve forty', 'ten oh nine']
    >>> [paired_words(number, "de") for number in (106, 1980)]
    ['hundertsechs', 'neunzehnhundertachtzig']
    """
    cardinal = cardinal_words(number, lang)
    if lang == "de" and number // 100 in (1, 10):
        return cardinal.removeprefix("ein")
    if lang not in ("de", "en") or not 100 < number < 10_000 or number % 1000 == 0:
        return cardinal
    before, after = divmod(number, 100)
    if lang == "en" and 0 < after < 10 and number // 10 != 200:
        return f"{cardinal_words(before, lang)} {language(lang).zero} {cardinal_words(after, lang)}"
    return _words(number, lang, "year")


def decimal_words(
    before: str, after: str, lang: str, separator: int = 0, words: Callable[[int, str], str] = cardinal_words
) -> str:
    """The decimal number ``before``.``after`` in words, its decimals one by one.

    ``separator`` chooses among the language's words for the decimal sign, 0 being the likeliest; ``words``
    says the part before the sign.

    >>> decimal_words("99", "5", "de")
    'neunundneunzig komma fünf'
    """
    signs = language(lang[:2]).decimal
    digits = " ".join(cardinal_words(int(digit), lang) for digit in after)
    return f"{words(int(before), lang)} {signs[separator]} {digits}"


def decade_words(number: int, lang: str) -> str:
    """A decade in words: 80 is "eighties", "achtziger", "années quatre-vingts", "anni ottanta", "ochenta"."""
    facts = language(lang[:2])
    if number in facts.decades:
        return facts.decades[number]
    words, tens = paired_words(number, lang), number % 100
    if number > 100 and tens in facts.decades:
        return words.removesuffix(cardinal_words(tens, lang)) + facts.decades[tens]
    return facts.decade.format(words)


def figures(text: str, lang: str) -> str:
    """``text`` with its number words as figures: "Los Cuarenta" is "Los 40".

    Articles before another word are left alone ("un air de fête"), and so is a text with ordinals ("First").
    """
    masked = _articles(lang).sub(lambda article: f"{_MASK}{article.group()}", text)
    written = str(_library("text2num", "text_to_num").alpha2digit(masked, lang, 0)).replace(_MASK, "")
    old = set(text.split())
    if any(_ORDINAL.fullmatch(token) for token in written.split() if token not in old):
        return text
    return written


@cache
def _articles(lang: str) -> re.Pattern[str]:
    """The number words that are articles where another word follows and no number goes before."""
    words = "|".join(language(lang).articles) or "(?!)"
    return re.compile(rf"(?<!\bet )(?<!\by )(?<!-)\b(?:{words})\b(?=\W+\w)", re.IGNORECASE)
