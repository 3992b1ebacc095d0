"""What people decided about pairs of station names: a file that survives rebuilds and always wins.

    {"country": "ES", "name_a": "RPA", "name_b": "RTPA", "same": false}

One pair a line, as the merge report's page shows it; `country_b` where the other name is of another country.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog_tools.language.names import clean_name
from edge_er.errors import CatalogError

__all__ = ["NameCorrection", "read_name_corrections"]


@dataclass(frozen=True, slots=True)
class NameCorrection:
    """Two names, each a country and a cleaned name, are one station or are not."""

    a: tuple[str, str]
    b: tuple[str, str]
    same: bool


def read_name_corrections(path: str | Path) -> list[NameCorrection]:
    """Corrections of a JSONL file.

    Raises:
        CatalogError: no such file, a line that is no correction, or two that contradict, naming file and row.
    """
    from catalog_tools.records.corrections import PairLabel, reject_contradictions

    file = Path(path)
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"cannot be read ({error}); expected JSON lines in UTF-8", file=file) from error
    corrections = {row: _correction(line, file, row) for row, line in enumerate(lines, 1) if line.strip()}
    labels = [PairLabel(" ".join(c.a), " ".join(c.b), c.same, row) for row, c in corrections.items()]
    reject_contradictions(labels, file)
    return list(corrections.values())


def _correction(line: str, file: Path, row: int) -> NameCorrection:
    expected = '{"country": "ES", "name_a": "...", "name_b": "...", "same": true}'
    try:
        values: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise CatalogError(f"not JSON ({error}); expected {expected}", file=file, row=row) from error
    if not isinstance(values, dict):
        raise CatalogError(f"expected {expected}, found {type(values).__name__}", file=file, row=row)
    for name in ("country", "name_a", "name_b"):
        if not isinstance(values.get(name), str):
            raise CatalogError(f"expected text, found {values.get(name)!r}", file=file, row=row, column=name)
    if not isinstance(values.get("same"), bool):
        same = values.get("same")
        raise CatalogError(f"expected true or false, found {same!r}", file=file, row=row, column="same")
    country, other = values["country"], str(values.get("country_b", values["country"]))
    return NameCorrection(
        (country, clean_name(values["name_a"])), (other, clean_name(values["name_b"])), values["same"]
    )
