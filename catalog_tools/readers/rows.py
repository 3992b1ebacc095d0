"""What every reader gives: numbered rows, read one at a time, and which of them could not be read."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog_tools.readers.mapping import ColumnMapping
from catalog_tools.readers.options import SourceOptions
from edge_er.errors import CatalogError

__all__ = ["LARGEST_FIELD", "Row", "Source", "SourceWarning", "Table"]

LARGEST_FIELD = 1_000_000  # characters: a whole file quoted by mistake must not pass as one name


class SourceWarning(UserWarning):
    """Something was assumed or left out while a source was read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in its source.

    Attributes:
        number: its line, counted from 1, where it is text; its place among the entries otherwise.
        values: column -> value; what could be read of it where there is a problem.
        problem: why it cannot be used.
        wanted: false for a row that the options filter out.
    """

    number: int
    values: Mapping[str, Any]
    problem: str | None = None
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, their columns where the source names them before its rows, and what these hold where that is known."""

    rows: Iterator[Row]
    columns: tuple[str, ...] | None = None
    mapping: ColumnMapping = field(default_factory=ColumnMapping)


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read.

    Attributes:
        path: where its bytes are.
        shown: what messages call it.
        options: how it is read.
        opened: closes what a reader has opened, at the latest when the source is closed.
    """

    path: Path
    shown: str | Path
    options: SourceOptions
    opened: ExitStack = field(default_factory=ExitStack, compare=False, repr=False)

    def error(self, message: str, row: int | None = None, column: str | None = None) -> CatalogError:
        """An error in this source."""
        return CatalogError(message, file=self.shown, row=row, column=column)

    def note(self, message: str) -> None:
        """Warn of something that was assumed or left out."""
        warnings.warn(f"{self.shown}: {message}", SourceWarning, stacklevel=2)
