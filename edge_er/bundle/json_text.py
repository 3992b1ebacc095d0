"""JSON of files that anybody may have written: bounded, and the same values in every runtime."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from edge_er.constants import BOUNDS

__all__ = ["parse_json", "parse_lines"]

_HALF = re.compile(r"\\u[dD][89a-fA-F]")  # an escape that may be half of a character


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_number)


def parse_json(data: bytes | str, few_levels: bool = False) -> Any:
    """The value that UTF-8 text holds; `few_levels` says that somebody has counted its brackets already.

    Raises:
        ValueError: it is not JSON, not UTF-8, has half of a character in a text, NaN or Infinity, or more than
            `BOUNDS.manifest_levels` objects and lists in one another.
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8 ({error.reason})") from error
    except RecursionError as error:
        raise ValueError(f"more than {BOUNDS.manifest_levels} objects and lists in one another") from error
    if not few_levels:
        _check_levels(value)
    if _HALF.search(text):
        _check_whole(text, value)
    return value


def parse_lines(lines: Sequence[bytes]) -> list[Any]:
    """The values in lines that `parse_json` has read before, one by one.

    Raises:
        ValueError: they are others, not one value from the first to the last character of each line.
    """
    text = (b"[" + b",".join(lines) + b"]").decode("utf-8")
    try:
        values: list[Any]
        values, end = _DECODER.raw_decode(text)
    except RecursionError as error:
        raise ValueError(f"more than {BOUNDS.manifest_levels} objects and lists in one another") from error
    if end != len(text) or len(values) != len(lines):
        raise ValueError("something follows")
    return values


def _check_levels(value: Any) -> None:
    level = [value]
    for _ in range(BOUNDS.manifest_levels):
        inner: list[Any] = []
        for each in level:
            if isinstance(each, dict):
                inner += [part for part in each.values() if isinstance(part, (dict, list))]
            elif isinstance(each, list):
                inner += [part for part in each if isinstance(part, (dict, list))]
        if not inner:
            return
        level = inner
    raise ValueError(f"more than {BOUNDS.manifest_levels} objects and lists in one another")


def _check_whole(text: str, value: Any) -> None:
    """Check that no text or key has half of a character, which cannot be written or shown."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(f"half of a character (a lone surrogate) in {_near(text)!r}") from error


def _near(text: str) -> str:
    found = _HALF.search(text)
    place = found.start() if found else 0
    return text[max(0, place - 20) : place + 20]
