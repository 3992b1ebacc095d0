"""Catalog files to records: CSV, TSV, JSONL (also gzipped) and Parquet, one row at a time.

Columns: ``id`` (optional), ``name``, ``aliases`` (optional: a list, or joined by ``|``); every other column is
metadata. Text files are UTF-8, with or without a byte order mark, with any mixture of line ends.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from edge_er.errors import CatalogError

__all__ = ["Record", "read_records", "record_from_mapping"]

_LARGEST_FIELD = 1_000_000  # characters: a whole file quoted by mistake must not pass as one name
_LONGEST_NAME = 1_000

_Rows = Iterator[tuple[int, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a catalog, before duplicates are merged; `row` counts from 1 as an editor shows the file's lines."""

    name: str
    aliases: tuple[str, ...] = ()
    id: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)
    row: int | None = None


def read_records(path: str | Path) -> Iterator[Record]:
    """Records of a catalog file, in the order of its rows.

    Raises CatalogError naming file, row and column: an unknown format, another encoding than UTF-8, no column
    `name`, a row without a name, an id used twice, damaged JSON, NUL characters, an oversized field, no rows.
    """
    file = Path(path)
    if not file.is_file():
        raise CatalogError(
            "no such file; expected a CSV, TSV, JSONL or Parquet file, give its path", file=file
        )
    first_row: dict[str, int] = {}
    empty = True
    for row, values in _reader(file)(file):
        record = record_from_mapping(values, file=file, row=row)
        if record.id is not None:
            seen = first_row.setdefault(record.id, row)
            if seen != row:
                raise CatalogError(
                    f"id {record.id!r} is already used in row {seen}; ids must be unique: "
                    "give each row its own, or leave the column out",
                    file=file, row=row, column="id",
                )  # fmt: skip
        empty = False
        yield record
    if empty:
        raise CatalogError("the catalog is empty; expected at least one row with a name", file=file)


def record_from_mapping(
    values: Mapping[str, Any], *, file: str | Path | None = None, row: int | None = None
) -> Record:
    """A record from one row's columns; `file` and `row` are for the CatalogError of a row that cannot be used."""
    name = values.get("name")
    if not isinstance(name, str) or not name.strip():
        found = "nothing" if name is None or name == "" else repr(name)
        raise CatalogError(
            f"a row without a name; expected text, found {found}; fill it in or remove the row",
            file=file, row=row, column="name",
        )  # fmt: skip
    if len(name) > _LONGEST_NAME or "\0" in name:
        found = f"{len(name)} characters" if len(name) > _LONGEST_NAME else "a NUL character"
        raise CatalogError(
            f"not a name; expected at most {_LONGEST_NAME} characters of text, found {found}; "
            "check the quotes and the encoding of the file",
            file=file, row=row, column="name",
        )  # fmt: skip
    identifier = values.get("id")
    others = {
        key: value
        for key, value in values.items()
        if key not in ("id", "name", "aliases") and value is not None
    }
    return Record(
        name=name.strip(),
        aliases=_aliases(values.get("aliases"), file, row),
        id=None if identifier is None or not str(identifier).strip() else str(identifier).strip(),
        metadata=others,
        row=row,
    )


def _aliases(value: Any, file: str | Path | None, row: int | None) -> tuple[str, ...]:
    if value is None:
        return ()
    parts = value.split("|") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or not all(isinstance(part, str) for part in parts):
        raise CatalogError(
            f"aliases must be a list of texts or one text joined by '|', found {value!r}",
            file=file, row=row, column="aliases",
        )  # fmt: skip
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _reader(file: Path) -> Callable[[Path], _Rows]:
    suffixes = [suffix.lower() for suffix in file.suffixes]
    kind = suffixes[-2] if suffixes[-1:] == [".gz"] and len(suffixes) > 1 else "".join(suffixes[-1:])
    readers: dict[str, Callable[[Path], _Rows]] = {
        ".csv": lambda path: _read_table(path, ","),
        ".tsv": lambda path: _read_table(path, "\t"),
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
        ".parquet": _read_parquet,
    }
    if kind not in readers:
        raise CatalogError(
            f"unknown kind of file {file.name!r}; expected .csv, .tsv, .jsonl (each also with .gz) or .parquet; "
            "rename or convert it",
            file=file,
        )
    return readers[kind]


