"""The report of a build is one HTML file that needs no other and shows what was measured."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from test_build import STATIONS
from typer.testing import CliRunner

from catalog_tools.build.build import BuildResult, build_bundle
from catalog_tools.build.build_report import build_report, write_build_report
from catalog_tools.pages.report_plots import latency_plot, recall_plot, size_plot
from edge_er.bundle.bundle import read_bundle
from edge_er.cli.app import app

VOID = {"meta", "br", "link", "img"}


@pytest.fixture(scope="module")
def measured(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildResult:
    rows = [*STATIONS, {"id": "odd", "name": "<b>Radio</b> & Söhne"}, {"id": "note", "name": "🎵"}]
    return build_bundle(rows, tmp_path_factory.mktemp("built") / "mine", "es", encoder_folder, measure=True)


class _Page(HTMLParser):
    """Checks that every element is closed, and keeps the text and the addresses."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text, self.addresses = "", list[str]()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.addresses += [value for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _figures(svg: str, kind: str) -> list[dict]:
    return [element.attrib for element in ElementTree.fromstring(svg).iter(kind)]


def test_the_page_is_whole_and_needs_nothing_else(measured: BuildResult, tmp_path: Path) -> None:
    write_build_report(tmp_path / "report.html", measured, rejected=3)
    source = (tmp_path / "report.html").read_text(encoding="utf-8")
    page = _Page(source)
    assert page.open == []
    assert page.addresses == []
    assert "url(" not in source
    assert source.count("<svg") == source.count('role="img" aria-label=') == 3
    assert "prefers-color-scheme: dark" in source


def test_the_page_says_what_was_measured_and_left_out(measured: BuildResult) -> None:
    page = _Page(build_report(measured, rejected=3))
    cell = measured.manifest["report"]["recall_at_1"]["es"]["typed"]
    assert f"{cell['value']:.3f} ({cell['low']:.3f} to {cell['high']:.3f})" in page.text
    assert "Simulated" in page.text
    assert "Recall@1 on simulated requests" in page.text
    decided = measured.manifest["report"]["decisions"]["by_stratum"]["other ways"]
    assert "Decisions on simulated requests" in page.text
    assert f"{decided['rows']}{decided['match']:.1%}{decided['ambiguous']:.1%}" in page.text
    assert f"{measured.manifest['size_bytes']:,}" in page.text
    assert "Rows of the source that could not be used: 3." in page.text
    assert "No letter or digit in the name of note" in page.text
    wrong = sum(rank != 1 for rank in measured.measurement.ranks)
    assert (
        f"{wrong} of {len(measured.measurement.ranks)} simulated requests answered wrong first" in page.text
    )
    assert "Cadena SER +" in page.text


def test_names_are_text_not_markup(measured: BuildResult) -> None:
    source = build_report(measured)
    assert "<b>Radio" not in source
    assert "&lt;b&gt;Radio&lt;/b&gt; &amp; Söhne" in source


def test_a_build_without_measurement_has_a_page_too(encoder_folder: Path, tmp_path: Path) -> None:
    result = build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, budget=None)
    page = _Page(build_report(result))
    assert "Size by file" in page.text
    assert "of all" in page.text
    assert "Recall@1" not in page.text
    assert "Rows of the source" not in page.text


def test_the_command_writes_the_page_and_counts_rejected_rows(encoder_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "catalog.csv").write_text("id,name\n1,Kiss FM\n2,\n3,Onda Cero\n", encoding="utf-8")
    places = {"--catalog": "catalog.csv", "--out": "b", "--report": "page.html", "--rejects": "rejects.jsonl"}
    words = [word for option, name in places.items() for word in (option, str(tmp_path / name))]
    command = ["build", *words, "--encoder", str(encoder_folder), "--lang", "es", "--budget", "none"]
    done = CliRunner().invoke(app, [*command, "--workers", "2", "--json"])
    assert done.exit_code == 0, done.output
    assert read_bundle(tmp_path / "b").manifest["budget_bytes"] is None
    assert read_bundle(tmp_path / "b").manifest["report"]["requests"]["simulated"] is True
    page = _Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert "Rows of the source that could not be used: 1." in page.text
    assert (tmp_path / "rejects.jsonl").read_text(encoding="utf-8").count("\n") == 1
    done = CliRunner().invoke(app, [*command, "--no-measure"])
    assert done.exit_code == 0, done.output
    assert read_bundle(tmp_path / "b").manifest["report"] == {}


def test_points_stand_on_their_intervals() -> None:
    cells = {
        "typed": {"value": 0.9, "low": 0.8, "high": 1.0, "rows": 9},
        "spoken": {"value": 0.5, "low": 0.5, "high": 0.5, "rows": 9},
    }
    svg = recall_plot({"es": cells})
    (dot,) = _figures(svg, "circle")
    intervals = [line for line in _figures(svg, "line") if line["class"] != "grid"]
    assert float(intervals[0]["x1"]) < float(dot["cx"]) < float(intervals[0]["x2"])
    assert float(dot["cx"]) - float(intervals[0]["x1"]) == pytest.approx(
        float(intervals[0]["x2"]) - float(dot["cx"]), abs=0.2
    )
    assert intervals[1]["x1"] == intervals[1]["x2"]
    assert len(_figures(svg, "path")) == 1


def test_files_take_their_share_of_the_budget() -> None:
    svg = size_plot({"a": 600, "b": 200}, 1000)
    a, b = (float(bar["width"]) for bar in _figures(svg, "rect"))
    (limit,) = _figures(svg, "line")
    assert a == pytest.approx(3 * b, abs=0.2)
    assert float(limit["x1"]) == pytest.approx((a + b) / 0.8, abs=1.5)
    assert _figures(size_plot({"a": 600}, None), "line") == []


def test_bars_count_answers_up_to_the_99th_percentile() -> None:
    svg = latency_plot(np.array([1.0] * 60 + [2.0] * 39 + [900.0]))
    heights = sorted(float(bar["height"]) for bar in _figures(svg, "rect") if float(bar["height"]))
    assert heights == pytest.approx([39 / 60 * 96, 96], abs=0.2)
    assert "median 1.00" in svg
