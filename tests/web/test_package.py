"""The npm package, as a program that installed it sees it: imported, type-checked, bundled, in bare engines."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from javascript import find_node, run_script

from edge_er import __version__
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.locate import find_bundle
from edge_er.resolver import EntityResolver
from web_demo.package import package

HERE = Path(__file__).parent
TOOLS = HERE / "node_modules" / ".bin"
MOST = 200_000  # bytes of the tarball
QUERIES = ["pon la cadena ser", "onda zero", "kadena 100 por favor", "pon gym mix 3", "asdf qwer zxcv"]
ENGINES = {"jsc": [], "qjs": ["--script"]}  # JavaScriptCore, QuickJS, and how they take a script


def run(folder: Path, *command: str | Path, seconds: float = 120) -> str:
    """What a command says, on both streams; it must end well."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "npm_config_cache": str(folder / ".npm"), "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=seconds,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def tool(name: str) -> Path:
    """A tool of tests/web; the test skips without it."""
    if not (TOOLS / name).exists():
        pytest.skip(f"no {name}; run npm ci --prefix tests/web")
    return TOOLS / name


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, packed."""
    find_node()
    npm = shutil.which("npm") or pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("pack")
    package(folder / "edge-er")
    run(folder, npm, "pack", "--offline", "./edge-er")
    return folder / f"edge-er-{__version__}.tgz"


@pytest.fixture(scope="module")
def app(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program's folder, with the package installed from the tarball and no network."""
    folder = tmp_path_factory.mktemp("app")
    (folder / "package.json").write_text('{"name": "app", "private": true, "type": "module"}')
    npm = shutil.which("npm") or pytest.skip("npm is not installed")
    run(folder, npm, "install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball)
    for file in ("consumer.mjs", "consumer.ts", "bare.mjs"):
        shutil.copy(HERE / file, folder)
    return folder


@pytest.fixture(scope="module")
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """radio_es in one zip."""
    path = tmp_path_factory.mktemp("zip") / "radio_es.zip"
    write_bundle(path, read_bundle("radio_es"))
    return path


def test_the_tarball_is_small_and_holds_what_it_says(tarball: Path, app: Path) -> None:
    assert tarball.stat().st_size <= MOST
    installed = app / "node_modules" / "edge-er"
    manifest = json.loads((installed / "package.json").read_text("utf-8"))
    assert manifest["version"] == __version__
    assert "dependencies" not in manifest
    exported = json.dumps(manifest["exports"])
    for file in ("index.js", "node.js", "index.d.ts", "node.d.ts"):
        assert f"./{file}" in exported
        assert (installed / file).is_file()
    assert (installed / "LICENSE").is_file()


def test_the_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="holds something else"):
        package(tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_program_in_node_loads_it_every_way(app: Path, zipped: Path, tmp_path: Path) -> None:
    bundle = find_bundle("radio_es")
    said = run(app, find_node(), "consumer.mjs", str(bundle), zipped, tmp_path / "mine.jsonl")
    found: dict[str, Any] = json.loads(said)
    ours = EntityResolver.load("radio_es")
    expected = [
        [each.decision, [match.id for match in each.matches]]
        for each in ours.resolve_batch(["pon la cadena ser", "onda zero", "asdf qwer zxcv"], 2)
    ]
    assert len(found["answers"]) == 5
    for way, answers in found["answers"].items():
        assert [
            [each["decision"], [match["id"] for match in each["matches"]]] for each in answers
        ] == expected, way
    assert found["own"] == "Gym mix 3"
    assert found["errors"] == [True, True]
    assert (found["entities"], found["last"]) == (len(ours.entities), ours.entities[-1].id)
    mine = ours.with_entries(tmp_path / "mine.jsonl")
    assert [entry.name for entry in mine.own_entries] == ["Gym mix 3"]
    assert dict(mine.popularity) == {"nobody": 2}
    assert [file.name for file in tmp_path.iterdir()] == ["mine.jsonl"]


@pytest.mark.parametrize("resolution", ["nodenext", "bundler"])
def test_its_types_are_what_a_program_needs(app: Path, resolution: str) -> None:
    module = {"nodenext": "nodenext", "bundler": "esnext"}[resolution]
    options = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"]
    run(app, tool("tsc"), *options, "--module", module, "--moduleResolution", resolution, "consumer.ts")


def test_types_and_code_have_the_same_names(app: Path) -> None:
    script = """
import * as runtime from "edge-er";
const names = ({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => !/^_|constructor/.test(name));
const { EntityResolver, PersonalResolver } = runtime;
const statics = Object.getOwnPropertyNames(EntityResolver).filter((name) => typeof EntityResolver[name] === "function");
const all = [...statics, ...names(EntityResolver), ...names(PersonalResolver)];
console.log(JSON.stringify({ exports: Object.keys(runtime), names: all }));
"""
    (app / "names.mjs").write_text(script)
    found = json.loads(run(app, find_node(), "names.mjs"))
    types = "\n".join(
        (app / "node_modules" / "edge-er" / file).read_text("utf-8") for file in ("index.d.ts", "node.d.ts")
    )
    for name in found["exports"]:
        assert f"export class {name} " in types or f"export function {name}(" in types, name
    for name in found["names"]:
        assert f" {name}(" in types or f" {name}:" in types, name


def bare_script(app: Path, zipped: Path) -> Path:
    """One classic script: the package as esbuild bundles it, and all it is given."""
    out = app / "bare.js"
    said = run(
        app,
        tool("esbuild"),
        "bare.mjs",
        "--bundle",
        "--format=iife",
        "--target=es2020",
        "--outfile=bundle.js",
    )
    assert "warning" not in said.lower(), said
    given = {"zip": base64.b64encode(zipped.read_bytes()).decode(), "queries": QUERIES}
    out.write_text(f"var given = {json.dumps(given)};\n{(app / 'bundle.js').read_text('utf-8')}", "utf-8")
    return out


def check_bare(said: str, compiled: bool | None = None) -> None:
    """What an engine answers with what it has and in plain JavaScript; `compiled` says whether it runs the kernels."""
    found = json.loads(said)
    assert "error" not in found, found
    assert found["javascript"]["engine"] == "javascript"
    if compiled is not None:
        assert found["auto"]["engine"] == ("wasm" if compiled else "javascript")
    for each in found.values():
        check_answers(each)


def check_answers(found: dict[str, Any]) -> None:
    mine = EntityResolver.load("radio_es").with_entries([{"name": "Gym mix 3"}])
    for query, (decision, matches) in zip(QUERIES, found["answers"], strict=True):
        expected = mine.resolve(query)
        assert (decision, [one for one, _ in matches]) == (
            expected.decision,
            [match.id for match in expected.matches],
        )
        assert [score for _, score in matches] == pytest.approx(
            [match.score for match in expected.matches], abs=0.01
        )
    assert found["tested"] == len(mine.manifest["golden"])
    assert found["typed"] == ["Gym mix 3"]


def test_bundled_it_answers_where_there_is_nothing_but_the_language(app: Path, zipped: Path) -> None:
    """No DecompressionStream, TextDecoder, crypto, fetch, URL, Blob, Response: a context of Node that has none."""
    check_bare(run(app, find_node(), HERE / "bare_node.mjs", bare_script(app, zipped)), compiled=True)


def test_bundled_it_answers_where_there_is_no_webassembly(app: Path, zipped: Path) -> None:
    script = bare_script(app, zipped)
    without = app / "without.js"
    without.write_text("delete globalThis.WebAssembly;\n", "utf-8")
    check_bare(run(app, find_node(), HERE / "bare_node.mjs", without, script), compiled=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_it_answers_in_other_engines(app: Path, zipped: Path, engine: str) -> None:
    program = shutil.which(engine) or pytest.skip(f"{engine} is not installed")
    check_bare(run(app, program, *ENGINES[engine], bare_script(app, zipped)))


def test_vite_bundles_it_without_a_warning(app: Path) -> None:
    page = '<!doctype html><title>app</title><script type="module" src="/main.js"></script>'
    (app / "index.html").write_text(page)
    (app / "main.js").write_text(
        'import { EntityResolver } from "edge-er";\nglobalThis.EntityResolver = EntityResolver;\n'
    )
    said = run(app, tool("vite"), "build", "--logLevel", "warn")
    assert not said.strip(), said
    bundled = "".join(file.read_text("utf-8") for file in (app / "dist").rglob("*.js"))
    assert "DecompressionStream" in bundled
    assert "node:fs" not in bundled


def test_what_engines_lack_is_done_the_same(web: Path) -> None:
    found = run_script("unpack_node.mjs", web)
    assert found["failures"] == []
    assert found["cut"] > 400
    assert found["refused"] > 1000
