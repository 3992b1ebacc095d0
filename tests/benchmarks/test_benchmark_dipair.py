"""The arithmetic of the DiPair benchmarks: AUC of lists, weights chosen on other names, what variants change."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import require_packages

require_packages("torch")
from benchmarks.cost import head_speed  # noqa: E402  need the packages
from benchmarks.papers import dipair  # noqa: E402
from benchmarks.papers.dipair_variants import BASE, EXPERIMENTS, variants  # noqa: E402
from edge_er.training.data.pair_lists import PairLists  # noqa: E402
from edge_er.training.recipe import read_recipe  # noqa: E402

RECIPE = "models/recipes/dipair-study.toml"


def test_auc_of_a_list_counts_the_wrong_ones_below_the_right_one() -> None:
    scores = np.array([[2.0, 1.0, 3.0], [1.0, 1.0, 0.0]])
    assert dipair.list_auc(scores) == (1 + 1.5) / 4
    assert dipair.right_first(scores).tolist() == [False, False]
    assert dipair.right_first(scores + np.array([[2, 0, 0], [0.1, 0, 0]])).tolist() == [True, True]


def test_the_cosine_counts_as_much_as_is_best_and_no_more() -> None:
    dense = np.array([[0.9, 0.8], [0.5, 0.6]], np.float32)
    head = np.array([[0.0, 0.9], [1.5, 0.0]], np.float32)
    assert dipair.chosen_weight(dense, head) == 10.0
    assert dipair.chosen_weight(dense, np.array([[1, 0], [1, 0]], np.float32)) == 0.0


def test_figures_are_of_the_names_that_chose_nothing() -> None:
    names = [f"name {number}" for number in range(60)]
    candidates = np.stack([np.arange(60), np.roll(np.arange(60), 1)], axis=1).astype(np.int32)
    judged = PairLists([f"play {name}" for name in names], names, candidates)
    made = dipair.Material(judged, judged, lambda lists: np.zeros(lists.candidates.shape, np.float32))
    tuning = dipair.tuning_lists(judged)
    assert 10 < tuning.sum() < 50
    good, bad = np.tile(np.array([1, 0], np.float32), (60, 1)), np.tile(np.array([0, 1], np.float32), (60, 1))
    own = np.where(tuning[:, None], bad, good)
    cells = dipair.figures(made, {BASE: (good, own), "other": (good, bad)})
    assert cells[BASE]["auc"] == 1
    assert cells[BASE]["right_first"]["rows"] == int((~tuning).sum())
    assert cells["other"]["against_base"]["value"] == -1
    assert cells["other"]["cosine_weight"] == 5.0


def test_variants_differ_from_the_recipe_in_what_they_are_named_for() -> None:
    base = read_recipe(RECIPE)
    made = variants(base)
    assert set(made) == {name for experiment in EXPERIMENTS.values() for name in experiment}
    assert made[BASE].head == base.head
    one = made["one stage, rate of the second"].head
    assert not one.frozen_stage
    assert one.joint_requests == 2 * base.head.joint_requests
    assert one.joint_learning_rate == base.head.joint_learning_rate
    fast = made["one stage, three times that rate"].head.joint_learning_rate
    assert fast == pytest.approx(3 * base.head.joint_learning_rate)
    assert made["encoder of one layer"].encoder_layers == 1
    heads = [(variant.head, variant.encoder_layers) for variant in made.values()]
    assert all(heads.count(each) == 1 for each in heads)


def test_operations_are_told_beside_times() -> None:
    cells = {
        "a head": {"multiply_adds": 3_000_000, "parameters": 1_000, "us_a_pair": 60.0, "times_faster": 8.0},
        "cosine": {"multiply_adds": 640, "parameters": None, "us_a_pair": 0.1, "times_faster": 900.0},
    }
    tokens = {"requests": {"mean": 9.0, "p95": 14.0}, "names": {"mean": 5.0, "p95": 8.0}}
    told = head_speed.table({"systems": cells, "candidates": 10, "tokens": tokens})
    assert "| a head | 1,000 | 6.000 | 60.00 | 10.0 | 8.0 |" in told
    assert told.index("| cosine |") < told.index("| a head |")
