"""Raw field values to what can be compared: people's names, dates, numbers, telephone numbers, identifiers.

A value that cannot be read is None or empty, never an error: it counts as missing.
"""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from edge_er.text.canonical import canonical_text

__all__ = [
    "DateSpan",
    "PersonName",
    "as_texts",
    "identifiers_of",
    "parse_date",
    "parse_names",
    "parse_number",
    "parse_phones",
    "plain_text",
]

_NOTHING = {"", "none", "null", "nan", "n/a", "-"}
_QUOTED = re.compile(r"^[`'\"\s]+|[`'\"\s]+$")
_SHORTEST_PHONE, _LONGEST_PHONE = 6, 15  # digits (E.164 allows 15)


_FAMILY_FIRST = re.compile(r"^[^\s,;|&]+, ?[^\s,;|&]+(?: [^\s,;|&]+)?$")  # "Wu, Ming-li", one person
_INITIALS_LAST = re.compile(r"^([^\W\d_][^\W\d_.'-]+) ([A-Z]{1,3})$")  # "Codd EF"


def as_texts(value: Any) -> list[str]:
    """A value as a list of texts: lists stay lists, "None", "n/a" and empty texts are left out."""
    if value is None or (isinstance(value, float) and value != value):
        return []
    parts: Iterable[Any] = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
    texts = (" ".join(str(part).split()) for part in parts)
    return [text for text in texts if text.lower() not in _NOTHING]


def plain_text(value: Any) -> str:
    """A value as one text, its list joined by commas and quotes around it taken off."""
    return ", ".join(stripped for text in as_texts(value) if (stripped := _QUOTED.sub("", text)))


class PersonName(NamedTuple):
    """A name as written, its family name and its given names or initials, canonical."""

    written: str
    family: str
    given: tuple[str, ...]


def parse_names(value: Any) -> list[PersonName]:
    """People of a list, or of one text joined by ";", "|", "," or "and"; "Wu, Ming-li" and "Wu ML" are one person.

    Examples:
        >>> [name.family for name in parse_names("M. Stonebraker, Jim Gray and Codd EF")]
        ['stonebraker', 'gray', 'codd']
        >>> parse_names("Wu, Ming-li")[0].given
        ('ming', 'li')
    """
    texts = as_texts(value)
    if len(texts) == 1 and not isinstance(value, (list, tuple)) and not _FAMILY_FIRST.match(texts[0]):
        separator = r"[;|]" if re.search(r"[;|]", texts[0]) else r",|\band\b|\bund\b|&"
        texts = [part.strip() for part in re.split(separator, texts[0])]
    return [name for text in texts if (name := _person(text))]


def _person(text: str) -> PersonName | None:
    family, comma, given = text.partition(",")
    if comma:
        families = canonical_text(family).split()
        return PersonName(text, families[-1], tuple(_name_words(given))) if families else None
    if initials := _INITIALS_LAST.match(text):
        return PersonName(text, canonical_text(initials[1]), tuple(initials[2].lower()))
    words = _name_words(text)
    return PersonName(text, words[-1], tuple(words[:-1])) if words else None


def _name_words(text: str) -> list[str]:
    """Words of a name; initials written without a space ("R.H.") come apart."""
    return [word for part in re.split(r"[\s.\-]+", text) for word in canonical_text(part).split()]


class DateSpan(NamedTuple):
    """The first and last day that a date may mean, as proleptic ordinals: "1999" is a year long."""

    first: int
    last: int


_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12, "fev": 2, "maer": 3, "mrz": 3, "avr": 4, "abr": 4, "mai": 5, "mag": 5, "giu": 6, "juin": 6, "lug": 7,
    "juil": 7, "aou": 8, "ago": 8, "set": 9, "okt": 10, "ott": 10, "dez": 12, "dic": 12, "ene": 1, "gen": 1,
}  # fmt: skip
_ISO = re.compile(r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?=$|[T\s])")
_YEAR = re.compile(r"^\(?(\d{4})(?:\.0+)?\)?$")
_DAY_FIRST = re.compile(r"^(\d{1,2})[.\s\-]+([^\W\d]{3,})[.\s\-,]+(\d{4}|\d{2})$")
_MONTH_FIRST = re.compile(r"^([^\W\d]{3,})\.?\s+(?:(\d{1,2})\s*,?\s+)?(\d{4})$")
_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$")
_THIS_CENTURY = 50  # "50" is 1950, "49" is 2049


