"""How people ask in the languages of an adaptation, and names of the shipped catalogs that they may ask for besides."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog_tools.language.language import LANGUAGES, Language, language, read_locale
from catalog_tools.language.requests import RequestGenerator
from edge_er.bundle.bundle import read_bundle
from edge_er.bundle.locate import shipped_bundles
from edge_er.text.canonical import canonical_text
from edge_er.training.data.own_data import generator_of

__all__ = ["Speech", "shipped_names", "speech_of"]

STRENGTHS = (0.1, 0.2, 0.3)  # of simulated misrecognition


@dataclass(frozen=True)
class Speech:
    """The languages of those who ask, the main one first, and what makes requests in them."""

    languages: tuple[Language, ...]
    generator: RequestGenerator

    @property
    def main(self) -> Language:
        """The language of the bundle."""
        return self.languages[0]

    def code(self, wanted: str | None) -> str:
        """``wanted``, if it is one of the languages, else the main one."""
        codes = [each.code for each in self.languages]
        return wanted if wanted in codes else codes[0]

    def typed(self, name: str, lang: str, rng: random.Random) -> str:
        """A name in a carrier, as it is."""
        return self.generator.carriers[lang].sample(rng).replace("{}", name)

    def heard(self, text: str, lang: str, rng: random.Random) -> str:
        """What a recogniser may make of a text."""
        distorted = self.generator.confusions[lang].distort(canonical_text(text), rng, rng.choice(STRENGTHS))
        return distorted or text


def speech_of(wanted: Sequence[str], locales: Iterable[Path]) -> Speech:
    """The languages by code, with locale files for those that are not shipped.

    Raises:
        CatalogError: a language is neither shipped nor in a locale file, or such a file cannot be read.
    """
    given = {each.code: each for each in map(read_locale, locales)}
    languages = tuple(given.get(code) or language(code) for code in wanted)
    return Speech(languages, generator_of(languages))


def shipped_names(speech: Speech) -> dict[str, list[str]]:
    """Names and aliases of the shipped catalogs by the language of those who ask.

    A language without a shipped catalog has those of all of them.
    """
    own: dict[str, list[str]] = {}
    for path in shipped_bundles().values():
        bundle = read_bundle(path)
        names = dict.fromkeys(name for entity in bundle.entities for name in (entity.name, *entity.aliases))
        own.setdefault(str(bundle.manifest["lang"]), []).extend(names)
    every = [name for lang in LANGUAGES for name in own.get(lang, ())]
    return {each.code: own.get(each.code) or every for each in speech.languages}
