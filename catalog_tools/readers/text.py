"""Text files as numbered lines: plain, .gz or .zip, in any encoding, with any mixture of line ends."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, TextIO, cast

from catalog_tools.readers.encodings import DAMAGED, detect_encoding, known_encoding
from catalog_tools.readers.rows import LARGEST_FIELD, Source
from edge_er.errors import CatalogError

__all__ = [
    "BROKEN",
    "Line",
    "damaged",
    "guessed_encoding",
    "head",
    "inner_name",
    "lines",
    "opened_text",
    "text_encoding",
    "unreadable",
    "xml_encoding",
]

_DAMAGED_BYTE = re.compile("[\ud800-\udfff]")
BROKEN = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, RuntimeError)

_HEAD = 1 << 14
_DECLARED = re.compile(rb"\s*<\?xml[^>]*?encoding=[\"']([A-Za-z0-9._-]+)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end.

    Attributes:
        number: counted from 1, as an editor shows it.
        text: at most LARGEST_FIELD characters of it.
        problem: why it cannot be used.
    """

    number: int
    text: str
    problem: str | None = None


def inner_name(file: Path) -> str:
    """The name of the text: without .gz, or that of the one member of a .zip.

    Raises:
        CatalogError: the .zip is damaged or has several members of which none is named like it.
    """
    suffix = file.suffix.lower()
    if suffix == ".zip":
        return _member(file)
    return file.stem if suffix == ".gz" else file.name


def lines(source: Source, encoding: str | None = None) -> Iterator[Line]:
    """All lines of a text; one that cannot be read has a problem.

    Args:
        source: a text, plain or packed.
        encoding: None for that of `text_encoding`.

    Raises:
        CatalogError: an unknown encoding; a compressed file that is damaged.
    """
    encoding = encoding or text_encoding(source)
    number = 0
    try:
        text = opened_text(source, encoding)
        while line := text.readline(LARGEST_FIELD):
            number += 1
            line = line.removeprefix("\ufeff") if number == 1 else line
            problem = _problem(line, encoding)
            if len(line) == LARGEST_FIELD and line[-1] not in "\r\n":
                problem = f"more than {LARGEST_FIELD} characters in one line"
                while (rest := text.readline(LARGEST_FIELD)) and rest[-1] not in "\r\n":
                    pass
            yield Line(number, line.rstrip("\r\n"), problem)
    except BROKEN as error:
        raise damaged(source, error, number + 1) from error


def opened_text(source: Source, encoding: str) -> TextIO:
    """The text opened for reading, bytes that cannot be read as marks (see `unreadable`), line ends as they are.

    It is closed with the source.
    """
    data = source.opened.enter_context(_open(source.path))
    return source.opened.enter_context(io.TextIOWrapper(data, encoding, DAMAGED, newline=""))


def head(source: Source) -> bytes:
    """The first bytes of a text, as they are.

    Raises:
        CatalogError: a compressed file that is damaged there.
    """
    try:
        with _open(source.path) as data:
            return data.read(_HEAD)
    except BROKEN as error:
        raise damaged(source, error, 1) from error


def text_encoding(source: Source) -> str:
    """The encoding the user gave or the text is in; a warning where it was assumed.

    Raises:
        CatalogError: an encoding that Python does not know.
    """
    encoding, assumed = guessed_encoding(source)
    if assumed:
        source.note(f"not UTF-8; read as {encoding}; where names look wrong, say its encoding (--encoding)")
    return encoding


def guessed_encoding(source: Source) -> tuple[str, bool]:
    """The encoding the user gave or the text is in, and whether it was assumed.

    Raises:
        CatalogError: an encoding that Python does not know.
    """
    given = source.options.encoding
    if given:
        if not known_encoding(given):
            raise source.error(f"unknown encoding {given!r}; expected one such as utf-8, cp1252 or utf-16")
        return given, False
    try:
        with _open(source.path) as opened:
            return detect_encoding(opened)
    except BROKEN:
        return "utf-8", False  # reading it again says where it is damaged


def xml_encoding(source: Source) -> str:
    """The encoding of an XML text: the user's, that of its byte order mark or its declaration, else `text_encoding`."""
    declared = _DECLARED.match(head(source))
    encoding = declared.group(1).decode("ascii") if declared else ""
    if source.options.encoding or not encoding or encoding.lower() == "utf-8" or not known_encoding(encoding):
        return text_encoding(source)
    return encoding


def unreadable(text: str, encoding: str) -> str | None:
    """What to say of a text with bytes that could not be read."""
    if text.isascii() or not (mark := _DAMAGED_BYTE.search(text)):
        return None
    shown = "UTF-8" if encoding.startswith("utf-8") else encoding
    return (
        f"not {shown}: byte {ord(mark.group()) - 0xDC00:#04x} cannot be read; save the file as UTF-8 "
        "(in a spreadsheet: 'CSV UTF-8'), or say its encoding (--encoding cp1252)"
    )


def _problem(line: str, encoding: str) -> str | None:
    if "\0" in line:
        return "a NUL character; expected text (a binary file, or UTF-16?), save the file as UTF-8"
    return unreadable(line, encoding)


@contextmanager
def _open(file: Path) -> Iterator[IO[bytes]]:
    suffix = file.suffix.lower()
    if suffix == ".zip":
        with zipfile.ZipFile(file) as archive, archive.open(_member(file)) as data:
            yield data
    elif suffix == ".gz":
        with gzip.open(file, "rb") as data:
            yield cast(IO[bytes], data)
    else:
        with file.open("rb") as data:
            yield data


def _member(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    except (zipfile.BadZipFile, OSError) as error:
        raise CatalogError(f"damaged zip file ({error}); download or compress it again", file=file) from error
    named = [name for name in names if PurePath(name).stem == file.stem]
    if len(names) != 1 and len(named) != 1:
        raise CatalogError(
            f"a .zip with {len(names)} files ({', '.join(names[:5])}); expected one, or one named {file.stem}; "
            "unpack it and name the file",
            file=file,
        )
    return (named or names)[0]


def damaged(source: Source, error: Exception, row: int) -> CatalogError:
    """The error of a compressed file that breaks off in ``row``."""
    kind = "zip" if source.path.suffix.lower() == ".zip" else "gzip"
    return source.error(f"damaged {kind} file ({error}); compress it again", row)
