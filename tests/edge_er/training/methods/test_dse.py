"""DSE: the pair teacher's batches and loss, its cached scores, and the dual encoder that learns them."""

import gzip
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from edge_er.errors import EncoderError
from edge_er.training.data import pair_cache
from edge_er.training.data.held_requests import HeldTask, candidates_of, held_tasks, recall_of
from edge_er.training.data.pair_lists import make_lists
from edge_er.training.data.pool import held_out, name_cluster
from edge_er.training.methods import dse
from edge_er.training.models.cross_encoder import (
    PairBatch,
    cross_encoder_of,
    load_cross_encoder,
    save_cross_encoder,
)
from edge_er.training.models.dual_encoder import load_model, save_model
from edge_er.training.models.token_rows import TokenRows
from edge_er.training.settings import DataSettings, DSESettings, OptimSettings, Recipe


def _recipe(folder, **dse_settings):
    optim = OptimSettings(requests=6400, batch=64, learning_rate=3e-3, neighbours=4, save_every=50)
    shape = DSESettings(folder=str(folder / "dse"), extra_layers=0, requests=60, candidates=5, **dse_settings)
    return Recipe(
        "tiny", str(folder / "out"), DataSettings(cache=str(folder / "pool")), dse=shape, optim=optim
    )


@pytest.fixture(scope="module")
def pair_teacher(pool, teacher, tmp_path_factory):
    return dse.train_pair_teacher(_recipe(tmp_path_factory.mktemp("pairs")), teacher, pool)


def test_a_joined_pair_has_segments_and_positions_of_each_text():
    left, right = (
        TokenRows.of([np.array(row) for row in rows]).on(torch.device("cpu"))
        for rows in ([[2, 7, 8, 3], [2, 7, 3]], [[2, 9, 3], [2, 9, 9, 3]])
    )
    batch = PairBatch(left, right, np.array([[0, 0], [1, 1]]))
    assert batch.ids.tolist() == [[2, 7, 8, 3, 9, 3, 0, 0], [2, 7, 3, 9, 9, 3, 0, 0]]
    assert batch.segments.tolist() == [[0, 0, 0, 0, 1, 1, 0, 0], [0, 0, 0, 1, 1, 1, 0, 0]]
    assert batch.positions.tolist() == [[0, 1, 2, 3, 1, 2, 0, 0], [0, 1, 2, 1, 2, 3, 0, 0]]
    assert batch.mask.sum(1).tolist() == [6, 6]


def test_the_pair_teacher_starts_from_the_dual_encoder_and_is_read_back(teacher, tmp_path):
    model = cross_encoder_of(teacher, extra_layers=1).eval()
    layers = model.encoder.bert.encoder.layer
    assert len(layers) == len(teacher.bert.encoder.layer) + 1
    for mine, theirs in zip(layers, teacher.bert.encoder.layer, strict=False):
        assert torch.equal(mine.output.dense.weight, theirs.output.dense.weight)
    left, right = teacher.tokenize(["pon kiss fm", "radio"]), teacher.tokenize(["kiss fm", "los 40"])
    pairs = np.array([[0, 1], [1, 0], [0, 0]])
    save_cross_encoder(model, tmp_path, {"max_tokens": model.encoder.max_tokens})
    again = load_cross_encoder(tmp_path)
    assert torch.allclose(model.scores(left, right, pairs), again.scores(left, right, pairs), atol=1e-6)
    with pytest.raises(EncoderError, match="edge-er train dse"):
        load_cross_encoder(tmp_path / "other")


def test_a_pair_scores_the_same_in_any_batch(teacher):
    model = cross_encoder_of(teacher, extra_layers=0).eval()
    left, right = (
        teacher.tokenize(["pon kiss fm por favor", "radio"]),
        teacher.tokenize(["kiss fm", "los 40"]),
    )
    pairs = np.array([[0, 0], [1, 1], [0, 1]])
    alone = torch.cat([model.scores(left, right, pair[None]) for pair in pairs])
    assert torch.allclose(model.scores(left, right, pairs), alone, atol=1e-5)


def test_group_loss_is_both_softmaxes_without_names_of_one_cluster():
    scores = torch.randn(2, 3, 3)
    cluster = torch.tensor([[0, 1, 2], [5, 6, 5]])
    expected = 0.0
    for group in range(2):
        for i in range(3):
            others = [j for j in range(3) if j == i or cluster[group, j] != cluster[group, i]]
            row, column = scores[group, i, others], scores[group, others, i]
            expected += 2 * scores[group, i, i] - row.logsumexp(0) - column.logsumexp(0)
    assert dse.group_loss(scores, cluster).item() == pytest.approx(-expected.item() / 12, rel=1e-5)


def test_every_name_of_a_group_is_right_once_and_wrong_as_often_as_the_others():
    groups = dse._groups(np.arange(12), 4)
    assert groups.tolist() == [[0, 3, 4, 5], [1, 6, 7, 8], [2, 9, 10, 11]]
    pairs = dse._all_pairs(*groups.shape)
    right = pairs[:, 0] == pairs[:, 1]
    assert np.bincount(pairs[right, 1]).tolist() == [1] * 12
    assert np.bincount(pairs[~right, 1]).tolist() == [3] * 12


def test_dse_loss_is_its_two_parts():
    scores, taught = torch.randn(4, 3), torch.randn(4, 3)
    cosines, target = torch.rand(4, 6), torch.tensor([0, 3, 5, 1])
    part = dse.dse_loss(scores, taught, cosines, target, 0.3, 0.05).item()
    label = -(cosines / 0.05).log_softmax(1)[torch.arange(4), target].mean()
    assert part == pytest.approx(0.3 * ((scores - taught) ** 2).mean().item() + 0.7 * label.item(), rel=1e-5)


