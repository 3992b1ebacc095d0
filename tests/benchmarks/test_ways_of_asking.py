"""Stations of one half are asked for, in every way; a prefix is asked of `suggest`."""

from tiny import require_packages

require_packages("pyarrow", "sklearn", "rapidfuzz")

from benchmarks.lib.asked import FIFTH, FIRST, RIGHT, WRONG, Asked, in_half, outcome  # noqa: E402
from benchmarks.product.ways_of_asking import GOALS, PREFIX, SYSTEMS, answer_to, answered, station_requests  # noqa: E402
from edge_er import Entity  # noqa: E402

ENTITIES = [
    Entity(f"{first}{last}{kind}", f"{first}amil {last}idim Radio {kind}")
    for first in "bcdfghjklm"
    for last in "npqrstvw"
    for kind in ("KEXP", "- Jazz")
]


def test_stations_of_one_half_are_asked_for_in_all_ways():
    asked = {half: list(station_requests(ENTITIES, "en", half, 20)) for half in ("tune", "report")}
    names = {entity.id: entity.name for entity in ENTITIES}
    for half, requests in asked.items():
        assert all(in_half(names[each.cluster], half) for each in requests)
        assert all(each.cluster in each.right for each in requests)
        assert {"the name", "words changed round", "name without its qualifier", PREFIX} <= {
            each.kind for each in requests
        }
    assert not {each.cluster for each in asked["tune"]} & {each.cluster for each in asked["report"]}
    assert asked["report"] == list(station_requests(ENTITIES, "en", "report", 20))


def test_a_prefix_is_asked_of_suggest(resolver):
    first, second = list(resolver.entities)[:2]
    prefix = Asked(PREFIX, first.name[:8], frozenset({second.id}), second.id)
    suggested = [each.id for each in resolver.suggest(prefix.query, 5)]
    assert suggested[:2] == [first.id, second.id]
    assert answer_to(resolver, prefix) == {FIRST: False, FIFTH: True, RIGHT: False, WRONG: False}
    name = Asked("the name", first.name, frozenset({first.id}), first.id)
    assert answer_to(resolver, name) == outcome(name, resolver.resolve(first.name, 20))


def test_rows_have_every_system_and_goals_are_of_measures(resolver):
    first = next(iter(resolver.entities))
    (row,) = answered(resolver, [Asked("the name", first.name, frozenset({first.id}), first.id)], "es")
    assert set(SYSTEMS) <= set(row)
    assert row["TF-IDF"] is True
    assert {goal.measure for goals in GOALS.values() for goal in goals} <= set(SYSTEMS)
