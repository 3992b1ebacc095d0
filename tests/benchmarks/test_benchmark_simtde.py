"""The benchmarks of SimTDE's Tables 1, 2 and 4, on figures made up for the test."""

import dataclasses

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from benchmarks.lib.sts_figures import Embedded, differences
from benchmarks.papers import simtde, simtde_times, sts
from edge_er.training.data.pool import Pool
from edge_er.training.data.sentences import STS_SETS, ScoredPair
from edge_er.training.methods.student import new_student
from edge_er.training.models.dual_encoder import DualEncoder
from edge_er.training.models.vocabulary import train_tokenizer
from edge_er.training.recipe import read_recipe


class Lookup:
    """Vectors by text; an encoder as far as a benchmark sees it."""

    dim = 2

    def __init__(self, vectors):
        self.vectors = vectors

    def encode(self, texts, batch=0):
        return np.array([self.vectors[text] for text in texts], np.float32)


@pytest.fixture(scope="module")
def teacher():
    torch.manual_seed(0)
    tokenizer = train_tokenizer(["radio kiss", "onda cero", "radio marca", "europa fm"] * 5, 60)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
    )
    return DualEncoder(BertModel(config, add_pooling_layer=False), tokenizer, 16).eval()


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
    found = Embedded.of(encoder, {"STS12": pairs}).correlations({"STS12": pairs})
    assert found["mean_of_parts"] == {"STS12": 100.0}
    assert found["all"]["STS12"] == found["all"]["average"] == pytest.approx(-60.0)


def test_projected_vectors_are_of_length_1_again():
    whole = Embedded(np.eye(3), {"a": 0, "b": 1, "c": 2})
    assert np.allclose(whole.projected(np.array([[0.6, 0.8, 0.5]])).vectors, 1)


def test_a_difference_is_that_of_the_averages_and_its_interval_holds_it():
    rng = np.random.default_rng(1)
    scores = rng.random((2, 300))
    names = ["first", "second"]
    pairs = {
        name: [ScoredPair("a", f"{name} {at}", score, "") for at, score in enumerate(each)]
        for name, each in zip(names, scores, strict=True)
    }

    def encoder(noise):
        near = {
            f"{name} {at}": angle(90 * (1 - score) + noise * rng.normal())
            for name, each in zip(names, scores, strict=True)
            for at, score in enumerate(each)
        }
        return Embedded.of(Lookup({"a": angle(0), **near}), pairs)

    encoders = {"good": encoder(5), "bad": encoder(40), "alike": encoder(5)}
    found = differences(encoders, "good", pairs, resamples=100)
    expected = [encoders[name].correlations(pairs)["all"]["average"] for name in ("bad", "good")]
    assert found["bad"]["value"] == pytest.approx(expected[0] - expected[1], abs=0.02)
    assert found["bad"]["low"] < found["bad"]["value"] < found["bad"]["high"] < 0
    assert found["alike"]["low"] < 0 < found["alike"]["high"]
    assert found["good"] == {"value": 0, "low": 0, "high": 0}


def scores(average):
    return {**dict.fromkeys(STS_SETS, average), "average": average}


@pytest.fixture
def sts_report():
    def cell(average, kept):
        return {"spearman": {"all": scores(average)}, "dim": 384, "parameters": 9_500_000, "kept": kept}

    return {"encoders": {"MiniLM, teacher": cell(80.0, 100.0), "SimTDE-128-L3(384)": cell(79.2, 99.0)}}


def test_the_sts_report_lays_our_students_beside_the_papers(sts_report, tmp_path):
    lines = sts.tables(sts_report).splitlines()
    ours, paper = (
        next(line for line in lines if line.startswith(f"| {name} |"))
        for name in ("SimTDE-128-L3(384)", "SimTDE-128-L3(384), the paper")
    )
    assert ours.endswith("| 79.20 | 99.00 | 384 | 9.5 M |")
    assert paper.endswith("| 78.09 | 99.00 | 384 | 9.5 M |")
    sts.plot(sts_report, tmp_path / "sts.png")
    assert (tmp_path / "sts.png").stat().st_size > 10_000


