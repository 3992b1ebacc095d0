"""Requests that confidence is fitted on: what they may hold, and what they must not."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from tiny import require
from tiny_data import names, write_data, write_rows

from catalog_tools.language.requests import LANGUAGES
from edge_er.bundle.entity import Entity
from edge_er.bundle.locate import data_folder
from edge_er.errors import EdgeERError
from edge_er.text.canonical import canonical_text
from edge_er.training.data.annotated import Catalogued, Utterance, Utterances, judged_texts
from edge_er.training.data.decision_catalogs import decision_catalogs
from edge_er.training.data.decision_requests import KINDS, Catalog, Source
from edge_er.training.data.made_names import made_contacts, made_devices, made_rooms
from edge_er.training.data.shared_words import SharedWords
from edge_er.training.data.voice_requests import entities_of

SAID = (
    ("iot_hue_lightoff", "turn off the light in the [house_place : kitchen] please"),
    ("email_sendemail", "write to [person : mary brown] about [person : joe]"),
    ("play_music", "play [artist_name : the nobodies]"),
    ("weather_query", "is it warm"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A tiny data folder in which people typed two of the texts that are fitted on."""
    write_data(tmp_path)
    rows = [
        {
            "partition": "train",
            "intent": intent,
            "scenario": "x",
            "annot_utt": text,
            "utt": text.replace("[", "").replace("]", "").replace("house_place : ", ""),
        }
        for intent, text in SAID
    ]
    write_rows(tmp_path / "massive" / "en-US.jsonl.gz", rows)
    people = [
        {"query": "Turn off the light in the kitchen, please!"},
        {"query": f"play {names('en', 'station', 12)[0]}"},
    ]
    write_rows(tmp_path / "people" / "dev" / "room.jsonl.gz", people)
    return tmp_path


def test_nothing_is_fitted_on_what_people_asked(folder: Path) -> None:
    judged = judged_texts(folder)
    assert len(judged) == 2
    source = Source(folder)
    asked = [
        question.text
        for catalog in decision_catalogs(source, folder, 1)
        for question in source.questions(catalog, random.Random(1))
    ]
    assert len(asked) > 500
    assert not judged.intersection(map(canonical_text, asked))
    assert not any("the light in the" in text for text in asked)  # its sentence is no sentence for others


def test_nothing_of_the_real_mixture_is_what_people_asked() -> None:
    try:
        folder = data_folder(None)
    except EdgeERError:
        folder = Path("nowhere")
    require("people", (folder / "people").is_dir(), "no people in the data folder")
    judged = judged_texts(folder)
    for lang in LANGUAGES:
        utterances = Utterances(folder, lang, judged)
        assert len(utterances.all) > 5000
        assert not any(canonical_text(each.text) in judged for each in utterances.all)


def test_a_sentence_keeps_a_place_for_one_name_of_its_kind(folder: Path) -> None:
    utterances = Utterances(folder, "en", frozenset())
    assert utterances.sentences("room") == ["turn off the light in the {} please"]
    assert utterances.sentences("artist") == ["play {}"]
    assert utterances.sentences("contact") == []  # one with two people asks for both
    everything = Utterances(folder, "en", frozenset({canonical_text("play artist_name : the nobodies")}))
    assert everything.sentences("artist") == []


@pytest.mark.parametrize(
    ("slot", "value", "named"),
    [
        ("house_place", "kitchen", True),
        ("date", "kitchen", True),  # a whole name, whatever the slot
        ("person", "mary", True),  # a part of a name, where names stand
        ("date", "mary", False),
        ("person", "mary brown junior", True),  # a name in it
        ("person", "peter", False),
    ],
)
def test_a_sentence_that_names_something_is_no_negative(slot: str, value: str, named: bool) -> None:
    catalog = Catalogued(["kitchen", "mary brown"])
    assert catalog.named_in(Utterance("x", "y", (("time", "now"), (slot, value)))) == named


def test_every_kind_is_asked_of_made_catalogs_and_both_halves(folder: Path) -> None:
    source = Source(folder)
    entities = entities_of(made_devices("en", 30, random.Random(2)), "en")
    questions = list(source.questions(Catalog("device", "en", entities, 20, made=True), random.Random(3)))
    kinds = Counter(question.kind for question in questions)
    assert set(kinds) <= set(KINDS)
    assert {"typed", "recognised", "noisy", "generated", "typed otherwise", "senseless"} <= set(kinds)
    assert {question.fitted for question in questions} == {True, False}
    for question in questions:
        assert bool(question.right) == ("," not in question.kind and question.kind != "senseless")
    again = source.questions(Catalog("device", "en", entities, 20, made=True), random.Random(3))
    assert questions == list(again)


def test_a_first_name_asks_for_the_only_one_who_has_it(folder: Path) -> None:
    people = [Entity("0", "Ann Lee"), Entity("1", "Bob Ray"), Entity("2", "Bob Lee")]
    able = Source(folder)._able(Catalog("contact", "en", people, 5, made=True))
    assert {(name.said, name.right) for name in able} == {
        ("Ann Lee", frozenset({0})),
        ("Ann", frozenset({0})),
        ("Bob Ray", frozenset({1})),
        ("Bob Lee", frozenset({2})),
    }


@pytest.mark.parametrize("lang", LANGUAGES)
def test_homes_and_contacts_are_made(lang: str) -> None:
    rooms, devices = made_rooms(lang, 14, random.Random(1)), made_devices(lang, 60, random.Random(1))
    assert (len(set(rooms)), len(set(devices))) == (14, 60)
    artists = [f"{first} {last}" for first in ("Ann", "Bob", "Cyd") for last in ("Lee", "Ray", "Orr")]
    people = made_contacts(artists, 8, random.Random(1))
    assert len(set(people)) == 8
    assert set(" ".join(people).split()) <= set(" ".join(artists).split())
    assert made_contacts(["DJ X"], 8, random.Random(1)) == []


def test_shared_words_are_those_of_several_names_and_no_name() -> None:
    names = ["Qoppa Big Lantern", "Sampi Big Lantern", "Big Lantern", "Sampi Lamp", "The Red Lamp"]
    shared = SharedWords(entities_of(names, "en"))
    assert dict(shared.of_name("Sampi Big Lantern")) == {"sampi": {1, 3}, "lantern": {0, 1, 2}}
    assert dict(shared.of_name("The Red Lamp")) == {"lamp": {3, 4}}
    many = SharedWords(entities_of([f"Hall {letter}{letter}x" for letter in "abcdefghijklmnopq"], "en"))
    assert dict(many.of_name("Hall aax")) == {}


def test_requests_for_shared_words_are_for_all_that_share_them(folder: Path) -> None:
    source, names = Source(folder), [f"{room} Lantern" for room in ("Qoppa", "Sampi", "Digamma", "Stigma")]
    entities = entities_of(names, "en")
    asked = list(source.questions(Catalog("device", "en", entities, 20, made=True), random.Random(3)))
    shared = [each for each in asked if each.kind == "typed shared words"]
    assert shared
    for question in shared:
        assert "lantern" in question.text
        assert question.right == {0, 1, 2, 3}
