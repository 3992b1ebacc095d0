"""What makes a resolver a container of its entities: their number, order, ids; and the vectors of texts.

`edge_er.resolver.EntityResolver` is an `EntityContainer`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.encoder.encoder import Encoder
from edge_er.ranking.catalog import Catalog

__all__ = ["EntityContainer"]


class EntityContainer:
    """The entities of a resolver, own entries among them."""

    encoder: Encoder

    @property
    def _catalog(self) -> Catalog:
        """The catalog that requests search now."""
        raise NotImplementedError

    @property
    def entities(self) -> Sequence[Entity]:
        """All entities, in a fixed order."""
        return self._catalog.entities

    def __len__(self) -> int:
        return len(self.entities)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self.entities)

    def __contains__(self, item: object) -> bool:
        """Whether there is an entity with this id, or this entity."""
        if isinstance(item, Entity):
            return self.get(item.id) == item
        return isinstance(item, str) and self.get(item) is not None

    def __getitem__(self, identifier: str) -> Entity:
        """The entity of an id; the first time, ids are collected.

        Raises:
            KeyError: no entity has it; the message names the nearest ids.
            TypeError: it is not a text.
        """
        if not isinstance(identifier, str):
            raise TypeError(
                f"expected an id as a string, found {type(identifier).__name__}; entities[0] is the first entity"
            )
        found = self.get(identifier)
        if found is None:
            from difflib import get_close_matches  # only for an error

            near = get_close_matches(identifier, (entity.id for entity in self), n=3, cutoff=0.8)
            question = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise KeyError(f"no entity has the id {identifier!r}{question}")
        return found

    def get(self, identifier: str) -> Entity | None:
        """The entity of an id, None where there is none."""
        catalog = self._catalog
        index = catalog.indices([identifier]).get(identifier)
        return None if index is None else catalog.entities[index]

    def encode(self, texts: str | Iterable[str]) -> NDArray[np.float32]:
        """Vectors of length 1, float32 [texts, dim], in the order of `texts`; a single string is one text.

        They are those that requests and names are compared by: their dot product is the cosine.

        Raises:
            TypeError: a text is not a string.
        """
        return self.encoder.encode(texts)
