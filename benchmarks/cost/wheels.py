"""The wheel on every Python that pyproject.toml names: its size, what an install of it puts on disk, and an answer.

    python -m benchmarks.cost.wheels

Builds the wheel, installs it into a fresh virtual environment of each Python that is on PATH or in pyenv, and resolves
a request there, away from the repository. Pythons that are not found are named. It takes no times.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.cost.footprint import ANSWER, INSTALLED, run_python
from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import REPOSITORY, markdown_table, write_result

BUNDLE, QUERY = "radio_es", "pon la cadena ser"
NAMED = re.compile(r'"Programming Language :: Python :: (3\.\d+)"')


def interpreters() -> Iterator[tuple[str, Path | None]]:
    """Each version that pyproject.toml names and its interpreter, found as .ci/interpreters finds it."""
    for version in NAMED.findall((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")):
        find = f". .ci/pythons.sh && find_python {version}"
        done = subprocess.run(["bash", "-c", find], cwd=REPOSITORY, capture_output=True, text=True)
        yield version, Path(done.stdout.strip()) if done.returncode == 0 else None


def build_wheel(folder: Path) -> Path:
    """The wheel of the repository, in a folder."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        folder,
        REPOSITORY,
    ]
    subprocess.run(command, cwd=folder, check=True)
    return next(folder.glob("*.whl"))


def use(interpreter: Path, wheel: Path, folder: Path) -> dict[str, Any]:
    """Install a wheel into a fresh environment of an interpreter; bytes by package, and what is answered."""
    subprocess.run([interpreter, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], cwd=folder, check=True)
    sizes: dict[str, int] = run_python(python, INSTALLED)
    own = {name: size for name, size in sizes.items() if name not in ("pip", "setuptools")}
    answered = run_python(python, ANSWER, BUNDLE, QUERY, "")
    return {"installed_bytes": own, "answer": answered["answer"]}


def table(wheel: str, size: int, used: dict[str, dict[str, Any]], missing: Iterable[str]) -> str:
    """The figures as Markdown."""
    rows = [
        [
            version,
            str(len(found["installed_bytes"])),
            f"{sum(found['installed_bytes'].values()) / 1e6:.1f}",
            f"{found['installed_bytes']['edge-er'] / 1e6:.1f}",
            found["answer"],
        ]
        for version, found in used.items()
    ]
    headings = ["Python", "packages", "MB on disk", "of these edge-er", f"{QUERY!r} is answered"]
    parts = [
        "# The wheel, installed",
        f"`{wheel}`, {size / 1e6:.1f} MB, with the five bundles of stations and the compiled kernels.",
        markdown_table(headings, rows),
    ]
    if lacking := ", ".join(missing):
        parts.append(f"Not found on this machine: Python {lacking}.")
    return "\n\n".join(parts)


def main() -> None:
    """Build, install, ask, and write the result files."""
    os.environ.pop("PYTHONPATH", None)  # it must not lend a package
    uses(BUNDLE)
    found = dict(interpreters())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wheel").mkdir()
        wheel = build_wheel(folder / "wheel")
        size = wheel.stat().st_size
        used = {
            version: use(python, wheel, folder / version)
            for version, python in found.items()
            if python is not None
        }
    missing = [version for version in found if version not in used]
    text = table(wheel.name, size, used, missing)
    print(text)
    figures = {"wheel": wheel.name, "wheel_bytes": size, "pythons": used, "not_found": missing}
    write_result("cost.wheels", "wheels", figures, text)


if __name__ == "__main__":
    main()
