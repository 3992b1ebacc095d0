"""A person's own names beside a shipped catalog, kept in a file."""

from pathlib import Path
from typing import assert_type

from edge_er import CatalogError, Entity, EntityResolver, PersonalResolver


def opened(base: EntityResolver, file: Path) -> PersonalResolver:
    try:
        return base.with_entries(file) if file.exists() else base.with_entries([])
    except CatalogError as error:
        print("damaged, so empty:", error)
        return base.with_entries([])


def main(file: Path) -> None:
    mine = assert_type(opened(EntityResolver.load("radio_es"), file), PersonalResolver)
    mine.add({"id": "c-17", "name": "Mum", "kind": "contact"}, {"name": "Gym mix"})
    mine.favour({"c-17": 3})
    own: tuple[Entity, ...] = mine.own_entries
    print([entity.name for entity in own], dict(mine.popularity))
    mine.save(file)
    for answer in mine.resolve_batch(["call mum", "play gym mix"]):
        print(answer.query, answer.decision, answer.best and answer.best.id)


if __name__ == "__main__":
    main(Path("mine.jsonl"))
