"""Spoken-form selection: which spoken forms a bundle gets, the likeliest first, as many as the budget allows.

Names and aliases are never left out; spoken forms only help, so they take what the budget leaves. A form that is
the name or alias of another entity is left to that entity.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from catalog_tools.language.language import Language
from catalog_tools.language.surface_forms import ranked_forms
from edge_er.bundle.entity import Entity
from edge_er.text.canonical import canonical_text

__all__ = ["FORMS_PER_NAME", "Offer", "SpokenChoice", "choose_spoken_forms", "offered_forms"]

FORMS_PER_NAME = 3
_LIST_BYTES = len(',"spoken":[]')
_ENTITY_INDEX_BYTES = 4

Offer = tuple[float, str]
"""A spoken form's share of requests, and its text."""


@dataclass(frozen=True)
class SpokenChoice:
    """Entities with their spoken forms; how many forms were chosen, and how many the budget had no room for."""

    entities: list[Entity]
    chosen: int
    left_out: int


def choose_spoken_forms(
    entities: Sequence[Entity],
    lang: str | Language,
    dim: int,
    room: int | None = None,
    offered: Callable[[Sequence[str]], Iterable[Sequence[Offer]]] | None = None,
) -> SpokenChoice:
    """Give each of ``entities`` spoken forms in ``lang``, the likeliest of all first.

    A form costs ``dim`` bytes for its vector and those of its text; together they take at most ``room`` bytes (None:
    no limit), and each name and alias has at most three. ``offered`` gives the forms of names, in their order, where
    they are not made here.
    """
    names = [name for entity in entities for name in (entity.name, *entity.aliases)]
    offers = (offered or partial(map, partial(offered_forms, lang=lang)))(names)
    ranked = sorted(_new_forms(entities, offers), key=lambda offer: (-offer[0], offer[1]))
    chosen: defaultdict[int, list[str]] = defaultdict(list)
    used = count = 0
    for _, index, text in ranked:
        used += dim + _ENTITY_INDEX_BYTES + len(json.dumps(text, ensure_ascii=False).encode()) + 1
        used += 0 if index in chosen or entities[index].spoken else _LIST_BYTES
        if room is not None and used > room:
            break
        chosen[index].append(text)
        count += 1
    spoken = list(entities)
    for index, texts in chosen.items():
        spoken[index] = replace(entities[index], spoken=(*entities[index].spoken, *texts))
    return SpokenChoice(spoken, count, len(ranked) - count)


def offered_forms(name: str, lang: str | Language) -> list[Offer]:
    """The likeliest spoken forms of a name or alias."""
    return [(form.share, form.text) for form in ranked_forms(name, lang)[:FORMS_PER_NAME]]


def _new_forms(
    entities: Sequence[Entity], offers: Iterable[Sequence[Offer]]
) -> Iterator[tuple[float, int, str]]:
    """Share, entity index and text of every form that is new to its entity and no other entity's name."""
    taken = {
        canonical_text(form) for entity in entities for form in (entity.name, *entity.aliases, *entity.spoken)
    }
    offers_of_names = iter(offers)
    for index, entity in enumerate(entities):
        seen: set[str] = set()
        for _ in range(1 + len(entity.aliases)):
            for share, text in next(offers_of_names):
                if text not in taken and text not in seen:
                    seen.add(text)
                    yield share, index, text
