"""What a made pool depends on, in one checksum: its settings, the data files, and the code and tables that make it."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from catalog_tools.build.code_files import modules_of

__all__ = ["pool_key"]

_TABLES = ("edge_er/data", "catalog_tools/locales")
_LIBRARIES = ("num2words", "text2num", "rapidfuzz")  # numbers in requests, and requests that lost the name
_DIGITS = 16


def pool_key(settings: Mapping[str, Any], data_files: Iterable[Path], makers: Iterable[str]) -> str:
    """A checksum that changes with the settings, a data file, or the code that ``makers``, modules, consist of."""
    modules = {name: file for maker in makers for name, file in modules_of(maker).items()}
    contents = {
        "settings": settings,
        "data": [[file.name, _checksum(file)] for file in data_files],
        "code": {name: _checksum(file) for name, file in sorted(modules.items())},
        "tables": {str(file.name): _checksum(file) for file in _tables()},
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
    return hashlib.sha256(json.dumps(contents).encode()).hexdigest()[:_DIGITS]


def _tables() -> list[Path]:
    root = Path(__file__).resolve().parents[3]
    return sorted(file for folder in _TABLES for file in (root / folder).iterdir() if file.is_file())


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
