"""A large catalog keeps what it read of the last entities, and what words and letters count; answers stay the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import require_packages

from catalog_tools.build.index_choice import with_index
from edge_er.bundle.bundle import Bundle, read_bundle, write_bundle
from edge_er.ranking import large_catalog
from edge_er.ranking.large_catalog import LargeCatalog
from edge_er.resolver import EntityResolver

REQUESTS = ["pon onda cero", "cadena ser", "kiss fm", "radio 3", "zzz", "pon la radio clasica"]


@pytest.fixture
def large(bundle: Bundle, tmp_path: Path) -> Path:
    require_packages("faiss")
    write_bundle(tmp_path / "large", with_index(bundle, "Flat"), budget=None)
    return tmp_path / "large"


def test_answers_do_not_depend_on_what_is_at_hand(large: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = EntityResolver.load(large)
    first = [asked.resolve(text).matches for text in REQUESTS]
    assert any(first)
    assert [asked.resolve(text).matches for text in REQUESTS] == first
    monkeypatch.setattr(large_catalog, "_ENTITIES_AT_HAND", 2)
    few = EntityResolver.load(large)
    assert [few.resolve(text).matches for text in REQUESTS] == first
    catalog = few._bundle_catalog
    assert isinstance(catalog, LargeCatalog)
    assert len(catalog._at_hand) <= len(few)


def test_both_engines_answer_alike(large: Path) -> None:
    native, reference = (EntityResolver.load(large, engine=engine) for engine in ("auto", "reference"))
    for text in REQUESTS:
        pairs = zip(native.resolve(text).matches, reference.resolve(text).matches, strict=True)
        for one, other in pairs:
            assert one.id == other.id
            assert one.confidence == pytest.approx(other.confidence, abs=1e-6)


def test_entities_in_memory_are_read_like_those_of_a_file(large: Path) -> None:
    on_disk = read_bundle(large)
    asked = EntityResolver.load(large)
    held = EntityResolver(Bundle(**{**vars(on_disk), "entities": list(on_disk.entities)}))
    for text in REQUESTS:
        assert [each.id for each in held.resolve(text)] == [each.id for each in asked.resolve(text)]
