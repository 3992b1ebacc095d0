"""The file of rows that cannot be used: one JSON object a line with file, row, column, reason and the row's values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from edge_er.bundle.atomic import replacing
from edge_er.errors import CatalogError

__all__ = ["RejectFile"]

_LONGEST_VALUE = 200  # characters
_COLUMNS = 40


class RejectFile:
    """Written beside its place and put there when the source has been read, also where reading ends in an error.

    Without a path, `add` raises the error of the first row.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._files = ExitStack()
        self.count = 0
        self.first: CatalogError | None = None
        if path is not None:
            part = self._files.enter_context(replacing(path))
            self._out = self._files.enter_context(
                part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n")
            )

    def __enter__(self) -> RejectFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, error: CatalogError, values: Mapping[str, Any]) -> None:
        """Write the row that ``error`` is about.

        Raises:
            CatalogError: ``error`` itself, where there is no file.
        """
        if self._path is None:
            raise error
        self.count += 1
        self.first = self.first or error
        row = {"file": str(error.file), "row": error.row, "column": error.column, "reason": error.reason}
        shown = {str(key): _short(value) for key, value in list(values.items())[:_COLUMNS]}
        self._out.write(json.dumps({**row, "values": shown}, ensure_ascii=False) + "\n")


def _short(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "..."
