"""The catalogs and tables of the benchmarks of scale: names that are new each time, vectors of one length."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import require_packages

from benchmarks.lib import large_catalog
from benchmarks.lib.large_catalog import catalog_names, mixed_vectors, names, spoken_requests

require_packages("matplotlib", "faiss")
from benchmarks.cost import search_scale  # noqa: E402  needs the packages

VOICE = [
    {"split": "dev", "entity": "SWR3", "asr": "Spiele SWR 3.", "lang": "de"},
    {"split": "dev", "entity": "Onda Cero", "asr": "Pon la onda cero", "lang": "es"},
    {"split": "train", "entity": "Never Asked", "asr": "play never asked", "lang": "en"},
    {"split": "dev", "entity": "Silence", "asr": "...", "lang": "en"},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of a few names."""
    write(tmp_path / "voice" / "voice.jsonl.gz", VOICE)
    write(tmp_path / "entities" / "media_entities.jsonl.gz", [{"name": f"Ana {one} Luz"} for one in "ABCDE"])
    write(tmp_path / "entities" / "cities.jsonl.gz", [{"name": "Wien"}, {"name": "SWR 3"}])
    write(tmp_path / "stations" / "stations.jsonl.gz", [{"name": "Kiss FM Berlin"}])
    return tmp_path


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))


def test_names_are_those_asked_for_then_real_then_composed(data: Path) -> None:
    first = list(islice(names(data), 30))
    assert first[:3] == ["swr 3", "onda cero", "silence"]
    assert set(first[3:10]) == {*(f"ana {one} luz" for one in "abcde"), "wien", "kiss fm berlin"}
    assert len(set(first)) == 30
    assert {word for name in first[10:] for word in name.split()} <= {
        word for name in first[:10] for word in name.split()
    }
    assert catalog_names(data, 30) == first


def test_requests_are_development_recordings_with_text(data: Path) -> None:
    assert sorted(spoken_requests(data, 10)) == [
        ("Pon la onda cero", "onda cero", "es"),
        ("Spiele SWR 3.", "swr 3", "de"),
    ]


def test_vectors_are_made_once(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder_folder: Path
) -> None:
    monkeypatch.setattr(large_catalog, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(large_catalog, "ENCODER", encoder_folder)
    monkeypatch.setattr(large_catalog, "SHARD", 10)
    first = large_catalog.name_vectors(data, 15)
    assert first.shape == (15, 24)
    monkeypatch.setattr(large_catalog.Encoder, "load", None)
    assert np.array_equal(large_catalog.name_vectors(data, 20)[:15], first)


def test_mixed_vectors_lie_between_two_names() -> None:
    vectors = np.rint(120 * np.eye(8)).astype(np.int8)
    mixed = mixed_vectors(vectors, 500)
    assert ((mixed > 0).sum(axis=1) <= 2).all()
    assert np.abs(np.linalg.norm(mixed.astype(float), axis=1) - 120).max() < 2


def test_fewer_dimensions_keep_what_differs() -> None:
    values = np.random.default_rng(1)
    rows = np.zeros((300, 64))
    rows[:, :20] = values.normal(size=(300, 20))
    vectors = np.rint(rows / np.linalg.norm(rows, axis=1, keepdims=True) * 120).astype(np.int8)
    small, scale = large_catalog.in_fewer_dimensions(vectors, large_catalog.main_directions(vectors))
    assert small.shape == (300, 32)
    cosines = small.astype(float) @ small.T.astype(float) / scale**2
    before = vectors.astype(float) @ vectors.T.astype(float) / 120**2
    assert np.quantile(np.abs(cosines - before), 0.99) < 0.02


def cell(**more: Any) -> dict[str, Any]:
    times = dict.fromkeys(("mean_ms", "p50_ms", "p99_ms"), 1.5)
    return {
        **times,
        "recall_at_1": 1.0,
        "recall_at_64": 0.99,
        "own_mb": 3,
        "mapped_mb": 0,
        "load_s": 0.1,
        **more,
    }


def test_tables_and_plot(tmp_path: Path) -> None:
    sizes = {
        "10000": {
            "exact": cell(dim=64, index_bytes=0),
            "IVF64,SQ8": cell(dim=64, index_bytes=10_000 * 72, nprobe=8),
        }
    }
    told = search_scale.table(sizes)
    assert "| 10,000 | IVF64,SQ8, 8 lists | 1.50 | 1.50 | 1.000 | 0.990 | 136 | 3 | 0 | 0.10 |" in told
    search_scale.plot(sizes, tmp_path / "scale.png")
    assert (tmp_path / "scale.png").stat().st_size > 10_000
