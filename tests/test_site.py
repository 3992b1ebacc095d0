"""The documentation site: it is built without a warning, and its links go where they can."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import require_packages

from tools.site import site_links

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("source", "markdown", "repository", "expected"),
    [
        ("a.md", "[x](b.md#c)", "", "[x](b.md#c)"),
        ("papers/a.md", "[x](../b.md)", "", "[x](../b.md)"),
        ("a.md", "[`x.py`](../edge_er/x.py)", "", "`x.py`"),
        (
            "a.md",
            "[x](../edge_er/x.py#L3)",
            "https://example.org/r/",
            "[x](https://example.org/r/blob/main/edge_er/x.py#L3)",
        ),
        ("papers/a.md", "![x](../../benchmarks/results/p.png)", "", "![x](../pictures/p.png)"),
        ("a.md", "![x](../benchmarks/results/p.png)", "", "![x](pictures/p.png)"),
        ("a.md", "[x](examples/contacts.csv)", "", "x"),
        ("a.md", "[x](https://example.org) [y](#z)", "", "[x](https://example.org) [y](#z)"),
    ],
)
def test_links(source: str, markdown: str, repository: str, expected: str) -> None:
    assert site_links(markdown, source, repository) == expected


def test_it_is_built_without_a_warning_and_every_link_has_a_target(tmp_path: Path) -> None:
    require_packages("mkdocs", "material", "mkdocstrings")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        html = page.read_text(encoding="utf-8")
        for target in re.findall(r'(?:href|src)="([^"#?]+)', html):
            if not re.match(r"[a-z]+:|//|/$", target) and target != ".":
                place = tmp_path / target.lstrip("/") if target.startswith("/") else page.parent / target
                assert place.exists(), f"{page.name}: {target}"
    assert "fonts.googleapis" not in (tmp_path / "index.html").read_text(encoding="utf-8")
