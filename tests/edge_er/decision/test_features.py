"""Features of candidates: the golden file, what no request may do to them, and where a bundle asks for them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_er.decision.equals import Equals, equals
from edge_er.decision.features import (
    FEATURES,
    Utterance,
    candidate_features,
    exact_score,
    is_said_whole,
    utterance_of,
)
from edge_er.encoder.encoder import EncodedText
from edge_er.resolver import EntityResolver
from edge_er.text.sound_codes import SoundCodes
from tools.golden.make_features import TARGET, rows

TEXTS = st.lists(st.sampled_from(["kiss", "fm", "play", "the", "a", "2", "ωμέγα"]), max_size=5).map(" ".join)
RERANK = {"heard": 100, "sound_pieces": 20, "dense_forms": 50, "words": 8}


def features(
    lang: str,
    texts: list[tuple[str, float]],
    forms: list[str],
    heard: float,
    cosine=0.5,
    entities=9,
    numbers=0,
    scores=(),
):
    said = [EncodedText(text, None, weight) for text, weight in texts]
    utterance = utterance_of(said, forms, lang, numbers)
    same = equals(utterance, forms, scores, SoundCodes(lang)) if scores else Equals()
    alike = same.size > 1 and not same.shared
    return candidate_features(FEATURES, cosine, heard, forms[0], utterance, entities, same.shared, alike)


def test_the_golden_file_is_what_its_tool_writes() -> None:
    written = [json.loads(line) for line in TARGET.read_text("utf-8").split("\n") if line]
    assert written == [json.loads(json.dumps(row)) for row in rows()]


def test_features_are_those_of_plain_steps() -> None:
    for row in rows():
        fields = ("lang", "texts", "forms", "heard", "cosine", "entities", "numbers", "scores")
        found = features(*(row[field] for field in fields))
        assert found == pytest.approx(row["features"], abs=1e-6), row


@given(TEXTS.filter(bool), TEXTS.filter(bool), st.floats(-300, 300), st.floats(0, 300))
def test_more_evidence_never_lowers_a_feature(text: str, form: str, heard: float, more: float) -> None:
    before, after = (features("en", [(text, 1.0)], [form], score) for score in (heard, heard + more))
    assert list(before) == list(FEATURES)
    assert all(after[name] >= value for name, value in before.items())
    assert 0 <= before["whole"] <= before["explained"] <= 1


@given(TEXTS, TEXTS, TEXTS)
def test_a_form_among_other_words_is_said_whole(before: str, form: str, after: str) -> None:
    text = " ".join(f"{before} {form} {after}".split())
    assert is_said_whole(form, text) == bool(form)
    assert is_said_whole(form.replace(" ", ""), text) == bool(form)


@pytest.mark.parametrize("text", ["", "kissing fm", "kiss", "fm kiss", "akiss fm", "kiss the fm"])
def test_a_form_in_pieces_is_not_said_whole(text: str) -> None:
    assert not is_said_whole("kiss fm", text)


def test_a_name_said_exactly_explains_all_and_misses_nothing() -> None:
    score = exact_score("en", "kiss fm")
    found = features("en", [("play kiss fm please", 1.0)], ["kiss fm"], score)
    assert (found["whole"], found["explained"], found["missing"]) == (1.0, 1.0, 0.0)
    half = features("en", [("play kiss fm please", 3.0), ("play miss fm", 1.0)], ["kiss fm"], score)
    assert half["whole"] == 0.75


def test_a_place_that_a_candidate_has_is_part_of_the_name() -> None:
    said = [("turn on the light in the kitchen", 1.0)]
    known, unknown = (
        features("en", said, ["light", other], 50)["explained"] for other in ("kitchen", "lamp")
    )
    assert known == unknown == 1  # said whole
    known, unknown = (features("en", said, ["lights", other], 50)["explained"] for other in ("kitchen", "x"))
    assert known < unknown


@pytest.mark.parametrize(
    ("text", "form", "whole"),
    [
        ("turn on the light in the kitchen please", "kitchen light", 1),  # nothing else but carriers
        ("turn on the light in the kitchen of zoe", "kitchen light", 0),
        ("turn on the light", "kitchen light", 0),  # a word is missing
        ("please", "", 0),
        ("zoe adams", "adams zoe", 1),
        ("zoe baker adams", "adams zoe", 0),
    ],
)
def test_a_form_whose_words_are_all_that_is_said_is_said_whole(text: str, form: str, whole: int) -> None:
    assert features("en", [(text, 1.0)], [form, "kitchen lamp"], 9)["whole"] == whole


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("play rocky five", "rocky 4", -1),
        ("play rocky 5", "rocky", -1),
        ("play 5 rocky movies", "rocky", -1),
        ("play rocky five", "rocky 5", 0),
        ("play five of the rocky movies", "rocky", 0),  # not beside it
        ("rate rocky 5 stars", "rocky", 0),  # of something else
        ("play rocky 5 please", "rocky", -1),
        ("play rocky balboa 5", "rocky balboa 4", -1),
        ("play rocky 5", "rocky balboa", 0),  # it is not said
        ("play rocky 5", "rocky fm 4", -1),
        ("play rocky 103 5", "rocky 104 5", 0),  # a frequency
        ("play rocky", "rocky 4", 0),  # no number is said
        ("play rocky five", "tulsa", 0),  # no word of the form
        ("play rocky v", "rocky 5", 0),  # the same number
        ("eighties radio 5", "1980 s radio 5 live", 0),  # a year
        ("play 80 radio", "radio 1980", 0),
        ("play 1980 radio", "80 radio live", 0),
        ("play 1980 radio", "1880 radio", -1),
        ("rocky 5", "rocky vijf", 0),  # no number word of this language: not said
        ("five", "", 0),
    ],
)
def test_a_number_that_the_form_lacks_beside_a_word_of_it(text: str, form: str, number: int) -> None:
    assert features("en", [(text, 1.0)], [form], 9, numbers=2)["number"] == number
    halves = features("en", [(text, 1.0), ("x", 3.0)], [form], 9, numbers=2)["number"]
    assert halves == number / 4


def test_numbers_spelled_otherwise_count_where_the_bundle_reads_them() -> None:
    for text, forms, readings in (
        ("play rocky five", ["rocky 5"], [0, 1, 1]),
        ("play rocky five", ["rocky v"], [0, 0, 1]),  # the second reading
        ("play rocky 5", ["rocky five"], [0, 1, 1]),
        ("play rocky 5", ["rocky five", "rocky v"], [0, 0, 1]),
    ):
        found = [features("en", [(text, 1.0)], forms, 9, numbers=numbers) for numbers in (0, 1, 2)]
        assert [each["whole"] for each in found] == readings, (text, forms)
    score = exact_score("en", "rocky five")  # the name as it stands says how much there is to explain
    found, other = (features("en", [("rocky five", 1.0)], ["rocky 4"], score / 2, numbers=n) for n in (0, 2))
    assert found["explained"] == other["explained"] == pytest.approx(0.5, abs=0.01)


def test_without_texts_only_the_other_features_are_made() -> None:
    assert candidate_features({"size", "heard"}, 0.5, 8.0, "", None, 1) == {
        "heard": pytest.approx(0.6931, abs=1e-4),
        "size": 0,
    }
    assert Utterance([], 0.0, "en").texts == []


def test_a_bundle_gets_the_features_that_it_weighs(bundle) -> None:
    plain = EntityResolver(bundle.with_manifest(rerank=RERANK, calibration={}))
    assert list(plain.explain("pon kiss fm")[0].signs) == ["cosine", "heard"]
    weights = {"cosine": 4.0, "whole": 1.0, "explained": 3.0, "missing": 0.2, "number": 0.4, "size": 0.1}
    weights |= {"shared": 3.0, "alike": 0.0}
    calibration = {"reranked": {"weights": weights}, "dense": {"weights": {"cosine": 9.0, "size": 0.2}}}
    changed = bundle.with_manifest(rerank=RERANK, calibration=calibration)
    resolver = EntityResolver(changed)
    assert list(resolver.explain("pon kiss fm")[0].signs) == list(FEATURES)
    assert list(EntityResolver(changed, rerank=False).explain("pon kiss fm")[0].signs) == ["cosine", "size"]
    own = resolver.with_entries([{"name": "Kiss FM mia"}])
    one, other = (each.explain("pon kiss fm", 1)[0].signs["size"] for each in (resolver, own))
    assert one > other


def test_typed_requests_are_judged_by_their_own_calibration(bundle) -> None:
    usual = {"weights": {"cosine": 9.0}, "bias": 0.0}
    shy = {"weights": {"explained": 0.1}, "bias": -9.0}
    changed = bundle.with_manifest(rerank=RERANK, calibration={"reranked": usual, "typed": shy})
    resolver, name = EntityResolver(changed), bundle.entities[0].name
    assert resolver.resolve(name).decision != "no_match"
    assert resolver.resolve(name, typed=True).decision == "no_match"
    assert resolver.resolve_batch([name], typed=True) == [resolver.resolve(name, typed=True)]
    assert resolver.with_entries([{"name": "mine"}]).resolve(name, typed=True).decision == "no_match"
    for same in (EntityResolver(bundle.with_manifest(rerank=RERANK)), EntityResolver(changed, rerank=False)):
        assert same.resolve(name, typed=True) == same.resolve(name)
    with pytest.raises(TypeError, match="typed as True or False"):
        resolver.resolve(name, typed=1)
