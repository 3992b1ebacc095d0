"""Small situations: a catalog, requests for it, and which entries are meant, or that none is.

    python -m benchmarks.product.cases
    python -m benchmarks.product.cases --accept

Situations are the folders of tests/data/cases that have a catalog.jsonl, or those of `cases` of a data folder; requests
are made up after public reports. A request is right when the best answer is one of the wanted entries; one that wants
`ambiguous`, when that is the decision and the first matches are the wanted entries, all of them, in any order; one that
wants nothing, when the decision is not a match. `--accept` writes those that are wrong to tests/data/cases_wrong.jsonl,
which the tests compare with, and no result files. Bundles are kept in build/cases.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.lib.built_catalogs import ENCODER, built_catalog
from benchmarks.lib.results_file import (
    REPOSITORY,
    data_folder,
    markdown_table,
    write_result,
)
from edge_er import EntityResolver, Resolution
from edge_er.bundle.atomic import write_text

CACHE = REPOSITORY / "build" / "cases"
CASES = REPOSITORY / "tests" / "data" / "cases"
KNOWN_WRONG = CASES.with_name("cases_wrong.jsonl")
CATALOG, REQUESTS, NOTHING_WANTED = "catalog.jsonl", "requests.jsonl", "requests_no_match.txt"
AMBIGUOUS, NO_MATCH = "ambiguous", "no_match"
TOP_K = 20
SHOWN = 4  # names of a cell; a room of lights has eleven


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """A request of a case.

    `decision` is `ambiguous` where all of `wanted` are meant, `no_match` where nothing is, else None: one of `wanted`.
    """

    query: str
    wanted: tuple[str, ...]
    decision: str | None = None

    def is_right(self, answer: Resolution) -> bool:
        """Whether the answer is what is wanted."""
        if self.decision == NO_MATCH:
            return answer.decision != "match"
        if self.decision == AMBIGUOUS:
            first = answer.matches[: len(self.wanted)]
            same = sorted(_plain(match.name) for match in first) == sorted(map(_plain, self.wanted))
            return answer.decision == AMBIGUOUS and same
        return answer.best is not None and _plain(answer.best.name) in set(map(_plain, self.wanted))


def _plain(name: str) -> str:
    """A name without spaces around it or doubled in it, as a build takes it."""
    return " ".join(name.split())


def case_request(row: Mapping[str, Any]) -> CaseRequest:
    """A row of requests.jsonl; `entity` is a name or a list of names."""
    wanted = row["entity"]
    return CaseRequest(
        row["query"], (wanted,) if isinstance(wanted, str) else tuple(wanted), row.get("decision")
    )


def read_case(folder: Path) -> tuple[dict[str, Any], list[dict[str, Any]], list[CaseRequest]]:
    """What about.json says, the rows of the catalog, and the requests."""
    about = json.loads((folder / "about.json").read_text("utf-8"))
    requests = [case_request(row) for row in _rows(folder / REQUESTS)]
    requests += [CaseRequest(line, (), NO_MATCH) for line in _lines(folder / NOTHING_WANTED)]
    return about, list(_rows(folder / CATALOG)), requests


def _lines(file: Path) -> Iterator[str]:
    """Lines with text; none where there is no such file, since a case need not have both kinds of requests."""
    if file.is_file():
        yield from filter(str.strip, file.read_text("utf-8").split("\n"))


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    for line in _lines(file):
        yield json.loads(line)


def case_folders(place: Path = CASES) -> list[Path]:
    """The folders in `place` that have a catalog, by name."""
    return sorted(file.parent for file in place.glob(f"*/{CATALOG}"))


def case_bundle(
    folder: Path,
    about: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    encoder: str,
    cache: Path = CACHE,
) -> Path:
    """Where the bundle of a case is, from what `read_case` gives; it is built if it is not in `cache`."""
    return built_catalog(cache, folder.name, rows, about["lang"], encoder, about["single_words"])


def measured(folder: Path, encoder: str = ENCODER, cache: Path = CACHE) -> dict[str, Any]:
    """How many requests of a case are right, and those that are not; its bundle is kept in `cache`."""
    about, rows, requests = read_case(folder)
    bundle = case_bundle(folder, about, rows, encoder, cache)
    answers = EntityResolver.load(bundle).resolve_batch([request.query for request in requests], TOP_K)
    wrong = [
        _wrong(request, answer)
        for request, answer in zip(requests, answers, strict=True)
        if not request.is_right(answer)
    ]
    right = len(requests) - len(wrong)
    return {
        "about": about["about"],
        "lang": about["lang"],
        "right": right,
        "rows": len(requests),
        "wrong": wrong,
    }


def known_wrong(file: Path = KNOWN_WRONG) -> dict[str, list[str]]:
    """Requests that are known to be wrong, by case."""
    wrong: dict[str, list[str]] = {}
    for row in _rows(file):
        wrong.setdefault(row["case"], []).append(row["query"])
    return wrong


def accept(cases: Mapping[str, Mapping[str, Any]], file: Path = KNOWN_WRONG) -> None:
    """Write the requests of `cases` that are wrong; those of cases that were not asked stay in the file."""
    wrong = {name: queries for name, queries in known_wrong(file).items() if name not in cases}
    wrong |= {name: [row["query"] for row in case["wrong"]] for name, case in cases.items()}
    rows = [{"case": name, "query": query} for name, queries in sorted(wrong.items()) for query in queries]
    write_text(file, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))


def _wrong(request: CaseRequest, answer: Resolution) -> dict[str, Any]:
    shown = max(1, len(request.wanted)) if request.decision == AMBIGUOUS else 1
    return {
        "query": request.query,
        "wanted": list(request.wanted),
        "wanted_decision": request.decision,
        "got": [match.name for match in answer.matches[:shown]],
        "confidence": round(answer.matches[0].confidence, 3) if answer.matches else None,
        "decision": answer.decision,
    }


def case_table(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """A line for each case."""
    rows = [
        [
            f"{name}: {case['about']}",
            case["lang"],
            str(case["right"]),
            str(case["rows"]),
            str(sum(row["decision"] == "match" for row in case["wrong"])),
            str(sum(row["decision"] == NO_MATCH and row["got"] == row["wanted"] for row in case["wrong"])),
        ]
        for name, case in cases.items()
    ]
    return markdown_table(
        ["case", "language", "right", "rows", "wrong match", "right first but no_match"], rows
    )


def wrong_table(cases: Mapping[str, Mapping[str, Any]]) -> str:
    """A line for each request that is not right."""
    rows = []
    for name, case in cases.items():
        for row in case["wrong"]:
            wanted = _names(row["wanted"]) or "nothing"
            if row["wanted_decision"] == AMBIGUOUS:
                wanted += " (ambiguous)"
            found = "" if row["confidence"] is None else f"{row['confidence']:.2f}"
            cells = [name, row["query"], wanted, _names(row["got"]), row["decision"], found]
            rows.append([cell.replace("|", "\\|") for cell in cells])
    return markdown_table(["case", "request", "wanted", "got first", "decision", "confidence"], rows)


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return " / ".join(names[:SHOWN]) + more


def main() -> None:
    """Ask all cases and write the result files, or the list of those that are wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="data folder whose cases are asked (default: tests/data)")
    parser.add_argument("--encoder", default=ENCODER, help="a shipped encoder or an encoder folder")
    parser.add_argument("--cases", nargs="+", help="names of folders; all by default")
    parser.add_argument("--accept", action="store_true", help=f"write {KNOWN_WRONG.name} instead")
    options = parser.parse_args()
    place = data_folder(options.data) / "cases" if options.data else CASES
    folders = [folder for folder in case_folders(place) if not options.cases or folder.name in options.cases]
    if not folders:
        sys.exit(f"error: no folder with a {CATALOG} in {place}")
    cases = {folder.name: measured(folder, options.encoder) for folder in folders}
    right, rows = (sum(case[key] for case in cases.values()) for key in ("right", "rows"))
    if options.accept:
        accept(cases)
        print(f"{right} of {rows} requests right; the others are in {KNOWN_WRONG.name}")
        return
    markdown = (
        f"# Small situations\n\n{right} of {rows} requests right in {len(cases)} cases, made up after public reports. "
        "Right is the best answer where one entry is wanted, all wanted entries first where the request is ambiguous, "
        "and no match where nothing is wanted.\n\n"
        f"{case_table(cases)}\n\n## Wrong\n\n{wrong_table(cases)}"
    )
    write_result("product.cases", "cases", {"right": right, "rows": rows, "cases": cases}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
