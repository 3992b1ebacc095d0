"""The benchmarks of distilled encoders: STS students and fewer output dimensions, on figures made up for the test."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from benchmarks.papers import projections, sts
from edge_er.training.data.sentences import STS_SETS, ScoredPair
from edge_er.training.methods.hpd import pca_axes, with_projection
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.vocabulary import train_tokenizer


class Lookup:
    """Vectors by text; an encoder as far as a benchmark sees it."""

    dim = 2

    def __init__(self, vectors):
        self.vectors = vectors

    def encode(self, texts, batch=0):
        return np.array([self.vectors[text] for text in texts], np.float32)


def angle(degrees):
    return [np.cos(np.radians(degrees)), np.sin(np.radians(degrees))]


def test_correlations_are_over_all_pairs_of_a_set_and_beside_it_the_mean_of_its_parts():
    encoder = Lookup({"a": angle(0), **{f"b{d}": angle(d) for d in (10, 20, 30, 40)}})
    pairs = [
        ScoredPair("a", "b10", 2, "news"),
        ScoredPair("a", "b20", 1, "news"),
        ScoredPair("a", "b30", 4, "forum"),
        ScoredPair("a", "b40", 3, "forum"),
    ]
    found = sts.Embedded.of(encoder, {"STS12": pairs}).correlations({"STS12": pairs})
    assert found["mean_of_parts"] == {"STS12": 100.0}
    assert found["all"]["STS12"] == found["all"]["average"] == pytest.approx(-60.0)


def test_reduced_vectors_are_of_length_1_again():
    whole = sts.Embedded(np.eye(3), {"a": 0, "b": 1, "c": 2})
    reduced = whole.reduced(np.array([[0.6, 0.8, 0.5]]))
    assert np.allclose(reduced.vectors, 1)


@pytest.fixture
def sts_report():
    def cell(average, ablation, dim=384):
        scores = {**dict.fromkeys(STS_SETS, average), "average": average}
        return {"spearman": {"all": scores}, "dim": dim, "parameters": 9_500_000, "ablation": ablation}

    student = "SimTDE-128-L3(384)"
    return {
        "teacher": sts.TEACHER,
        "encoders": {sts.TEACHER: cell(80.0, False), student: cell(79.2, False), "short": cell(70.0, True)},
        "budget": "25,600 sentences",
        "seconds": {sts.TEACHER: 30.0, student: 15.0},
    }


def test_the_sts_report_says_what_is_kept_and_how_much_faster(sts_report, tmp_path):
    assert sts.kept(sts_report, "SimTDE-128-L3(384)") == 99.0
    table = sts.tables(sts_report)
    whole, ablations = table.split("## Ablations")
    ours = next(line for line in whole.splitlines() if line.startswith("| SimTDE-128-L3(384) |"))
    assert "| 79.20 | 99.00 | 384 | 9.5 M |" in ours
    assert "| short |" in ablations and "| short |" not in whole
    assert "| SimTDE-128-L3(384) | 15.0 | 2.00 |" in ablations
    assert "| SimTDE-128-L3(384), the paper | 14.0 | 1.57 |" in ablations
    sts.plot(sts_report, tmp_path / "sts.png")
    assert (tmp_path / "sts.png").stat().st_size > 10_000


def test_a_report_without_ablations_has_no_table_of_them(sts_report):
    sts_report["encoders"].pop("short")
    assert "Ablations" not in sts.tables(sts_report)


@pytest.fixture
def sizes_report():
    def cell(method, dim, value):
        interval = {"value": value, "low": value - 0.02, "high": value + 0.02}
        recall = {stratum: {"average": interval} for stratum in projections.STRATA}
        sizes = {"vector_bytes": dim * 30_000, "bytes_per_entity": dim * 1.5}
        return {"method": method, "dim": dim, "recall_at_1": recall, **sizes}

    systems = {
        "student, 128": cell("student", 128, 0.8),
        "PCA-32, no training": cell("PCA", 32, 0.7),
        "HPD-32": cell("HPD", 32, 0.75),
    }
    ratio = {"ratio": {"value": 0.9375, "low": 0.92, "high": 0.95}}
    kept = {stratum: {"pooled": ratio} for stratum in (projections.ALL, *projections.STRATA)}
    return {"forms_per_entity": 1.5, "systems": systems, "comparisons": {"HPD-32": kept}}


def test_the_projections_report_lays_recall_beside_bytes(sizes_report, tmp_path):
    table = projections.tables(sizes_report)
    assert "| HPD-32 | 32 | 48 | 0.96 | .750 (.730 to .770) |" in table
    assert ".9375 (.9200 to .9500)" in table
    projections.plot(sizes_report, tmp_path / "projections.png")
    assert (tmp_path / "projections.png").stat().st_size > 10_000


def test_a_model_is_measured_in_the_form_it_ships_in():
    torch.manual_seed(0)
    names = [f"radio {word}" for word in ("kiss", "marca", "clasica", "dial", "nacional", "euskadi")]
    tokenizer = train_tokenizer(names * 5, 60)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
        type_vocab_size=1,
    )
    model = DualEncoder(BertModel(config, add_pooling_layer=False), tokenizer, 16).eval()
    reduced = with_projection(model, pca_axes(model.encode(names), 4)).eval()
    shipped = projections.ShippedForm.of_model(reduced, names)
    vectors = shipped.encode(names)
    assert shipped.dim == 4 and vectors.shape == (6, 4)
    assert np.array_equal(vectors, np.rint(vectors)) and np.abs(vectors).max() == 127
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (unit * reduced.encode(names)).sum(1).min() > 0.995
