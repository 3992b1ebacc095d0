"""The benchmarks of HPD: reductions, the two sentence tasks, and the reports."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from transformers import BertConfig, BertModel

from benchmarks.lib import kept_encoders, reductions
from benchmarks.lib.sentence_tasks import SentenceTasks
from benchmarks.papers import hpd, hpd_requests, hpd_search
from edge_er.training.data.sentences import ScoredPair
from edge_er.training.models.dual_encoder import DualEncoder, load_model
from edge_er.training.models.vocabulary import train_tokenizer
from edge_er.training.recipe import _check_hpd
from edge_er.training.settings import HPDSettings

NAMES = [
    f"radio {word}" for word in ("kiss", "marca", "clasica", "dial", "nacional", "euskadi", "maria", "sur")
]


@pytest.fixture(scope="module")
def tiny():
    """An encoder of one layer and width 16."""
    torch.manual_seed(0)
    tokenizer = train_tokenizer(NAMES * 5, 60)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=16,
        type_vocab_size=1,
    )
    return DualEncoder(BertModel(config, add_pooling_layer=False), tokenizer, 16).eval()


@pytest.fixture
def vectors():
    rng = np.random.default_rng(0)
    made = rng.standard_normal((300, 10)) * np.linspace(3, 0.2, 10) + 0.5
    return reductions.unit(made.astype(np.float32))


def test_whitened_components_are_uncorrelated_and_of_one_size(vectors):
    white = reductions.whitening(vectors, 4)
    made = (vectors - white.mean) @ white.axes.T
    assert np.allclose(np.cov(made.T), np.eye(4), atol=1e-3)
    assert np.allclose(np.linalg.norm(white(vectors), axis=1), 1, atol=1e-5)


def test_whitening_keeps_the_axes_of_most_variance(vectors):
    centred = vectors - vectors.mean(0)
    best = np.linalg.svd(centred, full_matrices=False)[2][:4]
    axes = reductions.whitening(vectors, 4).axes
    directions = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    assert np.allclose(np.abs(np.sum(directions * best, axis=1)), 1, atol=1e-3)


def test_a_random_projection_knows_nothing_of_the_vectors_and_keeps_right_angles():
    axes = reductions.random_projection(10, 4).axes
    assert np.allclose(axes @ axes.T, np.eye(4), atol=1e-5)
    assert not np.allclose(axes, reductions.random_projection(10, 4, seed=2).axes)


def _away(vectors, wanted):
    return np.abs(vectors @ vectors.T - wanted @ wanted.T).mean()


def test_a_learned_projection_comes_closer_to_the_teachers_cosines_than_a_random_one(vectors):
    ways = reductions.untrained(vectors, vectors, 3)
    assert list(ways) == ["whitening", "PCA", "random projection", "learned projection"]
    assert _away(ways["learned projection"](vectors), vectors) < _away(
        ways["random projection"](vectors), vectors
    )


def test_the_first_right_one_is_ranked_among_all_others():
    angles = np.radians([0, 10, 20, 30, 90])
    circle = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    ranks = reductions.ranks_of_first_right(circle, np.array([0, 0, 4]), [[3], [4, 2], [0]])
    assert ranks.tolist() == [3, 2, 4]


@pytest.fixture
def tasks():
    sets = {
        "STS12": [
            ScoredPair("a", "b", 5.0, "x"),
            ScoredPair("a", "c", 1.0, "x"),
            ScoredPair("b", "c", 2.0, "x"),
        ],
        "STS13": [
            ScoredPair("d", "e", 4.0, "y"),
            ScoredPair("b", "b", 5.0, "y"),
            ScoredPair("c", "d", 3.9, "y"),
        ],
    }
    return SentenceTasks(sets)


def test_what_people_found_the_same_is_asked_for(tasks):
    rows, right = tasks.asked
    named = {
        tasks.texts[row]: [tasks.texts[place] for place in places]
        for row, places in zip(rows, right, strict=True)
    }
    assert named == {"a": ["b"], "b": ["a"], "d": ["e"], "e": ["d"]}
    group = dict(zip(named, tasks.groups, strict=True))
    assert group["a"] == group["b"] != group["d"] == group["e"]


def test_similarity_is_the_mean_of_the_sets_correlations_and_draws_are_paired():
    rng = np.random.default_rng(0)
    sets = {
        name: [ScoredPair(f"{name} {i}", f"{name} {i + 1}", float(rng.random()), "x") for i in range(40)]
        for name in ("STS12", "STS13")
    }
    many = SentenceTasks(sets)
    vectors = reductions.unit(rng.standard_normal((len(many.texts), 4)).astype(np.float32))
    found = many.similarity(vectors)
    row = {text: place for place, text in enumerate(many.texts)}
    each = []
    for pairs in sets.values():
        cosines = [float(vectors[row[pair.first]] @ vectors[row[pair.second]]) for pair in pairs]
        each.append(100 * spearmanr(cosines, [pair.score for pair in pairs]).statistic)
    assert found.value == pytest.approx(np.mean(each), abs=1e-3)
    cell = found.cell()
    assert cell["low"] < cell["value"] < cell["high"]
    assert found.less(many.similarity(vectors)).cell() == {"value": 0.0, "low": 0.0, "high": 0.0}


def test_mean_reciprocal_rank_is_over_the_sentences_asked_with(tasks):
    angles = np.radians([0, 2, 0.9, 90, 91])  # of a, b, c, d, e: c lies between a and b
    circle = np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32)
    reciprocal = tasks.reciprocal_ranks(circle)
    assert reciprocal.tolist() == [0.5, 0.5, 1.0, 1.0]
    assert tasks.retrieval(reciprocal)["value"] == 0.75


def _cell(value, dim, method):
    interval = {"value": value, "low": value - 0.02, "high": value + 0.02}
    return {
        "method": method,
        "dim": dim,
        "similarity": interval,
        "mrr": interval,
        "less_whitening": {"similarity": interval, "mrr": interval},
    }


def test_the_report_on_sentences_has_every_system(tmp_path):
    cells = {
        "teacher": _cell(0.9, 384, "teacher"),
        "student": _cell(0.8, 384, "student"),
        "HPD-128": _cell(0.7, 128, "HPD"),
        "student, whitening-128": _cell(0.6, 128, "whitening"),
    }
    del cells["teacher"]["less_whitening"]
    report = {
        "systems": cells,
        "requests": 1000,
        "candidates": 2000,
        "sizes": dataclasses.asdict(hpd.Sizes()),
    }
    table = hpd.tables(report)
    assert "| HPD-128 | 128 | 512 | 0.70 (0.68 to 0.72) | +0.70 (+0.68 to +0.72) | 0.700" in table
    assert "| teacher | 384 | 1536 | 0.90 (0.88 to 0.92) | - |" in table
    hpd.plot(report, tmp_path / "hpd.png")
    assert (tmp_path / "hpd.png").stat().st_size > 10_000


def test_every_variant_is_a_recipe_that_can_be_read():
    options = SimpleNamespace(teacher="t", wordnet="w")
    made = {
        name: hpd.recipe_of(name, options, hpd.Sizes(), shape) for name, (_, shape) in hpd.variants().items()
    }
    requests = hpd_requests.variants(hpd_requests.Sizes())
    for shape in [*(recipe.hpd for recipe in made.values()), *(shape for _, shape in requests.values())]:
        _check_hpd(shape, "recipe.toml")
    budgets = {
        (recipe.optim.requests, recipe.optim.learning_rate, recipe.optim.seed) for recipe in made.values()
    }
    assert len(budgets) == 1
    assert len({recipe.out for recipe in made.values()}) == len(made)


def test_an_encoder_is_trained_again_only_for_another_recipe(tiny, tmp_path):
    recipe = hpd.recipe_of("tiny", SimpleNamespace(teacher="t", wordnet="w"), hpd.Sizes(), HPDSettings(dim=4))
    recipe = dataclasses.replace(recipe, out=str(tmp_path / "tiny"))
    taken = []

    def train():
        taken.append(1)
        return tiny

    for changed in (recipe, recipe, dataclasses.replace(recipe, name="other")):
        kept_encoders.kept_or_trained(changed, train)
    assert len(taken) == 2
    assert load_model(tmp_path / "tiny").dim == tiny.dim


def test_the_report_on_requests_lays_recall_beside_bytes(tmp_path):
    def cell(method, dim, value):
        interval = {"value": value, "low": value - 0.02, "high": value + 0.02}
        by_stratum = dict.fromkeys(hpd_requests.STRATA, interval)
        return {
            "method": method,
            "dim": dim,
            "bytes_per_entity": dim * 1.5,
            "recall_at_1": by_stratum,
            "mrr": by_stratum,
        }

    cells = {"student": cell("student", 128, 0.8), "HPD-32": cell("HPD", 32, 0.75)}
    cells["HPD-32"]["less_whitening"] = cells["HPD-32"]["mrr"]
    report = {"sizes": dataclasses.asdict(hpd_requests.Sizes()), "forms_per_entity": 1.5, "systems": cells}
    table = hpd_requests.tables(report)
    assert "| HPD-32 | 32 | 48 | .750 (.730 to .770) |" in table
    assert "| HPD-32 | +0.750 (+0.730 to +0.770) |" in table
    hpd_requests.plot(report, tmp_path / "requests.png")
    assert (tmp_path / "requests.png").stat().st_size > 10_000


def test_an_encoder_is_measured_in_the_form_it_ships_in(tiny):
    graph = hpd_requests.Graph(tiny)
    for reduction in (None, reductions.pca(tiny.encode(NAMES), 6)):
        shipped = hpd_requests.ShippedForm(graph, NAMES, reduction)
        found = shipped.encode(NAMES)
        assert np.array_equal(found, np.rint(found)) and np.abs(found).max() == 127
        wanted = tiny.encode(NAMES)
        wanted = reduction(wanted) if reduction else wanted
        assert (reductions.unit(found) * wanted).sum(1).min() > 0.99
        assert shipped.dim == wanted.shape[1]


def test_memory_by_dimensions_is_the_papers_and_a_search_finds_the_nearest():
    times = hpd_search.least_milliseconds(200, 2, 1)
    report = {
        "milliseconds": {str(dim): value for dim, value in times.items()},
        "rounds": 1,
        "requests": 2,
        "vectors": hpd_search.VECTORS,
    }
    rows = {
        row.split(" | ")[0].strip("| "): row.split(" | ")
        for row in hpd_search.tables(report).splitlines()
        if row[:1] == "|"
    }
    for dim, (_, megabytes) in hpd_search.PAPER.items():
        assert float(rows[str(dim)][4]) == pytest.approx(megabytes, rel=0.001)
        assert rows[str(dim)][5] == f"{megabytes:.2f}"
    assert rows["128"][3] == "8.2"
    vectors = np.eye(4, dtype=np.int8)
    assert hpd_search.search(vectors[2], np.asfortranarray(vectors.T, np.float32)) == 2
