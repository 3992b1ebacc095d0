"""A person's own entries and counts in JavaScript, batches and the list of entities: what Python answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge_er.bundle.locate import find_bundle
from edge_er.errors import CatalogError
from edge_er.resolver import EntityResolver

QUERIES = ["pon la cadena ser", "pon kiss", "radio", "llama a mamá", "gym mix tres", "onda zero", "asdf"]
ENTRIES: list[dict[str, Any]] = [
    {"id": "c-1", "name": "Mamá", "aliases": ["mi madre"], "phone": "123"},
    {"name": " Gym mix 3", "spoken": "gimnasio mezcla", "popularity": 7},
]


def bundle() -> str:
    return str(find_bundle("radio_es"))


@pytest.fixture
def counts(radio_es: EntityResolver) -> dict[str, float]:
    """Some that count, one beyond the limit, one of nobody."""
    second = [radio_es.resolve(query).matches[1].id for query in ("radio", "pon kiss")]
    return {
        second[0]: 70,
        second[1]: 3.5,
        "c-1": 2,
        "nobody": 9,
        radio_es.resolve("onda cero").matches[0].id: 0,
    }


def changed(ours: EntityResolver, counts: dict[str, float]) -> tuple[Any, dict[str, Any]]:
    """A personal resolver after some changes, and the same as a call of JavaScript."""
    mine = ours.with_entries(ENTRIES, {"c-1": 5})
    mine.add({"name": "Beto"}, {"id": "c-2", "name": "Zoe"})
    mine.remove("c-2")
    mine.favour(counts)
    changes: list[Any] = [
        ["add", {"name": "Beto"}, {"id": "c-2", "name": "Zoe"}],
        ["remove", "c-2"],
        ["favour", counts],
    ]
    return mine, {"bundle": bundle(), "entries": [ENTRIES, {"c-1": 5}], "changes": changes}


def test_what_a_person_asks_for_counts_the_same(ask, radio_es: EntityResolver, counts) -> None:
    mine, call = changed(radio_es, counts)
    calls = [{**call, "resolve": [query]} for query in QUERIES]
    calls += [{**call, "explain": [query, {"topK": 4}]} for query in QUERIES]
    calls += [{**call, "suggest": [text, {"topK": 8}]} for text in ("", "rad", "gym", "bet", "zo", "kis")]
    found = ask(calls)
    for query, answer in zip(QUERIES, found, strict=False):
        expected = mine.resolve(query)
        assert [match["id"] for match in answer["matches"]] == [match.id for match in expected.matches], query
        assert (answer["decision"], answer["tied"]) == (expected.decision, expected.tied), query
        for one, match in zip(answer["matches"], expected.matches, strict=True):
            assert one["score"] == pytest.approx(match.score, abs=0.01)
    favoured = 0
    for query, answer in zip(QUERIES, found[len(QUERIES) :], strict=False):
        for one, other in zip(answer, mine.explain(query, 4), strict=True):
            assert (one["id"], one["form"]) == (other.id, other.form)
            assert one["parts"] == pytest.approx(dict(other.parts), abs=0.01)
            favoured += one["parts"]["favour"] > 0
    assert favoured >= 3
    for text, answer in zip(("", "rad", "gym", "bet", "zo", "kis"), found[2 * len(QUERIES) :], strict=True):
        assert answer == [each.to_dict() for each in mine.suggest(text, 8)], text
    assert len(found[2 * len(QUERIES)]) >= 2  # an empty text becomes what was asked for


def test_entries_and_counts_go_from_one_runtime_to_the_other(ask, radio_es, counts, tmp_path: Path) -> None:
    mine, call = changed(radio_es, counts)
    path = tmp_path / "mine.jsonl"
    mine.save(path)
    saved = ask(
        [{**call, "saved": True}, {"bundle": bundle(), "entries": [path.read_text("utf-8")], "saved": True}]
    )
    lines = [
        [json.loads(line) for line in text.splitlines()]
        for text in (path.read_text("utf-8"), *(each["saved"] for each in saved))
    ]
    assert lines[0] == lines[1] == lines[2]
    assert saved[0]["popularity"] == dict(mine.popularity)
    assert [each["id"] for each in saved[0]["own"]] == [entry.id for entry in mine.own_entries]
    path.write_text(saved[0]["saved"], "utf-8")
    again = radio_es.with_entries(path)
    assert (again.own_entries, again.popularity) == (mine.own_entries, mine.popularity)


def test_wrong_changes_change_nothing(ask, radio_es: EntityResolver) -> None:
    wrong = [
        ["add", {"name": "Ana"}, {"name": " "}],
        ["add", {"id": "c-1", "name": "Ana"}],
        ["remove", "nobody"],
        ["favour", {"c-1": -1}],
        ["favour", {"c-1": "often"}],
        ["favour", [1]],
        ["add", {"name": "Ana", "popularity": "much"}],
        ["add", {"name": "Ana", "id": 5}],
        ["add", "Ana"],
    ]
    answers = ask(
        [{"bundle": bundle(), "entries": [ENTRIES], "changes": [each], "saved": True} for each in wrong]
    )
    for (method, *values), answer in zip(wrong, answers, strict=True):
        with pytest.raises(CatalogError):
            getattr(radio_es.with_entries(ENTRIES), method)(*values)
        assert answer["error"] == "CatalogError", (method, values, answer)
    files = [
        "{",
        '{"name": ""}',
        '{"id": "a"}',
        '{"id": "a", "popularity": -1}',
        "[]",
        '{"name": "a"}\n{"name": "A"}',
    ]
    for text, answer in zip(
        files, ask([{"bundle": bundle(), "entries": [text]} for text in files]), strict=True
    ):
        assert answer["error"] == "CatalogError", (text, answer)


def test_batches_and_entities_are_those_of_python(ask, radio_es: EntityResolver) -> None:
    some = [entity.id for entity in list(radio_es.entities)[::300]]
    calls = [
        {"batch": [QUERIES, {"topK": 2, "ids": some}]},
        {"batch": ["radio"]},
        {"batch": [7]},
        {"batch": [["a"], {"nbest": []}]},
    ]
    calls += [{"entities": [0, 3]}, {"entities": [-2]}, {"entities": [-1], "entries": [ENTRIES]}]
    found = ask([{"bundle": bundle(), **call} for call in calls])
    expected = radio_es.resolve_batch(QUERIES, 2, ids=some)
    assert [[match["id"] for match in each["matches"]] for each in found[0]] == [
        [match.id for match in each.matches] for each in expected
    ]
    assert len(found[1]) == 1
    assert [each["error"] for each in found[2:4]] == ["TypeError", "TypeError"]
    told = [
        *list(radio_es.entities)[:3],
        *list(radio_es.entities)[-2:],
        radio_es.with_entries(ENTRIES).entities[-1],
    ]
    listed = [*found[4], *found[5], *found[6]]
    for one, entity in zip(listed, told, strict=True):
        assert one == {
            "id": entity.id,
            "name": entity.name,
            "aliases": list(entity.aliases),
            "spoken": list(entity.spoken),
            "metadata": json.loads(json.dumps(entity.metadata)),
        }
