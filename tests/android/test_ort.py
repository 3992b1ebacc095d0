"""The same encoder interface on ONNX Runtime's Java API gives the vectors and answers of plain Java."""

import os
import re
from pathlib import Path

import pytest

from android_demo.java_core import (
    QUICK,
    REPOSITORY,
    compile_java,
    find_jar,
    java_release,
    junit_jars,
    run_java,
)

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
SOURCES = REPOSITORY / "android_demo" / "ort" / "src"


@pytest.fixture(scope="module")
def onnxruntime() -> Path:
    """The jar with ONNX Runtime's Java classes and this machine's library."""
    named = os.environ.get("EDGE_ER_ORT_JAR")
    fetched = REPOSITORY / "build" / "android" / "downloads" / "onnxruntime.jar"
    known = [Path(named)] if named else [fetched]
    for jar in (*known, find_jar("onnxruntime", "com/microsoft/onnxruntime/onnxruntime/*/onnxruntime-*.jar")):
        if jar and jar.is_file():
            return jar
    return pytest.skip(
        "no onnxruntime.jar: run android_demo/ort/fetch_jar.sh, or name one in EDGE_ER_ORT_JAR"
    )


def test_junit_tests_pass(onnxruntime, java_core, tmp_path):
    jars = junit_jars()
    if not jars:
        pytest.skip("no JUnit 4 on this machine (Debian: junit4)")
    path = [java_core, onnxruntime, *jars]
    compile_java([SOURCES], tmp_path / "ort", path, release=8)
    done = run_java(
        [tmp_path / "ort", *path], "org.junit.runner.JUnitCore", "edgeer.ort.OrtEncoderTest", flags=QUICK
    )
    report = re.sub(r"(?m)^\tat (?!edgeer).*\n", "", done.stdout + done.stderr)
    assert done.returncode == 0, report
    print(done.stdout)
