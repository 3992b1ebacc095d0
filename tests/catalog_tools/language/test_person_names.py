"""Given and family name from columns, whatever the address book calls them."""

from __future__ import annotations

from typing import Any

import pytest

from catalog_tools.language.person_names import given_and_family


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"given": "Eva", "family": "Kern"}, "Eva Kern"),
        ({"First Name": "Eva", "Middle Name": "Maria", "Last Name": "Kern"}, "Eva Kern"),
        ({"Vorname": "Dr. Eva", "Nachname": "Kern"}, "Eva Kern"),
        ({"prénom": "Ève", "nom de famille": "de la Cour"}, "Ève de la Cour"),
        ({"given_name": "Paul", "family_name": "Stone Jr."}, "Paul Stone"),
        ({"given": "Eva"}, ""),
        ({"given": "Dr.", "family": "Kern"}, ""),
        ({"given": 3, "family": ["Kern"]}, ""),
    ],
)
def test_given_and_family(metadata: dict[str, Any], name: str) -> None:
    assert given_and_family(metadata) == name
