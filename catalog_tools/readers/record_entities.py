"""Records of a catalog become entities, one each: nothing is merged, and ids stay from one build to the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog_tools.readers.entity_ids import entities_from_records, keep_previous_ids
from catalog_tools.readers.sources import Record, read_records, record_from_mapping
from edge_er.bundle.entity import Entity
from edge_er.errors import CatalogError

__all__ = ["RecordLike", "as_records", "entities_of"]

RecordLike = Record | Entity | Mapping[str, Any]


def entities_of(records: str | Path | Iterable[RecordLike], previous: Sequence[Entity] = ()) -> list[Entity]:
    """One entity a record, sorted by id.

    A record's own id always stays. One without an id takes that of the entity of ``previous`` it was before (same
    name, a name in common, or a stream in common), and a hash of country and name where there is none.

    Args:
        records: a catalog file, or records, entities, or mappings with ``name``, ``id``? and ``aliases``? (a list, or
            joined by ``|``); every other key is metadata.
        previous: entities of the bundle that this one replaces.

    Raises:
        CatalogError: no record, a record without a name, an id twice, naming file, row and column where known.
    """
    items = [*as_records(records)]
    if not items:
        raise CatalogError("the catalog is empty; expected at least one record with a name")
    _check_ids(items)
    given = [item for item in items if isinstance(item, Entity)]
    given += entities_from_records(item for item in items if isinstance(item, Record) and item.id)
    taken = {entity.id for entity in given}
    unnumbered = entities_from_records(item for item in items if isinstance(item, Record) and not item.id)
    free = [entity for entity in previous if entity.id not in taken]
    return sorted([*given, *_apart(keep_previous_ids(unnumbered, free), taken)], key=lambda entity: entity.id)


def as_records(records: str | Path | Iterable[RecordLike]) -> Iterator[Record | Entity]:
    """The records of a catalog file, or those given; mappings become records.

    Raises:
        CatalogError: a record without a name, or what is none.
    """
    if isinstance(records, (str, Path)):
        with read_records(records) as reader:
            yield from reader
    else:
        yield from (_record(item, row) for row, item in enumerate(records, start=1))


def _record(item: RecordLike, row: int) -> Record | Entity:
    if isinstance(item, (Record, Entity)):
        return item
    if not isinstance(item, Mapping):
        raise CatalogError(
            f"expected a mapping with a name, a Record or an Entity, found {type(item).__name__}", row=row
        )
    return record_from_mapping(item, row=row)


def _check_ids(items: Sequence[Record | Entity]) -> None:
    first: dict[str, int] = {}
    for row, item in enumerate(items, start=1):
        if isinstance(item, Entity) and not item.id:
            raise CatalogError(
                f"the entity {item.name!r} has no id; give it one, or pass a mapping", row=row, column="id"
            )
        if not item.name.strip():
            raise CatalogError("a record without a name; fill it in or remove it", row=row, column="name")
        if item.id and first.setdefault(item.id, row) != row:
            raise CatalogError(
                f"id {item.id!r} is already used in row {first[item.id]}; ids must be unique",
                row=row,
                column="id",
            )


def _apart(entities: Iterable[Entity], taken: set[str]) -> Iterator[Entity]:
    """``entities`` with ids that no record brought along."""
    for entity in entities:
        new, again = entity.id, 1
        while new in taken:
            again += 1
            new = f"{entity.id}-{again}"
        yield replace(entity, id=new)
