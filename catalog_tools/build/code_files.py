"""The files of code that a result depends on: a module and all modules of this project that it imports."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

__all__ = ["modules_of"]

_PACKAGES = ("edge_er", "catalog_tools")


def modules_of(name: str) -> dict[str, Path]:
    """The module ``name`` and all modules of this project that it imports, itself or through others: their files."""
    files: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = waiting.pop()
        file = None if module in files else _file_of(module)
        if file is not None:
            files[module] = file
            waiting += _imported(ast.parse(file.read_text(encoding="utf-8")))
    return files


def _file_of(module: str) -> Path | None:
    """The file of a module of this project; None for modules of others, and for a name that is not a module."""
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
