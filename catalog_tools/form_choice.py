"""Which spoken forms a bundle holds: the likeliest first, as many as there is room for.

Names and aliases are never left out; spoken forms only help, so they take what the budget leaves. A form that is
the name or alias of another entity is left to that entity.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from catalog_tools.surface_forms import ranked_forms
from edge_er.entity import Entity
from edge_er.normalize import canonical_text

__all__ = ["SpokenChoice", "choose_spoken_forms"]

FORMS_PER_NAME = 3
_LIST_BYTES = len(',"spoken":[]')
_ENTITY_INDEX_BYTES = 4


@dataclass(frozen=True)
class SpokenChoice:
    """Entities with their spoken forms, and how many forms were chosen and left out for want of room."""

    entities: list[Entity]
    chosen: int
    left_out: int


def choose_spoken_forms(
    entities: Sequence[Entity], lang: str, dim: int, room: int | None = None, per_name: int = FORMS_PER_NAME
) -> SpokenChoice:
    """Give each of ``entities`` spoken forms in ``lang``, the likeliest of all first.

    A form costs ``dim`` bytes for its vector and those of its text; together they take at most ``room`` bytes (None:
    no limit), and each name and alias has at most ``per_name``.
    """
    offered = sorted(_offers(entities, lang, per_name), key=lambda offer: (-offer[0], offer[1]))
    chosen: defaultdict[int, list[str]] = defaultdict(list)
    used = count = 0
    for _, index, text in offered:
        used += dim + _ENTITY_INDEX_BYTES + len(json.dumps(text, ensure_ascii=False).encode()) + 1
        used += 0 if chosen[index] or entities[index].spoken else _LIST_BYTES
        if room is not None and used > room:
            break
        chosen[index].append(text)
        count += 1
    spoken = [
        replace(entity, spoken=(*entity.spoken, *chosen.get(index, ())))
        for index, entity in enumerate(entities)
    ]
    return SpokenChoice(spoken, count, len(offered) - count)


def _offers(entities: Sequence[Entity], lang: str, per_name: int) -> Iterator[tuple[float, int, str]]:
    """Share, entity index and text of every form that is new to its entity and no other entity's name."""
    taken = {canonical_text(form) for entity in entities for form in entity.surface_forms}
    for index, entity in enumerate(entities):
        seen: set[str] = set()
        for name in (entity.name, *entity.aliases):
            for form in ranked_forms(name, lang)[:per_name]:
                if form.text not in taken and form.text not in seen:
                    seen.add(form.text)
                    yield form.share, index, form.text
