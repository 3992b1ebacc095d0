"""A person's own entries beside a catalog: contacts, favourites, nicknames, and what this person asks for most.

    mine = resolver.with_entries([{"id": "c-17", "name": "Mum"}, {"id": "es-0aaf75bd4739", "name": "breakfast"}])
    mine.add({"name": "Gym mix"})
    mine.save("mine.jsonl")

The catalog is shared and stays as it is. Own entries have the same evidence as its entities: vectors, hearing, letters,
sounds and demand; sound pieces are worth what they are in the catalog, so that no other answer's score changes.

An entry with the id of an entity of the catalog gives that entity more names, and metadata in fields that it has not.

Popularity is a prior: an entity this person asked for n times has sqrt(1 + n) times the odds of one never asked for,
at most `MOST` times. Its score rises by temperature * ln of that, as scores measure odds (`edge_er.calibrate`).
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence

from edge_er.encoder import quantise
from edge_er.entity import Entity
from edge_er.errors import CatalogError
from edge_er.merged import MergedCatalog, OwnEntry
from edge_er.normalize import canonical_text
from edge_er.personal_file import EntryLike, count_of, entry_of, read_entries, write_entries
from edge_er.resolver import EntityResolver

__all__ = ["EntryLike", "PersonalResolver"]

MOST = 8.0  # times the odds, from 63 requests on


class PersonalResolver(EntityResolver):
    """A resolver with own entries; what `EntityResolver.with_entries` gives.

    Entries may change while other threads resolve: each request sees those of one moment.
    """

    _base: EntityResolver

    def __init__(
        self,
        base: EntityResolver,
        entries: Iterable[EntryLike] | str | os.PathLike[str] = (),
        popularity: Mapping[str, float] | None = None,
    ) -> None:
        vars(self).update(vars(base))  # all parts are shared, none is copied
        saved: tuple[list[Entity], dict[str, float]] = ([], {})
        if isinstance(base, PersonalResolver):
            saved, base = (list(base.own_entries), dict(base.popularity)), base._base
        if isinstance(entries, (str, os.PathLike)):
            entries, counts = read_entries(entries)
            saved[1].update(counts)
        elif isinstance(entries, (Entity, Mapping)) or not isinstance(entries, Iterable):
            raise CatalogError(f"expected a list of entries or a file, found {entries!r:.200}; write [entry]")
        self._base, self._shared = base, base._catalog
        self._lock = threading.RLock()
        self._own: dict[str, OwnEntry] = {}
        self._popularity: dict[str, float] = {}
        self._change([*saved[0], *map(entry_of, entries)], (), {**saved[1], **_counts(popularity or {})})

    @property
    def own_entries(self) -> tuple[Entity, ...]:
        """The own entries, in the order in which they came."""
        return tuple(own.entity for own in self._own.values())

    @property
    def popularity(self) -> Mapping[str, float]:
        """How often this person asked for entities, by id."""
        return dict(self._popularity)

    def add(self, *entries: EntryLike) -> None:
        """Add entries, all or none; they are found from the next request on.

        Raises:
            CatalogError: an entry without a name, or an id that an own entry has already.
        """
        self._change([entry_of(entry) for entry in entries], (), {})

    def remove(self, *ids: str) -> None:
        """Remove own entries by their ids, all or none; an entity of the catalog only loses its own names.

        Raises:
            CatalogError: there is no own entry with that id.
        """
        self._change([], ids, {})

    def favour(self, popularity: Mapping[str, float]) -> None:
        """Set how often this person asked for entities, by id. Ids that nobody has may get an entity later.

        Raises:
            CatalogError: a count is no number from 0 up.
        """
        self._change([], (), popularity)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write entries and popularity to a file for `with_entries`; a crash leaves the old file or the new one.

        Raises:
            CatalogError: metadata that is not JSON.
            OSError: the file cannot be written.
        """
        with self._lock:
            entries, popularity = self.own_entries, dict(self._popularity)
        write_entries(path, entries, popularity)

    def selftest(self) -> int:
        """Answer the golden requests of the bundle again, without own entries."""
        return self._base.selftest()

    def _change(
        self, added: Sequence[Entity], removed: Collection[str], popularity: Mapping[str, float]
    ) -> None:
        counts = _counts(popularity)
        with self._lock:
            entries = {one: own.entity for one, own in self._own.items()}
            popularity = {**self._popularity, **counts}
            for one in removed:
                if not isinstance(one, str) or entries.pop(one, None) is None:
                    raise CatalogError(f"no own entry has the id {one!r}; see own_entries")
            for entry in added:
                if entry.id in entries:
                    raise CatalogError(
                        f"the id {entry.id!r} of {entry.name!r} is already used by {entries[entry.id].name!r}; "
                        "remove that entry first, or give this one another id"
                    )
                entries[entry.id] = entry
            own = {entry.id: self._own.get(entry.id) or self._ready(entry) for entry in entries.values()}
            bonus = {one: self._bonus(count) for one, count in popularity.items() if count}
            self._catalog = MergedCatalog(self._shared, list(own.values()), bonus)
            self._own, self._popularity = own, popularity

    def _ready(self, entry: Entity) -> OwnEntry:
        forms = entry.surface_forms
        texts = tuple(canonical_text(form) for form in forms)
        vectors = quantise(self.encoder.encode_canonical(texts, batch_size=1), self._scale)
        return OwnEntry(entry, forms, texts, vectors)

    def _bonus(self, count: float) -> float:
        """Whole units of the dot product for an entity asked for `count` times."""
        odds = min(math.sqrt(1 + count), MOST)
        return float(round(self._answers.calibration.temperature * math.log(odds) * self._answers.unit))


def _counts(popularity: Mapping[str, float]) -> dict[str, float]:
    if not isinstance(popularity, Mapping):
        raise CatalogError(f"expected popularity as {{id: count}}, found {popularity!r:.200}")
    return {one: count_of(one, count) for one, count in popularity.items()}
