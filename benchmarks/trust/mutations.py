"""Files changed as somebody changes them who knows the format: one value at a time, and sealed again."""

from __future__ import annotations

import copy
import gzip
import hashlib
import io
import json
import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any

import numpy as np

from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.manifest import BUNDLE_FILES
from edge_er.bundle.storage import zip_bytes
from edge_er.cli.tables import print_bundle, print_bundle_list
from edge_er.errors import EdgeERError
from edge_er.resolver import EntityResolver

MISSING = object()
VALUES: tuple[Any, ...] = (
    MISSING, None, True, False, 0, -1, 1, 2.5, 3.0, 1e308, -1e308, 1e-320, 2**31, 2**53, 2**63, 10**30, 10**400,
    "", "x", "1", "a" * 2000, "\ud800", "\x1b[31m", "\u202e", [], [1], [[1, 2]], ["a", 1], [None], {}, {"a": 1},
    {"": {}}, [[[[[[]]]]]],
)  # fmt: skip
# A bundle and own entries that have something of everything: weights of the evidence, and rows of a personal file.
WEIGHTS = {"words": 4, "numbers": 1, "sound_pieces": 57, "dense_forms": 8, "sound_forms": 8, "heard": 221}
ROWS: list[Any] = [
    {
        "id": "c-17",
        "name": "Mum",
        "aliases": ["Mother"],
        "spoken": ["mama"],
        "kind": "contact",
        "tags": ["a", 1],
    },
    {"name": "Gym mix", "popularity": 3},
    {"id": "es-1", "popularity": 4},
]
REQUESTS = ("pon la cadena ser", "los cuarenta", "zzz", "🎵", "", "x" * 3000)

Path_ = tuple[str | int, ...]


def places(value: Any, path: Path_ = ()) -> Iterator[Path_]:
    """The paths of all values within a value of JSON."""
    yield path
    if isinstance(value, dict):
        for name, part in value.items():
            yield from places(part, (*path, name))
    elif isinstance(value, list):
        for place, part in enumerate(value[:4]):
            yield from places(part, (*path, place))


def changed(value: Any, path: Path_, new: Any) -> Any:
    """A copy of a value of JSON with another value at a path."""
    if not path:
        return new
    whole = copy.deepcopy(value)
    inner = whole
    for part in path[:-1]:
        inner = inner[part]
    if new is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return whole


def cases(value: Any, count: int, seed: int) -> Iterator[tuple[Path_, Any]]:
    """At most `count` paths, each with a new value; all there are if they are not more."""
    everything = [(path, new) for path in places(value) for new in VALUES if path or new is not MISSING]
    choose = random.Random(seed)
    yield from everything if len(everything) <= count else choose.sample(everything, count)


def dumped(value: Any) -> bytes:
    """JSON as it may come: NaN, Infinity and halves of characters included."""
    return json.dumps(value, indent=1).encode() + b"\n"


def sealed(manifest: Any, files: dict[str, bytes]) -> bytes:
    """The bytes of a manifest with right sizes and checksums, as far as it still has places for them."""
    if isinstance(manifest, dict):
        manifest = copy.deepcopy(manifest)
        listed = manifest.get("files")
        for name, entry in listed.items() if isinstance(listed, dict) else ():
            if isinstance(entry, dict) and name in files and set(entry) == {"size", "sha256"}:
                data = files[name]
                right = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                kept = {key: value for key, value in entry.items() if type(value) is not type(right[key])}
                entry.update({**right, **kept})
        if isinstance(manifest.get("manifest_sha256"), str):
            manifest["manifest_sha256"] = "0" * 64
    data = dumped(manifest)
    return data.replace(b"0" * 64, hashlib.sha256(data).hexdigest().encode(), 1)


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a bundle by name."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name in BUNDLE_FILES}


def written(folder: Path, files: dict[str, bytes]) -> Path:
    """A directory of these files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def mutated(files: dict[str, bytes], count: int, seed: int = 1) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Bundles with one value changed somewhere, sealed again; each with what was changed."""
    for name in files:
        if name != "encoder.onnx":
            for path, new in cases(parsed(files, name), count, seed):
                with suppress(TypeError, AttributeError):  # no such file can be written
                    yield f"{name} {path} {shown(new)}", with_change(files, name, path, new)


