"""Numbered stations are also asked for without their broadcaster."""

from catalog_tools.short_names import with_short_names
from edge_er.entity import Entity


def shortened(*names: str | tuple[str, ...]) -> list[tuple[str, ...]]:
    listed = [(name,) if isinstance(name, str) else name for name in names]
    entities = [Entity(str(place), one[0], one[1:], (), {}) for place, one in enumerate(listed)]
    return [entity.aliases for entity in with_short_names(entities)]


def test_the_broadcaster_may_be_left_out() -> None:
    assert shortened("BBC Radio 4", "Rai Radio 2") == [("Radio 4",), ("Radio 2",)]


def test_it_may_stand_in_an_alias() -> None:
    assert shortened(("Radio 3 RNE", "RNE Radio 3")) == [("RNE Radio 3", "Radio 3")]


def test_several_broadcasters_share_a_short_name() -> None:
    assert shortened("BBC Radio 1", "NTS Radio 1") == [("Radio 1",), ("Radio 1",)]


def test_the_name_of_another_station_is_left_to_it() -> None:
    assert shortened("BBC Radio 1", "Radio 1") == [(), ()]


def test_other_names_stay_whole() -> None:
    assert shortened("BBC Radio 4 Extra", "Radio 4", "Antenne 1", "Virgin Radio 80", "Bayern 1") == [()] * 5
