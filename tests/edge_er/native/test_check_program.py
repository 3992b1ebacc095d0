"""Kernels by themselves: a program in C runs all of them, with sanitizers, and must give the golden checksums."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from engines import SOURCES, build_module
from tiny import REPOSITORY, require

GOLDEN = REPOSITORY / "tests" / "golden" / "kernels.txt"
SANITIZERS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.fixture(scope="module")
def compiler() -> list[str]:
    found = build_module().compiler_of_system()
    require("compiler", found is not None, "no C compiler is found")
    return list(found)


def compiled(compiler: list[str], out: Path, *options: str) -> Path:
    build = build_module()
    sources = [str(SOURCES / f"{name}.c") for name in (*build.KERNELS, "check")]
    command = [*compiler, *build.FLAGS, *build.WARNINGS, "-DER_VARIANT=any", *options, *sources]
    subprocess.run([*command, "-o", str(out), "-lm"], check=True)
    return out


@pytest.mark.parametrize("options", [(), ("-O0",), SANITIZERS], ids=["fast", "plain", "sanitized"])
def test_the_golden_checksums(compiler: list[str], tmp_path: Path, options: tuple[str, ...]) -> None:
    program = compiled(compiler, tmp_path / "check", *options)
    # nothing is given back in this program, so leaks say nothing
    done = subprocess.run(
        [program], capture_output=True, text=True, check=True, env={"ASAN_OPTIONS": "detect_leaks=0"}
    )
    assert done.stdout == GOLDEN.read_text(encoding="utf-8")


def test_every_compiler_here_gives_them(tmp_path: Path) -> None:
    for name in filter(shutil.which, ("gcc", "clang")):
        program = compiled([name], tmp_path / name)
        assert (
            subprocess.run([program], capture_output=True, text=True, check=True).stdout == GOLDEN.read_text()
        )


def test_a_sanitizer_sees_a_step_beyond_the_end(compiler: list[str], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.c"
    wrong.write_text(
        "#include <stdlib.h>\nint main(int n, char **v) { char *a = malloc(n); return v ? a[n] : 0; }\n"
    )
    subprocess.run([*compiler, *SANITIZERS, str(wrong), "-o", str(tmp_path / "wrong")], check=True)
    assert subprocess.run([tmp_path / "wrong"], capture_output=True, check=False).returncode != 0
