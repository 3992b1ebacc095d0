"""A smaller shape is what it says, starts near the whole encoder, and is trained towards it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny import require_packages

require_packages("torch", "transformers", "onnx", "faiss", "pyarrow")

import torch  # noqa: E402
from torch.nn.utils import parametrize  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from benchmarks.lib.shapes import INT4_LEVELS, Lessons, Shape, cut_to, trained  # noqa: E402
from edge_er.training.data.pool import pool_of  # noqa: E402
from edge_er.training.methods.hpd import with_projection  # noqa: E402
from edge_er.training.methods.simtde import student_of  # noqa: E402
from edge_er.training.models.dual_encoder import DualEncoder  # noqa: E402
from edge_er.training.models.vocabulary import train_tokenizer  # noqa: E402
from edge_er.training.settings import OptimSettings  # noqa: E402

NAMES = [
    f"radio {word}"
    for word in ["sol", "luna", "mar", "rio", "monte", "valle", "norte", "sur", "este", "oeste"]
]


@pytest.fixture(scope="module")
def teacher() -> DualEncoder:
    torch.manual_seed(5)
    tokenizer = train_tokenizer(NAMES * 3, 120)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
        type_vocab_size=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return DualEncoder(BertModel(config, add_pooling_layer=False), tokenizer, 16).eval()


@pytest.fixture(scope="module")
def whole(teacher: DualEncoder) -> DualEncoder:
    axes = np.linalg.qr(np.random.default_rng(1).normal(size=(16, 8)))[0].T.astype(np.float32)
    return with_projection(student_of(teacher, 8, 2), axes).eval()


def test_each_shape_is_what_it_says(whole: DualEncoder) -> None:
    sample = whole.tokenize(NAMES)
    layers, inner, columns = whole.bert.config.num_hidden_layers, 32, 8
    same = cut_to(whole, Shape(layers, inner, columns), sample)
    assert np.allclose(same.encode(NAMES), whole.encode(NAMES), atol=1e-6)
    assert len(cut_to(whole, Shape(1, inner, columns), sample).bert.encoder.layer) == 1
    narrow = cut_to(whole, Shape(layers, 12, columns), sample)
    assert {tuple(each.intermediate.dense.weight.shape) for each in narrow.bert.encoder.layer} == {(12, 16)}
    assert cut_to(whole, Shape(layers, inner, 4), sample).bert.get_input_embeddings().table.embedding_dim == 4
    for made in (narrow, same):
        assert np.allclose(np.linalg.norm(made.encode(NAMES), axis=1), 1, atol=1e-5)


def test_the_neurons_that_matter_least_go(whole: DualEncoder) -> None:
    sample = whole.tokenize(NAMES)
    dead = cut_to(whole, Shape(2, 32, 8), sample)
    for layer in dead.bert.encoder.layer:
        layer.output.dense.weight.data[:, 20:] = 0
    less = cut_to(dead, Shape(2, 20, 8), sample)
    assert np.allclose(less.encode(NAMES), dead.encode(NAMES), atol=1e-6)


def test_an_int4_table_has_fifteen_levels_a_row_and_still_learns(whole: DualEncoder, tmp_path: Path) -> None:
    settings = OptimSettings(requests=320, batch=8, learning_rate=2e-3, neighbours=2)
    pool = pool_of([f"pon {name}" for name in NAMES] * 4, NAMES * 4)
    lessons = Lessons.of(pool, whole, whole, settings)
    student = cut_to(whole, Shape(1, 8, 8, int4_table=True), lessons.rows)
    before = float(np.square(student.encode(NAMES) - whole.encode(NAMES)).mean())
    student = trained(student, whole, lessons, settings, tmp_path / "int4.pt")
    after = float(np.square(student.encode(NAMES) - whole.encode(NAMES)).mean())
    assert 0 < after < before
    table = student.bert.get_input_embeddings().table
    parametrize.remove_parametrizations(table, "weight", leave_parametrized=True)
    rows = table.weight.detach().numpy()
    steps = rows / np.abs(rows).max(axis=1, keepdims=True).clip(1e-12) * INT4_LEVELS
    assert np.allclose(steps, np.round(steps), atol=1e-3)
    assert not (tmp_path / "int4.pt").exists()
