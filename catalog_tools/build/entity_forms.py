"""Forms that hang on more of an entity than one name: its other columns, its address, the rest of the catalog.

`entity_offers` makes them; `unique_parts` looks which parts of names are an entity's own in the whole catalog.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from catalog_tools.language.acronyms import address_names, address_tokens
from catalog_tools.language.language import Language
from catalog_tools.language.name_parts import (
    ADDRESS,
    HEAD,
    PART_SHARES,
    PERSON,
    TURNED,
    UNTAGGED,
    part_forms,
)
from catalog_tools.language.person_names import given_and_family
from catalog_tools.language.roman_numerals import NUMERAL, SERIES, series_of
from edge_er.bundle.entity import Entity
from edge_er.errors import CatalogError
from edge_er.text.canonical import canonical_text

__all__ = ["SAID_WITH", "Offer", "Offered", "check_columns", "entity_offers", "unique_parts"]

SAID_WITH = "said with"
MOST_OWNERS = 3  # entities that a token of an address may stand in, and a head beside its own
_ENTITIES_AN_OWNER = 500  # in a large catalog a head stands in more names by chance: in one of so many
_CERTAIN = 1.0  # share of what was asked for by an option
_STREAM_COLUMNS = ("streams", "stream", "url", "stream_url")


class Offer(NamedTuple):
    """A spoken form's share of requests, its canonical text, and its kind."""

    share: float
    text: str
    kind: str


class Offered(NamedTuple):
    """An offer to the entity with this number in the catalog."""

    entity: int
    offer: Offer


def check_columns(entities: Sequence[Entity], columns: Sequence[str]) -> None:
    """Whether each of the columns that shall be said is filled in some entity.

    Raises:
        CatalogError: one is not; lists those that there are.
    """
    known = Counter(column for entity in entities for column in entity.metadata)
    for column in columns:
        if not any(_texts(entity.metadata.get(column)) for entity in entities):
            found = f"in {known[column]} rows, none with text" if column in known else "no such column"
            listed = ", ".join(sorted(known)[:20]) or "none"
            raise CatalogError(
                f"say: expected a column with text, found {found}; the catalog keeps these columns beside name, id "
                f"and aliases: {listed}",
                column=column,
            )


def entity_offers(entities: Sequence[Entity], facts: Language, say: Sequence[str] = ()) -> Iterator[Offered]:
    """Offers from given and family name, from the columns to say, and from stream addresses."""
    holders = Counter(
        token for entity in entities for token in address_tokens(_texts_of(entity, _STREAM_COLUMNS))
    )
    for index, entity in enumerate(entities):
        for form in _joined(entity, facts, say):
            yield Offered(index, Offer(_CERTAIN, form, SAID_WITH))
        if person := canonical_text(given_and_family(entity.metadata)):
            yield Offered(index, Offer(PART_SHARES[PERSON], person, PERSON))
        addresses = _texts_of(entity, _STREAM_COLUMNS)
        for token in _address_names(entity, addresses) if addresses else ():
            if holders[token] <= MOST_OWNERS:
                yield Offered(index, Offer(PART_SHARES[ADDRESS], canonical_text(token), ADDRESS))


def _joined(entity: Entity, facts: Language, say: Sequence[str]) -> Iterator[str]:
    """'TITLE by ARTIST': the name, and what is left of it without qualifiers, with each text of each column."""
    if not say:
        return
    parts = [form.text for form in part_forms(entity.name, facts) if form.kind in (HEAD, UNTAGGED, TURNED)]
    for column in say:
        for text in _texts(entity.metadata.get(column)):
            for part in (entity.name, *parts):
                for pattern in facts.names.get("joined", ("{} {}",)):
                    yield canonical_text(pattern.format(part, text))


def _texts(value: Any) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    return [text for text in texts if isinstance(text, str) and canonical_text(text)]


def _texts_of(entity: Entity, columns: Sequence[str]) -> list[str]:
    return [text for column in columns for text in _texts(entity.metadata.get(column))]


