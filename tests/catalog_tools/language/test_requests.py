"""Requests: every one asks for its name, carriers come from where they should, noise is learned and bounded."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_tools.language.noise import Confusions, learn_confusions, typing_slip
from catalog_tools.language.requests import (
    LANGUAGES,
    Carriers,
    NoiseMix,
    RequestGenerator,
    carriers_of_annotations,
)
from edge_er.text.canonical import canonical_text

QUIET = NoiseMix(clean=1.0, foreign_carrier=0.0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_shipped_phrase_has_one_place_for_the_name(lang):
    carriers = Carriers.of_language(lang)
    assert len(carriers.phrases) >= 30
    assert all(phrase.count("{}") == 1 for phrase in (*carriers.phrases, *carriers.nouns))
    assert all(
        "{" not in word for word in (*carriers.wake, *carriers.places, *carriers.apps, *carriers.polite)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_clean_request_holds_its_name(lang):
    generator = RequestGenerator.of_languages([lang], mix=QUIET)
    name = "zyxolwuk plonk"
    requests = [generator.request(name, lang, random.Random(seed)) for seed in range(200)]
    assert all(name in request for request in requests)
    assert len(set(requests)) > 60


def test_about_one_request_in_eight_has_a_foreign_carrier():
    carriers = {"es": Carriers(("ponme {}",)), "en": Carriers(("play {}",))}
    generator = RequestGenerator(
        carriers, {lang: Confusions([]) for lang in carriers}, mix=NoiseMix(clean=1.0)
    )
    made = [generator.request("cadena ser", "es", random.Random(seed)) for seed in range(2000)]
    share = sum(request.startswith("play") for request in made) / len(made)
    assert share == pytest.approx(0.125, abs=0.03)


def test_the_same_seed_gives_the_same_requests():
    generator = RequestGenerator.of_languages()
    first = [generator.request("Radio 4", "en", random.Random(seed)) for seed in range(50)]
    assert first == [generator.request("Radio 4", "en", random.Random(seed)) for seed in range(50)]


@given(st.text(min_size=1, max_size=30), st.integers(0, 10_000), st.sampled_from(LANGUAGES))
@settings(max_examples=200)
def test_requests_are_canonical_and_not_empty(name, seed, lang):
    request = RequestGenerator.of_languages().request(name, lang, random.Random(seed))
    assert request == canonical_text(request)
    assert request or not canonical_text(name)


def test_carriers_of_annotations_open_one_slot_at_a_time():
    rows = [
        {"scenario": "play", "annot_utt": "pon [radio_name : kiss fm] en [house_place : la cocina]"},
        {"scenario": "play", "annot_utt": "pon [song_name : macarena] de [artist_name : los del rio]"},
        {"scenario": "calendar", "annot_utt": "llama a [person : juan] por [media_type : radio]"},
        {"scenario": "play", "annot_utt": "sube el volumen"},
    ]
    assert carriers_of_annotations(rows) == [
        "pon {} en la cocina",
        "pon {} de los del rio",
        "pon macarena de {}",
        "llama a {} por radio",
    ]


def test_unwanted_carriers_are_left_out():
    rows = [{"scenario": "play", "annot_utt": "Pon [radio_name : kiss fm], por favor"}]
    assert carriers_of_annotations(rows, frozenset({"pon por favor"})) == []


def test_confusions_are_learned_with_their_rates():
    pairs = (
        [("bla vino", "bla bino")] * 30
        + [("bla vino", "bla vino")] * 70
        + [("ganz anders", "xyz qqq ppp")] * 50
    )
    table = learn_confusions(pairs, min_count=5)
    assert [row for row in table.rows if row[0] == "v"] == [("v", "b", pytest.approx(0.3, abs=0.01))]
    assert not any("x" in heard or "q" in heard for _, heard, _ in table.rows)


def test_distortion_follows_the_rates():
    table = Confusions([("v", "b", 0.3)])
    rng = random.Random(0)
    heard = [table.distort("vino", rng) for _ in range(3000)]
    assert set(heard) == {"vino", "bino"}
    assert heard.count("bino") / len(heard) == pytest.approx(0.3, abs=0.03)
    assert table.distort("vino", rng, 0.0) == "vino"


def test_shipped_confusions_change_speech_but_keep_it_recognisable():
    from rapidfuzz import fuzz

    rng = random.Random(1)
    for lang in LANGUAGES:
        table = Confusions.of_language(lang)
        assert len(table.rows) > 500
        assert all(0 < rate <= 1 for _, _, rate in table.rows)
        said = "radio nacional clasica"
        heard = [table.distort(said, rng) for _ in range(200)]
        assert len(set(heard)) > 50
        assert sum(fuzz.ratio(said, h) for h in heard) / len(heard) > 60


@given(st.text(alphabet="abc 12", min_size=0, max_size=20), st.integers(0, 1000))
def test_a_slip_changes_little(text, seed):
    text = " ".join(text.split())
    slipped = typing_slip(text, random.Random(seed))
    assert abs(len(slipped) - len(text)) <= 2
