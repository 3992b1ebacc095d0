"""Reports can be read on a phone and by everybody: axe-core finds nothing, and no page is wider than its screen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from javascript import run_script
from test_web_page import chromium as chromium  # the fixture
from tiny import require_packages

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs" / "examples"


@pytest.fixture
def reports(edge_er: Callable[..., tuple[int, str, str]], tmp_path: Path) -> list[Path]:
    require_packages("num2words", "rapidfuzz")
    built, merged = tmp_path / "build.html", tmp_path / "dedup.html"
    build = (
        "build",
        "--catalog",
        EXAMPLES / "contacts.csv",
        "--out",
        tmp_path / "contacts",
        "--report",
        built,
    )
    papers = EXAMPLES / "records" / "papers.csv"
    dedup = ("dedup", papers, "--out", tmp_path / "clean.jsonl", "--report", merged)
    for command in (build, dedup):
        assert edge_er(*command)[0] == 0
    return [built, merged]


def test_nobody_is_left_out(reports: list[Path], chromium: str) -> None:
    found = run_script("axe_node.mjs", chromium, *map(os.fspath, reports))
    clean = {"violations": [], "sideways": 0}
    assert found == {str(report): {"1280": clean, "320": clean} for report in reports}
