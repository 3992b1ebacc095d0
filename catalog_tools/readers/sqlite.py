"""A query of an SQLite file, which is opened read-only: whatever the query says, nothing is written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from catalog_tools.readers.encodings import DAMAGED
from catalog_tools.readers.rows import Row, Source, Table
from catalog_tools.readers.text import unreadable

__all__ = ["read_sqlite"]

_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)


def read_sqlite(source: Source) -> Table:
    """The rows of the query, or of the only table; a row's number is its place in the answer.

    Raises:
        CatalogError: no SQLite file; no query and not exactly one table; a query that is wrong or would write.
    """
    address = f"{source.path.resolve().as_uri()}?mode=ro"
    try:
        # any thread may go on reading, or close: the garbage collector's too
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        source.opened.callback(connection.close)
        connection.text_factory = lambda text: text.decode("utf-8", DAMAGED)
        query = source.options.query or f'SELECT * FROM "{_only_table(source, connection)}"'
        connection.set_authorizer(_allow_reading)
        cursor = connection.execute(query)
        source.opened.callback(cursor.close)  # first: an open query keeps the file open
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise source.error(
            f"the query cannot be answered ({error}); expected one SELECT statement"
        ) from error
    columns = tuple(name for name, *_ in cursor.description or ())
    return Table(_rows(source, cursor, columns), columns)


def _allow_reading(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _only_table(source: Source, connection: sqlite3.Connection) -> str:
    try:
        rows = connection.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
        tables = [str(name) for (name,) in rows]
    except sqlite3.DatabaseError as error:
        raise source.error(f"not a readable SQLite file ({error})") from error
    if len(tables) != 1:
        raise source.error(
            f"{len(tables)} tables ({', '.join(tables[:20]) or 'none'}); say which rows: --query 'SELECT ... FROM ...'"
        )
    return tables[0].replace('"', '""')


def _rows(source: Source, cursor: sqlite3.Cursor, columns: tuple[str, ...]) -> Iterator[Row]:
    number = 0
    while True:
        try:
            values = cursor.fetchone()
        except sqlite3.Error as error:
            raise source.error(f"damaged ({error}); the rest cannot be read", row=number + 1) from error
        if values is None:
            return
        number += 1
        row = dict(zip(columns, values, strict=True))
        problems = (unreadable(value, "utf-8") for value in values if isinstance(value, str))
        yield Row(number, row, next(filter(None, problems), None))
