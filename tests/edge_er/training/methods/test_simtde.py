"""SimTDE, held against the paper's equations."""

import pytest
import torch

from edge_er.errors import RecipeError
from edge_er.training.methods.simtde import simtde_loss, student_of
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.token_rows import length_chunks


def _batch(model, texts):
    ((_, ids, mask),) = length_chunks(model.tokenize(texts), len(texts), model.device)
    return ids, mask


@pytest.mark.parametrize("token_dim", [4, 8, 32])
@pytest.mark.parametrize("keep", [1, 2, 3])
def test_the_student_keeps_the_teachers_last_layers_and_has_a_compact_table(teacher, token_dim, keep):
    student = student_of(teacher, token_dim, keep)
    vocab = teacher.bert.config.vocab_size
    assert student.bert.embeddings.word_embeddings.table.weight.shape == (vocab, token_dim)
    assert student.bert.embeddings.word_embeddings.projection.weight.shape == (teacher.dim, token_dim)
    for mine, theirs in zip(student.bert.encoder.layer, teacher.bert.encoder.layer[-keep:], strict=True):
        for name, weight in mine.state_dict().items():
            assert torch.equal(weight, theirs.state_dict()[name])


def test_a_full_rank_svd_start_is_the_teacher_itself(teacher):
    student = student_of(teacher, teacher.dim, 3, "svd")
    texts = ["pon cadena ser", "kiss fm"]
    assert abs(student.encode(texts) - teacher.encode(texts)).max() < 1e-5
    loss = simtde_loss(student, teacher, *_batch(teacher, texts))
    assert loss.total.item() < 1e-9


def test_the_svd_start_is_the_best_table_of_its_rank(teacher):
    table = teacher.bert.embeddings.word_embeddings.weight.data
    start = student_of(teacher, 8, 3, "svd").bert.embeddings.word_embeddings
    error = (start.projection(start.table.weight) - table).pow(2).sum().item()
    assert error == pytest.approx(torch.linalg.svdvals(table)[8:].pow(2).sum().item(), rel=1e-3)


def test_the_loss_is_equation_5(teacher):
    student = student_of(teacher, 4, 2, "random")
    ids, mask = _batch(teacher, ["pon la cadena ser por favor", "kiss fm"])
    loss = simtde_loss(student, teacher, ids, mask, alpha=0.3)
    real = mask.bool()
    token = (student.token_embeddings(ids)[real] - teacher.token_embeddings(ids)[real]).pow(2).mean()
    sentence = (student(ids, mask) - teacher(ids, mask)).pow(2).mean()
    assert loss.token.item() == pytest.approx(token.item(), rel=1e-5)
    assert loss.sentence.item() == pytest.approx(sentence.item(), rel=1e-5)
    assert loss.total.item() == pytest.approx(0.3 * token.item() + 0.7 * sentence.item(), rel=1e-5)


def test_no_gradient_reaches_the_teacher(teacher):
    student = student_of(teacher, 4, 2)
    simtde_loss(student, teacher, *_batch(teacher, ["pon kiss fm"])).total.backward()
    assert all(p.grad is None for p in teacher.parameters())
    assert student.bert.embeddings.word_embeddings.table.weight.grad is not None


@pytest.mark.parametrize(
    ("token_dim", "keep", "start", "word"),
    [
        (0, 1, "svd", "token_dim"),
        (33, 1, "svd", "token_dim"),
        (4, 4, "svd", "keep_layers"),
        (4, 1, "pca", "start"),
    ],
)
def test_shapes_the_teacher_cannot_give_are_refused(teacher, token_dim, keep, start, word):
    with pytest.raises(RecipeError, match=word):
        student_of(teacher, token_dim, keep, start)


@pytest.mark.parametrize("token_dim", [None, 8])
def test_a_saved_encoder_comes_back_the_same(teacher, tmp_path, token_dim):
    model = teacher if token_dim is None else student_of(teacher, token_dim, 2)
    save_model(model, tmp_path, {"max_tokens": model.max_tokens})
    texts = ["pon cadena ser", "onda cero"]
    assert abs(load_model(tmp_path).encode(texts) - model.encode(texts)).max() < 1e-6
