"""What a resolver with a person's own entries has beside that of a catalog.

`edge_er.resolver.PersonalResolver` is an `EntityResolver` with these. They stand here, below both, because
`EntityResolver.with_entries` makes the one from the other.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from edge_er.bundle.entity import Entity
from edge_er.personal import EntryLike, OwnEntries
from edge_er.ranking.catalog import Catalog

__all__ = ["PersonalEntries"]


class PersonalEntries:
    """Own entries and popularity of a resolver, which answers from them and the catalog.

    Entries may change while other threads resolve; each request sees the entries of one moment.
    """

    _own: OwnEntries

    @property
    def _catalog(self) -> Catalog:
        """The catalog that requests search now."""
        return self._own.catalog

    @property
    def own_entries(self) -> tuple[Entity, ...]:
        """The own entries, in the order in which they were added."""
        return self._own.entries

    @property
    def popularity(self) -> Mapping[str, float]:
        """How often this person asked for entities, by id."""
        return self._own.popularity

    def add(self, *entries: EntryLike) -> None:
        """Add all entries or none; the next request finds them.

        Raises:
            CatalogError: an entry has no name, or the id of another own entry.
        """
        self._own.change(added=entries)

    def remove(self, *ids: str) -> None:
        """Remove all own entries with these ids, or none; an entity of the catalog only loses the added names.

        Raises:
            CatalogError: no own entry has one of the ids.
        """
        self._own.change(removed=ids)

    def favour(self, popularity: Mapping[str, float]) -> None:
        """Set how often this person asked for entities, by id. An entity of an id may be added later.

        Raises:
            CatalogError: a count is not a number from 0 up.
        """
        self._own.change(popularity=popularity)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write entries and popularity to a file that `with_entries` reads; a crash leaves the old file or the new one.

        Raises:
            CatalogError: metadata cannot be written as JSON.
            OSError: the file cannot be written.
        """
        self._own.save(path)
