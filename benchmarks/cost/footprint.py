"""What `pip install .` puts on disk, how long the import takes, and what an answer does not import.

    python -m benchmarks.cost.footprint

Installs the repository into a fresh virtual environment in a temporary folder, and resolves a request there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import REPOSITORY, markdown_table, write_result

HEAVY = ("torch", "transformers", "pandas", "ray", "sklearn", "scipy", "onnx", "typer", "rich")
FRESH_PROCESSES = 5
INSTALLED = """
import json
from importlib.metadata import distributions
sizes = {}
for found in distributions():
    files = [file.locate() for file in found.files or ()]
    sizes[found.name] = sum(file.stat().st_size for file in files if file.is_file())
print(json.dumps(sizes))
"""
ANSWER = """
import json, sys, time
start = time.perf_counter()
from edge_er import EntityResolver
imported = time.perf_counter()
answer = EntityResolver.load(sys.argv[1]).resolve(sys.argv[2]).matches[0].name
roots = {name.partition(".")[0] for name in sys.modules}
print(json.dumps({"import_ms": 1e3 * (imported - start), "modules": len(sys.modules), "answer": answer,
                  "imported": sorted(roots & set(sys.argv[3].split(",")))}))
"""


def install(folder: Path) -> Path:
    """The Python of a fresh virtual environment in `folder`, with the repository installed into it and nothing else."""
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if (folder / "Scripts").is_dir() else "bin/python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", REPOSITORY], cwd=folder, check=True)
    return python


def measure(python: Path, bundle: str, query: str) -> dict[str, Any]:
    """Bytes by installed package, largest first, and what a fresh process imports until it has answered."""
    sizes: dict[str, int] = run_python(python, INSTALLED)
    runs = [run_python(python, ANSWER, bundle, query, ",".join(HEAVY)) for _ in range(FRESH_PROCESSES)]
    own = {name: size for name, size in sizes.items() if name not in ("pip", "setuptools")}
    return {
        "installed_bytes": dict(sorted(own.items(), key=lambda item: -item[1])),
        "import_ms": statistics.median(run["import_ms"] for run in runs),
        "modules": runs[0]["modules"],
        "answer": runs[0]["answer"],
        "not_imported": [name for name in HEAVY if name not in runs[0]["imported"]],
    }


def run_python(python: Path, code: str, *arguments: str) -> Any:
    """The JSON that `code` prints, run away from the repository, so that only what is installed can be imported."""
    command: list[str | Path] = [python, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=python.parent)
    return json.loads(done.stdout)


def table(figures: dict[str, Any]) -> str:
    """The figures as Markdown."""
    sizes = figures["installed_bytes"]
    rows = [[name, f"{size / 1e6:.1f}"] for name, size in {**sizes, "together": sum(sizes.values())}.items()]
    return "\n\n".join(
        [
            "# What pip installs",
            markdown_table(["package", "MB on disk"], rows),
            f"`import edge_er` takes {figures['import_ms']:.0f} ms (median of {FRESH_PROCESSES} fresh processes). "
            f"After the answer {figures['answer']!r} {figures['modules']} modules are loaded, none of "
            f"{', '.join(figures['not_imported'])}.",
        ]
    )


def main() -> None:
    """Install, measure and write the result files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", default="radio_es", help="name or path of a bundle")
    parser.add_argument("--query", default="pon la cadena ser")
    options = parser.parse_args()
    uses(options.bundle)
    os.environ.pop("PYTHONPATH", None)  # it must not lend a package
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(install(Path(folder)), options.bundle, options.query)
    write_result("cost.footprint", "footprint", figures, table(figures))
    print(table(figures))


if __name__ == "__main__":
    main()