def test_the_pair_teacher_ranks_its_candidates(pair_teacher, teacher, pool):
    lists = make_lists(pool, teacher, 90, 5, seed=1)
    scores = pair_cache._scores(pair_teacher, pair_cache.pairs_of_lists(lists)).reshape(90, 5)
    assert (scores.argmax(1) == 0).mean() > 0.5


def test_cached_scores_go_on_where_they_stopped(pair_teacher, teacher, pool, tmp_path, monkeypatch):
    pairs = pair_cache.pairs_of_lists(make_lists(pool, teacher, 30, 5, seed=1))
    whole = pair_cache.cache_scores(pair_teacher, pairs, tmp_path / "whole.parquet")
    monkeypatch.setattr(pair_cache, "PART", 40)
    scored, stops = pair_cache._scores, [80]

    def stopping(model, rows):
        if rows.column("request")[0].as_py() * 5 in stops:
            stops.clear()
            raise KeyboardInterrupt
        return scored(model, rows)

    monkeypatch.setattr(pair_cache, "_scores", stopping)
    file = tmp_path / "resumed.parquet"
    with pytest.raises(KeyboardInterrupt):
        pair_cache.cache_scores(pair_teacher, pairs, file)
    assert len(list(file.with_suffix(".parts").glob("*.parquet"))) == 2
    pair_cache.cache_scores(pair_teacher, pairs, file, resume=True)
    read = pq.read_table(file)
    assert read.drop(["score"]).equals(pairs)
    assert np.abs(read.column("score").to_numpy() - whole.column("score").to_numpy()).max() < 0.05
    assert not file.with_suffix(".parts").exists()


def test_the_three_steps_of_a_recipe(pair_teacher, teacher, pool, tmp_path, monkeypatch):
    save_model(teacher, tmp_path / "start", {"max_tokens": teacher.max_tokens})
    task = HeldTask(
        "es",
        "station",
        pool.names,
        np.array(pool.cluster),
        pool.queries[:20],
        ["asr"] * 20,
        np.array(pool.entity[:20]),
    )
    recipe = _recipe(
        tmp_path,
        start=str(tmp_path / "start"),
        student=str(tmp_path / "start"),
        student_requests=640,
        student_batch=16,
        held_candidates=6,
    )
    monkeypatch.setattr(dse, "read_recipe", lambda file: recipe)
    monkeypatch.setattr(dse, "load_pool", lambda folder, settings, part=None: pool)
    monkeypatch.setattr(dse, "held_tasks", lambda folder, share: [task])
    monkeypatch.setattr(dse, "data_key", lambda folder, settings: "")
    save_cross_encoder(pair_teacher, tmp_path / "dse" / "teacher", {"max_tokens": teacher.max_tokens})
    (tmp_path / "voice").mkdir()
    taken = {"teacher_step": {"key": dse.step_keys(recipe, tmp_path)[0], "done": True}}
    (tmp_path / "dse" / "steps.json").write_text(json.dumps(taken))
    out = dse.main(tmp_path / "r.toml", resume=True, data=tmp_path)
    held = pq.read_table(tmp_path / "dse" / "held_scores.parquet")
    assert held.num_rows == 20 * 6
    assert set(held.column_names) == {
        *("lang", "domain", "stratum", "request", "query", "entity"),
        *("candidate", "cosine", "score", "right"),
    }
    trained = load_model(out)
    before = candidates_of(task, teacher.encode, 6)
    after = candidates_of(task, trained.encode, 6)
    assert recall_of(after.cosines, after.right) > recall_of(before.cosines, before.right)


def _write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("".join(json.dumps(row) + "\n" for row in rows))


def test_held_requests_ask_for_held_names_among_whole_lists(tmp_path, teacher):
    names = [f"Onda {word}" for word in ("uno", "dos", "tres", "quatro", "cinco", "seis", "siete", "ocho")]
    stations = [{"name": name, "country": "ES"} for name in names] + [{"name": "Radio X", "country": "US"}]
    _write(tmp_path / "stations" / "stations.jsonl.gz", stations)
    _write(tmp_path / "entities" / "media_entities.jsonl.gz", [])
    _write(tmp_path / "entities" / "cities.jsonl.gz", [])
    row = {"lang": "es", "domain": "station", "country": "ES", "asr": "onda", "asr_noisy": "anda"}
    voice = [{**row, "split": "train", "entity": name, "text": f"pon {name}"} for name in names]
    voice += [{**row, "split": "dev", "entity": "Onda dev", "text": "x"}]
    voice += [{**row, "split": "train", "country": "MX", "entity": "Onda lejana", "text": "x"}]
    _write(tmp_path / "voice" / "voice.jsonl.gz", voice)
    wanted = [name.lower() for name in names if held_out(name_cluster(name), 0.5)]
    assert 0 < len(wanted) < len(names)
    (task,) = held_tasks(tmp_path, 0.5)
    assert (task.lang, task.domain) == ("es", "station")
    assert task.names == sorted(name.lower() for name in names)
    assert [task.names[gold] for gold in task.gold] == wanted * 3
    assert task.queries[: len(wanted)] == [f"pon {name}" for name in wanted]
    assert task.strata == [s for s in ("text", "asr", "asr_noisy") for _ in wanted]
    found = candidates_of(task, teacher.encode, 5)
    assert found.places.shape == (len(task.queries), 5)
    assert (np.diff(found.cosines, axis=1) <= 0).all()
    assert (found.right == (found.places == task.gold[:, None])).all()
    assert recall_of(found.right.astype(float), found.right) == found.right.any(1).mean()
