"""Failures are sorted by the first cause that fits, and no result keeps what people said; data made up here."""

import pytest
from tiny import require_packages

require_packages("matplotlib", "pyarrow", "rapidfuzz", "sklearn")

from benchmarks.lib.people_figures import people_request  # noqa: E402
from benchmarks.product.people_causes import (  # noqa: E402
    CAUSES,
    REFUSED,
    WRONG,
    Failure,
    cause_of,
    counts_table,
    failures,
    figures_of,
)


def asked(query, entity=("Norte Nueve",)):
    row = {
        "query": query,
        "entity": list(entity),
        "domain": "tv",
        "lang": "es",
        "source": "snips_x",
        "speech": False,
    }
    return people_request(row)


def failure(query, right, answer, outcome=WRONG, aliases=(), answer_aliases=()):
    return Failure(
        asked(query, (right,)),
        outcome,
        (right,),
        (right, *aliases),
        answer,
        (answer,),
        (answer, *answer_aliases),
        "match",
    )


@pytest.mark.parametrize(
    ("case", "cause"),
    [
        (failure("pon norte", "norte", "sur", answer_aliases=("norte",)), "equals"),
        (failure("watch back two", "back ii", "back iii"), "another number"),
        (failure("watch back two", "back ii", "back"), "another number"),
        (failure("watch back", "back 7", "back 7", REFUSED), "another number"),
        (
            failure("to berlin please", "berlin", "north canton", answer_aliases=("to berlin",)),
            "alias before main name",
        ),
        (failure("kitchen light in the hall", "kitchen", "hall"), "two names in the sentence"),
        (failure("light in the kitchen now", "kitchen", "hall"), "name whole in the sentence"),
        (failure("light in the kitchen now", "kitchen", "kitchen", REFUSED), "name whole in the sentence"),
        (failure("the light in the kitchen", "kitchen light", "hall light"), "all words, changed round"),
        (failure("play blak saboth", "black sabbath", "blake"), "misspelt"),
        (failure("play blacksabbath", "black sabbath", "blake"), "misspelt"),
        (failure("go to century", "century cinemas", "century city"), "part of the name"),
        (failure("how warm is it", "lounge", "hall"), "no shared word"),
    ],
)
def test_the_first_cause_that_fits(case, cause):
    assert cause_of(case) == cause


def test_failures_are_wrong_or_refused_and_what_nothing_answers_is_left_out(resolver):
    names = [entity.name for entity in resolver.entities]
    requests = [asked(names[0], (names[0],)), asked(names[0], (names[3],)), asked(names[0], ("nowhere",))]
    found = list(failures(resolver, requests))
    assert [each.outcome for each in found if each.request is requests[1]] == [WRONG]
    assert all(each.request is not requests[2] for each in found)
    assert {each.outcome for each in found if each.request is requests[0]} <= {REFUSED}


def test_counts_are_of_all_and_examples_are_few():
    found = [failure("go to century", "century cinemas", "century city")] * 7
    causes = figures_of(found)
    assert list(causes) == list(CAUSES)
    assert (causes["part of the name"]["rows"], causes["part of the name"]["wrong match"]) == (7, 7)
    assert len(causes["part of the name"]["examples"]) == 5
    assert causes["part of the name"]["examples"][0]["unsaid"] == "cinemas"
    assert "century" not in counts_table(causes)
