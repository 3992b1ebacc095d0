"""Search of 10 thousand to 10 million names: time of a request, recall against the exact scan, bytes and memory.

    OMP_NUM_THREADS=1 python -m benchmarks.cost.search_scale --sizes 10000 100000 1000000 10000000

Names are real ones and such as are composed of two (benchmarks.lib.large_catalog), in 64 dimensions; requests are
spoken ones as they were recognised. Beyond a million the vectors have 32 dimensions (the main ones of the 64), those of
all names but the first million are made of two vectors each, not encoded, and half as many requests are asked. Every
index searches as the build would have it (catalog_tools.build.index_choice, Recall@64 of .99 on simulated requests) and
is measured in a fresh process on one core.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cost.latency import bind_to_one_core, times
from benchmarks.lib.large_catalog import (
    CACHE,
    ENCODED,
    ENCODER,
    catalog_names,
    large_vectors,
    spoken_requests,
)
from benchmarks.lib.plots import COLOURS, plt, save
from benchmarks.lib.results_file import (
    RESULTS,
    add_data_option,
    data_folder,
    found_result,
    markdown_table,
    write_result,
)
from catalog_tools.build.index_choice import (
    AT,
    choose_index,
    list_count,
    nearest_scores,
    recalls,
    sample_requests,
)
from edge_er.encoder.encoder import Encoder
from edge_er.errors import BuildError
from edge_er.index.exact import ExactIndex
from edge_er.index.faiss_index import FaissIndex, IndexSettings, import_faiss, open_index

REQUESTS = 1000
EXACT = "exact"
MEGABYTE = 1e6


class Material:
    """What all systems of one size share: vectors in a file, requests, and the exact scores."""

    def __init__(self, data: Path, size: int) -> None:
        self.size, self.vectors_file = size, CACHE / f"all-{size}.npy"
        encoder = Encoder.load(ENCODER)
        count = REQUESTS if size <= ENCODED else REQUESTS // 2
        spoken = encoder.encode([text for text, _, _ in spoken_requests(data, count)])
        simulated = encoder.encode(sample_requests(catalog_names(data, min(size, ENCODED)), "en"))
        large = large_vectors(data, size)
        vectors, self.requests, self.sample = large.vectors, large.asked(spoken), large.asked(simulated)
        np.save(self.vectors_file, vectors)
        self.vectors = np.load(self.vectors_file, mmap_mode="r")
        np.save(CACHE / f"requests-{size}.npy", self.requests)
        floors = nearest_scores(self.vectors, self.requests, AT)[:, [0, -1]]
        np.save(CACHE / f"floors-{size}.npy", floors)


def factories(size: int, dim: int) -> list[str]:
    """The kinds of index, as FAISS calls them."""
    lists = list_count(size)
    rough, fine = f"PQ{dim // 2}x4fs", f"PQ{dim}x4fs"
    kinds = [EXACT, rough, fine, f"IVF{lists},{fine}", f"IVF{lists},SQ8"]
    return kinds if size > ENCODED else [*kinds, f"IVF{lists},SQ4"]


def made(material: Material, factory: str) -> dict[str, Any] | None:
    """Build an index, choose how it is searched, measure it in a fresh process; None where it finds too little."""
    system: dict[str, Any] = {"factory": factory, "index_bytes": 0}
    file = CACHE / f"{factory.replace(',', '-')}-{material.size}.faiss"
    if factory != EXACT:
        start = time.perf_counter()
        try:
            choice = choose_index(material.vectors, material.sample, factory)
        except BuildError as error:
            print(error, file=sys.stderr)
            return None
        assert choice is not None  # an index that is asked for by name is there or refused
        system |= choice.settings.to_dict()
        system |= {"index_bytes": len(choice.data), "build_s": time.perf_counter() - start}
        file.write_bytes(choice.data)
    command = [
        sys.executable,
        "-m",
        "benchmarks.cost.search_scale",
        "--one",
        json.dumps(system),
        "--sizes",
        str(material.size),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    file.unlink(missing_ok=True)
    return {**system, **json.loads(done.stdout.splitlines()[-1])}


def measured(system: dict[str, Any], size: int) -> dict[str, Any]:
    """One system in this process: times, recall, and the memory that it took."""
    bind_to_one_core()
    vectors = np.load(CACHE / f"all-{size}.npy", mmap_mode="r")
    requests, floors = np.load(CACHE / f"requests-{size}.npy"), np.load(CACHE / f"floors-{size}.npy")
    owners = np.arange(size, dtype=np.int32)
    if system["factory"] != EXACT:
        import_faiss()  # what it takes itself is not the index's
    before, start = memory(), time.perf_counter()
    index: ExactIndex | FaissIndex
    if system["factory"] == EXACT:
        index = ExactIndex(vectors, owners)
    else:
        file = CACHE / f"{system['factory'].replace(',', '-')}-{size}.faiss"
        settings = replace(IndexSettings.from_manifest(system), candidates=AT)
        index = FaissIndex(vectors, owners, open_index(file), settings)
    load = time.perf_counter() - start
    named = {str(row): request[None] for row, request in enumerate(requests)}
    spent = times(lambda name: index.search(named[name], AT), list(named))
    after = memory()
    recall = (1.0, 1.0) if isinstance(index, ExactIndex) else recalls(index, requests, floors)
    return {
        **spent,
        "load_s": load,
        "recall_at_1": recall[0],
        "recall_at_64": recall[1],
        **{f"{kind}_mb": (after[kind] - before[kind]) / MEGABYTE for kind in after},
    }


def memory() -> dict[str, int]:
    """Bytes of this process: its own, and pages of files that it has mapped."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    fields = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return {"own": 1024 * int(fields["RssAnon"]), "mapped": 1024 * int(fields["RssFile"])}


