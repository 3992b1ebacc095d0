"""The packages that say and read numbers, num2words and text2num, imported when they are first needed."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from edge_er.errors import CatalogError
from edge_er.installing import install_command

__all__ = ["number_package", "says_numbers"]


@lru_cache(maxsize=4)
def number_package(package: str, module: str) -> Any:
    """A module of a package.

    Raises:
        CatalogError: it is not installed; names the extra.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise CatalogError(
            f"surface forms need the package {package}, which is not installed; "
            f"install it with: {install_command('catalog')}"
        ) from error


def says_numbers(speech: str) -> bool:
    """Whether num2words knows the language."""
    return speech in number_package("num2words", "num2words").CONVERTER_CLASSES
