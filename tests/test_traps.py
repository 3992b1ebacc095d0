"""docs/traps.md names tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_line_names_tests_that_are_there() -> None:
    lines = [line for line in (ROOT / "docs" / "traps.md").read_text("utf-8").splitlines() if "::" in line]
    rows = [line for line in lines if line.startswith("| ")]
    assert len(rows) >= 25
    for row in rows:
        named = re.findall(r"`(tests/[\w/.]+)::(\w+)`", row)
        assert named, row
        for file, test in named:
            assert f"def {test}(" in (ROOT / file).read_text("utf-8"), (file, test)
