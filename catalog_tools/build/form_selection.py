"""Spoken-form selection: which spoken forms a bundle gets, the likeliest first, as many as the budget allows.

Names and aliases are never left out; spoken forms only help, so they take what the budget leaves. A form that is
the name or alias of another entity is left to that entity; parts of names must be an entity's own in the whole catalog.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from catalog_tools.build.entity_forms import Offer, Offered, entity_offers, unique_parts
from catalog_tools.language.language import Language, language
from catalog_tools.language.name_parts import part_forms
from catalog_tools.language.surface_forms import ranked_forms
from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text

__all__ = [
    "FORMS_PER_NAME",
    "PARTS_PER_NAME",
    "Offer",
    "SpokenChoice",
    "choose_spoken_forms",
    "chosen_of",
    "new_offers",
    "offered_forms",
]

FORMS_PER_NAME = 3
PARTS_PER_NAME = 6
_LIST_BYTES = len(',"spoken":[]')
_ENTITY_INDEX_BYTES = 4


@dataclass(frozen=True)
class SpokenChoice:
    """Entities with their spoken forms; how many forms were chosen, and how many the budget had no room for.

    `kinds` says both of each kind of form.
    """

    entities: list[Entity]
    chosen: int
    left_out: int
    kinds: Mapping[str, tuple[int, int]] = field(default_factory=dict)


def choose_spoken_forms(
    entities: Sequence[Entity],
    lang: str | Language,
    dim: int,
    room: int | None = None,
    offered: Callable[[Sequence[str]], Iterable[Sequence[Offer]]] | None = None,
    say: Sequence[str] = (),
) -> SpokenChoice:
    """Give each of ``entities`` spoken forms in ``lang``, the likeliest of all first.

    A form costs ``dim`` bytes for its vector and those of its text; together they take at most ``room`` bytes (None:
    no limit), and each name and alias has at most three, and six of its parts. ``offered`` gives the forms of names, in
    their order, where they are not made here. ``say`` are columns that are said with the name.
    """
    return chosen_of(entities, new_offers(entities, lang, offered, say), dim, room)


def new_offers(
    entities: Sequence[Entity],
    lang: str | Language,
    offered: Callable[[Sequence[str]], Iterable[Sequence[Offer]]] | None = None,
    say: Sequence[str] = (),
) -> list[Offered]:
    """All spoken forms that ``entities`` may get, the likeliest first; see `choose_spoken_forms`."""
    names = [name for entity in entities for name in (entity.name, *entity.aliases)]
    offers = (offered or partial(map, partial(offered_forms, lang=lang)))(names)
    more = entity_offers(entities, language(lang), say)
    new = _new_forms(entities, [*_of_names(entities, offers), *more])
    return sorted(new, key=lambda each: (-each.offer.share, each.offer.text))


def chosen_of(
    entities: Sequence[Entity], ranked: Sequence[Offered], dim: int, room: int | None = None
) -> SpokenChoice:
    """Give ``entities`` the first of the offers in ``ranked``, as many as there is room for."""
    chosen: defaultdict[int, list[str]] = defaultdict(list)
    used = count = 0
    for index, offer in ranked:
        used += dim + _ENTITY_INDEX_BYTES + len(json.dumps(offer.text, ensure_ascii=False).encode()) + 1
        used += 0 if index in chosen or entities[index].spoken else _LIST_BYTES
        if room is not None and used > room:
            break
        chosen[index].append(offer.text)
        count += 1
    spoken = list(entities)
    for index, texts in chosen.items():
        spoken[index] = replace(entities[index], spoken=(*entities[index].spoken, *texts))
    return SpokenChoice(spoken, count, len(ranked) - count, _kinds(ranked, count))


def _kinds(ranked: Sequence[Offered], count: int) -> dict[str, tuple[int, int]]:
    """How many forms of each kind were chosen and left out."""
    chosen, left_out = (
        Counter(each.offer.kind for each in part) for part in (ranked[:count], ranked[count:])
    )
    return {kind: (chosen[kind], left_out[kind]) for kind in sorted(chosen | left_out)}


def offered_forms(name: str, lang: str | Language) -> list[Offer]:
    """The likeliest spoken forms of a name or alias, and its parts."""
    spoken = ranked_forms(name, lang)[:FORMS_PER_NAME]
    parts = part_forms(name, lang)[:PARTS_PER_NAME]
    return [Offer(form.share, form.text, form.kind) for form in (*spoken, *parts)]


def _of_names(entities: Sequence[Entity], offers: Iterable[Sequence[Offer]]) -> Iterator[Offered]:
    """The offers to the names of all entities, each with the index of its entity."""
    offers_of_names = iter(offers)
    for index, entity in enumerate(entities):
        for _ in range(1 + len(entity.aliases)):
            for offer in next(offers_of_names):
                yield Offered(index, Offer(*offer))


def _new_forms(entities: Sequence[Entity], offered: Sequence[Offered]) -> Iterator[Offered]:
    """The offers that are new to their entity, no other entity's name, and as parts of a name nobody else's."""
    texts = [
        [canonical_text(form) for form in (entity.name, *entity.aliases, *entity.spoken)]
        for entity in entities
    ]
    taken = {text for own in texts for text in own}
    seen: set[tuple[int, str]] = set()
    for each in unique_parts(entities, texts, offered):
        key = each.entity, each.offer.text
        if each.offer.text not in taken and key not in seen:
            seen.add(key)
            yield each
