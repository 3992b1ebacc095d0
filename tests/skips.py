"""Which tests may be skipped under CI, and why: a plugin of pytest. Any other skip fails there.

CI is where the environment variable CI is "true" or "1". A machine that cannot have a package or a program says so by
name, as in EDGE_ER_WITHOUT="torch ray strace": skips whose reason has that name pass, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ALLOWED = {  # pattern of test ids -> why CI goes without
    "tests/catalog_tools/voice/test_voice_engines.py::test_whisper_*": (
        "no Whisper model is small enough to be fetched for a test"
    ),
    "tests/catalog_tools/voice/test_voice_engines.py::test_piper_*": (
        "no Piper voice is small enough to be fetched for a test"
    ),
    "tests/edge_er/training/data/test_voice_pairs.py::test_spoken_*": "models/voice_pairs is made in hours, if at all",
    "tests/test_kernel_wheels.py::test_a_wheel_by_zig": "ziglang is 90 MB, and no part of the tests' environment",
    "tests/web/test_wasm.py::test_zig_*": "ziglang is 90 MB, and no part of the tests' environment",
    "tests/web/test_wasm.py::test_every_kernel_*": "ziglang is 90 MB, and no part of the tests' environment",
    "tests/web/test_package.py::test_it_answers_in_other_engines*": "Debian 12 has no package of QuickJS",
    "tests/android/test_ort.py::*": "onnxruntime.jar comes in an archive of 165 MB (android_demo/ort/fetch_jar.sh)",
}
# Packages of extras: a test file that cannot be imported without one is skipped, and all others are collected.
OPTIONAL = ("torch", "transformers", "optimum", "ray", "ttspico", "pocketsphinx", "faster_whisper", "faiss")


def under_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("true", "1")


def allowed(test: str, reason: str) -> bool:
    """Whether a test may be skipped under CI."""
    missing = os.environ.get("EDGE_ER_WITHOUT", "").split()
    named = any(
        re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", reason, re.IGNORECASE) for name in missing
    )
    return named or any(fnmatchcase(test, pattern) for pattern in ALLOWED)


def fail_unlisted(report: pytest.TestReport | pytest.CollectReport) -> None:
    """A skip under CI that nothing allows becomes a failure; an expected failure (xfail) is no skip."""
    if not report.skipped or hasattr(report, "wasxfail") or not under_ci():
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not allowed(report.nodeid, reason):
        report.outcome = "failed"
        report.longrepr = (
            f"{report.nodeid}: {reason}; a skip that tests/skips.py does not list fails under CI"
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_unlisted(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_unlisted(report)
    return report


class ModuleOfTests(pytest.Module):
    """A test file; skipped where a package of an extra, which it imports, is not installed."""

    def collect(self):
        try:
            return super().collect()
        except self.CollectError as error:
            cause = error.__cause__
            package = (cause.name or "").partition(".")[0] if isinstance(cause, ModuleNotFoundError) else None
            if package in OPTIONAL:
                pytest.skip(f"{package} is not installed", allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    return ModuleOfTests.from_parent(parent, path=module_path)
