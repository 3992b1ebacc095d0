"""The benchmarks of DSE: losses against a teacher with their intervals, and the reports."""

import dataclasses

import numpy as np
import pytest

from benchmarks.lib import relative_loss
from benchmarks.papers import dse_speed, pair_sets
from edge_er.training.data.pairs import metric_of


def _scores(metric, rng):
    labels = (rng.random(80) < 0.4).astype(np.float32)
    left = [f"text {i // 2}" for i in range(80)]
    scores = {"teacher": labels + rng.normal(size=80), "student": labels + 2 * rng.normal(size=80)}
    return relative_loss.Scores(metric, labels, left, scores, dict.fromkeys(scores, 0.5))


@pytest.mark.parametrize("metric", ["f1", "accuracy", "spearman"])
def test_a_loss_is_the_share_of_the_teachers_metric(metric):
    found = _scores(metric, np.random.default_rng(4))
    drawn = relative_loss.drawn_metrics(found)
    of = {name: metric_of(metric, scores, found.labels, 0.5) for name, scores in found.scores.items()}
    lost = relative_loss.losses(drawn, "teacher")
    assert list(lost) == ["student"]
    cell = relative_loss.with_interval(lost["student"])
    assert cell["value"] == pytest.approx(100 * (1 - of["student"] / of["teacher"]), abs=1e-3)
    assert cell["low"] < cell["value"] < cell["high"]


def test_pairs_of_one_text_are_drawn_together():
    found = dataclasses.replace(_scores("accuracy", np.random.default_rng(5)), left=["one"] * 80)
    drawn = relative_loss.drawn_metrics(found)["teacher"]
    assert np.ptp(drawn) == 0


def test_the_choice_of_sets_widens_the_average():
    rng = np.random.default_rng(6)
    sets = [
        np.concatenate([[mean], mean + rng.normal(size=relative_loss.SAMPLES)]) for mean in (0.0, 5.0, 10.0)
    ]
    found = relative_loss.average_loss(sets)
    assert found["pairs"]["value"] == found["sets"]["value"] == 5.0
    assert found["sets"]["high"] - found["sets"]["low"] > 2 * (found["pairs"]["high"] - found["pairs"]["low"])


def test_the_report_on_pair_sets_has_losses_and_averages(tmp_path):
    interval, systems = {"value": 4.0, "low": 2.0, "high": 6.0}, (*pair_sets.USUAL, pair_sets.COSINE)
    cell = {
        "metric": "f1",
        "trivial": 0.5,
        "pairs": {"train": 1200, "valid": 10, "test": 1725},
        "reached": {name: {"value": 0.8, "low": 0.7, "high": 0.9} for name in ("teacher", *systems)},
        "lost_percent": dict.fromkeys(systems, interval),
    }
    rng = np.random.default_rng(0)
    lost = {
        name: {system: rng.normal(size=1 + relative_loss.SAMPLES) for system in systems}
        for name in ("MRPC", "STS-B", "Beer")
    }
    report = {
        "name": "pair_sets",
        "teacher": "package:x",
        "tokens": 48,
        "sizes": dataclasses.asdict(pair_sets.Sizes()),
        "sets": dict.fromkeys(lost, cell),
        "average_lost_percent": pair_sets.averages(dict.fromkeys(lost, cell), lost),
    }
    table = pair_sets.tables(report)
    assert "| MRPC | 4.0 (2.0 to 6.0) |" in table and "| **sentences**, average |" in table
    sentences = report["average_lost_percent"]["sentences"]["DSE"]["pairs"]["value"]
    assert sentences == pytest.approx((lost["MRPC"]["DSE"][0] + lost["STS-B"]["DSE"][0]) / 2, abs=1e-4)
    pair_sets.plot(report, tmp_path / "pairs.png")
    assert (tmp_path / "pairs.png").stat().st_size > 10_000


def test_a_set_whose_teacher_learned_nothing_is_not_counted():
    rng = np.random.default_rng(0)
    lost = {
        name: {"DSE": mean + rng.random(1 + relative_loss.SAMPLES)}
        for name, mean in (("MRPC", 10), ("RTE", 4), ("Beer", 0))
    }
    cells = {
        name: {"trivial": 0.66, "reached": {"teacher": {"value": 0.7, "low": low, "high": 0.8}}}
        for name, low in (("MRPC", 0.67), ("RTE", 0.67), ("Beer", 0.65))
    }
    found = pair_sets.averages(cells, lost)["all sets"]["DSE"]["pairs"]["value"]
    assert found == pytest.approx((lost["MRPC"]["DSE"][0] + lost["RTE"]["DSE"][0]) / 2, abs=1e-4)


def test_what_is_reached_unread():
    labels = np.array([1, 0, 0, 0], np.float32)
    yes = metric_of("f1", np.ones(4), labels, 0.5)
    assert relative_loss.trivial("f1", labels) == pytest.approx(yes)
    assert relative_loss.trivial("accuracy", labels) == 0.75
    assert relative_loss.trivial("spearman", labels) == 0.0


def test_scores_of_another_run_are_not_gone_on_with(tmp_path):
    pair_sets._check_same(tmp_path / "sizes.json", {"pairs": 3})
    pair_sets._check_same(tmp_path / "sizes.json", {"pairs": 3})
    with pytest.raises(SystemExit, match="remove the folder"):
        pair_sets._check_same(tmp_path / "sizes.json", {"pairs": 4})


def test_the_speed_of_students_is_told_in_times_the_teachers():
    rates = {dse_speed.NETWORK: 2_000.0, dse_speed.PRODUCT: 100_000.0}
    report = {"teacher": "t", "teacher_pairs_per_second": 100.0, "students_pairs_per_second": {"1000": rates}}
    assert "| 1,000 | 2,000 (20) | 100,000 (1,000) |" in dse_speed.tables(report)
