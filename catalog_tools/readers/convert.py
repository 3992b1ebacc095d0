"""Records of any source as JSON lines, which can be looked at, corrected and read again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from catalog_tools.readers.sources import Record
from edge_er.bundle.atomic import write_lines

__all__ = ["record_row", "write_records"]


def record_row(record: Record) -> dict[str, Any]:
    """The record as `read_records` reads it from JSON lines."""
    row: dict[str, Any] = {} if record.id is None else {"id": record.id}
    row["name"] = record.name
    if record.aliases:
        row["aliases"] = list(record.aliases)
    return {**row, **record.metadata}


def write_records(records: Iterable[Record], file: Path) -> int:
    """Write one record a line, in their order; the file appears only when it is whole. Returns how many."""
    count = 0

    def rows() -> Iterator[str]:
        nonlocal count
        for record in records:
            count += 1
            yield json.dumps(record_row(record), ensure_ascii=False) + "\n"

    write_lines(file, rows())
    return count
