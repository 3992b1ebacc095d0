"""Locale files, read and checked: every wrong key is named with its file, what was expected and what was found."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_er.errors import CatalogError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["locale_error", "read_locale_file"]

_CODE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?")
Check = tuple[str, Callable[[Any], bool]]  # what is expected, and whether a value is that


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _phrases(value: Any) -> bool:
    return (
        _texts(value) and bool(value) and all(text.count("{}") == 1 and _braces(text) == 2 for text in value)
    )


def _braces(text: str) -> int:
    return text.count("{") + text.count("}")


TEXT: Check = ("a text", _is_text)
TEXTS: Check = ("a list of texts", _texts)
WORDS: Check = ("a list of texts, at least one", lambda value: _texts(value) and bool(value))
PLAIN: Check = (
    "a list of texts without braces",
    lambda value: _texts(value) and not any(map(_braces, value)),
)
PHRASES: Check = ("a list of phrases, at least one, each with one {} for the name", _phrases)
PATTERN: Check = (
    "a text with one {} for the number word",
    lambda value: _is_text(value) and _phrases([value]),
)
JOINED: Check = (
    "a list of patterns, each with a {} for the name and a {} for what is joined to it",
    lambda value: _texts(value) and all(text.count("{}") == 2 and _braces(text) == 4 for text in value),
)
FLAG: Check = ("true or false", lambda value: isinstance(value, bool))
SHARE: Check = (
    "a number between 0 and 1",
    lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1,
)
CODE: Check = (
    'a language code such as "nl" or "pt_BR"',
    lambda value: _is_text(value) and bool(_CODE.fullmatch(value)),
)

# A section has the keys listed, or all keys that match a pattern.
FIELDS: Mapping[str, Check] = {"language": CODE, "confusions": TEXT}
SECTIONS: Mapping[str, Mapping[str, Check]] = {
    "symbols": {"&": WORDS, "+": WORDS, "%": WORDS},
    "numbers": {
        "speech": CODE,
        "decimal": TEXTS,
        "articles": TEXTS,
        "regions": TEXTS,
        "regional": TEXTS,
        "years": FLAG,
        "zero": TEXT,
        "silent_one": TEXT,
        "decade": PATTERN,
    },
    "shares": dict.fromkeys(
        [
            *("symbols", "other_symbols", "figures", "grouped", "frequency", "letters", "initials"),
            *("one_digit", "two_digits", "three_digits", "four_digits", "decimal", "decade"),
            *("paired_one_digit", "paired_two_digits", "paired_three_digits", "paired_four_digits"),
            *("paired_decimal", "paired_decade", "other_decimal", "regional"),
        ],
        SHARE,
    ),
    "carriers": {
        "phrases": PHRASES,
        "commands": PHRASES,
        "nouns": PHRASES,
        **dict.fromkeys(["wake", "places", "apps", "polite"], PLAIN),
    },
    "words": dict.fromkeys(["filler", "genres", "variants", "numbers"], TEXTS),
    "names": {
        "joined": JOINED,
        **dict.fromkeys(["articles", "numbered", "kings", "queens", "king_numbers", "queen_numbers"], TEXTS),
    },
}
PATTERNS: Mapping[str, tuple[str, re.Pattern[str], Check]] = {
    "letters": ("one small letter", re.compile(r"[^\W\d_A-Z]"), TEXT),
    "abbreviations": ("letters without a dot", re.compile(r"[^\W\d_]{1,5}"), TEXT),
    "decades": ("digits in quotes", re.compile(r"\d{1,4}"), TEXT),
    "number_words": ("digits in quotes", re.compile(r"\d{1,4}"), TEXT),
    "number_signs": (
        "a sign or an abbreviation in small letters, without a point",
        re.compile(r"[^\s.A-Z]{1,5}"),
        TEXT,
    ),
    "sign_names": ("one sign", re.compile(r"[^\w\s]"), TEXT),
    "countries": ("a country code in two capitals", re.compile(r"[A-Z]{2}"), TEXTS),
}


def read_locale_file(file: Path | Traversable) -> dict[str, Any]:
    """The tables of a locale file, checked.

    Raises:
        CatalogError: it is missing, no TOML, or a key has a wrong name or value; names file and key.
    """
    facts = _parsed(file)
    if "language" not in facts:
        raise locale_error(file, "language", f"missing; expected {CODE[0]}")
    for key, value in facts.items():
        if key in FIELDS:
            _check(file, key, value, FIELDS[key])
        elif key not in SECTIONS and key not in PATTERNS:
            known = ", ".join((*FIELDS, *PATTERNS, *SECTIONS))
            raise locale_error(file, key, f"unknown; expected one of {known}")
        elif not isinstance(value, dict):
            raise locale_error(file, key, f"expected a table, [{key}]; found {str(value)[:80]!r}")
        else:
            _check_section(file, key, value)
    return facts


def locale_error(file: Path | Traversable, key: str, message: str) -> CatalogError:
    """The error that names file and key."""
    return CatalogError(f"key {key!r}: {message}", file=str(file))


def _parsed(file: Path | Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise CatalogError(
            f"not UTF-8 (byte {error.start}); save the file as UTF-8", file=str(file)
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"not TOML: {error}", file=str(file)) from error
    except OSError as error:
        raise CatalogError(f"cannot be read ({error.strerror or error})", file=str(file)) from error


def _check_section(file: Path | Traversable, section: str, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        name = f"{section}.{key}"
        if section in PATTERNS:
            expected, pattern, check = PATTERNS[section]
            if not pattern.fullmatch(key):
                raise locale_error(file, name, f"expected {expected} as the key")
            _check(file, name, value, check)
        elif key not in SECTIONS[section]:
            raise locale_error(file, name, f"unknown; expected one of {', '.join(SECTIONS[section])}")
        else:
            _check(file, name, value, SECTIONS[section][key])


def _check(file: Path | Traversable, name: str, value: Any, check: Check) -> None:
    expected, holds = check
    if not holds(value):
        raise locale_error(file, name, f"expected {expected}; found {str(value)[:80]!r}")
