"""Bundles replaced while others load them, and changed by two at once: failures, mixtures, what is lost.

    python -m benchmarks.trust.replacing
    python -m benchmarks.trust.replacing --times 20 --updates 6     # seconds, as the tests do

A writer replaces a bundle by another one and back, as fast as it can; a runtime loads it in a loop and asks six
requests. Every entity has another id in the other bundle, so an answer of both is seen. The large catalog has a FAISS
index; its vectors, index and words stay in files that are replaced while they are in use (Python alone reads it). Then
two processes add entities to one bundle, taking turns as they come; all additions must be there.
"""

from __future__ import annotations

import argparse
import multiprocessing
from contextlib import suppress
from dataclasses import replace
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.lib.results_file import markdown_table, write_result
from benchmarks.trust.children import RUNTIMES, Child, memory_folder, start
from benchmarks.trust.small_bundle import ENTITIES, OTHERS, write_encoder, write_small
from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions, IndexOptions
from catalog_tools.build.update import update_bundle
from edge_er.bundle.bundle import read_bundle, read_files, write_files
from edge_er.bundle.entity import Entity
from edge_er.errors import BundleBusyError

FORMS = ("b", "b.zip", "large")
LARGE = 600  # entities of the large catalog
_FORK = multiprocessing.get_context("fork")


def write_large(path: Path, encoder: Path, prefix: str) -> None:
    """A catalog with a FAISS index; ids begin with `prefix`."""
    parts = ["north", "south", "east", "west", "river", "city", "gold", "blue", "night", "star"]
    names = [f"radio {one} {two} {three}" for one in parts for two in parts for three in parts[:6]]
    entities = [
        Entity(f"{prefix}{number:05}", name) for number, name in enumerate(names[: LARGE - len(ENTITIES)])
    ]
    entities += [replace(each, id=f"{prefix}z{each.id}") for each in ENTITIES]
    options = BuildOptions(index=IndexOptions("IVF4,SQ8"))
    build_bundle(entities, path, "es", encoder=encoder, budget=None, name="large_es", options=options)


def exchange(path: Path, contents: list[dict[str, bytes]], times: int, done: Event) -> None:
    """Replace the bundle at `path` by the others, in turn."""
    try:
        for number in range(times):
            write_files(path, contents[(number + 1) % 2], as_zip=path.suffix == ".zip")
    finally:
        done.set()


def loads(child: Child, work: Path, place: str, times: int) -> dict[str, Any]:
    """What a runtime finds that loads a bundle again and again while it is replaced."""
    versions = [read_files(work / f"{place}.{number}") for number in range(2)]
    right = {child.one(place=f"{place}.{number}").text for number in range(2)}
    assert len(right) == 2, right
    write_files(work / place, versions[0], as_zip=place.endswith(".zip"))
    done = _FORK.Event()
    writer = _FORK.Process(target=exchange, args=(work / place, versions, times, done))
    found: dict[str, Any] = {
        "replaced": times,
        "loads": 0,
        "first": 0,
        "failures": 0,
        "mixtures": 0,
        "shown": [],
    }
    first = child.one(place=place).text
    writer.start()
    while not done.is_set() or not found["loads"]:
        verdict = child.one(place=place)
        found["loads"] += 1
        found["first"] += verdict.text == first
        wrong = "failures" if verdict.kind != "answered" else "mixtures" if verdict.text not in right else ""
        if wrong:
            found[wrong] += 1
            found["shown"] = [*found["shown"][:5], f"{verdict.kind}: {verdict.text[:300]}"]
    writer.join()
    assert writer.exitcode == 0
    return found


def add(path: Path, who: int, times: int) -> None:
    """Add entities to a bundle, one after another; told that the other one holds it for long, try again."""
    for number in range(times):
        added = False
        while not added:
            with suppress(BundleBusyError):
                update_bundle(path, add=[{"id": f"new-{who}-{number}", "name": f"radio {who} {number}"}])
                added = True


def two_writers(path: Path, times: int) -> dict[str, Any]:
    """How many of `times` additions by two processes are there in the end."""
    writers: list[BaseProcess] = [_FORK.Process(target=add, args=(path, who, times // 2)) for who in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    there = {entity.id for entity in read_bundle(path).entities if entity.id.startswith("new-")}
    failed = sum(writer.exitcode != 0 for writer in writers)
    return {"updates": times // 2 * 2, "failed writers": failed, "lost": times // 2 * 2 - len(there)}


def run(times: int, updates: int) -> dict[str, Any]:
    """All forms, all runtimes."""
    found: dict[str, Any] = {"loads": {}, "updates": {}}
    with TemporaryDirectory() as folder, TemporaryDirectory(dir=memory_folder()) as tools:
        work = Path(folder)
        encoder = write_encoder(work / "encoder")
        for number, entities in enumerate((ENTITIES, OTHERS)):
            write_small(work / f"b.{number}", encoder, entities)
            write_small(work / f"b.zip.{number}", encoder, entities)
            write_large(work / f"large.{number}", encoder, "ab"[number])
        for place in FORMS[:2]:
            target = work / f"updated.{place}"
            write_files(target, read_files(work / "b.0"), as_zip=place.endswith(".zip"))
            found["updates"][place] = two_writers(target, updates)
        for runtime in RUNTIMES:
            with start(runtime, work, Path(tools)) as child:
                for place in FORMS if runtime == "Python" else FORMS[:2]:
                    found["loads"][f"{runtime}, {place}"] = loads(child, work, place, times)
                    print(runtime, place, found["loads"][f"{runtime}, {place}"], flush=True)
    return found


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--times", type=int, default=500, help="how often a bundle is replaced")
    parser.add_argument("--updates", type=int, default=200, help="additions by two writers")
    given = parser.parse_args()
    found = run(given.times, given.updates)
    shown = {"b": "directory", "b.zip": "zip", "large": "large catalog, directory"}
    rows = []
    for name, row in found["loads"].items():
        runtime, place = name.split(", ")
        old = f"{row['first']:,} / {row['loads'] - row['first']:,}"
        numbers = [f"{row[key]:,}" for key in ("replaced", "loads", "failures", "mixtures")]
        rows.append([f"{runtime}, {shown[place]}", *numbers, old])
    heading = ["reader", "replaced", "loads", "failures", "mixtures", "the one / the other"]
    text = "# Bundles that are replaced\n\n" + markdown_table(heading, rows)
    keys = ("updates", "failed writers", "lost")
    lines = [[shown[place], *(f"{row[key]:,}" for key in keys)] for place, row in found["updates"].items()]
    text += "\n\n" + markdown_table(["two writers", "additions", "failed writers", "lost"], lines)
    write_result("trust.replacing", "replacing", found, text)


if __name__ == "__main__":
    main()
