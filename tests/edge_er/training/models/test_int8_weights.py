"""Float32 weights are read back from an exported encoder: what a package ships can be trained further."""

import json

import numpy as np
import pytest
import torch

from edge_er.errors import EncoderError, RecipeError
from edge_er.training.export.encoder_graph import build_onnx
from edge_er.training.methods.hpd import train_hpd, with_projection
from edge_er.training.methods.simtde import student_of
from edge_er.training.methods.teacher import new_teacher, train_teacher
from edge_er.training.models.dual_encoder import DualEncoder, save_model
from edge_er.training.models.int8_weights import read_back
from edge_er.training.models.pretrained import load_own, load_teacher
from edge_er.training.settings import HPDSettings, ModelSettings, OptimSettings, Recipe, StudentSettings


def write_exported(model: DualEncoder, folder, float_weights=()):
    """An encoder folder without float32 weights."""
    folder.mkdir(parents=True, exist_ok=True)
    card = {"name": "t", "dim": model.dim, "max_tokens": model.max_tokens, "vector_scale": 200.0}
    (folder / "encoder.onnx").write_bytes(build_onnx(model, float_weights).SerializeToString())
    (folder / "tokenizer.json").write_text(model.tokenizer.to_str(), encoding="utf-8")
    (folder / "encoder.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def of_each_kind(teacher):
    student = student_of(teacher, 8, 2)
    axes = np.eye(12, teacher.width, dtype=np.float32)
    return {"teacher": teacher, "student": student, "reduced": with_projection(student, axes).eval()}


@pytest.mark.parametrize("kind", ["teacher", "student", "reduced"])
def test_the_weights_come_back(teacher, pool, tmp_path, kind):
    model = of_each_kind(teacher)[kind].eval()
    texts = pool.queries[:40]
    whole = read_back(write_exported(model, tmp_path / "float", None))
    assert np.abs(whole.encode(texts) - model.encode(texts)).max() < 1e-5
    rounded = read_back(write_exported(model, tmp_path / "int8"))
    assert (rounded.encode(texts) * model.encode(texts)).sum(1).min() > 0.999
    assert (rounded.dim, rounded.max_tokens) == (model.dim, model.max_tokens)


@pytest.mark.parametrize("kind", ["teacher", "student", "reduced"])
@pytest.mark.parametrize("exported", [True, False])
def test_training_starts_from_every_encoder_of_ours(teacher, pool, tmp_path, kind, exported):
    model, folder = of_each_kind(teacher)[kind].eval(), tmp_path / "start"
    if exported:
        write_exported(model, folder)
    else:
        save_model(model, folder, {"max_tokens": model.max_tokens})
    optim = OptimSettings(requests=64, batch=16, mine_every=4)
    recipe = Recipe("t", str(tmp_path / "out"), model=ModelSettings(init=str(folder)), optim=optim)
    started = new_teacher(recipe.model, pool, seed=1)
    assert (started.encode(pool.names) * model.encode(pool.names)).sum(1).min() > 0.999
    trained = train_teacher(recipe, pool)
    assert np.abs(trained.encode(pool.names) - model.encode(pool.names)).max() > 1e-3


@pytest.mark.parametrize("kind", ["student", "reduced"])
def test_hpd_goes_on_from_an_exported_student(teacher, pool, tmp_path, kind):
    write_exported(of_each_kind(teacher)[kind].eval(), tmp_path / "start")
    recipe = Recipe(
        "t",
        str(tmp_path / "out"),
        student=StudentSettings(token_dim=8),
        hpd=HPDSettings(dim=6, start=str(tmp_path / "start"), sample=100),
        optim=OptimSettings(requests=64, batch=16),
    )
    assert train_hpd(recipe, teacher, pool).dim == 6


def test_hpd_refuses_a_teacher_that_is_reduced_already(teacher, pool, tmp_path):
    recipe = Recipe("t", str(tmp_path / "out"), hpd=HPDSettings(dim=6))
    with pytest.raises(RecipeError, match="12 of 32 dimensions"):
        train_hpd(recipe, of_each_kind(teacher)["reduced"], pool)


def test_a_student_of_a_student_starts_from_its_table(teacher, pool):
    student = student_of(teacher, 8, 2).eval()
    again = student_of(student, 8, 2).eval()
    assert np.abs(again.encode(pool.names) - student.encode(pool.names)).max() < 1e-4
    assert student_of(of_each_kind(teacher)["reduced"], 8, 2).dim == 12


def test_the_fold_that_ships_without_float32_weights_can_be_trained_further():
    model = load_own("multilingual-32-hpd64-fold", "[model] init")
    vectors = torch.from_numpy(model.encode(["cadena ser", "kiss fm"]))
    assert vectors.shape == (2, 64)


def test_a_graph_that_is_not_ours_is_refused(encoder_folder):
    with pytest.raises(EncoderError, match="edge-er train export"):
        read_back(encoder_folder)


@pytest.mark.parametrize("name", ["models/encoders/no-such", "../no-such", "/no/such"])
def test_a_missing_start_says_where_it_was_looked_for(name, monkeypatch, tmp_path, pool):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RecipeError, match=r"\[model\] init: no folder .* seen from"):
        new_teacher(ModelSettings(init=name), pool, 1)
    with pytest.raises(RecipeError, match=r"\[student\] teacher: no folder"):
        load_teacher(name)
    with pytest.raises(RecipeError, match=r"\[hpd\] start: no folder"):
        load_own(name, "[hpd] start")
