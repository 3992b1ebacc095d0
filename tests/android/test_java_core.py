"""The Java core answers as Python does: its JUnit tests, which read the same golden files, on this machine's JVM."""

import re
from pathlib import Path

import pytest

from android_demo.java_core import CORE, QUICK, compile_java, java_release, junit_jars, run_java

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
TESTS = CORE / "test" / "java"


def test_junit_tests_pass(java_core, tmp_path):
    jars = junit_jars()
    if not jars:
        pytest.skip("no JUnit 4 on this machine (Debian: junit4)")
    compile_java([TESTS], tmp_path / "tests", [java_core, *jars], release=8)
    names = sorted(f"edgeer.{file.stem}" for file in TESTS.rglob("*Test.java"))
    done = run_java([tmp_path / "tests", java_core, *jars], "org.junit.runner.JUnitCore", *names, flags=QUICK)
    report = re.sub(r"(?m)^\tat (?!edgeer).*\n", "", done.stdout + done.stderr)
    assert done.returncode == 0, report
    assert int(re.search(r"OK \((\d+) tests\)", done.stdout)[1]) >= len(names), report


def test_the_core_needs_nothing_but_java():
    files = sorted((CORE / "main" / "java").rglob("*.java"))
    imported = {
        line.split()[-1].rstrip(";")
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith("import ")
    }
    assert all(name.startswith("java.") for name in imported), imported
    assert not any("native " in file.read_text(encoding="utf-8") for file in files)


def test_files_are_short():
    long = {
        file.name: lines
        for file in Path(CORE).rglob("*.java")
        if (lines := file.read_text(encoding="utf-8").count("\n")) >= 300
    }
    assert not long
