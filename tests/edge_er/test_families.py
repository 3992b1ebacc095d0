"""Families of stations in the shipped bundles: the plain name wins or the answer is ambiguous."""

from __future__ import annotations

import pytest
from tiny import require

from benchmarks.product.families import Family, families, outcome, summary
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import shipped_bundles
from edge_er.decision.calibration import Decision
from edge_er.decision.resolution import Match, Resolution
from edge_er.resolver import EntityResolver
from edge_er.text.canonical import canonical_text

PLAIN = {
    "radio_de": [
        "Deutschlandfunk",
        "Deutschlandfunk Kultur",
        "Deutschlandfunk Nova",
        "Bayern 1",
        "Bayern 3",
        "SWR3",
    ],
    "radio_en": ["BBC Radio 1", "BBC Radio 2", "BBC Radio 3", "BBC Radio 4", "Classic FM", "Absolute Radio"],
    "radio_es": ["Cadena SER", "COPE", "Onda Cero", "LOS40"],
    "radio_fr": ["France Inter", "RTL", "RTL2", "Europe 1", "Europe 2", "FIP", "NRJ"],
    "radio_it": ["Radio Deejay", "RTL 102.5", "Radio 105", "Rai Radio 1", "Rai Radio 2"],
}
CARRIERS = ("{}", "spiele {}", "play {} please", "mets {}", "metti {}", "pon {}")
WORDS = [
    ("radio_de", "bayern eins", "Bayern 1"),
    ("radio_de", "spiele s w r drei", "SWR3"),
    ("radio_en", "play b b c radio four", "BBC Radio 4"),
    ("radio_es", "pon los cuarenta", "LOS40"),
    ("radio_fr", "mets europe un", "Europe 1"),
    ("radio_it", "metti rai radio uno", "Rai Radio 1"),
]


def shipped(name: str) -> EntityResolver:
    return EntityResolver.load(require(name, name in shipped_bundles(), f"no shipped bundle {name}"))


def names(match: Match) -> set[str]:
    return {canonical_text(name) for name in (match.name, *match.aliases)}


FOREIGN_PRECISION = (
    0.9  # asked for where the carrier may be of another language, which makes answers less sure
)


def check(resolver: EntityResolver, request: str, name: str, min_precision: float | None = None) -> None:
    answer = resolver.resolve(request, min_precision=min_precision)
    assert answer.best is not None, request
    right = [canonical_text(name) in names(match) for match in answer.matches]
    assert right[0] or (answer.decision == "ambiguous" and any(right)), (request, answer.matches[0].name)


@pytest.mark.parametrize("bundle", PLAIN)
def test_the_plain_name_wins_or_is_ambiguous(bundle: str) -> None:
    resolver = shipped(bundle)
    for name in PLAIN[bundle]:
        for carrier in CARRIERS:
            check(resolver, carrier.format(name), name, FOREIGN_PRECISION)


@pytest.mark.parametrize(("bundle", "request_", "name"), WORDS)
def test_numbers_in_words_name_the_same_station(bundle: str, request_: str, name: str) -> None:
    check(shipped(bundle), request_, name)


def test_a_family_is_of_one_name_or_one_number() -> None:
    catalog = [
        Entity(str(place), name)
        for place, name in enumerate(
            ["Bayern 1", "Bayern 1 Franken", "Bayern 3", "SWR3", "SWR3 Rock", "Rock Antenne", "Bayern 1"]
        )
    ]
    assert families(catalog) == [
        Family(0, (1, 2)),
        Family(2, (0, 6)),
        Family(3, (4,)),
        Family(6, (1, 2)),
    ]


@pytest.mark.parametrize(
    ("decision", "first", "expected"),
    [
        ("match", "a", "right"),
        ("match", "b", "wrong sibling"),
        ("match", "c", "wrong"),
        ("ambiguous", "b", "ambiguous"),
        ("no_match", "a", "no_match"),
    ],
)
def test_outcomes(decision: Decision, first: str, expected: str) -> None:
    order = sorted("abc", key=lambda name: name != first)
    matches = tuple(Match(name, name, (), 1.0, 0.9, {}) for name in order)
    assert outcome(Resolution("x", decision, matches), ["a"], ["a", "b"]) == expected


def test_a_summary_gives_shares_and_the_surest_mistake() -> None:
    rows = [
        {"outcome": "right", "confidence": 0.99},
        {"outcome": "wrong sibling", "confidence": 0.7},
        {"outcome": "wrong sibling", "confidence": 0.8},
        {"outcome": "no_match", "confidence": 0.1},
    ]
    found = summary(rows)
    assert (found["right"], found["wrong sibling"], found["surest_wrong_sibling"]) == (0.25, 0.5, 0.8)
