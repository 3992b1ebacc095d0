"""Compiles the kernels to a shared library: `python native/build.py` puts it into this checkout.

    python native/build.py [--compiler "zig cc -target aarch64-linux-gnu.2.17"] [--system linux] [--out FOLDER]

Every source is compiled once for each variant of the processor. The build of a wheel (hatch_build.py) does it by
`compile_kernels`.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "edge_er" / "native"
KERNELS = ("encoder", "index", "words", "align", "evidence", "sounds")
FLAGS = (
    "-std=c99",
    "-O3",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fvisibility=hidden",
)
WARNINGS = ("-Wall", "-Wextra", "-Werror")
LEVELS = ("v3", "v4")  # of x86-64, beside the base
NAMES = {"linux": "kernels.so", "darwin": "kernels.dylib", "windows": "kernels.dll"}


def compiler_of_system() -> list[str] | None:
    """The C compiler of the variable CC, or the first that is found; None where there is none."""
    if chosen := os.environ.get("CC"):
        return shlex.split(chosen)
    found = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    return [found] if found else None


def compile_kernels(
    compiler: Sequence[str], folder: Path, system: str, x86_64: bool, more: Sequence[str] = ()
) -> Path:
    """Compile the kernels with `compiler` and link them to the library of `system`, one of `NAMES`, in `folder`.

    Args:
        compiler: a command that takes the options of gcc.
        folder: where the library goes.
        system: that it is for.
        x86_64: whether the processor is one; then there are variants for its levels.
        more: options of every command, such as sanitizers.

    Raises:
        subprocess.CalledProcessError: the compiler fails.
    """
    code = [] if system == "windows" else ["-fPIC"]
    processor = "x86_64_" if any("zig" in part for part in compiler) else "x86-64-"
    variants: dict[str, list[str]] = {"base": []}
    if x86_64:
        variants |= {level: [f"-march={processor}{level}"] for level in LEVELS}
    with tempfile.TemporaryDirectory() as place:
        objects = []
        for variant, options in variants.items():
            for name in KERNELS:
                objects.append(f"{place}/{name}_{variant}.o")
                given = [*FLAGS, *WARNINGS, *code, f"-DER_VARIANT={variant}", *options, *more]
                _run([*compiler, *given, "-c", str(HERE / f"{name}.c"), "-o", objects[-1]])
        objects.append(f"{place}/processor.o")
        named = ["-DER_HAS_LEVELS"] if x86_64 else []
        _run(
            [
                *compiler,
                *FLAGS,
                *WARNINGS,
                *code,
                *named,
                *more,
                "-c",
                str(HERE / "processor.c"),
                "-o",
                objects[-1],
            ]
        )
        folder.mkdir(parents=True, exist_ok=True)
        library = folder / NAMES[system]
        made = Path(place) / NAMES[system]
        _run(
            [
                *compiler,
                "-shared",
                *more,
                *objects,
                "-o",
                str(made),
                *([] if system == "windows" else ["-lm"]),
            ]
        )
        beside = folder / f".{NAMES[system]}.{os.getpid()}"
        shutil.copyfile(made, beside)
        beside.replace(library)  # whoever has loaded the one before keeps it
    return library


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True)


def main() -> None:
    """Compile the kernels into the package of this checkout, or into another folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--compiler", help="a command; by default CC, cc, gcc or clang")
    parser.add_argument("--system", choices=NAMES, default=platform.system().lower())
    parser.add_argument("--processor", default=platform.machine().lower())
    parser.add_argument("--out", type=Path, default=PACKAGE)
    parser.add_argument(
        "--sanitize", action="store_true", help="with address and undefined-behaviour sanitizers"
    )
    given = parser.parse_args()
    compiler = shlex.split(given.compiler) if given.compiler else compiler_of_system()
    if compiler is None:
        sys.exit("no C compiler: expected CC, cc, gcc or clang; install one, or go on without the kernels")
    more = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"] if given.sanitize else []
    print(compile_kernels(compiler, given.out, given.system, given.processor in ("x86_64", "amd64"), more))


if __name__ == "__main__":
    main()
