"""Larger catalogs look at more candidate forms, by both channels alike."""

from pathlib import Path

import pytest
from tiny import require

from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions
from catalog_tools.build.update import update_bundle
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.candidate_counts import with_candidates
from edge_er.bundle.locate import shipped_encoders
from edge_er.constants import CANDIDATES

CARD = {"dense_forms": 32, "sound_forms": 32, "heard": 231}


def test_counts_grow_with_the_catalog_up_to_a_most() -> None:
    assert with_candidates(CARD, 12_579) == CARD
    assert with_candidates(CARD, 12_580) == {**CARD, "dense_forms": 33, "sound_forms": 33}
    assert with_candidates(CARD, 10_000_000) == {**CARD, "dense_forms": 128, "sound_forms": 128}


def test_a_channel_that_is_off_stays_off_and_no_count_shrinks() -> None:
    assert with_candidates({"dense_forms": 200, "sound_forms": 0}, 1_000_000) == {
        "dense_forms": 200,
        "sound_forms": 0,
    }
    assert with_candidates({"heard": 1}, 1_000_000) == {"heard": 1}


def test_a_least_count_raises_what_there_is() -> None:
    assert with_candidates(CARD, 10, least=64) == {**CARD, "dense_forms": 64, "sound_forms": 64}
    assert with_candidates(CARD, 10, least=8) == CARD
    assert with_candidates({"dense_forms": 32, "sound_forms": 0}, 10, least=64) == {
        "dense_forms": 64,
        "sound_forms": 0,
    }


def test_a_build_with_more_candidates_keeps_them_in_updates(tmp_path: Path) -> None:
    require(
        "models", "multilingual-32-hpd64" in shipped_encoders(), "no shipped encoder multilingual-32-hpd64"
    )
    options = BuildOptions(candidates=77)
    build_bundle([{"name": "radio alpha"}], tmp_path / "b", "en", options=options)
    update_bundle(tmp_path / "b", add=[{"name": "radio beta"}])
    manifest = read_bundle(tmp_path / "b").manifest
    assert manifest["recipe"]["candidates"] == 77
    assert manifest["rerank"]["dense_forms"] == manifest["rerank"]["sound_forms"] == 77


@pytest.mark.parametrize("count", [-1, 1001])
def test_a_count_of_candidates_out_of_bounds_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="candidates from 0 to 1,000"):
        BuildOptions(candidates=count)


def test_a_build_says_its_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require(
        "models", "multilingual-32-hpd64" in shipped_encoders(), "no shipped encoder multilingual-32-hpd64"
    )
    monkeypatch.setattr(
        "edge_er.bundle.candidate_counts.CANDIDATES",
        type(CANDIDATES)({**vars(CANDIDATES), "few_forms": 10, "more_each": 10}),
    )
    names = [{"name": f"radio {chr(97 + place)}lpha"} for place in range(26)]
    manifest = build_bundle(names, tmp_path / "b", "en").manifest
    more = (manifest["counts"]["forms"] - 10) // 10
    assert more >= 1
    assert manifest["rerank"]["dense_forms"] == manifest["rerank"]["sound_forms"] == 32 + more
