"""The service over the Wyoming protocol, asked by the client of the package `wyoming`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tiny import require_packages

require_packages("wyoming", "starlette")

from wyoming.asr import Transcript  # noqa: E402
from wyoming.client import AsyncClient  # noqa: E402
from wyoming.error import Error  # noqa: E402
from wyoming.event import Event  # noqa: E402
from wyoming.info import Describe, Info  # noqa: E402
from wyoming.intent import Intent, NotRecognized, Recognize  # noqa: E402
from wyoming.ping import Ping, Pong  # noqa: E402

from edge_er.service.running import ServiceSettings, serve  # noqa: E402
from edge_er.service.served import ServedBundles  # noqa: E402


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"unix://{tmp_path_factory.mktemp('wyoming') / 'socket'}"


def answers(bundle: Path, address: str, *asked: Event) -> list[Event]:
    """What the running service answers to each event of one connection."""

    async def ask() -> list[Event]:
        started = asyncio.Event()
        settings = ServiceSettings(port=0, wyoming=address)
        running = asyncio.create_task(serve(ServedBundles([bundle]), settings, lambda _: started.set()))
        await started.wait()
        await asyncio.sleep(0.05)
        found = []
        async with AsyncClient.from_uri(address) as client:
            for event in asked:
                await client.write_event(event)
                answer = await asyncio.wait_for(client.read_event(), 10)
                assert answer is not None
                found.append(answer)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return found

    return asyncio.run(ask())


def test_what_was_said_becomes_an_intent(bundle_dir: Path, address: str) -> None:
    context = {"conversation_id": "1"}
    first, second, third = answers(
        bundle_dir,
        address,
        Transcript("pon la cadena ser", context=context, language="es-ES").event(),
        Recognize("qwxz kjhg").event(),
        Recognize("los cuarenta").event(),
    )
    intent = Intent.from_event(first)
    slots = {each.name: each.value for each in intent.entities}
    assert (intent.name, slots["id"], slots["bundle"]) == ("EdgeErResolve", "es-1", "tiny_es")
    assert (slots["country"], intent.context) == ("ES", context)
    assert NotRecognized.is_type(second.type)
    assert {each.name: each.value for each in Intent.from_event(third).entities}["id"] == "es-3"


def test_it_says_what_it_is(bundle_dir: Path, address: str) -> None:
    described, pong = answers(bundle_dir, address, Describe().event(), Ping("you").event())
    (program,) = Info.from_event(described).intent
    assert [(each.name, each.languages) for each in program.models] == [("tiny_es", ["es"])]
    assert Pong.from_event(pong).text == "you"


def test_a_wrong_event_is_answered_with_an_error(bundle_dir: Path, address: str) -> None:
    wrong, right = answers(
        bundle_dir, address, Event("transcript", {"words": "a"}), Recognize("cadena ser").event()
    )
    assert "expected a text in transcript" in Error.from_event(wrong).text
    assert Intent.is_type(right.type)
