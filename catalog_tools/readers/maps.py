"""Objects of JSON and YAML that hold entries: lists within them, maps of ids, and the files of Home Assistant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from catalog_tools.readers.rows import Row

__all__ = ["entry_row", "rows_of"]

_DEEPEST = 4  # levels of maps around the entries
_NAMES = ("name", "friendly_name", "alias", "title", "label", "original_name")
_REGISTRIES = {
    "core.entity_registry": (
        "area_id",
        "device_id",
        "device_class",
        "original_device_class",
        "labels",
        "platform",
    ),
    "core.device_registry": ("area_id", "manufacturer", "model", "labels"),
    "core.area_registry": ("floor_id", "labels"),
    "core.floor_registry": ("level",),
    "core.label_registry": (),
}
_IDS = {"core.area_registry": "id", "core.floor_registry": "floor_id", "core.label_registry": "label_id"}


def rows_of(value: Any) -> Iterator[Row] | None:
    """The entries of a whole file, numbered by their places; None where it holds none.

    Entries are those of a list; of the lists of objects within a map (`{"stations": [...]}`, those of Home Assistant
    with `data` around them); of a map from ids to objects or names; and of intent lists (`lists: area: values: ...`).
    """
    if isinstance(value, Mapping) and value.get("key") in _REGISTRIES:
        return _registry(str(value["key"]), value.get("data"))
    found = list(_entries(value, _DEEPEST))
    return (entry_row(number, item, key) for number, (key, item) in enumerate(found, 1)) if found else None


def _entries(value: Any, levels: int) -> Iterator[tuple[str | None, Any]]:
    if isinstance(value, list):
        yield from ((None, item) for item in value)
    if not isinstance(value, Mapping) or not levels:
        return
    lists = {str(key): item for key, item in value.items() if _is_list_of_objects(item)}
    maps = {str(key): item for key, item in value.items() if isinstance(item, Mapping)}
    if lists:
        for items in lists.values():
            yield from ((None, item) for item in items)
    elif maps and all(isinstance(item.get("values"), list) for item in maps.values()):
        for key, item in maps.items():
            yield from ((None, _listed(key, each)) for each in item["values"])
    elif len(maps) == 1 and not _is_entry(next(iter(maps.values()))):
        yield from _entries(next(iter(maps.values())), levels - 1)
    elif not _is_entry(value):
        items = {str(key): item for key, item in value.items() if item is not None}
        if items and all(isinstance(item, (str, Mapping)) for item in items.values()):
            yield from items.items()


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _is_entry(value: Mapping[Any, Any]) -> bool:
    return any(isinstance(value.get(key), str) for key in _NAMES)


def _listed(name: str, value: Any) -> Mapping[str, Any] | Any:
    """An entry of an intent list: a text, or what is said (`in`) and what it stands for (`out`)."""
    said = value.get("in") if isinstance(value, Mapping) else value
    if not isinstance(said, str):
        return value
    texts = [text.strip() for text in said.strip("()").split("|")]
    stands_for = value.get("out") if isinstance(value, Mapping) else None
    found = {"name": texts[0], "aliases": texts[1:], "list": name, "out": stands_for}
    return {key: each for key, each in found.items() if each}


def entry_row(number: int, value: Any, key: str | None = None) -> Row:
    """One entry, a text or an object, as a row; `key` is that of the map it stands in."""
    if isinstance(value, str):
        return Row(number, {"name": value} if key is None else {"id": key, "name": value})
    if not isinstance(value, Mapping):
        problem = f'expected an object or a name, found {type(value).__name__}; write {{"name": ...}}'
        return Row(number, {"value": value}, problem)
    values = {str(name): each for name, each in value.items()}
    identifier = values.get("entity_id") if isinstance(values.get("entity_id"), str) else key
    if identifier is not None:
        values.setdefault("id", identifier)
        values.setdefault("name", None)
        values["name"] = values["name"] or _name_in(values) or _words_of(str(identifier))
    elif isinstance(values.get("alias"), str) and not any(
        name in values for name in _NAMES if name != "alias"
    ):
        values["name"] = values.pop("alias")  # an automation or script
    return Row(number, values)


def _name_in(values: Mapping[str, Any]) -> str | None:
    attributes = values.get("attributes")
    sources: Sequence[Mapping[str, Any]] = (
        (values, attributes) if isinstance(attributes, Mapping) else (values,)
    )
    found = (each.get(name) for each in sources for name in _NAMES)
    return next((text for text in found if isinstance(text, str) and text.strip()), None)


def _words_of(identifier: str) -> str:
    """The words of an id: "light.living_room" is called "living room"."""
    return " ".join(identifier.rpartition(".")[2].replace("_", " ").split())


def _registry(key: str, data: Any) -> Iterator[Row] | None:
    """Entities, devices or areas of Home Assistant; what is disabled or hidden there is not wanted."""
    lists = (data or {}).values() if isinstance(data, Mapping) else ()
    items = next((items for items in lists if isinstance(items, list)), [])
    return (_registered(number, key, item) for number, item in enumerate(items, 1)) if items else None


def _registered(number: int, key: str, item: Any) -> Row:
    if not isinstance(item, Mapping):
        return entry_row(number, item)
    identifier = item.get("entity_id") or item.get(_IDS.get(key, "id")) or item.get("id")
    names = (item.get("name_by_user"), item.get("name"), item.get("original_name"))
    name = next((name for name in names if isinstance(name, str) and name.strip()), None)
    values: dict[str, Any] = {
        "id": identifier,
        "name": name or _words_of(str(identifier or "")),
        "aliases": [alias for alias in _list(item.get("aliases")) if isinstance(alias, str)],
    }
    if isinstance(item.get("entity_id"), str):
        values["domain"] = item["entity_id"].partition(".")[0]
    values |= {name: item[name] for name in _REGISTRIES[key] if item.get(name)}
    wanted = item.get("disabled_by") is None and item.get("hidden_by") is None
    return Row(number, {name: each for name, each in values.items() if each}, wanted=wanted)


def _list(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()
