"""The benchmark of sentences with a misheard name: what is asked has one name, which differs from the right one."""

from __future__ import annotations

import random

from tiny import require_packages

require_packages("hassil", "home_assistant_intents", "wyoming")

from benchmarks.product.home_sentences import ELSE, NAME, misheard, table, templates  # noqa: E402
from catalog_tools.language.noise import Confusions  # noqa: E402


def test_sentences_have_a_place_for_the_name_alone() -> None:
    found = templates("de", random.Random(1))
    assert len(found) > 10
    assert all(text.count(NAME) == 1 and ELSE not in text for text in found)


def test_a_misheard_name_is_another_text() -> None:
    noise = Confusions([("lamp", "lamb", 1.0)])
    assert misheard("Floor Lamp", noise, random.Random(1)) == "floor lamb"
    assert misheard("Ceiling", noise, random.Random(1)) is None


def test_the_table_has_shares() -> None:
    figures = {"en": {"rows": 4, "alone": {"nothing": 4}, "together": {"right": 3, "asked back": 1}}}
    assert "| en | 4 | hassil and edge-er | 0.750 | 0.000 | 0.250 | 0.000 |" in table(figures)
