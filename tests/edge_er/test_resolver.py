from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import ENTITIES, make_bundle

from edge_er.bundle.bundle import Bundle, new_bundle
from edge_er.bundle.entity import Entity
from edge_er.errors import BundleCorruptError, FilterError
from edge_er.resolver import EntityResolver, Resolution

REQUESTS = [
    "pon la cadena ser",
    "Cadena SER",
    "los cuarenta",
    "",
    "   \n",
    "🎉🎉",
    "play kiss fm please",
    "zzz qqq xxx",
    "إذاعة الشرق",
    "radio clasica",
]


def test_finds_names_aliases_and_spoken_forms(resolver: EntityResolver) -> None:
    for request, expected in [
        ("Cadena SER", "es-1"),
        ("ser", "es-1"),
        ("pon la cadena ser", "es-1"),
        ("cadena ser +", "es-2"),
        ("LOS 40", "es-3"),
        ("los cuarenta", "es-3"),
        ("radio clasica", "es-5"),
        ("إذاعة الشرق", "es-6"),
    ]:
        assert resolver.resolve(request).matches[0].id == expected, request


def test_a_match_carries_what_the_catalog_says(resolver: EntityResolver) -> None:
    match = resolver.resolve("kiss fm").matches[0]
    assert match.name == "Kiss FM"
    assert match.aliases == ()
    assert match.metadata == {
        "country": "ES",
        "streams": ["https://kiss.example/a", "https://kiss.example/b"],
    }
    assert match.score == pytest.approx(1.0, abs=0.01)
    spoken = resolver.resolve("los cuarenta").matches[0]
    assert spoken.aliases == ("Los 40 Principales",)


def test_matches_are_ranked_one_per_entity(resolver: EntityResolver) -> None:
    for request in REQUESTS:
        matches = resolver.resolve(request, top_k=100).matches
        assert len({match.id for match in matches}) == len(matches)
        ranking = [(-match.score, match.id) for match in matches]
        assert ranking == sorted(ranking)
        assert all(0.0 <= match.confidence <= 1.0 and -1.0 <= match.score <= 1.0 for match in matches)


def test_top_k_only_cuts(resolver: EntityResolver) -> None:
    for request in REQUESTS:
        whole = resolver.resolve(request, top_k=100)
        assert len(whole.matches) in (0, len(ENTITIES))
        for top_k in (1, 2, 3):
            cut = resolver.resolve(request, top_k=top_k)
            assert cut == dataclasses.replace(whole, matches=whole.matches[:top_k])


def test_batch_equals_one_by_one(resolver: EntityResolver) -> None:
    requests = REQUESTS * 3
    assert resolver.resolve_batch(requests) == [resolver.resolve(request) for request in requests]
    assert resolver.resolve_batch([]) == []


@pytest.mark.parametrize("request_", ["", "  ", "\t\n\u00a0"])
def test_empty_input_has_no_matches(resolver: EntityResolver, request_: str) -> None:
    assert resolver.resolve(request_) == Resolution(request_, "no_match", ())
    assert resolver.resolve(request_).best is None


def test_emoji_is_ranked_but_no_match(resolver: EntityResolver) -> None:
    resolution = resolver.resolve("🎉🎉")
    assert resolution.decision == "no_match"
    assert len(resolution.matches) == 5
    assert all(match.confidence == 0.0 for match in resolution.matches)


def test_a_script_the_encoder_cannot_read_is_no_match(encoder_files: dict[str, bytes]) -> None:
    korean = EntityResolver(make_bundle((Entity("a", "한국방송"), Entity("b", "Onda Cero")), encoder_files))
    resolution = korean.resolve("라디오")
    assert (resolution.matches[0].name, resolution.matches[0].score) == (
        "한국방송",
        pytest.approx(1, abs=0.01),
    )
    assert (resolution.decision, resolution.matches[0].confidence) == ("no_match", 0.0)
    assert korean.resolve("onda cero 라디오").best is not None


def test_out_of_world_is_no_match_but_ranked(resolver: EntityResolver) -> None:
    resolution = resolver.resolve("zzz qqq xxx")
    assert resolution.decision == "no_match"
    assert resolution.best is None
    assert len(resolution.matches) == 5


