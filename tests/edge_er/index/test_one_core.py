"""One core means one core: while requests are answered, no thread but the caller's does any work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tiny import make_bundle, require, require_packages

from catalog_tools.build.index_choice import with_index
from catalog_tools.build.popular_choice import with_popular
from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.bundle.entity import Entity

REPOSITORY = Path(__file__).resolve().parents[3]
TASKS = Path("/proc/self/task")
NAMES = 20_000  # by 24 dimensions: 480,000 numbers, where OpenBLAS takes 460,800 for worth a second thread
RERANK = {"heard": 231, "sound_pieces": 47, "sound_forms": 24, "dense_forms": 64}
WATCH = """
import os, sys, threading, time
from pathlib import Path
def ticks():
    found = {}
    for task in Path('/proc/self/task').iterdir():
        try:
            user, system = (task / 'stat').read_text().rpartition(')')[2].split()[11:13]
        except OSError:  # it has ended meanwhile
            continue
        found[int(task.name)] = int(user) + int(system)
    return found
def quiet():
    # threads that a library starts when it is imported spin for a moment before they sleep
    before, last = None, time.monotonic() + 60
    while before != (before := ticks()) and time.monotonic() < last:
        time.sleep(0.3)
def measured(work):
    work(); quiet()
    before, end = ticks(), time.thread_time() + 1
    while time.thread_time() < end:
        work()
    after = ticks()
    spent = {task: count - before.get(task, 0) for task, count in after.items()}
    main = spent.pop(os.getpid())
    print([main, sum(spent.values())])
"""
RESOLVE = """
from edge_er import EntityResolver
threads = int(sys.argv[2])
resolver = EntityResolver.load(sys.argv[1], threads)
dense = EntityResolver.load(sys.argv[1], threads, rerank=False)
mine = resolver.with_entries([{'name': 'Mum'}])
queries = ['pon la radio uno 77', 'cadena sol 12', 'kis fm', 'zzz']
def work():
    resolver.resolve_batch(queries)
    dense.resolve_batch(queries)
    resolver.resolve(nbest=[('onda cero', 2.0), ('onda uno', 1.0)])
    resolver.resolve('los mar 3', where={'country': 'ES'})
    mine.resolve('mum')
measured(work)
"""
BURN = """
stop = threading.Event()
def burn():
    while not stop.is_set():
        sum(range(1000))
thread = threading.Thread(target=burn)
def work():
    if not thread.is_alive():
        thread.start()
    sum(range(100_000))
quiet = lambda: None
measured(work)
stop.set()
"""


@pytest.fixture(scope="module", autouse=True)
def _tasks() -> None:
    require(TASKS, TASKS.is_dir(), "no /proc/self/task: the time of each thread is not known here")


@pytest.fixture(scope="module")
def exact(encoder_files: dict[str, bytes]) -> Bundle:
    words = ["radio", "kiss", "onda", "cadena", "los", "ser", "clasica", "uno", "fm", "cero", "sol", "mar"]
    entities = tuple(
        Entity(
            f"x{number:05}",
            f"{words[number % 12]} {words[number // 12 % 12]} {number // 144}",
            metadata={"country": "ES" if number % 2 else "FR", "popularity": 1000 // (1 + number)},
        )
        for number in range(NAMES)
    )
    card = {**json.loads(encoder_files["encoder.json"]), "rerank": RERANK}
    return make_bundle(entities, {**encoder_files, "encoder.json": json.dumps(card).encode()})


def ticks(code: str, *arguments: str) -> tuple[int, int]:
    """Hundredths of a second that the main thread of a process worked, and that all its others did."""
    limits = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in limits}
    environment["PYTHONPATH"] = str(REPOSITORY)
    command = [sys.executable, "-c", WATCH + code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    main, others = json.loads(done.stdout)
    return main, others


def assert_alone(place: Path) -> None:
    main, others = ticks(RESOLVE, str(place), "1")
    assert main >= 50
    assert others <= main // 20, f"main thread {main}, others {others}"


def test_an_exact_scan_runs_on_one_thread(exact: Bundle, tmp_path: Path) -> None:
    assert exact.vectors.size > 460_800
    write_bundle(tmp_path / "exact", exact, budget=None)
    assert_alone(tmp_path / "exact")


@pytest.mark.parametrize("factory", ["SQ8", "IVF64,SQ8"])
def test_a_faiss_search_runs_on_one_thread(exact: Bundle, tmp_path: Path, factory: str) -> None:
    require_packages("faiss")
    large = with_popular(with_index(exact, factory, target=0.0), 0.2)
    write_bundle(tmp_path / "large", large, budget=None)
    assert_alone(tmp_path / "large")


def test_the_watch_sees_another_thread_at_work() -> None:
    main, others = ticks(BURN)
    assert others > main // 20


def test_faiss_has_the_setting_of_others_afterwards() -> None:
    require_packages("faiss")
    import faiss

    from edge_er.index.faiss_index import faiss_threads

    def of_another_thread() -> int:
        seen: list[int] = []
        other = threading.Thread(target=lambda: seen.append(faiss.omp_get_max_threads()))
        other.start()
        other.join()
        return seen[0]

    before, theirs = faiss.omp_get_max_threads(), of_another_thread()
    wanted = max(before, theirs) + 1
    with pytest.raises(KeyError), faiss_threads(wanted):
        assert faiss.omp_get_max_threads() == wanted
        assert of_another_thread() == theirs
        raise KeyError
    assert faiss.omp_get_max_threads() == before
