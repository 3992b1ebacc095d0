"""Suggestions: the golden file, and what resolvers give while a text is typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import ENTITIES, make_bundle, require_packages

from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.constants import SUGGEST
from edge_er.errors import FilterError
from edge_er.ranking.suggest import FormSuggestions, TypedText, favour_of, suggested
from edge_er.resolver import EntityResolver
from edge_er.text.ngrams import NgramIndex
from edge_er.text.sound_codes import SoundCodes
from tools.golden.make_suggest import TARGET, K, rows

GOLDEN: list[dict[str, Any]] = [json.loads(line) for line in TARGET.read_text("utf-8").split("\n") if line]


def test_the_golden_rows_are_what_the_tool_writes() -> None:
    assert list(rows()) == GOLDEN


def _sets(row: dict[str, Any]) -> list[FormSuggestions]:
    texts, owners, demand = zip(*row["catalog"], strict=True)
    ngrams = NgramIndex(SoundCodes(row["lang"]).all(texts)) if row["by_sound"] else None
    sets = [FormSuggestions(texts, np.array(owners), np.array(demand), row["lang"], ngrams)]
    if row["own"]:
        own, owners, demand = zip(*row["own"], strict=True)
        columns = (own, np.array(owners), np.array(demand), row["lang"])
        sets.append(FormSuggestions(*columns, first=len(texts), base=sets[0]))
    return sets


def test_golden_rows() -> None:
    for row in GOLDEN:
        allowed = None
        if row["allowed"] is not None:
            allowed = np.isin(np.arange(100), row["allowed"])
        typed = TypedText(row["canonical"], row["finished"])
        favour = {entity: favour_of(count) for entity, count in row["favour"]}
        found = suggested(_sets(row), typed, K, row["numbers"], allowed, favour)
        assert [list(each) for each in found] == row["suggestions"], row["text"]


def test_the_golden_rows_need_every_constant(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in vars(SUGGEST).items():
        changed = type(SUGGEST)({**vars(SUGGEST), name: 1 if name == "similar_share" else value + 3})
        for module in ("edge_er.ranking.suggest", "edge_er.text.completions"):
            monkeypatch.setattr(f"{module}.SUGGEST", changed)
        with pytest.raises(AssertionError):
            test_golden_rows()


@pytest.fixture(scope="module")
def resolver(bundle: Bundle, engine: str) -> EntityResolver:
    return EntityResolver(bundle)


def names(resolver: EntityResolver, text: str, **options: Any) -> list[str]:
    return [each.name for each in resolver.suggest(text, **options)]


def test_what_is_typed_is_completed(resolver: EntityResolver) -> None:
    assert names(resolver, "Cadena S") == ["Cadena SER", "Cadena SER +"]
    assert names(resolver, "pon la cadena s", top_k=1) == ["Cadena SER"]
    assert names(resolver, "clasica r") == ["RNE Radio Clásica"]
    assert names(resolver, "cadnea s") == ["Cadena SER", "Cadena SER +"]
    assert names(resolver, "إذاعة ا") == ["إذاعة الشرق"]
    assert names(resolver, "zzz") == []


def test_the_completed_text_is_shown_only_if_people_may_see_it(resolver: EntityResolver) -> None:
    found = {text: resolver.suggest(text)[0].completed for text in ("los 40 p", "los cuar", "los4")}
    assert found == {"los 40 p": "Los 40 Principales", "los cuar": "LOS40", "los4": "LOS40"}


def test_a_suggestion_is_what_its_dictionary_says(resolver: EntityResolver) -> None:
    first = resolver.suggest("kiss")[0]
    assert first.to_dict() == {
        "id": "es-4",
        "name": "Kiss FM",
        "aliases": [],
        "score": 4 * 4 - 2 + 20,
        "completed": "Kiss FM",
        "metadata": {"country": "ES", "streams": ["https://kiss.example/a", "https://kiss.example/b"]},
    }
    assert hash(first) == hash(resolver.suggest("kiss")[0])


def test_filters_are_those_of_resolve(resolver: EntityResolver) -> None:
    assert names(resolver, "cadena", where={"tags": "talk"}) == ["Cadena SER +"]
    assert names(resolver, "cadena", ids={"es-2", "none"}) == ["Cadena SER +"]
    assert names(resolver, "cadena", ids=()) == []
    with pytest.raises(FilterError):
        resolver.suggest("cadena", where={"nothing": 1})


def test_wrong_arguments_are_refused(resolver: EntityResolver) -> None:
    with pytest.raises(ValueError, match="top_k"):
        resolver.suggest("cadena", 0)
    with pytest.raises(TypeError):
        resolver.suggest(7)  # type: ignore[arg-type]


def test_an_empty_text_becomes_what_is_asked_for_most(
    resolver: EntityResolver, encoder_files: dict[str, bytes]
) -> None:
    asked = tuple(replace(each, metadata={"popularity": 10 * at}) for at, each in enumerate(ENTITIES))
    popular = EntityResolver(make_bundle(asked, encoder_files))
    assert names(popular, "", top_k=2) == names(popular, "  ", top_k=2) == ["Onda Cero", "إذاعة الشرق"]
    assert len(names(popular, "", top_k=99)) == len(ENTITIES) - 1
    assert names(resolver, "") == []


def test_own_entries_and_favours_count(resolver: EntityResolver) -> None:
    mine = resolver.with_entries(
        [{"id": "me", "name": "Cadenas"}, {"id": "es-4", "name": "Cadera"}], popularity={"es-2": 70}
    )
    assert names(mine, "cadena", top_k=3) == ["Cadena SER +", "Cadenas", "Cadena SER"]
    assert [each.completed for each in mine.suggest("cader")] == ["Cadera"]
    assert names(mine, "cader") == ["Kiss FM"]
    assert [each.completed for each in mine.suggest("")] == ["Cadena SER +"]
    renamed = mine.with_entries([{"id": "es-2", "name": "Ya"}])
    assert [each.completed for each in renamed.suggest("")] == ["Cadena SER +"]
    mine.remove("me")
    assert names(mine, "cadenas") == ["Cadena SER +", "Cadena SER"]
    assert names(mine.with_entries([{"name": "Susi"}]), "sus") == ["Susi"]


def test_vectors_alone_suggest_the_same(resolver: EntityResolver, bundle: Bundle) -> None:
    alone = EntityResolver(bundle.with_manifest(rerank={"heard": 1, "sound_pieces": 1}), rerank=False)
    for text in ("cadena", "cadnea s", "cadenaser", "kis"):
        assert alone.suggest(text) == resolver.suggest(text)


def test_a_large_catalog_suggests_the_same_but_nothing_by_sound(
    resolver: EntityResolver, bundle: Bundle, tmp_path: Path
) -> None:
    require_packages("faiss")
    from catalog_tools.build.index_choice import with_index

    write_bundle(tmp_path / "large", with_index(bundle, "IVF1,SQ8", target=1.0))
    large = EntityResolver.load(tmp_path / "large")
    for text in ("cadena s", "kis", "cadnea", "los cuar"):
        assert large.suggest(text) == resolver.suggest(text) != ()
    assert names(large, "cadena", where={"tags": "talk"}) == ["Cadena SER +"]
    assert names(resolver, "cadenaser")[0] == "Cadena SER"
    assert names(large, "cadenaser") == []
    assert names(large.with_entries([{"name": "Susi"}]), "sus") == ["Susi"]
