"""XSPF playlists and OPML lists, read with expat element by element.

Expat itself and not ElementTree or defusedxml: these do not say in which line an element begins. Entities that the file
declares are refused, so that none is expanded or fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from catalog_tools.readers.rows import LARGEST_FIELD, Row, Source, Table
from catalog_tools.readers.text import BROKEN, damaged, opened_text, unreadable, xml_encoding

__all__ = ["read_opml", "read_xspf"]

_CHUNK = 1 << 16
_TRACK_TEXTS = {"title": "name", "creator": "artist", "album": "album", "identifier": "identifier"}
_ADDRESSES = ("xmlurl", "url", "htmlurl")


@dataclass
class _Reading:
    """The elements that are open, the texts of the present track, and the rows that are whole."""

    line: int = 0
    open: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    track: dict[str, Any] | None = None
    outlines: list[_Outline] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)


@dataclass
class _Outline:
    """An OPML element that is open; one with others in it and without an address is their group."""

    number: int
    attributes: dict[str, str]
    inner: bool = False


def read_xspf(source: Source) -> Table:
    """Tracks with `name` (title, else the file's name), `artist`, `album` and `streams`; a row's number is its line."""
    return Table(_rows(source, "playlist", _XspfHandler))


def read_opml(source: Source) -> Table:
    """Outlines with an address or without inner ones: `name`, `streams`, and as `tags` the groups they are in."""
    return Table(_rows(source, "opml", _OpmlHandler))


class _Handler:
    """What is done at the beginning and end of an element."""

    def __init__(self, root: str) -> None:
        self.root, self.reading = root, _Reading()

    def begin(self, line: int, name: str, attributes: dict[str, str]) -> None:
        """An element begins in a line."""

    def end(self, name: str, text: str) -> None:
        """An element ends; `text` is what stands directly in it."""


class _XspfHandler(_Handler):
    def begin(self, line: int, name: str, attributes: dict[str, str]) -> None:
        if name == "track" and self.reading.track is None:
            self.reading.track, self.reading.line = {"streams": []}, line

    def end(self, name: str, text: str) -> None:
        reading, track = self.reading, self.reading.track
        if track is None:
            return
        if name == "track":
            reading.track = None
            reading.rows.append(_track_row(reading.line, track))
        elif len(reading.open) > 1 and reading.open[-2] == "track" and text:
            if name == "location":
                track["streams"].append(text)
            elif name in _TRACK_TEXTS:
                track.setdefault(_TRACK_TEXTS[name], text)


def _track_row(number: int, track: dict[str, Any]) -> Row:
    if not track.get("name") and track["streams"]:
        track["name"] = PureWindowsPath(unquote(track["streams"][0])).stem
    return Row(number, {key: value for key, value in track.items() if value})


class _OpmlHandler(_Handler):
    def begin(self, line: int, name: str, attributes: dict[str, str]) -> None:
        if name == "outline":
            if self.reading.outlines:
                self.reading.outlines[-1].inner = True
            self.reading.outlines.append(_Outline(line, attributes))

    def end(self, name: str, text: str) -> None:
        if name == "outline":
            outline = self.reading.outlines.pop()
            groups = [_called(each.attributes) for each in self.reading.outlines]
            if (row := _outline_row(outline, [group for group in groups if group])) is not None:
                self.reading.rows.append(row)


def _called(attributes: dict[str, str]) -> str:
    return (attributes.get("title") or attributes.get("text") or "").strip()


def _outline_row(outline: _Outline, groups: list[str]) -> Row | None:
    address = next((text for key in _ADDRESSES if (text := outline.attributes.get(key, "").strip())), "")
    name = _called(outline.attributes)
    if outline.inner and not outline.attributes.get("xmlurl"):
        return None  # a group
    values: dict[str, Any] = {
        "name": name,
        "aliases": [],
        "streams": [address] if address else [],
        "tags": groups,
    }
    if (text := outline.attributes.get("text", "").strip()) not in ("", name):
        values["aliases"] = [text]
    return Row(outline.number, {key: value for key, value in values.items() if value})


def _rows(source: Source, root: str, kind: type[_Handler]) -> Iterator[Row]:
    encoding = xml_encoding(source)
    handler = kind(root)
    reading = handler.reading
    parser = _parser(source, handler)
    try:
        text = opened_text(source, encoding)
        while part := text.read(_CHUNK):
            reading.rows.clear()
            if damage := unreadable(part, encoding):
                source.note(f"{damage}; such bytes are read as '?'")
                part = part.encode("utf-8", "replace").decode("utf-8")
            parser.Parse(part, False)
            yield from reading.rows
        reading.rows.clear()
        parser.Parse("", True)
        yield from reading.rows
    except expat.ExpatError as error:
        yield from reading.rows
        raise source.error(
            f"not XML from here on ({error}); the rest cannot be read", row=error.lineno
        ) from error
    except BROKEN as error:
        raise damaged(source, error, parser.CurrentLineNumber) from error


def _parser(source: Source, handler: _Handler) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    reading = handler.reading

    def begin(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2].lower() if handler.root == "opml" else tag.rpartition(":")[2]
        if not reading.open and name != handler.root:
            raise source.error(f"expected the root element {handler.root}, found {tag}")
        reading.open.append(name)
        reading.text.clear()
        lower = {key.lower(): value for key, value in attributes.items()}
        handler.begin(parser.CurrentLineNumber, name, lower)

    def end(_: str) -> None:
        handler.end(reading.open[-1], "".join(reading.text).strip())
        reading.open.pop()
        reading.text.clear()

    def characters(text: str) -> None:
        if sum(map(len, reading.text)) < LARGEST_FIELD:
            reading.text.append(text)

    def entity(name: str, *_: object) -> None:
        raise source.error(
            f"declares the entity {name!r}, which is not allowed in a list; remove its DOCTYPE"
        )

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.CharacterDataHandler, parser.EntityDeclHandler = characters, entity
    return parser
