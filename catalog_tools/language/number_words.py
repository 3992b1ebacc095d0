"""Numbers as they are said, and number words as figures, by num2words, text2num and the locale file.

``lang`` is a shipped language ("fr") or a ``Language`` (``catalog_tools.language.language``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache

from catalog_tools.language.language import Language, language
from catalog_tools.language.number_packages import number_package

__all__ = ["cardinal_words", "decade_words", "decimal_words", "figures", "paired_words"]

_MASK = "ǂ"
_ORDINAL = re.compile(r"\d+(?:[^\W\d_]+|[ºª]|\.)")


@lru_cache(maxsize=65536)
def _words(number: int, speech: str, to: str) -> str:
    """The number by num2words; in figures where that does not know the language or the way."""
    try:
        return str(number_package("num2words", "num2words").num2words(number, lang=speech, to=to))
    except NotImplementedError:
        return str(number) if to == "cardinal" else _words(number, speech, "cardinal")


def cardinal_words(number: int, lang: str | Language) -> str:
    """The whole number in words: 1240 is "one thousand, two hundred and forty"."""
    facts = language(lang)
    return facts.number_words.get(number) or _words(number, facts.speech, "cardinal")


def paired_words(number: int, lang: str | Language) -> str:
    """The number as frequencies and years are said where that is different, the cardinal where not.

    Examples:
        >>> [paired_words(number, "en") for number in (106, 1240, 1009)]
        ['one oh six', 'twelve forty', 'ten oh nine']
        >>> [paired_words(number, "de") for number in (106, 1980)]
        ['hundertsechs', 'neunzehnhundertachtzig']
    """
    facts = language(lang)
    cardinal = cardinal_words(number, facts)
    if facts.silent_one and number // 100 in (1, 10):
        return cardinal.removeprefix(facts.silent_one)
    if not facts.years or not 100 < number < 10_000 or number % 1000 == 0:
        return cardinal
    before, after = divmod(number, 100)
    if facts.zero and 0 < after < 10 and number // 10 != 200:
        return f"{cardinal_words(before, facts)} {facts.zero} {cardinal_words(after, facts)}"
    return _words(number, facts.speech, "year")


def decimal_words(
    before: str,
    after: str,
    lang: str | Language,
    separator: int = 0,
    words: Callable[[int, Language], str] = cardinal_words,
) -> str:
    """The decimal number ``before``.``after`` in words, its decimals one by one.

    ``separator`` chooses among the language's words for the decimal sign, 0 being the likeliest; ``words``
    says the part before the sign.

    Examples:
        >>> decimal_words("99", "5", "de")
        'neunundneunzig komma fünf'
    """
    facts = language(lang)
    digits = " ".join(cardinal_words(int(digit), facts) for digit in after)
    return f"{words(int(before), facts)} {facts.decimal[separator]} {digits}"


def decade_words(number: int, lang: str | Language) -> str:
    """A decade in words: 80 is "eighties", "achtziger", "années quatre-vingts", "anni ottanta", "ochenta"."""
    facts = language(lang)
    if number in facts.decades:
        return facts.decades[number]
    words, tens = paired_words(number, facts), number % 100
    if number > 100 and tens in facts.decades:
        return words.removesuffix(cardinal_words(tens, facts)) + facts.decades[tens]
    return facts.decade.format(words)


def figures(text: str, lang: str | Language) -> str:
    """``text`` with its number words as figures: "Los Cuarenta" is "Los 40".

    Articles before another word are left alone ("un air de fête"), and so is a text with ordinals ("First"), or
    one in a language that text2num does not know.
    """
    facts = language(lang)
    masked = _articles(facts.articles).sub(lambda article: f"{_MASK}{article.group()}", text)
    try:
        written = str(number_package("text2num", "text_to_num").alpha2digit(masked, facts.speech[:2], 0))
    except ValueError:
        return text
    written = written.replace(_MASK, "")
    old = set(text.split())
    if any(_ORDINAL.fullmatch(token) for token in written.split() if token not in old):
        return text
    return written


@cache
def _articles(articles: tuple[str, ...]) -> re.Pattern[str]:
    """The number words that are articles where another word follows and no number goes before."""
    words = "|".join(map(re.escape, articles)) or "(?!)"
    return re.compile(rf"(?<!\bet )(?<!\by )(?<!-)\b(?:{words})\b(?=\W+\w)", re.IGNORECASE)
