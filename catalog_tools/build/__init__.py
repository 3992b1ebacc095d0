"""Build: entities become a bundle within its budget; updates and deltas."""

from __future__ import annotations

from catalog_tools.build.build import BuildResult, build_bundle

__all__ = ["BuildResult", "build_bundle"]
