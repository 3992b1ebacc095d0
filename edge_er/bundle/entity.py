"""One thing a request can name: a station, an artist, a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_er.text.arguments import text_list
from edge_er.text.canonical import canonical_text


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of a catalog.

    `aliases` and `spoken` may be given as any texts; a lone string is one alias.
    `spoken` holds generated surface forms ("bayern eins" for "Bayern 1"): they are searched, never shown.
    `metadata` is whatever else the catalog says (country, tags, streams, ...), values as in JSON.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    spoken: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if type(self.aliases) is not tuple:
            object.__setattr__(self, "aliases", tuple(text_list(self.aliases, "alias")))
        if type(self.spoken) is not tuple:
            object.__setattr__(self, "spoken", tuple(text_list(self.spoken, "spoken form")))

    @property
    def surface_forms(self) -> tuple[str, ...]:
        """Name, aliases and spoken forms in this order, the first of each canonical text; never empty.

        A form without any canonical text (emoji only) is left out unless the entity has no other.
        """
        return tuple(self.spellings.values())

    @property
    def spellings(self) -> dict[str, str]:
        """Canonical text of each of the `surface_forms`, and the form itself, in their order."""
        first: dict[str, str] = {}
        for form in (self.name, *self.aliases, *self.spoken):
            first.setdefault(canonical_text(form), form)
        if len(first) > 1:
            first.pop("", None)
        return first