def test_a_wanted_precision_decides(bundle: Bundle, resolver: EntityResolver) -> None:
    request = "pon la cadena ser"
    eager, shy = (resolver.resolve(request, min_precision=wish) for wish in (0.5, 0.999))
    assert (eager.decision, shy.decision) == ("match", "no_match")
    assert eager.matches == shy.matches
    assert EntityResolver(bundle, min_precision=0.999).resolve(request) == shy
    assert EntityResolver(bundle, min_precision=0.999).resolve(request, min_precision=0.5) == eager
    assert resolver.resolve(nbest=[request], min_precision=0.999).decision == "no_match"
    for text in (request, "", "🎉"):
        with pytest.raises(ValueError, match="min_precision"):
            resolver.resolve(text, min_precision=1.0)
    with pytest.raises(ValueError, match="min_precision"):
        EntityResolver(bundle, min_precision=95)


def test_vectors_alone_answer_where_a_bundle_reranks(bundle: Bundle, resolver: EntityResolver) -> None:
    weights = {"heard": 50, "sound_pieces": 20, "sound_forms": 4}
    config = dict(bundle.manifest["calibration"])
    calibration = {"dense": config, "reranked": {**config, "weights": {"cosine": 9.0, "heard": 1.0}}}
    both = bundle.with_manifest(rerank=weights, calibration=calibration)
    dense = EntityResolver(both, rerank=False)
    assert dense.resolve_batch(REQUESTS) == resolver.resolve_batch(REQUESTS)
    assert [each.id for each in dense.explain("ser")] == [
        match.id for match in resolver.resolve("ser").matches
    ]
    assert set(EntityResolver(both).explain("ser")[0].signs) == {"cosine", "heard"}
    assert EntityResolver(both).resolve("pon la cadena ser").matches[0].id == "es-1"


def test_two_of_one_name_are_ambiguous(encoder_files: dict[str, bytes]) -> None:
    twins = (Entity("a", "Cadena SER"), Entity("b", "cadena ser!"), Entity("c", "Onda Cero"))
    resolution = EntityResolver(make_bundle(twins, encoder_files)).resolve("cadena ser")
    assert resolution.decision == "ambiguous"
    assert resolution.tied == 2
    assert [match.id for match in resolution.matches[:2]] == ["a", "b"]
    assert resolution.best is resolution.matches[0]
    assert resolution.matches[0].confidence == resolution.matches[1].confidence


def test_best_is_the_first_match_of_a_match(resolver: EntityResolver) -> None:
    resolution = resolver.resolve("kiss fm")
    assert resolution.decision == "match"
    assert resolution.best is resolution.matches[0]


def test_empty_catalog(encoder_files: dict[str, bytes]) -> None:
    dim = json.loads(encoder_files["encoder.json"])["dim"]
    empty = new_bundle(
        name="empty",
        lang="es",
        entities=(),
        vectors=np.empty((0, dim), np.int8),
        form_entity=np.empty(0, np.int32),
        encoder_files=encoder_files,
    )
    assert EntityResolver(empty).resolve("cadena ser") == Resolution("cadena ser", "no_match", ())


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_no_text_crashes_it(resolver: EntityResolver, text: str) -> None:
    resolution = resolver.resolve(text)
    assert resolution.query == text
    assert len(resolution.matches) in (0, 5)


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "ser " * 20_000, "\ud800 ser", "\x00", "שלום עולם", "e\u0301" * 500]
)
def test_long_and_awkward_texts(resolver: EntityResolver, text: str) -> None:
    assert len(resolver.resolve(text).matches) == 5


def test_wrong_arguments(resolver: EntityResolver) -> None:
    with pytest.raises(ValueError, match="top_k"):
        resolver.resolve("ser", top_k=0)
    with pytest.raises(TypeError, match="NoneType"):
        resolver.resolve(None)  # type: ignore[arg-type]
    for wrong in (["ser", None], 5, [["ser"]], b"ser"):
        with pytest.raises(TypeError, match="expected a request"):
            resolver.resolve_batch(wrong)  # type: ignore[arg-type]
    for wrong in ([("ser", "high")], [["ser", 1]], [("ser",)], [(5, 1)], 5):
        with pytest.raises(TypeError, match="expected"):
            resolver.resolve(nbest=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="weight above 0"):
        resolver.resolve(nbest=[("ser", 0)])


def once(items: Iterable[Any]) -> Iterator[Any]:
    """Something that can be gone through once."""
    yield from items


