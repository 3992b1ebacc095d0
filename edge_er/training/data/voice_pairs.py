"""Names spoken by many voices and heard by several recognisers: a folder of files of `edge-er voice`, by language.

A row has the fields of `edge-er voice`, and beside them the `voice` that spoke and the `recogniser` that heard. Rows of
split dev are for judging: nothing is fitted on them. `tools/voice_pairs.py` makes the folder models/voice_pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge_er.errors import EdgeERError
from edge_er.training.data.sources import existing, read_rows

__all__ = ["FIELDS", "voice_pair_rows"]

FIELDS = ("voice", "recogniser", "split", "lang", "entity", "carrier", "text", "asr", "asr_noisy")


def voice_pair_rows(folder: Path, split: str) -> Iterator[dict[str, Any]]:
    """The rows of a split, in the order of the files' names.

    Raises:
        EdgeERError: there is no file, or a row lacks a field; names file and row.
    """
    files = sorted(folder.glob("*.jsonl.gz"))
    for file in files or [existing(folder / "LANG.jsonl.gz")]:
        for number, row in enumerate(read_rows(file), start=1):
            lacking = [field for field in FIELDS if not isinstance(row.get(field), str)]
            if lacking:
                raise EdgeERError(f"{file}, row {number}: expected a text in {', '.join(lacking)}")
            if row["split"] == split:
                yield row
