"""Entity store: one JSON object a line in entities.jsonl.gz, and stream addresses in the same lines of streams.jsonl.

    {"id":"es-0042","name":"Cadena SER","aliases":["SER"],"spoken":["cadena s e r"],"country":"ES","tags":["news"]}
    {"id":"es-0042","streams":["https://..."]}

A line is parsed only when its entity is needed. So loaded entities take the memory of their text and 8 bytes each.
"""

from __future__ import annotations

import io
import json
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from operator import lt
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_rows import (
    LISTS,
    are_entities,
    are_streams,
    entity_of_row,
    wrong_names,
)
from edge_er.bundle.json_text import parse_json, parse_lines
from edge_er.constants import BOUNDS
from edge_er.errors import BundleCorruptError, BundleError

__all__ = [
    "OWN_FIELDS",
    "EntityStore",
    "json_line",
    "packed_entities",
    "packed_lines",
    "streams_jsonl",
    "unpacked",
]

STREAMS, STREAM_FILE = "streams", "streams.jsonl"
ENTITIES = "entities.jsonl.gz"
OWN_FIELDS = ("id", "name", "aliases", "spoken")
_LINE_FEED = 10
_GZIP = 16 + zlib.MAX_WBITS  # what zlib calls the format
_BYTES_AT_ONCE = 1 << 22


