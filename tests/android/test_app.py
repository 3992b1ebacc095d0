"""What the demo app is made of, without building it: names that its parts use of each other, and the assets."""

import re
import xml.etree.ElementTree as Tree

import numpy as np
import pytest

from android_demo.java_core import REPOSITORY
from android_demo.package import SHIPPED, write_assets
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import shipped_bundles

MAIN = REPOSITORY / "android_demo" / "app" / "src" / "main"
USED = re.compile(r"(?:@|@\+|(?<!android\.)R\.)(string|id|layout|drawable|style)[/.](\w+)")
ANDROID = "{http://schemas.android.com/apk/res/android}"


def texts():
    return {file: file.read_text(encoding="utf-8") for file in sorted(MAIN.rglob("*")) if file.is_file()}


def test_every_resource_that_is_used_is_there_and_every_text_is_used():
    used = {match for text in texts().values() for match in USED.findall(text)}
    strings = {each.get("name") for each in Tree.parse(MAIN / "res" / "values" / "strings.xml").getroot()}
    ids = {name for text in texts().values() for name in re.findall(r"@\+id/(\w+)", text)}
    there = {
        "string": strings,
        "id": ids,
        "layout": {file.stem for file in (MAIN / "res" / "layout").iterdir()},
        "drawable": {file.stem for file in (MAIN / "res" / "drawable").iterdir()},
        "style": {"AppTheme"},
    }
    missing = {(kind, name) for kind, name in used if name not in there[kind]}
    assert not missing
    assert strings == {name for kind, name in used if kind == "string"}


def told(folder):
    """Each text of a language that is translated, with what is filled into it."""
    strings = Tree.parse(MAIN / "res" / folder / "strings.xml").getroot()
    texts = {each.get("name"): each.text for each in strings if each.get("translatable") != "false"}
    return {name: sorted(re.findall(r"%(?:\d\$)?[.\d]*[a-z%]", text)) for name, text in texts.items()}


@pytest.mark.parametrize("lang", ["de", "es", "fr", "it"])
def test_every_text_is_said_in_every_language_of_the_bundles(lang):
    assert told(f"values-{lang}") == told("values")


def test_the_theme_has_a_dark_twin_with_the_same_colours():
    items = [
        {item.get("name") for item in Tree.parse(MAIN / "res" / folder / "styles.xml").getroot().iter("item")}
        for folder in ("values", "values-night")
    ]
    assert items[0] == items[1]


def test_what_can_be_touched_is_large_enough_and_named():
    for layout in (MAIN / "res" / "layout").iterdir():
        for element in Tree.parse(layout).getroot().iter():
            if element.tag in ("AutoCompleteTextView", "Button", "EditText", "Spinner"):
                assert element.get(f"{ANDROID}minHeight") == "48dp", layout
                names = [element.get(f"{ANDROID}{name}") for name in ("text", "hint", "contentDescription")]
                assert any(names), layout


@pytest.mark.skipif("radio_it" not in shipped_bundles(), reason="no shipped bundle radio_it")
def test_a_bundle_in_the_assets_is_the_bundle(tmp_path):
    write_assets(tmp_path, ("radio_it",))
    packed, shipped = read_bundle(tmp_path / "radio_it.zip"), read_bundle("radio_it")
    assert packed.manifest == shipped.manifest
    assert np.array_equal(packed.vectors, shipped.vectors)
    assert set(SHIPPED) <= set(shipped_bundles())
