"""The attacks on every runtime, each at a size of seconds; what they find is what the long runs must not find."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from javascript import find_node
from tiny import require_packages

from android_demo.java_core import java_release
from benchmarks.trust import bounds, damage, fuzz, killed, peers, replacing, resealed, signed, threads
from benchmarks.trust.children import Child, Verdict, start
from benchmarks.trust.fuzz_cases import Readers, text_case
from benchmarks.trust.mutations import contents
from benchmarks.trust.small_bundle import write_encoder, write_small
from benchmarks.trust.tallies import Tally, tally_table

require_packages("torch", "transformers", "onnx", "cryptography")
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
ENDS = {"answered", "refused"}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small bundle, its zip and its encoder."""
    work = tmp_path_factory.mktemp("small")
    encoder = write_encoder(work / "encoder")
    write_small(work / "b", encoder)
    write_small(work / "b.zip", encoder)
    return work


@pytest.fixture
def with_runtimes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the modules of attacks ask these runtimes only."""

    def only(module: Any, *names: str) -> None:
        if "JavaScript" in names:
            find_node()
        monkeypatch.setattr(module, "RUNTIMES", names)

    return only


def test_the_small_bundle_is_small(small: Path) -> None:
    assert sum(len(data) for data in contents(small / "b").values()) < 40_000
    assert (small / "b.zip").stat().st_size < 40_000


@pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
def test_every_damaged_byte_is_refused_in_every_runtime() -> None:
    find_node()
    tallies = damage.ours(400)
    assert len(tallies) == 12
    for name, tally in tallies.items():
        assert tally.counts["refused"] == tally.cases >= 40, name


def test_an_answer_that_is_not_the_same_is_seen(small: Path) -> None:
    with start("Python", small, small / "tools") as child:
        given = iter([("a byte", {"place": "b"}), ("cut", {"place": "b.zip"})])
        found = damage.ask(child, given, "something else")
    assert [tally.counts for tally in found.values()] == [{"other answer": 1}] * 2
    assert found["cut"].figures()["shown"]["other answer"]


def test_cases_of_other_libraries_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {kind: peers.KINDS[kind] for kind in ("onnxruntime", "safetensors")}
    monkeypatch.setattr(damage, "KINDS", known)
    tallies = damage.others(300, None)
    assert all(tally.cases >= 15 for tally in tallies.values())
    flipped = sum((tally.counts for name, tally in tallies.items() if "a byte" in name), start=Tally().counts)
    assert set(flipped) >= {"refused", "same answer", "other answer"}


def test_verdicts_of_a_child_that_dies_or_hangs(tmp_path: Path) -> None:
    program = tmp_path / "child.py"
    program.write_text(
        "import json, os, sys, time\n"
        "for line in sys.stdin:\n"
        "    what = json.loads(line)['what']\n"
        "    if what == 'die': os._exit(3)\n"
        "    if what == 'hang': time.sleep(600)\n"
        "    print(f'answered\\t{what}\\t1000000', flush=True)\n"
    )
    with Child([sys.executable, program], seconds=300.0) as child:
        assert [each.kind for each in child.ask({"what": what} for what in ("a", "die", "b"))] == [
            "answered",
            "crashed",
            "answered",
        ]
        child.seconds = 0.5  # it runs already
        assert child.one(what="hang").kind == "hung"
        child.seconds = 300.0
        assert child.one(what="c") == Verdict("answered", "c", 1.0)


def test_resealed_files_end_in_an_answer_or_an_error_of_the_package(
    with_runtimes: Callable[..., None],
) -> None:
    with_runtimes(resealed, "Python")
    tallies = resealed.run(25)
    assert {name for name, tally in tallies.items() if tally.wrong} == set()
    assert {"Python, manifest.json", "Python, personal file", "Python, delta"} <= set(tallies)
    assert sum(tally.counts["answered"] for tally in tallies.values()) > 10
    assert sum(tally.counts["refused"] for tally in tallies.values()) > 50


def test_runtimes_that_differ_are_counted(small: Path) -> None:
    (small / "mine.jsonl").write_text("")
    child = Child(
        ["python3", "-c", "import sys\nfor line in sys.stdin: print('refused\\tE\\t1', flush=True)"]
    )
    with child:
        tally = resealed.told(
            child, resealed.personal_files(5), {"personal () None": Verdict("refused", "", 0)}
        )
    assert (tally.cases, tally.differences) == (5, 0)  # what is unknown of Python is what was found first
    table = tally_table({"x": tally}, "file", compared=True)
    assert table.splitlines()[0].endswith("| otherwise than Python |")


def test_bundles_that_are_replaced(with_runtimes: Callable[..., None]) -> None:
    require_packages("faiss")
    with_runtimes(replacing, "Python", "JavaScript")
    found = replacing.run(15, 6)
    assert len(found["loads"]) == 5
    for name, row in found["loads"].items():
        assert (row["failures"], row["mixtures"]) == (0, 0), (name, row)
        assert row["loads"] > 0
    for row in found["updates"].values():
        assert row == {"updates": 6, "failed writers": 0, "lost": 0}


def test_writers_that_are_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.lib.results_file.RESULTS", tmp_path)
    monkeypatch.setattr("sys.argv", ["killed", "--kills", "24"])
    killed.main()
    result = json.loads((tmp_path / "killed.json").read_text())
    found = result["writers"]
    assert result["command"] == "python -m benchmarks.trust.killed --kills 24"
    assert len(found) == 12
    for name, row in found.items():
        assert (row["kills"], row["neither"], row["not finished"]) == (2, 0, 0), (name, row)


def test_a_writer_that_leaves_something_half_done_is_seen(tmp_path: Path) -> None:
    import random

    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "new.txt").write_text("old")

    def write(folder: Path) -> None:
        for part in range(1, 20):
            with (folder / "new.txt").open("w") as file:
                file.write("x" * part)

    writer = killed.Writer("new.txt", write)
    found = killed.kill(writer, tmp_path / "base", tmp_path / "work", 4, random.Random(2))
    assert found["neither"] >= 2


def test_many_threads(small: Path) -> None:
    found = threads.measure(str(small / "b"), 0.06)
    assert (found["differences"], found["shown"]) == (0, [])
    assert found["requests"] > 50
    assert found["reloads"] >= 2
    assert found["changes"] >= 4
    assert "requests served" in threads.table(found)


def test_a_search_goes_on_where_it_was_broken_off(
    with_runtimes: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_runtimes(fuzz, "Python", "JavaScript")
    monkeypatch.setattr(fuzz, "SHARES", {"Python": 1.0})
    for readers in (40, 60):
        fuzz.run(fuzz.Progress(tmp_path / "fuzz.json"), readers, 40, 0)
    state = json.loads((tmp_path / "fuzz.json").read_text())
    python, texts = state["readers, Python"], state["texts, all runtimes"]
    assert (python["done"], python["findings"]) == (60, {})
    assert set(python["verdicts"]) == ENDS
    assert (texts["done"], sum(texts["verdicts"].values()), texts["findings"]) == (40, 80, {})


def test_cases_of_a_search_come_of_their_number(small: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(small / "b", tmp_path / "b")
    readers, again = Readers(tmp_path), Readers(tmp_path)
    cases = [readers.case(number) for number in range(200)]
    assert cases == [again.case(number) for number in range(200)]
    assert {case["place"] for case in cases} == {"b", "b.zip"}
    changed = {change["file"] for case in cases for change in case["change"]}
    assert changed == {f"b/{name}" for name in readers.files} | {"b.zip", "mine.jsonl"}
    assert text_case(7) == text_case(7) != text_case(8)


def test_bounds(with_runtimes: Callable[..., None], small: Path) -> None:
    with_runtimes(bounds, "Python", "JavaScript")
    found = bounds.run(3000, 3_000_000, str(small / "b"))
    asked = [name for name, _ in (*bounds.texts(3000), *bounds.lists(3000))]
    assert {found[name]["Python"]["verdict"] for name in asked} == {"answered"}
    files = {name: row for name, row in found.items() if name not in asked}
    assert len(files) == 19
    assert {cell["verdict"] for row in files.values() for cell in row.values()} == {"refused"}


def test_who_made_it(with_runtimes: Callable[..., None], small: Path) -> None:
    with_runtimes(signed, "Python", "JavaScript")
    found = signed.run(2, str(small / "b"))
    for name, row in found["verdicts"]["Python"].items():
        right = signed.wanted(*name.split(": "))
        assert set(row.values()) == set(found["verdicts"]["JavaScript"][name].values()) == {right}, name
    assert all(row["ratio"] > 0 for row in found["cost"].values())
