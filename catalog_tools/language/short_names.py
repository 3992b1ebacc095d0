"""Short names, as people leave words out: "BBC Radio 4" is asked for as "Radio 4", "Zoë Kravitz" as "Zoë".

Two ways, for two kinds of catalogs. Numbered stations carry their broadcaster before "Radio", in one short word
(`with_numbered_stations`). And in a catalog of a household, of contacts, devices or tasks, one word of a name is often
enough (`with_single_words`). Where several entities share a short name, a request for it is answered as ambiguous.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words

__all__ = ["MOST_OWNERS", "with_numbered_stations", "with_single_words"]

MOST_OWNERS = 3  # a word that more entities have stands for none of them
SHORTEST = 3  # letters of a word
_NUMBERED = re.compile(r"[a-z]{2,5} (radio [0-9])")


def with_numbered_stations(entities: Sequence[Entity]) -> list[Entity]:
    """``entities``, each "XYZ Radio 4" with the alias "Radio 4", unless that is already a name in the catalog."""
    taken = _names(entities)
    return [
        replace(entity, aliases=(*entity.aliases, short.title()))
        if (short := _numbered_station(entity)) and short not in taken
        else entity
        for entity in entities
    ]


def with_single_words(entities: Sequence[Entity]) -> list[Entity]:
    """``entities``, each with the words of its names as spoken forms that at most `MOST_OWNERS` entities have.

    Left out are words of fewer than `SHORTEST` letters, numbers, words that carriers are made of ("call", "the"), and
    what is the whole name of any entity.
    """
    words = [list(dict.fromkeys(_words(entity))) for entity in entities]
    owners: defaultdict[str, int] = defaultdict(int)
    for own in words:
        for word in own:
            owners[word] += 1
    taken = _names(entities) | carrier_words().words
    return [
        replace(entity, spoken=tuple(dict.fromkeys((*entity.spoken, *chosen))))
        if (chosen := [word for word in own if owners[word] <= MOST_OWNERS and word not in taken])
        else entity
        for entity, own in zip(entities, words, strict=True)
    ]


def _names(entities: Sequence[Entity]) -> set[str]:
    return {canonical_text(name) for entity in entities for name in (entity.name, *entity.aliases)}


def _numbered_station(entity: Entity) -> str:
    names = map(canonical_text, (entity.name, *entity.aliases))
    return next((match[1] for name in names if (match := _NUMBERED.fullmatch(name))), "")


def _words(entity: Entity) -> Iterator[str]:
    for name in (entity.name, *entity.aliases):
        for word in canonical_text(name).split():
            if len(word) >= SHORTEST and not word.isdigit():
                yield word
