"""The choice of an index: measured against the exact scan, the same on every run, refused where it finds too little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import ENTITIES, REPOSITORY, make_bundle, require_packages

from catalog_tools.build import index_choice, index_cost
from catalog_tools.build.build import build_bundle
from catalog_tools.build.index_choice import (
    AUTO,
    EXACT,
    MAPPED,
    build_index,
    choose_index,
    index_bytes,
    nearest_scores,
    recalls,
    sample_requests,
    with_index,
)
from catalog_tools.build.options import BuildOptions, IndexOptions
from catalog_tools.build.popular_choice import exit_floor, popular_forms, requests_by_demand, with_popular
from catalog_tools.language.language import read_locale
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.errors import BudgetExceededError, BuildError
from edge_er.index.faiss_index import INDEX_FILE, FaissIndex, IndexSettings
from edge_er.resolver import EntityResolver

require_packages("faiss")

FORMS, DIM = 3000, 16
INVERTED_LISTS = BuildOptions(index=IndexOptions("IVF4,SQ8"))
POPULAR_FIRST = BuildOptions(index=IndexOptions("IVF4,SQ8", popular_share=0.1))
NAMES = [
    {"name": f"Radio {word} {number}", "popularity": number}
    for word in ("Sol", "Mar")
    for number in range(60)
]


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    """Names around 40 centres, as names share words."""
    values = np.random.default_rng(5)
    centres = values.normal(size=(40, DIM))
    rows = centres[values.integers(0, 40, FORMS)] + 0.6 * values.normal(size=(FORMS, DIM))
    return np.rint(rows / np.linalg.norm(rows, axis=1, keepdims=True) * 120).astype(np.int8)


@pytest.fixture(scope="module")
def requests(vectors: np.ndarray) -> np.ndarray:
    values = np.random.default_rng(6)
    near = vectors[values.integers(0, FORMS, 60)] + values.normal(0, 8, (60, DIM))
    return np.clip(np.rint(near), -127, 127).astype(np.int8)


@pytest.fixture(scope="module")
def bundle(encoder_files: dict[str, bytes]) -> Bundle:
    return make_bundle(ENTITIES, encoder_files)


@pytest.mark.parametrize("how", [MAPPED, "PQ8x4fs", "SQ8", "IVF16,SQ4"])
@pytest.mark.parametrize("target", [0.8, 0.99])
def test_the_index_finds_what_it_is_said_to(
    vectors: np.ndarray, requests: np.ndarray, how: str, target: float
) -> None:
    choice = choose_index(vectors, requests, how, target)
    assert choice is not None
    assert choice.recall_at_64 >= target
    index = build_index(vectors, choice.settings.factory)
    searched = FaissIndex(vectors, np.arange(FORMS, dtype=np.int32), index, choice.settings)
    scores = vectors.astype(int) @ requests.T.astype(int)
    found = first = 0
    for row, request in enumerate(requests):
        exact = np.sort(scores[:, row])[::-1]
        dots = searched.nearest_forms(request, 64)[1]
        found += int((dots >= exact[63]).sum())
        first += int(dots[0] == exact[0])
    assert choice.recall_at_64 == pytest.approx(found / 64 / len(requests))
    assert choice.recall_at_1 == pytest.approx(first / len(requests))


def test_more_is_read_where_more_shall_be_found(vectors: np.ndarray, requests: np.ndarray) -> None:
    some, most = (choose_index(vectors, requests, "IVF64,SQ8", target) for target in (0.7, 0.99))
    assert some is not None
    assert most is not None
    assert (some.nanoseconds, some.settings.nprobe) < (most.nanoseconds, most.settings.nprobe)


def test_the_same_vectors_give_the_same_bytes(vectors: np.ndarray, requests: np.ndarray) -> None:
    one, other = (choose_index(vectors, requests, MAPPED) for _ in range(2))
    assert one == other


def test_small_catalogs_are_searched_exactly(
    bundle: Bundle, vectors: np.ndarray, requests: np.ndarray
) -> None:
    assert with_index(bundle, AUTO) is bundle
    assert with_index(bundle, EXACT) is bundle
    assert choose_index(vectors, requests, AUTO) is None  # the exact scan costs less than any index
    assert index_bytes(EXACT, 10**7, 64) == 0


def test_large_catalogs_get_an_index(
    vectors: np.ndarray, requests: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(index_cost._NS_A_DIMENSION, EXACT, 1000.0)
    choice = choose_index(vectors, requests, AUTO)
    assert choice is not None
    assert "PQ8x4fs" in choice.settings.factory


@pytest.mark.parametrize("how", ["nonsense", "IVF9999999,SQ8", "PQ3x4fs"])
def test_what_faiss_cannot_build_is_said(vectors: np.ndarray, requests: np.ndarray, how: str) -> None:
    with pytest.raises(BuildError, match=f"index '{how}': faiss cannot build it"):
        choose_index(vectors, requests, how)


def test_an_index_that_finds_too_little_is_refused(vectors: np.ndarray, requests: np.ndarray) -> None:
    with pytest.raises(BuildError, match=r"stays below 1\.01"):
        choose_index(vectors, requests, "SQ4", 1.01)


@settings(max_examples=60)
@given(st.integers(1, 90), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_nearest_scores_are_the_highest(forms: int, k: int, seed: int) -> None:
    values = np.random.default_rng(seed)
    vectors = values.integers(-127, 127, (forms, 5), endpoint=True).astype(np.int8)
    requests = values.integers(-127, 127, (3, 5), endpoint=True).astype(np.int8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index_choice, "_FORMS_AT_ONCE", 7)
        found = nearest_scores(vectors, requests, k)
    scores = requests.astype(int) @ vectors.T.astype(int)
    assert found.tolist() == (-np.sort(-scores, axis=1))[:, :k].tolist()


def test_ties_count_as_found() -> None:
    """Any 64 of a hundred equal forms are the nearest 64."""
    vectors = np.ones((100, 8), np.int8)
    index = build_index(vectors, "SQ8")
    searched = FaissIndex(vectors, np.arange(100, dtype=np.int32), index, IndexSettings("SQ8", 0, 64, 64))
    floors = nearest_scores(vectors, vectors[:2], 64)[:, [0, -1]]
    assert recalls(searched, vectors[:2], floors) == (1.0, 1.0)


def test_sampled_requests_are_the_same_again() -> None:
    forms = ["radio sol", "cadena ser", "onda cero"]
    asked = sample_requests(forms, "es")
    assert asked == sample_requests(forms, "es")
    assert len(asked) == 256
    assert len(set(asked)) > 100


def test_an_index_in_a_language_that_is_not_shipped(encoder_folder: Path, tmp_path: Path) -> None:
    dutch = read_locale(REPOSITORY / "docs" / "examples" / "nl.toml")
    built = build_bundle(NAMES, tmp_path / "nl", dutch, encoder_folder, options=INVERTED_LISTS)
    assert built.manifest["index"]["factory"] == "IVF4,SQ8"
    assert sample_requests(["radio sol"] * 9, dutch) != sample_requests(["radio sol"] * 9, "es")


def test_a_build_with_an_index(encoder_folder: Path, tmp_path: Path) -> None:
    built = build_bundle(NAMES, tmp_path / "one", "es", encoder_folder, options=POPULAR_FIRST)
    again = build_bundle(NAMES, tmp_path / "two", "es", encoder_folder, options=POPULAR_FIRST, name="one")
    for file in built.path.iterdir():
        assert (again.path / file.name).read_bytes() == file.read_bytes(), file.name
    index = built.manifest["index"]
    assert (index["kind"], index["factory"], index["popular"]["share"]) == ("faiss", "IVF4,SQ8", 0.1)
    assert INDEX_FILE in built.manifest["files"]
    resolver = EntityResolver.load(built.path)
    assert resolver.selftest() > 3
    assert resolver.resolve("radio mar 41").matches[0].name == "Radio Mar 41"


def test_an_exact_build_stays_as_it_was(encoder_folder: Path, tmp_path: Path) -> None:
    one = build_bundle(NAMES, tmp_path / "one", "es", encoder_folder)
    two = build_bundle(
        NAMES,
        tmp_path / "two",
        "es",
        encoder_folder,
        name="one",
        options=BuildOptions(index=IndexOptions(AUTO)),
    )
    assert one.manifest["index"].keys() == {"kind", "dim", "scale"}
    for file in one.path.iterdir():
        assert (two.path / file.name).read_bytes() == file.read_bytes(), file.name


def test_the_index_counts_in_the_budget(encoder_folder: Path, tmp_path: Path) -> None:
    """Spoken forms leave the room that their part of the index needs."""
    free = build_bundle(NAMES, tmp_path / "free", "es", encoder_folder, budget=None, options=INVERTED_LISTS)
    budget = free.manifest["size_bytes"] - 2000
    tight = build_bundle(
        NAMES, tmp_path / "tight", "es", encoder_folder, budget=budget, options=INVERTED_LISTS
    )
    assert tight.manifest["size_bytes"] <= budget
    assert tight.spoken_left_out > 0
    with pytest.raises(BudgetExceededError):
        build_bundle(NAMES, tmp_path / "none", "es", encoder_folder, budget=9000, options=INVERTED_LISTS)


@given(
    st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 20)), min_size=1, max_size=40), st.floats(0.5, 1)
)
def test_from_the_floor_on_enough_is_right(rows: list[tuple[int, int]], target: float) -> None:
    found = np.array([score for score, _ in rows], np.float32)
    nearest = found + np.array([max(more - 8, 0) for _, more in rows], np.float32)
    floor = exit_floor(found, nearest, target)

    def share(least: float) -> float:
        ended = found >= least
        return float((found >= nearest)[ended].mean()) if ended.any() else 1.0

    assert share(floor) >= target
    assert all(share(lower) < target for lower in set(found.tolist()) if lower < floor)


def test_popular_forms_are_all_of_the_most_popular() -> None:
    owners = np.array([0, 0, 1, 2, 2, 2, 3], np.int32)
    demand = np.array([1.0, 9.0, 5.0, 5.0])
    assert popular_forms(demand, owners, 0.5).tolist() == [2, 3, 4, 5]
    assert popular_forms(demand, owners, 0.01).tolist() == [2]


def test_popular_entities_are_asked_for_more() -> None:
    asked = requests_by_demand(["radio sol", "onda cero"], np.array([9.0, 1.0]), "es", 300)
    assert 200 < sum("sol" in request for request in asked) < 300


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_out_of_range(encoder_files: dict[str, bytes], share: float) -> None:
    large = with_index(make_bundle(ENTITIES, encoder_files), "SQ8")
    with pytest.raises(BuildError, match="above 0 and below 1"):
        with_popular(large, share)
    with pytest.raises(BuildError, match="no entity of the catalog has a popularity"):
        with_popular(large, 0.5)


def test_popular_entities_of_a_small_catalog(bundle: Bundle) -> None:
    with pytest.raises(BuildError, match="searched exactly"):
        with_popular(bundle, 0.1)


def test_an_update_keeps_the_index(encoder_folder: Path, tmp_path: Path) -> None:
    from catalog_tools.build.update import update_bundle

    build_bundle(NAMES, tmp_path / "one", "es", encoder_folder, options=POPULAR_FIRST)
    update_bundle(tmp_path / "one", add=[{"name": "Radio Luz", "popularity": 70}])
    manifest = read_bundle(tmp_path / "one").manifest
    assert (manifest["index"]["factory"], manifest["index"]["popular"]["share"]) == ("IVF4,SQ8", 0.1)
    assert EntityResolver.load(tmp_path / "one").resolve("radio luz").matches[0].name == "Radio Luz"
