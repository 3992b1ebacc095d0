"""Filters: only the entities that fit may answer, and all that fit may."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import make_bundle

from edge_er.bundle.entity import Entity
from edge_er.errors import EdgeERError, FilterError
from edge_er.resolver import EntityResolver

COUNTRIES, TAGS = ("ES", "DE", "FR"), ("news", "pop", "talk")
WEIGHTS = {"heard": 200, "sound_pieces": 40, "dense_forms": 200, "sound_forms": 20}
REQUESTS = ("pon la cadena ser", "radio uno", "los cuarenta", "kiss", "zzz")


def catalog(size: int, seed: int = 3) -> tuple[Entity, ...]:
    """Entities with names put together from a few words, and metadata of every kind."""
    chance = random.Random(seed)
    words = ("cadena", "ser", "radio", "kiss", "onda", "cero", "los", "uno", "clasica", "fm")
    return tuple(
        Entity(
            f"e-{index:03}",
            " ".join(chance.sample(words, 2)),
            (f"{chance.choice(words)} {index}",),
            (),
            {
                "country": chance.choice(COUNTRIES),
                "tags": chance.sample(TAGS, chance.randrange(3)),
                "rank": index,
                "live": index % 2 == 0,
                **({"owner": None} if index % 5 == 0 else {}),
            },
        )
        for index in range(size)
    )


@pytest.fixture(scope="module", params=[False, True], ids=["vectors alone", "all evidence"])
def many(request: pytest.FixtureRequest, encoder_files: dict[str, bytes]) -> EntityResolver:
    bundle = make_bundle(catalog(60), encoder_files)
    return EntityResolver(bundle.with_manifest(rerank=WEIGHTS) if request.param else bundle)


def fits(entity: Entity, where: dict[str, Any]) -> bool:
    """The rule once more, for one entity."""
    for field, wanted in where.items():
        values = wanted if isinstance(wanted, (list, set, tuple)) else [wanted]
        if field not in entity.metadata:
            return False
        found = entity.metadata[field]
        if not any(value in (found if isinstance(found, list) else [found]) for value in values):
            return False
    return True


@settings(max_examples=60)
@given(
    query=st.sampled_from(REQUESTS),
    where=st.fixed_dictionaries(
        {},
        optional={
            "country": st.sampled_from(COUNTRIES) | st.sets(st.sampled_from(COUNTRIES)),
            "tags": st.sampled_from(TAGS) | st.lists(st.sampled_from(TAGS)),
            "rank": st.integers(2, 70) | st.lists(st.integers(2, 70)),
            "owner": st.none(),
        },
    ),
)
def test_the_answer_is_the_ranking_of_all_without_those_that_do_not_fit(
    many: EntityResolver, query: str, where: dict[str, Any]
) -> None:
    whole = many.resolve(query, top_k=100).matches
    expected = [
        (match.id, match.score) for match in whole if fits(Entity("", "x", metadata=match.metadata), where)
    ]
    found = many.resolve(query, top_k=100, where=where)
    assert [match.id for match in found.matches] == [identifier for identifier, _ in expected]
    assert [match.score for match in found.matches] == pytest.approx([score for _, score in expected])
    explained = many.explain(query, 100, where=where)
    assert [each.id for each in explained] == [match.id for match in found.matches]
    if not expected:
        assert found.decision == "no_match"


def test_the_last_of_all_is_found_where_only_it_fits(many: EntityResolver) -> None:
    for query in REQUESTS:
        last = many.resolve(query, top_k=60).matches[-1]
        assert many.resolve(query, top_k=1, where={"rank": last.metadata["rank"]}).matches[0].id == last.id
        assert many.resolve(query, top_k=1, ids={last.id}).matches[0].id == last.id


def test_ids_and_metadata_must_both_fit(many: EntityResolver) -> None:
    german = {match.id for match in many.resolve("ser", 60, where={"country": "DE"}).matches}
    other = {match.id for match in many.resolve("ser", 60).matches} - german
    some = {*sorted(german)[:3], *sorted(other)[:3], "nobody"}
    found = many.resolve("ser", 60, where={"country": "DE"}, ids=some)
    assert {match.id for match in found.matches} == set(sorted(german)[:3])
    assert many.resolve("ser", ids=[]).matches == ()
    assert many.resolve("ser", ids=["nobody"]).decision == "no_match"


def test_truth_values_are_no_numbers(many: EntityResolver) -> None:
    assert {
        match.metadata["rank"] % 2 for match in many.resolve("ser", 60, where={"live": True}).matches
    } == {0}
    assert many.resolve("ser", where={"live": 1}).matches == ()
    assert [match.id for match in many.resolve("ser", where={"rank": 1}).matches] == ["e-001"]


def test_a_filter_that_everything_fits_changes_nothing(many: EntityResolver) -> None:
    for query in REQUESTS:
        plain = many.resolve(query)
        for found in (many.resolve(query, where={}), many.resolve(query, where={"country": COUNTRIES})):
            assert [match.id for match in found.matches] == [match.id for match in plain.matches]
            assert found.decision == plain.decision
            assert [match.score for match in found.matches] == pytest.approx(
                [match.score for match in plain.matches]
            )


def test_batches_and_several_texts_are_filtered_too(many: EntityResolver) -> None:
    where = {"country": "FR"}
    alone = [many.resolve(query, where=where) for query in REQUESTS]
    assert many.resolve_batch(REQUESTS, where=where) == alone
    found = many.resolve(nbest=["radio uno", ("kiss", 0.5)], where=where)
    assert {match.metadata["country"] for match in found.matches} == {"FR"}


def test_empty_requests_have_no_matches(many: EntityResolver) -> None:
    assert many.resolve(" ", where={"country": "ES"}).matches == ()
    with pytest.raises(FilterError):
        many.resolve("", where={"contry": "ES"})


def test_an_unknown_field_lists_the_known_ones(many: EntityResolver) -> None:
    with pytest.raises(
        FilterError, match=r"'contry'; did you mean 'country'.*country, live, owner, rank, tags"
    ):
        many.resolve("ser", where={"contry": "ES"})
    assert issubclass(FilterError, ValueError)
    assert issubclass(FilterError, EdgeERError)


def test_a_catalog_without_metadata_says_so(encoder_files: dict[str, bytes]) -> None:
    bare = EntityResolver(make_bundle((Entity("a", "Kiss FM"),), encoder_files))
    with pytest.raises(FilterError, match="the catalog has: no metadata"):
        bare.resolve("kiss", where={"country": "ES"})


@pytest.mark.parametrize(
    "wrong", [{"where": "country=ES"}, {"where": {"country": {"ES": 1}}}, {"where": {"tags": [["pop"]]}}]
)
def test_what_cannot_be_compared_is_refused(many: EntityResolver, wrong: dict[str, Any]) -> None:
    with pytest.raises(FilterError, match="expected"):
        many.resolve("ser", **wrong)


def test_one_id_is_not_a_set_of_letters(many: EntityResolver) -> None:
    with pytest.raises(FilterError, match="ids="):
        many.resolve("ser", ids="e-001")


def test_stream_addresses_are_no_field(resolver: EntityResolver) -> None:
    with pytest.raises(FilterError, match="the catalog has: country, tags"):
        resolver.resolve("ser", where={"streams": "https://ser.example/1"})


def test_command_line(edge_er, bundle_dir: Path) -> None:
    code, out, _ = edge_er(
        "resolve", bundle_dir, "ser", "--json", "--where", "tags=news", "--where", "tags=x"
    )
    assert code == 0
    assert [match["id"] for match in json.loads(out)["matches"]] == ["es-2"]
    code, _, errors = edge_er("resolve", bundle_dir, "ser", "--where", "contry=ES")
    assert (code, errors.count("\n")) == (1, 1)
    assert "did you mean 'country'" in errors
    assert edge_er("resolve", bundle_dir, "ser", "--where", "country")[0] == 2


def test_numbers_on_the_command_line(edge_er, encoder_files: dict[str, bytes], tmp_path: Path) -> None:
    from edge_er.bundle.bundle import write_bundle

    write_bundle(tmp_path / "many", make_bundle(catalog(9), encoder_files))
    for condition, expected in (("rank=4", ["e-004"]), ("live=false", ["e-001", "e-003", "e-005", "e-007"])):
        _, out, _ = edge_er("resolve", tmp_path / "many", "ser", "--json", "--where", condition)
        assert sorted(match["id"] for match in json.loads(out)["matches"]) == expected
