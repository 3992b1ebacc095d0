"""Builds in shards: the same bytes by any number of workers and after any interruption, and clear errors."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from catalog_tools.build import build, shards, workers
from catalog_tools.build.build import build_bundle
from catalog_tools.build.code_files import modules_of
from catalog_tools.build.options import BuildOptions, BuildWork
from catalog_tools.build.shards import SPOKEN, VECTORS, ShardStore, ShardWorker, cut
from catalog_tools.build.workers import InProcess, Processes, ShardRunner, default_workers
from catalog_tools.language.language import language
from catalog_tools.language.name_parts import part_forms
from catalog_tools.language.surface_forms import ranked_forms
from edge_er.bundle.bundle import read_bundle
from edge_er.encoder.encoder import Encoder
from edge_er.errors import BudgetExceededError, BuildError, BundleError
from edge_er.resolver import EntityResolver

NAMES = [f"Radio {number} Kiss" for number in range(1, 301)]
ROWS = [{"name": name} for name in NAMES]


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small enough that a few hundred names make many, kept in files."""
    for name, value in {"_LEAST": 20, "_ON_AVERAGE": 40, "_MOST": 60}.items():
        monkeypatch.setattr(shards, name, value)
    monkeypatch.setattr(build, "_KEPT_FROM", 100)


@pytest.fixture(scope="module")
def worker(encoder_files: dict[str, bytes]) -> ShardWorker:
    return ShardWorker(encoder_files, language("es"))