def test_requests_that_come_one_by_one_are_all_answered(resolver: EntityResolver) -> None:
    expected = resolver.resolve_batch(REQUESTS)
    assert len(expected) == len(REQUESTS) > 2
    assert resolver.resolve_batch(once(REQUESTS)) == expected
    assert resolver.resolve_batch(dict.fromkeys(REQUESTS)) == resolver.resolve_batch(
        list(dict.fromkeys(REQUESTS))
    )
    assert resolver.golden(once(REQUESTS)) == resolver.golden(REQUESTS)
    texts = ["los cuarenta", ("los 40", 0.5)]
    assert resolver.resolve(nbest=once(texts)) == resolver.resolve(nbest=texts)


def test_a_lone_string_is_one_request(resolver: EntityResolver) -> None:
    assert resolver.resolve_batch("kiss fm") == [resolver.resolve("kiss fm")]
    assert resolver.resolve(nbest="kiss fm") == resolver.resolve("kiss fm")


def test_ids_that_come_one_by_one_count_for_every_request(resolver: EntityResolver) -> None:
    some = ["es-1", "es-4"]
    for mine in (resolver, resolver.with_entries([{"id": "c-1", "name": "Ser Mama"}])):
        expected = [mine.resolve(query, ids=some) for query in REQUESTS]
        assert mine.resolve_batch(REQUESTS, ids=once(some)) == expected
        assert mine.resolve(REQUESTS[0], ids=once(some)) == expected[0]
        assert mine.resolve(nbest=[REQUESTS[0]], ids=once(some)) == expected[0]
        assert mine.explain(REQUESTS[0], ids=once(some)) == mine.explain(REQUESTS[0], ids=some)
        assert {match.id for match in expected[0].matches} == set(some)
    for wrong in (5, [1], [None]):
        with pytest.raises(FilterError, match="expected"):
            resolver.resolve("ser", ids=wrong)  # type: ignore[arg-type]


def test_answers_are_frozen(resolver: EntityResolver) -> None:
    resolution = resolver.resolve("ser")
    with pytest.raises(dataclasses.FrozenInstanceError):
        resolution.decision = "match"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        resolution.matches[0].score = 1.0  # type: ignore[misc]


def test_to_dict_is_json_and_says_everything(resolver: EntityResolver) -> None:
    resolution = resolver.resolve("kiss fm", top_k=2)
    values = json.loads(json.dumps(resolution.to_dict()))
    assert values["query"] == "kiss fm"
    assert values["decision"] == "match"
    assert values["best"] == values["matches"][0]
    assert len(values["matches"]) == 2
    assert values["tied"] == 1
    assert set(values["matches"][0]) == {"id", "name", "aliases", "score", "confidence", "metadata"}
    assert resolver.resolve("").to_dict() == {
        "query": "",
        "decision": "no_match",
        "best": None,
        "matches": [],
        "tied": 0,
    }


def test_report(resolver: EntityResolver) -> None:
    report = resolver.report
    assert report["recall_at_1"]["es"]["text"]["value"] == 0.9
    assert report["budget_bytes"] == 2_000_000
    assert 0 < report["size_bytes"] < report["budget_bytes"]
    assert report["counts"] == {"entities": 7, "aliases": 3, "forms": 11}
    with pytest.raises(TypeError):
        report["size_bytes"] = 0  # type: ignore[index]


def test_selftest_counts_and_finds_a_difference(resolver: EntityResolver, bundle: Bundle) -> None:
    assert resolver.selftest() == 4
    golden = bundle.manifest["golden"][0]
    scores = golden["scores"]
    for change in (
        {"ids": ["es-7", "es-1", "es-2"]},
        {"decision": "no_match"},
        {"scores": [scores[0] - 0.02, *scores[1:]]},
        {"query": "kiss fm"},
    ):
        with pytest.raises(BundleCorruptError, match="selftest"):
            EntityResolver(bundle.with_manifest(golden=[{**golden, **change}])).selftest()
    close = [{**golden, "scores": [score + 0.002 for score in scores]}]
    assert EntityResolver(bundle.with_manifest(golden=close)).selftest() == 1


def test_directory_zip_and_memory_answer_alike(bundle: Bundle, bundle_dir: Path, bundle_zip: Path) -> None:
    answers = [EntityResolver.load(path).resolve_batch(REQUESTS) for path in (bundle_dir, bundle_zip)]
    assert answers[0] == answers[1] == EntityResolver(bundle).resolve_batch(REQUESTS)
