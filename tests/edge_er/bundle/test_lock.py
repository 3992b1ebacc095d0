"""One writer at a time: the second waits, or says who holds the lock; locks of the dead are taken over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tiny import ENTITIES, make_bundle

from catalog_tools.build.build import build_bundle
from catalog_tools.build.update import update_bundle
from edge_er.bundle import lock
from edge_er.bundle.atomic import previous_version, temporary_folder, traces
from edge_er.bundle.bundle import Bundle, read_bundle, read_files, write_bundle
from edge_er.bundle.delta import apply_delta, rollback
from edge_er.bundle.lock import lock_file, locked
from edge_er.bundle.personal_file import read_entries, write_entries
from edge_er.errors import BundleBusyError
from edge_er.resolver import EntityResolver

HOLD = """
import sys, time
from pathlib import Path
from edge_er.bundle.lock import locked
with locked(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock of `path`."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"ready\n"
        try:
            yield other
        finally:
            other.kill()


def test_the_second_writer_says_who_holds_the_lock(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "WAIT", 0.05)
    path, file = tmp_path / "b", tmp_path / "mine.jsonl"
    write_bundle(path, bundle)
    whole = read_files(path)
    with held(path) as other, held(file):
        message = rf"b: is being written by process {other.pid} on .*waited 0\.05 seconds"
        for write in (
            lambda: write_bundle(path, bundle),
            lambda: update_bundle(path, remove=["es-7"]),
            lambda: rollback(path),
            lambda: build_bundle([{"name": "A"}], path),
        ):
            with pytest.raises(BundleBusyError, match=message):
                write()
        with pytest.raises(BundleBusyError, match=r"mine\.jsonl"):
            write_entries(file, [], {})
        assert read_files(path) == whole  # readers need no lock
    assert not file.exists()


def test_the_lock_of_a_dead_process_is_taken_over(bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "b"
    with held(path) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        assert lock_file(path).exists()
        write_bundle(path, bundle)
    assert [each.name for each in tmp_path.iterdir()] == ["b"]


def test_the_second_writer_waits(tmp_path: Path) -> None:
    order = []

    def second() -> None:
        with locked(tmp_path / "a"):
            order.append("second")

    with locked(tmp_path / "a"), locked(tmp_path / "a"):  # a thread may take it again
        other = threading.Thread(target=second)
        other.start()
        time.sleep(0.1)
        order.append("first")
    other.join()
    assert order == ["first", "second"]
    assert not list(tmp_path.iterdir())


def test_many_writers_wait_for_each_other(tmp_path: Path) -> None:
    inside, most = 0, 0

    def write() -> None:
        nonlocal inside, most
        for _ in range(20):
            with locked(tmp_path / "a"):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=write) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_does_not_keep_the_lock(tmp_path: Path) -> None:
    with locked(tmp_path / "a"):
        child = os.fork()
        if child == 0:
            time.sleep(30)
            os._exit(0)
    try:
        with locked(tmp_path / "a", wait=5):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_what_a_living_writer_has_begun_is_spared(tmp_path: Path) -> None:
    begun = []

    def first() -> None:
        with locked(tmp_path / "a"):
            begun.append(temporary_folder(tmp_path / "a"))
            ready.set()
            time.sleep(0.2)
            begun.append(begun[0].exists())

    ready = threading.Event()
    writer = threading.Thread(target=first)
    writer.start()
    ready.wait()
    write_entries(tmp_path / "a", [], {})
    writer.join()
    assert begun[1] is True
    assert not traces(tmp_path / "a")  # nobody writes any more


def test_saves_of_many_threads_all_come_to_their_end(bundle: Bundle, tmp_path: Path) -> None:
    mine = EntityResolver(bundle).with_entries([{"name": "Mum"}])
    errors: list[Exception] = []

    def save() -> None:
        try:
            for _ in range(10):
                mine.save(tmp_path / "mine.jsonl")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=save) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not errors
    assert [entry.name for entry in read_entries(tmp_path / "mine.jsonl")[0]] == ["Mum"]


def test_two_updates_at_once_keep_both_additions(bundle: Bundle, tmp_path: Path) -> None:
    path = tmp_path / "b"
    write_bundle(path, bundle)
    program = (
        "import sys\nfrom catalog_tools.build.update import update_bundle\n"
        "update_bundle(sys.argv[1], add=[{'id': sys.argv[2], 'name': sys.argv[2]}])"
    )
    runs = [subprocess.Popen([sys.executable, "-c", program, str(path), f"new {n}"]) for n in range(2)]
    assert [run.wait() for run in runs] == [0, 0]
    assert {"new 0", "new 1"} <= {entity.id for entity in read_bundle(path).entities}


def test_an_update_that_finds_another_bundle_than_it_read_refuses(
    bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "b", tmp_path / "other"
    write_bundle(path, bundle)
    write_bundle(other, make_bundle(ENTITIES[:3], encoder_files))

    def replaced(*_: object) -> list[str]:
        for file in path.iterdir():  # by a tool that takes no lock
            file.unlink()
        for file in other.iterdir():
            (path / file.name).write_bytes(file.read_bytes())
        return ["pon la cadena ser"]

    monkeypatch.setattr("catalog_tools.build.build.golden_queries", replaced)
    with pytest.raises(BundleBusyError, match=r"is being replaced.*nothing was written"):
        update_bundle(path, remove=["es-7"])
    assert len(read_bundle(path).entities) == 3
    assert not previous_version(path).exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed writer is a fork of this process")
@pytest.mark.parametrize("name", ["tiny_es", "tiny_es.zip"])
@pytest.mark.parametrize("links", [True, False])
def test_a_rollback_killed_anywhere_keeps_both_versions(
    bundle: Bundle,
    encoder_files: dict[str, bytes],
    tmp_path: Path,
    name: str,
    links: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError("no links here")))
    path, kills = tmp_path / name, 0
    write_bundle(path, make_bundle(ENTITIES[:3], encoder_files))
    write_bundle(path, bundle, keep=True)
    both = {len(read_bundle(path).entities), len(read_bundle(previous_version(path)).entities)}
    assert both == {7, 3}
    for calls in range(1, 200):
        killed = killed_after(calls, path)
        kills += killed
        assert len(read_bundle(path).entities) in both  # a reader always finds one
        apply_nothing(path)
        found = len(read_bundle(path).entities), len(read_bundle(previous_version(path)).entities)
        assert sorted(found) == [3, 7], f"killed at step {calls}"
        if not killed:
            break
    assert kills > 10


def apply_nothing(path: Path) -> None:
    """Two more exchanges, which leave what was there."""
    rollback(path)
    rollback(path)


def killed_after(calls: int, path: Path) -> bool:
    """Roll back in a child process that dies at its n-th step that touches the disk; False if it came to its end."""
    child = os.fork()
    if child == 0:
        steps = 0

        def die(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal steps
            if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod"):
                steps += 1
                if steps == calls:
                    os._exit(9)

        sys.addaudithook(die)
        rollback(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_deltas_wait_too(
    bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog_tools.build.delta import make_delta

    monkeypatch.setattr(lock, "WAIT", 0.05)
    old, new = tmp_path / "old", tmp_path / "new"
    write_bundle(old, bundle)
    write_bundle(new, make_bundle(ENTITIES[2:], encoder_files))
    file = make_delta(old, new, tmp_path / "a.delta").path
    with held(old), pytest.raises(BundleBusyError):
        apply_delta(old, file)
    with held(file), pytest.raises(BundleBusyError):
        make_delta(old, new, file)
    assert apply_delta(old, file).changed
