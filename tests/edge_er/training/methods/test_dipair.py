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
from edge_er.training.methods.dipair import train_head
from edge_er.training.models.pair_head import PairHead, multiply_adds, pair_scores, read, read_all
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
