"""Requests for training and testing: a carrier phrase, a name said one way or another, and what noise makes of it.

generator = RequestGenerator.of_languages(["es"])
generator.request("Cadena SER", "es", random.Random(0))   ->  "oye siri pon la emisora cadena ser"
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog_tools.language.language import Language, language
from catalog_tools.language.noise import Confusions, typing_slip
from edge_er.text.canonical import canonical_text

__all__ = ["Carriers", "NoiseMix", "RequestGenerator", "carriers_of_annotations"]

LANGUAGES = ("de", "en", "fr", "it", "es")

# Slots of annotated assistant utterances whose place a name can take.
NAME_SLOTS = (
    "radio_name",
    "artist_name",
    "song_name",
    "podcast_name",
    "audiobook_name",
    "playlist_name",
    "app_name",
    "place_name",
    "business_name",
    "person",
    "movie_name",
    "media_type",
)

_SLOT = re.compile(r"\[(\w+) : ([^\]]+)\]")


@dataclass(frozen=True)
class Carriers:
    """The phrases of one language around a name, ``{}`` in its place.

    Attributes:
        phrases: whole requests.
        commands: whole requests for what is no station: a lamp, a contact, a place.
        nouns: what stands beside the name ("the station {}").
        wake, places, apps, polite: words people put before and after.
        observed: further whole requests, taken from annotated utterances.
    """

    phrases: tuple[str, ...] = ("{}",)
    commands: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ("{}",)
    wake: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    polite: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()

    @classmethod
    def of_language(cls, lang: str | Language, observed: Iterable[str] = ()) -> Carriers:
        """The phrases of ``lang``, with ``observed`` ones beside them."""
        return cls(**language(lang).carriers, observed=tuple(observed))

    def sample(self, rng: random.Random) -> str:
        """One carrier; the bare name in about one of ten."""
        if self.observed and rng.random() < 0.35:
            return rng.choice(self.observed)
        if rng.random() < 0.08:
            return "{}"
        carrier = rng.choice(self.phrases)
        if rng.random() < 0.2:
            carrier = carrier.format(rng.choice(self.nouns))
        for chance, words in ((0.2, self.places), (0.08, self.apps), (0.15, self.polite)):
            if words and rng.random() < chance:
                carrier = f"{carrier} {rng.choice(words)}"
        if self.wake and rng.random() < 0.1:
            carrier = f"{rng.choice(self.wake)} {carrier}"
        return carrier


def carriers_of_annotations(
    rows: Iterable[Mapping[str, str]], unwanted: frozenset[str] = frozenset()
) -> list[str]:
    """Carriers from annotated utterances such as ``pon [radio_name : kiss fm] por favor``, one slot opened at a time.

    Args:
        rows: with ``scenario`` and ``annot_utt``; of scenarios other than "play" only places, people and firms count.
        unwanted: carriers (in canonical text) to leave out, such as those kept for testing.
    """
    carriers: dict[str, None] = {}
    for row in rows:
        text = row["annot_utt"]
        for slot in _SLOT.finditer(text):
            if slot[1] not in NAME_SLOTS or (row["scenario"] != "play" and slot[1] == "media_type"):
                continue
            opened = text[: slot.start()] + "\0" + text[slot.end() :]
            carrier = (
                _SLOT.sub(lambda other: other[2], opened)
                .replace("{", "")
                .replace("}", "")
                .replace("\0", "{}")
            )
            if carrier.count("{}") == 1 and canonical_text(carrier) not in unwanted:
                carriers[carrier] = None
    return list(carriers)


@dataclass(frozen=True)
class NoiseMix:
    """How often a request is left clean, mistyped, or distorted, and how strongly (1 = as in the recordings)."""

    clean: float = 0.35
    typed: float = 0.1
    strengths: tuple[float, ...] = (0.5, 0.8, 1.0, 1.3, 1.7)
    dropped_word: float = 0.03
    added_word: float = 0.03
    foreign_carrier: float = 0.125


Spoken = Callable[[str, str], Sequence[str]]


def _no_spoken_forms(name: str, lang: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class RequestGenerator:
    """Makes requests in canonical text.

    Attributes:
        carriers, confusions: by language.
        spoken: (name, language) to other ways of saying it (number words, letters), see ``surface_forms``.
    """

    carriers: Mapping[str, Carriers]
    confusions: Mapping[str, Confusions]
    spoken: Spoken = _no_spoken_forms
    mix: NoiseMix = field(default_factory=NoiseMix)

    @classmethod
    def of_languages(
        cls,
        languages: Sequence[str | Language] = LANGUAGES,
        observed: Mapping[str, Sequence[str]] | None = None,
        spoken: Spoken = _no_spoken_forms,
        mix: NoiseMix | None = None,
    ) -> RequestGenerator:
        """A generator from the locale files of ``languages``."""
        facts = {each.code: each for each in map(language, languages)}
        return cls(
            {
                code: Carriers.of_language(each, (observed or {}).get(code, ()))
                for code, each in facts.items()
            },
            {code: Confusions.of_language(each) for code, each in facts.items()},
            spoken,
            mix or NoiseMix(),
        )

    def request(self, name: str, lang: str, rng: random.Random) -> str:
        """One request for ``name`` by a speaker of ``lang``, in canonical text; never empty if ``name`` is not."""
        mix = self.mix
        others = [other for other in self.carriers if other != lang]
        carrier_lang = rng.choice(others) if others and rng.random() < mix.foreign_carrier else lang
        forms = self.spoken(name, lang)
        said = rng.choice(forms) if forms and rng.random() < 0.5 else name
        said = canonical_text(self._shortened(canonical_text(said), rng)) or canonical_text(name)
        clean = canonical_text(self.carriers[carrier_lang].sample(rng).replace("{}", f" {said} "))
        return self.noisy(clean, lang, rng) or clean

    def noisy(self, text: str, lang: str, rng: random.Random) -> str:
        """``text`` with the noise of the mix, in canonical text."""
        mix, kind = self.mix, rng.random()
        if kind < mix.clean:
            return text
        text = self._word_changes(text, lang, rng)
        if kind < mix.clean + mix.typed:
            return canonical_text(typing_slip(text, rng))
        return canonical_text(self.confusions[lang].distort(text, rng, rng.choice(mix.strengths)))

    def _shortened(self, name: str, rng: random.Random) -> str:
        """Sometimes what people leave out: the frequency, "FM", "radio"."""
        if rng.random() < 0.9:
            return name
        shorter = re.sub(r"\b(\d+ \d|fm|am|radio)\b", " ", name)
        return shorter if len(shorter.strip()) > 3 else name

    def _word_changes(self, text: str, lang: str, rng: random.Random) -> str:
        words = text.split()
        if len(words) > 3 and rng.random() < self.mix.dropped_word:
            del words[rng.randrange(len(words))]
        if rng.random() < self.mix.added_word:
            words.insert(
                rng.randrange(len(words) + 1), rng.choice(self.carriers[lang].polite or ("eh",)).split()[0]
            )
        return " ".join(words)
