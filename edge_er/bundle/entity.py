"""Entity: one thing that a request can name, such as a station, an artist or a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_er.text.arguments import text_list
from edge_er.text.canonical import canonical_text


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of a catalog.

    Attributes:
        id: unique in its catalog.
        name: what users see.
        aliases: other names; any iterable of texts may be given, a single string is one alias.
        spoken: spoken forms ("bayern eins" for "Bayern 1"), given like aliases: searched, never shown.
        metadata: all other fields of the catalog (country, tags, streams, ...), with JSON values.
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
        """Name, aliases and spoken forms in this order; of forms with the same canonical text the first. Never empty.

        A form whose canonical text is empty (emoji only) is left out unless the entity has no other form.
        """
        return tuple(self.spellings.values())

    @property
    def spellings(self) -> dict[str, str]:
        """Canonical text to surface form, for all `surface_forms` in their order."""
        first: dict[str, str] = {}
        for form in (self.name, *self.aliases, *self.spoken):
            first.setdefault(canonical_text(form), form)
        if len(first) > 1:
            first.pop("", None)
        return first
