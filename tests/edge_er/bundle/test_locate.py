"""The shipped bundles, where they are there."""

from __future__ import annotations

import pytest
from tiny import require

from edge_er.bundle.locate import shipped_bundles, shipped_encoders
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

LIMITS = {"radio_de": 2.3, "radio_en": 3.3, "radio_es": 2.0, "radio_fr": 2.0, "radio_it": 2.0}  # MB
REQUESTS = {
    "radio_de": [("spiele deutschlandfunk", "Deutschlandfunk"), ("bayern eins", "Bayern 1")],
    "radio_en": [("play bbc radio four please", "BBC Radio 4")],
    "radio_es": [
        ("pon la cadena ser", "Cadena SER"),
        ("play cadena ser", "Cadena SER"),
        ("los cuarenta", "LOS40"),
    ],
    "radio_fr": [("mets france inter", "France Inter")],
    "radio_it": [("metti radio deejay in cucina", "Radio Deejay")],
}


@pytest.fixture(scope="module", params=LIMITS)
def shipped(request: pytest.FixtureRequest) -> EntityResolver:
    name = request.param
    return EntityResolver.load(require(name, name in shipped_bundles(), f"no shipped bundle {name}"))


def test_answers_its_golden_requests(shipped: EntityResolver) -> None:
    assert shipped.selftest() >= 5


def test_is_within_its_limit_and_measured(shipped: EntityResolver) -> None:
    assert shipped.report["size_bytes"] <= LIMITS[shipped.name] * 1e6
    assert shipped.report["recall_at_1"][shipped.lang]["text"]["value"] >= 0.9


def test_well_known_stations(shipped: EntityResolver) -> None:
    for query, name in REQUESTS[shipped.name]:
        best = shipped.resolve(query).best
        assert best is not None, query
        assert canonical_text(name) in {canonical_text(text) for text in (best.name, *best.aliases)}, query


def test_every_entity_is_found_by_its_own_name(shipped: EntityResolver) -> None:
    """The catalog and a request go the same way, so that a name finds itself or another of the same name."""
    entities = shipped.entities[:: max(1, len(shipped.entities) // 200)]
    for entity, answer in zip(entities, shipped.resolve_batch([e.name for e in entities]), strict=True):
        best = answer.matches[0]
        assert best.score > 0.96, entity.name  # int8 vectors are not quite of unit length; evidence only adds
        assert canonical_text(entity.name) in {canonical_text(name) for name in (best.name, *best.aliases)}


def test_encoders_can_be_loaded() -> None:
    from edge_er.encoder.encoder import Encoder

    encoders = shipped_encoders()
    for path in require(encoders, bool(encoders), "no shipped encoder").values():
        encoder = Encoder.load(path)
        assert encoder.encode(["cadena ser"]).shape == (1, encoder.dim)
