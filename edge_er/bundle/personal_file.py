"""File of own entries: one JSON object a line, written whole or not at all.

    {"id": "c-17", "name": "Mum", "aliases": ["Mother"], "kind": "contact"}
    {"id": "es-0aaf75bd4739", "name": "breakfast"}
    {"id": "es-0aaf75bd4739", "popularity": 12}

A line with a name is an entry. A line without a name says how often the person asked for the entity of that id.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import write_file
from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import OWN_FIELDS, json_line
from edge_er.constants import ENTITY
from edge_er.errors import CatalogError
from edge_er.text.canonical import canonical_text

__all__ = ["EntryLike", "count_of", "entry_of", "read_entries", "write_entries"]

EntryLike = Entity | Mapping[str, Any]
_Place = tuple[str | Path | None, int | None]
_NOWHERE: _Place = (None, None)


def entry_of(item: EntryLike, place: _Place = _NOWHERE) -> Entity:
    """An entity from a mapping: `name`, `id`? (by default made of the name), `aliases`?, `spoken`?, metadata.

    Raises:
        CatalogError: there is no name, aliases are not texts, or metadata has the name of a field. The message has
            `place` (file, row).
    """
    if isinstance(item, Entity):
        clash = [name for name in OWN_FIELDS if name in item.metadata]
        if clash:
            raise _wrong(f"metadata may not be named {clash[0]!r}; rename it", place, clash[0])
        return entry_of({**_fields(item), **item.metadata}, place)
    if not isinstance(item, Mapping):
        raise _wrong(f"expected an entity or a mapping with a name, found {type(item).__name__}", place)
    fields = dict(item)
    name = fields.pop("name", None)
    if not isinstance(name, str) or not name.strip() or len(name) > ENTITY.longest_name or "\0" in name:
        found = f"{len(name)} characters" if isinstance(name, str) and name.strip() else repr(name)
        raise _wrong(
            f"expected a name of 1 to {ENTITY.longest_name} characters, found {found}", place, "name"
        )
    identifier = fields.pop("id", None)
    if identifier is not None and (not isinstance(identifier, str) or not identifier.strip()):
        raise _wrong(f"expected an id as text, or none, found {identifier!r}", place, "id")
    aliases, spoken = (_texts(fields.pop(field, ()), place, field) for field in ("aliases", "spoken"))
    if "popularity" in fields:
        count_of(identifier or name, fields["popularity"], place)
    return Entity(identifier or _own_id(name), name.strip(), aliases, spoken, fields)


def count_of(identifier: str, value: Any, place: _Place = _NOWHERE) -> float:
    """The popularity of the entity with the id `identifier`.

    Raises:
        CatalogError: it is not a number from 0 up.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < float("inf"):
        message = f"popularity of {identifier!r}: expected a number from 0 up, found {value!r}"
        raise _wrong(message, place, "popularity")
    return value


def read_entries(path: str | os.PathLike[str]) -> tuple[list[Entity], dict[str, float]]:
    """Entries of a file, and popularity by id.

    Raises:
        CatalogError: the file is missing or not UTF-8, or a row cannot be used; the message names file and row.
    """
    entries, popularity = [], {}
    for row, line in enumerate(_lines(Path(path)), start=1):
        if not line.strip():
            continue
        place = (Path(path), row)
        try:
            values = json.loads(line)
        except ValueError as error:
            raise _wrong(f"not JSON ({error}); expected one object a line", place) from error
        if isinstance(values, dict) and "name" not in values and isinstance(values.get("id"), str):
            popularity[values["id"]] = count_of(values["id"], values.get("popularity"), place)
        else:
            entries.append(entry_of(values, place))
    return entries, popularity


def write_entries(
    path: str | os.PathLike[str], entries: Iterable[Entity], popularity: Mapping[str, float]
) -> None:
    """Write entries and popularity to `path`; a crash leaves the old file or the new one.

    Raises:
        CatalogError: metadata cannot be written as JSON.
    """
    rows: list[Mapping[str, Any]] = [{**_fields(entry), **entry.metadata} for entry in entries]
    rows += [{"id": identifier, "popularity": count} for identifier, count in sorted(popularity.items())]
    try:
        data = b"".join(map(json_line, rows))
    except (TypeError, ValueError) as error:
        raise _wrong(f"metadata is not JSON ({error}); keep texts, numbers and lists", _NOWHERE) from error
    write_file(Path(path), data)


def _lines(path: Path) -> Sequence[str]:
    try:
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise CatalogError(f"cannot be read ({error.strerror or error})", file=path) from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"not UTF-8 ({error.reason}); save it as UTF-8", file=path) from error


def _fields(entry: Entity) -> dict[str, Any]:
    lists = {"aliases": list(entry.aliases), "spoken": list(entry.spoken)}
    return {
        "id": entry.id,
        "name": entry.name,
        **{field: values for field, values in lists.items() if values},
    }


def _texts(value: Any, place: _Place, field: str) -> tuple[str, ...]:
    texts = value.split("|") if isinstance(value, str) else value or ()
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise _wrong(f"expected a list of texts, found {value!r}", place, field)
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _own_id(name: str) -> str:
    digest = hashlib.sha256((canonical_text(name) or name).encode("utf-8")).hexdigest()
    return f"me-{digest[: ENTITY.id_digits]}"


def _wrong(message: str, place: _Place, column: str | None = None) -> CatalogError:
    return CatalogError(message, file=place[0], row=place[1], column=column)
