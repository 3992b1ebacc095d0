"""Build: entities become a bundle within its budget; updates and deltas."""

from __future__ import annotations

from catalog_tools.build.build import BuildResult, build_bundle
from catalog_tools.build.options import BuildOptions, BuildWork, IndexOptions, SurfaceForms

__all__ = ["BuildOptions", "BuildResult", "BuildWork", "IndexOptions", "SurfaceForms", "build_bundle"]
