"""The time of a request on any core: measured in a process of its own, with the edge_er that was asked for."""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
from pathlib import Path

import pytest
from tiny import require, require_packages

from benchmarks.cost import latency_load
from benchmarks.cost.latency import FRESH, checkout
from benchmarks.cost.latency_load import ALONE, BUSY, THIS, busy, measured, probe, table
from benchmarks.lib import readme_tables, results_file
from edge_er.bundle.locate import shipped_encoders

REPOSITORY = Path(__file__).resolve().parents[2]
QUERIES = ["pon la cadena ser", "los cuarenta", "zzz"]


def test_both_times_of_every_system(bundle_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_packages("rapidfuzz")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert "OMP_NUM_THREADS" not in latency_load.environment(REPOSITORY)
    found = probe(REPOSITORY, str(bundle_dir), QUERIES, wratio=2)
    assert found["index"] == "exact"
    assert found["counts"]["entities"] == 7
    asked = {name: cell["requests"] for name, cell in found["systems"].items()}
    assert asked == {"resolve": 3, "resolve_batch": 3, "vectors alone": 3, "WRatio": 2}
    assert all(cell["mean_ms"] > 0 and cell["cpu_ms"] > 0 for cell in found["systems"].values())


def test_another_checkout_is_measured_where_it_is_asked_for(bundle_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "edge_er", tmp_path / "old" / "edge_er", ignore=_training)
    assert probe(tmp_path / "old", str(bundle_dir), QUERIES, wratio=0)["systems"]["resolve"]["requests"] == 3
    with pytest.raises(RuntimeError, match="expected the edge_er of"):
        probe(
            tmp_path, str(bundle_dir), QUERIES, wratio=0
        )  # there is none: it finds the one of the benchmark


def _training(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name in ("training", "__pycache__", "models")]


def test_busy_processes_end_with_the_measurement() -> None:
    with pytest.raises(KeyError), busy(2) as running:
        assert [process.poll() for process in running] == [None, None]
        raise KeyError
    assert all(process.returncode is not None for process in running)


def test_a_checkout_has_a_name_and_the_package(tmp_path: Path) -> None:
    assert checkout(f"before={REPOSITORY}") == ("before", REPOSITORY)
    for wrong in (str(REPOSITORY), f"{THIS}={REPOSITORY}", f"before={tmp_path}"):
        with pytest.raises(argparse.ArgumentTypeError, match="expected NAME=FOLDER"):
            checkout(wrong)


def test_results_do_not_say_where_a_checkout_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["x", "--package-path", "before=/somewhere", "--requests", "5"])
    told = results_file.command_line("cost.latency")
    assert told == "python -m benchmarks.cost.latency --package-path before=FOLDER --requests 5"


def test_catalogs_of_artists_are_built_and_their_figures_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_packages("rapidfuzz", "num2words")
    encoder = "multilingual-32-hpd64"
    require(encoder, encoder in shipped_encoders(), f"no shipped encoder {encoder}")
    voice = {"split": "dev", "lang": "en", "domain": "artist", "country": None, "carrier_seen": True}
    asked = [
        {**voice, "text": name, "asr": name, "asr_noisy": name, "entity": name} for name in ("Adele", "Muse")
    ]
    known = [{"domain": "artist", "lang": "en", "name": f"Artist {number}"} for number in range(40)]
    for file, rows in (("voice/voice", asked), ("entities/media_entities", known)):
        path = tmp_path / f"{file}.jsonl.gz"
        path.parent.mkdir()
        path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    monkeypatch.setattr(latency_load, "ARTISTS", {"artists": (30, "exact")})
    monkeypatch.setattr(latency_load, "FRESH_PROCESSES", 1)
    figures = measured(tmp_path, ["artists"], {THIS: REPOSITORY}, 5, FRESH)
    told = figures["catalogs"]["artists"]
    assert told["counts"]["entities"] == 30
    cells = told["packages"][THIS]
    assert (
        cells[ALONE].keys() == cells[BUSY].keys() == {"resolve", "resolve_batch", "vectors alone", "WRatio"}
    )
    assert cells["fresh_process"]["load_ms"] > 0
    cells[ALONE]["resolve"] = {"p50_ms": 1.234, "p99_ms": 5.0, "mean_ms": 2.0, "cpu_ms": 1.5, "requests": 2}
    assert "| artists | resolve | 1.23 | 5.00 | 2.00 | 1.50 |" in table(figures)
    section = "\n".join(readme_tables._latency_any_core(figures))
    assert "| artists, 30 entities | 1.23 | 5.00 | 1.50 |" in section
    assert "| artists, WRatio |" in section
