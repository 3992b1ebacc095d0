"""Two processes that train together take the steps that one takes on the whole batches."""

from __future__ import annotations

import copy
import dataclasses
import multiprocessing
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from edge_er.errors import RecipeError
from edge_er.training import parallel
from edge_er.training.data import pair_cache
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.data.pool import Pool
from edge_er.training.methods import dse
from edge_er.training.methods.simtde import student_of
from edge_er.training.methods.student import train_student
from edge_er.training.methods.teacher import train_teacher
from edge_er.training.models.cross_encoder import CrossEncoder, cross_encoder_of, load_cross_encoder
from edge_er.training.models.dual_encoder import DualEncoder, load_model, save_model
from edge_er.training.settings import (
    DataSettings,
    DSESettings,
    ModelSettings,
    OptimSettings,
    Recipe,
    StudentSettings,
)

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


@pytest.fixture
def undropped(teacher: DualEncoder) -> DualEncoder:
    """The teacher without dropout, of which processes draw the same numbers for other texts."""
    model = copy.deepcopy(teacher)
    model.bert.config.hidden_dropout_prob = model.bert.config.attention_probs_dropout_prob = 0.0
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        elif hasattr(module, "dropout_prob"):
            module.dropout_prob = 0.0
    return model


def _dse_recipe(folder: Path, **settings: Any) -> Recipe:
    shape = DSESettings(folder=str(folder / "dse"), extra_layers=0, requests=40, candidates=5, **settings)
    optim = OptimSettings(requests=32 * 6, batch=32, learning_rate=1e-3, neighbours=4)
    return dataclasses.replace(_recipe(folder, 6), optim=optim, dse=shape)


def _counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """How many rows each call of a loss of DSE gets."""
    loss, counts = getattr(dse, name), []
    monkeypatch.setattr(dse, name, lambda scores, *rest: counts.append(len(scores)) or loss(scores, *rest))
    return counts


def test_a_pair_teacher_of_two_processes_is_that_of_one(
    pool: Pool, undropped: DualEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = _counted(monkeypatch, "group_loss")
    recipe = _dse_recipe(tmp_path)
    asked, named = undropped.tokenize(pool.queries[:20]), undropped.tokenize(pool.names[:8])
    pairs = np.stack([np.arange(20), np.arange(20) % 8], axis=1)

    def scores(model: CrossEncoder) -> np.ndarray:
        return model.eval().scores(asked, named, pairs).detach().numpy()

    def run() -> tuple[dict[str, np.ndarray], np.ndarray, list[int]]:
        model = dse.train_pair_teacher(recipe, copy.deepcopy(undropped), pool)
        return _weights(model), scores(model), groups

    (first, reached, of_first), (second, _, of_second) = _together(run)
    assert of_first == of_second == [4] * 6  # of the 8 groups of a batch
    alone, start = run()[1], scores(cross_encoder_of(undropped, 0, recipe.optim.seed))
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert abs(reached - alone).max() < 0.02 * abs(start - alone).max()


def test_pairs_are_scored_once_by_one_of_two_processes(
    pool: Pool, teacher: DualEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = cross_encoder_of(teacher, 0).eval()
    pairs = pair_cache.pairs_of_lists(make_lists(pool, teacher, 30, 5, seed=1))
    monkeypatch.setattr(pair_cache, "PART", 40)
    scored, taken = pair_cache._scores, []
    monkeypatch.setattr(
        pair_cache, "_scores", lambda model, rows: taken.append(len(rows)) or scored(model, rows)
    )
    whole = pair_cache.cache_scores(model, pairs, tmp_path / "alone.parquet")
    assert taken == [40, 40, 40, 30]

    def run() -> tuple[list[int], list[float]]:
        taken.clear()
        together = pair_cache.cache_scores(model, pairs, tmp_path / "together.parquet")
        return list(taken), together.column("score").to_pylist()

    (of_first, scores), (of_second, again) = _together(run)
    assert (of_first, of_second) == ([40, 40], [40, 30])
    assert scores == again == whole.column("score").to_pylist()
    assert pq.read_table(tmp_path / "together.parquet").drop(["score"]).equals(pairs)
    assert not list(tmp_path.glob("*.parts"))


def test_the_three_steps_of_dse_by_two_processes_are_those_of_one(
    pool: Pool, undropped: DualEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_model(undropped, tmp_path / "start", {"max_tokens": undropped.max_tokens})
    start = str(tmp_path / "start")
    # with alpha 1 the student's loss is a mean over requests
    recipe = _dse_recipe(
        tmp_path, start=start, student=start, alpha=1.0, student_requests=320, student_batch=32
    )
    monkeypatch.setattr(dse, "data_folder", lambda settings, given=None: tmp_path)
    monkeypatch.setattr(dse, "data_key", lambda folder, settings: "")
    monkeypatch.setattr(dse, "load_pool", lambda folder, settings, part=None: pool)
    monkeypatch.setattr(dse, "held_tasks", lambda folder, share: [])
    monkeypatch.setattr(
        dse, "held_pairs", lambda tasks: pair_cache.pairs_of_lists(make_lists(pool, undropped, 4, 3, 1))
    )

    requests = _counted(monkeypatch, "dse_loss")

    def into(name: str) -> tuple[dict[str, np.ndarray], np.ndarray, list[int]]:
        folder = tmp_path / name
        own = dataclasses.replace(recipe.dse, folder=str(folder / "dse"))
        changed = dataclasses.replace(recipe, out=str(folder / "out"), dse=own)
        monkeypatch.setattr(dse, "read_recipe", lambda file: changed)
        student = load_model(dse.main(tmp_path / "recipe.toml"))
        return _weights(student), student.encode(pool.names), requests

    (first, reached, of_first), (second, _, of_second) = _together(lambda: into("together"))
    assert of_first == of_second == [16] * 10  # of the 32 requests of a batch
    alone, before = into("alone")[1], undropped.encode(pool.names)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert abs(reached - alone).max() < 0.05 * abs(before - alone).max()
    assert load_cross_encoder(tmp_path / "together" / "dse" / "teacher")
    assert not list((tmp_path / "together").rglob("*.parts"))


def test_a_batch_smaller_than_the_processes_is_refused() -> None:
    def run() -> list[str]:
        with pytest.raises(RecipeError) as caught:
            parallel.share(np.arange(1))
        return [str(caught.value)]

    assert all("expected at least 2, found 1" in message for (message,) in _together(run))


def test_a_head_is_trained_by_one_process(
    edge_er: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    code, _, said = edge_er("train", "dipair", tmp_path / "recipe.toml")
    assert code == 1
    assert "train dipair does not divide its work: expected one process, found 2" in " ".join(said.split())


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
