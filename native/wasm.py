"""Compiles the kernels to WebAssembly for JavaScript: `python native/wasm.py` writes web_demo/edge-er/kernels/wasm.js.

    python native/wasm.py [--out FILE] [--check]

The compiler is zig, of the package `ziglang` at the version of constraints.txt: the same sources give the same bytes
on every machine. What is written is committed, since few have zig; it says of which sources it is made, and tests
compare.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
WRITTEN = HERE.parent / "web_demo" / "edge-er" / "kernels" / "wasm.js"
KERNELS = ("encoder", "index", "align", "wasm")
SOURCES = (*(f"{name}.c" for name in KERNELS), "edge_er.h")
MOST = 40_000  # bytes of the module as JavaScript
# The headers of wasi are used for math.h alone: nothing of its library is linked.
FLAGS = (
    *("-target", "wasm32-wasi", "-msimd128", "-mbulk-memory", "-std=c99", "-O3", "-ffp-contract=off"),
    *("-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-Wall", "-Wextra", "-Werror"),
    "-DER_VARIANT=base",
)
LINK = (
    *("-target", "wasm32-freestanding", "-nostdlib", "-Wl,--no-entry", "-Wl,--strip-all"),
    *("-Wl,--export-memory", "-Wl,--export=__heap_base", "-Wl,-z,stack-size=65536"),
)
LINE = 120


def zig() -> list[str] | None:
    """The C compiler of the package ziglang; None where it is not installed."""
    return (
        [sys.executable, "-m", "ziglang", "cc"] if importlib.util.find_spec("ziglang") is not None else None
    )


def sources_sha256() -> str:
    """The SHA-256 of the sources that the module is compiled from."""
    digest = hashlib.sha256()
    for name in SOURCES:
        text = (HERE / name).read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def compiled(compiler: Sequence[str]) -> bytes:
    """The module.

    Raises:
        subprocess.CalledProcessError: the compiler fails.
    """
    with tempfile.TemporaryDirectory() as place:
        objects = [f"{place}/{name}.o" for name in KERNELS]
        for name, made in zip(KERNELS, objects, strict=True):
            subprocess.run([*compiler, *FLAGS, "-c", f"{name}.c", "-o", made], check=True, cwd=HERE)
        module = Path(place) / "kernels.wasm"
        subprocess.run([*compiler, *LINK, *objects, "-o", str(module)], check=True)
        return module.read_bytes()


def as_javascript(module: bytes) -> str:
    """The module as the text of `wasm.js`."""
    letters = base64.b64encode(module).decode()
    lines = [letters[at : at + LINE] for at in range(0, len(letters), LINE)]
    return "\n".join(
        [
            "/** The kernels of native/, compiled to WebAssembly by `python native/wasm.py`; do not edit. */",
            f'export const SOURCES = "{sources_sha256()}";',
            "export const WASM = `",
            *lines,
            "`;",
            "",
        ]
    )


def sources_of(text: str) -> str:
    """The SHA-256 of the sources that `wasm.js` says it is made of."""
    found = re.search(r'SOURCES = "([0-9a-f]{64})"', text)
    return found[1] if found else ""


def main() -> None:
    """Compile the kernels, or say whether what is written is what they compile to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=WRITTEN)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    given = parser.parse_args()
    compiler = zig()
    if compiler is None:
        sys.exit("ziglang is not installed: pip install 'edge-er[wheels]' -c constraints.txt")
    text = as_javascript(compiled(compiler))
    if given.check:
        sys.exit(
            None if given.out.read_text("utf-8") == text else f"{given.out}: is not what native/ compiles to"
        )
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(text, "utf-8")
    print(f"{given.out}: {len(text):,} bytes")


if __name__ == "__main__":
    main()
