"""Catalogs become bundles: sources -> records -> entities -> surface forms -> vectors -> bundle.

>>> from catalog_tools import build_bundle
>>> build_bundle("stations.csv", "my_radio", lang="es")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog_tools.readers.sources import Record, read_records

if TYPE_CHECKING:
    from catalog_tools.build import BuildOptions, BuildResult, build_bundle

__all__ = ["BuildOptions", "BuildResult", "Record", "build_bundle", "read_records"]


def __getattr__(name: str) -> Any:
    """`build_bundle` is imported when it is asked for: it brings the encoder, which reading catalogs does not need."""
    if name not in ("BuildOptions", "BuildResult", "build_bundle"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from catalog_tools import build

    return getattr(build, name)
