"""A source is read in the memory of a few of its rows, however many it has."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import pytest

from catalog_tools.readers.sources import read_records
from edge_er.errors import CatalogError

ROWS = 8_000
NOTE = "x" * 300
LEAST_FILE, MOST_MEMORY = 2_400_000, 1_300_000  # bytes

WRITTEN = {
    "a.csv": ("name,note\n", f"Name {{}},{NOTE}\n", ""),
    "a.jsonl": ("", f'{{{{"name": "Name {{}}", "note": "{NOTE}"}}}}\n', ""),
    "a.json": ('[{"name": "0"}', f',{{{{"name": "Name {{}}", "note": "{NOTE}"}}}}', "]"),
    "a.m3u": ("#EXTM3U\n", f"#EXTINF:1,Name {{}}\nhttps://x.example/{NOTE}\n", ""),
    "a.vcf": ("", f"BEGIN:VCARD\nFN:Name {{}}\nNOTE:{NOTE}\nEND:VCARD\n", ""),
}


def _peak(file: Path) -> tuple[int, int]:
    """Rows and the most bytes held while they are read."""
    tracemalloc.start()
    rows = sum(1 for _ in read_records(file))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return rows, peak


@pytest.mark.parametrize("name", WRITTEN)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    begin, row, end = WRITTEN[name]
    file = tmp_path / name
    file.write_text(begin + "".join(row.format(at) for at in range(ROWS)) + end)
    assert file.stat().st_size > LEAST_FILE
    rows, peak = _peak(file)
    assert rows == ROWS + (name == "a.json")
    assert peak < MOST_MEMORY


def test_a_line_without_end_is_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"name": "A"}) + "\n" + "x" * 30_000_000 + "\n")
    tracemalloc.start()
    reader = read_records(file)
    assert next(reader).name == "A"
    with pytest.raises(CatalogError, match="more than 1000000 characters in one line"):
        next(reader)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12_000_000
