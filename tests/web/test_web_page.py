"""The page in headless Chromium: golden files, keyboard and screen reader, own entries, offline, damaged bundles."""

from __future__ import annotations

import functools
import json
import re
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from javascript import once, run_script

from edge_er.bundle.bundle import read_bundle, write_bundle
from tools.golden.golden_file import FOLDER

HERE = Path(__file__).parent
NEW_VERSION = "new_version"
STRICT = """<!doctype html><title>strict</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'self'">
<script type="module" src="edge-er/index.js"></script>
"""  # a page that lets no WebAssembly run


class Handler(SimpleHTTPRequestHandler):
    """A file server; where the file `new_version` is, files.json tells of a newer page."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def do_GET(self) -> None:
        if self.path.startswith("/files.json") and (Path(self.directory) / NEW_VERSION).exists():
            index = json.loads((Path(self.directory) / "files.json").read_text("utf-8"))
            body = json.dumps({**index, "version": "newer"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        else:
            super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(web: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The page's address and folder, with golden files and damaged bundles beside it."""
    folder = tmp_path_factory.mktemp("served") / "page"
    shutil.copytree(web, folder)
    shutil.copytree(FOLDER, folder / "golden")
    shutil.copy(HERE / "golden_check.mjs", folder / "golden")
    damage(folder / "bundles")
    (folder / "strict.html").write_text(STRICT, "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", folder
    server.shutdown()
    server.server_close()


def damage(bundles: Path) -> None:
    source = bundles / "radio_es"
    for name in ("cut", "flipped", "newer", "missing", "page"):
        shutil.copytree(source, bundles / name)
    vectors = source / "vectors.safetensors"
    (bundles / "cut" / vectors.name).write_bytes(vectors.read_bytes()[:-100])
    changed = bytearray(vectors.read_bytes())
    changed[5000] ^= 1
    (bundles / "flipped" / vectors.name).write_bytes(changed)
    manifest = (source / "manifest.json").read_text("utf-8")
    (bundles / "newer" / "manifest.json").write_text(
        re.sub(r'"format_version": \d+', '"format_version": 3', manifest), "utf-8"
    )
    (bundles / "missing" / "encoder.onnx").unlink()
    (bundles / "page" / "manifest.json").write_text("<!doctype html><title>Sign in</title>", "utf-8")
    write_bundle(bundles / "whole.zip", read_bundle(source))
    zipped = (bundles / "whole.zip").read_bytes()
    (bundles / "cut.zip").write_bytes(zipped[: len(zipped) // 2])


@pytest.fixture(scope="module")
def chromium() -> str:
    """The browser."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium is installed")
    if not (HERE / "node_modules" / "playwright-core").is_dir():
        pytest.skip("no playwright-core; run npm ci --prefix tests/web")
    return chromium


@pytest.fixture(scope="module")
def found(
    served: tuple[str, Path], chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    address, folder = served
    places = (chromium, address, folder / NEW_VERSION)
    answers: dict[str, Any] = once(
        "browser_node", lambda: run_script("browser_node.mjs", *places, seconds=900), tmp_path_factory
    )
    return answers


def test_a_browser_that_dies_is_replaced(served: tuple[str, Path], chromium: str, tmp_path: Path) -> None:
    address, folder = served
    weak = tmp_path / "weak"
    weak.write_text(
        f"#!/bin/sh\nif mkdir '{tmp_path}/died'; then exit 1; fi\nexec '{chromium}' \"$@\"\n",
        encoding="utf-8",
    )
    weak.chmod(0o755)
    seen = run_script("browser_node.mjs", weak, address, folder / NEW_VERSION, "insecure")
    assert (tmp_path / "died").is_dir()
    assert seen["insecure"]["shown"]["names"][0] == "Cadena SER"


def test_the_page_waits_for_nothing_and_may_do_nothing_else(found: dict[str, Any]) -> None:
    """Answers come from one module worker; what the policy forbids was never tried."""
    typing = found["typing"]
    assert typing["workers"] == ["/page/worker.js"]
    rules = dict(rule.split(" ", 1) for rule in typing["policy"].split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["script-src"] == "'self' 'wasm-unsafe-eval'"
    own = [name for name, allowed in rules.items() if allowed == "'self'"]
    assert own == ["worker-src", "connect-src", "style-src", "img-src", "manifest-src"]
    assert rules["media-src"] == "https: http:"
    assert typing["uncaught"] == []


def test_a_page_that_allows_no_webassembly_answers_without(found: dict[str, Any]) -> None:
    page, strict = found["engines"]["page"], found["engines"]["strict.html"]
    assert page == {"engine": "wasm", "first": "Cadena SER", "refused": None}
    assert (strict["engine"], strict["first"]) == ("javascript", "Cadena SER")
    assert strict["refused"].startswith("EngineError: ") and "wasm-unsafe-eval" in strict["refused"]


def test_golden_files_in_a_browser(found: dict[str, Any]) -> None:
    findings = found["golden"]["findings"]
    assert "Chrome" in found["golden"]["agent"]
    assert findings["failures"] == []
    for what, count in findings["counts"].items():
        assert count["right"] == count["of"] > 0, what
    rows = (FOLDER / "requests.jsonl").read_text("utf-8").splitlines()
    assert findings["counts"]["int8 vector"]["of"] > findings["counts"]["token ids"]["of"] == 2 * len(rows)
    assert findings["largest"]["embedding"] < 1e-6


def test_nothing_goes_uncaught(found: dict[str, Any]) -> None:
    cases = [
        found[name]
        for name in ("golden", "typing", "folded", "own", "offline", "insecure", "speech", "player")
    ]
    cases += [*found["foreign"].values(), *found["damaged"].values()]
    assert [case["uncaught"] for case in cases] == [[]] * len(cases)


def test_answers_come_while_one_types(found: dict[str, Any]) -> None:
    typing = found["typing"]
    assert typing["first"]["lang"] == "es"
    assert not typing["first"]["answer"] and not typing["empty"]["answer"] and not typing["blank"]["answer"]
    assert all(typing["steps"])
    assert typing["match"]["decision"] == "Encontrada: Cadena SER"
    assert typing["match"]["names"][0] == "Cadena SER" and len(typing["match"]["names"]) == 5
    assert re.fullmatch(r"(< 1|\d+) ms", typing["match"]["time"])  # a browser's clock tells no more
    assert typing["silly"]["decision"] == typing["emoji"]["decision"] == "Ninguna. Los nombres más cercanos:"
    assert typing["markup"]["answer"] and typing["markup"]["problem"] is None


def test_what_is_typed_is_completed(found: dict[str, Any]) -> None:
    typing = found["typing"]
    assert typing["begun"]["suggested"][:2] == ["Cadena SER", "Cadena Ser +"]
    completed = typing["completed"]
    assert (completed["query"], completed["focus"]) == ("Cadena SER", "query")
    assert completed["decision"] == "Encontrada: Cadena SER"
    assert "Cadena SER" not in completed["suggested"]
    assert typing["blank"]["suggested"] == typing["empty"]["suggested"] == []


def test_what_is_known_of_the_catalog_is_shown(found: dict[str, Any]) -> None:
    report = read_bundle("radio_es").manifest
    facts = found["typing"]["match"]["facts"]
    assert f"{report['counts']['entities']:,}".replace(",", "") in facts[0].replace(".", "")
    recall = report["report"]["recall_at_1"]["es"]["asr"]["value"]
    assert any(fact.startswith(f"{100 * recall:.1f}".replace(".", ",")) for fact in facts)
    assert any(str(len(report["golden"])) in fact for fact in facts)


def test_keys_move_through_the_answers(found: dict[str, Any]) -> None:
    down, further, up, escape, tab, more = found["typing"]["focus"]
    names = found["typing"]["match"]["names"]
    assert names[0] in down and further == "weak-label" and names[0] in up
    assert escape == "query"
    assert tab and more and tab != more


def test_a_screen_reader_is_told(found: dict[str, Any]) -> None:
    typing = found["typing"]
    assert "Encontrada: Cadena SER" in typing["spoken"] and "%" in typing["spoken"]
    for part in (
        'searchbox "Was möchten Sie hören?"',
        'group "Katalog und Sprache"',
        'button "Bayern 1 abspielen"',
    ):
        assert part in typing["tree"], typing["tree"]
    assert 'radio "Deutsch" [checked]' in typing["tree"]


def test_the_language_changes_catalog_and_page_and_is_remembered(found: dict[str, Any]) -> None:
    german = found["typing"]["german"]
    assert (german["lang"], german["decision"]) == ("de", "Gefunden: Bayern 1")
    assert found["typing"]["kept"]["lang"] == "de"


def test_what_is_hardly_likely_is_folded_away(found: dict[str, Any]) -> None:
    folded = found["folded"]
    sure, ambiguous = folded["sure"], folded["ambiguous"]
    assert sure["folded"] == sure["names"][1:] and len(sure["folded"]) == 4
    assert any("< 1" in share for share in sure["sure"])  # nothing is 0 % sure
    assert ambiguous["decision"].startswith("Welcher?")
    assert len(ambiguous["names"]) == 5 and ambiguous["folded"] == []
    first, label, still, opened, inner, second, back, out = folded["focus"]
    assert sure["names"][0] in first and label == still == opened == "weak-label"
    assert sure["names"][1] in inner and sure["names"][2] in second and sure["names"][1] in back
    assert (out, folded["open"], folded["closed"]) == ("weak-label", True, True)


def test_a_language_without_texts_gets_english(found: dict[str, Any]) -> None:
    dutch = found["foreign"]["dutch"]
    assert (dutch["shown"]["lang"], dutch["checked"]) == ("en", "en")
    assert dutch["shown"]["decision"] == "Match: BBC Radio 4"


@pytest.mark.parametrize(("browser", "lang"), [("dutch", "en"), ("French", "fr")])
def test_texts_are_the_readers_where_the_catalog_is_not(
    found: dict[str, Any], browser: str, lang: str
) -> None:
    seen = found["foreign"][f"{browser}, Spanish catalog"]
    assert (seen["shown"]["lang"], seen["checked"]) == (lang, "es")
    assert seen["shown"]["decision"] == {"en": "Match: Cadena SER", "fr": "Trouvé : Cadena SER"}[lang]
    assert seen["tagline"].startswith({"en": "Finds", "fr": "Trouve"}[lang])


def test_own_names_are_found_and_kept(found: dict[str, Any]) -> None:
    own = found["own"]
    assert own["asked"]["focus"] == "own-name"
    assert own["renamed"]["names"][0] == own["kept"]["names"][0] == "Cadena SER"
    assert own["renamed"]["decision"] == "Encontrada: Cadena SER"
    assert "la radio del desayuno" in own["renamed"]["details"][0]
    assert own["entry"]["decision"] == "Encontrada: Mi lista de correr"
    assert len(own["kept"]["own"]) == 2 and len(own["removed"]["own"]) == 1
    assert own["removed"]["names"][0] != "Cadena SER"
    assert own["damaged"]["names"][0] == "Cadena SER" and own["damaged"]["own"] == []


def test_the_page_works_without_a_network_and_learns_of_a_new_version(found: dict[str, Any]) -> None:
    offline = found["offline"]
    assert offline["none"] in ("Sin red: todavía nada", "Sin red: Español")  # it may be kept already
    assert (
        offline["without"]["kept"]
        == offline["other"]["kept"].replace("Sans réseau :", "Sin red:")
        == "Sin red: Español"
    )
    assert offline["again"]["kept"] == "Sans réseau : Español, Français"
    assert offline["without"]["names"][0] == "Cadena SER"
    assert "radio_fr" in offline["other"]["problem"] and not offline["other"]["answer"]
    assert offline["again"]["names"][0] == "France Inter"
    assert offline["told"] or offline["fromNetwork"]  # a page from the network is the new one
    kept = sorted(name.split()[1] for name in offline["caches"])
    assert "page" in kept and kept.count("page") == 1 and kept.count("bundle") == 2


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        ("cut", "BundleCorruptError"),
        ("flipped", "vectors.safetensors is damaged: expected sha256"),
        ("newer", "BundleVersionError"),
        ("missing", "encoder.onnx is missing"),
        ("page", "manifest.json is damaged"),
        ("cut.zip", "checksum of the zip"),
    ],
)
def test_a_damaged_bundle_is_told_and_never_answers(found: dict[str, Any], bundle: str, said: str) -> None:
    seen = found["damaged"][bundle]
    assert said in seen["told"]["problem"]
    assert said in seen["asked"]["problem"] and not seen["asked"]["answer"]
    assert seen["asked"]["names"] == [] and seen["again"] == 1


def test_checksums_and_zips_without_the_browsers_help(found: dict[str, Any]) -> None:
    assert found["insecure"]["secure"] is False
    assert found["insecure"]["shown"]["names"][0] == "Cadena SER"


def test_several_texts_of_one_utterance(found: dict[str, Any]) -> None:
    assert found["speech"]["asked"] == {"lang": "es-ES", "most": 5}
    assert found["speech"]["shown"]["names"][0] == "Cadena SER"


def test_a_stream_that_cannot_be_played_is_told(found: dict[str, Any]) -> None:
    assert "Cadena SER" in found["player"]["playing"]
    assert found["player"]["failed"] == "Este navegador no puede reproducir Cadena SER."
