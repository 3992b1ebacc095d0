"""Sentences of a smart home by hassil and home-assistant-intents, with names that were misheard or said otherwise.

Hassil matches sentences by templates, so a name must be there letter by letter. Where it finds no intent, it says what
stands where a name, area or floor should; the resolver finds what is meant by that, the true name takes its place in
the sentence, and hassil has the last word: what comes out is what it makes of the sentence with the right name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hassil.intents import Intents, TextSlotList
from hassil.recognize import RecognizeResult, recognize_all, recognize_best
from home_assistant_intents import get_intents

from edge_er.decision.resolution import Match
from edge_er.resolver import EntityResolver
from edge_er.service.wyoming_service import Recognised

__all__ = ["KINDS", "HomeIntents"]

KINDS = {
    "name": "entity",
    "area": "area",
    "floor": "floor",
}  # slot of a sentence -> metadata `kind` of its entities
_MOST_PARSES = 200  # of one sentence that are looked at
_MOST_SPANS = 24  # of one sentence that are resolved
_CONFIDENCE = 0.8  # of a name that is put into a sentence: a wrong one switches something
_TIED = 16  # most entities that a resolver holds for equal
_CHOICES = 5  # names to choose from


@dataclass(frozen=True)
class _Repair:
    """A sentence with true names, how sure the least sure of them is, and how much of it is the template's."""

    text: str
    slots: Mapping[str, str]
    confidence: float
    literal: int


class HomeIntents:
    """Recognises the sentences of a home.

    Args:
        resolver: of a bundle whose entities have metadata `kind` ("entity", "area", "floor") and, for entities,
            `domain` ("light"), as `edge-er home` builds it.
        lang: language of the sentences; by default that of the bundle.

    Raises:
        ValueError: home-assistant-intents does not know the language, or the bundle has no such entities.
    """

    def __init__(self, resolver: EntityResolver, lang: str | None = None) -> None:
        self._resolver = resolver
        self._lang = lang or resolver.lang
        data = get_intents(self._lang)
        if data is None:
            raise ValueError(f"home-assistant-intents has no sentences in {self._lang!r}")
        self._intents = Intents.from_dict(data)
        self._of = ""  # the version of the bundle whose names are in the lists
        self._lists: dict[str, TextSlotList] = {}
        self._take_names()
        if not any(each.values for each in self._lists.values()):
            raise ValueError(
                f"bundle {resolver.name!r} has no entity with kind {' or '.join(KINDS.values())}"
            )

    def _take_names(self) -> None:
        """The names of the bundle as lists of hassil; new ones when it was loaded again."""
        version = str(self._resolver.manifest["manifest_sha256"])
        if version != self._of:
            self._lists = {slot: _slot_list(self._resolver, slot) for slot in KINDS}
            self._of = version

    def exact(self, text: str) -> Recognised | None:
        """What hassil makes of a sentence by itself; None where it matches none of its templates."""
        self._take_names()
        found = self._exact(text)
        return None if found is None else _recognised(found)

    def __call__(self, text: str, lang: str | None = None) -> Recognised:
        """The intent of a sentence with its slots; no intent, and the names to choose from, where several are meant."""
        self._take_names()
        exact = self._exact(text)
        if exact is not None:
            return _recognised(exact)
        unsure: list[str] = []
        repairs = sorted(self._repairs(text, unsure), key=lambda each: (-each.confidence, -each.literal))
        for repair in repairs:
            found = self._exact(repair.text)
            if found is not None and _has(found, repair.slots):
                return _recognised(found)
        names = list(dict.fromkeys(unsure))[:_CHOICES]
        return Recognised(None, {}, f"{', '.join(names)}?" if names else None)

    def _exact(self, text: str) -> RecognizeResult | None:
        """What hassil makes of a sentence whose names are right, a name before an area."""
        return recognize_best(
            text, self._intents, slot_lists={**self._lists}, language=self._lang, best_slot_name="name"
        )

    def _repairs(self, text: str, unsure: list[str]) -> Iterator[_Repair]:
        """The sentence with true names for what stands in their place, for every way to read it.

        Names of which several are meant are added to `unsure`.
        """
        known: dict[tuple[str, str], Match | None] = {}
        for spans, literal in self._parses(text):
            if len(known) >= _MOST_SPANS:
                return
            repaired, slots, confidence = text, {}, 1.0
            for slot, span in spans.items():
                if (slot, span) not in known:
                    known[slot, span] = self._meant(slot, span, unsure)
                match = known[slot, span]
                at = repaired.lower().find(span.lower())
                if match is None or at < 0:
                    break
                repaired = f"{repaired[:at]}{match.name}{repaired[at + len(span) :]}"
                slots[slot] = match.name
                confidence = min(confidence, match.confidence)
            else:
                yield _Repair(repaired, slots, confidence, literal)

    def _parses(self, text: str) -> Iterator[tuple[dict[str, str], int]]:
        """What stands where a name, area or floor should, by slot, and how many letters are the template's."""
        seen = set()
        parses = recognize_all(
            text,
            self._intents,
            slot_lists={**self._lists},
            language=self._lang,
            allow_unmatched_entities=True,
        )
        for _, parse in zip(range(_MOST_PARSES), parses, strict=False):
            texts = {
                slot: getattr(each, "text", "").strip() for slot, each in parse.unmatched_entities.items()
            }
            spans = {slot: span for slot, span in texts.items() if slot in KINDS}
            key = tuple(sorted(spans.items()))
            if spans and all(spans.values()) and key not in seen:
                seen.add(key)
                yield spans, parse.text_chunks_matched

    def _meant(self, slot: str, span: str, unsure: list[str]) -> Match | None:
        """The one entity of a slot's kind that `span` means best of all entities of the home.

        Others are no filter's work: "lamp" is no floor, although it is more like the only floor than like nothing.
        """
        if not self._lists[slot].values:
            return None
        found = self._resolver.resolve(span, top_k=_TIED)
        if found.decision == "no_match":
            return None
        best = found.matches[: max(found.tied, 1 if found.decision == "match" else 2)]
        meant = [match for match in best if match.metadata.get("kind") == KINDS[slot]]
        if len(meant) > 1:
            unsure.extend(match.name for match in meant)
        return meant[0] if len(meant) == 1 and meant[0].confidence >= _CONFIDENCE else None


def _slot_list(resolver: EntityResolver, slot: str) -> TextSlotList:
    """The names of a kind as hassil takes them: each name and alias stands for the name."""
    values = [
        (text, entity.name, {"domain": entity.metadata["domain"]} if "domain" in entity.metadata else {})
        for entity in resolver.entities
        if entity.metadata.get("kind") == KINDS[slot]
        for text in (entity.name, *entity.aliases)
    ]
    return TextSlotList.from_tuples(values, allow_template=False, name=slot)


def _has(found: RecognizeResult, slots: Mapping[str, str]) -> bool:
    return all(slot in found.entities and found.entities[slot].value == name for slot, name in slots.items())


def _recognised(found: RecognizeResult) -> Recognised:
    slots: dict[str, Any] = {name: entity.value for name, entity in found.entities.items()}
    return Recognised(found.intent.name, slots)
