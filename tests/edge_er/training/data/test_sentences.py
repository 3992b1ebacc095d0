"""Unlabelled sentences: WordNet's files as they are, nothing of a test set, and the STS sets themselves."""

import random
import re

import pytest

from edge_er.errors import EdgeERError
from edge_er.text.canonical import canonical_text
from edge_er.training.data.sentences import (
    STS_SETS,
    WORDNET_FILES,
    sts_sets,
    substituted,
    training_sentences,
    unseen_by,
    wordnet_senses,
)

NOUN = (
    "  1 This software and database is being provided to you, the LICENSEE\n"
    "00001740 03 n 02 entity 0 big_thing 1 001 ~ 00001930 n 0000 | that which is perceived to exist; "
    '"she kept it"; "a big thing came home"\n'
)
ADJECTIVE = (
    '00002098 00 a 01 unable(p) 0 001 = 00001740 a 0000 | not having what it takes; "unable to get to town"\n'
)


@pytest.fixture
def wordnet(tmp_path):
    for name in WORDNET_FILES:
        text = NOUN if name == "data.noun" else ADJECTIVE if name == "data.adj" else ""
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_senses_are_read_from_wordnets_own_files(wordnet):
    adjective, noun = wordnet_senses(wordnet)
    assert adjective.words == ("unable",)
    assert adjective.definition == "not having what it takes"
    assert noun.words == ("entity", "big thing")
    assert noun.definition == "that which is perceived to exist"
    assert noun.examples == ("she kept it", "a big thing came home")


def test_a_missing_wordnet_says_where_to_get_it(tmp_path):
    with pytest.raises(EdgeERError, match="wordnet-base"):
        list(wordnet_senses(tmp_path))


def test_sentences_of_a_test_set_are_left_out_whatever_their_case_accents_and_punctuation():
    kept = unseen_by(
        ["A man is playing a guitar."], ["a man is playing a GUITAR", "A man plays.", "a man plays"]
    )
    assert kept == ["A man plays."]


def test_only_words_with_a_synonym_are_substituted():
    synonyms = {"home": ["dwelling"]}
    assert substituted("Go home, now", synonyms, random.Random(0), share=1) == "Go dwelling, now"
    assert substituted("Go home, now", synonyms, random.Random(0), share=0) == "Go home, now"


def test_the_seven_sets_have_the_papers_sizes(data_folder):
    sizes = {name: len(pairs) for name, pairs in sts_sets(data_folder).items()}
    assert sizes == dict(zip(STS_SETS, (3108, 1500, 3750, 3000, 1186, 4927, 1379), strict=True))


def test_no_training_sentence_is_one_of_the_sts_sets(data_folder, wordnet):
    tests = {
        canonical_text(t)
        for pairs in sts_sets(data_folder).values()
        for p in pairs
        for t in (p.first, p.second)
    }
    leaked = next(
        p.first for p in sts_sets(data_folder)["STS12"] if re.fullmatch(r"[\w ,'.]{20,80}", p.first)
    )
    with (wordnet / "data.noun").open("a", encoding="utf-8") as file:
        file.write(f"00001930 03 n 01 leak 0 000 | {leaked.upper()}\n")
    sentences = training_sentences(data_folder, wordnet)
    assert "that which is perceived to exist" in sentences
    assert len(sentences) > 30_000
    assert not tests & {canonical_text(sentence) for sentence in sentences}
