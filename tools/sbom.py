"""A bill of materials of what is installed: CycloneDX 1.5 in JSON, with versions, licences and who needs whom.

    python -m tools.sbom build/sbom.json

Lists the project, the packages that it and its extras need, and what these need in turn, as far as they are installed
where this runs. The same environment gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

__all__ = ["bill_of_materials"]

PROJECT = "edge-er"


def bill_of_materials(project: str = PROJECT) -> dict[str, Any]:
    """The document, for the project as it is installed.

    Raises:
        importlib.metadata.PackageNotFoundError: the project is not installed.
    """
    found: dict[str, Distribution] = {}
    needs: dict[str, list[str]] = {}
    waiting = [project]
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            if name == canonicalize_name(project):
                raise
            continue
        needs[name] = sorted(set(_needed(found[name], every_extra=name == canonicalize_name(project))))
        waiting += needs[name]
    components = [_component(name, found[name]) for name in sorted(found)]
    own = canonicalize_name(project)
    refs = {each["name"]: each["bom-ref"] for each in components}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {**next(each for each in components if each["name"] == own), "type": "application"}
        },
        "components": [each for each in components if each["name"] != own],
        "dependencies": [
            {"ref": refs[name], "dependsOn": sorted(refs[each] for each in needs[name] if each in refs)}
            for name in sorted(found)
        ],
    }


def _needed(package: Distribution, every_extra: bool) -> Iterator[str]:
    """Names of the packages that one needs here; of the project with all of its extras."""
    for line in package.requires or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        marker = requirement.marker
        if marker is None or marker.evaluate({"extra": ""}) or (every_extra and "extra" in str(marker)):
            yield canonicalize_name(requirement.name)


def _component(name: str, package: Distribution) -> dict[str, Any]:
    said = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    short = said.strip().partition("\n")[0]
    licences = {"licenses": [{"license": {"name": short[:100]}}]} if short else {}
    address = f"pkg:pypi/{name}@{package.version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": name,
        "version": package.version,
        "purl": address,
        **licences,
    }


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    bill = bill_of_materials()
    out.write_text(json.dumps(bill, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{out}: {len(bill['components'])} packages")


if __name__ == "__main__":
    main()
