"""File of own entries: one JSON object a line, written whole or not at all.

    {"personal_file": 1, "sha256": "..."}
    {"id": "c-17", "name": "Mum", "aliases": ["Mother"], "kind": "contact"}
    {"id": "es-0aaf75bd4739", "name": "breakfast"}
    {"id": "es-0aaf75bd4739", "popularity": 12}

The first line has the SHA-256 of all bytes after it; a file written by hand need not have it. A line with a name is an
entry. A line without a name says how often the person asked for the entity of that id. The version before stays as
`.NAME.previous`, and is read where the file is damaged or cut off.
"""

from __future__ import annotations

import hashlib
import os
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from edge_er.bundle.atomic import previous_version, write_file
from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import OWN_FIELDS, json_line
from edge_er.bundle.json_text import parse_json
from edge_er.bundle.reader import open_file
from edge_er.constants import ENTITY
from edge_er.errors import BundleCorruptError, CatalogError
from edge_er.text.canonical import canonical_text

__all__ = ["EntryLike", "count_of", "entry_of", "read_entries", "write_entries"]

EntryLike = Entity | Mapping[str, Any]
_Place = tuple[str | Path | None, int | None]
_NOWHERE: _Place = (None, None)
_HEADER = b'{"personal_file":'


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
    if not isinstance(identifier, str):
        identifier = None
    if any(not isinstance(key, str) for key in fields):
        raise _wrong("expected texts as names of metadata", place)
    if "popularity" in fields:
        count_of(identifier or name, fields["popularity"], place)
    return Entity(identifier or _own_id(name), name.strip(), aliases, spoken, fields)


def count_of(identifier: str, value: Any, place: _Place = _NOWHERE) -> float:
    """The popularity of the entity with the id `identifier`.

    Raises:
        CatalogError: it is not a number from 0 up, or the id is no text.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= sys.float_info.max:
        message = f"popularity of {identifier!r:.100}: expected a number from 0 up, found {value!r:.100}"
        raise _wrong(message, place, "popularity")
    if not isinstance(identifier, str):
        raise _wrong(f"expected an id as text, found {identifier!r:.100}", place, "id")
    return value


def read_entries(path: str | os.PathLike[str]) -> tuple[list[Entity], dict[str, float]]:
    """Entries of a file, and popularity by id.

    Where the file is not what its checksum says (it was cut off, or damaged) and the version before is whole, that one
    is read, with a `RuntimeWarning`.

    Raises:
        CatalogError: the file is missing or not UTF-8, or a row cannot be used; the message names file and row.
    """
    file = Path(path)
    data = _contents(file)
    if _is_whole(data):
        return _parsed(data, file)
    before = previous_version(file)
    if before.is_file() and _is_whole(found := _contents(before)) and found.startswith(_HEADER):
        warnings.warn(
            f"{file}: damaged or cut off (checksum); the version before it is read, {before}",
            RuntimeWarning,
            stacklevel=2,
        )
        return _parsed(found, before)
    raise CatalogError(
        "damaged or cut off (checksum); copy it again, or delete its first line to read what is left of it",
        file=file,
        row=1,
    )


def write_entries(
    path: str | os.PathLike[str], entries: Iterable[Entity], popularity: Mapping[str, float]
) -> None:
    """Write entries and popularity to `path`; a crash leaves the old file or the new one, and the old one stays.

    Raises:
        CatalogError: metadata cannot be written as JSON.
        BundleBusyError: somebody else writes the file.
    """
    rows: list[Mapping[str, Any]] = [{**_fields(entry), **entry.metadata} for entry in entries]
    rows += [{"id": identifier, "popularity": count} for identifier, count in sorted(popularity.items())]
    try:
        data = b"".join(map(json_line, rows))
    except (TypeError, ValueError) as error:
        raise _wrong(f"metadata is not JSON ({error}); keep texts, numbers and lists", _NOWHERE) from error
    header = json_line({"personal_file": 1, "sha256": hashlib.sha256(data).hexdigest()})
    write_file(Path(path), header + data, keep=True)


def _is_whole(data: bytes) -> bool:
    """Whether the checksum in the first line is that of the rest; a file without one is whole."""
    if not data.startswith(_HEADER):
        return True
    first, _, rest = data.partition(b"\n")
    return first == json_line({"personal_file": 1, "sha256": hashlib.sha256(rest).hexdigest()}).rstrip()


def _parsed(data: bytes, file: Path) -> tuple[list[Entity], dict[str, float]]:
    entries: list[Entity] = []
    popularity: dict[str, float] = {}
    for row, line in enumerate(_lines(data, file), start=1):
        if not line.strip() or (row == 1 and data.startswith(_HEADER)):
            continue
        place = (file, row)
        try:
            values = parse_json(line)
        except ValueError as error:
            raise _wrong(f"not JSON ({error}); expected one object a line", place) from error
        if isinstance(values, dict) and "name" not in values and isinstance(values.get("id"), str):
            popularity[values["id"]] = count_of(values["id"], values.get("popularity"), place)
        else:
            entries.append(entry_of(values, place))
    return entries, popularity


def _contents(file: Path) -> bytes:
    try:
        return open_file(file, f"{file}:").read_bytes()
    except (OSError, BundleCorruptError) as error:
        cause = error.__cause__ if isinstance(error, BundleCorruptError) else error
        reason = getattr(cause, "strerror", None) or "no regular file"
        raise CatalogError(f"cannot be read ({reason})", file=file) from error


def _lines(data: bytes, path: Path) -> Sequence[str]:
    try:
        return data.decode("utf-8-sig").split("\n")
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
    texts = value.split("|") if isinstance(value, str) else () if value is None else value
    if not isinstance(texts, (list, tuple)) or not all(isinstance(text, str) for text in texts):
        raise _wrong(f"expected a list of texts, found {value!r}", place, field)
    if any(len(text) > ENTITY.longest_name or "\0" in text for text in texts):
        longest = max(map(len, texts))
        raise _wrong(
            f"expected texts of 1 to {ENTITY.longest_name} characters, found {longest} or U+0000",
            place,
            field,
        )
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _own_id(name: str) -> str:
    digest = hashlib.sha256((canonical_text(name) or name).encode("utf-8")).hexdigest()
    return f"me-{digest[: ENTITY.id_digits]}"


def _wrong(message: str, place: _Place, column: str | None = None) -> CatalogError:
    return CatalogError(message, file=place[0], row=place[1], column=column)
