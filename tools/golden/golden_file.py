"""Golden files: JSON Lines in UTF-8; what some reader may take for the end of a line, or no character, is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import write_lines

__all__ = ["FOLDER", "write_rows"]

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "golden"
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write one object a line, whole or not at all; how many there were."""
    lines = [
        _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(row, ensure_ascii=False))
        for row in rows
    ]
    write_lines(path, (f"{line}\n" for line in lines))
    return len(lines)
