"""A resolver is a container of its entities, an answer one of its matches; both are printed, pickled and copied."""

from __future__ import annotations

import copy
import logging
import pickle
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge_er.encoder.encoder import Encoder
from edge_er.errors import FilterError
from edge_er.resolver import EntityResolver, Resolution


def texts(*items: str) -> Iterator[str]:
    yield from items


def test_entities_by_id(resolver: EntityResolver) -> None:
    assert resolver["es-1"].name == "Cadena SER"
    assert "es-1" in resolver
    assert resolver["es-1"] in resolver
    assert "es-99" not in resolver
    assert 5 not in resolver
    assert resolver.get("es-99") is None
    assert len(resolver) == len(resolver.entities) == len(list(resolver))
    assert next(iter(resolver)) == resolver.entities[0]
    with pytest.raises(KeyError, match=r"no entity has the id 'es-1x'; did you mean 'es-1'"):
        resolver["es-1x"]
    with pytest.raises(TypeError, match="entities\\[0\\] is the first"):
        resolver[0]  # type: ignore[index]


def test_own_entries_are_entities_too(resolver: EntityResolver) -> None:
    entries = ({"id": one, "name": name} for one, name in (("mum", "Mamá"), ("es-1", "La mía")))
    mine = resolver.with_entries(entries)
    assert (mine["mum"].name, "mum" in mine, len(mine)) == ("Mamá", True, len(resolver) + 1)
    assert "La mía" in mine["es-1"].aliases
    mine.remove("mum")
    assert "mum" not in mine
    assert "mum" not in resolver


def test_an_answer_is_true_unless_it_is_no_match(resolver: EntityResolver) -> None:
    answer = resolver.resolve("pon la cadena ser", 2)
    assert (bool(answer), len(answer), list(answer), answer[0]) == (
        True,
        2,
        list(answer.matches),
        answer.best,
    )
    for decision in ("match", "ambiguous", "no_match"):
        assert bool(Resolution("x", decision, ())) is (decision != "no_match")
    empty = resolver.resolve("")
    assert (bool(empty), len(empty), list(empty)) == (False, 0, [])


def test_what_is_printed_says_something(resolver: EntityResolver) -> None:
    answer = resolver.resolve("pon la cadena ser")
    assert repr(answer).startswith("<Resolution of 'pon la cadena ser': match 'Cadena SER' (")
    assert repr(answer).endswith(f"), {len(answer)} matches>")
    assert repr(resolver.resolve("")) == "<Resolution of '': no_match, 0 matches>"
    assert "3 tied" in repr(Resolution("x", "ambiguous", answer.matches, 3))
    assert repr(answer.best).startswith("<Match 'Cadena SER': id 'es-1', confidence ")
    assert repr(resolver.suggest("cadena s")[0]).startswith("<Suggestion 'Cadena SER")
    assert repr(resolver.encoder).startswith("<Encoder ")
    assert repr(resolver.encoder).endswith(" engine>")


@pytest.mark.parametrize("again", [copy.deepcopy, copy.copy, lambda one: pickle.loads(pickle.dumps(one))])
def test_all_is_pickled_and_copied(resolver: EntityResolver, again) -> None:
    asked = "pon la cadena ser"
    answer = resolver.resolve(asked)
    assert again(answer) == answer
    assert again(resolver).resolve(asked) == answer
    assert again(resolver.suggest("cadena s")) == resolver.suggest("cadena s")
    assert again(resolver.explain(asked)) == resolver.explain(asked)
    assert again(resolver["es-1"]) == resolver["es-1"]
    encoder = again(resolver.encoder)
    assert repr(encoder) == repr(resolver.encoder)
    assert np.array_equal(encoder.encode(asked), resolver.encode(asked))
    mine = resolver.with_entries([{"id": "mum", "name": "Mamá"}])
    assert again(mine)["mum"] == mine["mum"]


def test_generators_are_read_once_and_a_lone_string_is_one_text(resolver: EntityResolver) -> None:
    asked = ["pon la cadena ser", "kiss fm"]
    where = {"country": texts("ES", "AR")}
    expected = resolver.resolve_batch(asked, where={"country": ["ES", "AR"]})
    assert resolver.resolve_batch(texts(*asked), where=where) == expected
    assert resolver.resolve_batch(texts(*asked), ids=texts("es-1"))[1].matches[0].id == "es-1"
    assert resolver.resolve(nbest=texts(*asked)) == resolver.resolve(nbest=asked)
    assert (
        resolver.resolve("kiss fm", where={"country": texts("ES")}).best == resolver.resolve("kiss fm").best
    )
    assert len(resolver.resolve_batch("kiss fm")) == len(resolver.golden("kiss fm")) == 1
    assert np.array_equal(resolver.encode(texts(*asked)), resolver.encode(asked))
    assert resolver.encode("kiss fm").shape == (1, resolver.encoder.dim)
    with pytest.raises(FilterError, match="country"):
        resolver.resolve("kiss fm", where={"country": texts(b"ES")})  # type: ignore[arg-type]


@pytest.mark.parametrize("threads", [0, -1])
def test_no_threads_are_refused(bundle_dir: Path, encoder_folder: Path, threads: int) -> None:
    for load, place in ((EntityResolver.load, bundle_dir), (Encoder.load, encoder_folder)):
        with pytest.raises(ValueError, match=f"expected threads of 1 or more, found {threads}"):
            load(place, threads)


@pytest.mark.parametrize("count", [True, 2.5, "2", None])
def test_counts_are_whole_numbers(resolver: EntityResolver, bundle_dir: Path, count) -> None:
    with pytest.raises(TypeError, match="expected top_k as a whole number"):
        resolver.resolve("kiss fm", count)
    with pytest.raises(TypeError, match="expected threads as a whole number"):
        EntityResolver.load(bundle_dir, count)
    assert resolver.resolve("kiss fm", np.int64(2)) == resolver.resolve("kiss fm", 2)


def test_what_is_loaded_is_logged(bundle_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="edge_er"):
        resolver = EntityResolver.load(bundle_dir)
        resolver.resolve("pon la cadena ser")
        resolver.reload()
    said = [record.getMessage() for record in caplog.records]
    assert {record.name.partition(".")[0] for record in caplog.records} == {"edge_er"}
    assert sum("loaded <EntityResolver" in text for text in said) == 2
    assert any(text.startswith(f"answers from {bundle_dir}") for text in said)
    assert not any("cadena" in text for text in said)
