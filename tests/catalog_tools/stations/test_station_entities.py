"""Names to show, and ids that stay."""

from dataclasses import replace

from catalog_tools.readers.entity_ids import entities_from_records, keep_previous_ids, stable_id
from catalog_tools.readers.sources import Record
from catalog_tools.stations.entities import merge_records
from catalog_tools.stations.station_entities import entities_from_clusters
from edge_er.bundle.entity import Entity

STREAM = "http://radio.example:8000/live"


def _record(name, stream=STREAM, **metadata):
    return Record(name, metadata={"country": "ES", "stream": stream, **metadata})


def _entities(*records):
    return entities_from_clusters(merge_records(records))


def test_the_widespread_clean_name_is_shown_and_the_others_are_aliases():
    records = [
        _record("cadena ser"),
        _record("Cadena SER"),
        _record("Cadena SER"),
        _record("Cadena SER España 128k"),
    ]
    (entity,) = _entities(*records)
    assert entity.name == "Cadena SER"
    assert entity.aliases == ("Cadena SER España", "Cadena SER España 128k")


def test_country_tags_and_streams_are_kept():
    (entity,) = _entities(
        _record("Radio Sol", "http://a.example/x?rj-tok=123", tags="Pop;rock"),
        _record("Radio Sol", "https://a.example/x", tags="pop"),
        _record("Radio Sol 99.5", "http://b.example/y", tags=["news"]),
    )
    assert entity.metadata == {
        "country": "ES",
        "tags": ["pop", "news", "rock"],
        "streams": ["https://a.example/x", "http://b.example/y"],
    }


def test_ids_depend_on_country_and_name_alone():
    (one,) = _entities(_record("Radio Sol", "http://a.example/1"))
    (other,) = _entities(_record("RADIO SÓL", "http://b.example/2", tags="pop"))
    assert one.id == other.id == stable_id("ES", "radio sol")
    assert stable_id("ES", "radio sol") != stable_id("AT", "radio sol")


def test_equal_names_get_different_ids_in_any_order():
    records = [Record("Radio Sol", metadata={"town": town}) for town in ("Lugo", "Vigo", "Cádiz")]
    first = {e.metadata["town"]: e.id for e in entities_from_records(records)}
    second = {e.metadata["town"]: e.id for e in entities_from_records(reversed(records))}
    assert first == second and len(set(first.values())) == 3


def test_given_ids_stay():
    records = [Record("A", id="x"), Record("B", id="y")]
    assert [(e.id, e.name) for e in entities_from_records(records)] == [("x", "A"), ("y", "B")]


def _entity(identifier, name, *aliases, stream=None, country="ES"):
    streams = {"streams": [stream]} if stream else {}
    return Entity(identifier, name, aliases, (), {"country": country, **streams})


def test_a_renamed_station_keeps_its_id_by_alias_or_stream():
    previous = [_entity("1", "Radio Sol"), _entity("2", "Luna FM", stream=STREAM), _entity("3", "Mar")]
    now = [
        _entity("a", "Sol Radio", "Radio Sol"),
        _entity("b", "Nueva Luna", stream=STREAM),
        _entity("c", "Mar", country="AR"),
    ]
    kept = {entity.name: entity.id for entity in keep_previous_ids(now, previous)}
    assert kept == {"Sol Radio": "1", "Nueva Luna": "2", "Mar": "c"}


def test_the_same_name_goes_before_a_shared_alias():
    previous = [_entity("1", "Sol", "Luna"), _entity("2", "Luna")]
    kept = {e.name: e.id for e in keep_previous_ids([_entity("a", "Luna"), _entity("b", "Sol")], previous)}
    assert kept == {"Luna": "2", "Sol": "1"}


def test_no_id_is_given_twice():
    previous = [_entity("1", "Sol", "Luna")]
    kept = keep_previous_ids([_entity("a", "Luna"), _entity("b", "Sol"), _entity("c", "Sol")], previous)
    assert len({entity.id for entity in kept}) == 3
    assert [entity.id for entity in kept if entity.id == "1"] == ["1"]


def test_unchanged_entities_keep_everything():
    entities = [_entity("1", "Sol"), _entity("2", "Luna", "Moon", stream=STREAM)]
    assert keep_previous_ids(entities, [replace(entity, name="x") for entity in entities]) == entities