@pytest.fixture(scope="module")
def whole(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bundle of `ROWS`, built in one piece."""
    result = build_bundle(ROWS, tmp_path_factory.mktemp("whole") / "b", "es", encoder_folder)
    assert result.shards_kept == 0
    return _files(result.path)


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_shards_hold_every_text_once_and_a_change_stays_local() -> None:
    slices = list(cut(NAMES))
    assert [name for place in slices for name in NAMES[place]] == NAMES
    assert all(20 <= len(NAMES[place]) <= 60 for place in slices[:-1])
    assert len(slices) > 4
    changed = ["A name before all others", *NAMES]
    kept = {tuple(NAMES[place]) for place in slices} & {tuple(changed[place]) for place in cut(changed)}
    assert len(kept) >= len(slices) - 2
    assert list(cut([])) == []


def test_a_row_of_a_form_depends_on_nothing_but_the_form(worker: ShardWorker, encoder: Encoder) -> None:
    together = shards.form_vectors(encoder, NAMES)
    alone = [shards.form_vectors(encoder, [name])[0] for name in NAMES[:20]]
    assert [row.tolist() for row in alone] == together[:20].tolist()
    assert worker(VECTORS, NAMES) == together.tobytes()


def test_the_rows_of_a_shipped_bundle_do_not_depend_on_their_company(radio_es: EntityResolver) -> None:
    bundle = read_bundle("radio_es")
    forms = [form for entity in bundle.entities for form in entity.surface_forms]
    some = list(range(0, len(forms), 31))
    rows = shards.form_vectors(radio_es.encoder, [forms[row] for row in some])
    assert rows.tolist() == bundle.vectors[some].tolist()


def test_spoken_forms_of_a_shard_are_those_of_its_names(worker: ShardWorker) -> None:
    offers = json.loads(worker(SPOKEN, ["Radio 1", "Kiss", "Pines - Live at Oslo"]))
    assert offers == [
        [[form.share, form.text, form.kind] for form in forms]
        for forms in (ranked_forms("Radio 1", "es")[:3], [], part_forms("Pines - Live at Oslo", "es"))
    ]
    assert offers[0][0][1] == "radio uno"


def test_the_key_of_a_shard_names_all_it_depends_on(worker: ShardWorker, encoder_files: dict) -> None:
    key = worker.shard(VECTORS, ["a", "b"]).key
    other_encoder = ShardWorker({**encoder_files, "encoder.onnx": b"other"}, language("es"))
    other_language = ShardWorker(encoder_files, language("de"))
    assert worker.shard(VECTORS, ["a", "b"]).key == key
    assert worker.shard(VECTORS, ["a b"]).key != key
    assert worker.shard(SPOKEN, ["a", "b"]).key != key
    assert other_encoder.shard(VECTORS, ["a", "b"]).key != key
    assert other_language.shard(SPOKEN, ["a"]).key != worker.shard(SPOKEN, ["a"]).key


@pytest.mark.parametrize("step", [SPOKEN, VECTORS])
def test_a_change_in_any_module_of_a_step_makes_its_shards_anew(
    step: str, encoder_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def key() -> str:
        return ShardWorker(encoder_files, language("es")).shard(step, NAMES).key

    before, used = key(), modules_of(shards._MODULES[step])
    needed = {SPOKEN: "catalog_tools.language.number_words", VECTORS: "edge_er.encoder.onnx_session"}
    assert {needed[step], "edge_er.text.canonical"} <= used.keys()
    for module, file in used.items():
        changed = tmp_path / file.name
        changed.write_bytes(file.read_bytes() + b"#")
        monkeypatch.setattr(shards, "modules_of", lambda name, one={module: changed}: {**used, **one})
        assert key() != before, module
    monkeypatch.undo()
    assert key() == before


def test_a_store_gives_back_what_was_kept_and_nothing_damaged(tmp_path: Path) -> None:
    store = ShardStore(tmp_path / "work")
    assert store.read("k") is None
    store.write("k", b"result")
    assert store.read("k") == b"result"
    file = next((tmp_path / "work").iterdir())
    for damaged in (file.read_bytes()[:-1], file.read_bytes()[:-1] + b"x", b""):
        file.write_bytes(damaged)
        assert store.read("k") is None
    store.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_work_folder_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BuildError, match=r"file.*--work"):
        ShardStore(tmp_path / "file").write("k", b"")
    with pytest.raises(BuildError, match=r"file.*--work"):
        ShardStore(tmp_path / "file").read("k")

    def no_room(file: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.raises(BuildError, match="No space left on device"):
        ShardStore(tmp_path / "full").write("k", b"result")
    monkeypatch.undo()
    assert list((tmp_path / "full").iterdir()) == []


def test_processes_give_the_same_bytes(whole: dict, encoder_folder: Path, tmp_path: Path) -> None:
    result = build_bundle(ROWS, tmp_path / "b", "es", encoder_folder, options=BuildOptions(BuildWork(2)))
    assert _files(result.path) == whole
    assert result.shards > 10
    assert [path.name for path in tmp_path.iterdir()] == ["b"]  # the work folder is gone


def test_a_killed_worker_is_replaced(worker: ShardWorker) -> None:
    pieces = [worker.shard(SPOKEN, NAMES[place]) for place in cut(NAMES)]
    engine, found = Processes(worker, 2), {}
    for key, result in engine.run(pieces):
        if not found:
            victim = multiprocessing.active_children()[0]
            os.kill(victim.pid, signal.SIGKILL)
            victim.join()
        found[key] = result
    engine.close()
    assert found == dict(InProcess(worker).run(pieces))


def test_workers_that_keep_dying_stop_the_build(worker: ShardWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_: object, **__: object) -> None: ...

        def submit(self, *_: object) -> None:
            raise workers.BrokenProcessPool

        def shutdown(self, **_: object) -> None: ...

    monkeypatch.setattr(workers, "ProcessPoolExecutor", Broken)
    with pytest.raises(BuildError, match=r"died 3 times.*2 shards are left.*--workers"):
        list(Processes(worker, 2).run([worker.shard(SPOKEN, ["a"]), worker.shard(SPOKEN, ["b"])]))


def test_a_build_goes_on_from_finished_shards(
    whole: dict, encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[str] = []
    compute = ShardWorker.__call__

    def until_the_twelfth(self: ShardWorker, step: str, texts: list[str]) -> bytes:
        if len(computed) == 12:
            raise KeyboardInterrupt
        computed.append(step)
        return compute(self, step, texts)

    monkeypatch.setattr(ShardWorker, "__call__", until_the_twelfth)
    with pytest.raises(KeyboardInterrupt):
        build_bundle(ROWS, tmp_path / "b", "es", encoder_folder)
    assert [path.name for path in tmp_path.iterdir()] == [".b.work"]
    monkeypatch.setattr(ShardWorker, "__call__", compute)
    result = build_bundle(ROWS, tmp_path / "b", "es", encoder_folder)
    assert result.shards_kept == 12 < result.shards
    assert _files(result.path) == whole


def test_a_work_folder_of_ones_own_serves_later_builds(
    whole: dict, encoder_folder: Path, tmp_path: Path
) -> None:
    options = BuildOptions(BuildWork(folder=tmp_path / "work"))
    first = build_bundle(ROWS, tmp_path / "first" / "b", "es", encoder_folder, options=options)
    again = build_bundle(ROWS, tmp_path / "again" / "b", "es", encoder_folder, options=options)
    assert (first.shards_kept, again.shards_kept) == (0, again.shards)
    changed = build_bundle(ROWS[1:], tmp_path / "changed", "es", encoder_folder, options=options)
    assert changed.shards_kept > changed.shards // 2
    assert _files(again.path) == whole


KILLED = """
import multiprocessing, os, signal, sys
from catalog_tools.build import build
from catalog_tools.build import shards
from catalog_tools.build.options import BuildOptions, BuildWork
build._KEPT_FROM, shards._LEAST, shards._ON_AVERAGE, shards._MOST = 100, 20, 40, 60
write, written = shards.ShardStore.write, []
def write_nine(self, key, data):
    if len(written) == 9:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    written.append(key)
    write(self, key, data)
shards.ShardStore.write = write_nine
if __name__ == "__main__":
    rows = [{"name": f"Radio {n} Kiss"} for n in range(1, 301)]
    build.build_bundle(rows, sys.argv[1], "es", sys.argv[2], options=BuildOptions(BuildWork(int(sys.argv[3]))))
"""


def _killed_build(out: Path, encoder: Path, workers: int) -> list[int]:
    """A build that kills itself when nine pieces are finished; the process ids of its workers."""
    command = [sys.executable, "-c", KILLED, str(out), str(encoder), str(workers)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == -signal.SIGKILL, done.stderr
    return [int(word) for word in done.stdout.split()]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_build_leaves_the_old_bundle_whole(
    whole: dict, encoder_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "b"
    build_bundle(ROWS[:5], out, "es", encoder_folder)
    before = _files(out)
    _killed_build(out, encoder_folder, workers=1)
    assert _files(out) == before
    result = build_bundle(ROWS, out, "es", encoder_folder)
    assert result.shards_kept == 9
    assert _files(out) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_workers_end_with_a_killed_build(encoder_folder: Path, tmp_path: Path) -> None:
    left = _killed_build(tmp_path / "b", encoder_folder, workers=2)
    assert len(left) == 2
    until = time.monotonic() + 120
    while left and time.monotonic() < until:
        left = [pid for pid in left if _runs(pid)]
        time.sleep(0.05)
    assert left == []


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def test_a_shard_that_vanishes_is_told(
    worker: ShardWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = ShardRunner(worker, InProcess(worker), ShardStore(tmp_path))
    monkeypatch.setattr(ShardStore, "write", lambda *_: None)
    with pytest.raises(BuildError, match=r"gone or damaged"):
        list(runner.results(SPOKEN, NAMES))


def test_a_budget_that_names_alone_exceed_costs_no_encoding(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ShardWorker, "__call__", lambda *_: pytest.fail("a shard was computed"))
    with pytest.raises(BudgetExceededError, match="nothing was written"):
        build_bundle(ROWS, tmp_path / "b", "es", encoder_folder, budget="12kB")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_not_replaced_is_told_before_anything_is_computed(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ShardWorker, "__call__", lambda *_: pytest.fail("a shard was computed"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("")
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.zip").mkdir()
    for name in ("mine", "file", "folder.zip"):
        with pytest.raises(BundleError, match=name):
            build_bundle(ROWS, tmp_path / name, "es", encoder_folder)


def test_workers_and_engines_are_checked(encoder_folder: Path, tmp_path: Path) -> None:
    assert 1 <= default_workers() <= 16
    with pytest.raises(ValueError, match="found 0 and 'local'"):
        build_bundle(ROWS, tmp_path / "b", "es", encoder_folder, options=BuildOptions(BuildWork(workers=0)))
    with pytest.raises(ValueError, match="'spark'"):
        build_bundle(
            ROWS, tmp_path / "b", "es", encoder_folder, options=BuildOptions(BuildWork(engine="spark"))
        )


def test_a_terminal_shows_progress(worker: ShardWorker, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(workers, "PROGRESS_FROM", 100)
    monkeypatch.setenv("FORCE_COLOR", "1")
    list(ShardRunner(worker, InProcess(worker), ShardStore()).results(SPOKEN, NAMES))
    shown = capsys.readouterr().err
    assert SPOKEN in shown
    assert "300" in shown
    assert "/s" in shown
