"""Words of a large catalog: the scores of a `WordIndex`, names that vectors do not bring, and files that lie."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tiny import make_bundle, require_packages

from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.bundle.entity import Entity
from edge_er.errors import BundleCorruptError
from edge_er.index.stored_words import StoredWords, WordPostings, word_postings
from edge_er.resolver import EntityResolver
from edge_er.text.carriers import name_span
from edge_er.text.word_values import frequencies
from edge_er.text.words import NO_SCORE, WordIndex

# Strong words, numbers, words of carriers, fillers, scripts without spaces; few, so that forms share them and are said
# whole.
NAMES = ("kexp", "future", "back", "zz", "إذاعة", "電視", "把電視靜音", "靜音")
WORDS = (*NAMES, "4", "98", "the", "to", "play", "radio", "fm")
RERANK = {"heard": 231, "sound_pieces": 47, "dense_forms": 2, "words": 16, "numbers": 2}
COUNT = 600
ASKED = 60


def some_words(least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=least, max_size=most).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(st.lists(some_words(0, 5), max_size=40), some_words(0, 7), st.booleans())
@example(["把電視靜音 電視"], "把電視靜音", True)  # its words explain more than is left
def test_scores_are_those_of_a_word_index(forms: list[str], request: str, often: bool) -> None:
    forms = forms * 9 if often else forms  # then no word is rare
    index = WordIndex("en", forms)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_FORMS_AT_ONCE", "_PAIRS_AT_ONCE"):
            patch.setattr(f"edge_er.index.stored_words.{name}", 3)
        stored = StoredWords("en", len(forms), word_postings(forms))
    assert stored.common == index.common
    assert [word in stored for word in WORDS] == [word in index for word in WORDS]
    span = name_span(request, index)
    whole = index.scores(request, span).scores
    scored, scores = stored.scored(request, span)
    rare = stored.rare(request, span)
    assert not (often and len(rare))
    assert [stored.having(word) for word in (*WORDS, "none")] == [
        index.having(word) for word in (*WORDS, "none")
    ]
    assert set(np.flatnonzero(whole > NO_SCORE).tolist()) <= {*scored.tolist(), *rare.tolist()}
    for form, score in zip(scored.tolist(), scores.tolist(), strict=True):
        if form not in rare and not frequencies(forms[form].split()):
            assert score == whole[form]


def test_few_forms_beside_the_stored_words_have_the_scores_of_all() -> None:
    names = [
        "luna loca mexican cantina",
        "zoe sports 98 9",
        *(f"zoe sports {at}" for at in range(9)),
        "吸顶灯 客厅",
    ]
    index, stored = WordIndex("en", names), StoredWords("en", len(names), word_postings(names))
    for request, best in (("is luna loca pricey", 0), ("sports zoe 98", 1), ("吸顶灯打开", 11)):
        few = [best, 3, 4]
        expected = index.scores(request, name_span(request, index)).scores
        found = WordIndex("en", [names[form] for form in few], stored).scores(request).scores
        assert found.tolist() == expected[few].tolist()
    assert stored.rare("is luna loca pricey", (0, 4)).tolist() == [0]
    assert stored.rare("luna zoe", (1, 2)).tolist() == []


def test_the_same_forms_give_the_same_postings() -> None:
    forms = ["back to the future", "the future", "", "kexp kexp"]
    text, having, owners = word_postings(iter(forms))
    assert text.tobytes().decode() == "back\nfuture\nkexp\nthe\nto\n"
    assert having.tolist() == [1, 2, 1, 2, 1]
    assert owners.tolist() == [0, 0, 1, 3, 0, 1, 0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": np.frombuffer(b"back\nfuture\xff\n", np.uint8)},
        {"text": np.frombuffer(b"back\nback\n", np.uint8)},
        {"text": np.frombuffer(b"back\nfuture", np.uint8)},
        {"having": np.array([3], np.int32)},
        {"having": np.array([3, 0], np.int32)},
        {"having": np.array([1, 3], np.int32)},
        {"forms": np.array([0, 1, 2], np.int32)},
        {"forms": np.array([0, 1, -1], np.int32)},
    ],
)
def test_postings_that_do_not_fit(wrong: dict[str, np.ndarray]) -> None:
    right = word_postings(["back future", "future"])
    assert StoredWords("en", 2, right).common == frozenset()
    with pytest.raises(BundleCorruptError, match=r"words\.safetensors: .*build the bundle again"):
        StoredWords("en", 2, right._replace(**wrong))
    with pytest.raises(BundleCorruptError, match="numbers of forms below 1"):
        StoredWords("en", 1, WordPostings(*right))


def made_names() -> list[str]:
    """Names of three to five made words, no two of the same words."""
    choose = random.Random(7)
    parts = ("ka", "lo", "mi", "ter", "vun", "sa", "pre", "dol", "xi", "gra")
    words = sorted({choose.choice(parts) + choose.choice(parts) + choose.choice(parts) for _ in range(400)})
    sets = {frozenset(choose.sample(words, choose.randint(3, 5))) for _ in range(COUNT)}
    return [" ".join(sorted(each, key=lambda word: word[::-1])) for each in sorted(sets, key=sorted)]


@pytest.fixture(scope="module")
def exact(encoder_files: dict[str, bytes]) -> Bundle:
    entities = tuple(Entity(f"n{at:05}", name) for at, name in enumerate(made_names()))
    card = {**json.loads(encoder_files["encoder.json"]), "rerank": RERANK}
    return make_bundle(entities, {**encoder_files, "encoder.json": json.dumps(card).encode()})


@pytest.fixture(scope="module")
def large(exact: Bundle, tmp_path_factory: pytest.TempPathFactory) -> EntityResolver:
    """The same with an index of which two forms are looked at, so that vectors bring little."""
    require_packages("faiss")
    from catalog_tools.build.index_choice import with_index

    bundle = with_index(exact, "SQ8", target=0.1)
    index = {**bundle.manifest["index"], "reads": 2, "candidates": 2}
    path = tmp_path_factory.mktemp("large") / "big"
    write_bundle(path, bundle.with_manifest(index=index))
    return EntityResolver.load(path)


def changed_round(entity: Entity) -> str:
    words = entity.name.split()
    random.Random(entity.id).shuffle(words)
    return " ".join(words)


def test_words_changed_round_find_what_vectors_do_not_bring(exact: Bundle, large: EntityResolver) -> None:
    small = EntityResolver(exact)
    unseen = 0
    for entity in exact.entities[:: COUNT // ASKED]:
        for request in (changed_round(entity), f"play {changed_round(entity)}", entity.name):
            found, expected = large.resolve(request), small.resolve(request)
            first = found.matches[0]
            assert first.id == entity.id, request
            assert (first.id, first.score) == (expected.matches[0].id, expected.matches[0].score)
            assert found.decision == expected.decision
        part = " ".join(changed_round(entity).split()[1:])
        assert large.resolve(part, 1).matches[0].id == small.resolve(part, 1).matches[0].id
        (encoded,) = large._encoded([changed_round(entity)], [1.0])
        near = large._catalog._near(encoded.vector, 2, None)  # type: ignore[attr-defined]
        unseen += entity.name not in {large._catalog.canonical_form(form) for form in near.tolist()}
    assert unseen > ASKED // 4


def test_filters_leave_words_out_too(exact: Bundle, large: EntityResolver) -> None:
    entity, other = exact.entities[5], exact.entities[6].id
    assert large.resolve(changed_round(entity), ids=[entity.id, other]).matches[0].id == entity.id
    found = large.resolve(changed_round(entity), ids=[other, exact.entities[7].id])
    assert entity.id not in {match.id for match in found.matches}


def test_without_a_weight_no_words_are_kept_or_read(exact: Bundle, tmp_path: Path) -> None:
    require_packages("faiss")
    from catalog_tools.build.index_choice import with_index

    plain = exact.with_manifest(rerank={**RERANK, "words": 0})
    bundle = with_index(plain, "SQ8", target=0.1)
    assert bundle.word_postings is None
    found = EntityResolver(bundle).resolve(exact.entities[3].name)
    assert found.matches
    assert EntityResolver(replace(bundle, word_postings=None)).resolve(exact.entities[3].name) == found
