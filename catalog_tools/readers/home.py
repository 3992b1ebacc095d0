"""A home as Home Assistant stores it: the entities that its assistant may use, its areas and floors, as records.

The folder is `.storage` of its configuration, with the registries of entities, devices, areas and floors. An entity
belongs to the catalog where it is exposed to the assistant "conversation"; where nobody decided, where its kind is
exposed by default (lights are, sensors and diagnostics are not).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog_tools.readers.registries import full_name, own_name, texts_of
from catalog_tools.readers.sources import Record
from edge_er.errors import CatalogError

__all__ = ["home_records"]

_ASSISTANT = "conversation"
_EXPOSED = frozenset(
    (
        *(
            "climate",
            "cover",
            "fan",
            "humidifier",
            "light",
            "lock",
            "media_player",
            "scene",
            "script",
            "switch",
        ),
        *("todo", "vacuum", "valve", "water_heater"),
    )
)
_Row = Mapping[str, Any]


def home_records(storage: str | Path) -> Iterator[Record]:
    """Records with metadata `kind` ("entity", "area", "floor"); entities have `domain`, `entity_id`, `area`, `floor`.

    An entity that its device names ("Ceiling" of the device "Kitchen") is "Kitchen Ceiling"; its own name alone
    becomes an alias where no other entity has it.

    Raises:
        CatalogError: the folder has no registry of entities, or a registry is not what Home Assistant writes.
    """
    folder = Path(storage)
    floors = {row["floor_id"]: row for row in _registry(folder, "floor", "floors", "floor_id")}
    areas = {row["id"]: row for row in _registry(folder, "area", "areas", "id")}
    devices = {row["id"]: row for row in _registry(folder, "device", "devices", "id")}
    yield from (_place(row, key, "floor", {}) for key, row in floors.items())
    for key, row in areas.items():
        yield _place(row, key, "area", _named(floor=floors.get(row.get("floor_id"))))
    entities = [
        (row, devices.get(row.get("device_id")) or {})
        for row in _registry(folder, "entity", "entities", "entity_id", needed=True)
        if _is_exposed(row)
    ]
    own = [own_name(row) for row, _ in entities]
    for (row, device), name in zip(entities, own, strict=True):
        area = areas.get(row.get("area_id") or device.get("area_id"))
        about = _named(area=area, floor=floors.get((area or {}).get("floor_id")))
        full = full_name(row, device)
        if full:
            aliases = [name] if name and own.count(name) == 1 else []
            yield _entity(row, full, aliases, about)


def _registry(folder: Path, kind: str, rows: str, key: str, needed: bool = False) -> list[dict[str, Any]]:
    """The rows of one registry; none where the home has no such file, unless it is `needed`."""
    file = folder / f"core.{kind}_registry"
    if not file.is_file():
        if needed:
            raise CatalogError("no such file; expected the folder .storage of Home Assistant", file=file)
        return []
    try:
        found = json.loads(file.read_text(encoding="utf-8"))["data"][rows]
        good = all(isinstance(row[key], str) for row in found)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CatalogError(
            f"expected a registry with data.{rows}, each with {key}: {error!r}", file=file
        ) from error
    if not good:
        raise CatalogError(f"expected data.{rows}, each with a text {key}", file=file)
    return list(found)


def _is_exposed(row: _Row) -> bool:
    if row.get("disabled_by"):
        return False
    options = (row.get("options") or {}).get(_ASSISTANT) or {}
    usual = not row.get("hidden_by") and not row.get("entity_category") and _domain(row) in _EXPOSED
    return bool(options.get("should_expose", usual))


def _domain(row: _Row) -> str:
    return str(row["entity_id"]).partition(".")[0]


def _named(**places: _Row | None) -> dict[str, Any]:
    return {kind: row["name"] for kind, row in places.items() if row and row.get("name")}


def _entity(row: _Row, name: str, aliases: list[str], about: Mapping[str, Any]) -> Record:
    names = tuple(dict.fromkeys(each for each in (*texts_of(row.get("aliases")), *aliases) if each != name))
    about = {"kind": "entity", "domain": _domain(row), "entity_id": row["entity_id"], **about}
    return Record(name, names, str(row["entity_id"]), about)


def _place(row: _Row, key: str, kind: str, about: Mapping[str, Any]) -> Record:
    name = str(row.get("name") or key)
    return Record(name, tuple(texts_of(row.get("aliases"))), f"{kind}.{key}", {"kind": kind, **about})
