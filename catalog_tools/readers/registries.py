"""Registries of Home Assistant (its folder `.storage`): entities, devices or places, and what these are called."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog_tools.readers.rows import Row, Source

__all__ = ["full_name", "own_name", "registry_rows", "texts_of", "words_of"]

_ENTITIES, _DEVICES = "core.entity_registry", "core.device_registry"
_KEPT = {
    _ENTITIES: ("area_id", "device_id", "device_class", "original_device_class", "labels", "platform"),
    _DEVICES: ("area_id", "manufacturer", "model", "labels"),
    "core.area_registry": ("floor_id", "labels"),
    "core.floor_registry": ("level",),
    "core.label_registry": (),
}
_IDS = {"core.area_registry": "id", "core.floor_registry": "floor_id", "core.label_registry": "label_id"}
_Item = Mapping[str, Any]


def own_name(entity: _Item) -> str:
    """What an entity is called by itself: by its owner, else by its integration."""
    return str(entity.get("name") or entity.get("original_name") or "").strip()


def full_name(entity: _Item, device: _Item) -> str:
    """The name that the home's owner sees: "Ceiling" of the device "Kitchen" is "Kitchen Ceiling"."""
    own = own_name(entity)
    of_device = _device_name(device)
    if entity.get("name") or not entity.get("has_entity_name") or not of_device:
        return own or of_device
    return f"{of_device} {own}" if own else of_device


def _device_name(device: _Item) -> str:
    return str(device.get("name_by_user") or device.get("name") or "").strip()


def texts_of(values: Any) -> list[str]:
    """The texts of a list; none of anything else."""
    return (
        [each for each in values if isinstance(each, str) and each.strip()]
        if isinstance(values, list)
        else []
    )


def words_of(identifier: str) -> str:
    """The words of an id: "light.living_room" is called "living room"."""
    return " ".join(identifier.rpartition(".")[2].replace("_", " ").split())


def registry_rows(value: Any, source: Source) -> Iterator[Row] | None:
    """The rows of a registry; None for what is none.

    Entities have the names and areas of their devices, where the registry of devices is beside theirs. What is disabled
    or hidden is not wanted.
    """
    if not isinstance(value, Mapping) or value.get("key") not in _KEPT:
        return None
    key = str(value["key"])
    items = _items(value)
    devices = _devices_beside(source) if key == _ENTITIES else {}
    own = [own_name(item) for item in items if isinstance(item, Mapping)]
    return (_row(number, key, item, devices, own) for number, item in enumerate(items, 1)) if items else None


def _items(registry: _Item) -> Sequence[Any]:
    data = registry.get("data")
    lists = data.values() if isinstance(data, Mapping) else ()
    return next((items for items in lists if isinstance(items, list)), [])


def _devices_beside(source: Source) -> dict[str, _Item]:
    """The devices by their ids; none where their registry is not beside the source, or is damaged."""
    file = source.path.with_name(_DEVICES)
    if not file.is_file():
        return {}
    try:
        items = _items(json.loads(file.read_text(encoding="utf-8")))
        return {str(item["id"]): item for item in items if isinstance(item, Mapping) and "id" in item}
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        source.note(
            f"{_DEVICES} beside it cannot be read ({error}); entities are called without their devices"
        )
        return {}


def _row(number: int, key: str, item: Any, devices: Mapping[str, _Item], own: Sequence[str]) -> Row:
    if not isinstance(item, Mapping):
        return Row(number, {"value": item}, f"expected an object, found {type(item).__name__}")
    identifier = item.get("entity_id") or item.get(_IDS.get(key, "id")) or item.get("id")
    device = devices.get(str(item.get("device_id")), {})
    name = _device_name(item) if key != _ENTITIES else full_name(item, device)
    aliases = texts_of(item.get("aliases"))
    short = own_name(item)
    if key == _ENTITIES and short not in ("", name) and own.count(short) == 1:
        aliases.append(short)
    values: dict[str, Any] = {
        "id": identifier,
        "name": name or words_of(str(identifier or "")),
        "aliases": list(dict.fromkeys(alias for alias in aliases if alias != name)),
    }
    if isinstance(item.get("entity_id"), str):
        values["domain"] = item["entity_id"].partition(".")[0]
    values |= {field: found for field in _KEPT[key] if (found := item.get(field))}
    if device.get("area_id"):
        values.setdefault("area_id", device["area_id"])
    wanted = item.get("disabled_by") is None and item.get("hidden_by") is None
    return Row(number, {field: each for field, each in values.items() if each}, wanted=wanted)
