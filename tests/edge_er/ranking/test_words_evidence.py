"""Word scores as evidence: candidates by words, what they count, and that nothing changes where they have no weight."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import ENTITIES, make_bundle, require_packages

from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.ranking.evidence import FormEvidence, Pool
from edge_er.ranking.hypothesis import Hypothesis
from edge_er.ranking.rerank import best_candidates
from edge_er.ranking.weights import RerankWeights
from edge_er.resolver import EntityResolver
from edge_er.text.misrecognition import Misrecognition
from edge_er.text.words import NO_SCORE, WordIndex
from tools.golden.make_word_requests import TARGET, rows

GOLDEN: list[dict[str, Any]] = [json.loads(line) for line in TARGET.read_text("utf-8").split("\n") if line]
FORMS = ["onda cero", "melodia ser", "melodia cien", "kiss fm", "los 40 dance", "future back"]
OWNERS = np.arange(6, dtype=np.int32)
DOTS = np.array([60, 50, 40, 30, 20, 10])
WEIGHTS = RerankWeights(heard=3, words=1, dense_forms=1)
RERANK = {"heard": 100, "sound_pieces": 20, "dense_forms": 2, "sound_forms": 1}
REQUESTS = ("pon la ser cadena", "40 los", "cero onda por favor", "fm kiss", "zzz", "", "🎵")


def pool(
    weights: RerankWeights,
    *texts: str,
    k: int = 1,
    allowed: list[bool] | None = None,
    shares: tuple[float, ...] = (),
) -> Pool:
    """The candidates of a small catalog for texts of one utterance."""
    evidence = FormEvidence(FORMS, OWNERS, "es", weights, np.zeros(6, np.int64))
    said = [
        Hypothesis(text, DOTS, share)
        for text, share in zip(texts, shares or (1.0,) * len(texts), strict=True)
    ]
    return evidence.pool(said, k, None if allowed is None else np.array(allowed))


def test_the_golden_rows_are_what_the_tool_writes() -> None:
    assert list(rows()) == GOLDEN


def answer(row: dict[str, Any], weights: RerankWeights) -> list[Any]:
    """What `FormEvidence` makes of a golden row: candidates, ranking, forms of the ranking."""
    owners, vector = np.array(row["owners"], np.int32), np.array(row["vector"])
    demand, main = np.array(row["demand"], np.int64)[owners], np.diff(owners, prepend=-1) != 0
    evidence = FormEvidence(row["forms"], owners, row["lang"], weights, demand, main=main)
    said = [Hypothesis(row["request"], np.array(row["vectors"]) @ vector, same=int(vector @ vector))]
    found = evidence.pool(said, len(row["ranking"]))
    ranked = best_candidates(found, said, len(row["ranking"]), weights)
    ranking = [[one.entity, one.score] for one in ranked]
    parts = [{name: part for name, part in one.parts.items() if part} for one in ranked]
    return [found.forms.tolist(), ranking, [one.form for one in ranked], parts]


def test_answers_are_those_of_plain_steps() -> None:
    brought, changed = 0, 0
    for row in GOLDEN:
        weights = RerankWeights.from_mapping(row["rerank"])
        expected = [row["candidates"], row["ranking"], row["forms_of_ranking"], row["parts"]]
        assert answer(row, weights) == expected, row["request"]
        without = answer(row, replace(weights, words=0))
        brought += not set(row["candidates"]) <= set(without[0])
        changed += [one for one, _ in row["ranking"]] != [one for one, _ in without[1]]
    assert brought >= 12
    assert changed >= 5


def test_words_bring_candidates_only_where_they_are_asked_for() -> None:
    assert pool(replace(WEIGHTS, words=0), "pon dance los 40").forms.tolist() == [0]
    assert pool(WEIGHTS, "pon dance los 40").forms.tolist() == [0, 4]
    assert pool(replace(WEIGHTS, words=2), "melodia").forms.tolist() == [0, 1, 2]
    assert pool(WEIGHTS, "melodia").forms.tolist() == [0, 1]  # equal scores: the smaller form


def test_forms_that_words_say_nothing_about_are_no_candidates() -> None:
    for request in ("pon la radio", "zzz", "", "cad"):
        assert pool(replace(WEIGHTS, words=6), request).forms.tolist() == [0]


def test_without_a_weight_words_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge_er.ranking.evidence.WordIndex", None)
    assert pool(replace(WEIGHTS, words=0), "ser melodia").forms.tolist() == [0]


def test_the_higher_of_two_scores_counts() -> None:
    higher = set()
    for request in ("pon cero onda", "onda cero", "melodia", "kis fm"):
        found = pool(replace(WEIGHTS, dense_forms=6), request)
        heard = Misrecognition("es", FORMS).scores(request, range(6))
        words = WordIndex("es", FORMS).scores(request).scores
        assert found.parts["heard"].tolist() == (3 * np.maximum(heard, words)).tolist()
        higher |= {request} if (words > np.maximum(heard, NO_SCORE)).any() else set()
    assert {"pon cero onda"} <= higher < {"pon cero onda", "onda cero", "melodia", "kis fm"}
    alone = pool(replace(WEIGHTS, heard=0), "cero onda", "dance los 40")
    assert alone.forms.tolist() == [0, 4]
    assert not alone.parts["heard"].any()


def test_each_text_brings_candidates_and_counts_by_its_share() -> None:
    texts = ("dance los 40", "back future")
    found = pool(WEIGHTS, *texts, shares=(3.0, 1.0))
    assert found.forms.tolist() == [0, 4, 5]
    index, heard = WordIndex("es", FORMS), Misrecognition("es", FORMS)
    one, other = (
        np.maximum(heard.scores(text, [0, 4, 5]), index.scores(text).scores[[0, 4, 5]]) for text in texts
    )
    assert found.parts["heard"].tolist() == (0.75 * (3 * one) + 0.25 * (3 * other)).tolist()


def test_candidates_by_words_are_chosen_among_forms_that_pass_a_filter() -> None:
    allowed = [False, False, True, True, True, True]
    assert pool(WEIGHTS, "melodia", allowed=allowed).forms.tolist() == [2]
    assert pool(WEIGHTS, "ser melodia", allowed=allowed).forms.tolist() == [2]
    assert pool(WEIGHTS, "dance los 40", allowed=allowed).forms.tolist() == [2, 4]


@pytest.fixture(scope="module")
def by_words(bundle: Bundle, engine: str) -> EntityResolver:
    return EntityResolver(bundle.with_manifest(rerank={**RERANK, "words": 4}))


def test_a_filter_by_metadata(by_words: EntityResolver) -> None:
    for request in REQUESTS:
        found = by_words.resolve(request, where={"country": "ES"}, top_k=9).matches
        assert {match.id for match in found} <= {f"es-{number}" for number in range(1, 7)}
    assert by_words.resolve("ser cadena", ids=["es-7", "es-2"]).matches[0].id == "es-2"


def test_names_of_own_entries_are_found_by_their_words(by_words: EntityResolver) -> None:
    mine = by_words.with_entries(
        [{"id": "c-1", "name": "Lola Perez Ruiz"}, {"id": "es-7", "name": "Desayuno Rico"}]
    )
    assert mine.resolve("llama a ruiz lola perez").matches[0].id == "c-1"
    assert mine.resolve("rico desayuno").matches[0].id == "es-7"
    for request in REQUESTS:
        there = {one.id: one.score for one in by_words.resolve(request, top_k=5).matches}
        own = {one.id: one.score for one in mine.resolve(request, top_k=9).matches}
        assert all(own.get(one, score) >= score for one, score in there.items())


def test_own_entries_take_the_common_words_of_the_catalog(encoder_files: dict[str, bytes]) -> None:
    lamps = tuple(
        Entity(f"x-{number}", f"lampara {name}", (), (), {}) for number, name in enumerate("abcdef")
    )
    bundle = make_bundle((*ENTITIES, *lamps), encoder_files).with_manifest(rerank={"heard": 100, "words": 9})
    mine = EntityResolver(bundle).with_entries([{"id": "c-1", "name": "lampara perez ruiz"}])
    first = mine.explain("perez ruiz", 1)[0]
    assert first.form == "lampara perez ruiz"
    bits = round(first.parts["heard"] * float(bundle.manifest["index"]["scale"]) ** 2 / 100)
    base = WordIndex("es", [f"lampara {name}" for name in "abcdef"])
    assert bits == WordIndex("es", [first.form], base).scores("perez ruiz").scores[0]
    assert bits > WordIndex("es", [first.form]).scores("perez ruiz").scores[0]
    assert bits > Misrecognition("es", [first.form]).scores("perez ruiz", [0])[0]


def test_in_a_large_catalog_words_count_among_the_nearest_forms(
    encoder_files: dict[str, bytes], tmp_path: Path
) -> None:
    require_packages("faiss")
    from catalog_tools.build.index_choice import with_index

    names = [f"{first} {second} {number}" for first in ("radio", "kiss", "onda", "cadena")
             for second in ("uno", "fm", "cero", "sol", "mar") for number in range(20)]  # fmt: skip
    entities = tuple(Entity(f"x{at:04}", name, (), (), {}) for at, name in enumerate(names))
    rerank = {"heard": 50, "words": 3, "dense_forms": 64}
    card = {**json.loads(encoder_files["encoder.json"]), "rerank": rerank}
    exact = make_bundle(entities, {**encoder_files, "encoder.json": json.dumps(card).encode()})
    write_bundle(tmp_path / "large", with_index(exact, "IVF16,SQ8", target=1.0))
    large = EntityResolver.load(tmp_path / "large")
    unit = float(exact.manifest["index"]["scale"]) ** 2
    for request, best in (("pon 7 sol kiss", "kiss sol 7"), ("mar cadena 12", "cadena mar 12")):
        first = large.explain(request, 1)[0]
        scores = [
            WordIndex("es", [best], WordIndex("es", names)).scores(request).scores[0],
            Misrecognition("es", [best]).scores(request, [0])[0],
        ]
        assert first.form == best
        assert scores[0] > scores[1]
        assert round(first.parts["heard"] * unit) == 50 * scores[0]


def by_name(names: tuple[str, ...], encoder_files: dict[str, bytes], words: int = 4) -> EntityResolver:
    """Resolves among entities of these names; the id of each is its name."""
    entities = tuple(Entity(name, name, (), (), {}) for name in names)
    return EntityResolver(
        make_bundle(entities, encoder_files).with_manifest(rerank={**RERANK, "words": words})
    )


def parts(resolver: EntityResolver, request: str, name: str) -> dict[str, float]:
    """The evidence for one entity."""
    return next(dict(one.parts) for one in resolver.explain(request, 20) if one.id == name)


HOME = ("Bedroom Blinds", "Bedroom Lamp", "Hallway Lamp", "Kitchen Blinds", "Kitchen Lamp", "Lampe Salon")
STATIONS = ("BBC Radio 2", "BBC Radio 4", "BBC Radio 4 Extra", "Kiss FM", "Magic Radio")


@pytest.mark.parametrize(
    ("request_text", "best"),
    [
        ("turn on the lamp in the kitchen", "Kitchen Lamp"),
        ("turn on the lamps in the kitchen please", "Kitchen Lamp"),
        ("please open the blinds in the kitchen", "Kitchen Blinds"),
        ("allume la lampe dans le salon", "Lampe Salon"),
    ],
)
def test_a_room_of_the_catalog_is_part_of_the_name(
    request_text: str, best: str, encoder_files: dict[str, bytes]
) -> None:
    home = by_name(HOME, encoder_files)
    assert home.resolve(request_text).matches[0].id == best
    before = by_name(HOME, encoder_files, words=0)
    assert parts(home, request_text, best)["pieces"] > parts(before, request_text, best)["pieces"]


def test_a_room_that_no_name_has_is_taken_off(encoder_files: dict[str, bytes]) -> None:
    stations = by_name(STATIONS, encoder_files)
    for request in ("play bbc radio 4 in the kitchen", "play bbc radio 4 in the kitchen please"):
        assert stations.resolve(request).matches[0].id == "BBC Radio 4"
        for name in STATIONS:
            there, bare = (parts(stations, text, name) for text in (request, "play bbc radio 4"))
            assert there["pieces"] == bare["pieces"]


def test_rooms_of_own_entries_and_of_the_catalog_beside_them(encoder_files: dict[str, bytes]) -> None:
    request, own = "turn on the lamp in the kitchen", [{"id": "mine", "name": "Kitchen Lamp"}]
    stations = by_name(STATIONS, encoder_files)
    mine = stations.with_entries(own)
    assert mine.resolve(request).matches[0].id == "mine"
    assert parts(mine, request, "mine")["pieces"] > parts(mine, "turn on the lamp", "mine")["pieces"]
    for name in STATIONS:  # own names change nothing for those of the catalog
        assert parts(mine, request, name) == parts(stations, request, name)
    beside = by_name(HOME, encoder_files).with_entries([{"id": "mine", "name": "Reading Lamp Kitchenette"}])
    named, bare = (parts(beside, text, "mine") for text in (request, "turn on the lamp"))
    assert named["pieces"] > bare["pieces"]  # the catalog has a kitchen, so its letters count here too


def test_without_words_every_answer_is_the_same_to_the_byte(
    bundle: Bundle, encoder_files: dict[str, bytes], tmp_path: Path
) -> None:
    card = json.dumps({**json.loads(encoder_files["encoder.json"]), "rerank": RERANK}).encode()
    manifest = write_bundle(
        tmp_path / "built", make_bundle(ENTITIES, {**encoder_files, "encoder.json": card})
    )
    assert manifest["format_version"] == 1
    assert "words" not in manifest["rerank"]
    resolvers = [
        EntityResolver.load(tmp_path / "built"),
        EntityResolver(bundle.with_manifest(rerank=RERANK)),
        EntityResolver(bundle.with_manifest(rerank={**RERANK, "words": 0})),
    ]
    answers = [[json.dumps(each.resolve(request).to_dict()) for request in REQUESTS] for each in resolvers]
    reasons = [
        [json.dumps([one.to_dict() for one in each.explain(request, 9)]) for request in REQUESTS]
        for each in resolvers
    ]
    assert answers[0] == answers[1] == answers[2]
    assert reasons[0] == reasons[1] == reasons[2]
