"""Catalogs of any kind to records, one row at a time.

Columns: ``id`` (optional), ``name``, ``aliases`` (optional: a list, or joined by ``|``); every other column is
metadata, unless a mapping says otherwise. See docs/sources.md for the kinds and their settings.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog_tools.readers.contacts import read_vcard
from catalog_tools.readers.download import fetched, is_url
from catalog_tools.readers.header import usual_columns
from catalog_tools.readers.json_rows import RADIO_BROWSER, read_json, read_json_lines, read_radio_browser
from catalog_tools.readers.kinds import kind_of
from catalog_tools.readers.mapping import OWN_FIELDS, ColumnMapping, did_you_mean
from catalog_tools.readers.options import SourceOptions, read_source_options
from catalog_tools.readers.parquet import read_parquet
from catalog_tools.readers.playlists import read_m3u, read_pls
from catalog_tools.readers.record import Record, record_from_mapping
from catalog_tools.readers.rejects import RejectFile
from catalog_tools.readers.rows import Row, Source, SourceWarning, Table
from catalog_tools.readers.sqlite import read_sqlite
from catalog_tools.readers.tables import GEONAMES, read_csv, read_geonames, read_tsv
from catalog_tools.readers.xml_lists import read_opml, read_xspf
from edge_er.errors import CatalogError
from edge_er.installing import install_command

__all__ = [
    "ColumnMapping",
    "Record",
    "RecordReader",
    "SourceOptions",
    "SourceWarning",
    "read_records",
    "read_source_options",
    "record_from_mapping",
]


def _read_yaml(source: Source) -> Table:
    try:
        from catalog_tools.readers.yaml_rows import read_yaml  # PyYAML, for YAML only
    except ModuleNotFoundError as error:
        raise source.error(
            f"reading YAML needs PyYAML: {install_command('catalog')}, or write JSON"
        ) from error
    return read_yaml(source)


_READERS: dict[str, Callable[[Source], Table]] = {
    "csv": read_csv,
    "tsv": read_tsv,
    "jsonl": read_json_lines,
    "json": read_json,
    "yaml": _read_yaml,
    "parquet": read_parquet,
    "m3u": read_m3u,
    "pls": read_pls,
    "xspf": read_xspf,
    "opml": read_opml,
    "radio-browser": read_radio_browser,
    "vcard": read_vcard,
    "geonames": read_geonames,
    "sqlite": read_sqlite,
}
_MAPPINGS = {"radio-browser": RADIO_BROWSER, "geonames": GEONAMES}
_MOST_COLUMNS = 200
_WITH_OWN_NAMES = ("json", "jsonl", "yaml")  # kinds whose rows name their columns each


def read_records(path: str | Path, options: SourceOptions | None = None) -> RecordReader:
    """Records of a source, in the order of its rows; nothing is read before the first is asked for.

    The source is open from the first record to the last. Who may stop before the last uses ``with``:

        with read_records("stations.csv") as records:
            first = next(records)

    Args:
        path: a file, or an http(s) address, which is fetched.
        options: its kind, columns, encoding and the like, where they are not the usual ones, and where rows go that
            cannot be used.

    Raises (while it is read):
        CatalogError: names file, row and column. An unknown kind, no column `name`, an unknown column, a damaged or
            empty file; without a reject file also the first row that cannot be used (no name, an id used twice,
            damaged JSON or quotes, bytes of another encoding, NUL characters, an oversized field); with one, more
            than half of the rows.
    """
    return RecordReader(path, options or SourceOptions())


class RecordReader(Iterator[Record]):
    """The records of one source, each read when it is asked for; closed by ``close`` or at the end of ``with``.

    Attributes:
        rows: rows read so far.
        rejected: those that cannot be used, in the reject file.
        skipped: those the options filter out.
    """

    def __init__(self, path: str | Path, options: SourceOptions) -> None:
        self.rows = self.rejected = self.skipped = 0
        self._path, self._options = path, options
        self._first_row: dict[str, int] = {}
        self._closed = False
        self._found = self._records()

    def __next__(self) -> Record:
        if self._closed:
            raise ValueError(
                f"{self._path}: the reader is closed; call read_records to read the source again"
            )
        return next(self._found)

    def __enter__(self) -> RecordReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the files that are open; rows that cannot be used so far are in the reject file."""
        self._closed = True
        self._found.close()

    def _records(self) -> Generator[Record, None, None]:
        with _located(self._path, self._options) as source:
            kind = kind_of(source)
            with RejectFile(self._options.rejects) as rejects:
                table = _READERS[kind](source)
                mapping = _mapping(source, kind, table)
                unseen = set(self._options.mapping.without(()) if table.columns is None else ())
                looks_for_names = kind in _WITH_OWN_NAMES and "name" not in mapping.columns
                for row in table.rows:
                    self.rows += 1
                    unseen -= row.values.keys()
                    fields = mapping
                    if looks_for_names and "name" not in row.values and len(row.values) <= _MOST_COLUMNS:
                        fields = mapping.over(_name_alone(tuple(row.values)))
                    if not row.wanted:
                        self.skipped += 1
                        continue
                    try:
                        record = self._record(source, row, fields, table.columns)
                    except CatalogError as error:
                        rejects.add(error, row.values)
                        self.rejected += 1
                    else:
                        yield record
                self._check_end(source, rejects)
                for column in sorted(unseen):
                    source.note(f"no row has a column {column!r}")

    def _record(
        self, source: Source, row: Row, mapping: ColumnMapping, columns: tuple[str, ...] | None
    ) -> Record:
        if row.problem:
            raise source.error(row.problem, row=row.number)
        try:
            record = record_from_mapping(mapping.apply(row.values), file=source.shown, row=row.number)
        except CatalogError as error:
            raise _with_column(source, error, row, mapping, columns) from error
        if record.id is not None:
            seen = self._first_row.setdefault(record.id, row.number)
            if seen != row.number:
                raise source.error(
                    f"id {record.id!r} is already used in row {seen}; ids must be unique: "
                    "give each row its own, or leave the column out",
                    row=row.number, column=mapping.columns.get("id", ("id",))[0],
                )  # fmt: skip
        return record

    def _check_end(self, source: Source, rejects: RejectFile) -> None:
        if self.rows == 0:
            raise source.error("the catalog is empty; expected at least one row with a name")
        if self.rows == self.skipped:
            raise source.error(
                f"none of its {self.rows:,} rows has a feature {', '.join(source.options.features)}; expected classes "
                "and codes like P or P.PPLC"
            )
        if rejects.first and self.rejected > (self.rows - self.skipped) / 2:
            raise source.error(
                f"{self.rejected:,} of {self.rows:,} rows cannot be used, so the kind, the columns or the encoding are "
                f"probably not what they seem; the first: {rejects.first.reason}; all are in {source.options.rejects}",
                row=rejects.first.row, column=rejects.first.column,
            )  # fmt: skip
        if self.rejected:
            source.note(
                f"{self.rejected:,} of {self.rows:,} rows cannot be used; they are in {source.options.rejects}"
            )


