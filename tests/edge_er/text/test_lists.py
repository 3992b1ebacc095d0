"""What is made of a whole catalog at once, beside the same one by one."""

from __future__ import annotations

import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import REPOSITORY

from edge_er.bundle.entity import Entity, spelled_forms
from edge_er.text.canonical import canonical_text
from edge_er.text.canonical_lists import canonical_texts
from edge_er.text.distinct import distinct, distinct_places
from edge_er.text.sound_codes import SoundCodes
from edge_er.text.split_forms import split_forms

LIKELY = st.text("aBéß&+'’ .,-0123456789\n\tñ中Æ", max_size=14)
TEXTS = st.lists(LIKELY | st.text(max_size=8), max_size=8)


@settings(max_examples=400)
@given(TEXTS)
def test_canonical_texts(texts: list[str]) -> None:
    assert canonical_texts(texts) == [canonical_text(text) for text in texts]


def test_the_golden_texts() -> None:
    file = REPOSITORY / "tests" / "golden" / "normalization.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert canonical_texts([row["text"] for row in rows]) == [row["canonical"] for row in rows]
    assert canonical_texts([]) == []


@settings(max_examples=200)
@given(st.lists(st.tuples(LIKELY, st.lists(LIKELY, max_size=3)), max_size=6))
def test_forms_of_all_entities(named: list[tuple[str, list[str]]]) -> None:
    entities = [
        Entity(str(number), name, tuple(others[:2]), tuple(others[2:]))
        for number, (name, others) in enumerate(named)
    ]
    spellings = [pair for entity in entities for pair in entity.spellings.items()]
    texts, forms, counts = spelled_forms(entities)
    assert counts == [len(entity.spellings) for entity in entities]
    assert list(zip(texts, forms, strict=True)) == spellings


@given(TEXTS)
def test_words_as_numbers(texts: list[str]) -> None:
    forms = [canonical_text(text) for text in texts]
    split = split_forms(forms)
    words = list(split.ids)
    assert [words[number] for number in split.word_of] == [word for form in forms for word in form.split()]
    assert split.sizes.tolist() == [len(form.split()) for form in forms]
    assert words == list(dict.fromkeys(word for form in forms for word in form.split()))


@settings(max_examples=200)
@given(st.sampled_from(["de", "en", "xx"]), TEXTS)
def test_sound_codes(lang: str, texts: list[str]) -> None:
    codes, forms = SoundCodes(lang), [canonical_text(text) for text in texts]
    assert codes.all(forms) == [codes(form) for form in forms]


@given(st.lists(st.integers(-5, 5)))
def test_distinct_numbers(listed: list[int]) -> None:
    numbers = np.array(listed, np.int64)
    expected, first = np.unique(numbers, return_index=True)
    found, places = distinct_places(numbers)
    assert distinct(numbers).tolist() == found.tolist() == expected.tolist()
    assert places.tolist() == first.tolist()
