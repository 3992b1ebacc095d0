"""Requests and files that are larger than anything real: what they cost in every runtime.

    python -m benchmarks.trust.bounds
    python -m benchmarks.trust.bounds --size 20000 --bomb 10000000     # seconds, as the tests do

A child of each runtime has answered each kind of request before; Java has a heap of 128 MB at most. Then texts of a
million characters in twelve shapes are resolved and suggested for, filters have 100,000 values, an utterance 5,000
hypotheses, and files are bombs, pipes, devices and folders. Time is what the processor worked for the child. Memory is
how far the process grew above what it had before the call, the text and all garbage included. Wanted are 100 ms and 20
MB for a text. Files are refused, and the runtime goes on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.lib.results_file import markdown_table, write_result
from benchmarks.trust.children import RUNTIMES, Case, Child, Verdict, encoded, memory_folder, start
from benchmarks.trust.mutations import contents, dumped, sealed
from benchmarks.trust.small_bundle import write_encoder, write_small
from edge_er.bundle.locate import find_bundle

SHAPES = {
    "one word": "a",
    "short words": "zz ",
    "names": "pon la cadena ser ",
    "figures": "1",
    "thousands": "1.000.",
    "spelled letters": "b. ",
    "apostrophes": "l'",
    "combining marks": "e\u0301",
    "emoji": "😀",
    "ideographs": "電視台",
    "halves of characters": "\ud800",
    "spaces": " ",
}
JAVA = ("-Xmx128m", "-Xms24m", "-Xmn8m")
MS, MB = 100.0, 20.0  # for a text


def texts(size: int) -> Iterator[tuple[str, Case]]:
    """Long texts, resolved and suggested for."""
    for shape, text in SHAPES.items():
        for call in ("resolve", "suggest"):
            yield (
                f"{call}, {shape}",
                {"ask": {call: [encoded(text), size // len(text)]}},
            )


def lists(size: int) -> Iterator[tuple[str, Case]]:
    """Long lists."""
    values, same = [f"X{number}" for number in range(size // 10)], ["ES"] * (size // 10)
    asked: dict[str, Any] = {"resolve": [encoded("kiss fm"), 1]}
    yield f"where, {size // 10:,} values", {"ask": {**asked, "where": {"country": values}}}
    yield f"where, one value {size // 10:,} times", {"ask": {**asked, "where": {"country": same}}}
    yield f"ids, {size // 10:,}", {"ask": {**asked, "ids": values}}
    yield f"nbest, {size // 200:,} texts", {"ask": {"nbest": [encoded("kiss fm")] * (size // 200)}}
    yield "nbest, 64 texts of 1,000 characters", {"ask": {"nbest": [encoded("cadena ser zz " * 72)] * 64}}


def write_files(work: Path, bomb: int) -> Iterator[str]:
    """Bundles that must be refused, each in a place of its own."""
    files = contents(work / "small")
    packed = gzip.compress(b"\n" * bomb, mtime=0)
    for name, other in {
        "entities that unpack to a bomb": {"entities.jsonl.gz": packed},
        "a tokenizer of many levels": {"tokenizer.json": b"[" * 200_000},
        "a vector file that states a large header": {
            "vectors.safetensors": b"\xff" * 7 + b"\x00" + b"{" * 100
        },
    }.items():
        changed = {**files, **other}
        changed["manifest.json"] = sealed(json.loads(files["manifest.json"]), changed)
        yield _directory(work, name, changed)
    yield _directory(work, "a manifest of 5 MB", {**files, "manifest.json": b" " * 5_000_000})
    yield _directory(work, "a manifest of many levels", {**files, "manifest.json": b'{"a":' * 200_000})
    large = json.loads(files["manifest.json"])
    large["files"]["vectors.safetensors"]["size"] = 1 << 40
    yield _directory(work, "a size of a terabyte", {**files, "manifest.json": dumped(large)})
    for name in ("manifest.json", "entities.jsonl.gz", "encoder.onnx"):
        place = work / _directory(work, f"{name} is a pipe", files)
        (place / name).unlink()
        os.mkfifo(place / name)
        yield place.name
        place = work / _directory(work, f"{name} is a device", files)
        (place / name).unlink()
        (place / name).symlink_to("/dev/zero")
        yield place.name
        place = work / _directory(work, f"{name} is a folder", files)
        (place / name).unlink()
        (place / name).mkdir()
        yield place.name
    os.mkfifo(work / "a pipe.zip")
    yield "a pipe.zip"
    (work / "a device.zip").symlink_to("/dev/zero")
    yield "a device.zip"
    for name in ("manifest.json", "entities.jsonl.gz"):
        yield _bomb(work, name, files, bomb)


def _directory(work: Path, name: str, files: dict[str, bytes]) -> str:
    (work / name).mkdir()
    for file, data in files.items():
        (work / name / file).write_bytes(data)
    return name


def _bomb(work: Path, name: str, files: dict[str, bytes], bomb: int) -> str:
    """A zip of another tool in which a file unpacks to a bomb."""
    place = work / f"{name} unpacks to a bomb.zip"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in files.items():
            with archive.open(file, "w", force_zip64=False) as member:
                member.write(data if file != name else b"")
                for _ in range(bomb // 1_000_000 if file == name else 0):
                    member.write(b" " * 1_000_000)
    return place.name


def processor(child: Child) -> float:
    """Milliseconds that the processor has worked for a child."""
    tasks = Path(f"/proc/{child.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e6


def grown(child: Child, case: Case) -> tuple[Verdict, float]:
    """A verdict with the time of the processor, and by how many MB the process grew at most meanwhile."""
    status, resident = Path(f"/proc/{child.pid}/status"), Path(f"/proc/{child.pid}/statm")
    Path(f"/proc/{child.pid}/clear_refs").write_text(
        "5", encoding="ascii"
    )  # the most so far is what it is now
    before = int(resident.read_text(encoding="ascii").split()[1]) * 4
    worked = processor(child)
    verdict = child.one(**case)
    if verdict.kind in ("crashed", "hung"):
        return verdict, 0.0
    verdict = verdict._replace(ms=processor(child) - worked)
    lines = status.read_text(encoding="ascii").splitlines()
    most = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return verdict, (most - before) / 1000


def run(size: int, bomb: int, bundle: str) -> dict[str, dict[str, Any]]:
    """All cases in all runtimes."""
    found: dict[str, dict[str, Any]] = {}
    with TemporaryDirectory(dir=memory_folder()) as folder:
        work = Path(folder)
        write_small(work / "small", write_encoder(work / "encoder"))
        shutil.copytree(find_bundle(bundle), work / "b")
        places = list(write_files(work, bomb))
        asked = [(name, {"place": "b", "keep": True, **case}) for name, case in (*texts(size), *lists(size))]
        for runtime in RUNTIMES:
            with start(runtime, work, work / "tools", JAVA) as child:
                for _, case in (*texts(2000), *texts(200_000), *lists(2000)):
                    child.one(place="b", keep=True, **case)
                loads = [(name, {"place": name, "load": True}) for name in places]
                for name, case in (*asked, *loads):
                    verdict, memory = grown(child, case)
                    found.setdefault(name, {})[runtime] = {
                        "verdict": verdict.kind,
                        "text": verdict.text[:200],
                        "ms": round(verdict.ms, 2),
                        "MB": round(memory, 2),
                    }
            print(runtime, flush=True)
    return found


def table(found: dict[str, dict[str, Any]], names: list[str], first: str) -> str:
    """The verdict, the time and the memory of each case in each runtime."""
    rows = [
        [
            name,
            *(
                f"{cell['verdict']}, {cell['ms']:,.1f} ms, {cell['MB']:,.1f} MB"
                for cell in found[name].values()
            ),
        ]
        for name in names
    ]
    return markdown_table([first, *RUNTIMES], rows)


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--size", type=int, default=1_000_000, help="characters of a text")
    parser.add_argument("--bomb", type=int, default=300_000_000, help="bytes that a bomb unpacks to")
    parser.add_argument("--bundle", default="radio_es", help="that is asked: a shipped one or a path")
    given = parser.parse_args()
    found = run(given.size, given.bomb, given.bundle)
    asked = [name for name, _ in (*texts(given.size), *lists(given.size))]
    files = [name for name in found if name not in asked]
    cells = [
        cell
        for name, row in found.items()
        if name in asked and not name.startswith("nbest")
        for cell in row.values()
    ]
    over = sum(cell["ms"] > MS or cell["MB"] > MB for cell in cells)
    accepted = sum(cell["verdict"] != "refused" for name in files for cell in found[name].values())
    text = f"# Bounds\n\n{table(found, asked, f'{given.size:,} characters')}\n\n{over} of {len(cells)} above "
    text += f"{MS:g} ms or {MB:g} MB.\n\n{table(found, files, 'file')}\n\n{accepted} not refused."
    write_result("trust.bounds", "bounds", {"cases": found, "over": over, "not refused": accepted}, text)


if __name__ == "__main__":
    main()