def parsed(files: dict[str, bytes], name: str) -> Any:
    """What a file of a bundle says, as a value of JSON; of a file of arrays its header."""
    data = files[name]
    if name.endswith(".safetensors"):
        return _header(data)
    if name.endswith((".jsonl", ".jsonl.gz")):
        return _lines(gzip.decompress(data) if name.endswith(".gz") else data)
    return json.loads(data)


def with_change(files: dict[str, bytes], name: str, path: Path_, new: Any) -> dict[str, bytes]:
    """The files of a bundle with one value of one of them changed, sealed again."""
    change = changed(parsed(files, name), path, new)
    if name == "manifest.json":
        return {**files, name: sealed(change, files)}
    made: dict[str, Callable[[Any], bytes]] = {
        "entities.jsonl.gz": _packed,
        "streams.jsonl": _joined,
        "vectors.safetensors": lambda header: _with_header(files, header),
    }
    other = {**files, name: made.get(name, dumped)(change)}
    manifest = json.loads(files["manifest.json"])
    if name in manifest.get("bounds", {}):
        manifest["bounds"][name] = len(gzip.decompress(other[name]))
    return {**other, "manifest.json": sealed(manifest, other)}


def attempt(folder: Path) -> str:
    """Load a bundle and ask it everything: "refused" by an error of the package when it is loaded, or "answered".

    Anything else is a defect and raises: a foreign exception, or an error that only a request finds.
    """
    try:
        read = read_bundle(folder)
        resolver = EntityResolver(read)
    except EdgeERError:
        return "refused"
    with redirect_stdout(io.StringIO()):
        print_bundle(folder, read.manifest)
        print_bundle_list({"b": read.manifest})
    for request in REQUESTS:
        resolver.resolve(request)
        resolver.resolve(request, 3, typed=True)
        resolver.explain(request)
        resolver.suggest(request)
    fields = {field for entity in resolver.entities for field in entity.metadata} - {"streams"}
    for field in sorted(fields)[:3]:
        resolver.resolve("kiss fm", where={field: "x"})
    resolver.with_entries([{"name": "Mum"}], {"es-1": 3}).resolve("mum")
    with suppress(EdgeERError):  # other golden answers
        resolver.selftest()
    return "answered"


def mutated_deltas(delta: Path, count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Deltas with one value of their plan changed."""
    with zipfile.ZipFile(delta) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    plan = json.loads(members["delta.json"])
    for path, new in cases(plan, count, seed):
        yield f"{path} {shown(new)}", zip_bytes({**members, "delta.json": dumped(changed(plan, path, new))})


def mutated_entries(rows: list[Any], count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Personal files with one value changed, with a right checksum."""
    for path, new in cases(rows, count, seed):
        yield f"{path} {shown(new)}", personal_file(changed(rows, path, new))


def personal_file(rows: Any) -> bytes:
    """A personal file of these rows, or of one, with a right checksum."""
    data = _joined(rows if isinstance(rows, list) else [rows])
    header = {"personal_file": 1, "sha256": hashlib.sha256(data).hexdigest()}
    return json.dumps(header, separators=(",", ":")).encode() + b"\n" + data


def shown(value: Any) -> str:
    """A value as messages have it."""
    return "missing" if value is MISSING else repr(value)[:60]


def _lines(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.decode().split("\n")[:-1]]


def _joined(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _packed(rows: list[Any]) -> bytes:
    return gzip.compress(_joined(rows), mtime=0)


def _header(data: bytes) -> dict[str, Any]:
    length = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + length]))


def _with_header(files: dict[str, bytes], header: Any) -> bytes:
    data = files["vectors.safetensors"]
    length = int.from_bytes(data[:8], "little")
    text = json.dumps(header).encode()
    return np.uint64(len(text)).tobytes() + text + data[8 + length :]
