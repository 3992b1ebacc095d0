"""Own entries in Java: a file that Python saved gives the answers that Python gives."""

import json

import pytest

from android_demo.java_core import QUICK, java_release, run_java
from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.resolver import EntityResolver

pytestmark = pytest.mark.skipif(java_release() is None, reason="no JDK (javac) on this machine")
OWN = [
    {"name": "Tía Lola"},
    {"name": "Gimnasio", "aliases": ["mezcla del gimnasio"], "kind": "list"},
    {"name": "Lámpara cocina"},
    {"name": "Lista Living"},
    {"name": "Taxi 99"},
    {"name": "Ana Prado"},
    {"name": "Ana Costa", "popularity": 900},
    {"name": "Zita", "aliases": ["Nita Vega"]},
    {"name": "Nita Vega"},
    {"name": "Eva Mora"},
    {"name": "Eva Luna"},
]
QUERIES = [
    "llama a la tia lola",
    "pon el gimnasio",
    "pon la mezcla del jimnasio",
    "pon el desayuno",
    "gimnasio mezcla",
    "pon la cero onda",
    "radio",
    "kiss",
    "enciende la lampara en la cocina por favor",
    "pon kiss fm en la cocina",
    "pon lista in the living room",
    "pon taxi noventa y nueve",
    "pon los cuarenta en la cocina",
    "radio uno",
    "llama a ana",
    "llama a nita vega por favor",
    "llama a eva",
]


@pytest.mark.parametrize(("words", "numbers"), [(0, 0), (12, 0), (12, 2), (0, 2)])
def test_java_answers_with_the_entries_that_python_saved(radio_es, answering, tmp_path, words, numbers):
    bundle = read_bundle("radio_es")
    rerank = {**bundle.manifest["rerank"], "words": words, "numbers": numbers}
    write_bundle(tmp_path / "radio", bundle.with_manifest(rerank=rerank))
    radio_es = EntityResolver.load(tmp_path / "radio")
    ser, kiss = (radio_es.resolve(query).matches[0].id for query in ("cadena ser", "kiss fm"))
    mine = radio_es.with_entries([*OWN, {"id": ser, "name": "El desayuno"}], {kiss: 40, "nobody": 2})
    mine.save(tmp_path / "mine.jsonl")
    expected = mine.resolve_batch(QUERIES)
    assert expected[0].matches[0].name == "Tía Lola"
    assert expected[3].matches[0].id == ser

    by_query = dict(zip(QUERIES, expected, strict=True))
    if words:
        assert by_query["llama a ana"].matches[0].name == "Ana Costa"
        assert by_query["llama a nita vega por favor"].matches[0].name == "Nita Vega"
        assert by_query["llama a eva"].tied == 2
    check(answering, tmp_path, "rerank", expected)


def check(answering, folder, way, expected):
    """Java's answers of a bundle `radio` with the entries of `mine.jsonl`."""
    requests = folder / "requests.jsonl"
    requests.write_text("\n".join(json.dumps({"query": query}) for query in QUERIES), encoding="utf-8")
    arguments = [str(folder / "radio"), str(requests), "1", way, str(folder / "mine.jsonl")]
    done = run_java(answering, "edgeer.AnswerRequests", *arguments, flags=QUICK)
    found = [json.loads(line) for line in done.stdout.splitlines()[1:]]
    assert [row["id"] for row in found] == [answer.matches[0].id for answer in expected], done.stderr
    assert [row["decision"] for row in found] == [answer.decision for answer in expected]
    assert [row["tied"] for row in found] == [answer.tied for answer in expected]
    for row, answer in zip(found, expected, strict=True):
        assert row["confidence"] == pytest.approx(answer.matches[0].confidence, abs=0.01)


def test_features_and_typed_requests_count_the_same(answering, tmp_path):
    weights = {"cosine": 4.0, "whole": 1.0, "explained": 3.0, "missing": 0.2, "size": 0.1, "heard": 0.2}
    calibration = {
        "reranked": {"weights": weights, "bias": -4.0, "spread": 0.3},
        "typed": {"weights": {"explained": 5.0, "missing": 0.4}, "bias": -2.0, "min_precision": 0.8},
        "dense": {"weights": {"cosine": 12.0, "size": 0.2}, "bias": -4.0},
    }
    write_bundle(tmp_path / "radio", read_bundle("radio_es").with_manifest(calibration=calibration))
    mine = EntityResolver.load(tmp_path / "radio").with_entries(OWN)
    mine.save(tmp_path / "mine.jsonl")
    usual, typed = mine.resolve_batch(QUERIES), mine.resolve_batch(QUERIES, typed=True)
    assert [answer.decision for answer in usual] != [answer.decision for answer in typed]
    check(answering, tmp_path, "rerank", usual)
    check(answering, tmp_path, "typed", typed)
    dense = EntityResolver.load(tmp_path / "radio", rerank=False).with_entries(OWN)
    check(answering, tmp_path, "dense", dense.resolve_batch(QUERIES))