class EntityStore(Sequence[Entity]):
    """The entities of entities.jsonl.gz, with the stream addresses of streams.jsonl if there is one.

    Entity i is line i of both files, from 0. Unpacked, entities.jsonl.gz may have `most` bytes.

    Raises:
        BundleCorruptError: a file is damaged or larger than it may be, or the two have different numbers of lines.
    """

    def __init__(self, entities: bytes, streams: bytes | None = None, most: int = sys.maxsize - 1) -> None:
        self._lines = _Lines(unpacked(entities, most))
        self._streams = None if streams is None else _Lines(streams)
        self._rows: list[dict[str, Any]] | None = None
        self._checked = False  # every line: then it is parsed without a closer look
        if self._streams is not None and len(self._streams) != len(self._lines):
            raise BundleCorruptError(
                f"{STREAM_FILE}: expected a line for each of {len(self._lines)} entities, "
                f"found {len(self._streams)}; build the bundle again"
            )

    def without_streams(self) -> list[Entity]:
        """All entities without their stream addresses, many times faster than one by one."""
        return [entity_of_row(dict(row)) for row in self.all_rows()]

    def all_rows(self) -> list[dict[str, Any]]:
        """The checked lines of all entities; not to be changed.

        Raises:
            BundleCorruptError: a line is no entity.
        """
        if self._rows is not None:
            return self._rows
        rows = _all_rows(self._lines)
        return rows if rows is not None and are_entities(rows) else self._one_by_one(range(len(self)))

    def _one_by_one(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """The lines of some entities, where one of them is wrong, or looks so."""
        for index in indices:
            self.bare(index)  # raises an error for the first that is wrong
        return [_parse(ENTITIES, self._lines, index) for index in indices]

    def check(self) -> None:
        """Check every line of both files; what they say is kept in memory until `release`.

        Raises:
            BundleCorruptError: a line is no entity, ids do not ascend, or a line of stream addresses is of another one.
        """
        self._rows = self.all_rows()
        ids: list[str] = [row["id"] for row in self._rows]
        if not all(map(lt, ids, ids[1:])):
            row = next(row for row, (one, other) in enumerate(pairwise(ids), start=2) if one >= other)
            raise BundleCorruptError(
                f"{ENTITIES}, row {row}: expected ascending ids, found {ids[row - 1]!r:.100} after "
                f"{ids[row - 2]!r:.100}; build the bundle again"
            )
        rows = _all_rows(self._streams) if self._streams else None
        if self._streams is not None and (rows is None or not are_streams(rows, ids)):
            for index, identifier in enumerate(ids):
                _stream_addresses(_parse(STREAM_FILE, self._streams, index), identifier, index)
        self._checked = True

    def release(self) -> None:
        """Forget what `check` keeps."""
        self._rows = None

    def __len__(self) -> int:
        return len(self._lines)

    def bare(self, index: int) -> Entity:
        """The entity of an index without its stream addresses."""
        return _entity(_parse(ENTITIES, self._lines, index), index)

    def rows(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """The checked lines of some entities; faster than entities one by one.

        Raises:
            BundleCorruptError: a line is no entity.
        """
        rows = _rows_of(self._lines.some(indices))
        return rows if rows is not None and are_entities(rows) else self._one_by_one(indices)

    @overload
    def __getitem__(self, index: int) -> Entity: ...
    @overload
    def __getitem__(self, index: slice) -> list[Entity]: ...
    def __getitem__(self, index: int | slice) -> Entity | list[Entity]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        if self._checked and (found := self._at_once([index])) is not None:
            return found[0]
        fields = _parse(ENTITIES, self._lines, index)
        if self._streams is not None:
            values = _parse(STREAM_FILE, self._streams, index)
            if streams := _stream_addresses(values, fields.get("id"), index):
                fields[STREAMS] = streams
        return _entity(fields, index)

    def some(self, indices: Sequence[int]) -> list[Entity]:
        """The entities of some indices; faster than one by one.

        Raises:
            BundleCorruptError: a line is no entity, or its line of stream addresses is of another one.
        """
        found = self._at_once(indices) if self._checked else None
        return [self[index] for index in indices] if found is None else found

    def _at_once(self, indices: Sequence[int]) -> list[Entity] | None:
        """Entities whose lines have been checked; None where a closer look says what is wrong."""
        try:
            rows = parse_lines([self._lines[index] for index in indices])
            if self._streams is not None:
                addresses = parse_lines([self._streams[index] for index in indices])
                for fields, of_streams in zip(rows, addresses, strict=True):
                    if of_streams["id"] != fields["id"]:
                        return None
                    if of_streams[STREAMS]:
                        fields[STREAMS] = of_streams[STREAMS]
            return list(map(entity_of_row, rows))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def packed_entities(entities: Iterable[Entity]) -> bytes:
    """Contents of entities.jsonl.gz; the same entities give the same bytes.

    Raises:
        BundleError: metadata is not JSON, or has the name of a field of the entity.
    """
    return packed_lines(_entity_line(entity) for entity in entities)


def packed_lines(lines: Iterable[bytes]) -> bytes:
    """Lines as a gzip file; the same lines give the same bytes as long as zlib is the same version."""
    import gzip  # reading needs none

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
    if wrong := wrong_names(entity):
        raise BundleError(f"entity {entity.id!r:.100}: {wrong}; correct the catalog")
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


def unpacked(data: bytes, most: int) -> bytes:
    """The contents of a gzip file of one member.

    Raises:
        BundleCorruptError: it is not whole, something follows it, or it holds more than `most` bytes.
    """
    packed = zlib.decompressobj(_GZIP)
    try:
        whole = packed.decompress(data, most + 1)
    except zlib.error as error:
        raise BundleCorruptError(f"{ENTITIES}: not gzip ({error}); build the bundle again") from error
    if len(whole) > most:
        raise BundleCorruptError(
            f"{ENTITIES}: expected {most:,} bytes at most when it is unpacked, found more; "
            "build the bundle again"
        )
    if not packed.eof or packed.unused_data:
        reason = "something follows it" if packed.eof else "cut off"
        raise BundleCorruptError(f"{ENTITIES}: not gzip ({reason}); build the bundle again")
    return whole


class _Lines:
    """The lines of a text, found by the places of their line feeds; text after the last line feed is ignored."""

    def __init__(self, data: bytes) -> None:
        ends = [np.flatnonzero(block == _LINE_FEED) + at for at, block in _blocks(data)]
        self._data, self._ends = data, np.concatenate([np.array([-1]), *ends])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, index: int) -> bytes:
        row, ends = index if index >= 0 else range(len(self))[index], self._ends
        return self._data[ends.item(row) + 1 : ends.item(row + 1)]

    def some(self, rows: Sequence[int]) -> list[bytes]:
        """The lines of some rows, from 0."""
        at = np.asarray(rows, np.int64)
        firsts, ends = (self._ends[at] + 1).tolist(), self._ends[at + 1].tolist()
        return [self._data[first:end] for first, end in zip(firsts, ends, strict=True)]

    def most_brackets(self) -> int:
        """The most brackets that open in one line, those within texts included."""
        whole = np.frombuffer(self._data, np.uint8)[: max(self._ends[-1], 0)]
        opens = np.flatnonzero((whole == ord("[")) | (whole == ord("{")))
        return int(np.bincount(np.searchsorted(self._ends, opens), minlength=1).max())

    def joined(self) -> bytes:
        """All lines as one JSON list."""
        return b"[" + self._data[: max(self._ends[-1], 0)].replace(b"\n", b",") + b"]"


def _blocks(data: bytes) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    whole = np.frombuffer(data, np.uint8)
    return ((at, whole[at : at + _BYTES_AT_ONCE]) for at in range(0, len(whole), _BYTES_AT_ONCE))


def _all_rows(lines: _Lines) -> list[dict[str, Any]] | None:
    """All lines of a file, as `_parsed` gives them."""
    return _parsed(lines.joined(), len(lines), lines.most_brackets())


def _rows_of(lines: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """Some lines, as `_parsed` gives them."""
    brackets = max((line.count(b"[") + line.count(b"{") for line in lines), default=0)
    return _parsed(b"[" + b",".join(lines) + b"]", len(lines), brackets)


def _parsed(joined: bytes, count: int, brackets: int) -> list[dict[str, Any]] | None:
    """So many lines, parsed together, which is faster than one by one; None if one of them is no object, or where the
    `brackets` of a line may be too many levels, which only a closer look shows.
    """
    if brackets > BOUNDS.manifest_levels:
        return None
    try:
        rows = parse_json(joined, few_levels=True)
    except ValueError:
        return None
    return rows if len(rows) == count and not set(map(type, rows)) - {dict} else None


def _parse(file: str, lines: _Lines, index: int) -> dict[str, Any]:
    try:
        values = parse_json(lines[index])
    except ValueError as error:
        raise BundleCorruptError(
            f"{file}, row {index + 1}: not JSON ({error}); build the bundle again"
        ) from error
    if not isinstance(values, dict):
        raise BundleCorruptError(f"{file}, row {index + 1}: expected an object, found {values!r:.100}")
    return values


def _stream_addresses(values: dict[str, Any], identifier: object, index: int) -> list[str]:
    """The stream addresses in a line, which must be of the entity `identifier`."""
    streams = values.get(STREAMS)
    if values.get("id") != identifier or type(streams) is not list or set(map(type, streams)) - {str}:
        raise BundleCorruptError(
            f"{STREAM_FILE}, row {index + 1}: expected id {identifier!r:.100} and a list of addresses, "
            f"found {values!r:.100}; build the bundle again"
        )
    return streams


def _entity(fields: dict[str, Any], index: int) -> Entity:
    try:
        lists = all(type(fields.get(name, ())) in LISTS for name in ("aliases", "spoken"))
        entity = entity_of_row(fields)
        wrong = wrong_names(entity) if lists else "expected lists of aliases and spoken forms"
    except KeyError as error:
        wrong = f"no field {error}"
    except TypeError:
        wrong = "expected lists of aliases and spoken forms"
    if wrong:
        raise BundleCorruptError(f"{ENTITIES}, row {index + 1}: {wrong}; build the bundle again")
    return entity
