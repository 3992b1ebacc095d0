"""Entity store: one JSON object a line in entities.jsonl.gz, and stream addresses in the same lines of streams.jsonl.

    {"id":"es-0042","name":"Cadena SER","aliases":["SER"],"spoken":["cadena s e r"],"country":"ES","tags":["news"]}
    {"id":"es-0042","streams":["https://..."]}

A line is parsed only when its entity is needed. So loaded entities take the memory of their text and 8 bytes each.
"""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.errors import BundleCorruptError, BundleError

__all__ = ["OWN_FIELDS", "EntityStore", "json_line", "packed_entities", "packed_lines", "streams_jsonl"]

STREAMS = "streams"
OWN_FIELDS = ("id", "name", "aliases", "spoken")
_LINE_FEED = 10
_BYTES_AT_ONCE = 1 << 22


class EntityStore(Sequence[Entity]):
    """The entities of entities.jsonl.gz, with the stream addresses of streams.jsonl if there is one.

    Entity i is line i of both files, from 0.

    Raises:
        BundleCorruptError: a file is damaged, or the two have different numbers of lines.
    """

    def __init__(self, entities: bytes, streams: bytes | None = None) -> None:
        self._lines = _Lines(_unpacked(entities))
        self._streams = None if streams is None else _Lines(streams)
        if self._streams is not None and len(self._streams) != len(self._lines):
            raise BundleCorruptError(
                f"streams.jsonl: expected a line for each of {len(self._lines)} entities, "
                f"found {len(self._streams)}; build the bundle again"
            )

    def without_streams(self) -> list[Entity]:
        """All entities without their stream addresses, many times faster than one by one."""
        try:
            rows = json.loads(self._lines.joined())
        except ValueError:
            rows = []
        if len(rows) != len(self._lines) or not all(isinstance(row, dict) for row in rows):
            rows = [_parse("entities.jsonl.gz", self._lines, index) for index in range(len(self._lines))]
        return [_entity(row, index) for index, row in enumerate(rows)]

    def __len__(self) -> int:
        return len(self._lines)

    def bare(self, index: int) -> Entity:
        """The entity of an index without its stream addresses."""
        return _entity(_parse("entities.jsonl.gz", self._lines, index), index)

    @overload
    def __getitem__(self, index: int) -> Entity: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entity]: ...
    def __getitem__(self, index: int | slice) -> Entity | list[Entity]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        fields = _parse("entities.jsonl.gz", self._lines, index)
        if self._streams is not None:
            streams = _parse("streams.jsonl", self._streams, index)
            if streams.get("id") != fields.get("id"):
                raise BundleCorruptError(
                    f"streams.jsonl, row {index + 1}: expected id {fields.get('id')!r}, "
                    f"found {streams.get('id')!r}; build the bundle again"
                )
            if streams[STREAMS]:
                fields[STREAMS] = streams[STREAMS]
        return _entity(fields, index)


def packed_entities(entities: Iterable[Entity]) -> bytes:
    """Contents of entities.jsonl.gz; the same entities give the same bytes.

    Raises:
        BundleError: metadata is not JSON, or has the name of a field of the entity.
    """
    return packed_lines(_entity_line(entity) for entity in entities)


def packed_lines(lines: Iterable[bytes]) -> bytes:
    """Lines as a gzip file; the same lines give the same bytes as long as zlib is the same version."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.writelines(lines)
    return packed.getvalue()


def streams_jsonl(entities: Sequence[Entity]) -> bytes | None:
    """Contents of streams.jsonl, a line for every entity; None if no entity has stream addresses."""
    if not any(entity.metadata.get(STREAMS) for entity in entities):
        return None
    return b"".join(
        json_line({"id": entity.id, STREAMS: entity.metadata.get(STREAMS) or []}) for entity in entities
    )


def json_line(values: Mapping[str, Any]) -> bytes:
    """One line of compact JSON in UTF-8, with its line feed."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8") + b"\n"


def _entity_line(entity: Entity) -> bytes:
    clash = [name for name in OWN_FIELDS if name in entity.metadata]
    if clash:
        raise BundleError(
            f"entity {entity.id!r}: metadata may not be named {', '.join(clash)}; rename the column"
        )
    values: dict[str, Any] = {"id": entity.id, "name": entity.name}
    if entity.aliases:
        values["aliases"] = list(entity.aliases)
    if entity.spoken:
        values["spoken"] = list(entity.spoken)
    values.update((key, value) for key, value in entity.metadata.items() if key != STREAMS)
    try:
        return json_line(values)
    except (TypeError, ValueError) as error:
        raise BundleError(
            f"entity {entity.id!r}: not JSON ({error}); metadata holds text, numbers, lists and mappings"
        ) from error


def _unpacked(data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise BundleCorruptError(f"entities.jsonl.gz: not gzip ({error}); build the bundle again") from error


class _Lines:
    """The lines of a text, found by the places of their line feeds; text after the last line feed is ignored."""

    def __init__(self, data: bytes) -> None:
        ends = [np.flatnonzero(block == _LINE_FEED) + at for at, block in _blocks(data)]
        self._data, self._ends = data, np.concatenate([np.array([-1]), *ends])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> bytes:
        row = range(len(self))[index]
        return self._data[self._ends.item(row) + 1 : self._ends.item(row + 1)]

    def joined(self) -> bytes:
        """All lines as one JSON list."""
        return b"[" + self._data[: max(self._ends[-1], 0)].replace(b"\n", b",") + b"]"


def _blocks(data: bytes) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    whole = np.frombuffer(data, np.uint8)
    return ((at, whole[at : at + _BYTES_AT_ONCE]) for at in range(0, len(whole), _BYTES_AT_ONCE))


def _parse(file: str, lines: _Lines, index: int) -> dict[str, Any]:
    try:
        values = json.loads(lines[index])
    except ValueError as error:
        raise BundleCorruptError(
            f"{file}, row {index + 1}: not JSON ({error}); build the bundle again"
        ) from error
    if not isinstance(values, dict):
        raise BundleCorruptError(f"{file}, row {index + 1}: expected an object, found {values!r}")
    return values


def _entity(fields: dict[str, Any], index: int) -> Entity:
    try:
        return Entity(
            id=fields.pop("id"),
            name=fields.pop("name"),
            aliases=tuple(fields.pop("aliases", ())),
            spoken=tuple(fields.pop("spoken", ())),
            metadata=fields,
        )
    except KeyError as error:
        raise BundleCorruptError(
            f"entities.jsonl.gz, row {index + 1}: no field {error}; build the bundle again"
        ) from error
