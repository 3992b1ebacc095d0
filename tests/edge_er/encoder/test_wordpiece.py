"""The short WordPiece reader beside the library tokenizers."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import REPOSITORY, make_encoder_files

from edge_er.encoder.wordpiece import WordPiece, read_wordpiece
from edge_er.text.canonical import canonical_text

ENCODERS = ("multilingual-32", "multilingual-32-hpd64")


@cache
def both(name: str) -> tuple[Any, WordPiece]:
    from tokenizers import Tokenizer

    text = (REPOSITORY / "models" / "encoders" / name / "tokenizer.json").read_text(encoding="utf-8")
    pieces = read_wordpiece(text)
    assert pieces
    return Tokenizer.from_str(text), pieces


@pytest.mark.parametrize("name", ENCODERS)
def test_the_golden_requests(name: str) -> None:
    theirs, ours = both(name)
    file = REPOSITORY / "tests" / "golden" / "requests.jsonl"
    texts = [json.loads(line)["canonical"] for line in file.read_text(encoding="utf-8").splitlines()]
    file = REPOSITORY / "tests" / "golden" / "normalization.jsonl"
    texts += [json.loads(line)["canonical"] for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(texts) > 500
    for text in texts:
        assert ours(text) == theirs.encode(text).ids, text


@settings(max_examples=300)
@given(st.sampled_from(ENCODERS), st.text(max_size=40) | st.text("abcdefinorst é中", max_size=150))
def test_any_canonical_text(name: str, text: str) -> None:
    theirs, ours = both(name)
    canonical = canonical_text(text)
    assert ours(canonical) == theirs.encode(canonical).ids


def test_the_longest_word_that_is_read() -> None:
    theirs, ours = both(ENCODERS[0])
    for size in (63, 64, 65, 200):
        assert ours("a" * size) == theirs.encode("a" * size).ids


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("model", "type"), "BPE"),
        (("model", "unk_token"), "<unk>"),
        (("pre_tokenizer",), {"type": "BertPreTokenizer"}),
        (("normalizer",), {"type": "Lowercase"}),
        (("post_processor",), None),
        (("added_tokens",), [{"content": "please", "id": 9}]),
    ],
)
def test_other_tokenizers_are_left_to_the_library(place: tuple[str, ...], value: object) -> None:
    whole = json.loads(make_encoder_files()["tokenizer.json"])
    assert read_wordpiece(json.dumps(whole))
    within = whole
    for key in place[:-1]:
        within = within[key]
    within[place[-1]] = value
    assert read_wordpiece(json.dumps(whole)) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"model": 3}', '{"model": {}, "post_processor": []}'])
def test_what_is_damaged_is_left_to_the_library(text: str) -> None:
    assert read_wordpiece(text) is None
