"""Re-ranking: candidates of two channels, one score, and what a bundle without weights does."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tiny import ENTITIES, make_bundle

from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.errors import BundleCorruptError
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import Reranker, demands
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.text.misrecognition import Misrecognition

FORMS = ["cadena ser", "ser", "onda cero", "kiss fm", "los 40"]
OWNERS = np.array([0, 0, 1, 2, 3], np.int32)
WEIGHTS = RerankWeights(sound_pieces=3, heard=5, dense_forms=2, sound_forms=2)
REQUESTS = [
    "pon la cadena ser",
    "los cuarenta",
    "play kiss fm please",
    "zzz",
    "إذاعة الشرق",
    "radio clasica",
    "🎉",
]


@pytest.fixture(scope="module")
def reranked(bundle: Bundle, engine: str) -> EntityResolver:
    weights = {"heard": 60, "sound_pieces": 100, "sound_forms": 4}
    return EntityResolver(bundle.with_manifest(rerank=weights))


def ranked(text: str, dots: list[int], weights: RerankWeights, k: int = 4) -> list[tuple[int, float]]:
    reranker = Reranker(FORMS, OWNERS, "es", weights)
    return [
        (each.entity, each.score) for each in reranker.rank([Hypothesis(text, np.array(dots, np.float32))], k)
    ]


def test_without_weights_the_order_is_dense() -> None:
    assert ranked("onda cero", [5, 9, 7, 9, 1], RerankWeights()) == [(0, 9), (2, 9), (1, 7), (3, 1)]


def test_sound_brings_a_candidate_that_the_vector_misses() -> None:
    assert ranked("pon honda sero", [9, 8, -5, 7, 6], WEIGHTS, k=1)[0][0] == 1


def test_the_score_is_the_sum_of_its_parts() -> None:
    reranker = Reranker(FORMS, OWNERS, "es", WEIGHTS)
    best = reranker.rank([Hypothesis("los 40", np.zeros(5, np.float32))], 1)[0]
    assert (best.entity, best.form) == (3, 4)
    assert best.score == sum(best.parts.values())
    assert best.parts["pieces"] == 3 * reranker.form_evidence.ngrams.totals[4]
    assert best.parts["heard"] == 5 * Misrecognition("es", FORMS).scores("los 40", [4])[0]
    assert set(best.parts) == {"dense", "phrase", "heard", "popularity", "pieces"}


def test_more_evidence_never_lowers_a_score() -> None:
    for text in ("onda cero", "kiss", "cadena"):
        before = dict(ranked(text, [5, 4, 3, 2, 1], WEIGHTS))
        after = dict(ranked(text, [6, 5, 4, 3, 2], WEIGHTS))
        assert all(after[entity] == before[entity] + 1 for entity in before)


def test_as_many_entities_as_asked_for() -> None:
    narrow = RerankWeights(sound_pieces=1, heard=1, dense_forms=1, sound_forms=0)
    assert len(ranked("ser", [5, 4, 3, 2, 1], narrow, k=4)) == 4
    assert len(ranked("ser", [5, 4, 3, 2, 1], narrow, k=50)) == 4


def test_hypotheses_count_by_their_weight() -> None:
    reranker = Reranker(FORMS, OWNERS, "es", WEIGHTS)
    zeros = np.zeros(5, np.float32)
    one, other = Hypothesis("kiss fm", zeros, 3.0), Hypothesis("onda cero", zeros, 1.0)
    assert reranker.rank([one, other], 1)[0].entity == 2
    assert reranker.rank([one._replace(weight=1.0), other._replace(weight=3.0)], 1)[0].entity == 1
    doubled = reranker.rank([one, one], 1)[0]
    assert doubled == reranker.rank([one], 1)[0]


@pytest.mark.parametrize(
    "values", [{"heard": -1}, {"sound_pieces": 1.5}, {"dense_forms": 0}, {"sound_forms": True}]
)
def test_weights_are_whole_numbers(values: dict[str, float]) -> None:
    with pytest.raises(BundleCorruptError, match=f"rerank.{next(iter(values))}"):
        RerankWeights.from_mapping(values)


@pytest.mark.parametrize("name", ["letter_match", "letter_edit", "sound_match", "sound_edit"])
def test_weights_of_edit_distances_are_0_or_refused(name: str) -> None:
    assert RerankWeights.from_mapping({name: 0, "heard": 3}) == RerankWeights(heard=3)
    for value in (5, -1, "much", None):
        with pytest.raises(BundleCorruptError, match=rf"rerank\.{name}: expected 0.*build the bundle again"):
            RerankWeights.from_mapping({name: value})


def test_forms_and_vectors_must_fit() -> None:
    with pytest.raises(BundleCorruptError, match="5 surface forms, but"):
        Reranker(FORMS, OWNERS[:3], "es", WEIGHTS)


def test_a_bundle_without_weights_answers_as_before(bundle: Bundle, resolver: EntityResolver) -> None:
    empty = EntityResolver(bundle.with_manifest(rerank={}))
    for request in REQUESTS:
        assert empty.resolve(request) == resolver.resolve(request)


def test_a_bundle_takes_the_weights_of_its_encoder(
    bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path
) -> None:
    weights = {"heard": 5, "sound_forms": 3}
    card = json.dumps({**json.loads(encoder_files["encoder.json"]), "rerank": weights}).encode()
    built = make_bundle(ENTITIES, {**encoder_files, "encoder.json": card})
    write_bundle(tmp_path / "weighed", built)
    assert EntityResolver.load(tmp_path / "weighed").manifest["rerank"] == weights
    assert "rerank" not in bundle.manifest
    with pytest.raises(BundleCorruptError, match=r"rerank\.sound_edit"):
        EntityResolver(bundle.with_manifest(rerank={"sound_edit": "much"}))


def test_one_text_of_nbest_is_the_request(resolver: EntityResolver, reranked: EntityResolver) -> None:
    for request in REQUESTS:
        assert reranked.resolve(nbest=[request]) == reranked.resolve(request)
        alone, found = resolver.resolve(request), resolver.resolve(nbest=[request, ""])
        assert [match.id for match in found.matches] == [match.id for match in alone.matches]
        assert found.decision == alone.decision


def test_nbest_weighs_its_texts(reranked: EntityResolver) -> None:
    heard = [("kiss fm", 1.0), ("onda cero", 9.0)]
    assert reranked.resolve(nbest=heard).matches[0].id == "es-7"
    assert reranked.resolve(nbest=[(text, 10 - weight) for text, weight in heard]).matches[0].id == "es-4"


def test_nbest_needs_texts_and_weights(reranked: EntityResolver) -> None:
    assert reranked.resolve(nbest=[]).decision == reranked.resolve(nbest=["", " "]).decision == "no_match"
    for wrong in (5, [1], [("kiss", 1, 2)], [(1, 1.0)]):
        with pytest.raises(TypeError):
            reranked.resolve(nbest=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="either"):
        reranked.resolve()
    with pytest.raises(TypeError, match="either"):
        reranked.resolve("kiss", nbest=["kiss"])
    with pytest.raises(ValueError, match="weight above 0"):
        reranked.resolve(nbest=[("kiss", 0.0)])


def test_what_is_unreadable_is_no_match(reranked: EntityResolver) -> None:
    assert reranked.resolve("🎉").decision == "no_match"
    assert reranked.resolve("🎉").matches[0].confidence == 0.0
    assert reranked.resolve(" ").matches == ()


@pytest.mark.parametrize("which", ["resolver", "reranked"])
def test_explanations_stand_in_the_order_of_the_answer(which: str, request: pytest.FixtureRequest) -> None:
    resolver = request.getfixturevalue(which)
    forms = {form for entity in ENTITIES for form in entity.surface_forms}
    for text in REQUESTS:
        matches, reasons = resolver.resolve(text, 3).matches, resolver.explain(text, 3)
        assert [each.id for each in reasons] == [match.id for match in matches]
        for reason, following in pairwise(reasons):
            assert reason.margin == pytest.approx(reason.score - following.score)
            assert reason.score == pytest.approx(sum(reason.parts.values()))
            assert reason.form in forms
    assert resolver.explain(" ") == []
    shown = resolver.explain("ser", 1)[0].to_dict()
    assert set(shown) == {"id", "name", "form", "score", "margin", "parts", "signs"}


def test_popularity_decides_between_equals() -> None:
    forms, owners = ["springfield", "springfeld", "salem"], np.array([0, 1, 2], np.int32)
    entities = [Entity("a", "Springfield"), Entity("b", "Springfeld", metadata={"popularity": 1000})]
    demand = demands([*entities, Entity("c", "Salem", metadata={"popularity": 1_000_000})])
    assert demand == [0, 39, 79]
    hypotheses = [Hypothesis("springfield", np.array([10, 10, -10], np.float32))]
    plain = Reranker(forms, owners, "en", RerankWeights(), demand).rank(hypotheses, 3)
    assert [candidate.entity for candidate in plain] == [0, 1, 2]
    weighted = Reranker(forms, owners, "en", RerankWeights(heard=1, popularity=1), demand).rank(hypotheses, 3)
    assert [candidate.parts["popularity"] for candidate in weighted] == [
        demand[each.entity] for each in weighted
    ]
    strong = Reranker(forms, owners, "en", RerankWeights(popularity=1), demand).rank(hypotheses, 1)[0]
    assert strong.entity == 2


@pytest.mark.parametrize("value", [-1, "many", True, float("nan"), float("inf")])
def test_popularity_is_a_number(value: object) -> None:
    with pytest.raises(BundleCorruptError, match=r"'x', metadata\.popularity"):
        demands([Entity("x", "X", metadata={"popularity": value})])


def test_what_was_heard_counts() -> None:
    reranker = Reranker(FORMS, OWNERS, "es", RerankWeights(heard=7, dense_forms=5))
    hypotheses = [Hypothesis("pon honda sero", np.zeros(5, np.float32))]
    best = reranker.rank(hypotheses, 1)[0]
    assert best.entity == 1
    assert best.parts["heard"] == 7 * Misrecognition("es", FORMS).scores("pon honda sero", [2])[0]
