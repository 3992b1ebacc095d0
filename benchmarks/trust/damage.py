"""A bundle with a byte changed, or cut off anywhere: refused, or answered otherwise?

    python -m benchmarks.trust.damage --package-path peers=FOLDER
    python -m benchmarks.trust.damage --every 500 --no-peers     # seconds, as the tests do

Every byte of every file of the small bundle (`small_bundle`) is changed, in the directory and in the zip, and every
file is cut to every size below its own. Each runtime loads it and answers six requests. Beside it stand small files of
other libraries, loaded by their own loaders and asked one question: every 7th byte and size (`--every-peer`), each in a
process of its own. FOLDER has usearch and hnswlib (`pip install --target FOLDER usearch hnswlib`).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.lib.results_file import REPOSITORY, write_result
from benchmarks.trust.children import RUNTIMES, Case, Child, memory_folder, start
from benchmarks.trust.peers import KINDS
from benchmarks.trust.small_bundle import write_encoder, write_small
from benchmarks.trust.tallies import Tally, tally_table


def cases(work: Path, place: str, every: int) -> Iterator[tuple[str, Case]]:
    """The changes of all files of a bundle in `work`, each with its row of the table."""
    whole = work / place
    files = sorted(whole.iterdir()) if whole.is_dir() else [whole]
    choose = random.Random(1)
    for file in files:
        name, size = file.relative_to(work).as_posix(), file.stat().st_size
        for at in range(0, size, every):
            change: dict[str, Any] = {"file": name, "flip": at, "by": choose.randrange(1, 256)}
            yield "a byte", {"place": place, "change": [change]}
            yield "cut", {"place": place, "change": [{"file": name, "cut": at}]}


def ask(child: Child, given: Iterator[tuple[str, Case]], right: str) -> dict[str, Tally]:
    """What the cases end in, by their rows."""
    found = {"a byte": Tally(), "cut": Tally()}
    rows = []

    def told() -> Iterator[Case]:
        for row, case in given:
            rows.append((row, case))
            yield case

    for number, verdict in enumerate(child.ask(told())):
        row, case = rows[number]
        kind = verdict.kind
        if kind == "answered":
            kind = "same answer" if verdict.text == right else "other answer"
        found[row].add(kind, f"{case.get('change')}: {verdict.text}")
    return found


def ours(every: int) -> dict[str, Tally]:
    """All runtimes, directory and zip."""
    tallies: dict[str, Tally] = {}
    with TemporaryDirectory(dir=memory_folder()) as folder:
        work = Path(folder)
        encoder = write_encoder(work / "encoder")
        for place in ("b", "b.zip"):
            write_small(work / place, encoder)
        for runtime in RUNTIMES:
            with start(runtime, work, work / "tools") as child:
                for place, shown in (("b", "directory"), ("b.zip", "zip")):
                    right = child.one(place=place)
                    assert right.kind == "answered", right
                    for row, tally in ask(child, cases(work, place, every), right.text).items():
                        tallies[f"{runtime}, {shown}, {row}"] = tally
                    print(f"{runtime} {place}", flush=True)
    return tallies


def others(every: int, packages: str | None) -> dict[str, Tally]:
    """The files of other libraries."""
    tallies: dict[str, Tally] = {}
    path = os.pathsep.join(map(str, [REPOSITORY, *([packages.partition("=")[2]] if packages else [])]))
    with TemporaryDirectory(dir=memory_folder()) as folder:
        shutil.copy(write_encoder(Path(folder) / "encoder") / "encoder.onnx", Path(folder) / "onnxruntime")
        for kind in KINDS:
            file = Path(folder) / kind
            command = [sys.executable, "-m", "benchmarks.trust.peers", kind, str(file), str(every)]
            environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
            done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
            if done.returncode:
                sys.exit(f"error: {kind}: {done.stderr.strip().splitlines()[-1]}")
            for line in done.stdout.splitlines():
                what, verdict = line.split("\t")
                row = f"{kind} ({file.stat().st_size:,} bytes), {'a byte' if what == 'flip' else 'cut'}"
                tallies.setdefault(row, Tally()).add(verdict)
            print(kind, flush=True)
    return tallies


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--every", type=int, default=1, help="only each such byte of the bundle")
    parser.add_argument(
        "--every-peer", type=int, default=7, help="only each such byte of files of other libraries"
    )
    parser.add_argument("--package-path", help="peers=FOLDER, where usearch and hnswlib are installed")
    parser.add_argument("--no-peers", action="store_true", help="our runtimes alone")
    given = parser.parse_args()
    mine = ours(given.every)
    theirs = {} if given.no_peers else others(given.every_peer, given.package_path)
    text = "# Damaged files\n\n" + tally_table(mine, "small bundle", ["answered"])
    text += "\n\nA byte of a file is changed, or it is cut to each size below its own.\n"
    if theirs:
        table = tally_table(theirs, "file of another library", ["late", "foreign"])
        text += f"\n{table}\n\nEvery {given.every_peer}th byte and size."
    figures = {name: tally.figures() for name, tally in {**mine, **theirs}.items()}
    write_result("trust.damage", "damage", {"tallies": figures}, text)


if __name__ == "__main__":
    main()
