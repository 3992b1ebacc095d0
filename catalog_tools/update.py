"""The old place of `catalog_tools.build.update`; it warns, and goes with version 0.3."""

from __future__ import annotations

from typing import Any

from catalog_tools.moved import moved

_NEW = "catalog_tools.build.update"


def __getattr__(name: str) -> Any:
    return moved(__name__, _NEW, name)
