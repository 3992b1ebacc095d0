"""Files that appear whole or not at all: written beside their place, flushed, then renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

__all__ = ["write_json", "write_lines", "write_text"]


def write_lines(file: Path, lines: Iterable[str]) -> None:
    """UTF-8 text; each of `lines` brings its own end."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as out:
            out.writelines(lines)
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def write_text(file: Path, text: str) -> None:
    """The text as it is."""
    write_lines(file, [text])


def write_json(file: Path, value: Any) -> None:
    """JSON, indented by one space, in the order given."""
    write_text(file, json.dumps(value, ensure_ascii=False, indent=1) + "\n")
