"""The Java core and the program that answers requests, compiled once."""

from pathlib import Path

import pytest

from android_demo.java_core import ANSWER_REQUESTS, compile_core, compile_java


@pytest.fixture(scope="session")
def java_core(tmp_path_factory) -> Path:
    """The core's classes and tables, at the level of Java 7."""
    return compile_core(tmp_path_factory.mktemp("java") / "core")


@pytest.fixture(scope="session")
def answering(java_core, tmp_path_factory) -> list[Path]:
    """The path of `edgeer.AnswerRequests`."""
    tools = tmp_path_factory.mktemp("java") / "tools"
    compile_java(ANSWER_REQUESTS, tools, [java_core], release=8)
    return [java_core, tools]
