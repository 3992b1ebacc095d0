"""Wheels with compiled kernels for several machines, from this one: `python -m tools.kernel_wheels --out dist`.

zig (the package ziglang, a build tool only) compiles for every target. One wheel serves all versions of Python, for a
library called by ctypes knows none. Linux with glibc is tested, aarch64 in an emulator; the musl libraries by a program
in C over golden rows (`native/check.c`). macOS and Windows are built on request and untested:
`--targets macos-arm64 windows-x86_64`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

__all__ = ["TARGETS", "TESTED", "Target", "build_wheel"]

ROOT = Path(__file__).resolve().parents[1]


class Target(NamedTuple):
    """A machine: the target of zig, system and processor, and the platform tag of its wheels."""

    zig: str
    system: str
    processor: str
    platform: str


TARGETS: Mapping[str, Target] = {
    "linux-x86_64": Target("x86_64-linux-gnu.2.17", "linux", "x86_64", "manylinux2014_x86_64"),
    "linux-aarch64": Target("aarch64-linux-gnu.2.17", "linux", "aarch64", "manylinux2014_aarch64"),
    "musl-x86_64": Target("x86_64-linux-musl", "linux", "x86_64", "musllinux_1_2_x86_64"),
    "musl-aarch64": Target("aarch64-linux-musl", "linux", "aarch64", "musllinux_1_2_aarch64"),
    "macos-x86_64": Target("x86_64-macos", "darwin", "x86_64", "macosx_11_0_x86_64"),
    "macos-arm64": Target("aarch64-macos", "darwin", "aarch64", "macosx_11_0_arm64"),
    "windows-x86_64": Target("x86_64-windows-gnu", "windows", "x86_64", "win_amd64"),
}
TESTED = ("linux-x86_64", "linux-aarch64", "musl-x86_64", "musl-aarch64")


def build_wheel(name: str, out: Path, python: str = sys.executable) -> Path:
    """The wheel of a target in `TARGETS`, in the folder `out`.

    Raises:
        subprocess.CalledProcessError: it cannot be built.
    """
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as place:
        library = compile_library(target, Path(place))
        given = {
            "EDGE_ER_KERNELS": "required",
            "EDGE_ER_LIBRARY": str(library),
            "EDGE_ER_PLATFORM": target.platform,
        }
        command = [python, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(out), str(ROOT)]
        subprocess.run(command, check=True, env={**os.environ, **given})
    (wheel,) = out.glob(f"edge_er-*-py3-none-{target.platform}.whl")
    return wheel


def compile_library(target: Target, folder: Path) -> Path:
    """The library of the kernels for a target, by zig."""
    found = importlib.util.find_spec("ziglang")
    if found is None or found.origin is None:
        sys.exit("ziglang is not installed: pip install 'edge-er[wheels]'")
    spec = importlib.util.spec_from_file_location("native_build", ROOT / "native" / "build.py")
    assert spec
    assert spec.loader
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    compiler = [str(Path(found.origin).with_name("zig")), "cc", "-target", target.zig]
    library: Path = build.compile_kernels(compiler, folder, target.system, target.processor == "x86_64")
    return library


def main() -> None:
    """Build the wheels of some targets, by default those that are tested."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--targets", nargs="+", choices=TARGETS, default=list(TESTED))
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    for name in given.targets:
        mark = "" if name in TESTED else "  (untested)"
        print(f"{build_wheel(name, given.out)}{mark}")


if __name__ == "__main__":
    main()
