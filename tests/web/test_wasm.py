"""The kernels as WebAssembly: what is committed is what native/ compiles to, and answers are those of others."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from engines import kernels_here
from javascript import find_node, once, run_script
from tiny import module_at

from edge_er.encoder.encoder import Encoder, read_encoder_files
from tools.golden.golden_file import FOLDER

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "native"


@cache
def build() -> ModuleType:
    """native/wasm.py, which is no module of a package."""
    return module_at(NATIVE / "wasm.py")


@pytest.fixture(scope="module")
def found(web: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    bundles = sorted((web / "bundles").iterdir())
    answers: dict[str, Any] = once(
        "engines_node", lambda: run_script("engines_node.mjs", web, FOLDER, *bundles), tmp_path_factory
    )
    return answers


def test_what_is_committed_is_of_these_sources_and_small() -> None:
    text = build().WRITTEN.read_text("utf-8")
    assert build().sources_of(text) == build().sources_sha256(), (
        "native/ has changed: run python native/wasm.py"
    )
    assert len(text) <= build().MOST


def test_zig_compiles_the_same_bytes() -> None:
    compiler = build().zig() or pytest.skip("ziglang is not installed")
    text = build().as_javascript(build().compiled(compiler))
    assert text == build().WRITTEN.read_text("utf-8")


def test_every_kernel_gives_the_bits_of_all_compilers(tmp_path: Path) -> None:
    """The program of native/check.c, compiled as the module is, in Node."""
    compiler = build().zig() or pytest.skip("ziglang is not installed")
    program = tmp_path / "check.wasm"
    names = ("check", "encoder", "index", "words", "align", "evidence", "sounds")
    sources = [str(NATIVE / f"{name}.c") for name in names]
    subprocess.run([*compiler, *build().FLAGS, *sources, "-o", str(program)], check=True, cwd=NATIVE)
    script = tmp_path / "run.mjs"
    script.write_text(
        "import { readFileSync } from 'node:fs'; import { WASI } from 'node:wasi';\n"
        "const wasi = new WASI({ version: 'preview1' });\n"
        f"const module = new WebAssembly.Module(readFileSync({str(program)!r}));\n"
        "wasi.start(new WebAssembly.Instance(module, wasi.getImportObject()));\n"
    )
    done = subprocess.run([find_node(), "--no-warnings", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == (FOLDER / "kernels.txt").read_text("utf-8").split()


def test_both_engines_give_the_same_answers(found: dict[str, Any]) -> None:
    """To the last bit, where no value of a vector is rounded apart by float32 and double."""
    assert found["asked"] > 1000
    assert found["differences"] == []
    assert found["steps"] == 0
    assert found["largest"] <= 1e-6


def test_vectors_have_the_bits_of_the_kernels_in_python(found: dict[str, Any], web: Path) -> None:
    kernels = kernels_here() or pytest.skip("no C compiler is found")
    for name, rows in found["vectors"].items():
        encoder = Encoder.from_files(read_encoder_files(web / "bundles" / name), kernels=kernels)
        ours = encoder.encode([query for query, _ in rows])
        theirs = np.array([np.frombuffer(bytes.fromhex(bits), np.float32) for _, bits in rows])
        assert len(rows) > 10
        assert ours.tobytes() == theirs.tobytes(), name
