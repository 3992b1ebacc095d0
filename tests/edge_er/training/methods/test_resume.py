"""A training that is stopped and taken up again ends with the weights of one that was not, to the bit."""

from __future__ import annotations

import copy
import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from edge_er.errors import RecipeError
from edge_er.training.data.batches import Batches
from edge_er.training.data.held_requests import HeldTask
from edge_er.training.data.pair_cache import cache_scores, pairs_of_lists
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.loop import Run
from edge_er.training.methods import dse
from edge_er.training.methods.dipair import train_head
from edge_er.training.methods.hpd import train_hpd
from edge_er.training.methods.student import train_student
from edge_er.training.methods.teacher import train_teacher
from edge_er.training.models.cross_encoder import load_cross_encoder
from edge_er.training.models.dual_encoder import load_model, save_model
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

STEPS, SAVED = 12, 5  # checkpoints at 5 and 10, names mined at 0, 4 and 8


@pytest.fixture
def recipe(tmp_path):
    return Recipe(
        "tiny",
        str(tmp_path / "out"),
        DataSettings(cache=str(tmp_path / "pool")),
        model=ModelSettings(vocab_size=400, layers=1, hidden=32, heads=2, intermediate=64, max_tokens=24),
        student=StudentSettings(token_dim=8, keep_layers=1),
        hpd=HPDSettings(dim=6, sample=100, similarity=1.0),
        head=HeadSettings(request_tokens=6, entity_tokens=4, dim=8, intermediate=16, candidates=4),
        dse=DSESettings(extra_layers=1, candidates=4, student_requests=16 * STEPS, student_batch=16),
        optim=OptimSettings(
            requests=32 * STEPS, batch=32, neighbours=4, mine_every=4, save_every=SAVED, learning_rate=3e-3
        ),
    )


def _changed(recipe, section, **values):
    return dataclasses.replace(recipe, **{section: dataclasses.replace(getattr(recipe, section), **values)})


@pytest.fixture
def stopped(monkeypatch):
    """Calls a training, stops it at a step of its nth run, and calls it again to go on."""

    def call(train, at, run=1):
        step, runs = Run.step, []

        def stopping(self, number, loss):
            if self not in runs:
                runs.append(self)
            if len(runs) == run and number == at:
                raise KeyboardInterrupt
            step(self, number, loss)

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(Run, "step", stopping)
            train(False)
        torch.manual_seed(99)  # what happened in between
        torch.rand(5)
        return train(True)

    return call


def _same(one, other):
    weights = other.state_dict()
    return all(torch.equal(value, weights[name]) for name, value in one.state_dict().items())


def _dropping(teacher, folder):
    """The teacher with dropout, so that random numbers decide what is learned."""
    model = copy.deepcopy(teacher)
    model.bert.config.hidden_dropout_prob = model.bert.config.attention_probs_dropout_prob = 0.2
    save_model(model, folder, {"max_tokens": model.max_tokens})
    return str(folder)


@pytest.mark.parametrize("at", [6, 10])
@pytest.mark.parametrize("dropout", [False, True])
def test_a_teacher(recipe, pool, teacher, stopped, tmp_path, at, dropout):
    if dropout:
        recipe = _changed(recipe, "model", init=_dropping(teacher, tmp_path / "init"))
    whole = train_teacher(recipe, pool)
    assert _same(whole, stopped(lambda resume: train_teacher(recipe, pool, resume), at))


def test_mined_names_are_those_of_the_checkpoint(recipe, pool, stopped, monkeypatch):
    mined, mine = [], Batches.mine
    monkeypatch.setattr(Batches, "mine", lambda self, model: mined.append(1) or mine(self, model))
    stopped(lambda resume: train_teacher(recipe, pool, resume), 6)
    assert len(mined) == 3  # before steps 0 and 4, and before step 8 of the second part


def test_a_simtde_student(recipe, pool, teacher, stopped):
    whole = train_student(recipe, teacher, pool)
    assert _same(whole, stopped(lambda resume: train_student(recipe, teacher, pool, resume), 7))


def test_a_student_of_fewer_dimensions(recipe, pool, teacher, stopped):
    whole = train_hpd(recipe, teacher, pool)
    assert _same(whole, stopped(lambda resume: train_hpd(recipe, teacher, pool, resume), 7))


def test_the_pair_teacher_and_its_student(recipe, pool, teacher, stopped, tmp_path):
    whole = dse.train_pair_teacher(recipe, teacher, pool)
    resumed = stopped(lambda resume: dse.train_pair_teacher(recipe, teacher, pool, resume), 7)
    assert _same(whole, resumed)
    lists = make_lists(pool, teacher, 30, 4, seed=1)
    pairs = cache_scores(whole, pairs_of_lists(lists), tmp_path / "scores.parquet")

    def distilled(resume):
        return dse.distil(recipe, copy.deepcopy(teacher), pairs, resume)

    assert _same(distilled(False), stopped(distilled, 7))


