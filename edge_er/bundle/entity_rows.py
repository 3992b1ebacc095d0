"""Rows of entities.jsonl.gz as entities, and what is wrong with them; many at once, column by column."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from edge_er.bundle.entity import Entity
from edge_er.constants import ENTITY

__all__ = [
    "LISTS",
    "are_entities",
    "are_streams",
    "entity_of_row",
    "names_of_row",
    "wrong_names",
]

LISTS = (list, tuple)
_NUMBERS = (int, float)


def entity_of_row(fields: dict[str, Any]) -> Entity:
    """The entity in a parsed line, which becomes its metadata.

    Raises:
        KeyError: it has no id or no name.
        TypeError: aliases or spoken forms are no collection.
    """
    return Entity(
        id=fields.pop("id"),
        name=fields.pop("name"),
        aliases=tuple(fields.pop("aliases", ())),
        spoken=tuple(fields.pop("spoken", ())),
        metadata=fields,
    )


def are_entities(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether all parsed lines are entities."""
    aliases, spoken, popularity = (
        [row[name] for row in rows if name in row] for name in ("aliases", "spoken", "popularity")
    )
    return (
        not {type(each) for each in (*aliases, *spoken)} - {list}
        and not {type(count) for count in popularity} - {int, float}
        and _are_texts([row.get("id") for row in rows], sys.maxsize, 1)
        and _are_texts([row.get("name") for row in rows], ENTITY.longest_name, 1)
        and _are_texts(chain.from_iterable(aliases), ENTITY.longest_name)
        and _are_texts(chain.from_iterable(spoken), ENTITY.longest_spoken)
        and all(0 <= count <= sys.float_info.max for count in popularity)
    )


def names_of_row(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Name, aliases and spoken forms in a parsed line."""
    return (fields["name"], *fields.get("aliases", ()), *fields.get("spoken", ()))


def are_streams(rows: Sequence[dict[str, Any]], ids: Sequence[str]) -> bool:
    """Whether parsed lines of streams.jsonl are those of the entities `ids`."""
    lists = [row.get("streams") for row in rows]
    if [row.get("id") for row in rows] != ids or set(map(type, lists)) - {list}:
        return False
    return not set(map(type, chain.from_iterable(each or () for each in lists))) - {str}


def _are_texts(values: Iterable[Any], longest: int, shortest: int = 0) -> bool:
    texts = list(values)
    if set(map(type, texts)) - {str}:
        return False
    return not texts or (shortest <= min(map(len, texts)) and max(map(len, texts)) <= longest)


def wrong_names(entity: Entity) -> str:
    """What is wrong with the fields of an entity that every one has, and its popularity; "" if nothing is."""
    name, identifier = entity.name, entity.id
    if type(identifier) is not str or not identifier:
        return f"expected an id as a text, found {identifier!r:.100}"
    if type(name) is not str or not 0 < len(name) <= ENTITY.longest_name:
        return f"expected a name of 1 to {ENTITY.longest_name} characters, found {name!r:.100}"
    for forms, longest in ((entity.aliases, ENTITY.longest_name), (entity.spoken, ENTITY.longest_spoken)):
        for form in forms:
            if type(form) is not str or len(form) > longest:
                return (
                    f"expected aliases and spoken forms of {longest} characters at most, found {form!r:.100}"
                )
    if "popularity" in entity.metadata:
        count = entity.metadata["popularity"]
        if type(count) not in _NUMBERS or not 0 <= count <= sys.float_info.max:
            return f"popularity: expected a number from 0 up, found {count!r:.100}"
    return ""
