"""Teacher and student learn, stop and go on; the export agrees with torch and passes or refuses at the gate."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from edge_er.encoder.encoder import Encoder
from edge_er.errors import QualityGateError, RecipeError
from edge_er.training.data.batches import Batches
from edge_er.training.data.dev import DevTask, recall_at_1
from edge_er.training.export import encoder_export as export
from edge_er.training.export.encoder_export import Reference, export_encoder, gate
from edge_er.training.export.encoder_graph import build_onnx, quantise_weight, weight_names
from edge_er.training.loop import Run
from edge_er.training.methods import student as student_module
from edge_er.training.methods.simtde import student_of
from edge_er.training.methods.teacher import contrastive_loss, train_teacher
from edge_er.training.models.dual_encoder import save_model
from edge_er.training.models.ensemble import Ensemble
from edge_er.training.models.vocabulary import spelling_table
from edge_er.training.recipe import checkpoint_file, read_recipe, work_folder
from edge_er.training.settings import DataSettings, ModelSettings, OptimSettings, Recipe, StudentSettings

SHAPE = ModelSettings(vocab_size=400, layers=2, hidden=32, heads=2, intermediate=64, max_tokens=24)


def _recipe(tmp_path, requests=1600):
    optim = OptimSettings(
        requests=requests, batch=32, learning_rate=2e-3, mine_every=20, save_every=10, neighbours=4
    )
    return Recipe(
        "tiny",
        str(tmp_path / "out"),
        DataSettings(cache=str(tmp_path / "pool")),
        model=SHAPE,
        student=StudentSettings(token_dim=16),
        optim=optim,
    )


def _task(pool):
    return DevTask("es", pool.names, pool.queries, np.array(pool.entity))


def test_contrastive_loss_leaves_out_rows_of_one_cluster():
    vectors = torch.nn.functional.normalize(torch.randn(4, 8), dim=-1)
    apart = contrastive_loss(vectors, vectors, torch.tensor([0, 1, 2, 3]), 0.05)
    doubled = torch.cat([vectors, vectors])
    together = contrastive_loss(doubled, doubled, torch.tensor([0, 1, 2, 3] * 2), 0.05)
    scores = vectors @ vectors.T / 0.05
    target = torch.arange(4)
    slow = torch.nn.functional.cross_entropy(scores, target)
    assert apart.item() == pytest.approx(slow.item(), abs=1e-4)
    others = torch.cat([scores, scores.masked_fill(torch.eye(4, dtype=torch.bool), -1e4)], dim=1)
    assert together.item() == pytest.approx(
        torch.nn.functional.cross_entropy(others, target).item(), abs=1e-4
    )


@pytest.fixture(scope="module")
def trained(pool, tmp_path_factory):
    recipe = _recipe(tmp_path_factory.mktemp("trained"), 3200)
    return train_teacher(recipe, pool), recipe


def test_the_teacher_learns_and_the_student_follows_it(trained, pool):
    teacher, recipe = trained
    task = _task(pool)
    reached = recall_at_1(teacher.encode, [task])["es"]
    student = student_module.train_student(recipe, teacher, pool)
    assert reached > 0.85
    assert recall_at_1(student.encode, [task])["es"] > 0.9 * reached


@pytest.fixture
def stop_at_step_10(monkeypatch):
    """A run that is interrupted once, right after its checkpoint of step 10."""
    save = Run.save
    stops = [10]

    def saving(self, step):
        save(self, step)
        if step in stops:
            stops.remove(step)
            raise KeyboardInterrupt

    monkeypatch.setattr(Run, "save", saving)


def test_a_stopped_student_goes_on_to_the_same_place(pool, tmp_path, teacher, request):
    whole = student_module.train_student(_recipe(tmp_path / "a", 480), teacher, pool)
    request.getfixturevalue("stop_at_step_10")
    recipe = _recipe(tmp_path / "b", 480)
    with pytest.raises(KeyboardInterrupt):
        student_module.train_student(recipe, teacher, pool)
    resumed = student_module.train_student(recipe, teacher, pool, resume=True)
    assert abs(resumed.encode(pool.names) - whole.encode(pool.names)).max() < 1e-3


def test_a_stopped_teacher_goes_on_with_its_own_vocabulary(pool, tmp_path, stop_at_step_10):
    recipe = _recipe(tmp_path, 480)
    with pytest.raises(KeyboardInterrupt):
        train_teacher(recipe, pool)
    begun = (work_folder(recipe) / "tokenizer.json").read_text(encoding="utf-8")
    resumed = train_teacher(recipe, pool, resume=True)
    assert resumed.tokenizer.get_vocab() == Tokenizer.from_str(begun).get_vocab()
    assert checkpoint_file(recipe).is_file()  # until the model is written


def test_batches_bring_confusable_names_together_and_repeat(trained, pool):
    teacher, recipe = trained
    batches = Batches(pool, recipe.optim)
    batches.mine(teacher)
    first, again = list(batches.draw(3, 6)), list(batches.draw(3, 6))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert all(len(rows) == recipe.optim.batch for rows in first)


def test_spelling_start_puts_like_spellings_together(teacher):
    table = spelling_table(teacher.tokenizer, 256, 0.05)
    vocab = teacher.tokenizer.get_vocab()
    pairs = [(vocab[t], vocab["##" + t]) for t in vocab if "##" + t in vocab]
    unit = table / np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    assert pairs and min(unit[a] @ unit[b] for a, b in pairs) > 0.99


def test_the_graph_agrees_with_torch_whatever_the_batch(trained, pool):
    teacher, _ = trained
    for model in (teacher, student_of(teacher, 8, 1)):
        card = {"dim": 32, "max_tokens": 24, "vector_scale": 300.0, "name": "t"}
        encoder = Encoder.from_bytes(build_onnx(model).SerializeToString(), model.tokenizer.to_str(), card)
        texts = pool.queries[:40]
        assert abs(encoder.encode(texts) - model.encode(texts)).max() < 1e-5
        one_by_one = np.concatenate([encoder.encode([text]) for text in texts])
        assert abs(encoder.encode(texts) - one_by_one).max() < 1e-6


def test_texts_may_come_one_by_one_and_a_lone_string_is_one_text(teacher, pool):
    for model in (teacher, Ensemble([teacher, teacher], [])):
        expected = model.encode(pool.names)
        assert np.array_equal(model.encode(iter(pool.names)), expected)
        assert np.array_equal(model.encode(pool.names[0]), model.encode(pool.names[:1]))
    assert len(teacher.tokenize("cadena ser")) == 1
    assert len(teacher.tokenize(iter(pool.names))) == len(pool.names)


def test_int8_weights_are_within_half_a_step():
    weight = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float32)
    for axis in (0, 1):
        values, scale = quantise_weight(weight, axis)
        back = values * (scale[:, None] if axis == 0 else scale[None, :])
        assert (
            values.dtype == np.int8
            and (abs(back - weight) <= (scale[:, None] if axis == 0 else scale[None, :]) / 2 + 1e-7).all()
        )


def test_the_gate_names_the_layer_to_blame(teacher):
    blamed = "layer.1.inner.weight"

    def recall(graph):
        floats = {t.name for t in graph.graph.initializer if t.data_type == 1}
        return 0.9 if blamed in floats else 0.5

    with pytest.raises(QualityGateError, match=blamed):
        gate(teacher, recall, 0.005)
    assert blamed in weight_names(teacher)


def test_the_gate_refuses_what_finds_nothing_or_far_less_than_its_source(teacher):
    for broken in (0.0, float("nan")):
        with pytest.raises(QualityGateError, match="expected more than 0"):
            gate(teacher, lambda graph, value=broken: value, 0.005)
    with pytest.raises(
        QualityGateError, match=r"Recall@1 0\.3000, and teacher-8k, which it was made from, 0\.8000"
    ):
        gate(teacher, lambda graph: 0.3, 0.005, Reference("teacher-8k", 0.8))
    assert gate(teacher, lambda graph: 0.6, 0.005, Reference("teacher-8k", 0.8)).loss == 0


def test_an_export_is_laid_beside_the_encoder_it_was_made_from(trained, pool, tmp_path, monkeypatch):
    """Shuffled rows of the token table are what a start of another vocabulary looks like."""
    teacher, _ = trained
    broken = copy.deepcopy(teacher)
    table = broken.bert.embeddings.word_embeddings.weight.data
    table.copy_(table[torch.randperm(len(table), generator=torch.Generator().manual_seed(1))])
    for name, model in (("teacher", teacher), ("broken", broken), ("good", teacher)):
        save_model(model, tmp_path / name, {"name": name, "dim": 32, "max_tokens": 24})
    monkeypatch.setattr(export, "data_folder", lambda settings, given: tmp_path)  # neither reads it here
    monkeypatch.setattr(export, "load_pool", lambda folder, settings: pool)
    monkeypatch.setattr(export, "gate_tasks", lambda folder, settings: [_task(pool)])
    for name in ("broken", "good"):
        source, out = ((tmp_path / each).as_posix() for each in ("teacher", name))
        text = f'name = "{name}"\nout = "{out}"\n[student]\nteacher = "{source}"\n[export]\nmax_loss = 0.9\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(QualityGateError, match="teacher, which it was made from"):
        export.main(tmp_path / "broken.toml")
    assert not (tmp_path / "broken" / "encoder.onnx").exists()
    export.main(tmp_path / "good.toml")
    assert (tmp_path / "good" / "encoder.onnx").exists()


def test_export_writes_a_checked_folder_or_nothing(trained, pool, tmp_path):
    teacher, _ = trained
    card = {
        "format": 1,
        "name": "tiny",
        "languages": ["es"],
        "dim": 32,
        "max_tokens": 24,
        "vocab_size": 400,
        "token_dim": 32,
        "layers": 2,
        "hidden": 32,
        "heads": 2,
        "intermediate": 64,
        "parameters": 1,
        "recipe": {},
    }
    save_model(teacher, tmp_path, card)
    made = export_encoder(teacher, tmp_path, card, pool.names, [_task(pool)], 0.05)
    assert made["quality"]["dev_recall_at_1"]["float32"] > 0.85
    encoder = Encoder.load(tmp_path)
    assert (encoder.encode(pool.names[:4]) * teacher.encode(pool.names[:4])).sum(1).min() > 0.999
    before = (tmp_path / "encoder.onnx").read_bytes()
    bad = dataclasses.replace(_task(pool), gold=np.zeros(len(pool.entity), int))
    with pytest.raises(QualityGateError):
        export_encoder(teacher, tmp_path, card, pool.names, [bad], -10.0)
    assert (tmp_path / "encoder.onnx").read_bytes() == before


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ('name = "a"\nout = "b"\n[optim]\nstep = 3', "step"),
        ('name = "a"\nout = "b"\n[optim]\nbatch = "x"', "batch"),
        ('name = "a"', "out"),
        ('name = "a"\nout = "b"\n[other]\nx = 1', "other"),
        ("name = ", "TOML"),
    ],
)
def test_a_wrong_recipe_says_where(tmp_path, text, word):
    file = tmp_path / "r.toml"
    file.write_text(text)
    with pytest.raises(RecipeError, match=word) as caught:
        read_recipe(file)
    assert "r.toml" in str(caught.value)
