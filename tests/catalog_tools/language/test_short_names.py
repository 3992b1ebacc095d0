"""Numbered stations without their broadcaster, and one word for a whole name."""

import pytest
from tiny import REPOSITORY

from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions, SurfaceForms
from catalog_tools.language.short_names import MOST_OWNERS, with_numbered_stations, with_single_words
from edge_er.bundle.entity import Entity
from edge_er.resolver import EntityResolver

CONTACTS = REPOSITORY / "docs" / "examples" / "contacts.csv"


def shortened(*names: str | tuple[str, ...]) -> list[tuple[str, ...]]:
    listed = [(name,) if isinstance(name, str) else name for name in names]
    entities = [Entity(str(place), one[0], one[1:], (), {}) for place, one in enumerate(listed)]
    return [entity.aliases for entity in with_numbered_stations(entities)]


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


def single(*names: str) -> list[tuple[str, ...]]:
    return [
        one.spoken
        for one in with_single_words([Entity(str(n), name, (), (), {}) for n, name in enumerate(names)])
    ]


def test_a_word_stands_for_its_name() -> None:
    assert single("Zoë Kravitz", "Li Wei") == [("zoe", "kravitz"), ("wei",)]  # "li" is too short


def test_words_of_carriers_numbers_and_whole_names_do_not() -> None:
    assert single("Call the Bank", "Zeppelin 2400", "Tom", "Tom Baker") == [
        ("bank",),
        ("zeppelin",),
        (),
        ("baker",),
    ]


def test_few_may_share_a_word() -> None:
    families = [f"{given} Bianchi" for given in ("Luca", "Giulia", "Marco", "Anna")]
    assert all("bianchi" in words for words in single(*families[:MOST_OWNERS]))
    assert not any("bianchi" in words for words in single(*families))


@pytest.fixture(scope="module")
def contacts(tmp_path_factory: pytest.TempPathFactory) -> EntityResolver:
    out = tmp_path_factory.mktemp("single") / "contacts"
    options = BuildOptions(forms=SurfaceForms(single_words=True))
    return EntityResolver.load(build_bundle(CONTACTS, out, "en", options=options).path)


@pytest.mark.parametrize(
    ("request_text", "decision", "names"),
    [
        ("call zoe", "match", {"Zoë Müller"}),
        ("ring whitfield please", "match", {"Jonathan Whitfield"}),
        ("call bianchi", "ambiguous", {"Giulia Bianchi", "Luca Bianchi"}),
        ("call luca bianchi", "match", {"Luca Bianchi"}),
        ("call susan", "no_match", set()),
    ],
)
def test_contacts_are_called_by_one_name(
    contacts: EntityResolver, request_text: str, decision: str, names: set[str]
) -> None:
    answer = contacts.resolve(request_text)
    assert answer.decision == decision
    assert {match.name for match in answer.matches[: len(names)]} == names
