"""A person's own entries answer beside the catalog, with all evidence, safely, and leave it as it is."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import ENTITIES, make_bundle

from edge_er.bundle.bundle import Bundle
from edge_er.bundle.entity import Entity
from edge_er.constants import PERSONAL
from edge_er.errors import CatalogError, FilterError
from edge_er.resolver import EntityResolver

WEIGHTS = {"heard": 200, "sound_pieces": 40, "dense_forms": 24, "sound_forms": 20}
MUM = {"id": "c-1", "name": "Ser Mama", "aliases": ["Mama"], "kind": "contact"}
BREAKFAST = {"id": "es-1", "name": "Pan con tomate", "kind": "favourite", "country": "FR"}
REQUESTS = ("pon la cadena ser", "radio clasica", "los cuarenta", "llama a mama", "zzz", "🎉", " ")


@pytest.fixture(scope="module", params=[False, True], ids=["vectors alone", "all evidence"])
def base(request: pytest.FixtureRequest, bundle: Bundle, engine: str) -> EntityResolver:
    return EntityResolver(bundle.with_manifest(rerank=WEIGHTS) if request.param else bundle)


def test_own_entries_are_found(base: EntityResolver) -> None:
    mine = base.with_entries([MUM])
    assert mine.resolve("llama a mama").matches[0].id == "c-1"
    match = mine.resolve("Ser Mama").best
    assert match is not None
    assert (match.name, match.aliases, match.metadata) == ("Ser Mama", ("Mama",), {"kind": "contact"})
    assert mine.explain("mama", 1)[0].form == "Mama"
    assert len(mine.entities) == len(ENTITIES) + 1
    assert mine.entities[-1].id == "c-1"
    assert [entity.id for entity in mine.entities[-2:]] == ["es-7", "c-1"]


def test_a_nickname_is_one_more_name_of_an_entity(base: EntityResolver) -> None:
    mine = base.with_entries([BREAKFAST])
    match = mine.resolve("pon pan con tomate").matches[0]
    assert (match.id, match.name, match.aliases) == ("es-1", "Cadena SER", ("SER", "Pan con tomate"))
    assert match.metadata["streams"] == ["https://ser.example/1"]
    assert (match.metadata["kind"], match.metadata["country"]) == ("favourite", "ES")
    assert mine.resolve("cadena ser").matches[0].id == "es-1"
    assert len(mine.entities) == len(ENTITIES)
    assert mine.explain("pan con tomate", 1)[0].form == "Pan con tomate"


def test_without_entries_every_answer_is_that_of_the_catalog(base: EntityResolver) -> None:
    for query in REQUESTS:
        mine, plain = base.with_entries([]).resolve(query), base.resolve(query)
        assert (mine.decision, [match.id for match in mine.matches]) == (
            plain.decision,
            [match.id for match in plain.matches],
        )
        assert [match.score for match in mine.matches] == pytest.approx(
            [match.score for match in plain.matches]
        )


def test_own_entries_leave_the_scores_of_the_others(base: EntityResolver) -> None:
    mine = base.with_entries([MUM, {"name": "Radio Ser Cero"}])
    for query in REQUESTS:
        before = {match.id: match.score for match in base.resolve(query, 50).matches}
        after = {match.id: match.score for match in mine.resolve(query, 50).matches}
        assert before == {identifier: after[identifier] for identifier in before}


@settings(max_examples=40)
@given(st.lists(st.sampled_from(ENTITIES), min_size=1, max_size=6, unique=True), st.sampled_from(REQUESTS))
def test_own_entries_score_as_entities_of_the_catalog(
    encoder_files: dict[str, bytes], own: list[Entity], query: str
) -> None:
    """All evidence but the rarity of n-grams, which is that of the catalog without them."""
    weights = {**WEIGHTS, "sound_pieces": 0, "dense_forms": 99}
    rest = tuple(entity for entity in ENTITIES if entity not in own) or ENTITIES[:1]
    both = sorted({*rest, *own}, key=lambda entity: entity.id)
    whole, part = (
        EntityResolver(make_bundle(tuple(entities), encoder_files).with_manifest(rerank=weights))
        for entities in (both, rest)
    )
    mine = part.with_entries([entity for entity in own if entity not in rest])
    expected, found = (
        {match.id: match.score for match in each.resolve(query, 50).matches} for each in (whole, mine)
    )
    assert found == pytest.approx(expected)


def test_add_and_remove(base: EntityResolver) -> None:
    mine = base.with_entries([])
    mine.add(MUM, BREAKFAST)
    assert [entry.id for entry in mine.own_entries] == ["c-1", "es-1"]
    assert mine.resolve("llama a mama").matches[0].id == "c-1"
    mine.remove("c-1")
    assert "c-1" not in {match.id for match in mine.resolve("llama a mama", 50).matches}
    mine.remove("es-1")
    assert mine.resolve("cadena ser").matches[0].aliases == ("SER",)
    assert base.resolve("llama a mama") == base.with_entries([]).resolve("llama a mama")


def test_all_or_none_is_added_and_removed(base: EntityResolver) -> None:
    mine = base.with_entries([MUM])
    with pytest.raises(CatalogError, match=r"'c-1' of 'Dad' is already used by 'Ser Mama'"):
        mine.add({"id": "c-2", "name": "Aunt"}, {"id": "c-1", "name": "Dad"})
    with pytest.raises(CatalogError, match="no own entry has the id 'c-9'"):
        mine.remove("c-1", "c-9")
    assert [entry.id for entry in mine.own_entries] == ["c-1"]
    with pytest.raises(CatalogError, match="already used"):
        base.with_entries([MUM, MUM])


def test_entries_without_an_id_have_one_of_their_name(base: EntityResolver) -> None:
    first, again = (base.with_entries([{"name": name}]).own_entries[0].id for name in ("Mum", "MUM!"))
    assert first == again
    assert first.startswith("me-")
    with pytest.raises(CatalogError, match="give this one another id"):
        base.with_entries([{"name": "Mum"}, {"name": "mum"}])


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"id": "x"}, "column 'name'.*found None"),
        ({"name": "  "}, "column 'name'"),
        ({"name": "a" * 1001}, "found 1001 characters"),
        ({"name": "a", "id": 7}, "column 'id'"),
        ({"name": "a", "aliases": [1]}, "column 'aliases'"),
        *(({"name": "a", "aliases": value}, "column 'aliases'") for value in (False, 0, {}, {"b": 1})),
        ({"name": "a", "popularity": "much"}, "column 'popularity'"),
        ("Mum", "expected an entity or a mapping"),
        (Entity("x", "Mum", metadata={"aliases": []}), "column 'aliases'"),
    ],
)
def test_an_entry_that_cannot_be_used_says_why(base: EntityResolver, entry: object, expected: str) -> None:
    with pytest.raises(CatalogError, match=expected):
        base.with_entries([entry])  # type: ignore[list-item]


def test_entries_may_come_one_by_one_but_not_alone(base: EntityResolver) -> None:
    entries = [MUM, Entity("c-2", "Mama Mia")]
    mine = base.with_entries(iter(entries))
    assert mine.own_entries == base.with_entries(entries).own_entries
    assert len(mine.own_entries) == 2
    for wrong in (MUM, entries[1], 5, {}):
        with pytest.raises(CatalogError, match=r"expected a list of entries.*write \[entry\]"):
            base.with_entries(wrong)  # type: ignore[arg-type]
    with pytest.raises(CatalogError, match="expected an entity or a mapping"):
        mine.add(entries)  # type: ignore[arg-type]
    with pytest.raises(CatalogError, match="no own entry has the id"):
        mine.remove(["c-1"])  # type: ignore[arg-type]
    for counts in (["c-1"], [("c-1", 2)], 5):
        with pytest.raises(CatalogError, match=r"expected popularity as \{id: count\}"):
            base.with_entries(entries, counts)  # type: ignore[arg-type]
        with pytest.raises(CatalogError, match=r"expected popularity as \{id: count\}"):
            mine.favour(counts)  # type: ignore[arg-type]
    assert len(mine.own_entries) == 2


def test_entries_are_filtered_like_the_catalog(base: EntityResolver) -> None:
    mine = base.with_entries([MUM, BREAKFAST])
    kinds = {
        kind: [match.id for match in mine.resolve("ser", 50, where={"kind": kind}).matches]
        for kind in ("contact", "favourite")
    }
    assert kinds == {"contact": ["c-1"], "favourite": ["es-1"]}
    assert "c-1" not in {match.id for match in mine.resolve("mama", 50, where={"country": "ES"}).matches}
    assert mine.resolve("ser", where={"country": "FR"}).matches == ()  # what the catalog says comes first
    assert [match.id for match in mine.resolve("ser", ids={"c-1"}).matches] == ["c-1"]
    with pytest.raises(FilterError, match="country, kind, tags"):
        mine.resolve("ser", where={"sort": "contact"})
    with pytest.raises(FilterError):
        base.resolve("ser", where={"kind": "contact"})


def test_several_texts_and_batches(base: EntityResolver) -> None:
    mine = base.with_entries([MUM])
    assert mine.resolve_batch(REQUESTS) == [mine.resolve(query) for query in REQUESTS]
    assert mine.resolve(nbest=["mama", ("ser mama", 2.0)]).matches[0].id == "c-1"


def test_golden_requests_are_those_of_the_bundle(bundle: Bundle) -> None:
    mine = EntityResolver(bundle).with_entries([{"name": "Cadena SER"}])
    assert mine.resolve("cadena ser").decision == "ambiguous"
    assert mine.selftest() == 4


def test_what_was_asked_for_often_wins_a_close_race(encoder_files: dict[str, bytes]) -> None:
    twins = (Entity("a", "Cadena SER"), Entity("b", "cadena ser!"), Entity("c", "Onda Cero"))
    plain = EntityResolver(make_bundle(twins, encoder_files))
    assert [match.id for match in plain.resolve("cadena ser").matches[:2]] == ["a", "b"]
    mine = plain.with_entries(popularity={"b": 20, "gone": 5})
    assert [match.id for match in mine.resolve("cadena ser").matches[:2]] == ["b", "a"]
    assert mine.resolve("cadena ser").decision == "match"
    assert mine.resolve("onda cero").matches[0].id == "c"
    assert mine.explain("cadena ser", 1)[0].parts["favour"] > 0
    mine.favour({"b": 0})
    assert [match.id for match in mine.resolve("cadena ser").matches[:2]] == ["a", "b"]


def test_popularity_raises_odds_within_bounds(base: EntityResolver) -> None:
    import math

    temperature = base._answers.calibration.temperature
    plain = {match.id: match.score for match in base.resolve("radio", 50).matches}
    for count, odds in ((0, 1.0), (3, 2.0), (63, PERSONAL.most), (10**9, PERSONAL.most)):
        mine = base.with_entries(popularity={"es-7": count})
        found = {match.id: match.score for match in mine.resolve("radio", 50).matches}
        assert found.pop("es-7") - plain["es-7"] == pytest.approx(temperature * math.log(odds), abs=1e-3)
        assert found == pytest.approx({one: score for one, score in plain.items() if one != "es-7"})
    for wrong in (-1, "often", True, float("nan")):
        with pytest.raises(CatalogError, match="number from 0 up"):
            base.with_entries(popularity={"es-7": wrong})  # type: ignore[dict-item]


def test_the_catalog_s_own_weight_of_popularity_counts_for_entries(bundle: Bundle) -> None:
    by_demand = EntityResolver(bundle.with_manifest(rerank={"popularity": 100, "dense_forms": 50}))
    mine = by_demand.with_entries(
        [{"id": "x", "name": "Kiss", "popularity": 15}, {"id": "y", "name": "Kiss"}]
    )
    parts = {each.id: each.parts["popularity"] for each in mine.explain("kiss", 50)}
    assert (parts["x"] * 127**2, parts["y"]) == (pytest.approx(100 * 16), 0)


def test_saved_entries_come_back(base: EntityResolver, tmp_path: Path) -> None:
    mine = base.with_entries([MUM, BREAKFAST, Entity("x", "Número 1", spoken=("numero uno",))], {"es-7": 3})
    mine.save(tmp_path / "mine.jsonl")
    again = base.with_entries(tmp_path / "mine.jsonl")
    assert again.own_entries == mine.own_entries
    assert again.popularity == mine.popularity == {"es-7": 3}
    assert again.resolve_batch(REQUESTS) == mine.resolve_batch(REQUESTS)
    more = mine.with_entries([{"name": "Gym"}], {"es-7": 4})
    assert [entry.name for entry in more.own_entries][-1] == "Gym"
    assert (more.popularity, mine.popularity) == ({"es-7": 4}, {"es-7": 3})
    with pytest.raises(CatalogError, match="not JSON"):
        base.with_entries([{"name": "a", "when": {1, 2}}]).save(tmp_path / "mine.jsonl")
    assert base.with_entries(tmp_path / "mine.jsonl").own_entries == mine.own_entries
    assert [file.name for file in tmp_path.iterdir()] == ["mine.jsonl"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"name": "a"}\n{"name": ', "mine.jsonl, row 2: not JSON"),
        (b'{"name": "a"}\n\n["b"]\n', "mine.jsonl, row 3: expected an entity"),
        (b'{"id": "a", "popularity": -1}\n', "row 1, column 'popularity'"),
        (b'{"name": "\xff"}\n', "not UTF-8"),
    ],
)
def test_a_damaged_file_names_its_row(
    base: EntityResolver, tmp_path: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "mine.jsonl").write_bytes(content)
    with pytest.raises(CatalogError, match=expected):
        base.with_entries(tmp_path / "mine.jsonl")
    with pytest.raises(CatalogError, match="cannot be read"):
        base.with_entries(tmp_path / "none.jsonl")


def test_threads_resolve_while_entries_change(base: EntityResolver) -> None:
    mine, stop, wrong = base.with_entries([]), threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            for match in mine.resolve("llama a mama", 3).matches:
                known = {"c-1": "Ser Mama", "c-2": "Mama Mia"}.get(match.id)
                if known not in (None, match.name):
                    wrong.append(match)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(30):
        mine.add(MUM)
        mine.add({"id": "c-2", "name": "Mama Mia"})
        mine.remove("c-1")
        mine.remove("c-2")
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_command_line(edge_er, bundle_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_text(json.dumps(MUM), encoding="utf-8")
    arguments = ("resolve", bundle_dir, "llama a mama", "--entries", tmp_path / "mine.jsonl", "--json")
    code, out, _ = edge_er(*arguments)
    assert (code, json.loads(out)["matches"][0]["id"]) == (0, "c-1")
    code, out, _ = edge_er(*arguments, "--where", "kind=contact")
    assert [match["id"] for match in json.loads(out)["matches"]] == ["c-1"]
