from __future__ import annotations

import gzip

import pytest

from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_rows import names_of_row
from edge_er.bundle.entity_store import EntityStore, packed_entities, streams_jsonl
from edge_er.bundle.json_text import parse_lines
from edge_er.errors import BundleCorruptError


def test_surface_forms_are_distinct_by_canonical_text_in_order() -> None:
    entity = Entity(
        "1", "LOS40", aliases=("Los 40", "40 Principales", "los-40"), spoken=("los cuarenta", "LOS 40")
    )
    assert entity.surface_forms == ("LOS40", "40 Principales", "los cuarenta")


def test_a_form_without_text_is_left_out_unless_it_is_the_only_one() -> None:
    assert Entity("1", "🎉", aliases=("Party FM", "🎈")).surface_forms == ("Party FM",)
    assert Entity("1", "🎉", aliases=("🎈",)).surface_forms == ("🎉",)


def test_entities_can_be_members_of_a_set() -> None:
    assert len({Entity("1", "a", metadata={"x": 1}), Entity("1", "a", metadata={"x": 1})}) == 1


def test_aliases_are_texts_whatever_they_come_in() -> None:
    assert Entity("1", "Mum", "Mother", "mummy") == Entity("1", "Mum", ("Mother",), ("mummy",))
    entity = Entity("1", "Mum", (each for each in ["Mother", "Ma"]), ["mummy"])
    assert entity.surface_forms == entity.surface_forms == ("Mum", "Mother", "Ma", "mummy")
    for wrong in (5, [None], None):
        with pytest.raises(TypeError, match="expected a"):
            Entity("1", "Mum", wrong)


def test_streams_must_belong_to_their_entities() -> None:
    entities = [Entity("1", "a", metadata={"streams": ["u"]}), Entity("2", "b")]
    lines, streams = packed_entities(entities), streams_jsonl(entities)
    assert streams is not None
    assert list(EntityStore(lines, streams)) == entities
    with pytest.raises(BundleCorruptError, match="a line for each of 2"):
        EntityStore(lines, streams[: streams.index(b"\n") + 1])
    swapped = b"".join(streams.splitlines(keepends=True)[::-1])
    with pytest.raises(BundleCorruptError, match="row 1: expected id '1'"):
        EntityStore(lines, swapped)[0]


@pytest.mark.parametrize("line", [b"no json", b"[1]", b'{"name":"a"}', b'{"id":"1"}', b"\xff"])
def test_a_line_that_is_no_entity_names_its_row(line: bytes) -> None:
    entities = EntityStore(gzip.compress(b'{"id":"1","name":"a"}\n' + line + b"\n"))
    assert entities[0] == Entity("1", "a")
    with pytest.raises(BundleCorruptError, match=r"entities\.jsonl\.gz, row 2"):
        entities[1]


def test_entities_can_be_had_all_at_once() -> None:
    entities = [Entity("1", "a", ("x",), (), {"country": "ES", "streams": ["u"]}), Entity("2", "b")]
    file = EntityStore(packed_entities(entities), streams_jsonl(entities))
    assert file.without_streams() == [Entity("1", "a", ("x",), (), {"country": "ES"}), Entity("2", "b")]
    assert EntityStore(packed_entities([])).without_streams() == []
    with pytest.raises(BundleCorruptError, match="row 2"):
        EntityStore(gzip.compress(b'{"id":"1","name":"a"}\n{"id":\n')).without_streams()
    with pytest.raises(BundleCorruptError, match="row 1"):
        EntityStore(gzip.compress(b'{"id":"1"},{"id":"2"}\n{"id":"3","name":"c"}\n')).without_streams()


def test_rows_of_some_entities_are_read_together() -> None:
    entities = [Entity(str(at), f"name {at}", ("x",), ("y z",), {"popularity": at}) for at in range(9)]
    file = EntityStore(packed_entities(entities))
    chosen = [7, 0, 3]
    assert list(map(names_of_row, file.rows(chosen))) == [
        (each.name, *each.aliases, *each.spoken) for each in (entities[at] for at in chosen)
    ]
    assert [row["popularity"] for row in file.rows(chosen)] == chosen
    assert file.rows([]) == []


def test_some_entities_are_those_one_by_one_with_their_addresses() -> None:
    entities = [
        Entity(str(at), f"name {at}", ("x",), (), {"streams": [f"u{at}"] * (at % 3)}) for at in range(9)
    ]
    file = EntityStore(packed_entities(entities), streams_jsonl(entities))
    for chosen in ([7, 0, 3], [-1, 8], []):
        expected = [file[at] for at in chosen]
        assert file.some(chosen) == expected  # checked each
        file.check()
        assert file.some(chosen) == [file[at] for at in chosen] == expected
    with pytest.raises(IndexError):
        file.some([0, 9])


@pytest.mark.parametrize(
    "lines", [[b"{},{}"], [b'{"a":1', b'"b":2}'], [b"{}]", b"[{}"], [b"{}", b""], [b"\xff"]]
)
def test_lines_are_one_value_each(lines: list[bytes]) -> None:
    assert parse_lines([b"{}", b'{"a":[1]}']) == [{}, {"a": [1]}]
    with pytest.raises(ValueError, match=r"\w"):
        parse_lines(lines)


@pytest.mark.parametrize(
    "line",
    [
        b"no json",
        b"[1]",
        b'{"name":"a"}',
        b'{"id":"1"}',
        b"\xff",
        b"",
        b'{"id":"2","name":"b"},{"id":"3","name":"c"}',
        b'{"id":"2","name":"b","aliases":"c"}',
        b'{"id":"2","name":"b","popularity":-1}',
        b'{"id":"2","name":"b","x":' + b"[" * 70 + b"]" * 70 + b"}",
    ],
)
def test_a_row_that_is_no_entity_is_named_where_many_are_read(line: bytes) -> None:
    entities = EntityStore(gzip.compress(b'{"id":"1","name":"a"}\n' + line + b'\n{"id":"4","name":"d"}\n'))
    assert [row["id"] for row in entities.rows([2, 0])] == ["4", "1"]
    with pytest.raises(BundleCorruptError, match=r"entities\.jsonl\.gz, row 2"):
        entities.rows([0, 1, 2])


def test_line_separators_inside_a_name_do_not_end_the_line() -> None:
    entities = [Entity("1", "a\nb\r\n\u2028c\u0085d\x0b"), Entity("2", "b")]
    assert list(EntityStore(packed_entities(entities))) == entities


def test_entities_that_are_not_packed_say_so() -> None:
    with pytest.raises(BundleCorruptError, match=r"entities\.jsonl\.gz: not gzip"):
        EntityStore(b'{"id":"1","name":"a"}\n')


def test_the_same_entities_give_the_same_bytes() -> None:
    entities = [Entity("1", "a"), Entity("2", "b")]
    assert packed_entities(entities) == packed_entities(entities)
