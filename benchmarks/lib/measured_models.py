"""Which shipped models a benchmark reads, and whether a result is of the models that are in the repository now.

A result file has ``models``: files of models/ and their SHA-256. They are noted as the benchmark opens them. A bundle
is its manifest, which has the checksums of its other files; an encoder its weights and its card. A benchmark whose
processes read models for it says so with ``uses``. Models outside of the repository (build/) are not noted.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import Any

from tools.documents import REPOSITORY

__all__ = ["changed_models", "measured", "uses", "watch"]

MODELS = REPOSITORY / "models"
BUNDLE, CARD, GRAPH, FLOAT32 = "manifest.json", "encoder.json", "encoder.onnx", "model.safetensors"
_opened: set[str] = set()
_watching: list[bool] = []


def watch() -> None:
    """Note from now on which files are opened; once a process."""
    if not _watching:
        _watching.append(True)
        sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        file = os.fspath(arguments[0])
        if isinstance(file, str) and "models" in file:
            _opened.add(os.path.abspath(file))  # noqa: PTH100, a later chdir shall not matter


def uses(*names: str) -> None:
    """Say that the benchmark measures these bundles or encoders of models/, which other processes read for it."""
    for name in names:
        folder = MODELS / name
        _opened.update(str(folder / part) for part in (BUNDLE, CARD, GRAPH) if (folder / part).is_file())


def measured(opened: set[str] | None = None, models: Path | None = None) -> dict[str, str]:
    """SHA-256 of the files of ``models`` that stand for the models that were opened, by path from there."""
    root = models or MODELS
    found: set[Path] = set()
    for name in _opened if opened is None else opened:
        file = Path(name)
        if not file.is_relative_to(root):
            continue
        bundle = file.parent / BUNDLE
        if bundle.is_file():
            found.add(bundle)
        elif file.name in (CARD, GRAPH):
            found.add(file)
        elif file.name == "config.json":  # its weights are opened by compiled code, which is not seen
            found.add(file.with_name(FLOAT32))
    kept = sorted(file for file in found if file.is_file())
    return {file.relative_to(root).as_posix(): _checksum(file) for file in kept}


def changed_models(result: dict[str, Any], models: Path | None = None) -> list[str]:
    """What a result was measured with and is another file now, or "unknown" where it does not say."""
    root = models or MODELS
    if "models" not in result:
        return ["unknown"]
    return [
        name
        for name, checksum in result["models"].items()
        if not (root / name).is_file() or _checksum(root / name) != checksum
    ]


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
