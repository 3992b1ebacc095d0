"""Page, reports and site in Chromium on a phone and a desktop, light and dark: axe-core finds nothing, no page is wider
than its screen, text may be twice as large, and what is tapped is as large as a finger.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_web_page import chromium as chromium  # the fixture
from tiny import require_packages

from benchmarks.runtimes.looks import DESKTOP, PHONE, SITE, STATES, demo, look, reports, run_module, table
from benchmarks.runtimes.web_runtime import served

CLEAN = {"violations": [], "sideways": 0, "small": []}


def found(looks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is not clean."""
    return [each for each in looks if any(each[name] != value for name, value in CLEAN.items())]


@pytest.fixture(scope="module")
def address(web: Path) -> Iterator[str]:
    with served(web) as place:
        yield place


@pytest.mark.parametrize("state", STATES)
def test_the_page_has_no_barrier_in_any_state(state: str, address: str, chromium: str) -> None:
    name = f"page, {state}"
    page = {name: demo(address)[name]}
    plain = look(page, chromium, scales=[1])[name]
    large = look(page, chromium, schemes=["light"], scales=[2])[name]
    assert (len(plain), len(large)) == (4, 2)
    assert found(plain + large) == []


def test_the_reports_have_none(chromium: str, tmp_path: Path) -> None:
    require_packages("num2words", "rapidfuzz")
    for name, looks in look(reports(tmp_path), chromium).items():
        assert len(looks) == 8
        assert found(looks) == [], name


def test_the_site_has_none_that_is_ours(chromium: str, tmp_path: Path) -> None:
    require_packages("mkdocs", "material", "mkdocstrings")
    run_module("mkdocs", "build", "--quiet", "--site-dir", str(tmp_path))
    with served(tmp_path) as place:
        pages = {name: {"address": place + file} for name, file in SITE.items()}
        looks = look(pages, chromium, schemes=["light"])
    assert list(looks) == list(SITE)
    for name, each in looks.items():
        assert [(one["violations"], one["sideways"]) for one in each] == [([], 0)] * 4, name


@pytest.mark.parametrize(
    ("html", "what"),
    [
        ("<button>x</button>", "small"),
        ("<div style='width: 2000px'>wide</div>", "sideways"),
        ("<p style='color: #999'>pale</p>", "violations"),
        ("<style>p { width: 12rem }</style><p>wide once text is large</p>", "sideways"),
        (
            "<section style='content-visibility: auto'><p style='color: #999'>far below</p></section>",
            "violations",
        ),
    ],
)
def test_what_is_wrong_is_found(html: str, what: str, chromium: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    head = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>x</title>"
    file.write_text(f"{head}<main><h1>x</h1>{html}", "utf-8")
    looks = look({"page": {"address": file.as_uri()}}, chromium, widths=[PHONE], schemes=["light"])["page"]
    assert looks[-1][what] not in ([], 0)


def test_the_table_counts_each_finding_once() -> None:
    one = {
        "width": DESKTOP,
        "scheme": "light",
        "scale": 1,
        "violations": ["a"],
        "sideways": -3,
        "small": ["b"],
    }
    text = table({"page": [one, {**one, "sideways": 7}], "site, x": [{**one, "violations": []}]})
    assert "| page | 2 | 1 | 7 | 1 |" in text
    assert "| site, x | 1 | 0 | 0 | - |" in text
