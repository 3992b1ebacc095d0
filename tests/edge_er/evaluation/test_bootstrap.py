import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_er.evaluation.bootstrap import SEED, bootstrap_means, mean_interval, paired_difference

ROWS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40
)


def slow_bootstrap(scores, entities, samples):
    """Draw entities with replacement, lay all their rows end to end, take the mean."""
    distinct = sorted(set(entities))
    draws = np.random.default_rng([SEED, 0]).integers(0, len(distinct), (samples, len(distinct)))
    means = []
    for draw in draws:
        rows = [
            score
            for i in draw
            for score, entity in zip(scores, entities, strict=True)
            if entity == distinct[i]
        ]
        means.append(sum(rows) / len(rows))
    return means


@settings(max_examples=40)
@given(ROWS)
def test_samples_equal_the_slow_bootstrap(rows):
    entities, first, second = map(list, zip(*rows, strict=True))
    means, drawn = bootstrap_means(list(zip(first, second, strict=True)), entities, samples=25)
    np.testing.assert_allclose(means, [np.mean(first), np.mean(second)])
    np.testing.assert_allclose(drawn[:, 0], slow_bootstrap(first, entities, 25))
    np.testing.assert_allclose(drawn[:, 1], slow_bootstrap(second, entities, 25))


@settings(max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_interval_does_not_depend_on_row_order(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    one, other = (mean_interval([r[1] for r in table], [r[0] for r in table]) for table in (rows, shuffled))
    for field in ("value", "low", "high"):
        assert getattr(one, field) == pytest.approx(getattr(other, field))


def test_the_same_rows_give_the_same_interval_twice():
    rng = np.random.default_rng(0)
    scores, entities = rng.integers(0, 2, 500), [f"e{i}" for i in rng.integers(0, 80, 500)]
    assert mean_interval(scores, entities) == mean_interval(scores, entities)


def test_rows_of_one_entity_do_not_count_as_independent():
    scores = np.repeat([0, 1], 200)
    alone = mean_interval(scores, [str(i) for i in range(400)])
    clustered = mean_interval(scores, [str(i // 40) for i in range(400)])
    assert (alone.rows, alone.entities) == (400, 400)
    assert (clustered.rows, clustered.entities) == (400, 10)
    assert clustered.high - clustered.low > 4 * (alone.high - alone.low)


def test_the_interval_has_the_textbook_width():
    scores = np.repeat([0, 1], [300, 700])
    interval = mean_interval(scores, [str(i) for i in range(1000)])
    half = 1.96 * (0.3 * 0.7 / 1000) ** 0.5
    assert (interval.low, interval.high) == (
        pytest.approx(0.7 - half, abs=0.004),
        pytest.approx(0.7 + half, abs=0.004),
    )


def test_groups_are_averaged_not_pooled():
    scores, groups = [1.0] * 90 + [0.0] * 10, ["de"] * 90 + ["it"] * 10
    interval = mean_interval(scores, [str(i) for i in range(100)], groups)
    assert (interval.value, interval.low, interval.high) == (0.5, 0.5, 0.5)


def test_paired_difference_of_a_system_with_itself_is_nothing():
    ranks = [1, 0, 2, 1, 5]
    result = paired_difference(ranks, ranks, list("aabbc"))
    assert [result["difference"][key] for key in ("value", "low", "high")] == [0, 0, 0]


def test_paired_difference_is_narrower_than_two_intervals():
    rng = np.random.default_rng(1)
    ranks_b = rng.integers(0, 3, 600)
    ranks_a = np.where(rng.random(600) < 0.05, 1, ranks_b)
    entities = [f"e{i // 3}" for i in range(600)]
    result = paired_difference(ranks_a, ranks_b, entities)
    alone = mean_interval(ranks_a == 1, entities)
    difference = result["difference"]
    assert difference["value"] == pytest.approx(np.mean(ranks_a == 1) - np.mean(ranks_b == 1), abs=1e-5)
    assert 0 < difference["low"] < difference["value"] < difference["high"]
    assert difference["high"] - difference["low"] < 0.6 * (alone.high - alone.low)
    assert result["ratio"]["value"] == pytest.approx(result["a"] / result["b"], abs=1e-4)
    assert result["ratio"]["low"] > 1


def test_no_ratio_to_a_system_that_finds_nothing():
    assert paired_difference([1, 1], [0, 0], ["a", "b"])["ratio"] is None


@pytest.mark.parametrize(("scores", "entities"), [([], []), ([[1.0]], ["a", "b"]), ([1.0, 0.0], ["a", "b"])])
def test_scores_must_match_their_entities(scores, entities):
    with pytest.raises(ValueError, match="a row for each of"):
        bootstrap_means(scores, entities)
