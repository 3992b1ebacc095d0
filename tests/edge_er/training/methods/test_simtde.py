"""SimTDE, held against the paper's equations."""

import numpy as np
import pytest
import torch

from edge_er.errors import RecipeError
from edge_er.training.methods.simtde import Compared, compare, output_loss, simtde_loss, student_of
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.token_rows import length_chunks
from edge_er.training.settings import StudentSettings


def _batch(model, texts):
    ((_, ids, mask),) = length_chunks(model.tokenize(texts), len(texts), model.device)
    return ids, mask


def _loss(student, teacher, texts, at_once=9, **settings):
    chunks = length_chunks(teacher.tokenize(texts), at_once, teacher.device)
    return simtde_loss(compare(student, teacher, chunks, np.arange(len(texts))), StudentSettings(**settings))


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
    assert _loss(student, teacher, texts).total.item() < 1e-9


def test_the_teachers_own_table_is_kept_where_it_is_asked_for(teacher):
    student = student_of(teacher, 0, 3)
    assert abs(student.encode(["kiss fm"]) - teacher.encode(["kiss fm"])).max() < 1e-6
    assert (
        student.bert.embeddings.word_embeddings.weight is not teacher.bert.embeddings.word_embeddings.weight
    )


def test_layers_that_start_at_random_have_nothing_of_the_teachers_and_the_rest_has(teacher):
    torch.manual_seed(5)
    student = student_of(teacher, 8, 2, layers="random")
    assert len(student.bert.encoder.layer) == student.bert.config.num_hidden_layers == 2
    for mine, theirs in zip(student.bert.encoder.layer, teacher.bert.encoder.layer[-2:], strict=True):
        for name, weight in mine.named_parameters():
            if weight.ndim > 1:
                assert not torch.equal(weight, theirs.get_parameter(name))
    places = "position_embeddings.weight"
    mine, theirs = (model.bert.embeddings.get_parameter(places) for model in (student, teacher))
    assert torch.equal(mine, theirs)


def test_the_svd_start_is_the_best_table_of_its_rank(teacher):
    table = teacher.bert.embeddings.word_embeddings.weight.data
    start = student_of(teacher, 8, 3, "svd").bert.embeddings.word_embeddings
    error = (start.projection(start.table.weight) - table).pow(2).sum().item()
    assert error == pytest.approx(torch.linalg.svdvals(table)[8:].pow(2).sum().item(), rel=1e-3)


def test_the_loss_is_equation_5(teacher):
    student = student_of(teacher, 4, 2, "random")
    texts = ["pon la cadena ser por favor", "kiss fm"]
    ids, mask = _batch(teacher, texts)
    loss = _loss(student, teacher, texts, alpha=0.3)
    real = mask.bool()
    token = (student.token_embeddings(ids)[real] - teacher.token_embeddings(ids)[real]).pow(2).mean()
    sentence = (student(ids, mask) - teacher(ids, mask)).pow(2).mean()
    assert loss.token.item() == pytest.approx(token.item(), rel=1e-5)
    assert loss.sentence.item() == pytest.approx(sentence.item(), rel=1e-5)
    assert loss.total.item() == pytest.approx(0.3 * token.item() + 0.7 * sentence.item(), rel=1e-5)


def test_no_gradient_reaches_the_teacher(teacher):
    student = student_of(teacher, 4, 2)
    _loss(student, teacher, ["pon kiss fm"]).total.backward()
    assert all(p.grad is None for p in teacher.parameters())
    assert student.bert.embeddings.word_embeddings.table.weight.grad is not None


def test_vectors_of_student_and_teacher_are_in_one_order_whatever_is_computed_together(teacher):
    texts, known = ["pon la cadena ser por favor", "kiss fm", "onda cero", "ser"], teacher.encode
    chunks = length_chunks(teacher.tokenize(texts), 3, teacher.device)
    found = compare(student_of(teacher, teacher.dim, 3), teacher, chunks, np.arange(4))
    assert torch.allclose(found.embedded, found.wanted, atol=1e-4)
    vectors = torch.from_numpy(known(texts))
    chunks = list(length_chunks(teacher.tokenize(texts), 3, teacher.device))
    given = compare(teacher, teacher, chunks, np.arange(4), lambda places: vectors[places])
    order = np.concatenate([chunk for chunk, _, _ in chunks])
    assert torch.equal(given.wanted, vectors[order]) and list(order) != [0, 1, 2, 3]


@pytest.fixture
def compared():
    torch.manual_seed(1)
    return torch.randn(6, 5), torch.randn(6, 5)


@pytest.mark.parametrize("kind", ["mse", "kl", "cosine_mse", "cosine_mae"])
def test_every_output_loss_is_0_for_the_teachers_own_vectors_and_above_for_others(compared, kind):
    mine, theirs = compared
    assert output_loss(kind, theirs, theirs).item() == pytest.approx(0, abs=1e-5)
    assert output_loss(kind, mine, theirs).item() > 0.01


def test_cosine_losses_are_means_over_the_pairs_of_the_batch(compared):
    mine, theirs = compared
    cosine = torch.nn.functional.cosine_similarity
    apart = torch.stack(
        [
            cosine(mine[i], mine[j], dim=0) - cosine(theirs[i], theirs[j], dim=0)
            for i in range(6)
            for j in range(i)
        ]
    )
    assert output_loss("cosine_mse", *compared).item() == pytest.approx(apart.pow(2).mean().item(), rel=1e-4)
    assert output_loss("cosine_mae", *compared).item() == pytest.approx(apart.abs().mean().item(), rel=1e-4)
    assert output_loss("cosine_mse", 7 * mine, theirs) == pytest.approx(
        output_loss("cosine_mse", mine, theirs)
    )


def test_the_divergence_is_of_the_teachers_softmax_over_its_dimensions(compared):
    mine, theirs = compared
    sure, found = theirs.softmax(-1), mine.softmax(-1)
    expected = (sure * (sure / found).log()).sum(-1).mean()
    assert output_loss("kl", mine, theirs).item() == pytest.approx(expected.item(), rel=1e-4)


def test_the_chosen_output_loss_and_the_layers_error_are_what_is_summed(compared):
    found = Compared(*compared, token=torch.tensor(0.5), hidden=torch.tensor(2.0))
    shape = StudentSettings(alpha=0.25, hidden_states=0.1, output_loss="kl")
    expected = 0.25 * 0.5 + 0.75 * output_loss("kl", *compared) + 0.1 * 2
    assert simtde_loss(found, shape).total.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize(
    ("token_dim", "keep", "start", "word"),
    [
        (-1, 1, "svd", "token_dim"),
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
