"""The service over the Wyoming protocol, as Home Assistant's voice pipeline asks it.

A client sends `transcript` or `recognize` with what was said. The answer is an `intent` with what was found, or
`not-recognized`: with the names to choose from where several are meant. `describe` and `ping` are answered as the
protocol says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wyoming.asr import Transcript
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Attribution, Describe, Info, IntentModel, IntentProgram
from wyoming.intent import Entity, Intent, NotRecognized, Recognize
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler

from edge_er import __version__
from edge_er.service.served import ServedBundles

__all__ = ["Recognised", "by_bundles", "wyoming_handler"]

INTENT = "EdgeErResolve"  # of what is found in a bundle that says nothing of intents
_CHOICES = 5  # names to choose from


@dataclass(frozen=True)
class Recognised:
    """What was said: an intent with its slots, or None and what to say instead."""

    intent: str | None
    slots: Mapping[str, Any]
    say: str | None = None


Recogniser = Callable[[str, "str | None"], Recognised]  # of a text and its language


def by_bundles(bundles: ServedBundles) -> Recogniser:
    """Finds the entity in the bundle of the request's language; the slots are its id, name and metadata."""

    def recognise(text: str, lang: str | None) -> Recognised:
        resolver = bundles.of_language(lang)
        found = resolver.resolve(text)
        if found.decision == "ambiguous":
            names = list(dict.fromkeys(match.name for match in found.matches[: max(found.tied, 2)]))
            return Recognised(None, {}, f"{', '.join(names[:_CHOICES])}?")
        if found.best is None:
            return Recognised(None, {})
        best = found.best
        about = {"id": best.id, "name": best.name, "confidence": best.confidence, "bundle": resolver.name}
        return Recognised(INTENT, {**best.metadata, **about})

    return recognise


def wyoming_handler(
    recognise: Recogniser, bundles: ServedBundles
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], AsyncEventHandler]:
    """What makes the handler of a connection for `wyoming.server.AsyncServer.run`."""

    class Handler(AsyncEventHandler):
        async def handle_event(self, event: Event) -> bool:
            try:
                answer = _answer(event, recognise, bundles)
            except (AttributeError, KeyError, TypeError) as error:
                answer = Error(f"expected a text in {event.type}: {error!r}", "bad-request").event()
            if answer is not None:
                await self.write_event(answer)
            return True

    return Handler


def _answer(event: Event, recognise: Recogniser, bundles: ServedBundles) -> Event | None:
    if Describe.is_type(event.type):
        return _info(bundles).event()
    if Ping.is_type(event.type):
        return Pong(text=Ping.from_event(event).text).event()
    if Transcript.is_type(event.type):
        said = Transcript.from_event(event)
        return _event(recognise(said.text, said.language), said.context)
    if Recognize.is_type(event.type):
        asked = Recognize.from_event(event)
        return _event(recognise(asked.text, None), asked.context)
    return None


def _event(found: Recognised, context: dict[str, Any] | None) -> Event:
    if found.intent is None:
        return NotRecognized(text=found.say, context=context).event()
    slots = [Entity(name, value) for name, value in found.slots.items()]
    return Intent(found.intent, slots, text=found.say, context=context).event()


def _info(bundles: ServedBundles) -> Info:
    """One program with a model for each bundle."""
    nobody = Attribution(name="", url="")
    models = [
        IntentModel(
            name=each.name,
            attribution=nobody,
            installed=True,
            description=f"{len(each.entities):,} entities",
            version=str(each.manifest.get("version", "")),
            languages=[each.lang],
        )
        for each in bundles
    ]
    about = "Finds the entity that a request names"
    program = IntentProgram(
        name="edge-er",
        attribution=nobody,
        installed=True,
        description=about,
        version=__version__,
        models=models,
    )
    return Info(intent=[program])
