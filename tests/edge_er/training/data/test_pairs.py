"""Pair sets are read as published, and their scorers learn from labels and from a teacher's scores."""

import copy
import gzip
import io
import tarfile

import numpy as np
import pytest
import torch

from edge_er.errors import EdgeERError
from edge_er.training.data.pairs import Pairs, best_threshold, metric_of, read_pair_set
from edge_er.training.methods import pair_scorers
from edge_er.training.methods.pair_scorers import (
    HeadScorer,
    Stages,
    VectorScorer,
    label_loss,
    reconstruction_loss,
    score_loss,
    scores_of,
    soft_label_loss,
    teacher_scores,
    train_scorer,
    train_teacher,
)
from edge_er.training.models.cross_encoder import cross_encoder_of
from edge_er.training.settings import HeadSettings, OptimSettings


@pytest.fixture(scope="module")
def named_pairs(pool):
    """Requests with their own names and with others."""
    rng = np.random.default_rng(0)
    rows = rng.integers(len(pool.queries), size=160)
    labels = (np.arange(160) % 2).astype(np.float32)
    own = np.array(pool.entity)[rows]
    other = (own + 1 + rng.integers(len(pool.names) - 1, size=160)) % len(pool.names)
    names = np.where(labels > 0, own, other)
    return Pairs([pool.queries[row] for row in rows], [pool.names[name] for name in names], labels)


def _archive(folder, text):
    with tarfile.open(folder / "ditto_er_magellan_wdc.tar.gz", "w:gz") as files:
        for part in ("train", "valid", "test"):
            info = tarfile.TarInfo(f"data/er_magellan/Structured/Beer/{part}.txt")
            info.size = len(text.encode())
            files.addfile(info, io.BytesIO(text.encode()))


def test_a_serialised_set_is_read_without_its_marks(tmp_path):
    left = "COL name VAL Red Ale COL class VAL 12 COL abv VAL  "
    _archive(tmp_path, left + "\tCOL name VAL ColVAL Ale COL abv VAL 5 % \t1\n")
    found = read_pair_set(tmp_path, "Beer")
    assert found.metric == "f1"
    assert found.test.left == ["name Red Ale abv"]
    assert found.test.right == ["name ColVAL Ale abv 5 %"]
    assert found.test.labels.tolist() == [1.0]


def _tsv(folder, name, text):
    folder.mkdir(exist_ok=True)
    for part in ("train", "dev", "test"):
        (folder / f"{name}_{part}.tsv.gz").write_bytes(gzip.compress(text.encode("utf-8-sig")))


def test_sentence_pairs_are_read_with_and_without_a_heading(tmp_path):
    _tsv(tmp_path / "glue_small", "MRPC", '1\t7\t8\tHe said "a.\tHe said b.\n0\t9\t10\tc\td\n')
    _tsv(tmp_path / "glue_small", "RTE", "index\tsentence1\tsentence2\tlabel\n4\ta b\ta\tentailment\n")
    paraphrases, entailed = read_pair_set(tmp_path, "MRPC"), read_pair_set(tmp_path, "RTE")
    assert paraphrases.train.left == ['He said "a.', "c"]
    assert paraphrases.train.labels.tolist() == [1.0, 0.0]
    assert (entailed.metric, entailed.test.left, entailed.test.labels.tolist()) == (
        "accuracy",
        ["a b"],
        [1.0],
    )


def test_the_development_pairs_of_paws_are_trained_and_validated_on(tmp_path):
    (tmp_path / "pawsx").mkdir()
    for part, count in (("dev", 10), ("test", 3)):
        text = "".join(f"{part} {i}\tother {i}\t{i % 2}\n" for i in range(count))
        (tmp_path / "pawsx" / f"{part}-en.tsv.gz").write_bytes(gzip.compress(text.encode()))
    found = read_pair_set(tmp_path, "PAWS")
    assert found.metric == "accuracy"
    assert found.valid.left == ["dev 0", "dev 5"] and found.valid.labels.tolist() == [0.0, 1.0]
    assert sorted(found.train.left + found.valid.left) == sorted(f"dev {i}" for i in range(10))
    assert found.test.right == ["other 0", "other 1", "other 2"]


def test_similarities_are_read_as_shares_of_the_highest(tmp_path):
    folder = tmp_path / "sts" / "stsb_multi"
    folder.mkdir(parents=True)
    for part in ("train", "dev", "test"):
        text = 'A plane.,"An air plane, red.",5.0\na,b,1.5\n'
        (folder / f"stsb-en-{part}.csv.gz").write_bytes(gzip.compress(text.encode()))
    found = read_pair_set(tmp_path / "pairs", "STS-B")
    assert found.metric == "spearman"
    assert found.test.right[0] == "An air plane, red."
    assert found.train.labels.tolist() == pytest.approx([1.0, 0.3])


def test_what_is_wrong_with_a_set_is_said(tmp_path):
    with pytest.raises(EdgeERError, match="known are Beer"):
        read_pair_set(tmp_path, "Cheese")
    with pytest.raises(EdgeERError, match="no such file"):
        read_pair_set(tmp_path, "Beer")
    _archive(tmp_path, "COL a VAL b \tCOL a VAL c \t2\n")
    with pytest.raises(EdgeERError, match="pair 1: label must be 0 or 1, found '2'"):
        read_pair_set(tmp_path, "Beer")
    with pytest.raises(EdgeERError, match=r"no file .*DBLP-ACM"):
        read_pair_set(tmp_path, "DBLP-ACM")


