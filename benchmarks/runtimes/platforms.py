"""The golden requests on every machine that can be had: the same answers everywhere, counted.

    android_demo/build_apk.sh && android_demo/test_apk.sh && tools/arm/run_golden.sh
    python -m benchmarks.runtimes.platforms

Runs Python and the Java core here, and the classes of the signed APK where test_apk.sh has turned them back into
bytecode; reads what run_golden.sh has found on aarch64 and on an x86 without VNNI. What was not made is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from android_demo.java_core import ANSWER_REQUESTS, compile_core, compile_java, run_java
from benchmarks.lib.measured_models import uses
from benchmarks.lib.results_file import LANGUAGES, REPOSITORY, markdown_table, write_result

APK = REPOSITORY / "build" / "android" / "apk"
EMULATED = {
    "Python, aarch64 (qemu)": REPOSITORY / "build" / "arm" / "aarch64.json",
    "Python, x86 without VNNI (qemu, Haswell)": REPOSITORY / "build" / "arm" / "haswell.json",
}
CHECK = ANSWER_REQUESTS[0].with_name("GoldenCheck.java")
ROWS = ANSWER_REQUESTS[0].with_name("Rows.java")


def in_python() -> dict[str, Any]:
    """What `tools.golden.check` counts here."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.golden.check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
    )
    counts: dict[str, Any] = json.loads(done.stdout)
    return counts


def in_java(classpath: Sequence[Path]) -> dict[str, Any]:
    """What the Java core counts, with its classes from the first place of the path that has them."""
    done = run_java(classpath, "edgeer.GoldenCheck")
    if done.returncode:
        raise RuntimeError(done.stderr)
    counts: dict[str, Any] = json.loads(done.stdout)
    return counts


def measured(folder: Path) -> dict[str, dict[str, Any]]:
    """The counts by platform."""
    core, tests = compile_core(folder / "core"), folder / "tests"
    compile_java([CHECK, ROWS], tests, [core], release=8)
    counts = {"Python": in_python(), "Java": in_java([tests, core])}
    if (APK / "classes.jar").is_file():
        path = [tests, APK / "classes.jar", APK / "tables", core]
        counts["Java, from the signed APK's dex"] = in_java(path)
    for name, file in EMULATED.items():
        if file.is_file():
            counts[name] = json.loads(file.read_text(encoding="utf-8"))
    return counts


def table(platforms: dict[str, dict[str, Any]]) -> str:
    """The counts as Markdown."""
    rows = [
        [
            name,
            *(
                f"{row['same'][what]} of {row['requests']}"
                for what in ("token_ids", "vectors", "first", "decisions")
            ),
            f"{row['embeddings_within']:.1e}",
        ]
        for name, row in platforms.items()
    ]
    heading = [
        "the same as the golden file",
        "token ids",
        "int8 vectors",
        "first place",
        "decision",
        "floats within",
    ]
    return f"# Golden requests on other machines\n\n{markdown_table(heading, rows)}"


def main() -> None:
    """Measure and write the result files."""
    uses(*(f"radio_{lang}" for lang in LANGUAGES))
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        platforms = measured(Path(folder))
    write_result("runtimes.platforms", "platforms", {"platforms": platforms}, table(platforms))
    print(table(platforms))


if __name__ == "__main__":
    main()
