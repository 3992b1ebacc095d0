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
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = [
    "ANSWER_REQUESTS",
    "CORE",
    "QUICK",
    "REPOSITORY",
    "compile_core",
    "compile_java",
    "core_dex",
    "find_jar",
    "find_r8",
    "java_release",
    "junit_jars",
    "run_java",
]

REPOSITORY = Path(__file__).resolve().parent.parent
CORE = REPOSITORY / "android_demo" / "core" / "src"
ANSWER_REQUESTS = [CORE / "test" / "java" / "edgeer" / f"{name}.java" for name in ("AnswerRequests", "Rows")]
TABLES = ("hearing.txt", "numbers.txt", "phonetic.txt", "schemas.json", "unicode.txt")
QUICK = ("-XX:TieredStopAtLevel=1",)  # for tests: less is compiled, so that less time is spent
_JUNIT = {"junit4": "junit/junit/4.*/junit-4.*.jar", "hamcrest-core": "org/hamcrest/hamcrest-core/1.3/*.jar"}
_LAST_WITH_JAVA_7 = 19
_MIN_API = 21
_JAVA_8 = re.compile(r"[0-9A-Z]*8[0-9A-Z]*/(?:java\.base/)?(java/.*)\.sig")


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


def find_r8() -> Path | None:
    """R8, where fetch_r8.sh put it; None where it was not run."""
    folder = os.environ.get("EDGE_ER_DOWNLOADS")
    jar = (Path(folder) if folder else REPOSITORY / "build" / "android" / "downloads") / "r8.jar"
    return jar if jar.is_file() else None


def core_dex(core: Path, r8: Path, out: Path, also: str = "") -> int:
    """Bytes of dex of what an app needs of the core's classes to load a bundle and resolve requests (size.pro).

    `also` are rules for what else an app uses. The dex is `out`/classes.dex.

    Raises:
        RuntimeError: R8 refuses; the message is its.
    """
    out.mkdir(parents=True, exist_ok=True)
    library = _java_8_classes(out / "java8.jar")
    rules = out / "rules.pro"
    rules.write_text(
        f"-include {REPOSITORY / 'android_demo' / 'core' / 'size.pro'}\n{also}\n", encoding="utf-8"
    )
    options = ["--release", "--min-api", str(_MIN_API), "--lib", library, "--pg-conf", rules, "--output", out]
    classes = sorted(core.rglob("*.class"))
    command = ["java", "-XX:+UseSerialGC", *QUICK, "-cp", r8, "com.android.tools.r8.R8", *options, *classes]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return (out / "classes.dex").stat().st_size


def _java_8_classes(jar: Path) -> Path:
    """Signatures of Java 8's own classes, which a JDK keeps for `--release 8`, as R8 reads a library."""
    javac = Path(shutil.which("javac") or "").resolve()
    with zipfile.ZipFile(javac.parents[1] / "lib" / "ct.sym") as kept, zipfile.ZipFile(jar, "w") as written:
        named = {found[1]: name for name in kept.namelist() if (found := _JAVA_8.fullmatch(name))}
        for name, signature in named.items():
            written.writestr(f"{name}.class", kept.read(signature))
    return jar


def run_java(
    classpath: Sequence[Path], main: str, *arguments: str, flags: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a class with the repository's place in its properties."""
    always = ["-XX:+UseSerialGC", f"-Dedgeer.repository={REPOSITORY}", "-Dfile.encoding=UTF-8"]
    command = ["java", *always, *flags, "-cp", os.pathsep.join(map(str, classpath)), main, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")


if __name__ == "__main__":
    compile_core(Path(sys.argv[1]))
