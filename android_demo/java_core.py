"""Compiles the Java core with a JDK of this machine, for the tests and the benchmarks.

    python -m android_demo.java_core OUT   ->  OUT/classes: the core and the tables it reads

The core keeps to Java 7 (what every Android has); newer JDKs that no longer know Java 7 compile it as Java 8.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = [
    "ANSWER_REQUESTS",
    "CORE",
    "QUICK",
    "REPOSITORY",
    "compile_core",
    "compile_java",
    "find_jar",
    "java_release",
    "junit_jars",
    "run_java",
]

REPOSITORY = Path(__file__).resolve().parent.parent
CORE = REPOSITORY / "android_demo" / "core" / "src"
ANSWER_REQUESTS = [CORE / "test" / "java" / "edgeer" / f"{name}.java" for name in ("AnswerRequests", "Rows")]
TABLES = ("hearing.txt", "phonetic.txt", "unicode.txt")
QUICK = ("-XX:TieredStopAtLevel=1",)  # for tests: less is compiled, so that less time is spent
_JUNIT = {"junit4": "junit/junit/4.*/junit-4.*.jar", "hamcrest-core": "org/hamcrest/hamcrest-core/1.3/*.jar"}
_LAST_WITH_JAVA_7 = 19


def java_release() -> int | None:
    """The version of the JDK on this machine; None where there is none."""
    if not shutil.which("javac"):
        return None
    told = subprocess.run(["javac", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r"javac (\d+)", told.stdout + told.stderr)
    return int(found[1]) if found else None


def compile_java(
    sources: Iterable[Path], out: Path, classpath: Sequence[Path] = (), release: int | None = None
) -> None:
    """Compile `sources`, files or folders, into `out`; every warning is an error.

    Raises:
        RuntimeError: javac refuses; the message is its.
    """
    files = [
        file
        for source in sources
        for file in (sorted(source.rglob("*.java")) if source.is_dir() else [source])
    ]
    wanted = release or (7 if (java_release() or 0) <= _LAST_WITH_JAVA_7 else 8)
    options = ["--release", str(wanted), "-Xlint:all,-options", "-Werror", "-encoding", "UTF-8", "-g"]
    path = ["-cp", os.pathsep.join(map(str, classpath))] if classpath else []
    out.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["javac", *options, *path, "-d", out, *files], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def compile_core(out: Path) -> Path:
    """The folder of the core's classes, with the tables they read."""
    compile_java([CORE / "main" / "java"], out)
    tables = out / "edgeer" / "data"
    tables.mkdir(parents=True, exist_ok=True)
    for name in TABLES:
        shutil.copy(REPOSITORY / "edge_er" / "data" / name, tables / name)
    return out


def find_jar(name: str, in_maven: str) -> Path | None:
    """A jar that Debian (`name`) or Maven (a pattern) put on this machine; None where there is none."""
    debian = Path("/usr/share/java") / f"{name}.jar"
    if debian.is_file():
        return debian
    return next(iter(sorted((Path.home() / ".m2" / "repository").glob(in_maven))), None)


def junit_jars() -> list[Path]:
    """JUnit 4 and what it needs; empty where this machine does not have it."""
    found = [find_jar(name, pattern) for name, pattern in _JUNIT.items()]
    return [jar for jar in found if jar] if all(found) else []


def run_java(
    classpath: Sequence[Path], main: str, *arguments: str, flags: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a class with the repository's place in its properties."""
    always = ["-XX:+UseSerialGC", f"-Dedgeer.repository={REPOSITORY}", "-Dfile.encoding=UTF-8"]
    command = ["java", *always, *flags, "-cp", os.pathsep.join(map(str, classpath)), main, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


if __name__ == "__main__":
    compile_core(Path(sys.argv[1]))
