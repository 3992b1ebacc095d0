"""Every kind of source from its file to a bundle that answers, and two large catalogs.

    python -m benchmarks.product.source_kinds
    python -m benchmarks.product.source_kinds --large

The first writes files of real names with a few bad rows in each (benchmarks/lib/sample_sources.py) and builds them
within 2 MB; the second builds the cities with their aliases and population, and all media entities, without a budget.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from benchmarks.lib.sample_sources import samples
from catalog_tools.build.build import build_bundle
from catalog_tools.build.options import BuildOptions, BuildWork
from catalog_tools.build.workers import default_workers
from catalog_tools.readers.sources import ColumnMapping, SourceOptions, SourceWarning, read_records
from edge_er.resolver import EntityResolver

ROWS = 1000
LANG = "es"
CARRIERS = {"contacts.vcf": "llama a {}", "cities.txt": "el tiempo en {}"}
MUSIC = "pon {}"


@dataclass(frozen=True)
class Large:
    """A large catalog of the data folder: how it is read, and a request with its answer."""

    file: str
    options: SourceOptions
    query: str
    answer: str


LARGE = {
    "cities": Large(
        "cities.jsonl.gz",
        SourceOptions(mapping=ColumnMapping({"popularity": ("population",)})),
        "what is the weather in cologne",
        "Köln",
    ),
    "media entities": Large(
        "media_entities.jsonl.gz", SourceOptions(), "play doctor who unbound", "Doctor Who Unbound"
    ),
}


def measured(
    source: str | Path, options: SourceOptions, query: str, lang: str, budget: str | None, workers: int
) -> dict[str, Any]:
    """Read a source alone, then from the source to a bundle, then ask it once."""
    started = time.perf_counter()
    with read_records(source, options) as reader:
        for _ in reader:
            pass
    read = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder, read_records(source, options) as records:
        work = BuildOptions(BuildWork(workers))
        started = time.perf_counter()
        result = build_bundle(records, Path(folder) / "bundle", lang, budget=budget, options=work)
        seconds = time.perf_counter() - started
        best = EntityResolver.load(result.path).resolve(query)
    counts = result.manifest["counts"]
    return {
        "rows": reader.rows,
        "rejected": reader.rejected,
        "skipped": reader.skipped,
        "read_seconds": round(read, 3),
        "seconds": round(seconds, 2),
        "entities": counts["entities"],
        "forms": counts["forms"],
        "size_bytes": result.manifest["size_bytes"],
        "request": query,
        "decision": best.decision,
        "answer": best.matches[0].name if best.matches else None,
    }


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder at an address of this machine."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def measured_kinds(data: Path, rows: int) -> dict[str, Any]:
    """Each kind of source, and one behind a URL, with its bad rows in a reject file."""
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name, served(Path(name)) as address:
        for sample in samples(data, Path(name), rows):
            options = replace(sample.options, rejects=Path(name) / "rejects.jsonl")
            query = CARRIERS.get(sample.path.name, MUSIC).format(sample.name)
            sources: dict[str, str | Path] = {sample.kind: sample.path}
            if sample.path.suffix == ".json":
                sources[f"{sample.kind} at a URL"] = f"{address}/{sample.path.name}"
            for kind, source in sources.items():
                results[kind] = one = measured(source, options, query, LANG, "2MB", 1)
                print(kind, one, file=sys.stderr)
                if (one["rejected"], one["entities"], one["answer"]) != (sample.bad, rows, sample.name):
                    sys.exit(
                        f"{kind}: expected {sample.bad} rejected, {rows} entities and {sample.name!r}: {one}"
                    )
    return results


def measured_large(data: Path, workers: int) -> dict[str, Any]:
    """The large catalogs, without a budget."""
    sources: dict[str, Any] = {}
    for name, large in LARGE.items():
        source = data / "entities" / large.file
        sources[name] = one = measured(source, large.options, large.query, "en", None, workers)
        print(name, one, file=sys.stderr)
        if one["answer"] != large.answer:
            sys.exit(f"{name}: expected {large.answer!r}, found {one}")
    return sources


def table(sources: dict[str, Any]) -> str:
    """One row a source."""
    heading = [
        "source",
        "rows",
        "rejected",
        "read s",
        "file to bundle s",
        "entities",
        "forms",
        "bytes",
        "request",
    ]
    rows = [
        [
            kind,
            f"{one['rows']:,}",
            f"{one['rejected']:,}",
            f"{one['read_seconds']:.3f}",
            f"{one['seconds']:.2f}",
            f"{one['entities']:,}",
            f"{one['forms']:,}",
            f"{one['size_bytes']:,}",
            f"{one['request']} → {one['decision']}: {one['answer']}",
        ]
        for kind, one in sources.items()
    ]
    return markdown_table(heading, rows)


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of each kind that can be used")
    parser.add_argument("--large", action="store_true", help="build the two large catalogs instead")
    parser.add_argument("--workers", type=int, default=default_workers(), help="processes of a large build")
    options = parser.parse_args()
    data = data_folder(options.data)
    warnings.simplefilter("ignore", SourceWarning)
    if options.large:
        name, sources = "source_kinds_large", measured_large(data, options.workers)
        note = f"Cities with aliases and population, and all media entities; no budget, {options.workers} workers."
        title, figures = "Large catalogs, from the file to a bundle", {"workers": options.workers}
    else:
        name, sources = "source_kinds", measured_kinds(data, options.rows)
        note = (
            f"{options.rows:,} real names a source and some rows that cannot be used, which go to the reject file; one "
            "worker, at most 2 MB."
        )
        title, figures = "Every kind of source, from the file to a bundle", {"rows": options.rows}
    markdown = f"# {title}\n\n{table(sources)}\n\n{note}"
    write_result("product.source_kinds", name, {**figures, "sources": sources}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
