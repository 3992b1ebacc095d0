"""Short names that an address of the entity confirms."""

from __future__ import annotations

import pytest

from catalog_tools.language.acronyms import address_names, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Radio Monte Carlo", "rmc"),
        ("Tall Pines", ""),
        ("Bayern 3", ""),
        ("One Two Three Four Five Six Seven", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("name", "address", "short"),
    [
        ("Radio Monte Carlo", "http://icecast.example:80/rmc/high.mp3?rmx=1", ["rmc"]),
        ("Bayern 3", "https://br3.example/live", ["br3"]),
        ("Bayern 3", "https://wdr3.example/live", []),
        ("Bayern 3", "https://br2.example/live", []),
        ("RAN1 HD", "https://ran1.example/live", []),
        ("Europe 1", "https://e1.example/live", []),
        ("Radio Monte Carlo", "http://example/live?rmc", []),
        ("Pines", "http://p.example", []),
    ],
)
def test_what_an_address_confirms(name: str, address: str, short: list[str]) -> None:
    assert address_names(name, [address]) == short
