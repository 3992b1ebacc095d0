"""Build hook: a wheel gets the compiled kernels where a C compiler is found, and is for every machine where none is.

EDGE_ER_KERNELS=no         no kernels
EDGE_ER_KERNELS=required   without them the build fails
EDGE_ER_LIBRARY=FILE       a library that is compiled already, and
EDGE_ER_PLATFORM=TAG       the platform tag of the wheel, for another machine (tools/kernel_wheels.py)
"""

from __future__ import annotations

import importlib.util
import os
import platform
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelsBuildHook(BuildHookInterface):
    """Compiles the kernels for a wheel, for an editable install into the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile them before the files of a wheel are put together."""
        wanted = os.environ.get("EDGE_ER_KERNELS", "")
        if self.target_name != "wheel" or wanted == "no":
            return
        try:
            library = _library(Path(self.root), version == "editable")
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            if wanted == "required":
                raise
            self.app.display_warning(f"edge-er is built without compiled kernels: {error}")
            return
        here = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data.update(pure_python=False, tag=f"py3-none-{os.environ.get('EDGE_ER_PLATFORM', here)}")
        if version != "editable":
            build_data["force_include"][str(library)] = f"edge_er/native/{library.name}"


def _library(root: Path, editable: bool) -> Path:
    """The library of the kernels: the one that is given, or compiled now."""
    if given := os.environ.get("EDGE_ER_LIBRARY"):
        return Path(given)
    build = _build_module(root)
    compiler = build.compiler_of_system()
    if compiler is None:
        raise FileNotFoundError("no C compiler is found (CC, cc, gcc or clang)")
    place = build.PACKAGE if editable else Path(tempfile.mkdtemp(prefix="edge_er_kernels"))
    x86_64 = platform.machine().lower() in ("x86_64", "amd64")
    library: Path = build.compile_kernels(compiler, place, platform.system().lower(), x86_64)
    return library


def _build_module(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("edge_er_native_build", root / "native" / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
