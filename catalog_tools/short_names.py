"""What people leave out of a name: "BBC Radio 4" is asked for as "Radio 4".

Numbered stations carry their broadcaster before "Radio", in one short word, and listeners leave it out. Where several
broadcasters number theirs, the short name is an alias of each: a request for it is answered as ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from edge_er.entity import Entity
from edge_er.normalize import canonical_text

__all__ = ["with_short_names"]

_NUMBERED = re.compile(r"[a-z]{2,5} (radio [0-9])")


def with_short_names(entities: Sequence[Entity]) -> list[Entity]:
    """``entities``, each with its short name as the last alias unless that is already a name in the catalog."""
    taken = {canonical_text(name) for entity in entities for name in (entity.name, *entity.aliases)}
    return [
        replace(entity, aliases=(*entity.aliases, short.title()))
        if (short := _short_name(entity)) and short not in taken
        else entity
        for entity in entities
    ]


def _short_name(entity: Entity) -> str:
    names = map(canonical_text, (entity.name, *entity.aliases))
    return next((found[1] for name in names if (found := _NUMBERED.fullmatch(name))), "")
