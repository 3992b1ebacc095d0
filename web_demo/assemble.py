"""Put the page together: its files, the tables that Python reads too, and bundles, in one folder for any file server.

    python -m web_demo.assemble
    python -m http.server --directory build/web_demo

The folder gets a `files.json` with the size and SHA-256 of everything, by which the service worker keeps it up to date.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import find_bundle, shipped_bundles
from edge_er.bundle.storage import MANIFEST

PAGE = Path(__file__).resolve().parent
DEFAULT = PAGE.parent / "build" / "web_demo"
KINDS = (".html", ".css", ".js", ".svg", ".webmanifest")
TABLES = ("unicode", "phonetic", "hearing", "numbers")  # texts in Python, one module in JavaScript
CONSTANTS = "constants"  # JSON in Python, a module in JavaScript
SCHEMAS = "schemas"
CHECKED = (
    "manifest",
    "card",
    "tokenizer",
    "entity",
    "streams",
    "personal_header",
    "personal_entry",
    "popularity",
)
INDEX = "files.json"


def assemble(out: Path, bundles: Sequence[str]) -> dict[str, Any]:
    """Write the folder `out` anew; what `files.json` says.

    Raises:
        FileExistsError: `out` holds something else.
        BundleError: a bundle cannot be read.
    """
    if out.exists() and any(out.iterdir()) and not (out / INDEX).is_file():
        raise FileExistsError(f"{out}: holds something else, so it is not replaced; give another folder")
    shutil.rmtree(out, ignore_errors=True)
    for file in sorted(PAGE.rglob("*")):
        if file.suffix in KINDS:
            _copy(file, out / file.relative_to(PAGE))
    write_tables(out / "edge-er" / "data")
    for notice in ("LICENSE", "THIRD_PARTY_NOTICES.md"):
        _copy(PAGE.parent / notice, out / notice)
    page = {path.relative_to(out).as_posix(): _fingerprint(path) for path in _all_files(out)}
    told = [_bundle(out, name) for name in bundles]
    version = hashlib.sha256(json.dumps([page, told], sort_keys=True).encode()).hexdigest()[:16]
    index = {"version": version, "files": page, "bundles": told}
    _write(out / INDEX, (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode())
    return index


def write_tables(folder: Path) -> None:
    """Write `tables.js`, `constants.js` and `schemas.js`: what Python reads from `edge_er/data`, as modules."""
    data = files("edge_er").joinpath("data")
    tables = {name: data.joinpath(f"{name}.txt").read_text("utf-8") for name in TABLES}
    text = json.dumps(tables, ensure_ascii=False, indent=1)
    _write(folder / "tables.js", f"export const TABLES = {text};\n".encode())
    constants = data.joinpath(f"{CONSTANTS}.json").read_bytes()
    _write(folder / f"{CONSTANTS}.js", b"export default " + constants.rstrip() + b";\n")
    schemas = needed(json.loads(data.joinpath(f"{SCHEMAS}.json").read_bytes())["$defs"], CHECKED)
    text = json.dumps(schemas, ensure_ascii=False, separators=(",", ":"))
    _write(folder / f"{SCHEMAS}.js", f"export const SCHEMAS = {text};\n".encode())


def needed(definitions: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The definitions of a schema that have these names, and those that they refer to."""
    found: dict[str, Any] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting += re.findall(r'"#/\$defs/(\w+)"', json.dumps(definitions[name]))
    return {name: found[name] for name in definitions if name in found}


def _bundle(out: Path, name: str) -> dict[str, Any]:
    """Copy a bundle, unpacked if it is a folder, and say what is in it."""
    manifest = read_bundle(name).manifest
    source = find_bundle(name)
    told = {"name": manifest["name"], "lang": manifest["lang"], "version": manifest["manifest_sha256"]}
    if source.is_file():
        path = f"bundles/{source.name}"
        _copy(source, out / path)
        return {**told, "url": path, "files": {path: _fingerprint(out / path)}}
    folder = f"bundles/{manifest['name']}/"
    for file in (MANIFEST, *manifest["files"]):
        _copy(source / file, out / folder / file)
    listed = {f"{folder}{file}": _fingerprint(out / folder / file) for file in (MANIFEST, *manifest["files"])}
    return {**told, "url": folder, "files": listed}


def _all_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _fingerprint(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def main() -> None:
    """Assemble the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=DEFAULT, help="folder to write anew")
    parser.add_argument(
        "--bundle", action="append", help="a bundle (by default all shipped ones); can be repeated"
    )
    options = parser.parse_args()
    index = assemble(options.out, options.bundle or list(shipped_bundles()))
    page = sum(file["size"] for file in index["files"].values())
    print(f"{options.out}: {page:,} bytes of page and runtime, {len(index['bundles'])} bundles")
    print(f"python -m http.server --directory {options.out}")


if __name__ == "__main__":
    main()
