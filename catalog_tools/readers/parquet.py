"""Parquet, one batch of a row group at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog_tools.readers.rows import Row, Source, Table
from edge_er.installing import install_command

__all__ = ["read_parquet"]

_ROWS_AT_ONCE = 4096


def read_parquet(source: Source) -> Table:
    """The rows of all row groups; a row's number is its place in the file.

    Raises:
        CatalogError: pyarrow is not installed; the file is no Parquet or is damaged.
    """
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise source.error(
            f"reading Parquet needs pyarrow: {install_command('catalog')}, or save the catalog as CSV"
        ) from error
    try:
        table = source.opened.enter_context(parquet.ParquetFile(source.path))
    except Exception as error:  # pyarrow raises its own kinds for damaged files
        raise source.error(f"not a readable Parquet file ({error}); write it again") from error
    return Table(_rows(source, table), tuple(table.schema_arrow.names))


def _rows(source: Source, table: Any) -> Iterator[Row]:
    number = 0
    batches = table.iter_batches(batch_size=_ROWS_AT_ONCE)
    while True:
        try:
            batch = next(batches, None)
            rows = [] if batch is None else batch.to_pylist()
        except Exception as error:  # damaged pages, text that is not UTF-8
            raise source.error(
                f"damaged from this row on ({error}); write the Parquet file again", row=number + 1
            ) from error
        if batch is None:
            return
        for values in rows:
            number += 1
            yield Row(number, values)
