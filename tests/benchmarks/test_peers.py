"""The comparison with other libraries: what is counted as right, what is missing, the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import require, require_packages

from benchmarks.cost import peers, peers_probe
from benchmarks.lib import peer_runtimes, peer_systems
from benchmarks.lib.peer_systems import NATIVE, REFERENCE, answerer
from benchmarks.trust.small_bundle import write_encoder, write_small
from edge_er.resolver import EntityResolver


@pytest.mark.parametrize("system", [REFERENCE, "RapidFuzz WRatio", "RapidFuzz ratio", "TF-IDF 2-4-grams"])
def test_a_name_that_is_typed_is_found(bundle_dir: Path, tmp_path: Path, system: str) -> None:
    require_packages("rapidfuzz", "sklearn")
    ask = answerer(system, str(bundle_dir), tmp_path)
    first, other = ask("onda cero"), ask("cadena ser")
    assert None not in (first, other)
    assert first != other
    assert ask("Onda Cero!") == first


def test_right_answers_are_counted(bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    firsts = {"a": 3, "b": 4, "c": None}
    monkeypatch.setattr(peers_probe, "answerer", lambda *_: firsts.__getitem__)
    monkeypatch.setattr(peers_probe.os, "sched_setaffinity", lambda *_: None, raising=False)
    job = {"bundle": str(bundle_dir), "queries": list(firsts), "gold": [[3], [3], [3]]}
    found = peers_probe.answer(NATIVE, job, tmp_path)
    assert found["right"] == 1
    assert len(found["spent"]) == 3
    assert found["peak_mb"] > 1


def test_what_is_not_installed_is_named(
    bundle_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(*_: object) -> None:
        raise ImportError("no package", name="bm25s")

    monkeypatch.setattr(peers_probe, "answerer", lacking)
    monkeypatch.setattr(peers_probe.os, "sched_setaffinity", lambda *_: None, raising=False)
    job = {"bundle": str(bundle_dir), "queries": ["a"], "gold": [[0]]}
    found = peers_probe.answer(peer_systems.BM25, job, tmp_path)
    assert found == {"missing": "bm25s"}
    ours = {
        "recognised": 0.9,
        "p50_ms": 0.5,
        "p99_ms": 1.0,
        "peak_mb": 60,
        "people": None,
        "people_p50_ms": None,
    }
    systems = {NATIVE: ours, peer_systems.BM25: found, "slow": {**ours, "p50_ms": 5.0}}
    counts = {"bundle": "radio_en", "requests": 2, "names": 3, "domains": 0, "people_requests": 0}
    page = peers.page({**counts, "systems": systems})
    assert "Not installed: BM25 (bm25s) (bm25s)." in page
    assert "| slow | 0.900 | 5.00 | 10.0 |" in page


@pytest.mark.parametrize("system", peer_systems.RUNTIMES)
def test_a_runtime_answers_the_same_requests(tmp_path: Path, system: str) -> None:
    require_packages("torch")
    bundle_dir = tmp_path / "small"
    write_small(bundle_dir, write_encoder(tmp_path / "encoder"))
    try:
        peer_runtimes.prepare(system, tmp_path)
    except ImportError as error:
        require(str(error.name), False, f"{error.name} is not installed")
    queries = ["onda cero", "pon cadena ser", "zzz"]
    resolver = EntityResolver.load(bundle_dir)
    places = {entity.id: place for place, entity in enumerate(resolver.entities)}
    firsts = [answer.matches[0].id if answer.matches else "" for answer in resolver.resolve_batch(queries)]
    gold = [[places[first]] if first else [] for first in firsts]
    job = {"bundle": str(bundle_dir), "queries": queries, "gold": gold}
    found = peers_probe.answer(system, job, tmp_path)
    assert found["right"] == sum(map(bool, gold)) >= 2
    assert len(found["spent"]) == 3
    assert found["peak_mb"] is None if system == peer_runtimes.CHROMIUM else found["peak_mb"] > 1
