"""Every training method on a device: nothing stays behind on the CPU, and no step waits for the device."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pytest
import torch
from pretended_device import DEVICE, PretendedDevice, There

from edge_er.training import loop
from edge_er.training.data import batches
from edge_er.training.data.held_requests import HeldTask
from edge_er.training.data.pair_cache import cache_scores, pairs_of_lists
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.data.pairs import Pairs
from edge_er.training.export.head_export import _right_first
from edge_er.training.loop import Run
from edge_er.training.methods import dipair, dse, hpd, pair_scorers, student
from edge_er.training.methods import teacher as teacher_module
from edge_er.training.models.cross_encoder import CrossEncoder, cross_encoder_of
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.settings import (
    DataSettings,
    DSESettings,
    HeadSettings,
    HPDSettings,
    ModelSettings,
    OptimSettings,
    Recipe,
    StudentSettings,
)

USERS = (loop, student, teacher_module, hpd, dse, dipair, pair_scorers)
STEPS = 6


@pytest.fixture
def device(monkeypatch):
    """The pretended device as the best one; `waits` of it are those within steps."""
    for module in USERS:
        monkeypatch.setattr(module, "best_device", lambda: DEVICE)
    monkeypatch.setattr(batches, "_by_faiss", None)  # names are searched on the device
    step, pretended = Run.step, PretendedDevice()

    def stepping(self, number, loss):
        if number == self.first_step:
            pretended.waits.clear()  # a run may wait before its first step
        assert isinstance(loss, There)
        step(self, number, loss)
        pretended.seen = list(pretended.waits)

    monkeypatch.setattr(Run, "step", stepping)
    return pretended


@pytest.fixture
def recipe(tmp_path):
    return Recipe(
        "tiny",
        str(tmp_path / "out"),
        DataSettings(cache=str(tmp_path / "pool")),
        model=ModelSettings(vocab_size=400, layers=1, hidden=32, heads=2, intermediate=64, max_tokens=24),
        student=StudentSettings(token_dim=8, keep_layers=1, hidden_states=0.1),
        hpd=HPDSettings(dim=6, sample=100),
        head=HeadSettings(request_tokens=6, entity_tokens=4, dim=8, intermediate=16, candidates=4),
        dse=DSESettings(extra_layers=1, candidates=4, student_requests=16 * STEPS, student_batch=16),
        optim=OptimSettings(requests=32 * STEPS, batch=32, neighbours=4, chunk=8),
    )


def _there(model):
    return copy.deepcopy(model).to(DEVICE)


def _trained_there(model):
    """That all weights are on the device, and finite."""
    weights = list(model.parameters())
    return bool(weights) and all(
        isinstance(each.data, There) and bool(each.data.values.isfinite().all()) for each in weights
    )


def test_a_teacher(recipe, pool, device):
    mining = dataclasses.replace(recipe, optim=dataclasses.replace(recipe.optim, mine_every=STEPS // 2))
    with device:
        model = teacher_module.train_teacher(recipe, pool)
        assert _trained_there(model) and not device.seen
        again = teacher_module.train_teacher(mining, pool)
        assert _trained_there(again)
        assert model.encode(pool.names[:4]).shape == (4, 32)


def test_a_student_is_that_of_the_cpu(recipe, pool, teacher, device, monkeypatch):
    with device:
        model = student.train_student(recipe, copy.deepcopy(teacher), pool)
        assert _trained_there(model) and not device.seen
        found = model.encode(pool.names)
    monkeypatch.undo()
    monkeypatch.setattr(loop, "able_bfloat16", lambda device: False)
    wanted = student.train_student(recipe, copy.deepcopy(teacher), pool).encode(pool.names)
    assert np.abs(found - wanted).max() < 1e-4


@pytest.mark.parametrize("similarity", [0.0, 1.0])
@pytest.mark.parametrize("ensemble", [False, True])
def test_hpd(recipe, pool, teacher, device, tmp_path, similarity, ensemble):
    save_model(teacher, tmp_path / "teacher", {"max_tokens": 24})
    folders = [str(tmp_path / "teacher")] * 2 if ensemble else []
    shape = dataclasses.replace(recipe.hpd, similarity=similarity, teachers=folders)
    with device:
        model = hpd.train_hpd(dataclasses.replace(recipe, hpd=shape), copy.deepcopy(teacher), pool)
        assert _trained_there(model) and not device.seen


def test_dse(recipe, pool, teacher, device, tmp_path):
    dual = copy.deepcopy(teacher)
    with device:
        model = dse.train_pair_teacher(recipe, dual, pool)
        assert _trained_there(model) and not device.seen
        lists = make_lists(pool, dual, 30, 4, seed=1)
        pairs = cache_scores(model, pairs_of_lists(lists), tmp_path / "scores.parquet")
        distilled = dse.distil(recipe, dual, pairs)
        assert _trained_there(distilled) and not device.seen


@pytest.mark.parametrize("side", ["output", "table"])
@pytest.mark.parametrize("start", ["likeness", "random"])
def test_dipair(recipe, pool, teacher, device, side, start):
    shape = dataclasses.replace(recipe.head, joint_requests=32 * STEPS, entity_side=side, start=start)
    with device:
        model = _there(teacher)
        lists = make_lists(pool, model, 60, 4, seed=1)
        head, model = dipair.train_head(dataclasses.replace(recipe, head=shape), model, lists)
        assert _trained_there(head) and _trained_there(model) and not device.seen
        assert 0 <= _right_first(model, head, lists)[0] <= 1


@pytest.mark.parametrize("kind", [pair_scorers.VectorScorer, pair_scorers.HeadScorer])
def test_scorers_of_pairs(recipe, pool, teacher, device, tmp_path, kind):
    named = [pool.names[entity] for entity in pool.entity[:24]]
    pairs = Pairs(pool.queries[:24], named[::-1], np.tile(np.float32([0, 1]), 12))
    optim = dataclasses.replace(recipe.optim, requests=48, batch=8)
    with device:
        cross = pair_scorers.train_teacher(cross_encoder_of(teacher, 0), pairs, optim, tmp_path)
        assert _trained_there(cross) and not device.seen
        taught, model = pair_scorers.teacher_scores(cross, pairs), copy.deepcopy(teacher)
        scorer = kind(*([recipe.head, 32] if kind is pair_scorers.HeadScorer else [32]))
        stages = pair_scorers.Stages(frozen_pairs=48, joint_pairs=48, batch=8)
        loss = pair_scorers.reconstruction_loss
        pair_scorers.train_scorer(model, scorer, pairs, taught, loss, stages, tmp_path)
        assert _trained_there(scorer) and not device.seen
        assert pair_scorers.scores_of(model, scorer, pairs).shape == (24,)


def test_the_whole_ways_of_dse_and_dipair(recipe, pool, teacher, device, tmp_path, monkeypatch):
    save_model(teacher, tmp_path / "start", {"max_tokens": 24})
    names, asked = np.array(pool.cluster), np.array(pool.entity[:20])
    task = HeldTask("es", "station", pool.names, names, pool.queries[:20], ["asr"] * 20, asked)
    start = str(tmp_path / "start")
    shape = dataclasses.replace(
        recipe.dse, start=start, student=start, folder=str(tmp_path / "dse"), requests=40, held_candidates=4
    )
    whole = dataclasses.replace(recipe, dse=shape, head=dataclasses.replace(recipe.head, encoder=start))
    for module in (dse, dipair):
        monkeypatch.setattr(module, "load_pool", lambda folder, settings, part=None: pool)
        monkeypatch.setattr(module, "data_folder", lambda settings, given=None: tmp_path)
    monkeypatch.setattr(dse, "read_recipe", lambda file: whole)
    monkeypatch.setattr(dse, "data_key", lambda folder, settings: "")
    monkeypatch.setattr(dse, "held_tasks", lambda folder, share: [task])
    here = []
    for kind, name in ((DualEncoder, "encode_there"), (CrossEncoder, "scores")):
        made = getattr(kind, name)
        monkeypatch.setattr(
            kind, name, lambda self, *given, made=made: here.append(self.device) or made(self, *given)
        )
    with device:
        dse.main(tmp_path / "recipe.toml")
        trained = dipair.train(whole)
        assert _trained_there(trained.head)
    assert here and set(here) == {DEVICE}


def test_what_stays_behind_is_refused_and_what_waits_is_counted():
    with PretendedDevice() as device:
        layer = torch.nn.Linear(3, 2).to(DEVICE)
        with pytest.raises(RuntimeError, match="on the CPU among tensors of the device"):
            layer(torch.ones(4, 3))
        loss = layer(torch.ones(4, 3).to(DEVICE)).sum()
        loss.backward()
        assert isinstance(layer.weight.grad, There) and not device.waits
        assert loss.item() == pytest.approx(float(loss.detach().values))
        assert bool((loss.detach() > 0).cpu()) in (True, False)
        layer.weight[torch.ones(2, dtype=torch.bool, device=DEVICE)]
        assert device.waits == ["aten::_local_scalar_dense", "aten::_to_copy", "aten::index"]


def test_a_step_that_waits_would_be_seen(recipe, pool, teacher, device, monkeypatch):
    loss_of = student.simtde_loss

    def waiting(found, shape):
        loss = loss_of(found, shape)
        loss.total.item()
        return loss

    monkeypatch.setattr(student, "simtde_loss", waiting)
    with device:
        student.train_student(recipe, copy.deepcopy(teacher), pool)
    assert device.seen


def test_compiling_is_a_setting(recipe, pool, teacher, monkeypatch):
    asked = []
    monkeypatch.setattr(torch.nn.Module, "compile", lambda self, **how: asked.append(how))
    student.train_student(recipe, copy.deepcopy(teacher), pool)
    assert not asked
    optim = dataclasses.replace(recipe.optim, compile=True, chunk=0)
    student.train_student(dataclasses.replace(recipe, optim=optim), copy.deepcopy(teacher), pool)
    assert asked == [{"dynamic": True}]