def table(sizes: dict[str, Any]) -> str:
    """The figures as Markdown."""
    heading = [
        "names",
        "index",
        "p50 ms",
        "p99 ms",
        "Recall@1",
        "Recall@64",
        "bytes a name",
        "own MB",
        "mapped MB",
        "load s",
    ]
    rows = []
    for size, systems in sizes.items():
        for name, cell in systems.items():
            searched = f"{name}, {cell['nprobe']} lists" if cell.get("nprobe") else name
            times_ = [f"{cell[each]:.2f}" for each in ("p50_ms", "p99_ms")]
            recall = [f"{cell[each]:.3f}" for each in ("recall_at_1", "recall_at_64")]
            memory_ = [f"{max(cell[each], 0):.0f}" for each in ("own_mb", "mapped_mb")]
            taken = f"{cell['dim'] + cell['index_bytes'] / int(size):.0f}"
            rows.append(
                [f"{int(size):,}", searched, *times_, *recall, taken, *memory_, f"{cell['load_s']:.2f}"]
            )
    return (
        "# Search at scale\n\n"
        + markdown_table(heading, rows)
        + "\n\nOne core; recall is against the exact scan, on spoken requests as they were recognised. Bytes are those "
        "of the int8 vectors, which every kind keeps, and of the index. Own memory is the process's, mapped memory are "
        "pages of files that the requests touched and the system may take back. Kinds that do not find 99 % of the "
        "nearest 64 on simulated requests are left out. 10 million are 32-d, and 9 million of "
        "them made of two vectors each. Plot: search_scale.png."
    )


def plot(sizes: dict[str, Any], out: Path) -> None:
    """Time, recall and memory over the size."""
    figure, panels = plt.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    kinds: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for size, systems in sizes.items():
        for name, cell in systems.items():
            kind = re.sub(r"IVF\d+,", "IVF ", name)
            kind = kind.replace(f"PQ{cell['dim']}x", "fine PQ x").replace(
                f"PQ{cell['dim'] // 2}x", "rough PQ x"
            )
            kinds.setdefault(kind, []).append((int(size), cell))
    for colour, (kind, cells) in zip(COLOURS, kinds.items(), strict=False):
        x = [size for size, _ in cells]
        p50, p99 = ([cell[each] for _, cell in cells] for each in ("p50_ms", "p99_ms"))
        panels[0].plot(x, p50, "o-", color=colour, label=kind, ms=4)
        panels[0].fill_between(x, p50, p99, color=colour, alpha=0.12)
        panels[1].plot(x, [cell["recall_at_64"] for _, cell in cells], "o-", color=colour, ms=4)
        held = [max(cell["own_mb"], 0) + max(cell["mapped_mb"], 0) for _, cell in cells]
        panels[2].plot(x, held, "o-", color=colour, ms=4)
    panels[0].set(title="one request, ms: p50, shaded up to p99", yscale="log")
    panels[1].set(title="Recall@64 against the exact scan")
    panels[2].set(title="memory, MB (own and mapped)", yscale="log")
    for panel in panels:
        panel.set(xscale="log", xlabel="names")
        panel.grid(alpha=0.3)
    figure.legend(loc="outside lower center", ncols=5, frameon=False)
    save(figure, out)


def main() -> None:
    """Measure every size and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000, 10_000_000])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--add", action="store_true", help="keep other sizes of the result files")
    parser.add_argument("--result", default="search_scale", help="name of the result files")
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measured(json.loads(options.one), options.sizes[0])))
        return
    data = data_folder(options.data)
    sizes = dict((found_result(options.result) or {}).get("sizes", {})) if options.add else {}
    for size in options.sizes:
        material = Material(data, size)
        dim = material.vectors.shape[1]
        cells = {each: made(material, each) for each in factories(size, dim)}
        sizes[str(size)] = {each: {**cell, "dim": dim} for each, cell in cells.items() if cell}
        print(table({str(size): sizes[str(size)]}), flush=True)
    sizes = dict(sorted(sizes.items(), key=lambda item: int(item[0])))
    write_result("cost.search_scale", options.result, {"sizes": sizes}, table(sizes))
    plot(sizes, RESULTS / f"{options.result}.png")


if __name__ == "__main__":
    main()
