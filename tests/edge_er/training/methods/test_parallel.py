"""Two processes that train together take the steps that one takes on the whole batches."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from edge_er.training import parallel
from edge_er.training.data.pool import Pool
from edge_er.training.methods.simtde import student_of
from edge_er.training.methods.student import train_student
from edge_er.training.methods.teacher import train_teacher
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.settings import DataSettings, ModelSettings, OptimSettings, Recipe, StudentSettings

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")


def _together(run: Callable[[], Any], count: int = 2) -> list[Any]:
    """What `run` returns in each of `count` processes, started as `torchrun` starts them."""
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    store = torch.distributed.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False)

    def one(rank: int) -> None:
        place = {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(count)}
        os.environ.update(place, MASTER_ADDR="127.0.0.1", MASTER_PORT=str(store.port))
        os.environ["TORCHELASTIC_USE_AGENT_STORE"] = (
            "True"  # the port is held by this test, not to be bound again
        )
        try:
            answers.put((rank, run()))
        except BaseException:
            answers.put((rank, traceback.format_exc()))
            raise

    started = [context.Process(target=one, args=(rank,)) for rank in range(count)]
    for process in started:
        process.start()
    found = {}
    for _ in started:
        rank, found[rank] = answers.get(timeout=600)
        if isinstance(found[rank], str):
            for process in started:
                process.kill()
            pytest.fail(found[rank])
    for process in started:
        process.join(600)
        assert process.exitcode == 0
    return [found[rank] for rank in range(count)]


def _weights(model: DualEncoder) -> dict[str, np.ndarray]:
    return {name: tensor.numpy().copy() for name, tensor in model.state_dict().items()}


def _recipe(folder: Path, steps: int, **student: Any) -> Recipe:
    return Recipe(
        name="tiny",
        out=str(folder / "out"),
        data=DataSettings(cache=str(folder / "cache")),
        model=ModelSettings(vocab_size=400, layers=1, hidden=32, heads=2, intermediate=64, max_tokens=24),
        student=StudentSettings(token_dim=8, keep_layers=1, **student),
        optim=OptimSettings(requests=32 * steps, batch=32, learning_rate=1e-3, neighbours=1, save_every=2),
    )


def test_a_student_of_two_processes_is_that_of_one(pool: Pool, teacher: DualEncoder, tmp_path: Path) -> None:
    # with alpha 0 the loss is a mean over texts, so that the mean over the shares is that of the batch
    recipe = _recipe(tmp_path, 12, alpha=0.0)

    def run() -> tuple[dict[str, np.ndarray], np.ndarray, int]:
        student = train_student(recipe, teacher, pool)
        save_model(student, tmp_path / f"by_{parallel.rank()}", {})
        return _weights(student), student.encode(pool.names), parallel.processes()

    (first, vectors, count), (second, _, _) = _together(run)
    alone = train_student(recipe, teacher, pool).encode(pool.names)
    start = student_of(teacher, 8, 1).encode(pool.names)
    assert count == 2
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert abs(vectors - alone).max() < 0.01 * abs(start - alone).max()
    assert (tmp_path / "by_0" / "model.safetensors").is_file()
    assert not (tmp_path / "by_1").exists()


def test_a_teacher_of_two_processes_has_one_vocabulary_and_one_set_of_weights(
    pool: Pool, tmp_path: Path
) -> None:
    recipe = _recipe(tmp_path, 4)

    def run() -> tuple[dict[str, np.ndarray], str]:
        model = train_teacher(recipe, pool)
        return _weights(model), model.tokenizer.to_str()

    (first, vocabulary), (second, other) = _together(run)
    assert vocabulary == other
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_a_share_is_every_nth_row_and_shares_are_the_batch() -> None:
    def run() -> tuple[list[int], list[float]]:
        model = torch.nn.Linear(2, 1)
        parallel.start_alike(model)
        model.weight.grad = torch.full_like(model.weight, 1.0 + 2 * parallel.rank())
        parallel.average_gradients(model)
        return parallel.share(np.arange(5)).tolist(), model.weight.grad.ravel().tolist()

    assert _together(run) == [([0, 2, 4], [2.0, 2.0]), ([1, 3], [2.0, 2.0])]


def test_alone_nothing_changes() -> None:
    assert (parallel.processes(), parallel.rank(), parallel.local_rank()) == (1, 0, 0)
    assert parallel.share(np.arange(3)).tolist() == [0, 1, 2]
    with parallel.first_process_first():
        pass
