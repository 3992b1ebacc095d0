"""A catalog's names spoken by an offline voice and recognised: requests with the errors of speech.

    names -> utterances (a name in a carrier) -> sound, and the same with noise -> recognised texts -> rows of a file

    simulate(entities, find_speaker("ttspico", "en"), find_recogniser("pocketsphinx", "en"), "voice.jsonl.gz")

A row has the fields of a request as it was spoken and heard: split, lang, domain, country, entity, carrier, text, asr,
asr_noisy, and for the split dev carrier_seen. Sound stays in memory. docs/voice.md describes the file.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog_tools.language.language import Language, language
from catalog_tools.language.name_split import held_out, name_cluster
from catalog_tools.language.requests import Carriers
from catalog_tools.voice.engines import Pcm, Speaker
from catalog_tools.voice.recognisers import Recogniser
from catalog_tools.voice.voice_file import VoiceFile
from edge_er.bundle.entity import Entity
from edge_er.bundle.lock import locked
from edge_er.errors import CatalogError
from edge_er.text.arguments import text_list
from edge_er.text.canonical import canonical_text

__all__ = [
    "Simulation",
    "Utterance",
    "VoiceSettings",
    "read_carriers",
    "simulate",
    "utterances",
    "with_noise",
]


@dataclass(frozen=True)
class VoiceSettings:
    """What is spoken, and how it is recorded.

    Attributes:
        noise: the least and the greatest signal-to-noise ratio of the noisy recording, in dB.
        times: utterances of each name, in different carriers where there are so many.
        limit: so many names, chosen by the seed; None for all.
        held_out: share of the names (by name cluster) that are for testing, split dev.
        domain: of the names ("station"); None for none.
        nbest: more than 1 adds a field asr_nbest with so many texts.
        batch: utterances that are recognised together; what a killed run loses at most.
        seed: the same seed, names, voice and recogniser give the same file.
        carriers: phrases with one ``{}``, a lone string being one; none for those of the language.
    """

    noise: tuple[float, float] = (18.0, 32.0)
    times: int = 1
    limit: int | None = None
    held_out: float = 0.2
    domain: str | None = None
    nbest: int = 1
    batch: int = 16
    seed: int = 0
    carriers: str | Iterable[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "carriers", tuple(text_list(self.carriers, "carrier")))


@dataclass(frozen=True, slots=True)
class Utterance:
    """A name in a carrier; `key` makes its voice and its noise its own, whatever else is spoken."""

    key: str
    split: str
    country: str | None
    entity: str
    carrier: str
    carrier_seen: bool

    @property
    def text(self) -> str:
        """What is spoken."""
        return self.carrier.replace("{}", self.entity)


@dataclass(frozen=True, slots=True)
class Simulation:
    """A finished file: its rows, and how many utterances the voice had no sound for, which have no row."""

    path: Path
    rows: int
    silent: int


def simulate(
    entities: Sequence[Entity],
    speaker: Speaker,
    recogniser: Recogniser,
    out: str | Path,
    lang: str | Language = "en",
    settings: VoiceSettings | None = None,
    *,
    resume: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    **moved: Any,
) -> Simulation:
    """Speak the names of ``entities`` and write what was heard to ``out``, whole or not at all.

    Until then the rows stand in ``OUT.part``, from which ``resume`` goes on; a resumed file is the same, byte for
    byte, as one made without a break.

    Args:
        entities: whose names are spoken; those without letter or digit are left out.
        speaker: a voice of ``lang``.
        recogniser: of ``lang``.
        out: JSONL; compressed where the name ends in ``.gz``.
        lang: language of the carriers.
        settings: see `VoiceSettings`.
        resume: go on with a run that was broken off.
        progress: called with (utterances done, all utterances) after every batch.
        moved: ``carriers`` of version 0.1, now in ``settings``; it works until version 0.3, with a
            DeprecationWarning.

    Raises:
        BundleBusyError: somebody else writes ``out``.
        CatalogError: nothing to speak, or a part of a run with other settings lies there.
        VoiceError: the voice or the recogniser failed.
        TypeError: there is no such keyword.
    """
    settings, facts = _with_moved(settings or VoiceSettings(), moved), language(lang)
    spoken = utterances(entities, facts, settings)
    about = {
        "voice": speaker.name,
        "recogniser": recogniser.name,
        "lang": facts.code,
        **{name: value for name, value in asdict(settings).items() if name != "carriers"},
        "utterances": [(each.key, each.text) for each in spoken],
    }
    with locked(Path(out)):
        file = VoiceFile(Path(out), about, resume)
        for start in range(file.done, len(spoken), settings.batch):
            progress(start, len(spoken))
            batch = spoken[start : start + settings.batch]
            rows = list(_heard(batch, speaker, recogniser, facts.code, settings))
            file.append(rows, utterances=len(batch))
        progress(len(spoken), len(spoken))
        file.finish()
    return Simulation(Path(out), file.rows, len(spoken) - file.rows)


def _with_moved(settings: VoiceSettings, moved: Mapping[str, Any]) -> VoiceSettings:
    """The settings with the carriers that `simulate` itself took in version 0.1."""
    unknown = sorted(moved.keys() - {"carriers"})
    if unknown:
        raise TypeError(f"simulate() got an unexpected keyword argument {unknown[0]!r}")
    if "carriers" not in moved:
        return settings
    warnings.warn(
        "simulate(carriers=...) has moved: give settings=VoiceSettings(carriers=...)",
        DeprecationWarning,
        stacklevel=3,
    )
    return replace(settings, carriers=moved["carriers"] or ())


def utterances(entities: Sequence[Entity], lang: str | Language, settings: VoiceSettings) -> list[Utterance]:
    """What is spoken, in the order of ``entities``; arguments as of `simulate`."""
    sampled, given = Carriers.of_language(lang), list(settings.carriers)
    chosen = []
    for entity in _chosen(entities, settings):
        split = "dev" if held_out(name_cluster(entity.name), settings.held_out) else "train"
        for time in range(settings.times):
            key = f"{settings.seed}/{entity.name}/{time}"
            rng = random.Random(key)
            carrier = rng.choice(given) if given else sampled.sample(rng)
            chosen.append((key, split, _country(entity), entity.name, carrier))
    seen = {carrier for _, split, _, _, carrier in chosen if split == "train"}
    return [Utterance(*row, carrier_seen=row[-1] in seen) for row in chosen]


def _chosen(entities: Sequence[Entity], settings: VoiceSettings) -> list[Entity]:
    first: dict[tuple[str, str | None], Entity] = {}
    for entity in entities:
        if canonical_text(entity.name):
            first.setdefault((entity.name, _country(entity)), entity)
    named = list(first.values())
    if not named:
        raise CatalogError("nothing to speak: no entity has a name with a letter or digit")
    if settings.limit is None or settings.limit >= len(named):
        return named
    places = random.Random(settings.seed).sample(range(len(named)), settings.limit)
    return [named[place] for place in sorted(places)]


def _country(entity: Entity) -> str | None:
    country = entity.metadata.get("country")
    return country if isinstance(country, str) and country.strip() else None


def _heard(
    batch: Sequence[Utterance], speaker: Speaker, recogniser: Recogniser, lang: str, settings: VoiceSettings
) -> Iterable[dict[str, Any]]:
    """The rows of a batch, without those the voice had no sound for."""
    sounds = [speaker.speak(each.text, random.Random(f"{each.key}/voice")) for each in batch]
    audible = [(each, pcm) for each, pcm in zip(batch, sounds, strict=True) if pcm.any()]
    noisy = [with_noise(pcm, settings.noise, each.key) for each, pcm in audible]
    clear_texts = recogniser.recognise([pcm for _, pcm in audible])
    noisy_texts = recogniser.recognise(noisy)
    for (each, _), clear, unclear in zip(audible, clear_texts, noisy_texts, strict=True):
        row: dict[str, Any] = {
            "split": each.split,
            "lang": lang,
            "domain": settings.domain,
            "country": each.country,
            "entity": each.entity,
            "carrier": each.carrier,
            "text": each.text,
            "asr": clear[0],
            "asr_noisy": unclear[0],
        }
        if settings.nbest > 1:
            row["asr_nbest"] = clear
        if each.split == "dev":
            row["carrier_seen"] = each.carrier_seen
        yield row


def with_noise(pcm: Pcm, decibels: tuple[float, float], key: str) -> Pcm:
    """``pcm`` with white noise at a signal-to-noise ratio drawn between ``decibels``; ``key`` is the seed."""
    rng = np.random.default_rng(list(key.encode()))
    power = float(np.mean(pcm.astype(np.float64) ** 2))
    level = np.sqrt(power / 10 ** (rng.uniform(*decibels) / 10))
    noisy = pcm + rng.normal(0.0, level, len(pcm))
    return np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)


def read_carriers(file: str | Path) -> list[str]:
    """Carriers of a text file, one a line, each with one ``{}``; empty lines and those that begin with # are left out.

    Raises:
        CatalogError: the file cannot be read or holds none, or a line has not one ``{}``; names file and row.
    """
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"the carriers cannot be read ({error})", file=file) from error
    carriers = []
    for row, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        if line.count("{}") != 1:
            raise CatalogError(f"expected one {{}} for the name; found {line[:80]!r}", file=file, row=row)
        carriers.append(line)
    if not carriers:
        raise CatalogError("no carrier in it; expected one a line", file=file)
    return carriers