def _open_bytes(file: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(file, "rb")) if file.suffix.lower() == ".gz" else file.open("rb")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines, ends kept as they are; CatalogError for bytes that are not UTF-8 text."""
    number = 0
    try:
        with io.TextIOWrapper(_open_bytes(file), encoding="utf-8-sig", errors="strict", newline="") as text:
            for line in text:
                number += 1
                if "\0" in line:
                    raise CatalogError(
                        "a NUL character; expected UTF-8 text (UTF-16 or a binary file?), save the file as UTF-8",
                        file=file, row=number,
                    )  # fmt: skip
                yield number, line
    except UnicodeDecodeError as error:
        raise CatalogError(
            f"not UTF-8: byte {error.object[error.start]:#04x} cannot be read; save the file as UTF-8 "
            "(in a spreadsheet: 'CSV UTF-8')",
            file=file, row=_line_of_bad_byte(file) or number + 1,
        ) from error  # fmt: skip
    except (EOFError, gzip.BadGzipFile) as error:
        raise CatalogError(
            f"damaged gzip file ({error}); compress it again", file=file, row=number + 1
        ) from error


def _line_of_bad_byte(file: Path) -> int | None:
    with _open_bytes(file) as opened:
        for number, line in enumerate(opened, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return None


def _read_table(file: Path, delimiter: str) -> _Rows:
    last = 0

    def lines() -> Iterator[str]:
        nonlocal last
        for number, line in _lines(file):
            last = number
            yield line.rstrip("\r\n") + "\n"

    csv.field_size_limit(_LARGEST_FIELD)
    table = csv.reader(lines(), delimiter=delimiter)
    try:
        header = [column.strip() for column in next(table, [])]
        _check_header(header, file)
        while True:
            row = last + 1
            values = next(table, None)
            if values is None:
                return
            if not any(value.strip() for value in values):
                continue
            if len(values) > len(header):
                raise CatalogError(
                    f"{len(values)} fields where the header has {len(header)} columns; "
                    "put a field that holds the delimiter in quotes",
                    file=file, row=row,
                )  # fmt: skip
            yield row, {key: value for key, value in zip(header, values, strict=False) if value != ""}
    except csv.Error as error:
        raise CatalogError(
            f"not a readable row ({error}); check the quotes; a field may hold {_LARGEST_FIELD} characters",
            file=file, row=last,
        ) from error  # fmt: skip


def _check_header(header: list[str], file: Path) -> None:
    if not any(header):
        raise CatalogError(
            "the catalog is empty; expected a header line with a column 'name' and rows", file=file
        )
    if "name" not in header:
        raise CatalogError(
            f"no column 'name'; found {', '.join(map(repr, header[:20]))}; rename the column that holds the names",
            file=file, row=1, column="name",
        )  # fmt: skip
    twice = sorted({column for column in header if header.count(column) > 1})
    if twice:
        raise CatalogError(
            f"the column {twice[0]!r} stands twice in the header; rename one", file=file, row=1
        )


def _read_json_lines(file: Path) -> _Rows:
    for row, line in _lines(file):
        if not line.strip():
            continue
        if len(line) > _LARGEST_FIELD:
            raise CatalogError(
                f"a line of {len(line)} characters; expected one JSON object a line, at most {_LARGEST_FIELD} "
                "characters: write the rows as JSON lines, not as one array",
                file=file, row=row,
            )  # fmt: skip
        try:
            values = json.loads(line)
        except (json.JSONDecodeError, RecursionError) as error:
            raise CatalogError(
                f'not JSON ({error}); expected one object a line, like {{"name": "..."}}', file=file, row=row
            ) from error
        if not isinstance(values, dict):
            raise CatalogError(
                f'expected a JSON object, found {type(values).__name__}; write {{"name": ...}}',
                file=file,
                row=row,
            )
        yield row, values


def _read_parquet(file: Path) -> _Rows:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise CatalogError(
            "reading Parquet needs pyarrow: pip install 'edge-er[catalog]', or save the catalog as CSV",
            file=file,
        ) from error
    try:
        table = parquet.ParquetFile(file)
    except Exception as error:  # pyarrow raises its own kinds for damaged files
        raise CatalogError(f"not a readable Parquet file ({error}); write it again", file=file) from error
    _check_header(list(table.schema_arrow.names), file)
    row = 0
    for batch in table.iter_batches(batch_size=4096):
        for values in batch.to_pylist():
            row += 1
            yield row, values
