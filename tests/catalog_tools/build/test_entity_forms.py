"""Parts of names are forms only where they name one entity; columns that are said; room after what is likelier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog_tools.build.build import build_bundle
from catalog_tools.build.entity_forms import MOST_OWNERS, SAID_WITH
from catalog_tools.build.form_selection import choose_spoken_forms
from catalog_tools.build.options import BuildOptions, SurfaceForms
from catalog_tools.build.update import update_bundle
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.entity import Entity
from edge_er.errors import CatalogError
from edge_er.resolver import EntityResolver

SONGS = [
    {"id": "1", "name": "Tall Pines - Remastered 2015", "artist": "The Needles"},
    {"id": "2", "name": "Snow", "artist": "The Needles", "album": ""},
    {"id": "3", "name": "Snow", "artist": ["Ann Lee", "Bo Berg"]},
]


def spoken(*names: str | tuple[str, dict[str, Any]], lang: str = "en") -> list[tuple[str, ...]]:
    listed = [(name, {}) if isinstance(name, str) else name for name in names]
    entities = [Entity(str(place), name, metadata=facts) for place, (name, facts) in enumerate(listed)]
    return [entity.spoken for entity in choose_spoken_forms(entities, lang, 0).entities]


def test_a_part_that_is_another_name_or_part_is_left_out() -> None:
    assert spoken("Pines - Live at Oslo", "Snow") == [("pines",), ()]
    assert spoken("Pines - Live at Oslo", "Pines") == [(), ()]
    assert spoken("Pines - Live at Oslo", "Pines (feat. Ann)", "Pines [Deluxe]") == [(), (), ()]
    assert spoken("Tallpines (Live)", "Tall Pines") == [(), ()]


def test_what_is_left_without_tags_goes_before_heads() -> None:
    assert spoken("Pines (feat. Ann)", "Pines - The Return") == [("pines",), ()]


def test_a_head_that_begins_another_name_is_left_out() -> None:
    assert spoken("Frankfurt (Oder)", "Frankfurt am Main") == [(), ()]
    assert spoken("Frankfurt (Oder)", "Little Frankfurt") == [("frankfurt",), ()]


def test_the_shortest_head_that_is_unique_is_a_form() -> None:
    films = spoken("Pines: Episode V - Snow", "Pines: Episode VI - Rain")
    assert [form for form in films[0] if "snow" not in form] == ["pines episode 5", "pines episode v"]
    assert "pines" in spoken("Pines: Episode V - Snow")[0]
    assert "pines episode v" not in spoken("Pines: Episode V - Snow")[0]


def test_the_most_popular_of_those_keeps_its_head() -> None:
    large, small = {"popularity": 900}, {"popularity": 20}
    assert spoken(("Halle (Saale)", large), ("Halle Nord", small)) == [("halle",), ()]
    assert spoken(("Halle (Saale)", small), ("Halle Nord", large)) == [(), ()]
    assert spoken(("Halle (Saale)", large), "Halle Nord", ("Halle West", large)) == [(), (), ()]


def test_a_head_that_many_names_hold_is_left_out() -> None:
    others = [f"{place} Rock {place}" for place in ("Oslo", "Rome", "Bonn", "Nice")]
    assert spoken("Rock - Oslo", *others[:MOST_OWNERS])[0] == ("rock",)
    assert spoken("Rock - Oslo", *others)[0] == ()


def test_a_numeral_of_one_letter_needs_a_sure_one_of_its_series() -> None:
    assert spoken("Pines V", "Pines IV") == [("pines 5",), ("pines 4",)]
    assert spoken("Pines V", "Pines Two", "Snow IV")[0] == ()
    assert spoken("Pines IV", "Pines 4")[0] == ()


def test_given_and_family_name_are_a_form() -> None:
    facts = {"given": "Eva", "family": "Kern"}
    assert spoken(("Eva Maria Kern", facts), "Paul Kern") == [("eva kern",), ()]
    assert spoken(("Eva Maria Kern", facts), ("Eva Lena Kern", facts)) == [(), ()]


def test_a_short_name_in_an_address_is_a_form_where_few_have_it() -> None:
    stations = [
        (name, {"streams": [f"http://{host}.example/live"]})
        for name, host in (("Radio Monte Carlo", "rmc"), ("Snow Wave", "rmc"), ("Bay 3", "by3"))
    ]
    assert spoken(*stations) == [("rmc",), (), ("bay three", "by 3")]
    many = [(f"Snow Wave {letter}", {"streams": ["http://rmc.example"]}) for letter in "abc"]
    assert spoken(stations[0], *many)[0] == ()


def test_parts_take_the_room_after_what_is_likelier() -> None:
    entities = [Entity("1", "Pines 1 - Live at Oslo"), Entity("2", "Snow")]
    everything = choose_spoken_forms(entities, "en", 0)
    assert everything.kinds["head"] == (1, 0)
    likeliest = choose_spoken_forms(entities, "en", 100, 200)
    assert likeliest.entities[0].spoken == ("pines one live at oslo",)
    assert (likeliest.kinds["head"], likeliest.left_out) == ((0, 1), 1)


def build(folder: Path, encoder: Path, *say: str) -> Path:
    options = BuildOptions(forms=SurfaceForms(say=say))
    return build_bundle(SONGS, folder, "en", encoder, options=options).path


def test_a_column_is_said_with_the_name(encoder_folder: Path, tmp_path: Path) -> None:
    bundle = read_bundle(build(tmp_path / "songs", encoder_folder, "artist"))
    tall, first, second = (entity.spoken for entity in bundle.entities)
    assert {"tall pines by the needles", "tall pines remastered 2015 by the needles", "tall pines"} <= set(
        tall
    )
    assert first == ("snow by the needles",)
    assert second == ("snow by ann lee", "snow by bo berg")
    asked = {"snow by the needles": "2", "snow by ann lee": "3", "tall pines by the needles": "1"}
    resolver = EntityResolver(bundle)
    assert {query: resolver.resolve(query).matches[0].id for query in asked} == asked


def test_the_columns_stay_when_a_bundle_is_updated(encoder_folder: Path, tmp_path: Path) -> None:
    old = build(tmp_path / "songs", encoder_folder, "artist")
    more = {"id": "4", "name": "Rain", "artist": "Bo Berg"}
    new = update_bundle(old, add=[more], out=tmp_path / "more").built.path
    assert read_bundle(new).manifest["recipe"]["say"] == ["artist"]
    assert read_bundle(new).entities[3].spoken == ("rain by bo berg",)


@pytest.mark.parametrize(
    ("column", "found"), [("artists", "no such column"), ("album", "in 1 rows, none with text")]
)
def test_a_column_that_is_not_there_is_an_error(
    column: str, found: str, encoder_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(CatalogError, match=f"{found}.*album, artist") as caught:
        build(tmp_path / "songs", encoder_folder, column)
    assert caught.value.column == column


def test_what_was_asked_for_comes_first() -> None:
    entities = [Entity("1", "Pines 1", metadata={"artist": "Ann"}), Entity("2", "Snow")]
    chosen = choose_spoken_forms(entities, "en", 100, 150, say=["artist"])
    assert chosen.kinds[SAID_WITH] == (1, 0)
    assert chosen.entities[0].spoken == ("pines 1 by ann",)
