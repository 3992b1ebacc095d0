"""The build hook: a wheel with compiled kernels where a C compiler is found, one for every machine where none is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from engines import build_module
from tiny import REPOSITORY, module_at, require


class Hook:
    """What hatchling gives a hook."""

    target_name = "wheel"

    def __init__(self) -> None:
        self.root, self.warnings = str(REPOSITORY), list[str]()
        self.app = SimpleNamespace(display_warning=self.warnings.append)


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Any:
    interface = ModuleType("hatchling.builders.hooks.plugin.interface")
    interface.BuildHookInterface = Hook  # type: ignore[attr-defined]
    for name in (
        "hatchling",
        "hatchling.builders",
        "hatchling.builders.hooks",
        "hatchling.builders.hooks.plugin",
    ):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    for name in ("EDGE_ER_KERNELS", "EDGE_ER_LIBRARY", "EDGE_ER_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return module_at(REPOSITORY / "hatch_build.py").KernelsBuildHook()


def built(hook: Any, version: str = "standard") -> dict[str, Any]:
    data: dict[str, Any] = {"pure_python": True, "force_include": {}}
    hook.initialize(version, data)
    return data


def test_a_wheel_has_the_kernels(hook: Any) -> None:
    require("compiler", build_module().compiler_of_system() is not None, "no C compiler is found")
    data = built(hook)
    ((library, place),) = data["force_include"].items()
    assert Path(library).stat().st_size > 10_000
    assert place.startswith("edge_er/native/kernels.")
    assert data["tag"].startswith("py3-none-")
    assert not data["pure_python"]
    assert hook.warnings == []


@pytest.mark.parametrize("compiler", ["/nowhere/cc", "false"])
def test_without_a_compiler_it_is_for_every_machine(
    hook: Any, monkeypatch: pytest.MonkeyPatch, compiler: str
) -> None:
    monkeypatch.setenv("CC", compiler)
    assert built(hook) == {"pure_python": True, "force_include": {}}
    assert "without compiled kernels" in hook.warnings[0]
    monkeypatch.setenv("EDGE_ER_KERNELS", "required")
    with pytest.raises((OSError, subprocess.CalledProcessError)):
        built(hook)


def test_kernels_can_be_left_out(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ER_KERNELS", "no")
    assert built(hook) == {"pure_python": True, "force_include": {}}
    hook.target_name = "sdist"
    monkeypatch.delenv("EDGE_ER_KERNELS")
    assert built(hook) == {"pure_python": True, "force_include": {}}


def test_a_library_for_another_machine_has_its_tag(hook: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ER_LIBRARY", "/made/kernels.dll")
    monkeypatch.setenv("EDGE_ER_PLATFORM", "win_other")
    data = built(hook)
    assert data["tag"] == "py3-none-win_other"
    assert data["force_include"] == {"/made/kernels.dll": "edge_er/native/kernels.dll"}
