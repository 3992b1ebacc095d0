"""Homes and lists of contacts made of words in five languages (`home_words.toml`), and what is asked of them."""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.lib.asked import Asked, half_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOM_FIRST, DEVICE_FIRST = "ROOM DEVICE", "DEVICE ROOM"
LAYOUTS = (ROOM_FIRST, DEVICE_FIRST)
TOGETHER, ALONE, ELSEWHERE = (
    "device and room",
    "device that several rooms have",
    "device and a room that has none",
)
FULL_NAME, FIRST_NAME, SURNAME, HOMOPHONE = (
    "full name",
    "shared first name",
    "shared surname",
    "sounds like another",
)
SHARED = 4  # first names, and as many surnames, that several people have
LEFT_OUT = 3  # devices that a home lacks in one room

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Room:
    """A room: its name, "in the kitchen" and "of the kitchen"."""

    name: str
    within: str
    of: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device: its name, and with its article as people say it in a sentence."""

    name: str
    the: str


@dataclass(frozen=True, slots=True)
class Made:
    """A catalog and what is asked of it."""

    rows: list[Row]
    requests: list[Asked]


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = tomllib.loads(
        Path(__file__).with_name("home_words.toml").read_text("utf-8")
    )
    return found


def rooms(lang: str, half: str) -> list[Room]:
    """The rooms of a half."""
    split = [[part.strip() for part in line.split("|")] for line in half_of(_words()[lang]["rooms"], half)]
    return [Room(parts[0], parts[1], parts[-1]) for parts in split]


def devices(lang: str, half: str) -> list[Device]:
    """The devices of a half; English ones have one article."""
    split = [[part.strip() for part in line.split("|")] for line in half_of(_words()[lang]["devices"], half)]
    return [Device(parts[0], parts[1] if len(parts) > 1 else f"the {parts[0].lower()}") for parts in split]


def sentence(phrase: str, device: Device, room: Room | None = None) -> str:
    """A sentence about a device, in a room where there is one."""
    where = {"room": room.name.lower(), "in": room.within, "of": room.of} if room else {}
    return phrase.format_map({"device": device.name.lower(), "the": device.the, **where})


def home(lang: str, layout: str, half: str) -> Made:
    """About 110 devices in eleven rooms, named in one order, and requests for each, for each device, and for none."""
    rng = random.Random(f"home {lang} {layout} {half}")
    pairs = [(room, device) for room in rooms(lang, half) for device in devices(lang, half)]
    missing = set(rng.sample(range(len(pairs)), LEFT_OUT))
    there = {pair: f"h{at}" for at, pair in enumerate(pairs) if at not in missing}
    rows = [
        {
            "id": key,
            "name": f"{room.name} {device.name}" if layout == ROOM_FIRST else f"{device.name} {room.name}",
        }
        for (room, device), key in there.items()
    ]
    together = half_of(_words()[lang]["together"], half)
    alone = _words()[lang]["alone"]
    asked = [
        Asked(
            TOGETHER, sentence(rng.choice(together), device, room), frozenset({key}), f"{lang} {device.name}"
        )
        for (room, device), key in there.items()
    ]
    for device in devices(lang, half):
        right = frozenset(key for (_, other), key in there.items() if other == device)
        queries = [sentence(phrase, device) for phrase in alone]
        asked += [Asked(ALONE, query, right, f"{lang} {device.name}", True) for query in queries]
    for room, device in (pairs[at] for at in sorted(missing)):
        queries = [sentence(phrase, device, room) for phrase in together]
        asked += [Asked(ELSEWHERE, query, frozenset(), f"{lang} {device.name}") for query in queries]
    return Made(rows, asked)


def contacts(lang: str, half: str) -> Made:
    """People some of whom share a first name or a surname, and some whose names sound alike."""
    rng = random.Random(f"contacts {lang} {half}")
    words = _words()[lang]
    first, last = half_of(words["first"], half), half_of(words["last"], half)
    rng.shuffle(first)
    rng.shuffle(last)
    people: dict[tuple[str, str], str] = {}

    def meet(given: str, family: str) -> str:
        return people.setdefault((given, family), f"c{len(people)}")

    for at in range(SHARED):
        for number in range(2 + at % 3):
            meet(first[at], last[(at + number) % len(last)])
            meet(first[SHARED + (at + number) % (len(first) - SHARED)], last[len(last) - 1 - at])
    asked = list(_calls(people, words["call"], lang))
    pairs = zip(half_of(words["homophones"], half), half_of(words["homophone_surnames"], half), strict=True)
    for given, family in pairs:
        names = list(zip(given.split(), family.split(), strict=True))
        both = frozenset(meet(*name) for name in names)
        for swapped in ((names[0][0], names[1][1]), (names[1][0], names[0][1])):
            queries = [phrase.format(" ".join(swapped)) for phrase in words["call"]]
            asked += [Asked(HOMOPHONE, query, both, f"{lang} {given} {family}", True) for query in queries]
    return Made([{"id": key, "name": " ".join(name)} for name, key in people.items()], asked)


def called(name: str, lang: str, rng: random.Random) -> str:
    """A request to call someone."""
    return rng.choice(_words()[lang]["call"]).format(name)


def _calls(people: dict[tuple[str, str], str], phrases: Sequence[str], lang: str) -> Iterator[Asked]:
    """Each person by the full name; names that several have, by that name alone, in all phrases."""
    for at, (name, key) in enumerate(people.items()):
        full = " ".join(name)
        yield Asked(FULL_NAME, phrases[at % len(phrases)].format(full), frozenset({key}), f"{lang} {full}")
    for kind, part in ((FIRST_NAME, 0), (SURNAME, 1)):
        owners: defaultdict[str, set[str]] = defaultdict(set)
        for name, key in people.items():
            owners[name[part]].add(key)
        for shared, keys in owners.items():
            if len(keys) > 1:
                for phrase in phrases:
                    yield Asked(kind, phrase.format(shared), frozenset(keys), f"{lang} {shared}", True)
