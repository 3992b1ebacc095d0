"""Files changed in one place by somebody who knows the format, and sealed again: is every error one of the package?

    python -m benchmarks.trust.resealed
    python -m benchmarks.trust.resealed --most 30     # seconds, as the tests do

Each value of the manifest, the card, the tokenizer, the entities, the stream addresses, the header of the vectors, the
plan of a delta and a personal file is replaced by each of 33 other values, or left out (`mutations`); of a file with
more than `--most` of these so many are chosen. Checksums are right again. A runtime may refuse the file when it is
loaded, or answer from it, and do what Python does. Wanted are no foreign error, no error that only a request finds
("late"), no hang and no crash. Java and JavaScript apply no deltas.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.lib.results_file import write_result
from benchmarks.trust.children import RUNTIMES, Case, Child, Verdict, memory_folder, new_data, start
from benchmarks.trust.mutations import (
    ROWS,
    cases,
    contents,
    mutated_deltas,
    mutated_entries,
    parsed,
    shown,
    with_change,
)
from benchmarks.trust.small_bundle import ENTITIES, write_encoder, write_small
from benchmarks.trust.tallies import Tally, tally_table
from catalog_tools.build.delta import make_delta
from edge_er.bundle.personal_file import write_entries

Told = tuple[str, Case]


def bundles(files: dict[str, bytes], name: str, most: int) -> Iterator[Told]:
    """Bundles in which one value of the file `name` is another one."""
    for path, new in cases(parsed(files, name), most, 1):
        try:
            other = with_change(files, name, path, new)
        except (TypeError, AttributeError, UnicodeEncodeError):  # no such file can be written
            continue
        change = [new_data(f"b/{file}", data) for file, data in other.items() if data != files[file]]
        yield f"{name} {path} {shown(new)}", {"place": "b", "change": change}


def personal_files(most: int) -> Iterator[Told]:
    """Personal files in which one value is another one."""
    for what, data in mutated_entries(ROWS, most):
        change = [new_data("mine.jsonl", data)]
        yield f"personal {what}", {"place": "b", "keep": True, "personal": "mine.jsonl", "change": change}


def deltas(delta: Path, files: dict[str, bytes], most: int) -> Iterator[Told]:
    """Deltas in whose plan one value is another one; the bundle is as before in each case."""
    restored = [new_data(f"b/{file}", data) for file, data in files.items()]
    for what, data in mutated_deltas(delta, most):
        change = [new_data("a.delta", data), *restored]
        yield f"delta {what}", {"place": "b", "delta": "a.delta", "change": change}


def told(child: Child, given: Iterator[Told], python: dict[str, Verdict]) -> Tally:
    """What the cases end in; `python` are verdicts of Python by case, which it gives first."""
    tally, names = Tally(), []

    def only() -> Iterator[Case]:
        for what, case in given:
            names.append(what)
            yield case

    for number, verdict in enumerate(child.ask(only())):
        what = names[number]
        tally.add(verdict.kind, f"{what}: {verdict.text}")
        expected = python.setdefault(what, verdict)
        if differs(verdict, expected):
            tally.add_difference(
                f"{what}: {verdict.kind} {verdict.text:.150}, Python {expected.kind} {expected.text:.150}"
            )
    return tally


def differs(one: Verdict, other: Verdict) -> bool:
    """Whether one runtime refuses what another one answers, or answers otherwise."""
    return one.kind != other.kind or (one.kind == "answered" and one.text != other.text)


def run(most: int) -> dict[str, Tally]:
    """All files in all runtimes."""
    tallies: dict[str, Tally] = {}
    python: dict[str, Verdict] = {}
    with TemporaryDirectory(dir=memory_folder()) as folder:
        work = Path(folder)
        encoder = write_encoder(work / "encoder")
        write_small(work / "b", encoder)
        write_small(work / "new", encoder, ENTITIES[2:])
        files = contents(work / "b")
        delta = make_delta(work / "b", work / "new", work / "a.delta").path
        write_entries(work / "mine.jsonl", [], {})
        for runtime in RUNTIMES:
            with start(runtime, work, work / "tools") as child:
                for name in sorted(set(files) - {"encoder.onnx"}):
                    tallies[f"{runtime}, {name}"] = told(child, bundles(files, name, most), python)
                tallies[f"{runtime}, personal file"] = told(child, personal_files(most), python)
                if runtime == "Python":
                    tallies["Python, delta"] = told(child, deltas(delta, files, most), python)
            print(runtime, flush=True)
    return tallies


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--most", type=int, default=1_000_000, help="changes of a file at most")
    given = parser.parse_args()
    tallies = run(given.most)
    distinct = sum(tally.cases for name, tally in tallies.items() if name.startswith("Python"))
    table = tally_table(tallies, "file", ["other answer"], compared=True)
    text = f"# Files changed and sealed again\n\n{distinct:,} changes.\n\n{table}"
    figures = {name: tally.figures() for name, tally in tallies.items()}
    write_result("trust.resealed", "resealed", {"changes": distinct, "tallies": figures}, text)


if __name__ == "__main__":
    main()
