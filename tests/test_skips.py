"""A skip that tests/skips.py does not list fails under CI, wherever it comes from, on one process and on several."""

from __future__ import annotations

import os
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from skips import ALLOWED

HERE = Path(__file__).parent
LISTED = "tests/catalog_tools/voice/test_voice_engines.py"
SKIPPED = {
    "test_call.py": "def test_x(): pytest.skip('no such thing')",
    "test_fixture.py": "@pytest.fixture\ndef thing(): pytest.skip('no such thing')\ndef test_x(thing): pass",
    "test_mark.py": "@pytest.mark.skipif(True, reason='no such thing')\ndef test_x(): pass",
    "test_module.py": "pytest.skip('no such thing', allow_module_level=True)",
    "test_package.py": "pytest.importorskip('no_such_package', reason='no such thing')",
    "test_extra.py": "import sys; sys.modules['torch'] = None\nfrom torch import nn\ndef test_x(): pass",
}

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs test files, in a process of its own, with the plugin; in a CI that lacks nothing unless told."""
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)
    monkeypatch.setenv("CI", "true")
    monkeypatch.delenv("EDGE_ER_WITHOUT", raising=False)

    def once(files: dict[str, str], *options: str) -> pytest.RunResult:
        for name, source in files.items():
            path = pytester.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"import pytest\n{source}\n", encoding="utf-8")
        always = ("-p", "skips", "-p", "no:cacheprovider", "--continue-on-collection-errors")
        return pytester.runpytest_subprocess(*always, *options)

    return once


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_an_unlisted_skip_fails_under_ci(run: Run, options: tuple[str, ...]) -> None:
    result = run(SKIPPED, *options)
    result.assert_outcomes(failed=1, errors=5)  # before a test begins, a failure is an error
    for file in SKIPPED:
        missing = "torch is not installed" if file == "test_extra.py" else "no such thing"
        result.stdout.fnmatch_lines_random(f"{file}*: {missing}; a skip that tests/skips.py does not list *")


def test_elsewhere_a_skip_is_a_skip(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI")
    run({**SKIPPED, "test_wrong.py": "import no_such_package"}).assert_outcomes(skipped=6, errors=1)


def test_a_listed_skip_passes_and_its_neighbour_fails(run: Run) -> None:
    source = "def test_whisper_hears(): pytest.skip('x')\ndef test_espeak_speaks(): pytest.skip('x')\n"
    source += "@pytest.mark.xfail(strict=True)\ndef test_x(): assert False"
    run({LISTED: source}).assert_outcomes(skipped=1, failed=1, xfailed=1)


def test_what_this_machine_goes_without_may_be_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_ER_WITHOUT", "strace JDK")
    reasons = ["strace is not installed", "no jdk (javac)", "no JDK-like", "no Node"]
    tests = (f"def test_{number}(): pytest.skip({reason!r})" for number, reason in enumerate(reasons))
    run({"test_it.py": "\n".join(tests)}).assert_outcomes(skipped=2, failed=2)


def test_every_entry_of_the_list_is_about_tests_that_there_are() -> None:
    for pattern in ALLOWED:
        file, _, name = pattern.partition("::")
        tests = [line[4:].partition("(")[0] for line in (HERE.parent / file).read_text("utf-8").splitlines()]
        assert any(fnmatchcase(each, name) for each in tests if each.startswith("test_")), pattern