def test_metrics_are_those_of_scikit_learn():
    from sklearn.metrics import accuracy_score, f1_score

    rng = np.random.default_rng(1)
    scores, labels = rng.normal(size=200), (rng.random(200) < 0.3).astype(np.float32)
    assert metric_of("f1", scores, labels, 0.4) == pytest.approx(f1_score(labels, scores > 0.4))
    assert metric_of("accuracy", scores, labels, 0.4) == pytest.approx(accuracy_score(labels, scores > 0.4))


def test_the_metric_of_similarities_is_spearmans_and_needs_no_threshold():
    from scipy.stats import spearmanr

    rng = np.random.default_rng(3)
    labels = rng.integers(0, 6, 100) / 5
    scores = labels + rng.normal(size=100)
    threshold = best_threshold("spearman", scores, labels)
    assert metric_of("spearman", scores, labels, threshold) == pytest.approx(
        spearmanr(scores, labels).statistic
    )


@pytest.mark.parametrize("metric", ["f1", "accuracy"])
def test_no_threshold_is_better_than_the_best(metric):
    rng = np.random.default_rng(2)
    scores, labels = rng.normal(size=60), (rng.random(60) < 0.3).astype(np.float32)
    best = metric_of(metric, scores, labels, best_threshold(metric, scores, labels))
    assert all(metric_of(metric, scores, labels, threshold) <= best for threshold in np.linspace(-4, 4, 400))


def test_losses_are_the_papers():
    scores, taught, labels = torch.randn(6), torch.randn(6), torch.tensor([0.0, 1, 1, 0, 1, 0])
    chance, soft = torch.sigmoid(scores), torch.sigmoid(taught)
    hard = -(labels * chance.log() + (1 - labels) * (1 - chance).log()).mean()
    assert label_loss(scores, taught, labels).item() == pytest.approx(hard.item(), rel=1e-5)
    given = -(soft * chance.log() + (1 - soft) * (1 - chance).log()).mean()
    assert soft_label_loss(scores, taught, labels).item() == pytest.approx(given.item(), rel=1e-5)
    both = (((scores - taught) ** 2).mean() + hard) / 2
    assert reconstruction_loss(scores, taught, labels).item() == pytest.approx(both.item(), rel=1e-5)
    assert score_loss(scores, taught, labels).item() == pytest.approx(2 * both.item() - hard.item(), rel=1e-5)


@pytest.mark.parametrize(
    ("share", "trained"), [(0.5, [False, True, True]), (1.0, [True] * 3), (0.34, [False, False, True])]
)
def test_the_upper_layers_are_left_to_be_trained(teacher, share, trained):
    model = copy.deepcopy(teacher)
    pair_scorers.leave_upper_layers(model, share)
    assert [layer.output.dense.weight.requires_grad for layer in model.bert.encoder.layer] == trained
    assert not model.bert.embeddings.word_embeddings.weight.requires_grad


@pytest.mark.parametrize("kind", ["vectors", "head"])
def test_students_learn_the_teachers_scores(kind, teacher, named_pairs, tmp_path):
    torch.manual_seed(0)
    shape = HeadSettings(request_tokens=8, entity_tokens=6, dim=16, intermediate=32)
    scorer = VectorScorer(teacher.dim, 64) if kind == "vectors" else HeadScorer(shape, teacher.dim)
    taught = np.where(named_pairs.labels > 0, 3.0, -3.0).astype(np.float32)
    stages = Stages(frozen_pairs=3200, joint_pairs=640, passes=20, joint_rate=1e-3)
    encoder = copy.deepcopy(teacher)
    loss = reconstruction_loss if kind == "vectors" else soft_label_loss
    train_scorer(encoder, scorer, named_pairs, taught, loss, stages, tmp_path)
    found = scores_of(encoder, scorer, named_pairs)
    assert np.corrcoef(found, taught)[0, 1] > 0.6
    lower, upper = encoder.bert.encoder.layer[0], encoder.bert.encoder.layer[-1]
    assert torch.equal(lower.output.dense.weight, teacher.bert.encoder.layer[0].output.dense.weight)
    assert not torch.equal(upper.output.dense.weight, teacher.bert.encoder.layer[-1].output.dense.weight)


def test_the_teacher_learns_labelled_pairs_and_keeps_its_token_table(teacher, named_pairs, tmp_path):
    model = cross_encoder_of(teacher, extra_layers=0)
    optim = OptimSettings(requests=4800, batch=16, learning_rate=2e-3)
    train_teacher(model, named_pairs, optim, tmp_path)
    scores = teacher_scores(model, named_pairs)
    assert metric_of("accuracy", scores, named_pairs.labels, 0.0) > 0.8
    table = model.encoder.bert.embeddings.word_embeddings.weight
    assert torch.equal(table, teacher.bert.embeddings.word_embeddings.weight)


def test_a_pass_sees_every_pair_once():
    optim = OptimSettings(batch=4)
    seen = np.concatenate([pair_scorers._rows(6, optim, step) for step in range(3)])
    assert sorted(seen[:6]) == sorted(seen[6:]) == list(range(6))
