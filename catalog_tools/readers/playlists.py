"""Playlists: M3U and M3U8 (also with IPTV's attributes) and PLS; one entry is one row, its address among `streams`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import unquote, urlsplit

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
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]\w{1,30});")
_PLS_LINE = re.compile(r"\s*(File|Title|Length)(\d+)\s*=\s*(.*?)\s*$", re.IGNORECASE)
_NO_NAME = "an address without a name; expected #EXTINF:-1,NAME in the line before it"
_STREAM = frozenset(
    {"stream", "live", "listen", "radio", "index", "playlist", "master", "main", "play", "audio"}
)


def read_m3u(source: Source) -> Table:
    """`#EXTINF:-1 tvg-country="ES" group-title="News",Cadena SER` and the address, whose line is the row's number.

    An address without a title is called by its file name, where that has a letter and is not "stream" or the like. A
    line #EXTGRP: after a title is the group of that entry, one before it the group of all entries until the next.
    """
    return Table(_m3u(source))


def _m3u(source: Source) -> Iterator[Row]:
    title: Line | None = None
    group = own_group = ""
    for line in lines(source):
        text = line.text.strip()
        tag = text[:24].upper()
        if tag.startswith(("#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF")):
            raise source.error(
                "an HLS playlist, which lists the parts of one stream; expected one of stations or tracks",
                row=line.number,
            )
        if tag.startswith("#EXTGRP:"):
            named = _text(text.partition(":")[2])
            if title is None:
                group = named  # of all that follows
            else:
                own_group = named
        elif tag.startswith("#EXTINF:"):
            if title is not None:
                yield _without_address(title)
            title, own_group = line, ""
        elif text and not text.startswith("#"):
            yield _entry(line, title, own_group or group)
            title, own_group = None, ""
    if title is not None:
        yield _without_address(title)


def _text(written: str) -> str:
    """A text without the entities of HTML pages that lists are copied from: "Rock &amp; Pop"."""
    return _ENTITY.sub(lambda entity: html.unescape(entity.group()), written).strip()


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
    name = name or _name_of(address)
    values = {"name": name, **{key: value for key, value in values.items() if value}}
    problem = line.problem or (title.problem if title else None) or (None if name else _NO_NAME)
    return Row(line.number, values, problem)


def _name_of(address: str) -> str:
    """The name of the file at an address; "" for one of the web that says nothing, a number or "stream"."""
    if not _ADDRESS.match(address):
        return PureWindowsPath(unquote(address)).stem
    try:
        name = PureWindowsPath(unquote(urlsplit(address).path)).stem if "://" in address else ""
    except ValueError:  # no address
        return ""
    plain = name.strip("; ").lower()
    return name if any(letter.isalpha() for letter in plain) and plain not in _STREAM else ""


def _title(text: str) -> tuple[dict[str, str], str]:
    """Attributes and name of an #EXTINF line.

    The name follows the first comma outside of attributes. Some lists put that comma before the attributes, or one
    after each: then it follows the last of them. A comma inside quotes is part of an attribute.
    """
    rest = text.strip()[len("#EXTINF:") :]
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
        (each.group(1).lower(), _text(next(filter(None, each.groups()[1:]), "")))
        for each in attributes_of_line
    )
    return dict(values), _text(name).lstrip(", ")  # some lists have two commas


def read_pls(source: Source) -> Table:
    """`File1=`, `Title1=`, in any order; a row's number is the line of its first key."""
    return Table(_pls(source))


def _pls(source: Source) -> Iterator[Row]:
    """Entries in the order of their first lines, given out when all is read: titles may stand after all files."""
    entries: dict[str, tuple[int, dict[str, str], list[str]]] = {}
    for line in lines(source):
        match = _PLS_LINE.match(line.text)
        if not match:
            continue
        key, entry, value = match.group(1).lower(), match.group(2), match.group(3)
        number, values, problems = entries.setdefault(entry, (line.number, {}, []))
        if line.problem:
            problems.append(line.problem)
        if values.get(key, value) != value:
            problems.append(f"{key}{entry} stands twice, with {values[key]!r:.80} and {value!r:.80}")
        values.setdefault(key, value)
    for number, values, problems in entries.values():
        yield _pls_row(number, values, next(iter(problems), ""))


def _pls_row(number: int, values: dict[str, str], problem: str) -> Row:
    address = values.get("file", "")
    name = _text(values.get("title", "")) or _name_of(address)
    if not address:
        problem = problem or "a title without an address; expected a line FileN=ADDRESS"
    elif not name:
        problem = problem or "an address without a name; expected a line TitleN=NAME"
    return Row(number, {"name": name, "streams": [address]}, problem or None)
