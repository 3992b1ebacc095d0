"""The fit of re-ranking weights, on evidence whose law is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge_er.errors import EncoderError
from edge_er.ranking.rerank import Evidence
from edge_er.training.fit.reranking import Choices, first_right, fit_weights, joined, whole_weights

UNIT = 127.0**2
TRUE = np.array([1.5, 0.5, 0.7, 0.0])


def requests(count: int, rng: np.random.Generator) -> list[tuple[Evidence, np.ndarray, list[int]]]:
    """Ten candidates each; the one asked for is drawn with the chances of `TRUE`."""
    made = []
    for _ in range(count):
        dots, pieces = rng.integers(0, int(UNIT), 10), rng.integers(0, 300, 10)
        heard, demand = rng.integers(-200, 300, 10), rng.integers(0, 80, 10)
        evidence = Evidence(dots, heard, demand, pieces, *np.zeros((2, 10), np.int64))
        scores = Choices.of([(evidence, np.arange(10), [0])], UNIT).features @ TRUE
        chances = np.exp(scores - scores.max())
        made.append(
            (evidence, np.arange(10, dtype=np.int32), [int(rng.choice(10, p=chances / chances.sum()))])
        )
    return made


@pytest.fixture(scope="module")
def choices() -> Choices:
    return Choices.of(requests(4000, np.random.default_rng(3)), UNIT)


def test_the_weights_of_the_law_are_found(choices: Choices) -> None:
    found = fit_weights(choices)
    assert (found >= 0).all()
    assert found == pytest.approx(TRUE, abs=0.2)


def test_evidence_against_its_sense_gets_no_weight(choices: Choices) -> None:
    turned = replace(choices, features=choices.features * [1, 1, -1, 1])
    assert fit_weights(turned)[2] == 0


def test_only_the_named_evidence_has_a_weight(choices: Choices) -> None:
    found = fit_weights(choices, ["dense", "heard"])
    assert found[2:].tolist() == [0.0] * 2
    assert (found[:2] > 0).all()


def test_a_request_counts_as_often_as_it_is_told() -> None:
    made = requests(60, np.random.default_rng(6))
    twice = Choices.of([*made, *made[:20]], UNIT)
    told = Choices.of(made, UNIT, [2.0] * 20 + [1.0] * 40)
    assert fit_weights(told) == pytest.approx(fit_weights(twice), abs=1e-3)


def test_the_first_is_right_or_not() -> None:
    made = requests(5, np.random.default_rng(7))
    own = Choices.of(made, UNIT)
    best = [int(np.argmax(rows)) for rows in (own.features @ TRUE).reshape(5, 10)]
    assert first_right(own, TRUE).tolist() == [
        wanted == [place] for place, (_, _, wanted) in zip(best, made, strict=True)
    ]


def test_requests_without_their_answer_say_nothing() -> None:
    made = requests(30, np.random.default_rng(4))
    lost = [(evidence, entities, [77]) for evidence, entities, _ in made]
    whole = Choices.of([*made[:10], *lost, *made[10:]], UNIT)
    assert np.array_equal(whole.features, Choices.of(made, UNIT).features)
    together = joined([Choices.of(made[:10], UNIT), Choices.of(made[10:], UNIT)])
    assert np.array_equal(together.starts, whole.starts)
    assert np.array_equal(together.right, whole.right)


def test_catalogs_count_the_same_or_as_they_are_told(choices: Choices) -> None:
    assert np.allclose(joined([choices, choices]).counts.sum(), 2.0)
    shares = joined([choices, choices], [1.0, 0.25]).counts
    assert shares[: len(choices.counts)].sum() == pytest.approx(1.0)
    assert shares[len(choices.counts) :].sum() == pytest.approx(0.25)


def test_whole_numbers_rank_alike(choices: Choices) -> None:
    weights = whole_weights(TRUE, UNIT)
    evidence = requests(1, np.random.default_rng(5))[0][0]
    exact = Choices.of([(evidence, np.arange(10), [0])], UNIT).features @ TRUE
    score = sum(evidence.parts(weights).values())
    assert np.corrcoef(exact, score)[0, 1] > 0.9999
    with pytest.raises(EncoderError, match="dense"):
        whole_weights(np.array([0, 1, 1, 1.0]), UNIT)
