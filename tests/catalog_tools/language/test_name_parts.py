"""Parts of names: without tags and qualifiers, turned round, with numerals and signs said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_tools.language.language import LANGUAGES
from catalog_tools.language.name_parts import HEAD, PART_SHARES, SPELLING, TURNED, UNTAGGED, part_forms
from catalog_tools.language.name_signs import LETTERS, NUMBER_SIGN, SIGNS
from catalog_tools.language.roman_numerals import NUMERAL, ORDINAL, SERIES
from edge_er.errors import CatalogError
from edge_er.text.canonical import canonical_text

PARTS = [
    ("en", "Tall Pines - Remastered 2015", UNTAGGED, "tall pines"),
    ("en", "Tall Pines - 2017 Remaster", UNTAGGED, "tall pines"),
    ("en", "Tall Pines Remastered 2011", UNTAGGED, "tall pines"),
    ("en", "Tall Pines (feat. Ann Lee) - Radio Edit", UNTAGGED, "tall pines"),
    ("en", "Tall Pines feat. Ann Lee", UNTAGGED, "tall pines"),
    ("en", "Tall Pines - Needles - Live", UNTAGGED, "tall pines needles"),
    ("en", "Wave [128 kbps]", UNTAGGED, "wave"),
    ("en", "KQQX - Seattle's listeners", HEAD, "kqqx"),
    ("en", "Tall Pines: The Return", HEAD, "tall pines"),
    ("en", "Tall Pines | Great Songs", HEAD, "tall pines"),
    ("en", "Wave (Oslo) 80s", HEAD, "wave 80 s"),
    ("en", "(I Never Saw) Tall Pines", HEAD, "tall pines"),
    ("en", "Pines, The", TURNED, "the pines"),
    ("en", "Pines, The", TURNED, "pines"),
    ("de", "Kiefern, Die", TURNED, "die kiefern"),
    ("fr", "Équipe, L'", TURNED, "l equipe"),
    ("es", "Pinos, Los", TURNED, "los pinos"),
    ("it", "Pini, I", TURNED, "i pini"),
    ("de", "Kern, Dr. Eva Maria", TURNED, "eva maria kern"),
    ("de", "Kern, Dr. Eva Maria", TURNED, "eva kern"),
    ("en", "van der Meer, Piet", TURNED, "piet van der meer"),
    ("en", "Stone, Paul T., Jr.", TURNED, "paul stone"),
    ("en", "Tall Pines IV", NUMERAL, "tall pines 4"),
    ("en", "Tall Pines: Episode IV - Needles", NUMERAL, "tall pines episode 4 needles"),
    ("en", "Bowl XLVIII", NUMERAL, "bowl 48"),
    ("en", "Tall Pines, Part I", NUMERAL, "tall pines part 1"),
    ("en", "Tall Pines V", SERIES, "tall pines 5"),
    ("en", "King Henry V", NUMERAL, "king henry 5"),
    ("en", "King Henry V", ORDINAL, "king henry the fifth"),
    ("de", "Heinrich V", ORDINAL, "heinrich der funfte"),
    ("de", "Elisabeth II", ORDINAL, "elisabeth die zweite"),
    ("es", "Isabel II", ORDINAL, "isabel segunda"),
    ("fr", "Napoléon I", ORDINAL, "napoleon premier"),
    ("it", "Vittorio Emanuele III", ORDINAL, "vittorio emanuele terzo"),
    ("en", "T!lt", LETTERS, "tilt"),
    ("en", "Mo$s", LETTERS, "moss"),
    ("en", "$hort Wave", LETTERS, "short wave"),
    ("en", "Se7enth Day", LETTERS, "seventh day"),
    ("fr", "Prise n°2", NUMBER_SIGN, "prise numero 2"),
    ("en", "Wave #66", NUMBER_SIGN, "wave number 66"),
    ("en", "Waves Vol. 2", NUMBER_SIGN, "waves volume 2"),
    ("en", "Waves No. 5 (A Little Of)", NUMBER_SIGN, "waves number 5"),
    ("it", "Radio Deejay", SPELLING, "radio dj"),
    ("en", "DJ Pine", SPELLING, "deejay pine"),
    ("en", "÷", SIGNS, "divide"),
    ("en", "÷ (Deluxe)", SIGNS, "divide"),
    ("de", "++", SIGNS, "plus plus"),
    ("en", "🔥", SIGNS, "fire"),
]


@pytest.mark.parametrize(("lang", "name", "kind", "text"), PARTS)
def test_a_part_is_a_form(lang: str, name: str, kind: str, text: str) -> None:
    assert (kind, text) in [(form.kind, form.text) for form in part_forms(name, lang)]


WHOLE = [
    "Tall Pines",
    "T-Bone",
    "3:10 to Pines",
    "The (Live)",  # only an article is left
    "Radio (Live)",
    "I Want Pines",
    "X-Mas Pines",
    "CD Mix",
    "Mix DI",
    "IV Drip",  # the first word
    "Hits by XXX",
    "The xx",
    "I, Pine",
    "Tyler, The Maker",
    "Earth, Wind & Pine",
    "Oslo, NY",
    "Radio Gamma, Pisa",
    "kick!fm",
    "Panic! At the Pines",
    "NR1 Pines",
    "R2D2",
    "Area 7even",
]


@pytest.mark.parametrize("name", WHOLE)
def test_what_has_no_part_stays_whole(name: str) -> None:
    assert part_forms(name, "en") == []


def test_a_single_letter_is_no_sure_numeral() -> None:
    assert [form.kind for form in part_forms("Malcolm X", "en")] == [SERIES]
    assert [form.kind for form in part_forms("RADIO VI AMO", "it")] == []


def test_a_pictograph_has_a_name_in_english_only() -> None:
    assert part_forms("🔥", "fr") == []


@settings(max_examples=300, deadline=None)
@given(st.text("aÉ XIV!$7,.-–()[]|:#°n'’÷+", max_size=24), st.sampled_from(LANGUAGES))
def test_parts_are_new_canonical_and_have_a_share(name: str, lang: str) -> None:
    texts = [form.text for form in part_forms(name, lang)]
    assert all(text and text == canonical_text(text) for text in texts)
    assert len({*texts, canonical_text(name)}) == len(texts) + 1
    assert all(form.share == PART_SHARES[form.kind] for form in part_forms(name, lang))


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(CatalogError, match="unknown language"):
        part_forms("Tall Pines (Live)", "xx")
