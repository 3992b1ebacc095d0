"""Telling the encoding of station names that old spreadsheets wrote: ours beside charset-normalizer.

    python -m benchmarks.product.source_encodings

Names are drawn from the stations of seven countries and written in each of three encodings; a draw is right where the
text comes back letter for letter.
"""

from __future__ import annotations

import argparse
import io
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from benchmarks.lib.results_file import add_data_option, data_folder, markdown_table, write_result
from catalog_tools.readers.encodings import WESTERN, detect_encoding
from catalog_tools.readers.sources import read_records

COUNTRIES = ("DE", "AT", "FR", "BE", "ES", "MX", "IT")
SIZES = (1, 5, 20, 100)
DRAWS = 40
SEED = 5


def ours(data: bytes) -> str:
    """The text as `read_records` reads it."""
    encoding, _ = detect_encoding(io.BytesIO(data))
    return data.decode(encoding, "replace")


def charset_normalizer(data: bytes) -> str:
    """The text as charset-normalizer reads it; empty where it gives none."""
    return str(from_bytes(data).best() or "")


SYSTEMS: dict[str, Callable[[bytes], str]] = {"edge-er": ours, "charset-normalizer": charset_normalizer}


def names_by_country(data: Path) -> dict[str, list[str]]:
    """The names of all stations of the countries."""
    names: dict[str, list[str]] = {country: [] for country in COUNTRIES}
    with read_records(data / "stations" / "stations.jsonl.gz") as records:
        for record in records:
            if record.metadata["country"] in names:
                names[record.metadata["country"]].append(record.name)
    return names


def measured(names: dict[str, list[str]], encoding: str, size: int) -> dict[str, int]:
    """Draws that hold a letter beyond ASCII, and those of them that each system reads right."""
    rng = random.Random(f"{SEED} {encoding} {size}")
    counts = {"draws": 0, **dict.fromkeys(SYSTEMS, 0)}
    for listed in names.values():
        for _ in range(DRAWS):
            data = "\n".join(["name", *rng.sample(listed, size)]).encode(encoding, "ignore")
            if data.isascii():
                continue
            counts["draws"] += 1
            for system, read in SYSTEMS.items():
                counts[system] += read(data) == data.decode(encoding)
    return counts


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_data_option(parser)
    names = names_by_country(data_folder(parser.parse_args().data))
    right: dict[str, Any] = {
        encoding: {str(size): measured(names, encoding, size) for size in SIZES} for encoding in WESTERN
    }
    rows = [
        [
            encoding,
            size,
            f"{counts['draws']}",
            *(f"{counts[system] / counts['draws']:.3f}".lstrip("0") for system in SYSTEMS),
        ]
        for encoding, sizes in right.items()
        for size, counts in sizes.items()
    ]
    markdown = "# Encodings told from names\n\n" + markdown_table(
        ["encoding", "names", "draws", *SYSTEMS], rows
    )
    write_result("product.source_encodings", "source_encodings", {"right": right}, markdown)
    print(markdown)


if __name__ == "__main__":
    main()
