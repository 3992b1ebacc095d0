"""Own entries: a person's contacts, favourites and nicknames beside a catalog, and what this person asks for most.

    mine = resolver.with_entries([{"id": "c-17", "name": "Mum"}, {"id": "es-0aaf75bd4739", "name": "breakfast"}])
    mine.add({"name": "Gym mix"})
    mine.save("mine.jsonl")

The catalog is shared and does not change. Own entries have the same evidence as its entities: vector, misrecognition
score, n-grams and demand. N-grams weigh what they weigh in the catalog, so that no score of the catalog changes.

An entry with the id of an entity of the catalog gives that entity more names, and metadata in fields that it lacks.

Popularity is a prior. An entity that this person asked for n times has sqrt(1 + n) times the odds of one that was never
asked for, but at most `PERSONAL.most` times. Its score rises by temperature * ln of these odds, because a difference of
scores divided by the temperature is the logarithm of odds (`edge_er.decision.calibration`).
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.bundle.entity import Entity
from edge_er.bundle.personal_file import EntryLike, count_of, entry_of, read_entries, write_entries
from edge_er.constants import PERSONAL
from edge_er.errors import CatalogError
from edge_er.ranking.catalog import Catalog
from edge_er.ranking.personal_catalog import OwnEntry, PersonalCatalog
from edge_er.ranking.suggest import favour_of
from edge_er.text.canonical import canonical_text

__all__ = ["EntryLike", "OwnEntries"]


class OwnEntries:
    """One person's entries and popularity beside a shared catalog.

    They may change while other threads search: each change makes a new `catalog`.

    Args:
        shared: the catalog of the bundle.
        vectors: gives the vectors of canonical texts, int8 [texts, dim].
        unit: how much a score rises for odds e times as high, in units of the dot product.
        before: entries and popularity to begin with.
    """

    def __init__(
        self,
        shared: Catalog,
        vectors: Callable[[Sequence[str]], NDArray[np.int8]],
        unit: float,
        before: OwnEntries | None = None,
    ) -> None:
        self.catalog = shared
        self._shared, self.vectors, self.unit = shared, vectors, unit
        self._lock, self._saving = threading.RLock(), threading.Lock()
        self._successor: OwnEntries | None = None
        before = before._latest if before else None
        self._own: dict[str, OwnEntry] = dict(before._own) if before else {}
        self._popularity: dict[str, float] = dict(before._popularity) if before else {}

    @property
    def entries(self) -> tuple[Entity, ...]:
        """The own entries, in the order in which they were added."""
        return tuple(own.entity for own in self._latest._own.values())

    @property
    def popularity(self) -> dict[str, float]:
        """How often this person asked for entities, by id."""
        return dict(self._latest._popularity)

    @property
    def _latest(self) -> OwnEntries:
        """These entries beside the catalog that was loaded last."""
        return self if self._successor is None else self._successor._latest

    def moved(
        self, shared: Catalog, vectors: Callable[[Sequence[str]], NDArray[np.int8]], unit: float
    ) -> OwnEntries:
        """The same entries beside another catalog; whatever changes here from now on changes there."""
        with self._lock:
            if self._successor is not None:
                return self._successor.moved(shared, vectors, unit)
            new = OwnEntries(shared, vectors, unit)
            new.change(self.entries, popularity=self.popularity)
            self._successor = new
            return new

    def add_all(
        self, entries: Iterable[EntryLike] | str | os.PathLike[str], popularity: Mapping[str, float]
    ) -> None:
        """Add entries, or entries and counts of a file, and the counts in `popularity`."""
        counts: Mapping[str, float] = {}
        if isinstance(entries, (str, os.PathLike)):
            entries, counts = read_entries(entries)
        elif isinstance(entries, (Entity, Mapping)) or not isinstance(entries, Iterable):
            raise CatalogError(f"expected a list of entries or a file, found {entries!r:.200}; write [entry]")
        if not isinstance(popularity, Mapping):
            raise _no_counts(popularity)
        self.change(added=entries, popularity={**counts, **popularity})

    def change(
        self,
        added: Iterable[EntryLike] = (),
        removed: Iterable[str] = (),
        popularity: Mapping[str, float] | None = None,
    ) -> None:
        """Add and remove entries and set counts: all of it or nothing.

        Raises:
            CatalogError: an entry has no name or the id of another own entry, no own entry has an id to remove, or a
                count is not a number from 0 up.
        """
        new, removed = [entry_of(entry) for entry in added], list(removed)
        if popularity is not None and not isinstance(popularity, Mapping):
            raise _no_counts(popularity)
        counts = {one: count_of(one, count) for one, count in (popularity or {}).items()}
        with self._lock:
            if self._successor is not None:
                self._successor.change(new, removed, popularity)
                return
            entries = {one: own.entity for one, own in self._own.items()}
            for one in removed:
                if not isinstance(one, str) or entries.pop(one, None) is None:
                    raise CatalogError(f"no own entry has the id {one!r}; see own_entries")
            for entry in new:
                if entry.id in entries:
                    raise CatalogError(
                        f"the id {entry.id!r} of {entry.name!r} is already used by {entries[entry.id].name!r}; "
                        "remove that entry first, or give this one another id"
                    )
                entries[entry.id] = entry
            counts = {**self._popularity, **counts}
            own = {entry.id: self._own.get(entry.id) or self._ready(entry) for entry in entries.values()}
            bonus = {one: self._bonus(count) for one, count in counts.items() if count}
            favour = {one: quarters for one, count in counts.items() if (quarters := favour_of(count))}
            self.catalog = PersonalCatalog(self._shared, list(own.values()), bonus, favour)
            self._own, self._popularity = own, counts

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write entries and popularity of one moment to a file; a crash leaves the old file or the new one.

        What is saved last is what stays, also where several threads save.

        Raises:
            CatalogError: metadata cannot be written as JSON.
            OSError: the file cannot be written.
        """
        with self._saving:
            latest = self._latest
            with latest._lock:
                entries, popularity = latest.entries, latest.popularity
            write_entries(path, entries, popularity)

    def _ready(self, entry: Entity) -> OwnEntry:
        texts = tuple(canonical_text(form) for form in entry.surface_forms)
        return OwnEntry(entry, entry.surface_forms, texts, self.vectors(texts))

    def _bonus(self, count: float) -> float:
        """What an entity asked for `count` times gains, in whole units of the dot product."""
        odds = min(math.sqrt(1 + count), PERSONAL.most)
        return float(round(self.unit * math.log(odds)))


def _no_counts(found: object) -> CatalogError:
    return CatalogError(f"expected popularity as {{id: count}}, found {found!r:.200}")
