"""Playlists: M3U and M3U8 (also with IPTV's attributes) and PLS; one entry is one row, its address among `streams`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import unquote

from catalog_tools.readers.rows import Row, Source, Table
from catalog_tools.readers.text import Line, lines

__all__ = ["read_m3u", "read_pls"]

_KEY_VALUE = r"""(?<![\w-])([\w-]+)=(?:"([^"]*)"|'([^']*)'|([^\s,"']+))"""
_ATTRIBUTE = re.compile(_KEY_VALUE)
_ATTRIBUTE_OR_COMMA = re.compile(f"{_KEY_VALUE}|,")
# Attributes where a name is expected: they begin with one whose key no name would begin with.
_ATTRIBUTES_AFTER_COMMA = re.compile(
    r"""\s*(?=(?:[a-z]\w*(?:-\w+)+=["']|(?:tvg|tvc|group|channel|catchup)-[\w-]+=|(?:catchup|radio|timeshift)=))"""
    rf"(?:{_KEY_VALUE}\s*)+,?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at least: C: is a drive
_PLS_LINE = re.compile(r"\s*(File|Title|Length)(\d+)\s*=\s*(.*?)\s*$", re.IGNORECASE)
_NO_NAME = "an address without a name; expected #EXTINF:-1,NAME in the line before it"


def read_m3u(source: Source) -> Table:
    """`#EXTINF:-1 tvg-country="ES" group-title="News",Cadena SER` and the address, whose line is the row's number.

    A file without a title is called by its file name; an address without one is a problem.
    """
    return Table(_m3u(source))


def _m3u(source: Source) -> Iterator[Row]:
    title: Line | None = None
    group = ""
    for line in lines(source):
        text = line.text.strip()
        if text.upper().startswith(("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF")):
            raise source.error(
                "an HLS playlist, which lists the parts of one stream; expected one of stations or tracks",
                row=line.number,
            )
        if text.startswith("#EXTGRP:"):
            group = text.partition(":")[2].strip()
        elif text.startswith("#EXTINF:"):
            if title is not None:
                yield _without_address(title)
            title = line
        elif text and not text.startswith("#"):
            yield _entry(line, title, group)
            title, group = None, ""
    if title is not None:
        yield _without_address(title)


def _without_address(title: Line) -> Row:
    return Row(title.number, {"line": title.text}, "a title without an address in the lines after it")


def _entry(line: Line, title: Line | None, group: str) -> Row:
    address = line.text.strip()
    values: dict[str, Any] = {"streams": [address]}
    name = ""
    if title is not None:
        attributes, name = _title(title.text)
        group = attributes.get("group-title") or group
        values["country"] = attributes.get("tvg-country")
        name = name or attributes.get("tvg-name", "")
    if group:
        values["tags"] = [part.strip() for part in group.split(";") if part.strip()]
    if not name and not _ADDRESS.match(address):
        name = PureWindowsPath(unquote(address)).stem
    values = {"name": name, **{key: value for key, value in values.items() if value}}
    problem = line.problem or (title.problem if title else None) or (None if name else _NO_NAME)
    return Row(line.number, values, problem)


def _title(text: str) -> tuple[dict[str, str], str]:
    """Attributes and name of an #EXTINF line.

    The name follows the first comma outside of attributes. Some lists put that comma before the attributes, or one
    after each: then it follows the last of them. A comma inside quotes is part of an attribute.
    """
    rest = text.strip().removeprefix("#EXTINF:")
    attributes_of_line: list[re.Match[str]] = []
    name = ""
    for part in _ATTRIBUTE_OR_COMMA.finditer(rest):
        if part.group() == ",":
            name = rest[part.end() :]
            break
        attributes_of_line.append(part)
    while attributes := _ATTRIBUTES_AFTER_COMMA.match(name):
        attributes_of_line += _ATTRIBUTE.finditer(attributes.group())
        name = name[attributes.end() :]
    values = (
        (each.group(1).lower(), next(filter(None, each.groups()[1:]), "")) for each in attributes_of_line
    )
    return dict(values), name.strip()


def read_pls(source: Source) -> Table:
    """`File1=`, `Title1=`, in any order; a row's number is the line of its first key."""
    return Table(_pls(source))


def _pls(source: Source) -> Iterator[Row]:
    """Entries are given out when the next one begins, so that only one is in memory."""
    number, first, values, problem = "", 0, dict[str, str](), ""
    done: set[str] = set()
    headed = False
    for line in lines(source):
        headed = headed or line.text.strip().lower() == "[playlist]"
        match = _PLS_LINE.match(line.text)
        if not match:
            continue
        if not headed:
            raise source.error("not a PLS playlist; expected [playlist] in its first line", row=line.number)
        key, entry, value = match.group(1).lower(), match.group(2), match.group(3)
        if entry != number:
            if number:
                yield _pls_row(first, values, problem)
                done.add(number)
            number, first, values, problem = entry, line.number, {}, ""
            problem = f"entry {entry} stands twice, or its lines apart" if entry in done else ""
        problem = problem or line.problem or (f"{key}{entry} stands twice" if key in values else "")
        values[key] = value
    if number:
        yield _pls_row(first, values, problem)


def _pls_row(number: int, values: dict[str, str], problem: str) -> Row:
    address = values.get("file", "")
    name = values.get("title", "")
    if not address:
        problem = problem or "a title without an address; expected a line FileN=ADDRESS"
    elif not name:
        local = not _ADDRESS.match(address)
        name = PureWindowsPath(unquote(address)).stem if local else ""
        problem = problem or ("" if local else "an address without a name; expected a line TitleN=NAME")
    return Row(number, {"name": name, "streams": [address]}, problem or None)
