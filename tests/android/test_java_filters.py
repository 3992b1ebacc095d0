"""Filters and explanations in Java: the answers that Python gives."""

import json

import pytest

from android_demo.java_core import QUICK, java_release, run_java
from edge_er.bundle.locate import find_bundle

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
QUERIES = [
    "pon la cadena ser",
    "radio clasica",
    "onda zero",
    "kadena 100 por favor",
    "asdf qwer",
    "",
    "radio",
]


def test_java_filters_and_explains_as_python_does(radio_es, answering, tmp_path):
    some = [entity.id for entity in list(radio_es.entities)[::300]]
    filters = [
        {},
        {"where": {"tags": ["news", "talk"]}},
        {"where": {"country": "ES", "tags": "pop"}, "ids": some},
        {"ids": some},
        {"ids": ["none"]},
        {"where": {}},
    ]
    rows = [{"query": query, "top_k": 3, **each} for query in QUERIES for each in filters]
    requests = tmp_path / "requests.jsonl"
    lines = [json.dumps({**row, "explain": True}) for row in rows]
    requests.write_text("\n".join(lines), encoding="utf-8")
    arguments = [str(find_bundle("radio_es")), str(requests), "1", "rerank"]
    done = run_java(answering, "edgeer.AnswerRequests", *arguments, flags=QUICK)
    found = [json.loads(line) for line in done.stdout.splitlines()[1:]]
    assert len(found) == len(rows), done.stderr
    for row, answer in zip(rows, found, strict=True):
        expected = radio_es.resolve(**row)
        assert answer["ids"] == [match.id for match in expected.matches], row
        assert (answer["decision"], answer["tied"]) == (expected.decision, expected.tied), row
        explained = radio_es.explain(**row)
        assert [each[:2] for each in answer["explained"]] == [[each.id, each.form] for each in explained], row
        for (_, _, score, margin, parts, signs), each in zip(answer["explained"], explained, strict=True):
            assert score == pytest.approx(each.score, abs=0.01)
            assert margin == pytest.approx(each.margin, abs=0.01)
            assert parts == pytest.approx(dict(each.parts), abs=0.01)
            assert signs == pytest.approx(dict(each.signs), abs=0.01)
