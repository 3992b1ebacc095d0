"""Ways of asking: a name with typing slips, with words left out, joined, cut apart or in another order.

A name that a way does not change is not asked for in it. "France Bleu" cut short from "France Bleu Paris" is another
station: no system can find all of these.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from catalog_tools.language.language import Language
from catalog_tools.language.noise import typing_slip
from catalog_tools.language.requests import Carriers
from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words

__all__ = ["WAYS", "requests_of"]

LONG = 7  # letters of a word that is cut apart
CUT = 0.75  # share of the letters that are left of a name cut short

Way = Callable[[list[str], random.Random], Sequence[str]]


def _slip(words: list[str], rng: random.Random) -> Sequence[str]:
    return [typing_slip(" ".join(words), rng)]


def _two_slips(words: list[str], rng: random.Random) -> Sequence[str]:
    return [typing_slip(typing_slip(" ".join(words), rng), rng)]


def _without_fillers(words: list[str], rng: random.Random) -> Sequence[str]:
    return [word for word in words if word not in carrier_words().fillers]


def _without_a_word(words: list[str], rng: random.Random) -> Sequence[str]:
    place = rng.randrange(len(words))
    return words if len(words) < 3 else [*words[:place], *words[place + 1 :]]


def _changed_round(words: list[str], rng: random.Random) -> Sequence[str]:
    place = rng.randrange(len(words))
    return words if len(words) < 2 else [*words[place:], *words[:place]]


def _joined(words: list[str], rng: random.Random) -> Sequence[str]:
    place = rng.randrange(max(len(words) - 1, 1))
    return [*words[:place], "".join(words[place : place + 2]), *words[place + 2 :]]


def _cut_apart(words: list[str], rng: random.Random) -> Sequence[str]:
    places = [place for place, word in enumerate(words) if len(word) >= LONG]
    if not places:
        return words
    place = rng.choice(places)
    letters = rng.randrange(3, len(words[place]) - 2)
    return [*words[:place], words[place][:letters], words[place][letters:], *words[place + 1 :]]


def _cut_short(words: list[str], rng: random.Random) -> Sequence[str]:
    name = " ".join(words)
    return name[: int(len(name) * CUT)].split()


WAYS: dict[str, Way] = {
    "the name": lambda words, rng: words,
    "a slip of the finger": _slip,
    "two slips": _two_slips,
    "words joined": _joined,
    "a word cut apart": _cut_apart,
    "without radio and FM": _without_fillers,
    "words changed round": _changed_round,
    "a word of three or more left out": _without_a_word,
    "cut short": _cut_short,
}


def requests_of(
    entities: Sequence[Entity], lang: str | Language, way: str, rng: random.Random
) -> list[tuple[str, int]]:
    """A request for each entity whose name the way changes, and the entity's index."""
    carriers, requests = Carriers.of_language(lang), []
    for index, entity in enumerate(entities):
        words = canonical_text(entity.name).split()
        asked = " ".join(WAYS[way](words, rng)) if words else ""
        if asked and (way == "the name" or asked != " ".join(words)):
            requests.append((carriers.sample(rng).format(asked), index))
    return requests
