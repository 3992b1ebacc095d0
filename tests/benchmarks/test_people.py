"""What counts as right in requests of people and in cases, and the arithmetic of their figures; data made up here."""

from collections import Counter

import pytest
from tiny import require_packages

require_packages("matplotlib", "sklearn", "rapidfuzz")

from rapidfuzz import fuzz  # noqa: E402

from benchmarks.lib.people_baselines import (  # noqa: E402
    BASELINES,
    FuzzyRanker,
    baseline_firsts,
)
from benchmarks.lib.people_cross import NamesInside, cross_sample  # noqa: E402
from benchmarks.lib.people_figures import (  # noqa: E402
    OURS,
    OUTCOMES,
    Answered,
    Wanted,
    answered,
    domain_mean,
    figures,
    from_source,
    interval,
    mean_figures,
    people_request,
    right,
    share,
    wanted_entities,
    wrong_rows,
)
from benchmarks.product.cases import NO_MATCH, CaseRequest, case_request, read_case  # noqa: E402
from benchmarks.product.people import cross_figures  # noqa: E402
from edge_er import Entity, Match, Resolution  # noqa: E402

CITIES = [
    Entity("1", "Berlin", ("Berlino",)),
    Entity("2", "North Canton", ("Berlin", "New Berlin")),
    Entity("3", "München", ("Munich", "Monaco")),
    Entity("4", "Monaco di Baviera", ()),
]


def asked(query="q", entity=("Berlin",), domain="city", lang="de", source="snips_x", speech=False):
    return people_request(
        {
            "query": query,
            "entity": list(entity),
            "domain": domain,
            "lang": lang,
            "source": source,
            "speech": speech,
            "surface": query,
        }
    )


def answer(ok=True, decision="match", *, baseline=None, **request):
    rights = {OURS: ok} | ({} if baseline is None else {"b": baseline})
    return Answered(asked(**request), "x", decision, rights, rights)


def test_gold_is_matched_in_canonical_text_by_name_or_alias():
    wanted = wanted_entities(
        CITIES, [asked(entity=("BERLIN",)), asked(entity=("munchen", "Atlantis")), asked(entity=("Munich",))]
    )
    assert [each.any_name for each in wanted] == [{0, 1}, {2}, {2}]
    assert [each.main_name for each in wanted] == [{0}, {2}, {2}]


def test_a_name_without_letters_matches_nothing_of_its_kind():
    assert asked(entity=("!!!",)).gold == frozenset()
    assert wanted_entities([Entity("1", "???")], [asked(entity=("!!!",))]) == [
        Wanted(frozenset(), frozenset())
    ]


def test_a_system_without_an_answer_is_wrong_and_one_that_was_not_asked_is_unknown():
    wanted = Wanted(frozenset({0, 1}), frozenset({0}))
    found = answered(asked(), wanted, {OURS: 1, "none": None}, "North Canton", "ambiguous")
    assert found.outcome == "right ambiguous"
    assert (found.right, found.main) == ({OURS: True, "none": False}, {OURS: False, "none": False})
    assert right("other")(found) is None


def test_outcomes_are_shares_of_all_rows_and_make_one():
    rows = [
        answer(True, "match"),
        answer(True, "no_match"),
        answer(False, "match"),
        answer(False, "ambiguous"),
        answer(True, "match"),
    ]
    shares = figures(rows, [OURS])["outcomes"]
    assert list(shares) == list(OUTCOMES)
    assert shares["right match"] == pytest.approx(0.4)
    assert (
        shares["right no_match"] == shares["wrong match"] == shares["wrong ambiguous"] == pytest.approx(0.2)
    )
    assert sum(shares.values()) == pytest.approx(1)
    assert figures(rows, [OURS])["recall_at_1"][OURS]["value"] == pytest.approx(0.6)


def test_a_sampled_baseline_counts_each_language_by_all_its_rows():
    rows = [answer(lang="de", baseline=hit) for hit in (True, None, None, None)]
    rows += [answer(lang="en", baseline=hit) for hit in (False, None)]
    assert share(rows, right("b")) == pytest.approx(4 / 6)
    assert share(rows, right(OURS)) == 1
    assert interval(rows, right("b")) is None
    assert share([*rows, answer(lang="it")], right("b")) is None


def test_domains_count_the_same_in_their_mean_and_news_not_at_all():
    rows = [answer(domain="city")] * 3 + [answer(False, domain="tv")] + [answer(False, domain="news")]
    assert domain_mean(rows, right(OURS)) == pytest.approx(0.5)
    assert share(rows, right(OURS)) == pytest.approx(0.6)
    assert mean_figures(rows, [OURS])["domains"] == ["city", "tv"]


def test_an_interval_is_by_entity():
    rows = [answer(place < 3, entity=(name,)) for place, name in enumerate("aaabbb")]
    cell = interval(rows, right(OURS))
    assert (cell["value"], cell["rows"], cell["entities"]) == (0.5, 6, 2)
    assert (cell["low"], cell["high"]) == (0, 1)


@pytest.mark.parametrize(
    ("source", "training"),
    [("massive_train", True), ("slurp_asr", True), ("snips_PlayMusic", False), ("massively", False)],
)
def test_rows_of_massive_and_slurp_are_told_by_their_source(source, training):
    assert from_source(asked(source=source), ("massive", "slurp")) == training


