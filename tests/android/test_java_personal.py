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
]


@pytest.mark.parametrize("words", [0, 12])
def test_java_answers_with_the_entries_that_python_saved(radio_es, answering, tmp_path, words):
    bundle = read_bundle("radio_es")
    write_bundle(
        tmp_path / "radio", bundle.with_manifest(rerank={**bundle.manifest["rerank"], "words": words})
    )
    radio_es = EntityResolver.load(tmp_path / "radio")
    ser, kiss = (radio_es.resolve(query).matches[0].id for query in ("cadena ser", "kiss fm"))
    mine = radio_es.with_entries([*OWN, {"id": ser, "name": "El desayuno"}], {kiss: 40, "nobody": 2})
    mine.save(tmp_path / "mine.jsonl")
    expected = mine.resolve_batch(QUERIES)
    assert expected[0].matches[0].name == "Tía Lola"
    assert expected[3].matches[0].id == ser

    requests = tmp_path / "requests.jsonl"
    requests.write_text("\n".join(json.dumps({"query": query}) for query in QUERIES), encoding="utf-8")
    arguments = [str(tmp_path / "radio"), str(requests), "1", "rerank", str(tmp_path / "mine.jsonl")]
    done = run_java(answering, "edgeer.AnswerRequests", *arguments, flags=QUICK)
    found = [json.loads(line) for line in done.stdout.splitlines()[1:]]
    assert [row["id"] for row in found] == [answer.matches[0].id for answer in expected], done.stderr
    assert [row["decision"] for row in found] == [answer.decision for answer in expected]
    for row, answer in zip(found, expected, strict=True):
        assert row["confidence"] == pytest.approx(answer.matches[0].confidence, abs=0.01)
