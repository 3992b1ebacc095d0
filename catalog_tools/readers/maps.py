"""Objects of JSON and YAML that hold entries: lists within them, maps of ids, and the files of Home Assistant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from catalog_tools.readers.registries import registry_rows, words_of
from catalog_tools.readers.rows import Row, Source

__all__ = ["entry_row", "rows_of"]

_DEEPEST = 4  # levels of maps around the entries
_NAMES = ("name", "friendly_name", "alias", "title", "label", "original_name")


def rows_of(value: Any, source: Source) -> Iterator[Row] | None:
    """The entries of a whole file, numbered by their places; None where it holds none.

    Entries are those of a list; of the lists of objects within a map (`{"stations": [...]}`, those of Home Assistant
    with `data` around them); of a map from ids to objects or names; and of intent lists (`lists: area: values: ...`).
    """
    if registered := registry_rows(value, source):
        return registered
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
        values["name"] = values["name"] or _name_in(values) or words_of(str(identifier))
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
