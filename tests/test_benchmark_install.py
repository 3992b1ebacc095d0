"""What the install benchmark reports, without installing anything."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from benchmarks import install


def test_a_process_prints_and_a_failure_ends_with_its_reason(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    code = "import sys; print(sys.argv[1], any(path == sys.argv[2] for path in sys.path))"
    assert install.run(Path(sys.executable), code, "an argument", str(tmp_path)) == "an argument False\n"
    with pytest.raises(SystemExit, match="no such thing"):
        install.run(Path(sys.executable), "raise ValueError('no such thing')")


def test_sizes_are_those_of_the_installed_packages() -> None:
    found = json.loads(install.run(Path(sys.executable), install.SIZES))
    assert found["numpy"]["bytes"] > 10e6
    assert "pip" not in found


def test_heavy_modules_are_named_in_the_report() -> None:
    assert install.heavy_ones(["numpy", "torch", "tokenizers", "pandas"]) == ["torch", "pandas"]
    figures = {
        "packages": {"numpy": {"version": "2", "bytes": 70_000_000}},
        "total_bytes": 70_000_000,
        "own_parts": {"bundles and encoders": 14_000_000},
        "import_ms": 57.3,
        "resolved": {
            "bundle": "b",
            "query": "q",
            "decision": "match",
            "best": "B",
            "modules": ["numpy", "torch"],
            "heavy": ["torch"],
        },
    }
    text = install.table(figures)
    assert "| numpy | 2 | 70.00 |" in text
    assert "Heavy ones among them: torch." in text
    assert "takes 57 ms" in text
