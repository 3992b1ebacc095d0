"""Ways of asking that hang on the other names of a catalog: the distinctive part, an acronym, a family's plain name.

A name that has no such part, or is nothing else, is not asked for in that way. Where another entity fits what is said
just as well, it is right too.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from catalog_tools.language.language import Language
from catalog_tools.language.requests import Carriers
from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words

__all__ = ["CATALOG_WAYS", "PREFIX", "AskedPart", "CatalogNames", "catalog_requests"]

FEW = 3  # names that may share a distinctive word
SHORTEST = 3  # letters that are asked for
SHOWN = 5  # names that a search field can show
PREFIX = "prefix while typing"
PREFIX_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9)
_HEAD = re.compile(r"\s+[-–—|]\s+|\s*[(\[|]|:\s+")
_ACRONYM = re.compile(r"(?<![^\W_])[A-Z]{2,5}(?![^\W_])")
_FREQUENCY = re.compile(r"\d+[.,]\d+")


class AskedPart(NamedTuple):
    """What is said of a name, and the indices of the entities that it may mean."""

    text: str
    right: frozenset[int]


class CatalogNames:
    """What names of a catalog have in common with all others: words, heads, stems.

    Attributes:
        entities: of the whole catalog.
        words: words of the canonical name, by index.
        heads: what stands before " - ", "(", "[", "|" or ": " in the name, canonical, by index; "" without these.
        stems: words of the name without fillers ("radio", "FM") and frequency, by index.

    Args:
        entities: the whole catalog.
        about: indices of the entities that are asked about; all by default. Nothing is kept of other names.
    """

    def __init__(self, entities: Sequence[Entity], about: Iterable[int] | None = None) -> None:
        self.entities = entities
        chosen = range(len(entities)) if about is None else list(about)
        self.words = {index: canonical_text(entities[index].name).split() for index in chosen}
        self.heads = {index: _head(entities[index].name) for index in chosen}
        self.stems = {index: _stem(entities[index].name) for index in chosen}
        self._owners: dict[str, set[int]] = {word: set() for words in self.words.values() for word in words}
        self._named: dict[str, set[int]] = {" ".join(words): set() for words in self.words.values()}
        self._named.update({head: set() for head in self.heads.values()})
        self._named.update({" ".join(stem): set() for stem in self.stems.values()})
        self._headed: dict[str, set[int]] = {head: set() for head in self.heads.values() if head}
        self._same: dict[tuple[str, ...], set[int]] = {stem: set() for stem in self.stems.values() if stem}
        self._longer: Counter[tuple[str, ...]] = Counter()
        for index, entity in enumerate(entities):
            self._add(index, entity)

    def _add(self, index: int, entity: Entity) -> None:
        for name in map(canonical_text, (entity.name, *entity.aliases)):
            if name in self._named:
                self._named[name].add(index)
            for word in name.split():
                owners = self._owners.get(word)
                if owners is not None and len(owners) <= FEW:  # more need not be known
                    owners.add(index)
        head, stem = _head(entity.name), _stem(entity.name)
        if head in self._headed:
            self._headed[head].add(index)
        if stem in self._same:
            self._same[stem].add(index)
        self._longer.update(stem[:size] for size in range(1, len(stem)) if stem[:size] in self._same)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(canonical_text(entity.name) for entity in self.entities)

    def having(self, rare: Sequence[str]) -> frozenset[int]:
        """Entities that have all these words, which are rare, in their name or aliases."""
        owners = [self._owners[word] for word in rare]
        return frozenset(set.intersection(*owners)) if owners else frozenset()

    def is_rare(self, word: str) -> bool:
        """Whether few entities have the word, and it is no filler."""
        return len(self._owners[word]) <= FEW and word not in carrier_words().fillers

    def named(self, name: str) -> frozenset[int]:
        """Entities that have this canonical name, head or stem of one that is asked about as name or alias."""
        return frozenset(self._named[name])

    def headed(self, head: str) -> frozenset[int]:
        """Entities whose name has this head, canonical."""
        return frozenset(self._headed.get(head, ()))

    def plain(self, stem: tuple[str, ...]) -> frozenset[int]:
        """Entities whose name is this stem and no more."""
        return frozenset(self._same.get(stem, ()))

    def has_family(self, stem: tuple[str, ...]) -> bool:
        """Whether longer stems begin with this one."""
        return self._longer[stem] > 0

    def beginning(self, text: str) -> int:
        """How many entities have a name that begins so, canonical."""
        return bisect_left(self._sorted, text + "\uffff") - bisect_left(self._sorted, text)


def _head(name: str) -> str:
    parts = _HEAD.split(name, maxsplit=1)
    return canonical_text(parts[0]) if len(parts) > 1 else ""


def _stem(name: str) -> tuple[str, ...]:
    words = canonical_text(_FREQUENCY.sub(" ", name)).split()
    return tuple(word for word in words if word not in carrier_words().fillers)


Way = Callable[[CatalogNames, int, random.Random], "AskedPart | None"]


def _distinctive(names: CatalogNames, index: int, rng: random.Random) -> AskedPart | None:
    """The words that no or few other names have."""
    rare = [word for word in names.words[index] if names.is_rare(word)]
    return AskedPart(" ".join(rare), names.having(rare)) if len("".join(rare)) >= SHORTEST else None


def _acronym(names: CatalogNames, index: int, rng: random.Random) -> AskedPart | None:
    """A word in capitals of a name that is not all in capitals: "BBC Radio 4" is not asked so, for many have it."""
    name = names.entities[index].name
    found = [canonical_text(each) for each in _ACRONYM.findall(name)] if name != name.upper() else []
    rare = [word for word in found if " " not in word and names.is_rare(word)]
    return AskedPart(rare[0], names.having(rare[:1])) if rare else None


def _flagship(names: CatalogNames, index: int, rng: random.Random) -> AskedPart | None:
    """The plain name of a family, without "radio", "FM" and frequency, for the one whose name is nothing more."""
    stem = names.stems[index]
    plain = " ".join(stem)
    if len(plain) < SHORTEST or not names.has_family(stem):
        return None
    return AskedPart(plain, names.plain(stem) | names.named(plain))


def _qualified(names: CatalogNames, index: int, rng: random.Random) -> AskedPart | None:
    """What stands before a qualifier ("KEXP - Seattle listener powered radio"), where no other name is or begins so."""
    head = names.heads[index]
    alone = names.headed(head) | names.named(head) == {index}
    short = len(head) < SHORTEST or all(word in carrier_words().fillers for word in head.split())
    return None if short or not alone else AskedPart(head, frozenset({index}))


def _prefix(names: CatalogNames, index: int, rng: random.Random) -> AskedPart | None:
    """The beginning of a name, as it stands while it is typed: as much as few enough names begin with."""
    name = " ".join(names.words[index])
    letters = max(SHORTEST, int(len(name) * rng.choice(PREFIX_SHARES)))
    while letters < len(name) and names.beginning(name[:letters]) > SHOWN:
        letters += 1
    return AskedPart(name[:letters].rstrip(), names.named(name)) if letters < len(name) else None


CATALOG_WAYS: Mapping[str, Way] = {
    "distinctive part only": _distinctive,
    "acronym alone": _acronym,
    "plain name of a family": _flagship,
    "name without its qualifier": _qualified,
    PREFIX: _prefix,
}


def catalog_requests(
    names: CatalogNames, chosen: Sequence[int], lang: str | Language, way: str, rng: random.Random
) -> list[tuple[str, int, frozenset[int]]]:
    """For each entity that can be asked for so: the request, its index, and the indices of all that are right.

    A prefix stands alone, as in a search field; all else is said in a carrier of the language.
    """
    carriers, requests = Carriers.of_language(lang), []
    for index in chosen:
        part = CATALOG_WAYS[way](names, index, rng)
        if part is not None and part.text != " ".join(names.words[index]):
            carrier = "{}" if way == PREFIX else carriers.sample(rng)
            requests.append((carrier.replace("{}", part.text), index, part.right))
    return requests
