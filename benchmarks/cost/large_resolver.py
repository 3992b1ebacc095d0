"""Whole answers from large catalogs: load time, memory, time of a request and Recall@1, by exact scan and by FAISS.

    OMP_NUM_THREADS=1 python -m benchmarks.cost.large_resolver --sizes 100000 1000000

Names are real ones and such as are composed of two, an entity each, without spoken forms; requests are spoken ones as
they were recognised, in five languages. By exact scan all evidence is prepared for every name, and candidates come
from vectors, sounds and words; by FAISS it is asked for the names that vectors and words bring. Load time and memory
are those of a fresh process, on one core.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cost.latency import FRESH, bind_to_one_core, times
from benchmarks.lib.large_catalog import CACHE, ENCODER, catalog_names, name_vectors, spoken_requests
from benchmarks.lib.results_file import (
    add_data_option,
    data_folder,
    found_result,
    markdown_table,
    percent,
    write_result,
)
from catalog_tools.build.index_choice import EXACT, MAPPED, with_index
from edge_er.bundle.bundle import new_bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import read_encoder_files
from edge_er.evaluation.bootstrap import mean_interval
from edge_er.resolver import EntityResolver

REQUESTS = 1000
FAISS = "faiss"
KINDS = {EXACT: EXACT, FAISS: "PQ32x4fs", MAPPED: MAPPED}


def write_catalogs(data: Path, size: int, kinds: list[str]) -> dict[str, Path]:
    """A bundle of the first `size` names for each kind of search."""
    vectors = name_vectors(data, size)
    entities = [Entity(f"n{row:08d}", name) for row, name in enumerate(catalog_names(data, size))]
    bundle = new_bundle(
        name=f"names_{size}",
        lang="en",
        entities=entities,
        vectors=vectors,
        form_entity=np.arange(size, dtype=np.int32),
        encoder_files=read_encoder_files(ENCODER),
    )
    places = {kind: CACHE / f"names-{size}-{kind}" for kind in kinds}
    for kind, place in places.items():
        write_bundle(place, with_index(bundle, KINDS[kind]), budget=None)
    return places


def measured(place: Path, data: Path, size: int) -> dict[str, Any]:
    """One bundle: start-up in a fresh process, then answers here."""
    known = set(catalog_names(data, size))
    asked = [row for row in spoken_requests(data, 2 * REQUESTS) if row[1] in known][:REQUESTS]
    command = [sys.executable, "-c", FRESH, str(place), asked[0][0], "rerank"]
    fresh = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    resolver = EntityResolver.load(place)
    spent = times(resolver.resolve, [text for text, _, _ in asked])
    right = [_first(resolver, text) == name for text, name, _ in asked]
    sizes = {name: file["size"] for name, file in resolver.manifest["files"].items()}
    return {
        **fresh,
        **spent,
        "recall_at_1": mean_interval(right, [name for _, name, _ in asked]).to_dict(),
        "index": dict(resolver.manifest["index"]),
        "files": sizes,
        "bytes_a_name": resolver.manifest["size_bytes"] / size,
    }


def _first(resolver: EntityResolver, text: str) -> str:
    matches = resolver.resolve(text, 1).matches
    return matches[0].name if matches else ""


def table(sizes: dict[str, Any]) -> str:
    """The figures as Markdown."""
    heading = ["names", "search", "Recall@1", "p50 ms", "p99 ms", "load s", "peak MB", "bytes a name"]
    rows = [
        [
            f"{int(size):,}",
            name if name == EXACT else f"{name}, {cell['index']['factory']}",
            percent(cell["recall_at_1"]),
            f"{cell['p50_ms']:.1f}",
            f"{cell['p99_ms']:.1f}",
            f"{cell['load_ms'] / 1000:.2f}",
            f"{cell['peak_memory_mb']:.0f}",
            f"{cell['bytes_a_name']:.0f}",
        ]
        for size, kinds in sizes.items()
        for name, cell in kinds.items()
    ]
    return (
        "# Whole answers from large catalogs\n\n"
        + markdown_table(heading, rows)
        + f"\n\n{REQUESTS:,} spoken requests as they were recognised, on one core; intervals are 95 %, bootstrapped "
        "by entity. Load time and peak memory (with mapped pages) are those of a fresh process up to its first answer. "
        "The exact scan also takes candidates by sound, the others by vector and by words alone."
    )


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--add", action="store_true", help="keep other sizes of the result files")
    parser.add_argument("--result", default="large_resolver", help="name of the result files")
    options = parser.parse_args()
    data = data_folder(options.data)
    sizes = dict((found_result(options.result) or {}).get("sizes", {})) if options.add else {}
    for size in options.sizes:
        places = write_catalogs(data, size, options.kinds)
        bind_to_one_core()
        sizes[str(size)] = {}
        for kind, place in places.items():
            sizes[str(size)][kind] = measured(place, data, size)
            shutil.rmtree(place)
            print(table(sizes), flush=True)
    write_result("cost.large_resolver", options.result, {"sizes": sizes}, table(sizes))


if __name__ == "__main__":
    main()
