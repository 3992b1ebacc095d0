"""What a made pool depends on, in one checksum: its settings, the data files, and the code and tables that make it."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import importlib.util
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["modules_of", "pool_key"]

_PACKAGES = ("edge_er", "catalog_tools")
_TABLES = ("edge_er/data", "catalog_tools/locales")
_LIBRARIES = ("num2words", "text2num", "rapidfuzz")  # numbers in requests, and requests that lost the name
_DIGITS = 16


def pool_key(settings: Mapping[str, Any], data_files: Iterable[Path], maker: str) -> str:
    """A checksum that changes with the settings, a data file, or the code that ``maker``, a module, consists of."""
    modules = modules_of(maker)
    told = {
        "settings": settings,
        "data": [[file.name, _checksum(file)] for file in data_files],
        "code": {name: _checksum(file) for name, file in sorted(modules.items())},
        "tables": {str(file.name): _checksum(file) for file in _tables()},
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
    }
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:_DIGITS]


def modules_of(name: str) -> dict[str, Path]:
    """The module ``name`` and all modules of this project that it imports, itself or through others: their files."""
    found: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        file = None if module in found else _file_of(module)
        if file is not None:
            found[module] = file
            waiting += _imported(ast.parse(file.read_text(encoding="utf-8")))
    return found


def _file_of(module: str) -> Path | None:
    """The file of a module of this project; None for others, and for what is no module but a name in one."""
    if module.partition(".")[0] not in _PACKAGES:
        return None
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def _imported(tree: ast.Module) -> list[str]:
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


def _tables() -> list[Path]:
    root = Path(__file__).resolve().parents[3]
    return sorted(file for folder in _TABLES for file in (root / folder).iterdir() if file.is_file())


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
