"""Before and after: what counts as refused and as wrong, and when a bundle is worse."""

from __future__ import annotations

import numpy as np
import pytest

from edge_er.errors import QualityGateError
from edge_er.evaluation.requests_file import Request
from edge_er.training.adapt.compare import Answers, answers_of, check_better
from edge_er.training.adapt.split import Row


def answers(first: str, refused: str = "", wrong: str = "") -> Answers:
    """One letter a request: x where it applies."""
    columns = [[letter == "x" for letter in text.ljust(len(first), ".")] for text in (first, refused, wrong)]
    size = len(first)
    clusters = [f"{place // 2}" for place in range(size)]
    return Answers(
        *(np.array(each) for each in columns), np.ones(size, bool), np.zeros(size, bool), clusters=clusters
    )


def test_answers_of_a_bundle(resolver) -> None:
    rows = [
        Row(Request("pon la cadena ser", ("Cadena SER",)), (0,), "a"),
        Row(Request("cadena ser", ("Kiss FM",)), (3,), "b"),
        Row(Request("zzz zzz", ()), (), "c"),
    ]
    found = answers_of(resolver, rows)
    assert found.first.tolist() == [True, False, False]
    assert found.wrong.tolist() == [False, True, False]
    assert found.asked.tolist() == [True, True, False]
    figures = found.figures()["all"]
    assert figures["recall_at_1"].value == 0.5
    assert figures["wrong_match"].value == pytest.approx(1 / 3)
    assert set(found.figures()) == {"all"}


def test_a_lower_recall_is_refused() -> None:
    with pytest.raises(QualityGateError, match=r"Recall@1 .*: 0\.5000, and 0\.6000 with the start"):
        check_better(answers("xxxxxx...."), answers("xxxxx....."), "the start")
    check_better(answers("xxxxx....."), answers("xxxxx....."), "the start")
    check_better(answers("x" * 100 + "." * 100), answers("x" * 99 + "." * 101), "the start")


def test_more_refused_or_wrong_answers_are_refused_where_chance_does_not_explain_them() -> None:
    good = answers("x" * 40)
    with pytest.raises(QualityGateError, match="right answers less wrong matches"):
        check_better(good, answers("x" * 40, "x" * 20), "the start")
    with pytest.raises(QualityGateError, match="right answers less wrong matches"):
        check_better(answers("." * 40), answers("." * 40, wrong="x" * 20), "the start")
    check_better(answers("x" * 200), answers("x" * 200, "x"), "the start")
