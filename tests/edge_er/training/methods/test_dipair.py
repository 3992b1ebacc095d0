"""The DiPair head learns on lists of held-out names, stops and goes on, and its ONNX graph agrees with torch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from edge_er.encoder.onnx_session import open_session
from edge_er.errors import RecipeError
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.data.pool import held_out
from edge_er.training.export.head_graph import build_head_onnx
from edge_er.training.loop import Run
from edge_er.training.methods.dipair import list_loss, list_scores, train_head
from edge_er.training.models.cross_encoder import cross_encoder_of
from edge_er.training.models.dual_encoder import CompactEmbedding
from edge_er.training.models.pair_head import PairHead, multiply_adds, pair_scores, read, read_all
from edge_er.training.recipe import read_recipe
from edge_er.training.settings import DataSettings, HeadSettings, OptimSettings, Recipe

SHAPE = HeadSettings(request_tokens=8, entity_tokens=4, dim=16, intermediate=32, candidates=5)


def _recipe(tmp_path, requests, **changes):
    optim = OptimSettings(requests=requests, batch=16, learning_rate=3e-3, save_every=10)
    head = dataclasses.replace(SHAPE, **changes)
    return Recipe(
        "tiny", str(tmp_path / "out"), DataSettings(cache=str(tmp_path / "pool")), head=head, optim=optim
    )


def _inputs(requests=3, candidates=5, width=32):
    request = torch.randn(requests, 6, width)
    entity = torch.randn(requests, candidates, 7, width)
    mask = torch.ones(requests, candidates, 7)
    mask[:, 2:, 3:] = 0
    return request, torch.ones(requests, 6), entity, mask


@pytest.mark.parametrize("kind", ["transformer", "ffnn"])
def test_a_score_for_every_candidate_that_depends_on_both_sides_and_not_on_padding(kind):
    torch.manual_seed(0)
    head = PairHead(dataclasses.replace(SHAPE, kind=kind), 32).eval()
    request, request_mask, entity, mask = _inputs()
    scores = head(request, request_mask, head.project_entity(entity), mask)
    assert scores.shape == (3, 5)
    changed = entity.clone()
    changed[:, 2:, 3:] += 5
    assert torch.allclose(scores, head(request, request_mask, head.project_entity(changed), mask))
    changed = entity.clone()
    changed[:, 0, 0] += 5
    moved = head(request, request_mask, head.project_entity(changed), mask)
    assert not torch.allclose(scores[:, 0], moved[:, 0])
    assert torch.allclose(scores[:, 1:], moved[:, 1:])
    assert not torch.allclose(scores, head(request + 1, request_mask, head.project_entity(entity), mask))


def test_a_shape_that_cannot_be_is_refused():
    with pytest.raises(RecipeError, match="kind must be"):
        PairHead(HeadSettings(kind="rnn"), 32)
    with pytest.raises(RecipeError, match="heads must divide dim"):
        PairHead(HeadSettings(dim=16, heads=3), 32)


def test_multiply_adds_are_those_of_the_matrix_products():
    settings = HeadSettings(request_tokens=2, entity_tokens=1, dim=4, layers=1, intermediate=8)
    projection, attention = 2 * 16 * 4, 4 * 3 * 4 * 4 + 2 * 3 * 3 * 4
    assert multiply_adds(settings, 16, 10) == projection + 10 * (attention + 2 * 3 * 4 * 8)


@pytest.mark.parametrize("int8", [False, True])
def test_the_graph_gives_the_scores_of_the_head(int8):
    torch.manual_seed(1)
    head = PairHead(SHAPE, 32).eval()
    made = build_head_onnx(head, () if int8 else None).SerializeToString()
    session = open_session(made, "head.onnx", 1)
    request, request_mask, entity, mask = _inputs(requests=1)
    with torch.no_grad():
        wanted = head(request, request_mask, head.project_entity(entity), mask)[0].numpy()
        asked, named = head.request_projection(request[0]), head.project_entity(entity[0])
    feeds = {
        "request": asked.numpy(),
        "entity": named.numpy(),
        "entity_mask": mask[0, :, : SHAPE.entity_tokens].numpy(),
    }
    np.testing.assert_allclose(session.run(["score"], feeds)[0], wanted, atol=0.05 if int8 else 1e-5)


def test_only_a_transformer_head_is_exported():
    with pytest.raises(RecipeError, match="only a transformer head"):
        build_head_onnx(PairHead(HeadSettings(kind="ffnn"), 32))


def test_lists_hold_the_right_name_first_and_no_other_of_its_cluster(pool, teacher):
    lists = make_lists(pool, teacher, 60, 5, seed=0)
    assert lists.candidates.shape == (60, 5)
    asked = {query: pool.entity[row] for row, query in enumerate(pool.queries)}
    for query, row in zip(lists.queries, lists.candidates.tolist(), strict=True):
        assert row[0] == asked[query]
        assert pool.cluster[row[0]] not in {pool.cluster[name] for name in row[1:]}
    right = np.bincount(lists.candidates[:, 0], minlength=len(pool.names))
    assert right.max() - right.min() <= 1


@pytest.fixture(scope="module")
def lists(pool, teacher):
    return make_lists(pool, teacher, 320, 5, seed=1)


def _right_first(model, head, lists):
    with torch.no_grad():
        queries = read_all(model, model.tokenize(lists.queries), SHAPE.request_tokens)
        names = read_all(model, model.tokenize(lists.names), SHAPE.entity_tokens)
        dense, scores = pair_scores(head, queries, names, torch.from_numpy(lists.candidates).long())
    return float((dense / 0.05 + scores).argmax(1).eq(0).float().mean()), float(
        dense.argmax(1).eq(0).float().mean()
    )


@pytest.mark.parametrize("side", ["output", "table"])
def test_the_head_learns_and_the_encoder_stays(tmp_path, teacher, lists, side):
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    head, model = train_head(_recipe(tmp_path, 1600, entity_side=side), teacher, lists)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    if side == "output":
        both, dense = _right_first(model, head, lists)
        assert both > dense + 0.1


def test_a_random_start_is_another_start(tmp_path, teacher, lists):
    likeness, _ = train_head(_recipe(tmp_path / "a", 16), teacher, lists)
    chance, _ = train_head(_recipe(tmp_path / "b", 16, start="random"), teacher, lists)
    assert torch.allclose(likeness.request_projection.weight, likeness.entity_projection.weight, atol=0.05)
    assert not torch.allclose(chance.request_projection.weight, chance.entity_projection.weight, atol=0.05)


def test_the_second_stage_trains_the_encoder_too(tmp_path, teacher, lists):
    model = type(teacher)(*_copied(teacher))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    train_head(_recipe(tmp_path, 32, joint_requests=32), model, lists)
    assert not all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def _copied(teacher):
    import copy

    return copy.deepcopy(teacher.bert), teacher.tokenizer, teacher.max_tokens


def test_a_stopped_training_goes_on_where_it_was(tmp_path, teacher, lists, monkeypatch):
    whole, _ = train_head(_recipe(tmp_path / "a", 640), teacher, lists)
    step = Run.step

    def stop(self, number, loss):
        if number == 25:
            raise KeyboardInterrupt
        step(self, number, loss)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Run, "step", stop)
        train_head(_recipe(tmp_path / "b", 640), teacher, lists)
    resumed, _ = train_head(_recipe(tmp_path / "b", 640), teacher, lists, resume=True)
    for name, value in whole.state_dict().items():
        assert torch.allclose(value, resumed.state_dict()[name], atol=1e-5), name


def test_without_a_frozen_stage_head_and_encoder_are_trained_from_the_start(tmp_path, teacher, lists):
    model = type(teacher)(*_copied(teacher))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    one, _ = train_head(_recipe(tmp_path / "a", 320, frozen_stage=False, joint_requests=32), model, lists)
    assert not all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    rate = {"joint_learning_rate": 3e-3}
    fast = train_head(
        _recipe(tmp_path / "b", 320, frozen_stage=False, joint_requests=32, **rate),
        type(teacher)(*_copied(teacher)),
        lists,
    )[0]
    torch.manual_seed(1)
    start = PairHead(dataclasses.replace(SHAPE, start="random"), 32)
    moved, moved_fast = (
        float((head.score.weight - start.score.weight).detach().norm()) for head in (one, fast)
    )
    assert moved < moved_fast


def test_the_loss_of_the_cosines_can_be_left_out(tmp_path, teacher, lists):
    changed = {}
    for weight in (0.0, 1.0):
        model = type(teacher)(*_copied(teacher))
        recipe = _recipe(tmp_path / str(weight), 16, joint_requests=32, cosine_loss=weight)
        changed[weight] = train_head(recipe, model, lists)[1].state_dict()
    assert not all(torch.equal(value, changed[1.0][name]) for name, value in changed[0.0].items())


def test_soft_labels_are_the_teachers_shares_of_a_list():
    scores, taught = torch.tensor([[1.0, 0.0, -1.0]]), torch.tensor([[0.0, 2.0, 2.0]])
    hard = -scores.log_softmax(1)[0, 0]
    shares = torch.tensor([np.exp(0.0), np.exp(1.0), np.exp(1.0)])
    soft = -(shares / shares.sum() * scores.log_softmax(1)[0]).sum()
    assert list_loss(scores, None, 0.7, 2.0) == pytest.approx(float(hard))
    assert list_loss(scores, taught, 0.25, 2.0) == pytest.approx(float(0.25 * soft + 0.75 * hard))


def test_a_head_learns_what_its_teacher_says(tmp_path, teacher, lists):
    """A teacher that puts the second candidate first is followed, against the labels."""
    wrong = np.tile(np.array([0, 9, 0, 0, 0], np.float32), (len(lists.queries), 1))
    head, model = train_head(_recipe(tmp_path, 1600, soft_labels=1.0), teacher, lists, taught=wrong)
    with torch.no_grad():
        queries = read_all(model, model.tokenize(lists.queries), SHAPE.request_tokens)
        names = read_all(model, model.tokenize(lists.names), SHAPE.entity_tokens)
        _, scores = pair_scores(head, queries, names, torch.from_numpy(lists.candidates).long())
    means = scores.mean(0)
    assert means[0] < means[1]


def test_list_scores_are_those_of_each_pair(teacher, lists):
    model = cross_encoder_of(teacher, 0).eval()
    few = dataclasses.replace(lists, queries=lists.queries[:3], candidates=lists.candidates[:3])
    scores = list_scores(model, few)
    assert scores.shape == (3, 5)
    left, right = model.encoder.tokenize([few.queries[2]]), model.encoder.tokenize(few.names)
    with torch.no_grad():
        alone = model.scores(left, right, np.array([[0, few.candidates[2, 4]]]))
    assert scores[2, 4] == pytest.approx(float(alone), abs=0.2)  # bfloat16 where the processor has it


def test_the_last_tokens_are_read_instead_of_the_first(teacher):
    rows = teacher.tokenize(["pon cadena ser por favor", "x"])
    whole = read(teacher, [rows[0], rows[1]], 24)
    last = read(teacher, [rows[0], rows[1]], 4, end="last")
    count = len(rows[0])
    assert torch.allclose(last.states[0], whole.states[0, count - 4 : count], atol=1e-5)
    assert last.mask.tolist() == [[1, 1, 1, 1], [1] * len(rows[1]) + [0] * (4 - len(rows[1]))]
    assert torch.allclose(last.states[1, : len(rows[1])], whole.states[1, : len(rows[1])], atol=1e-5)
    assert torch.allclose(last.vectors, whole.vectors, atol=1e-5)
    table = read(teacher, [rows[0]], 2, side="table", end="last")
    assert torch.allclose(table.states[0, 1], teacher.token_embeddings(torch.tensor([int(rows[0][-1])]))[0])


def test_a_feed_forward_head_has_as_many_hidden_layers_as_it_is_told():
    settings = HeadSettings(kind="ffnn", request_tokens=2, entity_tokens=1, dim=4, layers=3, intermediate=8)
    head = PairHead(settings, 16)
    assert [tuple(value.shape) for name, value in head.inner.named_parameters() if "weight" in name] == [
        (8, 12),
        (8, 8),
        (8, 8),
    ]
    assert multiply_adds(settings, 16, 10) == 2 * 16 * 4 + 10 * (12 * 8 + 2 * 8 * 8 + 8)


def test_a_recipe_with_a_head_that_cannot_learn_is_refused(tmp_path):
    file = tmp_path / "head.toml"
    for line, message in (
        ('tokens = "middle"', "tokens must be first or last"),
        ("frozen_stage = false", "joint_requests must be above 0"),
        ("soft_labels = 0.5", "soft_labels need a teacher"),
    ):
        file.write_text(f'name = "a"\nout = "b"\n[head]\n{line}\n', encoding="utf-8")
        with pytest.raises(RecipeError, match=message):
            read_recipe(file)


def test_a_pair_teacher_of_a_student_starts_with_the_students_tokens(teacher):
    model = type(teacher)(*_copied(teacher))
    table = model.bert.get_input_embeddings().weight
    compact = CompactEmbedding(len(table), 8, 32)
    model.bert.set_input_embeddings(compact)
    ids = torch.tensor([[1, 5, 7]])
    assert torch.equal(cross_encoder_of(model, 0).encoder.token_embeddings(ids), model.token_embeddings(ids))


def test_padding_does_not_change_what_is_read(teacher):
    rows = teacher.tokenize(["pon cadena ser", "x"])
    together = read(teacher, [rows[0], rows[1]], 4)
    alone = read(teacher, [rows[1]], 4)
    assert torch.allclose(together.vectors[1], alone.vectors[0], atol=1e-5)


def test_held_out_clusters_are_the_same_everywhere_and_nested():
    clusters = [f"name{number}" for number in range(4000)]
    some, more = ({name for name in clusters if held_out(name, share)} for share in (0.045, 0.15))
    assert some < more
    assert len(more) == pytest.approx(600, abs=70)
