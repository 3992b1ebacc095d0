"""A lock file: every package of an installation with its version and the SHA-256 of its archive.

    python -m tools.lock catalog eval faiss sign test > requirements.lock

Asks pip for the archives that it would install on this machine, with the versions of constraints.txt.
`pip install --require-hashes -r requirements.lock` then takes these archives and no others.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tools.lowest_versions import PYPROJECT, read_project, requirements

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["lock_lines", "report_of"]

CONSTRAINTS = PYPROJECT.with_name("constraints.txt")


def report_of(extras: Sequence[str]) -> dict[str, Any]:
    """What pip would install to build the project, for its dependencies and for those of some extras.

    Raises:
        subprocess.CalledProcessError: pip finds no such set of packages.
    """
    build = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["build-system"]["requires"]
    wanted = [*build, *(str(each) for each in requirements(read_project(), extras))]
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--dry-run",
        "--ignore-installed",
        "--report",
        "-",
    ]
    done = subprocess.run([*command, "-c", CONSTRAINTS, *wanted], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def lock_lines(report: Mapping[str, Any], extras: Sequence[str]) -> Iterator[str]:
    """The lines of the lock file, sorted by name.

    Raises:
        ValueError: pip does not know the SHA-256 of an archive.
    """
    system = report["environment"]
    yield f"# For CPython {system['python_version']} on {system['sys_platform']} {system['platform_machine']}: made by"
    yield f"#     python -m tools.lock {' '.join(extras)} > requirements.lock"
    packages = {each["metadata"]["name"].lower().replace("_", "-"): each for each in report["install"]}
    for name, each in sorted(packages.items()):
        digest = each["download_info"].get("archive_info", {}).get("hashes", {}).get("sha256")
        if digest is None:
            raise ValueError(f"{name}: expected an archive with a SHA-256, found {each['download_info']}")
        yield f"{name}=={each['metadata']['version']} --hash=sha256:{digest}"


def main() -> None:
    """Print the lock file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("extras", nargs="*")
    extras = parser.parse_args().extras
    print("\n".join(lock_lines(report_of(extras), extras)))


if __name__ == "__main__":
    main()
