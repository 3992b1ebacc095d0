"""What `pip install .` brings: bytes on disk by package, import time, and that nothing heavy is imported to resolve.

    python -m benchmarks.install

A fresh virtual environment is made and removed again; pip fetches the dependencies as it is configured to.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_file import REPOSITORY, markdown_table, write_result

RUNS = 9
HEAVY = (
    "torch",
    "transformers",
    "pandas",
    "ray",
    "optimum",
    "onnx",
    "scipy",
    "sklearn",
    "polars",
    "pyarrow",
    "tensorflow",
    "rapidfuzz",
    "num2words",
    "text_to_num",
)
OWN = "edge-er"
SIZES = """
import json
from importlib.metadata import distributions
def size(file):
    path = file.locate()
    return path.stat().st_size if path.is_file() else 0
print(json.dumps({found.metadata["Name"].lower(): {"version": found.version, "bytes": sum(map(size, found.files or []))}
                  for found in distributions() if found.metadata["Name"] not in ("pip", "setuptools")}))
"""
PARTS = """
import json
from pathlib import Path
import edge_er
folder = Path(edge_er.__file__).parent
sizes = {"bundles and encoders": 0, "runtime and training code": 0}
for path in folder.rglob("*"):
    if path.is_file():
        model = "models" in path.relative_to(folder).parts
        sizes["bundles and encoders" if model else "runtime and training code"] += path.stat().st_size
print(json.dumps(sizes))
"""
IMPORT = (
    "import time; start = time.perf_counter(); import edge_er; print(1e3 * (time.perf_counter() - start))"
)
RESOLVE = """
import json, sys
from edge_er import EntityResolver
answer = EntityResolver.load(sys.argv[1]).resolve(sys.argv[2])
modules = sorted({name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names))
print(json.dumps({"decision": answer.decision, "best": answer.best and answer.best.name,
                  "modules": [name for name in modules if not name.startswith("_")]}))
"""


def run(python: Path, code: str, *arguments: str) -> str:
    """What a fresh process prints; it sees the environment's packages, not the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [str(python), "-I", "-c", code, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=python.parent
    )
    if done.returncode:
        sys.exit(f"the installed package failed:\n{done.stderr}")
    return done.stdout


def install(folder: Path) -> Path:
    """A fresh environment with the package in it; its Python."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(REPOSITORY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"pip install failed:\n{done.stderr}")
    return python


def heavy_ones(modules: list[str]) -> list[str]:
    """Which of `modules` a resolver must do without."""
    return [name for name in modules if name in HEAVY]


def measure(python: Path, bundle: str, query: str) -> dict[str, Any]:
    """All figures of one installed environment."""
    packages = json.loads(run(python, SIZES))
    times = [float(run(python, IMPORT)) for _ in range(RUNS)]
    answer = json.loads(run(python, RESOLVE, bundle, query))
    return {
        "packages": dict(sorted(packages.items(), key=lambda item: -item[1]["bytes"])),
        "total_bytes": sum(found["bytes"] for found in packages.values()),
        "own_parts": json.loads(run(python, PARTS)),
        "import_ms": float(np.median(times)),
        "resolved": {"bundle": bundle, "query": query, **answer, "heavy": heavy_ones(answer["modules"])},
    }


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    rows = [
        [name, found["version"], f"{found['bytes'] / 1e6:.2f}"] for name, found in figures["packages"].items()
    ]
    answer, parts = figures["resolved"], figures["own_parts"]
    shown = ", ".join(f"{name} {size / 1e6:.2f} MB" for name, size in parts.items())
    return "\n\n".join(
        [
            "# What pip install brings",
            markdown_table(
                ["package", "version", "MB on disk"],
                [*rows, ["all", "", f"{figures['total_bytes'] / 1e6:.2f}"]],
            ),
            f"Of {OWN}: {shown}.",
            f"`import edge_er` takes {figures['import_ms']:.0f} ms, the median of {RUNS} fresh processes.",
            f"Resolving {answer['query']!r} with {answer['bundle']} ({answer['decision']}, {answer['best']}) imports "
            f"these packages outside the standard library: {', '.join(answer['modules'])}. "
            f"Heavy ones among them: {', '.join(answer['heavy']) or 'none'}.",
        ]
    )


def main() -> None:
    """Install, measure, write the result files; exit with 1 if anything heavy was imported."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", default="radio_es")
    parser.add_argument("--query", default="pon la cadena ser")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(install(Path(folder) / "environment"), options.bundle, options.query)
    write_result("install", "install", figures, table(figures))
    print(table(figures))
    if figures["resolved"]["heavy"]:
        sys.exit(f"imported: {', '.join(figures['resolved']['heavy'])}")


if __name__ == "__main__":
    main()
