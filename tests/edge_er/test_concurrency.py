"""One resolver for many threads and processes, exchanged under load; own entries that change and are saved."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tiny import ENTITIES, make_bundle

from edge_er.bundle.bundle import Bundle, write_bundle
from edge_er.bundle.personal_file import read_entries
from edge_er.errors import BundleCorruptError, BundleError, BundleUntrustedError, CatalogError
from edge_er.resolver import EntityResolver

REQUESTS = ("pon la cadena ser", "los cuarenta", "kiss fm", "onda cero", "clasica")


@pytest.fixture
def other(encoder_files: dict[str, bytes]) -> Bundle:
    """Another catalog, in which every answer has another id."""
    renamed = tuple(type(each)(f"x{each.id}", each.name, each.aliases, each.spoken) for each in ENTITIES)
    return make_bundle(renamed, encoder_files)


def answers(resolver: EntityResolver) -> list[tuple[str, ...]]:
    return [tuple(match.id for match in resolver.resolve(request).matches) for request in REQUESTS]


def in_threads(count: int, *jobs: Callable[[], Any]) -> list[Any]:
    """Run every job in `count` threads; an error of one is raised."""
    with ThreadPoolExecutor(count * len(jobs)) as pool:
        runs = [pool.submit(job) for job in jobs for _ in range(count)]
        return [run.result() for run in runs]


def test_threads_share_a_resolver(resolver: EntityResolver) -> None:
    expected = answers(resolver)
    assert all(found == expected for found in in_threads(8, lambda: answers(resolver)))


def test_a_bundle_is_exchanged_under_load(bundle: Bundle, other: Bundle, tmp_path: Path) -> None:
    for name, each in (("one", bundle), ("two", other)):
        write_bundle(tmp_path / name, each)
    resolver = EntityResolver.load(tmp_path / "one")
    whole = [answers(EntityResolver(each)) for each in (bundle, other)]
    seen, done = set(), threading.Event()

    def ask() -> None:
        while not done.is_set():
            for request, one, two in zip(REQUESTS, *whole, strict=True):
                found = tuple(match.id for match in resolver.resolve(request).matches)
                assert found in (one, two)
                seen.add(found in (one,))
                batch = [answer.best.id for answer in resolver.resolve_batch([request] * 3) if answer.best]
                assert len(set(batch)) <= 1
                resolver.explain(request)
                resolver.suggest("cad")

    def exchange() -> None:
        try:
            for number in range(20):
                resolver.reload(tmp_path / ("two" if number % 2 == 0 else "one"))
        finally:
            done.set()

    in_threads(1, ask, ask, ask, exchange)
    assert seen == {True, False}
    assert answers(resolver) == whole[0]
    resolver.reload(tmp_path / "two")
    assert (answers(resolver), resolver.entities[0].id) == (whole[1], "xes-1")


def test_what_cannot_be_loaded_changes_nothing(bundle: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", bundle)
    resolver = EntityResolver.load(tmp_path / "b", min_precision=0.5)
    expected = answers(resolver)
    (tmp_path / "b" / "vectors.safetensors").write_bytes(b"damaged")
    with pytest.raises(BundleCorruptError):
        resolver.reload()
    assert answers(resolver) == expected
    with pytest.raises(BundleError, match="made in memory"):
        EntityResolver(bundle).reload()


def test_own_entries_stay_when_the_bundle_is_exchanged(bundle: Bundle, other: Bundle, tmp_path: Path) -> None:
    for name, each in (("one", bundle), ("two", other)):
        write_bundle(tmp_path / name, each)
    mine = EntityResolver.load(tmp_path / "one").with_entries([{"id": "c-1", "name": "Mum"}], {"es-4": 3})
    before = mine._own
    mine.reload(tmp_path / "two")
    before.change(added=[{"id": "c-2", "name": "Zebra"}])  # by a thread that began before
    assert mine.resolve("call mum").matches[0].id == "c-1"
    assert mine.resolve("zebra").matches[0].id == "c-2"
    assert mine.resolve("kiss fm").matches[0].id == "xes-4"
    assert ([each.id for each in mine.own_entries], dict(mine.popularity)) == (["c-1", "c-2"], {"es-4": 3})
    assert mine.selftest() == 4


def test_entries_change_and_are_saved_while_others_ask(bundle: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", bundle)
    mine = EntityResolver.load(tmp_path / "b").with_entries()
    numbers = iter(range(10_000))

    def change() -> None:
        for _ in range(15):
            name = f"c-{next(numbers)}"
            mine.add({"id": name, "name": "Zebra"})
            mine.favour({name: 3})
            if next(numbers) % 3 == 0:
                mine.remove(name)

    def save() -> None:
        for _ in range(15):
            mine.save(tmp_path / "mine.jsonl")
            read_entries(tmp_path / "mine.jsonl")

    def ask() -> None:
        for _ in range(40):
            mine.resolve("zebra")

    in_threads(2, change, save, ask, lambda: mine.reload())
    mine.save(tmp_path / "mine.jsonl")
    assert [each.id for each in read_entries(tmp_path / "mine.jsonl")[0]] == [
        each.id for each in mine.own_entries
    ]
    with pytest.raises(CatalogError):
        mine.add(mine.own_entries[0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_process_answers(resolver: EntityResolver) -> None:
    expected = answers(resolver)
    child = os.fork()
    if child == 0:
        os._exit(0 if answers(resolver) == expected else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_spawned_process_gets_the_same_bundle(bundle: Bundle, other: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", bundle)
    resolver = EntityResolver.load(tmp_path / "b", min_precision=0.4)
    mine = resolver.with_entries([{"id": "c-1", "name": "Zebra"}], {"c-1": 2})
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(answers, [resolver, mine, EntityResolver(bundle)]) == [
            answers(resolver),
            answers(mine),
            answers(EntityResolver(bundle)),
        ]
    again = pickle.loads(pickle.dumps(mine))
    assert again.resolve("zebra").matches == mine.resolve("zebra").matches
    given = pickle.dumps(resolver)
    write_bundle(tmp_path / "b", other)
    with pytest.raises(BundleUntrustedError, match="another bundle"):
        pickle.loads(given)  # never another one than was given


def test_a_bundle_that_was_moved_while_it_was_replaced_is_found_again(bundle: Bundle, tmp_path: Path) -> None:
    from edge_er.bundle.atomic import previous_version

    write_bundle(tmp_path / "b", bundle)
    (tmp_path / "b").rename(previous_version(tmp_path / "b"))
    resolver = EntityResolver.load(tmp_path / "b")
    previous_version(tmp_path / "b").rename(tmp_path / "b")
    resolver.reload()
    assert answers(resolver) == answers(EntityResolver(bundle))


def test_asyncio_as_the_documents_show_it(resolver: EntityResolver) -> None:
    async def both() -> list[Any]:
        return await asyncio.gather(*(asyncio.to_thread(resolver.resolve, request) for request in REQUESTS))

    assert [tuple(match.id for match in each.matches) for each in asyncio.run(both())] == answers(resolver)
