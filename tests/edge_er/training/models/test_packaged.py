"""Students of packaged teachers: found in a folder or an installed package, texts read as they are, targets kept."""

import json
import sys

import numpy as np
import pytest
import torch
from test_pretrained import WORDS, _save_pretrained

from edge_er.errors import RecipeError
from edge_er.training.data.pool import Pool
from edge_er.training.data.targets import TeacherTargets
from edge_er.training.methods.simtde import student_of
from edge_er.training.methods.student import text_places, train_student
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.pretrained import load_teacher
from edge_er.training.models.token_rows import TokenRows, length_chunks
from edge_er.training.settings import OptimSettings, Recipe, SentenceSettings, StudentSettings

SENTENCES = ["pon cadena ser", "Radio Kiss", "kiss fm radio radio", "ser", "pon kiss"]


@pytest.fixture
def packaged(tmp_path, monkeypatch):
    """An installed package `tiny_minilm` with a model inside; the name that recipes call it by."""
    package = tmp_path / "site" / "tiny_minilm"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    _save_pretrained(package / "model")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site"), *sys.path])
    return "package:tiny_minilm"


@pytest.fixture
def minilm(packaged):
    return load_teacher(packaged, max_tokens=20)


def test_a_teacher_is_found_in_a_package_a_folder_and_our_own_folders(packaged, minilm, teacher, tmp_path):
    from_folder = load_teacher(str(tmp_path / "site" / "tiny_minilm" / "model"), 20)
    assert np.array_equal(from_folder.encode(SENTENCES), minilm.encode(SENTENCES))
    save_model(teacher, tmp_path / "own", {"max_tokens": teacher.max_tokens})
    own = load_teacher(str(tmp_path / "own"))
    assert own.canonical and not minilm.canonical
    assert np.abs(own.encode(SENTENCES) - teacher.encode(SENTENCES)).max() < 1e-6


@pytest.mark.parametrize(
    "name", ["package:no_such_package_here", "package:no.such.package", "/no/such/folder"]
)
def test_a_missing_teacher_is_refused_by_name(name):
    with pytest.raises(RecipeError, match=name.removeprefix("package:")):
        load_teacher(name)


def test_a_folder_missing_among_others_is_not_asked_of_the_hub(tmp_path, monkeypatch):
    (tmp_path / "encoders").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in ("encoders/shop", ""):
        with pytest.raises(RecipeError, match=f"no folder {name!r}, seen from"):
            load_teacher(name)


def test_a_packaged_teacher_reads_texts_as_they_are_also_when_its_student_is_loaded(minilm, tmp_path):
    unknown = WORDS.index("[UNK]")
    assert unknown in minilm.tokenize(["pon ser."])[0]  # the full stop is not in the vocabulary
    assert np.abs(minilm.encode(["pon ser."]) - minilm.encode(["pon ser"])).max() > 1e-3
    student = student_of(minilm, 4, 2)
    save_model(student, tmp_path / "student", {"max_tokens": 20})
    assert json.loads((tmp_path / "student" / "encoder.json").read_text())["canonical"] is False
    assert (
        np.abs(load_model(tmp_path / "student").encode(["pon ser."]) - student.encode(["pon ser."])).max()
        < 1e-6
    )


def test_targets_are_the_teachers_embeddings_computed_once(minilm, tmp_path, monkeypatch):
    rows = minilm.tokenize(SENTENCES)
    targets, places = TeacherTargets(minilm, rows, tmp_path), np.array([3, 0, 3])
    first = targets(places)
    for place, found in zip(places, first, strict=True):
        ((_, ids, mask),) = length_chunks(TokenRows.of([rows[place]]), 1, minilm.device)
        assert torch.allclose(minilm(ids, mask)[0], found, atol=2e-3)
    monkeypatch.setattr(minilm, "forward", lambda *_: pytest.fail("computed again"))
    assert torch.equal(TeacherTargets(minilm, rows, tmp_path)(places), first)
    assert TeacherTargets(student_of(minilm, 4, 2), rows, tmp_path).file != targets.file


def test_sentences_have_no_names_among_the_texts_of_a_step():
    places = text_places(Pool(SENTENCES, [], [], []), OptimSettings(batch=64, seed=1), step=3)
    assert len(places) == 64 and set(places) <= set(range(len(SENTENCES)))


def test_a_student_learns_its_teacher_from_sentences(minilm, tmp_path):
    recipe = Recipe(
        name="tiny",
        out=str(tmp_path / "out"),
        student=StudentSettings(token_dim=4, keep_layers=1),
        sentences=SentenceSettings(wordnet="given", cache=str(tmp_path / "targets")),
        optim=OptimSettings(requests=64 * 60, batch=64, learning_rate=3e-3),
    )
    trained = train_student(recipe, minilm, Pool(SENTENCES, [], [], []))
    untrained, wanted = student_of(minilm, 4, 1).eval(), minilm.encode(SENTENCES)
    assert (trained.encode(SENTENCES) * wanted).sum(1).mean() > (untrained.encode(SENTENCES) * wanted).sum(
        1
    ).mean()
    assert (trained.encode(SENTENCES) * wanted).sum(1).min() > 0.95
