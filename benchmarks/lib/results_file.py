"""Where benchmarks read from and write to."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shlex
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.lib.measured_models import measured, watch
from edge_er.bundle import locate
from edge_er.bundle.atomic import write_json, write_text
from edge_er.errors import CatalogError
from tools.documents import REPOSITORY, markdown_table, percent

__all__ = [
    "LANGUAGES",
    "REPOSITORY",
    "RESULTS",
    "add_data_option",
    "command_line",
    "data_folder",
    "found_result",
    "machine",
    "markdown_table",
    "percent",
    "read_result",
    "source_line",
    "write_result",
]

RESULTS = Path(os.environ.get("EDGE_ER_RESULTS") or REPOSITORY / "benchmarks" / "results")
watch()
PACKAGES = ("numpy", "onnxruntime", "tokenizers", "rapidfuzz", "scikit-learn", "torch")
LANGUAGES = ("de", "en", "fr", "it", "es")


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """The option that says where the data folder is."""
    parser.add_argument("--data", type=Path, help="data folder (default: $EDGE_ER_DATA, else ../shared/data)")


def data_folder(option: Path | None) -> Path:
    """The data folder: the option, else the environment variable EDGE_ER_DATA, else ../shared/data.

    Raises:
        SystemExit: there is no such folder; says where it was looked for.
    """
    try:
        return locate.data_folder(option)
    except CatalogError as error:
        sys.exit(f"error: {error}")


def command_line(module: str) -> str:
    """The command that is running, without the places of the data folder and of other checkouts."""
    words = sys.argv[1:]
    if "--data" in words:
        at = words.index("--data")
        words = [*words[:at], *words[at + 2 :]]
    for at, word in enumerate(words[:-1]):
        if word == "--package-path":
            words[at + 1] = f"{words[at + 1].partition('=')[0]}=FOLDER"
    return shlex.join(["python", "-m", f"benchmarks.{module}", *words])


def machine() -> dict[str, str]:
    """What ran: processor, Python and the versions of the packages that matter."""
    packages = {}
    for package in PACKAGES:
        try:
            packages[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"processor": _processor(), "python": platform.python_version(), **packages}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def write_result(module: str, name: str, figures: dict[str, Any], markdown: str) -> None:
    """Write NAME.json and NAME.md, both with the command that made them, to results/ or $EDGE_ER_RESULTS.

    The JSON also has the checksums of the shipped models that the benchmark read (``measured_models``).
    """
    command = command_line(module)
    whole = {"command": command, "machine": machine(), "models": measured(), **figures}
    write_json(RESULTS / f"{name}.json", whole)
    write_text(RESULTS / f"{name}.md", f"{markdown.rstrip()}\n\nMade by `{command}`.\n")


def read_result(name: str) -> dict[str, Any]:
    """The figures of results/NAME.json."""
    figures: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return figures


def found_result(name: str) -> dict[str, Any] | None:
    """The result file of that name; None where there is none."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def source_line(name: str, result: dict[str, Any]) -> str:
    """Where a table comes from, for Markdown."""
    return f"From [{name}.md](benchmarks/results/{name}.md), made by `{result['command']}`."
