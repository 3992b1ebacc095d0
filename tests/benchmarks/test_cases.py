"""Every small situation is answered as it was: what is wrong stands in a list, which must name no more and no less."""

import json

import pytest
from tiny import require

from benchmarks.lib.built_catalogs import ENCODER
from benchmarks.product.cases import CASES, accept, case_folders, known_wrong, measured
from edge_er.bundle.locate import shipped_encoders


@pytest.mark.parametrize("name", [folder.name for folder in case_folders()])
def test_a_case_is_as_wrong_as_it_was(name, tmp_path):
    require(ENCODER, ENCODER in shipped_encoders(), f"{ENCODER} is not built here")
    wrong = sorted(row["query"] for row in measured(CASES / name, cache=tmp_path)["wrong"])
    known = sorted(known_wrong().get(name, ()))
    assert [query for query in wrong if query not in known] == [], "right before, wrong now"
    assert [query for query in known if query not in wrong] == [], "right now: write the list again"
    assert wrong == known


def test_the_list_names_only_requests_of_cases():
    names = {folder.name for folder in case_folders()}
    assert len(names) == 39
    assert set(known_wrong()) <= names


def test_accepting_some_cases_leaves_the_others_in_the_list(tmp_path):
    file = tmp_path / "wrong.jsonl"
    file.write_text('{"case": "a", "query": "x"}\n{"case": "b", "query": "y"}\n', "utf-8")
    accept({"b": {"wrong": [{"query": "z"}]}, "c": {"wrong": []}}, file)
    rows = list(map(json.loads, file.read_text("utf-8").splitlines()))
    assert rows == [{"case": "a", "query": "x"}, {"case": "b", "query": "z"}]
