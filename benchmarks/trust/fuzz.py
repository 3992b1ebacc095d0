"""A long search for what breaks a reader or a request, in every runtime.

    python -m benchmarks.trust.fuzz
    python -m benchmarks.trust.fuzz --readers 300 --texts 100 --work FOLDER     # seconds, as the tests do

A case for a reader goes to one runtime: half to Java, a quarter each to Python and JavaScript. A text goes to all
three, and Java and JavaScript must answer as Python does. Cases are made by their number (`fuzz_cases`). What was done
is kept in build/trust, and a run that was broken off goes on there, also with more cases; delete the file to begin
anew, `--first` is for another search. A finding is a verdict that must not be, with its error. `tests/fuzz.py` is the
short search of the tests.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.lib.results_file import REPOSITORY, markdown_table, write_result
from benchmarks.trust.children import RUNTIMES, Case, Child, Verdict, memory_folder, start
from benchmarks.trust.fuzz_cases import Readers, text_case
from benchmarks.trust.small_bundle import write_encoder, write_small
from benchmarks.trust.tallies import WRONG
from edge_er.bundle.atomic import write_json
from edge_er.bundle.personal_file import write_entries

SHARES = {"Java": 0.5, "Python": 0.25, "JavaScript": 0.25}
AT_ONCE = 4000  # cases between two notes of what was done
BORDER = 1 << 40  # numbers of texts begin here


class Progress:
    """What was done, in a file: next numbers, verdicts and findings of each search."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def of(self, search: str, first: int) -> dict[str, Any]:
        """The note of a search."""
        fresh: dict[str, Any] = {"first": first, "done": 0, "verdicts": {}, "findings": {}}
        note: dict[str, Any] = self.state.setdefault(search, fresh)
        if note["first"] != first:
            note = self.state[search] = fresh
        return note

    def save(self) -> None:
        """Write the file."""
        write_json(self.file, self.state)


def count(note: dict[str, Any], number: int, kind: str, what: str) -> None:
    """Count the verdict of a case, and keep what is a new finding."""
    note["verdicts"][kind] = note["verdicts"].get(kind, 0) + 1
    if kind in WRONG:
        alike = f"{kind}: {_alike(what)}"
        finding = note["findings"].setdefault(alike, {"times": 0, "number": number, "what": what[:300]})
        finding["times"] += 1


def _alike(error: str) -> str:
    """An error without what differs from case to case: places, numbers, what was found."""
    plain = re.sub(r"/[^ :]*", "/", re.split(r", found | [(]", error)[0])
    return re.sub(r"[^\x20-\x7e]+", "?", re.sub(r"\d+", "0", plain))[:120]


def search(
    child: Child, note: dict[str, Any], total: int, case: Callable[[int], Case], save: Callable[[], None]
) -> None:
    """Ask a runtime the cases that are left of a search."""
    while note["done"] < total:
        begin = note["first"] + note["done"]
        numbers = range(begin, begin + min(AT_ONCE, total - note["done"]))
        for number, verdict in zip(numbers, child.ask(map(case, numbers)), strict=True):
            count(note, number, verdict.kind, verdict.text)
        note["done"] += len(numbers)
        save()


def compare(children: dict[str, Child], note: dict[str, Any], total: int, save: Callable[[], None]) -> None:
    """Ask all runtimes the texts that are left; all must answer as Python does."""
    while note["done"] < total:
        begin = note["first"] + note["done"]
        numbers = range(begin, begin + min(AT_ONCE, total - note["done"]))
        found = {name: list(child.ask(map(text_case, numbers))) for name, child in children.items()}
        for place, number in enumerate(numbers):
            for name, verdicts in found.items():
                verdict, python = verdicts[place], found["Python"][place]
                kind = "other answer" if _differ(verdict, python) else verdict.kind
                count(note, number, kind, f"{name}: {verdict.text[:150]}; Python: {python.text[:150]}")
        note["done"] += len(numbers)
        save()


def _differ(one: Verdict, other: Verdict) -> bool:
    if one.kind in WRONG:
        return False
    return one.kind != other.kind or (one.kind == "answered" and one.text != other.text)


def run(progress: Progress, readers: int, texts: int, first: int) -> None:
    """Both searches."""
    with TemporaryDirectory(dir=memory_folder()) as folder:
        work = Path(folder)
        write_small(work / "b", write_encoder(work / "encoder"))
        write_entries(work / "mine.jsonl", [], {})
        cases = Readers(work)
        begin = first
        for name, share in SHARES.items():
            with start(name, work, work / "tools") as child:
                total = round(share * readers)
                search(child, progress.of(f"readers, {name}", begin), total, cases.case, progress.save)
            begin += total
            print(f"readers, {name}", flush=True)
        children = {name: start(name, work, work / "tools") for name in RUNTIMES}
        try:
            compare(children, progress.of("texts, all runtimes", BORDER + first), texts, progress.save)
        finally:
            for child in children.values():
                child.close()


def rows(state: dict[str, Any]) -> Iterator[list[str]]:
    """A line of the table for each search."""
    for name, note in state.items():
        verdicts = Counter(note["verdicts"])
        wrong = [f"{verdicts[kind]:,}" for kind in WRONG]
        answered = f"{verdicts['answered']:,}"
        yield [
            name,
            f"{note['done']:,}",
            answered,
            f"{verdicts['refused']:,}",
            *wrong,
            f"{len(note['findings']):,}",
        ]


def main() -> None:
    """Run all and write the result."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--readers", type=int, default=1_000_000, help="cases for readers, all runtimes together"
    )
    parser.add_argument("--texts", type=int, default=100_000, help="texts, each for all runtimes")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument(
        "--work", type=Path, default=REPOSITORY / "build" / "trust", help="where progress is kept"
    )
    given = parser.parse_args()
    progress = Progress(given.work / "fuzz.json")
    run(progress, given.readers, given.texts, given.first)
    kinds = [{"other answer": "otherwise than Python"}.get(kind, kind) for kind in WRONG]
    heading = ["search", "cases", "answered", "refused", *kinds, "findings"]
    text = "# A search for what breaks\n\n" + markdown_table(heading, list(rows(progress.state)))
    text += "\n\nTexts are asked of three runtimes, so they have three verdicts each. Findings differ in their error."
    for name, note in progress.state.items():
        lines = [
            f"- {each['times']:,} times, first {each['number']}: `{alike}`"
            for alike, each in note["findings"].items()
        ]
        text += f"\n\n## {name}\n\n" + "\n".join(lines) if lines else ""
    write_result("trust.fuzz", "fuzz", {"searches": progress.state}, text)


if __name__ == "__main__":
    main()