def test_wrong_rows_of_a_share_alike_source_are_counted_and_not_quoted():
    rows = [
        answer(False, query="quoted", source="snips_x"),
        answer(False, query="secret", source="sgd_Travel_1"),
        answer(True, query="right", source="snips_x"),
    ]
    listed = wrong_rows(rows)
    assert [row["query"] for row in listed["quoted"]] == ["quoted"]
    assert listed["not_quoted"] == {"city": 1}


def test_a_name_stands_in_a_text_only_as_whole_words():
    inside = NamesInside(["Köln", "New York City", "!!!"])
    assert inside.in_text("wetter in KOLN")
    assert inside.in_text("new york city please")
    assert not inside.in_text("new york, the city")
    assert not inside.in_text("kölner wetter !!!")


def test_cross_requests_are_of_other_domains_and_name_nothing():
    requests = {
        "city": [asked("to berlin")],
        "tv": [
            asked(f"tv {number}", ("Arte",), "tv", lang)
            for lang, count in (("de", 5), ("en", 2))
            for number in range(count)
        ]
        + [asked("berlin tv", ("Arte",), "tv"), asked("hauptstadt", ("TV Berlin",), "tv")],
    }
    sample = cross_sample(requests, ["Berlin"], "city", "de", 3)
    assert list(sample) == ["tv"]
    assert len(sample["tv"]) == 3
    assert {row.lang for row in sample["tv"]} == {"de"}
    everything = cross_sample(requests, ["Berlin"], "city", "de", 99)["tv"]
    assert sorted(row.query for row in everything) == [f"tv {number}" for number in range(5)]
    assert sample == cross_sample(requests, ["Berlin"], "city", "de", 3)


def test_cross_shares_are_of_all_that_were_asked():
    cross = {"city": {"tv": Counter(match=1, no_match=3)}, "tv": {"city": Counter(ambiguous=1, no_match=5)}}
    found = cross_figures(cross, 4)
    assert (found["asked"], found["match"], found["ambiguous"]) == (10, 0.1, 0.1)
    assert found["pairs"]["city"]["tv"] == {"asked": 4, "match": 1, "ambiguous": 0}


def test_baselines_rank_names_and_aliases_and_ties_go_to_the_name_most_like_the_request():
    entities = [Entity("1", "Dance"), Entity("2", "Night Out"), Entity("3", "Dance Night", ("Nachtleben",))]
    assert FuzzyRanker(fuzz.token_set_ratio, entities).rank(["the dance night list"], 2) == [[2, 0]]
    firsts = baseline_firsts(entities, ["nachtleben", "night out"])
    assert firsts == [dict.fromkeys(BASELINES, 2), dict.fromkeys(BASELINES, 1)]
    sampled = baseline_firsts(entities, ["dance"] * 5, rows=2)
    assert sorted(map(len, sampled)) == [0, 0, 0, 3, 3]


def resolution(decision, *names):
    matches = tuple(Match(str(at), name, (), 0.5, 0.5, {}) for at, name in enumerate(names))
    return Resolution("q", decision, matches)


ONE = CaseRequest("q", ("A B", "C"))
BOTH = CaseRequest("q", ("A", "B"), "ambiguous")
NOTHING = CaseRequest("q", (), NO_MATCH)


@pytest.mark.parametrize(
    ("request_", "answer_", "expected"),
    [
        (ONE, resolution("match", "C", "X"), True),
        (ONE, resolution("match", " A  B "), True),
        (ONE, resolution("ambiguous", "C", "X"), True),
        (ONE, resolution("match", "X", "C"), False),
        (ONE, resolution("no_match", "C"), False),
        (ONE, resolution("no_match"), False),
        (BOTH, resolution("ambiguous", "B", "A", "X"), True),
        (BOTH, resolution("ambiguous", "A", "X", "B"), False),
        (BOTH, resolution("ambiguous", "A"), False),
        (BOTH, resolution("match", "A", "B"), False),
        (CaseRequest("q", ("A", "A"), "ambiguous"), resolution("ambiguous", "A", "B"), False),
        (NOTHING, resolution("match", "A"), False),
        (NOTHING, resolution("ambiguous", "A"), True),
        (NOTHING, resolution("no_match"), True),
    ],
)
def test_when_an_answer_to_a_case_is_right(request_, answer_, expected):
    assert request_.is_right(answer_) == expected


def test_a_case_may_have_either_kind_of_requests(tmp_path):
    (tmp_path / "about.json").write_text('{"about": "x", "lang": "en", "single_words": false}', "utf-8")
    (tmp_path / "catalog.jsonl").write_text('{"name": "A"}\n', "utf-8")
    (tmp_path / "requests_no_match.txt").write_text("play z\n\n", "utf-8")
    assert read_case(tmp_path)[1:] == ([{"name": "A"}], [CaseRequest("play z", (), NO_MATCH)])
    (tmp_path / "requests.jsonl").write_text('{"query": "play a", "entity": "A"}\n', "utf-8")
    assert read_case(tmp_path)[2][0] == CaseRequest("play a", ("A",))
    row = {"query": "q", "entity": ["A", "B"], "decision": "ambiguous"}
    assert case_request(row) == CaseRequest("q", ("A", "B"), "ambiguous")
