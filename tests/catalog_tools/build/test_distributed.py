"""Shards on a Ray cluster of this machine: an actor is killed, and the results are the same."""

from __future__ import annotations

import os
import signal
from contextlib import closing
from pathlib import Path

import pytest
from tiny import require_packages

from catalog_tools.build import shards
from catalog_tools.build.shards import VECTORS, ShardWorker, cut
from catalog_tools.build.workers import InProcess
from catalog_tools.language.language import language
from edge_er.errors import BuildError

require_packages("ray")
from catalog_tools.build.distributed import RayActors, ShardActor  # noqa: E402

NAMES = [f"Radio {number} Kiss" for number in range(1, 401)]


def _actors() -> list[int]:
    """Process ids of the actors that this process's cluster runs."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            title = (process / "cmdline").read_bytes()
            worker = title.startswith((b"ray::MapWorker", b"ray::_MapWorker"))
            if worker and os.getpid() in _ancestors(int(process.name)):
                found.append(int(process.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


def _ancestors(pid: int) -> list[int]:
    found = []
    while pid > 1:
        found.append(pid)
        pid = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds actors in /proc")
def test_an_actor_is_killed_and_the_results_are_those_of_one_process(
    encoder_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"_LEAST": 40, "_ON_AVERAGE": 60, "_MOST": 80}.items():
        monkeypatch.setattr(shards, name, value)
    worker = ShardWorker(encoder_files, language("es"))
    pieces = [worker.shard(VECTORS, NAMES[place]) for place in cut(NAMES)]
    killed, found = list[int](), {}
    with closing(RayActors(worker, 2)) as actors:
        for key, result in actors.run(pieces):
            if not killed:
                killed.append(_actors()[0])
                os.kill(killed[0], signal.SIGKILL)
            found[key] = result
    assert len(pieces) > 4
    assert found == dict(InProcess(worker).run(pieces))


def test_an_actor_computes_what_a_worker_does(
    encoder_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = ShardWorker(encoder_files, language("es"))
    monkeypatch.setattr("ray.get", lambda reference: reference)
    batch = ShardActor(worker)({"key": ["k"], "step": ["vectors"], "texts": ['["Radio 1", "Kiss"]']})
    assert batch["key"] == ["k"]
    assert batch["result"].tolist() == [worker("vectors", ["Radio 1", "Kiss"])]


def test_a_cluster_that_is_not_there_is_named(encoder_files: dict[str, bytes]) -> None:
    with pytest.raises(BuildError, match=r"no Ray cluster at 127\.0\.0\.1:1 .*ray start --head"):
        RayActors(ShardWorker(encoder_files, language("es")), 2, "127.0.0.1:1")
