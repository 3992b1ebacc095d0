"""Wheels with kernels: what is asked of the build for each machine; and one by zig, where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from engines import build_module

from tools import kernel_wheels
from tools.kernel_wheels import TARGETS, TESTED, build_wheel


def test_every_target_has_a_library_and_a_tag() -> None:
    assert set(TESTED) <= set(TARGETS)
    assert {target.system for target in TARGETS.values()} == set(build_module().NAMES)
    assert len({target.platform for target in TARGETS.values()}) == len(TARGETS)
    for target in TARGETS.values():
        assert target.zig.startswith(target.processor)


def test_the_build_is_told_library_and_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def run(command: list[str], *, check: bool, env: dict[str, str]) -> None:
        asked.append((command, env))
        (tmp_path / "edge_er-9-py3-none-musllinux_1_2_aarch64.whl").touch()

    monkeypatch.setattr(kernel_wheels.subprocess, "run", run)
    monkeypatch.setattr(kernel_wheels, "compile_library", lambda target, folder: folder / target.zig)
    assert build_wheel("musl-aarch64", tmp_path, "python").name.startswith("edge_er-9")
    ((command, environment),) = asked
    assert command[:4] == ["python", "-m", "pip", "wheel"]
    assert environment["EDGE_ER_LIBRARY"].endswith("/aarch64-linux-musl")
    assert environment["EDGE_ER_PLATFORM"] == "musllinux_1_2_aarch64"
    assert environment["EDGE_ER_KERNELS"] == "required"


def test_zig_takes_another_name_for_x86_64_v3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build, said = build_module(), list[list[str]]()

    def run(command: list[str], check: bool) -> None:
        said.append(command)
        Path(command[command.index("-o") + 1]).write_bytes(b"made")

    monkeypatch.setattr(build.subprocess, "run", run)
    for compiler, option in ((["zig", "cc"], "-march=x86_64_v3"), (["gcc"], "-march=x86-64-v3")):
        said.clear()
        assert build.compile_kernels(compiler, tmp_path, "linux", True).read_bytes() == b"made"
        assert sum(option in command for command in said) == len(build.KERNELS)
        assert sum("-DER_VARIANT=base" in command for command in said) == len(build.KERNELS)


@pytest.mark.skipif(importlib.util.find_spec("ziglang") is None, reason="ziglang is not installed")
def test_a_wheel_by_zig(tmp_path: Path) -> None:
    try:
        wheel = build_wheel("linux-x86_64", tmp_path)
    except subprocess.CalledProcessError:
        pytest.skip("ziglang: the wheel needs hatchling, which cannot be fetched")
    assert "edge_er/native/kernels.so" in zipfile.ZipFile(wheel).namelist()
