"""Ways of asking, for requests to train and fit with: see `catalog_tools.language.ways_of_asking`."""

from __future__ import annotations

import random

from catalog_tools.language.language import Language
from catalog_tools.language.requests import Carriers
from catalog_tools.language.ways_of_asking import WAYS, requests_of
from edge_er.text.canonical import canonical_text

__all__ = ["WAYS", "asked_otherwise", "requests_of"]


def asked_otherwise(name: str, lang: str | Language, rng: random.Random) -> str:
    """One request for a name in one of the ways."""
    words = canonical_text(name).split()
    asked = " ".join(rng.choice(list(WAYS.values()))(words, rng)) if words else name
    return Carriers.of_language(lang).sample(rng).format(asked or name)
