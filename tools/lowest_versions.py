"""Pins of the lowest versions that pyproject.toml allows, so that its lower bounds can be tested.

    python -m tools.lowest_versions catalog test > pins.txt
    pip install -r pins.txt '.[catalog,test]'

Prints one `name==version` a line for the project's dependencies and those of the named extras, with their markers.
What those packages need in turn is not pinned.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def read_project(path: Path = PYPROJECT) -> dict[str, Any]:
    """The `[project]` table of a pyproject.toml."""
    return tomllib.loads(path.read_text(encoding="utf-8"))["project"]


def requirements(project: Mapping[str, Any], extras: Iterable[str]) -> Iterator[Requirement]:
    """Direct requirements of a `[project]` table with some extras; an extra that names another brings that one too.

    Raises:
        ValueError: The project has no such extra.
    """
    known = project["optional-dependencies"]
    waiting, seen = list(extras), set()
    lines = list(project["dependencies"])
    while waiting:
        extra = waiting.pop()
        if extra not in known:
            raise ValueError(
                f"pyproject.toml: no extra {extra!r}; expected one of {', '.join(sorted(known))}"
            )
        if extra not in seen:
            seen.add(extra)
            lines += known[extra]
            own = (each for each in map(Requirement, known[extra]) if each.name == project["name"])
            waiting += [name for each in own for name in each.extras]
    for requirement in map(Requirement, lines):
        if requirement.name != project["name"]:
            yield requirement


def lowest(requirement: Requirement) -> Version:
    """The version after `>=` or `==`.

    Raises:
        ValueError: The requirement has no lower bound, or several.
    """
    bounds = [Version(each.version) for each in requirement.specifier if each.operator in (">=", "==")]
    if len(bounds) != 1:
        raise ValueError(f"pyproject.toml: {requirement}: expected one lower bound (>=), found {len(bounds)}")
    return bounds[0]


def pins(project: Mapping[str, Any], extras: Iterable[str]) -> list[str]:
    """`name==version` lines, sorted; of several lower bounds of one package the highest."""
    highest: dict[tuple[str, str], Version] = {}
    for each in requirements(project, extras):
        wanted = f"[{','.join(sorted(each.extras))}]" if each.extras else ""
        key = canonicalize_name(each.name) + wanted, f"; {each.marker}" if each.marker else ""
        highest[key] = max(highest.get(key, lowest(each)), lowest(each))
    return sorted(f"{name}=={version}{marker}" for (name, marker), version in highest.items())


def main() -> None:
    """Print the pins of the extras named on the command line."""
    parser = argparse.ArgumentParser(description="Pins of the lowest versions that pyproject.toml allows.")
    parser.add_argument("extras", nargs="*", help="Extras to include.")
    print("\n".join(pins(read_project(), parser.parse_args().extras)))


if __name__ == "__main__":
    main()
