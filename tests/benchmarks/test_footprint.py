"""What a fresh process reports about itself; installing is left to the command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.cost.footprint import INSTALLED, measure, run_python, table
from benchmarks.lib.results_file import REPOSITORY


def test_sizes_of_the_packages_here() -> None:
    sizes = run_python(Path(sys.executable), INSTALLED)
    assert sizes["numpy"] > 1_000_000


def test_measures_an_answer_and_what_it_did_not_import(
    bundle_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    figures = measure(Path(sys.executable), str(bundle_dir), "pon la cadena ser")
    assert figures["answer"] == "Cadena SER"
    assert {"torch", "typer", "rich"} <= set(figures["not_imported"])
    assert figures["import_ms"] > 0
    sizes = list(figures["installed_bytes"].values())
    assert sizes == sorted(sizes, reverse=True)
    assert "| together |" in table(figures)
