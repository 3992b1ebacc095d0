"""Names in sentences, and who is meant where nothing that is said tells entities apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from tiny import make_bundle

from edge_er.bundle.entity import Entity
from edge_er.constants import WORDS
from edge_er.ranking.evidence import FormEvidence, Pool
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver

RERANK = {"heard": 82, "sound_pieces": 21, "dense_forms": 8, "sound_forms": 4, "words": 8}
CALIBRATION = {
    "reranked": {
        "weights": {"cosine": 7.0, "heard": 0.6},
        "bias": -4.0,
        "choice": 1.0,
        "temperature": 0.12,
        "precision": [[0, 0], [0.95, 0.5], [1, 1]],
    }
}
ROOMS = ("Kitchen", "Bedroom", "Office", "Bathroom")
WEIGHTS = RerankWeights(heard=3, words=4, sound_pieces=2, dense_forms=8)


def of(entities: tuple[Entity, ...], encoder_files: dict[str, bytes], words: int = 8) -> EntityResolver:
    bundle = make_bundle(entities, encoder_files)
    return EntityResolver(
        bundle.with_manifest(rerank={**RERANK, "words": words}, calibration=CALIBRATION, lang="en")
    )


def named(*names: str) -> tuple[Entity, ...]:
    return tuple(Entity(f"e-{at:02}", name) for at, name in enumerate(names))


def parts(resolver: EntityResolver, request: str) -> list[Mapping[str, float]]:
    return [one.parts for one in resolver.explain(request, 20)]


def test_a_name_whole_within_a_long_sentence(encoder_files: dict[str, bytes]) -> None:
    stations = named("Tulsa Sports", "Century 16", "Kiss FM", "Tulsa")
    sentence = "please would you look whether tulsa sports might possibly be playing anything of college teams tonight"
    found, before = (of(stations, encoder_files, words) for words in (8, 0))
    answer = found.resolve(sentence)
    assert (answer.decision, answer.matches[0].name) == ("match", "Tulsa Sports")
    assert before.resolve(sentence).matches[0].confidence < answer.matches[0].confidence - 0.1
    first, without = parts(found, sentence)[0], parts(before, sentence)[0]
    assert first["dense"] + first["phrase"] == pytest.approx(1.0, abs=0.01)
    assert first["dense"] == without["dense"] < 0.8
    assert without["phrase"] == 0
    assert found.explain(sentence)[0].signs["cosine"] == pytest.approx(without["dense"])


@pytest.mark.parametrize("request_text", ["ceiling light", "ceiling light please"])
def test_the_same_lamp_in_several_rooms(request_text: str, encoder_files: dict[str, bytes]) -> None:
    home = of(named(*(f"{room} Ceiling Light" for room in ROOMS), "Garden Pump"), encoder_files)
    answer = home.resolve(request_text, top_k=2)
    assert (answer.decision, answer.tied, len(answer.matches)) == ("ambiguous", len(ROOMS), 2)
    assert len({match.score for match in home.resolve(request_text).matches[: len(ROOMS)]}) == 1
    one = home.resolve("office ceiling light")
    assert (one.decision, one.tied, one.matches[0].name) == ("match", 1, "Office Ceiling Light")


def test_more_than_the_compared_ones_are_not_counted(encoder_files: dict[str, bytes]) -> None:
    names = (
        "adams baker clark dixon evans frank gibbs harris irwin james kramer lewis mason norton owens parker"
    )
    people = of(named(*(f"zoe {name}" for name in f"{names} quincy rogers smith".split())), encoder_files)
    for count in (5, 20):
        answer = people.resolve("call zoe", count)
        assert answer.tied == 16
        assert len({match.score for match in answer.matches}) == 1


def test_three_people_of_one_first_name(encoder_files: dict[str, bytes]) -> None:
    people = of(named("Zoe Adams", "Zoe Baker", "Zoe Clark", "Bob Deer"), encoder_files)
    for request in ("call zoe", "zoe"):
        answer = people.resolve(request)
        assert {match.name for match in answer.matches[:3]} == {"Zoe Adams", "Zoe Baker", "Zoe Clark"}
        assert answer.tied == 3
    assert people.resolve("call zoe").decision == "ambiguous"
    assert people.resolve("call zoe baker").matches[0].name == "Zoe Baker"
    assert people.resolve("").tied == 0


def test_a_main_name_comes_before_an_alias(encoder_files: dict[str, bytes]) -> None:
    places = (Entity("a", "East Berlin", ("Berlin",)), Entity("b", "Berlin"), Entity("c", "Hamburg"))
    first, second, _ = of(places, encoder_files).explain("weather in berlin", 3)
    assert (first.id, second.id, second.form) == ("b", "a", "Berlin")
    unit = 127.0**2
    assert second.parts["popularity"] == pytest.approx(-RERANK["heard"] * WORDS.alias / unit)
    assert first.score - second.score == pytest.approx(RERANK["heard"] * WORDS.alias / unit)
    nobody = of((places[0], Entity("d", "West Berlin", ("Berlin",))), encoder_files)
    assert nobody.resolve("weather in berlin").tied == 2  # no main name among them


def test_of_one_name_the_better_known(encoder_files: dict[str, bytes]) -> None:
    def places(*popularity: int) -> EntityResolver:
        names = (
            Entity(f"p-{at}", "Springfield", metadata={"popularity": one} if one else {})
            for at, one in enumerate(popularity)
        )
        return of((*names, Entity("s", "Shelbyville")), encoder_files)

    assert places(0, 0).resolve("map of springfield").tied == 2
    clear = places(500, 100_000).resolve("map of springfield")
    assert (clear.decision, clear.matches[0].id, clear.tied) == ("match", "p-1", 1)
    assert places(500, 501).resolve("map of springfield").tied == 2
    far, farther = (parts(places(0, most), "springfield")[1]["popularity"] for most in (10**6, 10**9))
    assert far == farther == pytest.approx(-RERANK["heard"] * WORDS.demand_most / 127.0**2)


def test_weak_words_are_no_name_beside_another(encoder_files: dict[str, bytes]) -> None:
    places = of(named("Location", "India", "Iceland", "Peru"), encoder_files)
    assert places.resolve("what is the location of india").matches[0].name == "India"
    assert places.resolve("location").matches[0].name == "Location"


def test_own_entries_have_main_names_and_demand_too(encoder_files: dict[str, bytes]) -> None:
    mine = of(named("Hamburg", "Peru"), encoder_files).with_entries(
        [
            {"id": "a", "name": "Robert Zane", "aliases": ["Bob"]},
            {"id": "b", "name": "Bob"},
            {"id": "c", "name": "bob", "popularity": 900},
        ]
    )
    answer = mine.resolve("call bob please")
    assert [match.id for match in answer.matches[:3]] == ["c", "b", "a"]
    assert mine.resolve("call robert zane").matches[0].id == "a"


def pool(
    text: str, forms: list[str], dots: list[int], weights: RerankWeights = WEIGHTS, **more: object
) -> Pool:
    """The evidence of a small catalog, each form an entity of its own."""
    owners, none = np.arange(len(forms), dtype=np.int32), np.zeros(len(forms), np.int64)
    evidence = FormEvidence(forms, owners, "en", weights, more.get("demand", none), main=more.get("main"))
    return evidence.pool([Hypothesis(text, np.array(dots), same=more.get("same", 0))], len(forms))


FORMS = ["zoe adams", "zoe baker", "zoe", "ann li"]


def raised(found: Pool) -> list[float]:
    """The dot products with what phrases add."""
    return (found.parts["dense"] + found.parts["phrase"]).tolist()


def test_only_a_phrase_has_the_dot_product_of_the_request_with_itself() -> None:
    for request, phrases in (("zoe", [2]), ("zoe baker", [1, 2]), ("baker zoe", [1, 2]), ("adams", [])):
        found = pool(request, FORMS, [40, 10, 20, 60], same=99)
        assert [at for at, one in enumerate(raised(found)) if one == 99] == phrases, request
        assert found.parts["dense"].tolist() == [40, 10, 20, 60]
    assert raised(pool("zoe", FORMS, [1, 2, 120, 4], same=99))[2] == 120


def test_names_said_in_part_share_vector_and_ngrams() -> None:
    found = pool("zoe", FORMS, [40, 10, 20, 60], same=99)
    assert raised(found) == [40, 40, 99, 60]
    assert found.parts["phrase"].tolist() == [0, 30, 79, 0]
    assert found.parts["heard"][0] == found.parts["heard"][1] < found.parts["heard"][2]


def test_names_said_in_part_in_several_texts_have_the_very_same_score() -> None:
    texts, weights = ("zoe", "call zoe", "call zoe please"), (0.61, 0.27, 0.12)
    evidence = FormEvidence(FORMS, np.arange(4, dtype=np.int32), "en", WEIGHTS, np.zeros(4, np.int64))
    for seed in range(20):
        dots = np.random.default_rng(seed).integers(-9000, 9000, (3, 4))
        found = evidence.pool(
            [Hypothesis(*one, 16129) for one in zip(texts, dots, weights, strict=True)], 4
        ).parts
        assert found["phrase"][:2].any()
        assert len(set(sum(found.values())[:2].tolist())) == 1


def test_the_order_of_words_in_names_said_in_part_is_nothing() -> None:
    forms = ["zoe lamp adams", "lamp zoe adams", "ann li", "kiss fm", "tulsa"]
    pieces = pool("lamp zoe", forms, [0] * 5).parts["pieces"]
    assert pieces[0] == pieces[1] > 0
    alone = pool("lamp zoe", forms, [0] * 5, RerankWeights(sound_pieces=2)).parts["pieces"]
    assert alone[0] < alone[1] == pieces[1]


@pytest.mark.parametrize("without", [{"words": 0}, {"heard": 0}])
def test_without_words_or_their_weight_nothing_is_shared(without: dict[str, int]) -> None:
    weights = RerankWeights(**{**WEIGHTS.to_dict(), **without})
    demand = np.array([0, 40, 8, 0])
    found = pool("zoe", FORMS, [40, 10, 20, 60], weights, same=99, demand=demand, main=np.array([True] * 4))
    assert raised(found) == found.parts["dense"].tolist() == [40, 10, 20, 60]
    assert not found.parts["popularity"].any()


def test_who_is_meant_among_equals() -> None:
    forms, demand = ["zoe adams", "zoe baker", "zoe", "zoe"], np.array([8, 12, 50, 0])
    main = np.array([True, False, False, False])
    meant = pool("zoe", forms, [0] * 4, demand=demand, main=main).parts["popularity"]
    demanded = min(WORDS.demand * 50, WORDS.demand_most)
    assert meant.tolist() == [-3 * WORDS.demand * 4, -3 * WORDS.alias, 0, -3 * demanded]
