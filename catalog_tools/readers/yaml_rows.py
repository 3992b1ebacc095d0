"""YAML: lists and maps of entries, those of Home Assistant with its tags (`!include`, `!secret`) among them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from catalog_tools.readers.maps import rows_of
from catalog_tools.readers.rows import Row, Source, Table
from catalog_tools.readers.text import BROKEN, damaged, opened_text, text_encoding, unreadable

__all__ = ["read_yaml"]

_LARGEST = 32_000_000  # characters: a document is read whole
_MOST_VALUES = 2_000_000  # an anchor that is repeated may stand for more than the file has


def _untagged(loader: Any, _: str, node: yaml.Node) -> Any:
    """What a tag that YAML does not know stands for: the list or map below it, nothing for another file or a secret."""
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return None


def _parsed(text: str) -> Any:
    loader = yaml.SafeLoader(text)
    loader.yaml_multi_constructors = {"!": _untagged}
    return loader.get_single_data()


def read_yaml(source: Source) -> Table:
    """The entries of a list, or of a map (see `rows_of`); a row's number is its place."""
    return Table(_rows(source))


def _rows(source: Source) -> Iterator[Row]:
    encoding = text_encoding(source)
    try:
        text = opened_text(source, encoding).read(_LARGEST + 1).removeprefix("\ufeff")
    except BROKEN as error:
        raise damaged(source, error, 1) from error
    if len(text) > _LARGEST:
        raise source.error(f"more than {_LARGEST:,} characters of YAML; write JSON lines")
    if problem := unreadable(text, encoding):
        raise source.error(problem)
    try:
        value = _parsed(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        reason = " ".join(str(getattr(error, "problem", None) or error).split())
        raise source.error(f"not YAML ({reason})", row=mark.line + 1 if mark else None) from error
    if _size(value, _MOST_VALUES) > _MOST_VALUES:
        raise source.error(f"more than {_MOST_VALUES:,} values, by anchors that are repeated; write them out")
    rows = rows_of(value, source)
    if rows is None and value is not None:
        raise source.error(f"expected a list or a map of entries, found {type(value).__name__} without one")
    yield from rows or ()


def _size(value: Any, most: int) -> int:
    """How many values there are, counted up to `most`."""
    left, count = [value], 0
    while left and count <= most:
        one = left.pop()
        count += 1
        if isinstance(one, dict):
            left += one.values()
        elif isinstance(one, list):
            left += one
    return count
