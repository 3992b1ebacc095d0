"""Module paths of version 0.1 that were documented: they still import, with a warning."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

__all__ = ["moved"]


def moved(old: str, new: str, name: str) -> Any:
    """The attribute `name` of the module `new`, asked for under its `old` path.

    Raises:
        AttributeError: there is none.
    """
    if name.startswith("__"):
        raise AttributeError(f"module {old!r} has no attribute {name!r}")
    attribute = getattr(import_module(new), name)
    warnings.warn(f"{old} has moved: import {name} from {new}", DeprecationWarning, stacklevel=3)
    return attribute
