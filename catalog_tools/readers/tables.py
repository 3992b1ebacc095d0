"""CSV, TSV and GeoNames dumps: a row a line, or more lines where a field in quotes holds a line end."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from catalog_tools.readers.address_book import AddressBook
from catalog_tools.readers.header import columns_of_first_row, has_name
from catalog_tools.readers.mapping import ColumnMapping
from catalog_tools.readers.rows import LARGEST_FIELD, Row, Source, Table
from catalog_tools.readers.text import Line, lines

__all__ = ["GEONAMES", "GEONAMES_COLUMNS", "read_csv", "read_geonames", "read_tsv"]

GEONAMES_COLUMNS = (
    "geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class", "feature_code",
    "country_code", "cc2", "admin1_code", "admin2_code", "admin3_code", "admin4_code", "population", "elevation",
    "dem", "timezone", "modification_date",
)  # fmt: skip
GEONAMES = ColumnMapping(
    {
        "id": ("geonameid",),
        "aliases": ("asciiname", "alternatenames"),
        "country": ("country_code",),
        "admin1": ("admin1_code",),
        "feature": ("feature_code",),
        "popularity": ("population",),
    },
    keep=(),
    separator=",",
)
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?$', re.IGNORECASE)  # a spreadsheet's first line


class _Feed(Iterator[str]):
    """Lines for csv.reader, which remembers those of the present row: they can be read again.

    Attributes:
        commented: whether lines that begin with "# " are left out.
    """

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._again: deque[Line] = deque()
        self.row: list[Line] = []
        self.commented = False

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._source)
        while self.commented and line.text.startswith("# "):
            line = next(self._source)
        self.row.append(line)
        return line.text.replace("\0", " ") + "\n"

    def take_back(self, count: int) -> None:
        """Read the last `count` lines of the row once more."""
        if count:
            self._again.extendleft(reversed(self.row[-count:]))
            del self.row[-count:]


def read_csv(source: Source) -> Table:
    """A table; the delimiter is the user's, the spreadsheet's ("sep=;"), or found in the first line.

    The columns are those of the header, of a comment above the rows ("# name,url"), or the user's. Where the first line
    is a row already, they are told from it.
    """
    return _table(source, source.options.delimiter)


def read_tsv(source: Source) -> Table:
    """A table with tabs."""
    return _table(source, source.options.delimiter or "\t")


def _table(source: Source, delimiter: str | None) -> Table:
    feed = _Feed(lines(source))
    comment = _comments(feed)
    if delimiter is None:
        delimiter = _delimiter(source, feed)
    csv.field_size_limit(LARGEST_FIELD)
    try:
        table = csv.reader(feed, delimiter=delimiter, strict=True)
    except TypeError as error:
        raise source.error(f"delimiter: expected one character, found {delimiter!r}") from error
    columns = source.options.header or _header(source, table, feed, comment.split(delimiter))
    rows = _rows(table, feed, list(columns))
    book = None if "name" in source.options.mapping.columns else AddressBook.of(columns)
    return book.table(rows, columns) if book else Table(rows, columns)


def _comments(feed: _Feed) -> str:
    """Skip the lines above the table that begin with "#", but for "#" as a column; the text of the last of them."""
    comment = ""
    for text in feed:
        if not text.startswith("#") or text[1:2] in _DELIMITERS:
            feed.take_back(1)
            break
        feed.commented, comment = True, text.lstrip("# ").rstrip("\n")
    feed.row = []
    return comment


def _header(source: Source, table: Iterator[list[str]], feed: _Feed, comment: list[str]) -> tuple[str, ...]:
    """The columns by the first line; it is read again where it is a row."""
    feed.row = []
    try:
        header = tuple(column.strip() for column in next(table, []))
    except csv.Error as error:
        raise source.error(f"not a readable header ({error}); check the quotes", row=1) from error
    if problem := next((line.problem for line in feed.row if line.problem), None):
        raise source.error(problem, row=feed.row[0].number)
    if "name" in source.options.mapping.columns or has_name(header) or AddressBook.of(header):
        return header
    told = tuple(column.strip() for column in comment)
    if not has_name(told) or len(told) < len(header):
        if not (told := columns_of_first_row(header) or ()):
            return header
        source.note(
            "its first line is a row; its columns are " + ", ".join(told) + " (--columns says others)"
        )
    feed.take_back(len(feed.row))
    return told


def _delimiter(source: Source, feed: _Feed) -> str:
    first = next(feed, "").rstrip("\n")
    if named := _SEPARATOR_LINE.match(first):
        return named.group(1)
    feed.take_back(len(feed.row))
    bare = re.sub(r'"[^"]*"', "", first)
    if "," in bare:
        return ","
    delimiter = max(_DELIMITERS, key=bare.count)
    if delimiter in bare:
        source.note(f"read with {delimiter!r} between the columns")
        return delimiter
    return ","


def _rows(table: Iterator[list[str]], feed: _Feed, header: list[str]) -> Iterator[Row]:
    while True:
        feed.row = []
        try:
            values = next(table, None)
        except csv.Error as error:
            bad = feed.row[0]
            feed.take_back(len(feed.row) - 1)
            reason = f"not a readable row ({bad.problem or error})"
            problem = f"{reason}; check the quotes; a field may hold {LARGEST_FIELD} characters"
            yield Row(bad.number, {"line": bad.text}, problem)
            continue
        if values is None:
            return
        yield from _row(values, feed.row, header)


def _row(values: list[str], read: list[Line], header: list[str]) -> Iterator[Row]:
    number = read[0].number
    fields = {key: value for key, value in zip(header, values, strict=False) if key and value != ""}
    if problem := next((line.problem for line in read if line.problem), None):
        yield Row(number, fields, problem)
    elif len(values) > len(header) and any(value.strip() for value in values):
        yield Row(
            number,
            {**fields, "more": values[len(header) :]},
            f"{len(values)} fields where the header has {len(header)} columns; "
            "put a field that holds the delimiter in quotes",
        )
    elif any(value.strip() for value in values):
        yield Row(number, fields)


def read_geonames(source: Source) -> Table:
    """A dump of geonames.org: 19 columns, tabs, no header, quotes are letters."""
    return Table(_places(source), GEONAMES_COLUMNS)


def _places(source: Source) -> Iterator[Row]:
    wanted = source.options.features
    for line in lines(source):
        if not line.text.strip() and line.problem is None:
            continue
        values = line.text.split("\t")
        fields = {key: value for key, value in zip(GEONAMES_COLUMNS, values, strict=False) if value != ""}
        row = Row(line.number, fields, line.problem)
        if line.problem is None and len(values) != len(GEONAMES_COLUMNS):
            row = replace(
                row,
                problem=f"{len(values)} columns where a GeoNames dump has {len(GEONAMES_COLUMNS)}; expected a file "
                "like cities15000.txt or ES.txt, not one of alternate names or codes",
            )
        feature = f"{fields.get('feature_class', '')}.{fields.get('feature_code', '')}"
        asked = not wanted or feature in wanted or feature.partition(".")[0] in wanted
        yield replace(row, wanted=asked or row.problem is not None)
