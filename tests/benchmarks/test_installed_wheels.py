"""Which Pythons the wheel is tried on, and how sizes and the memory of the service are told."""

from __future__ import annotations

import re
import subprocess

from benchmarks.cost import service_memory
from benchmarks.cost.wheels import interpreters, table
from benchmarks.lib.results_file import REPOSITORY


def test_every_python_of_the_project_is_looked_for() -> None:
    found = dict(interpreters())
    least = re.findall(r'requires-python = ">=([\d.]+)"', (REPOSITORY / "pyproject.toml").read_text("utf-8"))
    assert least[0] in found and len(found) >= 3
    assert any(found.values())
    for version, python in found.items():
        if python:
            told = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout
            assert told.startswith(f"Python {version}.")


def test_sizes_are_in_megabytes_and_what_is_missing_is_named() -> None:
    used = {"3.10": {"installed_bytes": {"edge-er": 15_000_000, "numpy": 70_500_000}, "answer": "Cadena SER"}}
    text = table("edge_er.whl", 9_900_000, used, ["3.14"])
    assert "`edge_er.whl`, 9.9 MB" in text
    assert "| 3.10 | 2 | 85.5 | 15.0 | Cadena SER |" in text
    assert text.endswith("Not found on this machine: Python 3.14.")


def test_memory_is_told_part_by_part() -> None:
    noted = [{"requests": 0, "mb": 72.5, "failures": 0}, {"requests": 100_000, "mb": 72.6, "failures": 1}]
    text = service_memory.table(noted)
    assert "| 0 | 72.5 | 0 |" in text
    assert "| 100,000 | 72.6 | 1 |" in text
