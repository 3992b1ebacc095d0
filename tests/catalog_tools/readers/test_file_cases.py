"""Files as users have them become the entries that a person reads in them."""

from __future__ import annotations

import json
import warnings

import pytest
from tiny import REPOSITORY

from catalog_tools.readers.sources import SourceOptions, SourceWarning, read_records

CASES = sorted((REPOSITORY / "tests" / "data" / "cases").glob("file_*"))


def test_all_are_here() -> None:
    assert len(CASES) == 53


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_file_becomes_what_a_person_reads_in_it(case, tmp_path) -> None:
    about = json.loads((case / "about.json").read_text("utf-8"))
    (file,) = (path for path in case.iterdir() if path.name != "about.json")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SourceWarning)
        records = list(read_records(file, SourceOptions(rejects=tmp_path / "rejects.jsonl")))
    expected = about["expected"]
    if isinstance(expected[0], list):  # names with their aliases, or the groups of a playlist
        found = [[one.name, list(one.aliases) or one.metadata.get("tags")] for one in records]
    else:
        found = [one.name for one in records]
    assert found == expected
