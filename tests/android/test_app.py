"""What the demo app is made of, without building it: names that its parts use of each other, and the assets.

Its player, announcements, actions and catalogs run on a JVM, on classes that stand in for Android's (app/src/test).
"""

import json
import re
import xml.etree.ElementTree as Tree

import numpy as np
import pytest

from android_demo.java_core import (
    QUICK,
    REPOSITORY,
    compile_java,
    java_release,
    junit_jars,
    run_java,
)
from android_demo.package import SHIPPED, open_hosts, write_assets, write_network
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import shipped_bundles

MAIN = REPOSITORY / "android_demo" / "app" / "src" / "main"
TESTS = MAIN.parent / "test" / "java"
ON_A_JVM = (
    "Announcer",
    "Asker",
    "Catalogs",
    "Player",
    "RowActions",
    "Shown",
)  # classes of the app that its tests run
USED = re.compile(r"(?:@|@\+|(?<!android\.)R\.)(string|id|layout|drawable|style|xml)[/.](\w+)")
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
        "xml": {"network_security", *(file.stem for file in (MAIN / "res" / "xml").iterdir())},
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


@pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
def test_junit_tests_of_the_app_pass(java_core, tmp_path):
    jars = junit_jars()
    if not jars:
        pytest.skip("no JUnit 4 on this machine (Debian: junit4)")
    write_assets(tmp_path / "assets", ("radio_es", "radio_it"))
    app = [MAIN / "java" / "edgeer" / "demo" / f"{name}.java" for name in ON_A_JVM]
    compile_java([*app, TESTS], tmp_path / "tests", [java_core, *jars], release=8)
    names = sorted(f"edgeer.demo.{file.stem}" for file in TESTS.rglob("*Test.java"))
    assert len(names) == 5
    flags = [*QUICK, f"-Dedgeer.assets={tmp_path / 'assets'}"]
    done = run_java([tmp_path / "tests", java_core, *jars], "org.junit.runner.JUnitCore", *names, flags=flags)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"OK \((\d+) tests\)", done.stdout)[1]) >= 14


def manifest():
    return Tree.parse(MAIN / "AndroidManifest.xml").getroot().find("application")


def test_no_text_that_changes_with_every_key_is_a_live_region():
    screen = Tree.parse(MAIN / "res" / "layout" / "main.xml").getroot()
    live = [
        each.get(f"{ANDROID}id") for each in screen.iter() if each.get(f"{ANDROID}accessibilityLiveRegion")
    ]
    assert live == ["@+id/status"]  # what the player does; answers are said by the Announcer


def test_own_names_are_backed_up_and_nothing_else():
    application = manifest()
    assert application.get(f"{ANDROID}allowBackup") == "true"
    old = Tree.parse(MAIN / "res" / "xml" / "backup.xml").getroot()
    new = Tree.parse(MAIN / "res" / "xml" / "data_extraction.xml").getroot()
    assert application.get(f"{ANDROID}fullBackupContent") == "@xml/backup"
    assert application.get(f"{ANDROID}dataExtractionRules") == "@xml/data_extraction"
    parts = [old, *new]
    assert [part.tag for part in parts] == ["full-backup-content", "cloud-backup", "device-transfer"]
    for part in parts:
        assert [(rule.tag, rule.attrib) for rule in part] == [("include", {"domain": "file", "path": "."})]
    written = {
        file.name for file in MAIN.rglob("*.java") if "getFilesDir" in file.read_text(encoding="utf-8")
    }
    assert written == {"Catalogs.java"}  # which keeps own names there


@pytest.mark.skipif("radio_it" not in shipped_bundles(), reason="no shipped bundle radio_it")
def test_what_is_not_encrypted_goes_only_where_a_station_has_nothing_else(tmp_path):
    application = manifest()
    assert application.get(f"{ANDROID}usesCleartextTraffic") is None
    assert application.get(f"{ANDROID}networkSecurityConfig") == "@xml/network_security"
    write_network(tmp_path, ("radio_it",))
    root = Tree.parse(tmp_path / "xml" / "network_security.xml").getroot()
    base, others = root
    assert (base.tag, base.get("cleartextTrafficPermitted")) == ("base-config", "false")
    assert (others.tag, others.get("cleartextTrafficPermitted")) == ("domain-config", "true")
    hosts = {domain.text for domain in others}
    assert hosts == open_hosts(("radio_it",)) and len(hosts) > 50
    assert all(domain.get("includeSubdomains") == "false" for domain in others)
    lines = (REPOSITORY / "models" / "radio_it" / "streams.jsonl").read_text(encoding="utf-8").splitlines()
    streams = [json.loads(line)["streams"] for line in lines]
    needed = [each for each in streams if not any(one.startswith("https:") for one in each)]
    assert all(any(f"//{host}" in one.lower() for host in hosts) for each in needed for one in each)
    safe = {
        one.split("/")[2].split(":")[0].lower()
        for each in streams
        for one in each
        if one.startswith("https:")
    }
    assert safe - hosts, "hosts whose stations are all encrypted are not opened"


def test_what_the_golden_tests_call_is_kept_in_the_app():
    """The tests of the signed APK's code (test_apk.sh) find by name what they call."""
    kept = (REPOSITORY / "android_demo" / "app" / "r8.pro").read_text(encoding="utf-8")
    tests = REPOSITORY / "android_demo" / "core" / "src" / "test" / "java" / "edgeer"
    called = set()
    for name in ("GoldenAnswersTest", "GoldenCheck", "AnswerRequests"):
        text = (tests / f"{name}.java").read_text(encoding="utf-8")
        called |= set(re.findall(r"(?:\bresolver|(?<=texts\(\)))\.(\w+)\(", text))
    assert {"resolve", "texts", "tokenIds", "minPrecision"} <= called
    missing = {name for name in called if not re.search(rf"\b{name}\(", kept)}
    assert not missing
