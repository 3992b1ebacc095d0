"""The JavaScript runtime in Node: the golden files, and whatever else Python answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from javascript import once, run_script
from tiny import require

from edge_er.bundle.bundle import read_bundle, write_bundle
from edge_er.bundle.locate import find_bundle, shipped_encoders
from edge_er.encoder.encoder import Encoder
from edge_er.errors import CatalogError, FilterError
from edge_er.resolver import EntityResolver
from tools.golden.golden_file import FOLDER

REQUESTS = (
    "pon la cadena ser",
    "los cuarenta",
    "quiero escuchar radio clásica en la cocina",
    "onda zero",
    "asdf qwer zxcv",
    "🎵",
    "  ",
    "radio",
    "kadena 100 por favor",
)


ENGINES = ("wasm", "javascript")


@pytest.fixture(scope="module", params=ENGINES)
def findings(
    web: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Any]:
    bundles = sorted((web / "bundles").iterdir())
    found: dict[str, Any] = once(
        f"golden_node_{request.param}",
        lambda: run_script("golden_node.mjs", request.param, web, FOLDER, *bundles),
        tmp_path_factory,
    )
    return found


def test_golden_files(findings: dict[str, Any]) -> None:
    assert findings["failures"] == []
    for what, count in findings["counts"].items():
        assert count["right"] == count["of"] > 0, what
    rows = {
        name: len((FOLDER / name).read_text("utf-8").splitlines())
        for name in ("requests.jsonl", "nbest.jsonl")
    }
    assert findings["counts"]["token ids"]["of"] == rows["requests.jsonl"]
    assert findings["counts"]["decision"]["of"] == sum(rows.values())


def test_float_vectors_are_as_near_as_promised(findings: dict[str, Any]) -> None:
    assert 0 < findings["largest"]["embedding"] < 1e-6


def test_the_scan_is_exact_whatever_the_vectors(web: Path) -> None:
    """Of two and of three forms in one number, and for requests that are longer than all forms."""
    found = run_script("exact_node.mjs", web)
    assert found["failures"] == []
    assert found["compared"] > 1400
    assert found["packed"] == [2, 3]


@pytest.mark.parametrize("options", [{}, {"rerank": False}, {"minPrecision": 0.6}])
def test_options_of_load_mean_the_same(ask, radio_es: EntityResolver, options: dict[str, Any]) -> None:
    ours = EntityResolver.load(
        "radio_es", rerank=options.get("rerank", True), min_precision=options.get("minPrecision")
    )
    check(ask, [{"load": options, "resolve": [query]} for query in REQUESTS], ours.resolve_batch(REQUESTS))


def test_options_of_resolve_mean_the_same(ask, radio_es: EntityResolver) -> None:
    calls, expected = [], []
    for query in REQUESTS:
        for top_k, precision in ((1, None), (3, 0.5), (12, 0.99)):
            options = {"topK": top_k, **({"minPrecision": precision} if precision else {})}
            calls.append({"resolve": [query, options]})
            expected.append(radio_es.resolve(query, top_k, min_precision=precision))
    for nbest in (
        ["onda cero", "onda zero"],
        [("cadena ser", 0.7), ("cadena cien", 0.3)],
        [],
        [" "],
        "onda cero",
    ):
        calls.append({"resolve": [None, {"nbest": nbest}]})
        expected.append(radio_es.resolve(nbest=nbest))
    check(ask, calls, expected)


def test_filters_mean_the_same(ask, radio_es: EntityResolver) -> None:
    some = [entity.id for entity in list(radio_es.entities)[::300]]
    filters = (
        {"where": {"tags": ["news", "talk"]}},
        {"where": {"country": "ES", "tags": "pop"}, "ids": some},
    )
    filters += ({"ids": some}, {"ids": ["none"]}, {"ids": []}, {"where": {}})
    for each in filters:
        calls = [{"resolve": [query, each]} for query in REQUESTS]
        check(ask, calls, radio_es.resolve_batch(REQUESTS, **each))
    wrong = ({"where": {"colour": "red"}}, {"where": {"tags": {"a": 1}}}, {"where": ["ES"]}, {"ids": "es-1"})
    wrong += ({"where": {"streams": "x"}}, {"ids": [1]})
    for each, answer in zip(
        wrong, ask([{"bundle": bundle(), "resolve": ["radio", call]} for call in wrong]), strict=True
    ):
        with pytest.raises(FilterError):
            radio_es.resolve("radio", **each)
        assert answer["error"] == "FilterError", answer


def test_explanations_are_the_same(ask, radio_es: EntityResolver) -> None:
    answers = ask([{"bundle": bundle(), "explain": [query, {"topK": 4}]} for query in REQUESTS])
    for query, found in zip(REQUESTS, answers, strict=True):
        expected = [one.to_dict() for one in radio_es.explain(query, 4)]
        assert [one["form"] for one in found] == [one["form"] for one in expected]
        for one, other in zip(found, expected, strict=True):
            assert one["parts"] == pytest.approx(other["parts"], abs=0.01)
            assert one["signs"] == pytest.approx(other["signs"], abs=0.01)
            assert one["margin"] == pytest.approx(other["margin"], abs=0.01)


def test_own_entries_are_found_the_same(ask, radio_es: EntityResolver) -> None:
    known = radio_es.resolve("pon la cadena ser").best
    assert known is not None
    entries = [
        {"id": "c-1", "name": "Mamá", "aliases": ["mi madre"], "phone": "123"},
        {"id": known.id, "name": "la radio del desayuno", "room": "kitchen", "country": "none"},
        {"name": " Gym mix 3"},
        {"id": "c-2", "name": "Abuela", "aliases": "la yaya| la nona |"},
    ]
    queries = [
        *REQUESTS,
        "llama a mamá",
        "mi madre",
        "pon la radio del desayuno",
        "gym mix tres",
        "gym mix 3",
        "llama a la yaya",
    ]
    calls = [{"entries": [entries], "resolve": [query]} for query in queries]
    check(ask, calls, radio_es.with_entries(entries).resolve_batch(queries))
    kitchen = {"where": {"room": ["kitchen", 3]}}
    calls = [{"entries": [entries], "resolve": [query, kitchen]} for query in REQUESTS]
    check(ask, calls, radio_es.with_entries(entries).resolve_batch(REQUESTS, **kitchen))
    wrong = ([{"name": " "}], [{"id": "a"}], [{"name": "x", "aliases": [1]}], [{"name": "x"}, {"name": "X"}])
    wrong += ([{"name": "x", "aliases": 5}], {"name": "x"}, ["x"])
    for each, answer in zip(
        wrong, ask([{"bundle": bundle(), "entries": [each], "resolve": ["x"]} for each in wrong]), strict=True
    ):
        with pytest.raises(CatalogError):
            radio_es.with_entries(each)
        assert answer["error"] == "CatalogError", answer


@pytest.mark.parametrize("numbers", [0, 2])
def test_words_and_numbers_count_the_same(ask, radio_es, numbers: int, tmp_path: Path) -> None:
    bundle = read_bundle("radio_es")
    rerank = {**bundle.manifest["rerank"], "words": 12, "numbers": numbers}
    write_bundle(tmp_path / "radio", bundle.with_manifest(rerank=rerank))
    ours = EntityResolver.load(tmp_path / "radio")
    queries = [*REQUESTS, "pon la cero onda", "clásica radio de españa", "mix de gym", "3 mix gym"]
    queries += [
        "pon kiss fm en la cocina",
        "enciende la lampara en la cocina por favor",
        "mezcla in the living room",
        "pon taxi noventa y nueve",
        "pon los cuarenta en la cocina",
        "radio uno",
        "llama a zoe",
        "llama a beto por favor",
        "roberto beto",
        "zoe baker",
        "quiero que me pongas ahora mismo si puede ser la emisora kiss fm que tanto nos gusta a todos aqui",
        "pon la radio",
        "noticias de cataluña",
    ]
    entries = [
        {"name": "Gym mix 3"},
        {"id": "c-2", "name": "Radio de la abuela"},
        {"id": "c-3", "name": "Lámpara cocina"},
        {"id": "c-4", "name": "Mezcla Living"},
        {"id": "c-5", "name": "Taxi 99"},
        {"id": "c-6", "name": "Zoe Adams"},
        {"id": "c-7", "name": "Zoe Baker", "popularity": 3},
        {"id": "c-8", "name": "Roberto Zane", "aliases": ["Beto"]},
        {"id": "c-9", "name": "Beto", "popularity": 70},
        {"id": "d-1", "name": "Beto"},
        {"id": "d-2", "name": "La radio"},
    ]
    where = {"where": {"country": "ES"}}
    calls = [{"entries": [entries], "resolve": [query, where]} for query in queries]
    calls += [{"entries": [entries], "resolve": [query]} for query in queries]
    calls += [{"resolve": [None, {"nbest": ["cero onda", "cadena cien"]}]}]
    mine = ours.with_entries(entries)
    expected = [*mine.resolve_batch(queries, **where), *mine.resolve_batch(queries)]
    expected += [ours.resolve(nbest=["cero onda", "cadena cien"])]
    check(ask, [{"bundle": str(tmp_path / "radio"), **call} for call in calls], expected)
    assert mine.resolve("llama a zoe").tied == 1  # one is asked for more often
    assert ours.resolve("pon la cero onda").matches != radio_es.resolve("pon la ser cadena").matches


TYPED = (
    "", " ", "c", "cadena s", "Cadena SER ", "pon la cadena s", "dial cad", "cadnea s", "cadenaser", "los40", "radio",
    "radio cla", "kiss fm en la coc", "kiss fm en la cocina por favor", "taxi noventa y nu", "taxi noventa y nueve",
    "zzz", "gym mix tres", "mi m", "la yay", "desay", "rock fm", "roc", "rokc", "🎵", "ser ser", "m 80", "M80 ", "p",
)  # fmt: skip


@pytest.mark.parametrize("numbers", [0, 2])
def test_suggestions_are_the_same(ask, numbers: int, tmp_path: Path) -> None:
    bundle = read_bundle("radio_es")
    rerank = {**bundle.manifest["rerank"], "numbers": numbers}
    write_bundle(tmp_path / "radio", bundle.with_manifest(rerank=rerank))
    ours = EntityResolver.load(tmp_path / "radio")
    entries = [
        {"id": "c-1", "name": "Mamá", "aliases": ["mi madre"], "popularity": 7},
        {"id": ours.suggest("cadena ser")[0].id, "name": "la radio del desayuno"},
        {"name": "Taxi 99"},
        {"name": "Abuela", "aliases": ["la yaya"]},
    ]
    mine = ours.with_entries(entries)
    options = (
        {},
        {"topK": 12},
        {"where": {"tags": ["news", "talk"]}},
        {"ids": [each["id"] for each in entries[:2]]},
    )
    calls, expected = [], []
    for text in TYPED:
        for one in options:
            settings = {"top_k" if name == "topK" else name: value for name, value in one.items()}
            calls += [{"suggest": [text, one]}, {"suggest": [text, one], "entries": [entries]}]
            expected += [each.suggest(text, **settings) for each in (ours, mine)]
    answers = ask([{"bundle": str(tmp_path / "radio"), **call} for call in calls])
    for call, answer, suggestions in zip(calls, answers, expected, strict=True):
        assert answer == [each.to_dict() for each in suggestions], call
    wrong = ask([{"bundle": str(tmp_path / "radio"), "suggest": call} for call in (["x", {"topK": 0}], [7])])
    assert [each["error"] for each in wrong] == ["RangeError", "TypeError"]


def test_features_and_typed_requests_count_the_same(ask, tmp_path: Path) -> None:
    weights = {"cosine": 4.0, "whole": 1.0, "explained": 3.0, "missing": 0.2, "size": 0.1, "heard": 0.2}
    calibration = {
        "reranked": {"weights": weights, "bias": -4.0, "spread": 0.3},
        "typed": {"weights": {"explained": 5.0, "missing": 0.4}, "bias": -2.0, "min_precision": 0.8},
        "dense": {"weights": {"cosine": 12.0, "size": 0.2}, "bias": -4.0},
    }
    write_bundle(tmp_path / "radio", read_bundle("radio_es").with_manifest(calibration=calibration))
    ours = EntityResolver.load(tmp_path / "radio")
    dense = EntityResolver.load(tmp_path / "radio", rerank=False)
    entries = [{"name": "Gym mix 3"}, {"name": "Lámpara cocina"}]
    queries = [*REQUESTS, "radioclasica", "enciende la lampara en la cocina por favor", "mix de gym"]
    mine, nbest = ours.with_entries(entries), [("cadena ser", 0.7), ("cadena", 0.3)]
    bundle = {"bundle": str(tmp_path / "radio")}
    calls = [{**bundle, "entries": [entries], "resolve": [query]} for query in queries]
    calls += [{**bundle, "entries": [entries], "resolve": [query, {"typed": True}]} for query in queries]
    calls += [{**bundle, "resolve": [None, {"nbest": nbest, "typed": True}]}]
    calls += [{**bundle, "load": {"rerank": False}, "resolve": [query, {"typed": True}]} for query in queries]
    expected = [*mine.resolve_batch(queries), *mine.resolve_batch(queries, typed=True)]
    expected += [ours.resolve(nbest=nbest, typed=True), *dense.resolve_batch(queries, typed=True)]
    check(ask, calls, expected)
    explained = ask([{**bundle, "explain": [query, {"topK": 3}]} for query in queries[:3]])
    for query, found in zip(queries, explained, strict=False):
        for row, one in zip(found, ours.explain(query, 3), strict=True):
            assert row["signs"] == pytest.approx(one.signs, abs=0.01)
    wrong = ask([{**bundle, "resolve": ["x", {"typed": 1}]}])[0]
    assert wrong["error"] == "TypeError"


@pytest.mark.parametrize("name", ["multilingual-32", "multilingual-64"])
def test_encoders_of_other_shapes_give_the_same_vectors(ask, name: str) -> None:
    """Without an output projection, and with a wider table of tokens."""
    folder = require(name, name in shipped_encoders(), f"no encoder {name}") and shipped_encoders()[name]
    texts = [*REQUESTS, "a" * 70, "radio " * 60]
    found = ask([{"encoder": str(folder), "encode": texts}])[0]
    assert np.abs(Encoder.load(folder).encode(texts, batch_size=1) - np.array(found)).max() < 1e-6


def test_what_is_known_of_a_bundle(ask, radio_es: EntityResolver) -> None:
    told = ask([{"bundle": bundle()}, {"bundle": bundle(), "selftest": True}])
    assert told[0]["name"] == radio_es.name
    assert told[0]["report"] == json.loads(json.dumps(dict(radio_es.report)))
    assert told[1] == len(radio_es.manifest["golden"])


def test_wrong_calls_are_refused(ask) -> None:
    calls = [
        [None],
        [5],
        ["radio", {"nbest": ["radio"]}],
        ["radio", {"topK": 0}],
        ["radio", {"minPrecision": 1}],
        ["radio", {"minPrecision": "high"}],
        [None, {"nbest": 5}],
        [None, {"nbest": [["radio", "high"]]}],
        [None, {"nbest": [["radio", 0]]}],
        [None, {"nbest": [["radio"]]}],
    ]
    for call, answer in zip(
        calls, ask([{"bundle": bundle(), "resolve": call} for call in calls]), strict=True
    ):
        assert answer["error"] in ("TypeError", "RangeError"), call
        assert "expected" in answer["message"]


def bundle() -> str:
    return str(find_bundle("radio_es"))


def check(ask, calls: list[dict[str, Any]], expected: list[Any]) -> None:
    answers = ask([{"bundle": bundle(), **call} for call in calls])
    for call, found, resolution in zip(calls, answers, expected, strict=True):
        assert "error" not in found, (call, found)
        other = resolution.to_dict()
        assert (found["decision"], found["tied"]) == (other["decision"], other["tied"]), call
        assert [match["id"] for match in found["matches"]] == [match["id"] for match in other["matches"]], (
            call
        )
        assert (found["best"] or {}).get("id") == (other["best"] or {}).get("id")
        for one, match in zip(found["matches"], other["matches"], strict=True):
            assert one["score"] == pytest.approx(match["score"], abs=0.01), call
            assert one["confidence"] == pytest.approx(match["confidence"], abs=0.01), call
            rest = ("name", "aliases", "metadata")
            assert {field: one[field] for field in rest} == {field: match[field] for field in rest}, call