def test_every_row_of_table_2_is_a_recipe_of_its_own_that_can_be_begun(teacher):
    base = read_recipe(simtde.RECIPE)
    recipes = [simtde.recipe_of(name, base) for name in simtde.ROWS]
    assert len({recipe.out for recipe in recipes}) == len(recipes)
    settings = [(recipe.student, recipe.optim) for recipe in recipes]
    assert all(settings.count(each) == 1 for each in settings)
    assert {recipe.optim.requests for recipe in recipes} == {base.optim.requests}
    small = {"keep_layers": 1}
    for recipe in recipes:
        shape = dataclasses.replace(recipe.student, **small, token_dim=min(recipe.student.token_dim, 8))
        assert new_student(teacher, shape).dim == teacher.dim


def test_a_row_is_trained_once_and_again_when_its_recipe_is_another(teacher, tmp_path, monkeypatch):
    base = read_recipe(simtde.RECIPE)
    recipe = dataclasses.replace(base, out=str(tmp_path / "row"))
    asked = []

    def train(recipe, teacher, texts, resume):
        asked.append(resume)
        return teacher

    monkeypatch.setattr(simtde, "train_student", train)
    for each in (
        recipe,
        recipe,
        dataclasses.replace(recipe, student=dataclasses.replace(recipe.student, alpha=0)),
    ):
        simtde.trained(each, teacher, lambda: Pool([], [], [], []))
    assert asked == [True, True]


def test_table_2_says_how_far_each_row_is_above_simtde_here_and_in_the_paper():
    names = [simtde.TEACHER, *simtde.ROWS, f"learnable-matrix{simtde.BARE}"]
    cell = {"spearman": scores(60.0), "dim": 384, "parameters": 9_500_000}
    report = {
        "sentences": 12_800,
        "pairs": 1_000,
        "encoders": {**dict.fromkeys(names, cell), simtde.TEACHER: {**cell, "spearman": scores(80.0)}},
        "above": {name: {"value": -1.5, "low": -2, "high": -1} for name in names},
    }
    table = simtde.tables(report)
    assert "| 60.00 | 75.00 | -1.50 (-2.00 to -1.00) | 9.5 M |" in table
    assert "LMX-KD-192-L6(192), without its matrix" in table and "in this run: none" in table
    assert "| hidden states instead of the start from teacher weights / the same | -1.50 | -0.81 |" in table


def test_times_are_medians_of_ratios_on_the_same_stretch():
    slow = np.array(
        [[10.0, 20.0, 60.0], [12.0, 20.0, 30.0]]
    )  # the last stretch of the first run was disturbed
    taken = {"slow": slow, "fast": slow / np.array([2.0, 4.0, 4.0])}
    found = simtde_times.figures(taken)
    assert found["slow"] == {"times": 1, "low": 1, "high": 1, "seconds": 11 + 20 + 45}
    assert found["fast"]["times"] == 4 and found["fast"]["low"] == 2.5
    cells = {shape.label: {**found["fast"], "parameters": 1e6} for shape in simtde_times.SHAPES}
    table = simtde_times.tables({"runs": 2, "pairs": 3, "shapes": cells})
    assert "| SimTDE-128-L3(384): Small | 1.0 M | 21.8 | 4.00 (2.50 to 4.00) | 14.0 | 3.95 |" in table


def test_a_timed_shape_has_the_parameters_of_the_paper(teacher):
    shape = next(each for each in simtde_times.SHAPES if "Small" in each.label)
    encoder = simtde_times.encoder_of(shape, teacher)
    config = encoder.bert.config
    assert (config.hidden_size, config.num_hidden_layers, config.intermediate_size) == (384, 3, 1536)
    table = encoder.bert.embeddings.word_embeddings.table.weight
    assert table.shape == (teacher.bert.config.vocab_size, 128)
    others = sum(each.numel() for each in encoder.parameters()) - table.numel()
    assert (others + 30_522 * 128) / 1e6 == pytest.approx(
        shape.parameters, abs=0.06
    )  # BERT has 30,522 pieces
