"""Metadata hook: the long description and the project's addresses, from one setting.

`repository` of `[tool.edge-er]` in pyproject.toml says where the repository is. While it is empty, the package names no
address, and the README stays as it is. Else links of the README lead there, for it is read elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!#|[a-z]+:)([^)\s]+)\)")
_PAGES = {"Documentation": "docs/index.md", "Changelog": "CHANGELOG.md"}


class RepositoryMetadataHook(MetadataHookInterface):
    """Sets `readme` and `urls`."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add both to the metadata."""
        repository = self.config.get("repository", "").rstrip("/")
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute(text, repository)}
        metadata["urls"] = urls(repository)


def absolute(markdown: str, repository: str) -> str:
    """`markdown` with links that lead to files of the repository; as it is where there is no repository."""
    if not repository:
        return markdown

    def changed(link: re.Match[str]) -> str:
        picture, text, target = link.groups()
        return f"{picture}[{text}]({repository}/{'raw' if picture else 'blob'}/main/{target})"

    return _LINK.sub(changed, markdown)


def urls(repository: str) -> dict[str, str]:
    """The addresses that an index shows; none without a repository."""
    if not repository:
        return {}
    pages = {name: f"{repository}/blob/main/{page}" for name, page in _PAGES.items()}
    return {"Repository": repository, "Issues": f"{repository}/issues", **pages}