def _address_names(entity: Entity, addresses: Sequence[str]) -> list[str]:
    names = (entity.name, *entity.aliases)
    return list(dict.fromkeys(token for name in names for token in address_names(name, addresses)))


def unique_parts(
    entities: Sequence[Entity], texts: Sequence[Sequence[str]], offered: Sequence[Offered]
) -> Iterator[Offered]:
    """The offers without those parts of names that could name another entity.

    A part stays if no other entity has it as a name or form, offered ones included and spaces aside; mere heads of
    other names count to a head only. A head must not stand whole in many names ("rock" in a catalog of stations), nor
    begin another name that is as popular ("Frankfurt (Oder)" beside Frankfurt am Main), nor begin with a shorter head
    that stays. A numeral of kind `SERIES` needs a sure one of its series.

    Args:
        entities: of the whole catalog.
        texts: the canonical texts of the names, aliases and given spoken forms of each.
        offered: what is offered to them.
    """
    owners = _owners(texts, offered)
    owners_but_heads = _owners(texts, [each for each in offered if each.offer.kind != HEAD])
    heads = {each.offer.text for each in offered if each.offer.kind == HEAD}
    holders, begun = _holders(texts, heads)
    series = {series_of(each.offer.text) for each in offered if each.offer.kind == NUMERAL}
    most = max(MOST_OWNERS, len(entities) // _ENTITIES_AN_OWNER)
    shorter: defaultdict[int, tuple[str, ...]] = defaultdict(
        tuple
    )  # heads that stay, with a space, by entity
    for each in offered:
        _, text, kind = each.offer
        key = text.replace(" ", "")
        if kind not in PART_SHARES:
            yield each
        elif kind == HEAD:
            own = owners[key] is not None and not text.startswith(shorter[each.entity])
            if own and holders[text] <= most + 1 and _is_first(each.entity, begun[text], entities):
                shorter[each.entity] += (f"{text} ",)
                yield each
        elif owners_but_heads[key] is not None and (kind != SERIES or series_of(text) in series):
            yield each


def _owners(texts: Sequence[Sequence[str]], offered: Sequence[Offered]) -> Mapping[str, int | None]:
    """Text without spaces to the entity that has it, None where several have."""
    owners: dict[str, int | None] = {}
    named = ((index, text) for index, own in enumerate(texts) for text in own)
    for index, text in chain(named, ((each.entity, each.offer.text) for each in offered)):
        key = text.replace(" ", "")
        if owners.setdefault(key, index) != index:
            owners[key] = None
    return owners


def _holders(texts: Sequence[Sequence[str]], heads: set[str]) -> tuple[Counter[str], Mapping[str, list[int]]]:
    """In how many entities' names each head stands whole, and those with a name that begins with it."""
    longest: defaultdict[str, int] = defaultdict(int)
    for head in heads:
        first = head.split()[0]
        longest[first] = max(longest[first], head.count(" ") + 1)
    holders: Counter[str] = Counter()
    begun: defaultdict[str, list[int]] = defaultdict(list)
    for index, own in enumerate(texts):
        names = [text.split() for text in own]
        runs = {run for words in names for start in range(len(words)) for run in _runs(words, start, longest)}
        holders.update(runs & heads)
        for head in {run for words in names for run in _runs(words, 0, longest)} & heads:
            begun[head].append(index)
    return holders, begun


def _is_first(index: int, begun: Sequence[int], entities: Sequence[Entity]) -> bool:
    """Whether all others whose names begin with a head are less popular than the entity whose head it is."""
    own = entities[index].metadata.get("popularity", 0)
    return all(other == index or entities[other].metadata.get("popularity", 0) < own for other in begun)


def _runs(words: Sequence[str], start: int, longest: Mapping[str, int]) -> Iterator[str]:
    """Runs of words that begin at ``start``, as long as the heads that begin with that word."""
    most = longest.get(words[start], 0) if words else 0
    for end in range(start + 1, min(start + most, len(words)) + 1):
        yield " ".join(words[start:end])
