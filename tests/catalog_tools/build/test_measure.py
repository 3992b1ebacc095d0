"""Simulated requests are the same each time, are no stored forms, and count entities of one name as one."""

from __future__ import annotations

import json
from pathlib import Path

from test_build import STATIONS

from catalog_tools.build.build import build_bundle
from catalog_tools.build.measure import nearest_pairs, simulated_requests
from catalog_tools.language.language import language
from edge_er.bundle.bundle import Bundle, read_bundle
from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text

ENTITIES = [
    Entity(f"id-{number}", f"Radio {number} Kiss", (), (f"radio {number} beso",)) for number in range(400)
]


def test_the_same_entities_have_the_same_requests_in_any_order() -> None:
    requests, simulation = simulated_requests(ENTITIES, language("es"), 50)
    again, _ = simulated_requests(ENTITIES[::-1], language("es"), 50)
    assert requests == again
    assert (simulation.entities, simulation.catalog) == (50, 400)
    assert len(requests) == 250
    fewer, _ = simulated_requests(ENTITIES, language("es"), 20)
    assert set(fewer) <= set(requests)


def test_every_language_and_kind_is_asked_and_no_stored_form() -> None:
    requests, _ = simulated_requests(ENTITIES, language("es"), 40)
    cells = {(request.lang, request.stratum) for request in requests}
    kinds = {(lang, kind) for lang in ("de", "en", "es", "fr", "it") for kind in ("typed", "recognised")}
    assert cells == kinds | {("es", "other ways")}
    assert sum(request.lang == "es" for request in requests) == 120
    by_id = {entity.id: entity for entity in ENTITIES}
    for request in requests:
        forms = {canonical_text(form) for form in by_id[request.gold[0]].surface_forms}
        assert request.query not in forms


def test_other_ways_mean_every_name_that_fits_what_is_said() -> None:
    named = [
        ("1", "Norte Noticias"),
        ("2", "Norte Noticias Cope"),
        ("3", "Norte Noticias Kiss"),
        ("4", "Sur"),
    ]
    entities = [Entity(identifier, name) for identifier, name in named]
    asked, _ = simulated_requests(entities, language("es"))
    ways = {request.gold: request.query for request in asked if request.stratum == "other ways"}
    assert ways.keys() <= {("1",), ("2",), ("3",), ("1", "2", "3")}
    assert len(ways) >= 2
    assert all(request.query not in map(canonical_text, dict(named).values()) for request in asked)


def test_entities_of_one_name_are_one_answer() -> None:
    twins = [Entity("a", "Max Müller"), Entity("b", "MAX MULLER"), Entity("c", "Eva", ("Max Muller",))]
    requests, simulation = simulated_requests([*twins, Entity("d", "🎵")], language("de"))
    assert simulation.entities == 3
    golds = {request.gold for request in requests}
    assert golds == {("a", "b", "c"), ("c",)}


def test_nearest_pairs_are_those_of_all_pairs(bundle: Bundle) -> None:
    pairs = nearest_pairs(bundle)
    together = [frozenset((pair.entity.id, pair.other.id)) for pair in pairs]
    assert len(set(together)) == len(together)
    assert set.union(*map(set, together)) == {entity.id for entity in bundle.entities}
    assert [pair.cosine for pair in pairs] == sorted((pair.cosine for pair in pairs), reverse=True)
    assert {"es-1", "es-2"} in together
    assert all(pair.form in pair.other.surface_forms and pair.other != pair.entity for pair in pairs)


def test_a_measured_build_says_what_was_asked(encoder_folder: Path, tmp_path: Path) -> None:
    result = build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, measure=True)
    report = read_bundle(result.path).manifest["report"]
    assert report["requests"]["simulated"] is True
    assert (report["requests"]["entities"], report["requests"]["of"]) == (6, 6)
    assert "Simulated" in report["requests"]["description"]
    assert report["recall_at_1"]["es"]["typed"]["rows"] == 6
    assert report["recall_at_1"]["es"]["typed"]["value"] > 0.5
    assert report["decisions"]["by_stratum"]["other ways"]["rows"] == 6
    assert report["rows"] == 30
    assert result.measurement is not None
    assert len(result.measurement.seconds) == len(result.measurement.ranks) == 30
    again = build_bundle(STATIONS, tmp_path / "again" / "b", "es", encoder_folder, measure=True)
    assert again.manifest == result.manifest


def test_requests_of_ones_own_take_the_place_of_simulated_ones(encoder_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_text(
        json.dumps({"query": "pon la cadena ser", "entity": "Cadena SER"}) + "\n", encoding="utf-8"
    )
    result = build_bundle(STATIONS, tmp_path / "b", "es", encoder_folder, requests=file, measure=True)
    assert result.manifest["report"]["rows"] == 1
    assert "requests" not in result.manifest["report"]
    assert result.manifest["report"]["unmerged"]["names"] == 8


def test_a_catalog_of_one_entity_is_measured(encoder_folder: Path, tmp_path: Path) -> None:
    result = build_bundle([{"name": "Kiss FM"}], tmp_path / "b", "es", encoder_folder, measure=True)
    assert result.measurement is not None
    assert result.measurement.near == []
    assert result.manifest["report"]["recall_at_1"]["es"]["typed"]["value"] == 1
