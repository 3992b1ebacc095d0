"""Filters: which entities may answer, by values of their metadata or by ids.

    resolver.resolve("radio uno", where={"country": "ES", "tags": ["news", "talk"]})

Every field of `where` must fit. A field fits if the entity's value is the wanted one, or one of several wanted ones. A
list in the metadata (tags) fits if any of its values does. Texts are compared letter for letter.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.bundle.entity_store import STREAMS
from edge_er.constants import BOUNDS
from edge_er.errors import FilterError

__all__ = ["MetadataIndex", "allowed_entities", "read_once", "wanted_ids"]

_Mask = NDArray[np.bool_]
_SCALARS = (str, int, float, bool, type(None))


class MetadataIndex:
    """An inverted index of metadata: field -> value -> entities that have it; also the entity of each id.

    `entities` are pairs of an index and an entity. Stream addresses and mappings are not indexed.
    """

    def __init__(self, entities: Iterable[tuple[int, Entity]]) -> None:
        self._entity: dict[str, int] = {}
        self._having: dict[str, dict[Hashable, list[int]]] = {}
        for index, entity in entities:
            self._entity[entity.id] = index
            for field, value in entity.metadata.items():
                if field == STREAMS:
                    continue
                having = self._having.setdefault(field, {})
                for each in value if isinstance(value, (list, tuple)) else (value,):
                    if isinstance(each, _SCALARS):
                        having.setdefault(_key(each), []).append(index)

    @property
    def fields(self) -> list[str]:
        """The fields of all entities, sorted."""
        return sorted(self._having)

    def having(self, field: str, values: Iterable[Hashable]) -> list[int]:
        """Indices of the entities whose `field` has any of `values`."""
        having = self._having.get(field, {})
        return [index for value in values for index in having.get(_key(value), ())]

    def indices(self, ids: Iterable[str]) -> dict[str, int]:
        """The index of the entity of each id; unknown ids are left out."""
        return {one: self._entity[one] for one in ids if one in self._entity}


def allowed_entities(
    indexes: Sequence[MetadataIndex], size: int, where: Mapping[str, Any] | None, ids: Collection[str] | None
) -> _Mask:
    """Whether each of `size` entities passes all filters, bool [size].

    Raises:
        FilterError: no entity has such a field (the message lists the fields), or a value is not a text, number, truth
            value or collection of these, or there are more than `BOUNDS.filter_values` distinct ones.
    """
    allowed = np.ones(size, bool)
    for field, wanted in _conditions(where).items():
        _check_field(field, {known for index in indexes for known in index.fields})
        allowed &= _mask(size, (index.having(field, wanted) for index in indexes))
    if ids is not None:
        allowed &= _mask(size, (index.indices(ids).values() for index in indexes))
    return allowed


def wanted_ids(ids: Iterable[str] | None) -> frozenset[str] | None:
    """The set of `ids`, which are read once; None stays None (no filter).

    Raises:
        FilterError: `ids` is a single text or not iterable, or one of them is not a text.
    """
    if ids is None:
        return None
    if isinstance(ids, str):
        raise FilterError(
            f"ids: expected a set or list of ids, found the text {ids!r}; write ids={{{ids!r}}}"
        )
    if not isinstance(ids, Iterable):
        raise FilterError(f"ids: expected a set or list of ids, found {ids!r}")
    listed = list(ids)
    if wrong := [one for one in listed if not isinstance(one, str)]:
        raise FilterError(f"ids: expected texts, found {wrong[0]!r}")
    return frozenset(listed)


def read_once(where: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """`where` with lists in the place of iterators, so that it can be asked again."""
    if not isinstance(where, Mapping):
        return where
    return {field: list(value) if isinstance(value, Iterator) else value for field, value in where.items()}


def _conditions(where: Mapping[str, Any] | None) -> dict[str, Collection[Hashable]]:
    if where is not None and not isinstance(where, Mapping):
        raise FilterError(f"expected where={{field: value}}, found {where!r}")
    return {field: _wanted(field, value) for field, value in (where or {}).items()}


def _wanted(field: str, value: Any) -> Collection[Hashable]:
    values = [*value] if isinstance(value, (list, tuple, set, frozenset, Iterator)) else [value]
    wrong = [each for each in values if not isinstance(each, _SCALARS)]
    if wrong:
        raise FilterError(
            f"where, field {field!r}: expected a text, a number, a truth value, or a set or list of them, "
            f"found {wrong[0]!r}"
        )
    distinct = {_key(each): each for each in values}
    if len(distinct) > BOUNDS.filter_values:
        raise FilterError(
            f"where, field {field!r}: expected {BOUNDS.filter_values:,} distinct values at most, "
            f"found {len(distinct):,}; filter by ids"
        )
    return list(distinct.values())


def _check_field(field: str, known: set[str]) -> None:
    if field not in known:
        import difflib  # only for an error

        close = difflib.get_close_matches(str(field), known, n=1)
        question = f"did you mean {close[0]!r}? " if close else ""
        names = ", ".join(sorted(known)) or "no metadata"
        raise FilterError(f"where: no entity has a field {field!r}; {question}the catalog has: {names}")


def _mask(size: int, parts: Iterable[Collection[int]]) -> _Mask:
    mask = np.zeros(size, bool)
    for part in parts:
        mask[list(part)] = True
    return mask


def _key(value: Any) -> Hashable:
    """A key that tells `True` from 1, which Python holds equal."""
    return (isinstance(value, bool), value)
