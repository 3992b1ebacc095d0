"""JSON lines, arrays of JSON objects, and the Radio Browser's answers, one object at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, TextIO

from catalog_tools.readers.mapping import ColumnMapping
from catalog_tools.readers.maps import entry_row, rows_of
from catalog_tools.readers.rows import LARGEST_FIELD, Row, Source, Table
from catalog_tools.readers.text import BROKEN, damaged, lines, opened_text, text_encoding, unreadable

__all__ = ["RADIO_BROWSER", "read_json", "read_json_lines", "read_radio_browser"]

RADIO_BROWSER = ColumnMapping(
    {"id": ("stationuuid",), "country": ("countrycode",), "popularity": ("votes",)}, keep=("tags", "streams")
)
_SPACE = re.compile(r"[\ufeff \t\r\n]*")
_CHUNK = 1 << 16
_LARGEST = 128_000_000  # characters: an object is read whole


def read_json_lines(source: Source) -> Table:
    """One JSON object a line."""
    return Table(_json_lines(source))


def _json_lines(source: Source) -> Iterator[Row]:
    for line in lines(source):
        if line.problem:
            yield Row(line.number, {"line": line.text}, f"{line.problem}; expected one JSON object a line")
        elif line.text.strip():
            yield _parsed(line.number, line.text)


def _parsed(number: int, text: str) -> Row:
    try:
        return _object(number, json.loads(text))
    except (ValueError, RecursionError) as error:
        problem = f'not JSON ({error}); expected one object a line, like {{"name": "..."}}'
        return Row(number, {"line": text}, problem)


def _object(number: int, values: Any) -> Row:
    if isinstance(values, dict):
        return Row(number, values)
    problem = f'expected a JSON object, found {type(values).__name__}; write {{"name": ...}}'
    return Row(number, {"value": values}, problem)


def read_json(source: Source) -> Table:
    """An array of JSON objects or names, or an object that holds entries (`rows_of`); rows are numbered by place."""
    return Table(_entries(source))


def read_radio_browser(source: Source) -> Table:
    """Stations as the Radio Browser's API gives them: their tags as a list, their address among `streams`."""
    return Table(map(_station, _array(source)))


def _station(row: Row) -> Row:
    values = dict(row.values)
    tags = values.get("tags")
    if isinstance(tags, str):
        values["tags"] = [tag.strip() for tag in tags.split(",") if tag.strip()] or None
    address = values.get("url_resolved") or values.get("url")
    if isinstance(address, str):
        values["streams"] = [address]
    return replace(row, values=values)


def _entries(source: Source) -> Iterator[Row]:
    """An array entry by entry, an object whole."""
    encoding = text_encoding(source)
    try:
        text = opened_text(source, encoding)
        while (start := text.read(1)) in ("\ufeff", " ", "\t", "\r", "\n"):
            pass
        if start != "{":
            yield from _array(source)
            return
        first = start + text.readline(LARGEST_FIELD)
        if _is_object(first) and text.read(_CHUNK).strip():
            source.note("JSON lines, which are named .jsonl")
            yield from _json_lines(source)
            return
        text = opened_text(source, encoding)
        written = text.read(_LARGEST).removeprefix("\ufeff")
    except BROKEN as error:
        raise damaged(source, error, 1) from error
    yield from _object_of_entries(source, written, encoding)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _object_of_entries(source: Source, written: str, encoding: str) -> Iterator[Row]:
    if len(written) == _LARGEST:
        raise source.error(f"an object of more than {_LARGEST:,} characters; write JSON lines")
    if problem := unreadable(written, encoding):
        raise source.error(problem)
    try:
        rows = rows_of(json.loads(written), source)
    except (ValueError, RecursionError) as error:
        raise source.error(f"not JSON ({error})") from error
    if rows is None:
        raise source.error(
            "expected a JSON array of objects, or an object that holds one, found '{' at its start and no list or map "
            "of entries in it; JSON lines are named .jsonl"
        )
    yield from rows


def _array(source: Source) -> Iterator[Row]:
    encoding = text_encoding(source)
    number = 0
    try:
        for values, written in _elements(source, opened_text(source, encoding)):
            number += 1
            row = entry_row(number, values)
            yield row if row.problem else replace(row, problem=unreadable(written, encoding))
    except BROKEN as error:
        raise damaged(source, error, number + 1) from error


def _elements(source: Source, text: TextIO) -> Iterator[tuple[Any, str]]:
    """The elements of the array and how each is written; only one of them is in memory."""
    buffer = _Buffer(text)
    if (first := buffer.next_character()) != "[":
        shown = f"{first!r}" if first else "nothing"
        raise source.error(
            f"expected a JSON array of objects, found {shown} at its start; JSON lines are named .jsonl"
        )
    buffer.skip()
    number = 0
    while (character := buffer.next_character()) != "]":
        if number:
            if character != ",":
                raise source.error(
                    f"the array breaks off or is damaged after this entry: expected ',' or ']', found {character!r}",
                    row=number,
                )
            buffer.skip()
            buffer.next_character()
        number += 1
        try:
            yield buffer.value()
        except (ValueError, RecursionError) as error:
            raise source.error(
                f"not JSON ({error}), or an entry of more than {LARGEST_FIELD} characters; the rest cannot be read",
                row=number,
            ) from error
    buffer.skip()
    if buffer.next_character():
        raise source.error("text after the end of the JSON array; remove it", row=number)


class _Buffer:
    """The part of a text that is being parsed."""

    def __init__(self, text: TextIO) -> None:
        self._text, self._part, self._at = text, "", 0
        self._decoder = json.JSONDecoder()

    def next_character(self) -> str:
        """The next character that is no space, "" at the end."""
        while True:
            space = _SPACE.match(self._part, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._part):
                return self._part[self._at]
            if not self._more():
                return ""

    def skip(self) -> None:
        """Go past the character that `next_character` gave."""
        self._at += 1

    def value(self) -> tuple[Any, str]:
        """The value that begins here, and how it is written; ValueError where there is none."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._part, self._at)
            except ValueError:
                if len(self._part) - self._at > LARGEST_FIELD or not self._more():
                    raise
                continue
            if end == len(self._part) and self._more():
                continue  # the digits of a number may go on
            written, self._at = self._part[self._at : end], end
            return value, written

    def _more(self) -> bool:
        read = self._text.read(_CHUNK)
        if read:
            self._part, self._at = self._part[self._at :] + read, 0
        return bool(read)
