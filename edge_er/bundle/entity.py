"""Entity: one thing that a request can name, such as a station, an artist or a contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_er.text.arguments import text_list
from edge_er.text.canonical import canonical_text
from edge_er.text.canonical_lists import canonical_texts


@dataclass(frozen=True, slots=True)
class Entity:
    """One entry of a catalog.

    Attributes:
        id: unique in its catalog.
        name: what users see.
        aliases: other names; any iterable of texts may be given, a single string is one alias.
        spoken: spoken forms ("bayern eins" for "Bayern 1"), given like aliases: searched, never shown.
        metadata: all other fields of the catalog (country, tags, streams, ...), with JSON values.

    Examples:
        >>> Entity("es-1", "Bayern 1", "BR1", metadata={"country": "DE"}).surface_forms
        ('Bayern 1', 'BR1')
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
        forms = (self.name, *self.aliases, *self.spoken)
        return _first_of_each(map(canonical_text, forms), forms)


def spelled_forms(entities: Iterable[Entity]) -> tuple[list[str], list[str], list[int]]:
    """Canonical texts and surface forms of all entities, in their order, and how many each entity has.

    They are the `spellings` of each, all at once.
    """
    return spelled_names([(entity.name, *entity.aliases, *entity.spoken) for entity in entities])


def spelled_names(named: Sequence[tuple[str, ...]]) -> tuple[list[str], list[str], list[int]]:
    """The same of name, aliases and spoken forms of each entity."""
    canonical = iter(canonical_texts([form for forms in named for form in forms]))
    texts, surface, counts = [], [], []
    for forms in named:
        if len(forms) == 1:
            texts.append(next(canonical))
            surface.append(forms[0])
            counts.append(1)
        else:
            spellings = _first_of_each(canonical, forms)
            texts += spellings
            surface += spellings.values()
            counts.append(len(spellings))
    return texts, surface, counts


def _first_of_each(canonical: Iterable[str], forms: Iterable[str]) -> dict[str, str]:
    """The first form of each canonical text; an empty one only where there is no other."""
    first: dict[str, str] = {}
    for form, text in zip(forms, canonical, strict=False):
        first.setdefault(text, form)
    if len(first) > 1:
        first.pop("", None)
    return first
