"""A hook of mkdocs: links and pictures that leave docs/, and pages whose heading is their title.

The documents link to files of the repository. On the site such a link leads to the repository, where pyproject.toml
says where that is (hatch_metadata.py); while it says nothing, the link is its text alone. Pictures of
benchmarks/results are copied.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
_LINK = re.compile(r"(?P<picture>!?)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")
_ELSEWHERE = re.compile(r"^(?:[a-z]+:|#)")
_PICTURES = "pictures"


def on_config(config: Any) -> Any:
    """The site knows the repository that the package knows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    config.repo_url = project["tool"]["hatch"]["metadata"]["hooks"]["custom"]["repository"] or None
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pictures of the results to the site."""
    from mkdocs.structure.files import File

    for picture in sorted((ROOT / "benchmarks" / "results").glob("*.png")):
        files.append(File.generated(config, f"{_PICTURES}/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """The page with links that leave docs/ as the site can have them."""
    return site_links(markdown, page.file.src_uri, str(config.repo_url or ""))


def site_links(markdown: str, source: str, repository: str) -> str:
    """`markdown` of the document `source` (a path in docs/) with its links as the site can have them."""
    folder = PurePosixPath("docs", source).parent

    def changed(link: re.Match[str]) -> str:
        target, _, part = link["target"].partition("#")
        if not target or _ELSEWHERE.match(link["target"]):
            return link[0]
        path = normpath(str(folder / target))
        if _on_the_site(path):
            return link[0]
        if link["picture"]:
            up = "../" * (len(PurePosixPath(source).parts) - 1)
            return f"![{link['text']}]({up}{_PICTURES}/{PurePosixPath(path).name})"
        if not repository:
            return link["text"]
        return f"[{link['text']}]({repository.rstrip('/')}/blob/main/{path}{'#' + part if part else ''})"

    return _LINK.sub(changed, markdown)


def _on_the_site(path: str) -> bool:
    """Whether a path of the repository is a page or picture of the site."""
    inside = path.startswith("docs/") and not path.startswith("docs/examples")
    return inside and PurePosixPath(path).suffix in (".md", ".png")