def parse_date(value: Any) -> DateSpan | None:
    """The days a date may mean: ISO 8601, a year, "13-Feb-15", "February 13, 2015", "13.2.2015", "2/13/2015".

    Examples:
        >>> span = parse_date("February 2015")
        >>> span.last - span.first
        27
    """
    text = " ".join(plain_text(value).replace(" ,", ",").split())
    if match := _YEAR.match(text):
        return _span(int(match[1]))
    if match := _ISO.match(text):
        return _span(int(match[1]), int(match[2]), int(match[3] or 0))
    if match := _DAY_FIRST.match(text):
        year = int(match[3])
        year += 0 if year > 99 else 2000 if year < _THIS_CENTURY else 1900
        return _span(year, _month(match[2]), int(match[1]))
    if match := _MONTH_FIRST.match(text):
        return _span(int(match[3]), _month(match[1]), int(match[2] or 0))
    if match := _DOTTED.match(text):
        return _span(int(match[3]), int(match[2]), int(match[1]))
    if match := _SLASHED.match(text):
        month, day = int(match[1]), int(match[2])
        return _span(int(match[3]), *((month, day) if month <= 12 else (day, month)))
    return None


def _month(word: str) -> int:
    """Number of a month's name in de, en, es, fr or it, or of its first letters; -1 for another word."""
    letters = canonical_text(word).replace(" ", "")
    return next((_MONTHS[letters[:n]] for n in (4, 3) if letters[:n] in _MONTHS), -1)


def _span(year: int, month: int = 0, day: int = 0) -> DateSpan | None:
    try:
        first = datetime.date(year, month or 1, day or 1)
        if day:
            return DateSpan(first.toordinal(), first.toordinal())
        last_month = month or 12
        last = datetime.date(year, last_month, calendar.monthrange(year, last_month)[1])
    except ValueError:
        return None
    return DateSpan(first.toordinal(), last.toordinal())


_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+|[\s']\d{3}(?!\d))*")
_CLOCK = re.compile(r"^(?:(\d+):)?(\d{1,2}):(\d{2})$")


def parse_number(value: Any) -> float | None:
    """A number with its currency or unit taken off; "3:26" is 206 seconds; "1.199,00" and "1,199.00" are equal.

    Examples:
        >>> parse_number("$ 1,199.00"), parse_number("1.199,00 €"), parse_number("5.40 %"), parse_number("3:26")
        (1199.0, 1199.0, 5.4, 206.0)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if value == value else None
    text = plain_text(value)
    if clock := _CLOCK.match(text):
        return float(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
    numbers = _NUMBER.findall(text)
    if len(numbers) != 1:
        return None
    digits = re.sub(r"[\s']", "", numbers[0])
    decimal = max(digits.rfind("."), digits.rfind(","))
    if decimal >= 0:
        whole, part = re.sub(r"[.,]", "", digits[:decimal]), digits[decimal + 1 :]
        thousands = len(part) == 3 and (digits[decimal] == "," or re.search(r"[.,]", digits[:decimal]))
        digits = whole + part if thousands else f"{whole or 0}.{part}"
    return float(digits)


def parse_phones(value: Any) -> list[str]:
    """Digits of each telephone number without leading zeros; those of fewer than 6 or more than 15 are left out."""
    numbers = (re.sub(r"\(0\)|\D", "", text).lstrip("0") for text in as_texts(value))
    return [digits for digits in dict.fromkeys(numbers) if _SHORTEST_PHONE <= len(digits) <= _LONGEST_PHONE]


_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>]+")
_ARXIV = re.compile(
    r"(?:arxiv[.:/]|arxiv\.org/(?:abs|pdf)/|^abs/)\s*(\d{4}\.\d{4,5}|[a-z\-]+(?:\.[a-z]{2})?/\d{7})"
)
_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.\-]*:)?//(?:www\.)?([^\s]+)$")
_BOOK = re.compile(r"^(?:isbn[:\s]*)?((?:97[89])?\d{9}[\dx])$")


def identifiers_of(name: str, value: Any) -> frozenset[tuple[str, str]]:
    """(scheme, identifier) pairs in a field's value: doi, arxiv, isbn, url, else the field's `name` as scheme.

    Examples:
        >>> sorted(identifiers_of("doi", "https://doi.org/10.48550/arXiv.2203.07687"))
        [('arxiv', '2203.07687'), ('doi', '10.48550/arxiv.2203.07687')]
    """
    identifiers: set[tuple[str, str]] = set()
    for text in as_texts(value):
        lowered = text.lower()
        identifiers |= {("doi", match.rstrip(".,;)")) for match in _DOI.findall(lowered)}
        identifiers |= {("arxiv", match) for match in _ARXIV.findall(lowered)}
        if _DOI.search(lowered):
            continue
        if address := _ADDRESS.match(lowered):
            identifiers.add(("url", address[1].rstrip("/")))
        elif book := _BOOK.match(re.sub(r"[\s\-]", "", lowered)):
            identifiers.add(("isbn", _isbn13(book[1])))
        elif not _ARXIV.search(lowered) and (plain := re.sub(r"[\W_]+", "", lowered)):
            identifiers.add((name, plain))
    return frozenset(identifiers)


def _isbn13(digits: str) -> str:
    """The thirteen digits of an ISBN of ten or thirteen."""
    if len(digits) == 13:
        return digits
    core = "978" + digits[:9]
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(core)) % 10
    return f"{core}{check}"
