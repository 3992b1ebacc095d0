"""Layers compared with the teacher's: the states of its last ones, and students of another width through matrices."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from edge_er.errors import RecipeError
from edge_er.training.methods.layers import LayerMatch, narrow_student
from edge_er.training.methods.simtde import compare, student_of
from edge_er.training.methods.student import train_student
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.token_rows import length_chunks
from edge_er.training.settings import DataSettings, OptimSettings, Recipe, StudentSettings

TEXTS = ["pon la cadena ser por favor", "kiss fm", "onda cero"]


@pytest.fixture
def batch(teacher):
    ((_, ids, mask),) = length_chunks(teacher.tokenize(TEXTS), 9, teacher.device)
    return ids, mask


def test_hidden_states_are_compared_with_the_teachers_last_layers(teacher, batch):
    ids, mask = batch
    same = student_of(teacher, teacher.dim, 3)
    assert LayerMatch(same, teacher)(same, teacher, ids, mask)[1].item() == pytest.approx(0, abs=1e-6)
    shallow = student_of(teacher, 4, 2)
    states, error = LayerMatch(shallow, teacher)(shallow, teacher, ids, mask)
    mine = shallow.bert(ids, mask, output_hidden_states=True).hidden_states
    theirs = teacher.bert(ids, mask, output_hidden_states=True).hidden_states
    real = mask.bool()
    expected = sum((mine[at][real] - theirs[at][real]).pow(2).mean() for at in (-1, -2)) / 2
    assert error.item() == pytest.approx(expected.item(), rel=1e-4)
    assert torch.allclose(states, shallow.token_states(ids, mask), atol=1e-6)


def test_a_student_of_the_teachers_width_is_compared_without_matrices(teacher):
    assert not list(LayerMatch(student_of(teacher, 4, 2), teacher).parameters())
    assert len(list(LayerMatch(narrow_student(teacher, 16, 2), teacher).parameters())) == 3


def test_a_narrow_student_ends_in_the_teachers_dimensions_and_comes_back_the_same(teacher, tmp_path):
    student = narrow_student(teacher, 16, 2).eval()
    config = student.bert.config
    assert (student.width, student.dim, config.num_hidden_layers) == (16, teacher.dim, 2)
    assert config.intermediate_size == teacher.bert.config.intermediate_size // 2
    save_model(student, tmp_path, {"max_tokens": student.max_tokens})
    assert abs(load_model(tmp_path).encode(TEXTS) - student.encode(TEXTS)).max() < 1e-6


def test_a_width_that_the_heads_do_not_divide_is_refused(teacher):
    with pytest.raises(RecipeError, match="multiple of the teacher's 2 heads, found 15"):
        narrow_student(teacher, 15, 1)


@pytest.fixture
def recipe(tmp_path):
    return Recipe(
        "tiny",
        str(tmp_path / "out"),
        DataSettings(cache=str(tmp_path / "pool")),
        student=StudentSettings(token_dim=4, keep_layers=2, layers="random", hidden_states=1.0),
        optim=OptimSettings(requests=64 * 60, batch=64, learning_rate=3e-3),
    )


def errors(student, teacher, pool):
    """L_SE and the layers' error on names; of a narrow student the latter is through fresh matrices."""
    chunks = length_chunks(teacher.tokenize(pool.names), 32, teacher.device)
    with torch.no_grad():
        found = compare(
            student, teacher, chunks, np.arange(len(pool.names)), None, LayerMatch(student, teacher)
        )
    return (found.embedded - found.wanted).pow(2).mean().item(), found.hidden.item()


def test_layers_learn_the_teachers_states_in_place_of_its_weights(recipe, teacher, pool):
    without = dataclasses.replace(recipe, student=dataclasses.replace(recipe.student, hidden_states=0.0))
    learned, ignored = (
        errors(train_student(each, teacher, pool), teacher, pool)[1] for each in (recipe, without)
    )
    assert learned < 0.7 * ignored


def test_a_narrow_student_learns_its_teacher_through_matrices_and_is_the_same_again(recipe, teacher, pool):
    shape = StudentSettings(token_dim=0, keep_layers=3, layers="random", width=16, hidden_states=1.0)
    narrow = dataclasses.replace(recipe, student=shape)
    trained = train_student(narrow, teacher, pool)
    torch.manual_seed(1)
    start = narrow_student(teacher, 16, 3).eval()
    assert errors(trained, teacher, pool)[0] < 0.5 * errors(start, teacher, pool)[0]
    again = train_student(narrow, teacher, pool)
    assert all(
        torch.equal(mine, theirs)
        for mine, theirs in zip(trained.parameters(), again.parameters(), strict=True)
    )
