"""Records become entities, one each, with ids that stay from one build to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog_tools.readers.sources import Record
from catalog_tools.readers.streams import stream_key
from edge_er.bundle.entity import Entity
from edge_er.constants import ENTITY
from edge_er.text.canonical import canonical_text

__all__ = ["entities_from_records", "keep_previous_ids", "stable_id", "with_ids"]


def stable_id(country: str, name: str, again: int = 0) -> str:
    """An id that depends on country and name only; `again` numbers entities that share both."""
    text = "\n".join([country, canonical_text(name) or name, *([str(again)] if again else [])])
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()[: ENTITY.id_digits]
    return f"{country.lower()}-{digest}" if country else digest


def entities_from_records(records: Iterable[Record]) -> list[Entity]:
    """One entity a record, nothing merged: for catalogs whose rows are entities already. Sorted by id."""
    entities = [
        Entity(record.id or "", record.name, record.aliases, (), dict(record.metadata)) for record in records
    ]
    return with_ids(entities)


def with_ids(entities: Sequence[Entity]) -> list[Entity]:
    """Ids for entities without one; those that share country and name are numbered in the order of their content."""
    done = [entity for entity in entities if entity.id]
    taken = {entity.id for entity in done}
    for entity in sorted(
        (entity for entity in entities if not entity.id),
        key=lambda one: (one.name, repr(sorted(one.metadata.items(), key=str)), one.aliases),
    ):
        again, new = 0, ""
        while not new or new in taken:
            new = stable_id(str(entity.metadata.get("country", "")), entity.name, again)
            again += 1
        taken.add(new)
        done.append(replace(entity, id=new))
    return sorted(done, key=lambda entity: entity.id)


def keep_previous_ids(entities: Sequence[Entity], previous: Sequence[Entity]) -> list[Entity]:
    """`entities` with the ids of `previous` where the record is the same one, changed or renamed.

    An entity keeps its id if the previous bundle has it; otherwise it takes over the id of the previous entity of
    its country with the same name, then with a name in common, then with a stream in common. No id is given twice.
    """
    known = {entity.id for entity in previous}
    free = {entity.id: entity for entity in previous}
    renamed: dict[int, str] = {}
    for index, entity in enumerate(entities):
        if entity.id in known:
            renamed[index] = entity.id
            free.pop(entity.id, None)
    for keys in (_name_keys, _all_name_keys, _stream_keys):
        owners: dict[tuple[str, str], str] = {}
        for entity in sorted(free.values(), key=lambda one: one.id):
            for key in keys(entity):
                owners.setdefault(key, entity.id)
        for index, entity in enumerate(entities):
            old = next((owners[key] for key in keys(entity) if key in owners), None)
            if index not in renamed and old in free:
                renamed[index] = old
                del free[old]
    return sorted(
        (replace(entity, id=renamed.get(index, entity.id)) for index, entity in enumerate(entities)),
        key=lambda entity: entity.id,
    )


def _country(metadata: Mapping[str, Any]) -> str:
    return str(metadata.get("country", ""))


def _name_keys(entity: Entity) -> list[tuple[str, str]]:
    return [(_country(entity.metadata), canonical_text(entity.name) or entity.name)]


def _all_name_keys(entity: Entity) -> list[tuple[str, str]]:
    names = dict.fromkeys(canonical_text(name) or name for name in (entity.name, *entity.aliases))
    return [(_country(entity.metadata), name) for name in names]


def _stream_keys(entity: Entity) -> list[tuple[str, str]]:
    streams = entity.metadata.get("streams") or ()
    return [(_country(entity.metadata), key) for key in map(stream_key, streams) if key]
