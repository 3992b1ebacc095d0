import sys

import pytest
from tiny import require_packages

from edge_er.bundle.entity import Entity
from edge_er.evaluation.baselines import TfidfRanker, WRatioRanker, baseline_reports, sample_requests
from edge_er.evaluation.requests_file import Request

require_packages("rapidfuzz", "sklearn")

ENTITIES = [
    Entity("1", "Radio"),
    Entity("2", "Deutschlandfunk", ("DLF",)),
    Entity("3", "Deutschlandfunk Nova"),
    Entity("4", "Ö3", ("Hitradio Ö3",), ("oe drei",)),
    Entity("5", "Bayern 1", (), ("bayern eins",)),
]
RANKERS = [
    WRatioRanker,
    lambda entities: WRatioRanker(entities, ties_by_ratio=True),
    TfidfRanker,
    lambda entities: TfidfRanker(entities, "char_wb"),
]


@pytest.mark.parametrize("make", RANKERS)
@pytest.mark.parametrize(
    ("query", "entity"),
    [("DEUTSCHLANDFUNK!", 1), ("deutschlandfunk nova", 2), ("dlf", 1), ("hitradio o3", 3), ("bayern 1", 4)],
)
def test_a_name_as_it_is_written_is_found(make, query, entity):
    answer = make(ENTITIES).rank([query], 3)[0]
    assert answer[0] == entity
    assert len(answer) == 3


@pytest.mark.parametrize("make", RANKERS)
def test_a_lone_string_is_one_request_and_others_may_come_one_by_one(make):
    ranker = make(ENTITIES)
    assert ranker.rank("bayern 1", 2) == ranker.rank(["bayern 1"], 2)
    assert ranker.rank(iter(["dlf", "bayern 1"]), 2) == ranker.rank(["dlf", "bayern 1"], 2)


@pytest.mark.parametrize("make", RANKERS)
def test_many_requests_get_the_same_answers_as_one_by_one(make):
    ranker = make(ENTITIES)
    queries = [f"spiel {entity.name} im bad {i}" for i in range(120) for entity in ENTITIES]
    assert ranker.rank(queries, 2) == [ranker.rank([query], 2)[0] for query in queries]


def test_ties_of_wratio_go_to_the_most_alike_name():
    query = "spiel radio deutschlandfunk"
    assert WRatioRanker(ENTITIES).rank([query], 1) == [[0]]
    assert WRatioRanker(ENTITIES, ties_by_ratio=True).rank([query], 1) == [[1]]


def test_spoken_forms_are_not_given_to_the_baselines():
    scores = TfidfRanker([*ENTITIES[:4], Entity("5", "Xyz", (), ("bayern eins",))])
    assert scores.rank(["bayern eins"], 1) != [[4]]


def test_samples_are_drawn_for_each_language_and_stratum_and_stay_the_same():
    requests = [
        Request(f"{i}", ("x",), lang=lang, stratum=s) for i in range(50) for lang in "ab" for s in ("t", "n")
    ]
    sample = sample_requests(requests, 10)
    assert sample == sample_requests(requests, 10)
    assert len(sample) == 40
    assert sum(request.lang == "a" and request.stratum == "t" for request in sample) == 10
    assert [int(request.query) for request in sample] == sorted(int(request.query) for request in sample)
    assert sample_requests(requests, 1000) == requests


def test_reports_have_the_shape_of_any_report():
    requests = [Request("spiele deutschlandfunk", ("Deutschlandfunk",), lang="de")] * 5
    reports = baseline_reports(ENTITIES, requests, wratio_sample=3)
    rows = {name: report["recall_at_1"]["de"]["text"]["rows"] for name, report in reports.items()}
    assert rows == {"WRatio": 3, "WRatio, ties by ratio": 3, "TF-IDF 2-4-grams": 5}
    assert reports["WRatio"]["sampled"] == 3
    assert reports["TF-IDF 2-4-grams"]["recall_at_1"]["de"]["text"]["value"] == 1.0


@pytest.mark.parametrize(
    ("module", "make"),
    [("rapidfuzz.process", WRatioRanker), ("sklearn.feature_extraction.text", TfidfRanker)],
)
def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch, module, make):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=r"pip install '.*\[eval\]'"):
        make(ENTITIES)
