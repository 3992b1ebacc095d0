"""HPD: the PCA it mimics, its loss, and a projection that travels through save, load and the ONNX graph."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from edge_er.encoder.encoder import Encoder
from edge_er.errors import EncoderError, RecipeError
from edge_er.training.export.encoder_graph import build_onnx, weight_names
from edge_er.training.loop import Run
from edge_er.training.methods.hpd import hpd_loss, pca_axes, similarity_loss, train_hpd, with_projection
from edge_er.training.methods.simtde import Compared, student_of
from edge_er.training.methods.teacher import new_teacher
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.ensemble import Ensemble
from edge_er.training.settings import (
    DataSettings,
    HPDSettings,
    ModelSettings,
    OptimSettings,
    Recipe,
    StudentSettings,
)

TEXTS = ["pon cadena ser", "onda cero por favor", "kiss fm"]


@pytest.fixture
def reduced(teacher, pool):
    return with_projection(student_of(teacher, 8, 2), pca_axes(teacher.encode(pool.queries), 6)).eval()


def test_the_axes_keep_the_most_of_the_inner_products():
    rng = np.random.default_rng(0)
    vectors = rng.standard_normal((200, 12)) * np.linspace(3, 0.1, 12) + 0.5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    axes = pca_axes(vectors, 4)
    assert np.allclose(axes @ axes.T, np.eye(4), atol=1e-6)
    reduced = vectors @ axes.T
    lost = np.linalg.norm(vectors @ vectors.T - reduced @ reduced.T)
    best = np.linalg.svd(vectors, compute_uv=False)[4:]
    assert lost == pytest.approx(np.sqrt((best**4).sum()), rel=1e-5)


def test_all_dimensions_are_the_teacher_itself(teacher, pool):
    whole = with_projection(teacher, pca_axes(teacher.encode(pool.queries), teacher.dim)).eval()
    ours, theirs = whole.encode(TEXTS), teacher.encode(TEXTS)
    assert np.abs(ours @ ours.T - theirs @ theirs.T).max() < 1e-5


@pytest.mark.parametrize("dim", [0, 13])
def test_dimensions_the_teacher_cannot_give_are_refused(dim):
    with pytest.raises(RecipeError, match="dim must be 1 to 12"):
        pca_axes(np.eye(12, dtype=np.float32), dim)


def test_the_loss_is_the_weighted_sum_of_its_parts():
    torch.manual_seed(0)
    embedded, wanted, axes = torch.randn(5, 3), torch.randn(5, 8), torch.randn(3, 8)
    found = Compared(embedded, wanted, torch.tensor(0.7), torch.tensor(0.0))
    sentence = (embedded - wanted @ axes.T).pow(2).mean()
    near = similarity_loss(embedded, wanted, 0.1)

    def total(**weights):
        return hpd_loss(found, axes, 0.3, HPDSettings(dim=3, temperature=0.1, **weights)).total.item()

    assert total(similarity=2.0) == pytest.approx((0.3 * 0.7 + 0.7 * (sentence + 2 * near)).item(), rel=1e-5)
    assert total() == pytest.approx((0.3 * 0.7 + 0.7 * sentence).item(), rel=1e-5)
    plain = total(sentence=0.0, similarity=1.0)
    assert plain == pytest.approx((0.3 * 0.7 + 0.7 * near).item(), rel=1e-5)


def test_similarities_of_a_rotated_copy_are_the_same_and_others_are_not():
    torch.manual_seed(0)
    wanted = torch.randn(6, 4)
    turn = torch.linalg.qr(torch.randn(4, 4))[0]
    assert similarity_loss(3 * wanted @ turn, wanted, 0.05).item() == pytest.approx(0, abs=1e-4)
    assert similarity_loss(torch.randn(6, 4), wanted, 0.05).item() > 0.1


def test_a_reduced_student_comes_back_the_same(reduced, tmp_path):
    save_model(reduced, tmp_path, {"max_tokens": reduced.max_tokens})
    back = load_model(tmp_path)
    assert back.dim == 6
    assert np.abs(back.encode(TEXTS) - reduced.encode(TEXTS)).max() < 1e-6


def test_the_projection_is_inside_the_graph_and_can_be_int8(reduced):
    card = {"dim": 6, "max_tokens": reduced.max_tokens, "vector_scale": 100.0, "name": "reduced"}
    assert weight_names(reduced)[-1] == "output.projection"

    def encoded(float_weights):
        made = build_onnx(reduced, float_weights)
        return Encoder.from_bytes(made.SerializeToString(), reduced.tokenizer.to_str(), card).encode(TEXTS)

    exact = reduced.encode(TEXTS)
    assert np.abs(encoded(None) - exact).max() < 1e-5
    assert 1e-6 < np.abs(encoded(()) - exact).max() < 0.1


@pytest.mark.parametrize("similarity", [0.0, 1.0])
def test_training_brings_the_student_closer_to_the_reduced_teacher(teacher, pool, tmp_path, similarity):
    recipe = Recipe(
        name="tiny-hpd",
        out=str(tmp_path / "out"),
        student=StudentSettings(token_dim=4, keep_layers=1),
        hpd=HPDSettings(dim=6, sample=200, similarity=similarity),
        optim=OptimSettings(requests=64 * 80, batch=64, learning_rate=3e-3, neighbours=1),
    )
    recipe = dataclasses.replace(recipe, data=dataclasses.replace(recipe.data, cache=str(tmp_path / "pool")))
    texts = [*pool.queries[:100], *pool.names]
    axes = pca_axes(teacher.encode([*pool.queries, *pool.names]), 6)
    wanted = teacher.encode(texts) @ axes.T
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)

    def distance(model):
        ours = model.encode(texts)
        return np.abs(ours @ ours.T - wanted @ wanted.T).mean()

    untrained = with_projection(student_of(teacher, 4, 1), axes)
    trained = train_hpd(recipe, teacher, pool)
    assert trained.dim == 6
    assert distance(trained) < 0.8 * distance(untrained)


def _cosines(model, texts):
    vectors = model.encode(texts)
    return vectors @ vectors.T


def test_a_plain_projection_learns_the_cosines_and_not_the_axes(teacher, pool, tmp_path):
    recipe = Recipe(
        name="tiny-plain",
        out=str(tmp_path / "out"),
        data=DataSettings(cache=str(tmp_path / "pool")),
        student=StudentSettings(token_dim=8, keep_layers=2),
        hpd=HPDSettings(dim=6, sample=200, projection="random", sentence=0.0, similarity=1.0),
        optim=OptimSettings(requests=64, batch=64, learning_rate=1e-9, neighbours=1),
    )
    texts = [*pool.queries[:60], *pool.names]
    wanted = _cosines(teacher, texts)
    start = train_hpd(recipe, teacher, pool)
    longer = dataclasses.replace(recipe.optim, requests=64 * 80, learning_rate=3e-3)
    trained = train_hpd(dataclasses.replace(recipe, optim=longer), teacher, pool)
    axes = pca_axes(teacher.encode([*pool.queries, *pool.names]), 6)
    reduced = with_projection(teacher, axes).eval().encode(texts)
    assert np.abs(start.output.weight.detach().numpy() - axes).max() > 0.1  # a fresh layer
    assert (
        np.abs(_cosines(trained, texts) - wanted).mean()
        < 0.5 * np.abs(_cosines(start, texts) - wanted).mean()
    )
    assert np.abs(trained.encode(texts) - reduced).mean() > 0.1  # no PCA was mimicked


def _other_vocabulary(teacher, folder):
    """The teacher with two pieces exchanged in its tokenizer: the same size, other rows."""
    save_model(teacher, folder, {"max_tokens": teacher.max_tokens})
    told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = told["model"]["vocab"]
    one, other = list(vocabulary)[-2:]
    vocabulary[one], vocabulary[other] = vocabulary[other], vocabulary[one]
    (folder / "tokenizer.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def _started(recipe, folder):
    return dataclasses.replace(recipe, hpd=dataclasses.replace(recipe.hpd, start=str(folder)))


@pytest.fixture
def startable(tmp_path):
    return Recipe(
        name="tiny-start",
        out=str(tmp_path / "out"),
        data=DataSettings(cache=str(tmp_path / "pool")),
        student=StudentSettings(teacher="models/teacher-8k", token_dim=8, keep_layers=1),
        hpd=HPDSettings(dim=6, sample=200),
        optim=OptimSettings(requests=64, batch=64, neighbours=1),
    )


def test_a_start_of_another_vocabulary_is_refused(startable, teacher, pool, tmp_path):
    pieces = teacher.tokenizer.get_vocab_size()
    expected = (
        rf"\[hpd\] start: expected the vocabulary of models/teacher-8k \({pieces} pieces\), found that of "
    )
    recipe = _started(startable, _other_vocabulary(teacher, tmp_path / "exchanged"))
    with pytest.raises(RecipeError, match=expected + rf".*exchanged \({pieces} pieces, {pieces - 2} of them"):
        train_hpd(recipe, teacher, pool)
    shape = ModelSettings(vocab_size=300, layers=1, hidden=32, heads=2, intermediate=64, max_tokens=24)
    save_model(new_teacher(shape, pool, 5), tmp_path / "smaller", {"max_tokens": 24})
    with pytest.raises(RecipeError, match=expected + r".*smaller \(\d+ pieces, \d+ of them"):
        train_hpd(_started(startable, tmp_path / "smaller"), teacher, pool)


def test_a_start_of_the_same_vocabulary_must_have_the_teacher_s_width(startable, teacher, pool, tmp_path):
    save_model(student_of(teacher, 8, 1), tmp_path / "own", {"max_tokens": 24})
    assert train_hpd(_started(startable, tmp_path / "own"), teacher, pool).dim == 6
    tokenizer = str(tmp_path / "own" / "tokenizer.json")
    shape = ModelSettings(vocabulary=tokenizer, layers=1, hidden=48, heads=2, intermediate=64, max_tokens=24)
    save_model(new_teacher(shape, pool, 5), tmp_path / "wide", {"max_tokens": 24})
    with pytest.raises(RecipeError, match=r"expected a width of 32 and 24 tokens.*found 48 and 24"):
        train_hpd(_started(startable, tmp_path / "wide"), teacher, pool)


def test_a_checkpoint_of_another_vocabulary_is_not_taken_up(teacher, tmp_path):
    optim = OptimSettings(requests=64, batch=32)
    Run(student_of(teacher, 4, 1), optim, tmp_path / "checkpoint.pt").save(1)
    assert Run(student_of(teacher, 4, 1), optim, tmp_path / "checkpoint.pt", resume=True).first_step == 1
    other = load_model(_other_vocabulary(teacher, tmp_path / "exchanged"))
    with pytest.raises(RecipeError, match=r"checkpoint\.pt: of a run whose models had another vocabulary"):
        Run(student_of(other, 4, 1), optim, tmp_path / "checkpoint.pt", resume=True)


def test_a_tokenizer_of_another_encoder_in_the_folder_is_named(teacher, tmp_path):
    save_model(teacher, tmp_path, {"max_tokens": 24})
    larger = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    larger.add_tokens(["one", "more"])
    (tmp_path / "tokenizer.json").write_text(larger.to_str(), encoding="utf-8")
    with pytest.raises(EncoderError, match=r"tokenizer\.json has \d+ pieces, the token table .* rows"):
        load_model(tmp_path)


def test_cosines_of_an_ensemble_are_the_mean_of_its_teachers(teacher, pool):
    other = student_of(teacher, 6, 1).eval()
    joined = Ensemble([teacher, other], TEXTS, length=3.0)
    both = [model.encode(TEXTS) @ model.encode(TEXTS).T for model in (teacher, other)]
    assert np.allclose(joined.encode(TEXTS) @ joined.encode(TEXTS).T, sum(both) / 2, atol=1e-5)
    assert np.allclose(np.linalg.norm(joined(np.array([2, 0])).numpy(), axis=1), 3.0, atol=1e-4)


def test_a_student_learns_from_teachers_of_other_widths(teacher, pool, tmp_path):
    wide = new_teacher(
        ModelSettings(vocab_size=300, layers=1, hidden=48, heads=2, intermediate=64, max_tokens=24), pool, 5
    ).eval()
    folders = [tmp_path / "own", tmp_path / "wide"]
    for model, folder in zip((teacher, wide), folders, strict=True):
        save_model(model, folder, {"max_tokens": model.max_tokens})
    recipe = Recipe(
        name="tiny-ensemble",
        out=str(tmp_path / "out"),
        data=DataSettings(cache=str(tmp_path / "pool")),
        student=StudentSettings(token_dim=8, keep_layers=1),
        hpd=HPDSettings(dim=6, sample=200, teachers=[str(folder) for folder in folders]),
        optim=OptimSettings(requests=64 * 80, batch=64, learning_rate=3e-3, neighbours=1),
    )
    texts = [*pool.queries[:100], *pool.names]
    axes = pca_axes(Ensemble([teacher, wide], []).encode([*pool.queries, *pool.names]), 6)
    wanted = Ensemble([teacher, wide], []).encode(texts) @ axes.T
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)

    def distance(model):
        ours = model.encode(texts)
        return np.abs(ours @ ours.T - wanted @ wanted.T).mean()

    untrained = with_projection(student_of(teacher, 8, 1), pca_axes(teacher.encode(texts), 6))
    ours, start = distance(train_hpd(recipe, teacher, pool)), distance(untrained)
    assert ours < 0.6 * start