@pytest.mark.parametrize("run", [1, 2])
def test_a_head_in_either_stage(recipe, pool, teacher, stopped, run):
    lists = make_lists(pool, teacher, 60, 4, seed=1)
    recipe = _changed(recipe, "head", joint_requests=32 * STEPS)

    def trained(resume):
        return torch.nn.ModuleList(train_head(recipe, copy.deepcopy(teacher), lists, resume))

    assert _same(trained(False), stopped(trained, 7, run))


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [("student", "alpha", 0.1), ("optim", "learning_rate", 1e-4), ("optim", "seed", 2)],
)
def test_a_checkpoint_of_other_settings_is_refused(recipe, pool, teacher, stopped, section, name, value):
    other = _changed(recipe, section, **{name: value})
    with pytest.raises(
        RecipeError, match=rf"checkpoint\.pt: .*\[{section}\] {name}: expected .*, found {value}"
    ):
        stopped(lambda resume: train_student(other if resume else recipe, teacher, pool, resume), 7)


def test_what_says_nothing_about_the_weights_may_change(recipe, pool, teacher, stopped):
    other = _changed(recipe, "optim", save_every=3)
    trained = stopped(lambda resume: train_student(other if resume else recipe, teacher, pool, resume), 7)
    assert _same(trained, train_student(recipe, teacher, pool))


@pytest.fixture
def dse_run(recipe, pool, teacher, tmp_path, monkeypatch):
    """`edge-er train dse` of the recipe with some settings changed; gives the student it wrote."""
    save_model(teacher, tmp_path / "start", {"max_tokens": teacher.max_tokens})
    start, names = str(tmp_path / "start"), np.array(pool.cluster)
    task = HeldTask(
        "es", "station", pool.names, names, pool.queries[:9], ["asr"] * 9, np.array(pool.entity[:9])
    )
    monkeypatch.setattr(dse, "load_pool", lambda folder, settings, part=None: pool)
    monkeypatch.setattr(dse, "data_folder", lambda settings, given=None: tmp_path)
    monkeypatch.setattr(dse, "data_key", lambda folder, settings: str(settings.seed))
    monkeypatch.setattr(dse, "held_tasks", lambda folder, share: [task])
    usual = {
        "start": start,
        "student": start,
        "folder": str(tmp_path / "dse"),
        "requests": 40,
        "held_candidates": 4,
    }

    def run(resume=True, **changes):
        changed = _changed(recipe, "dse", **{**usual, **changes})
        monkeypatch.setattr(dse, "read_recipe", lambda file: changed)
        return load_model(dse.main(tmp_path / "recipe.toml", resume=resume))

    return run


@pytest.fixture
def taken(monkeypatch):
    """The steps of DSE that were taken."""
    names = []
    for name in ("train_pair_teacher", "make_lists", "distil"):
        made = getattr(dse, name)
        monkeypatch.setattr(
            dse, name, lambda *given, name=name, made=made: names.append(name) or made(*given)
        )
    return names


def test_a_resumed_recipe_takes_no_step_twice(dse_run, taken):
    whole = dse_run(resume=False)
    assert taken == ["train_pair_teacher", "make_lists", "distil"]
    taken.clear()
    assert _same(whole, dse_run()) and taken == []


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({"alpha": 0.1}, ["distil"]),
        ({"requests": 30}, ["make_lists", "distil"]),
        ({"extra_layers": 0}, ["train_pair_teacher", "make_lists", "distil"]),
    ],
)
def test_steps_of_another_recipe_are_taken_anew(dse_run, taken, tmp_path, changes, steps):
    dse_run(resume=False)
    taken.clear()
    resumed = dse_run(**changes)
    assert taken == steps
    layers = load_cross_encoder(tmp_path / "dse" / "teacher").encoder.bert.config.num_hidden_layers
    assert layers == (3 if changes.get("extra_layers") == 0 else 4)
    assert len(pq.read_table(tmp_path / "dse" / "train_scores.parquet")) == 4 * changes.get("requests", 40)
    assert _same(resumed, dse_run(resume=False, **changes))


def test_other_weights_to_start_from_are_another_recipe(dse_run, taken, teacher, tmp_path):
    dse_run(resume=False)
    taken.clear()
    other = copy.deepcopy(teacher)
    with torch.no_grad():
        next(other.parameters()).add_(0.01)
    save_model(other, tmp_path / "start", {"max_tokens": teacher.max_tokens})
    dse_run()
    assert taken == ["train_pair_teacher", "make_lists", "distil"]


def test_a_step_that_was_begun_for_another_recipe_is_begun_again(dse_run, stopped):
    wanted = dse_run(resume=False, extra_layers=0)
    begun = iter([{}, {"extra_layers": 0}])
    assert _same(stopped(lambda resume: dse_run(resume, **next(begun)), 7), wanted)
