"""Ways of asking that hang on the other names of a catalog: what is said, and who is right."""

import random

import pytest

from catalog_tools.language.catalog_ways import CATALOG_WAYS, PREFIX, CatalogNames, catalog_requests
from edge_er.bundle.entity import Entity

NAMES = (
    "Radio Regenbogen 102.8",
    "Regenbogen Zwei",
    "Regenbogen Drei",
    "KEXP - Seattle listener powered radio",
    "NRJ [128 kbps]",
    "NRJ Party",
    "Rai Radio Due FVG",
    "Radio Alto Jonio - RAJ",
    "Rai Radio Due",
    "Radio",
)
CATALOG = CatalogNames([Entity(str(at), name) for at, name in enumerate(NAMES)])


def part(way, name):
    found = CATALOG_WAYS[way](CATALOG, NAMES.index(name), random.Random(1))
    return None if found is None else (found.text, {NAMES[index] for index in found.right})


@pytest.mark.parametrize(
    ("way", "name", "expected"),
    [
        ("distinctive part only", "Radio Alto Jonio - RAJ", ("alto jonio raj", {"Radio Alto Jonio - RAJ"})),
        ("distinctive part only", "Rai Radio Due", ("rai due", {"Rai Radio Due", "Rai Radio Due FVG"})),
        ("distinctive part only", "Radio", None),
        ("acronym alone", "Rai Radio Due FVG", ("fvg", {"Rai Radio Due FVG"})),
        ("acronym alone", "NRJ Party", ("nrj", {"NRJ Party", "NRJ [128 kbps]"})),
        ("acronym alone", "Regenbogen Zwei", None),
        ("plain name of a family", "Radio Regenbogen 102.8", ("regenbogen", {"Radio Regenbogen 102.8"})),
        ("plain name of a family", "Regenbogen Zwei", None),
        ("name without its qualifier", "KEXP - Seattle listener powered radio", ("kexp", {NAMES[3]})),
        ("name without its qualifier", "Radio Alto Jonio - RAJ", ("radio alto jonio", {NAMES[7]})),
        ("name without its qualifier", "NRJ Party", None),
        ("name without its qualifier", "Regenbogen Zwei", None),
    ],
)
def test_what_is_said_of_a_name_and_who_is_right(way, name, expected):
    assert part(way, name) == expected


def test_a_head_that_two_names_have_is_not_asked_for():
    names = CatalogNames(
        [Entity("1", "Fip - Jazz"), Entity("2", "Fip - Rock"), Entity("3", "Nova (Paris)", ("nova",))]
    )
    asked = catalog_requests(names, range(3), "fr", "name without its qualifier", random.Random(1))
    assert [(index, right) for _, index, right in asked] == [(2, {2})]


def test_a_prefix_stands_alone_and_few_names_begin_with_it():
    names = CatalogNames([Entity(str(at), f"Radio {word}") for at, word in enumerate(WORDS)])
    asked = catalog_requests(names, range(len(WORDS)), "en", PREFIX, random.Random(1))
    assert len(asked) == len(WORDS)
    for text, index, right in asked:
        assert f"radio {WORDS[index]}".startswith(text)
        assert len(text) < len(f"radio {WORDS[index]}")
        assert right == {index}
        assert sum(f"radio {word}".startswith(text) for word in WORDS) <= 5


WORDS = ("alba", "aldo", "alma", "alto", "alva", "amor", "azul", "bello", "bravo", "capital")
