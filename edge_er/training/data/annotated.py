"""Annotated utterances: sentences around a name, and sentences that name nothing in a catalog.

Texts that stand in the requests of people, by which the product is judged, are left out of both.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_er.text.canonical import canonical_text
from edge_er.training.data.pool import UTTERANCES, read_rows

__all__ = ["Catalogued", "Utterance", "Utterances", "judged_texts"]

# The slots whose place a name of a domain can take.
SLOTS = {
    "station": ("radio_name",),
    "artist": ("artist_name",),
    "city": ("place_name",),
    "tv": ("radio_name", "podcast_name"),
    "programme": ("song_name", "movie_name", "audiobook_name", "podcast_name", "playlist_name", "game_name"),
    "contact": ("person",),
    "room": ("house_place",),
    "device": ("device_type",),
}
LONGEST = 4  # words of a part of a name that an utterance may name
_SLOT = re.compile(r"\[(\w+) : ([^\]]+)\]")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What someone said, its intent, and the values of its slots in canonical text, by slot."""

    text: str
    intent: str
    values: tuple[tuple[str, str], ...]


class Catalogued:
    """Says whether an utterance names something in a catalog, whole or in part.

    Args:
        forms: surface forms of the catalog, in canonical text.
    """

    def __init__(self, forms: Iterable[str]) -> None:
        self._whole = frozenset(forms)
        self._parts = frozenset(
            " ".join(words[start:end])
            for words in map(str.split, self._whole)
            for start in range(len(words))
            for end in range(start + 1, min(start + LONGEST, len(words)) + 1)
        )
        self._names = frozenset(slot for slots in SLOTS.values() for slot in slots) | {"business_name"}

    def named_in(self, utterance: Utterance) -> bool:
        """Whether a slot's value is a form, a slot that holds names has a part of one, or a form stands in a value."""
        return any(
            value in self._whole
            or (slot in self._names and (value in self._parts or self._holds_form(value)))
            for slot, value in utterance.values
        )

    def _holds_form(self, value: str) -> bool:
        words = value.split()
        places = range(len(words))
        return any(
            " ".join(words[start : end + 1]) in self._whole for start in places for end in places[start:]
        )


def judged_texts(folder: Path) -> frozenset[str]:
    """The requests of people in the data folder, in canonical text; none where there are none."""
    files = sorted((folder / "people" / "dev").glob("*.jsonl.gz"))
    return frozenset(canonical_text(row["query"]) for file in files for row in read_rows(file))


class Utterances:
    """The annotated utterances of one language that may be fitted on.

    Args:
        folder: the data folder.
        lang: the language.
        judged: texts to leave out, in canonical text.
    """

    def __init__(self, folder: Path, lang: str, judged: frozenset[str]) -> None:
        self.all: list[Utterance] = []
        self._sentences: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for row in read_rows(folder / UTTERANCES[lang]):
            if row["partition"] != "train" or canonical_text(row["utt"]) in judged:
                continue
            annotated = row["annot_utt"]
            values = tuple((slot[1], canonical_text(slot[2])) for slot in _SLOT.finditer(annotated))
            self.all.append(Utterance(row["utt"], row["intent"], values))
            slots = [slot[1] for slot in _SLOT.finditer(annotated)]
            for slot in _SLOT.finditer(annotated):
                if slots.count(slot[1]) > 1:
                    continue
                parts = (annotated[: slot.start()], annotated[slot.end() :])
                before, after = (
                    _SLOT.sub(lambda other: other[2], part).replace("{", "").replace("}", "")
                    for part in parts
                )
                self._sentences[slot[1]][f"{before}{{}}{after}"] = None

    def sentences(self, domain: str) -> list[str]:
        """Sentences with ``{}`` in the place of a name of `domain`, and no other name of its kind."""
        return [text for slot in SLOTS[domain] for text in self._sentences[slot]]

    def naming_nothing(self, names: Catalogued, count: int, rng: random.Random) -> Sequence[Utterance]:
        """At most `count` utterances that name nothing in a catalog and ask for no radio."""
        shuffled = rng.sample(self.all, len(self.all))
        found: list[Utterance] = []
        for utterance in shuffled:
            if len(found) == count:
                break
            if utterance.intent != "play_radio" and not names.named_in(utterance):
                found.append(utterance)
        return found