def _mapping(source: Source, kind: str, table: Table) -> ColumnMapping:
    """The user's mapping over what the columns are seen to hold.

    Raises:
        CatalogError: a column that is not there, twice or nowhere named.
    """
    given, usual = source.options.mapping, _MAPPINGS.get(kind, table.mapping)
    if table.columns is None:
        return given.over(usual)
    given = given.in_case_of(table.columns)
    if kind not in _MAPPINGS:
        own = ColumnMapping({field: (field,) for field in table.mapping.columns})
        usual = usual.over(own).over(usual_columns(table.columns))
    mapping = given.over(usual)
    _check_columns(source, table.columns, mapping, given)
    for field, columns in mapping.columns.items():
        if field not in given.columns and field in OWN_FIELDS and kind not in _MAPPINGS:
            source.note(f"{field} is read from the column {columns[0]!r}")
    return mapping


def _name_alone(columns: tuple[str, ...]) -> ColumnMapping:
    """Where the name of a row is that has no `name`."""
    return ColumnMapping(
        {field: found for field, found in usual_columns(columns).columns.items() if field == "name"}
    )


@contextmanager
def _located(path: str | Path, options: SourceOptions) -> Iterator[Source]:
    if isinstance(path, str) and is_url(path):
        with fetched(path, options) as file:
            source = Source(file, path, options)
            with source.opened:
                yield source
        return
    source = Source(Path(path), path, options)
    if not source.path.is_file():
        raise source.error("no such file; expected a catalog, give its path or an http(s) address")
    if options.rejects and options.rejects.resolve() == source.path.resolve():
        raise source.error("the reject file is the source itself; name another")
    with source.opened:
        yield source


def _check_columns(
    source: Source, columns: tuple[str, ...], mapping: ColumnMapping, given: ColumnMapping
) -> None:
    if not any(columns):
        raise source.error("the catalog is empty; expected a header line with a column 'name' and rows")
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise source.error(f"the column {twice[0]!r} stands twice in the header; rename one", row=1)
    for column in given.without(columns):
        raise source.error(f"no column {column!r}; {did_you_mean(column, columns)}", row=1, column=column)
    if "name" not in mapping.columns and "name" not in columns:
        raise source.error(
            f"no column 'name'; {did_you_mean('name', columns)} "
            "Rename the column that holds the names, or say which it is: --column name=COLUMN",
            row=1, column="name",
        )  # fmt: skip
    if "" in columns:
        source.note("columns without a name are left out")
    for column in given.shadowed(columns):
        source.note(f"the column {column!r} is left out, as {column} is read from another")


def _with_column(
    source: Source,
    error: CatalogError,
    row: Row,
    mapping: ColumnMapping,
    columns: tuple[str, ...] | None,
) -> CatalogError:
    """The error of a row in the words of its source: the column that is mapped, or that the row has no such column."""
    mapped = mapping.columns.get(error.column or "", ())
    if not mapped:
        return error
    if columns is None and error.column == "name" and not any(column in row.values for column in mapped):
        missing = f"no column {mapped[0]!r} in this row; {did_you_mean(mapped[0], row.values)}"
        return source.error(missing, row=row.number, column=mapped[0])
    return source.error(error.reason, row=row.number, column=mapped[0])
