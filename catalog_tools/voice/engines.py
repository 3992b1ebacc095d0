"""Offline voices: text to speech in memory, as a `Speaker` says it.

    find_speaker("ttspico", "en").speak("play radio paradise", random.Random(1))  ->  int16 [samples], 16 kHz

Any object with a `name` and such a `speak` can take their place in `catalog_tools.voice.simulation.simulate`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from catalog_tools.voice.piper import Piper
from catalog_tools.voice.programs import (
    PITCHES,
    RATES,
    EspeakNg,
    Festival,
    Flite,
    chosen_voices,
    no_voice,
)
from catalog_tools.voice.sound import SAMPLE_RATE, Pcm, cut
from edge_er.errors import VoiceError
from edge_er.installing import install_command

__all__ = ["SAMPLE_RATE", "SPEAKERS", "Pcm", "Speaker", "TtsPico", "find_speaker"]


class Speaker(Protocol):
    """A voice of one language."""

    name: str

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """``text`` spoken: int16 [samples] at 16 kHz, empty where the voice has no sound for it.

        ``rng`` chooses voice, rate and pitch; the same text and state give the same samples.
        """


class TtsPico:
    """SVOX Pico by the package ttspico: six voices in five languages.

    Args:
        lang: de, en, es, fr or it.
        voice: one voice for all, such as "en-GB"; None draws one.
    """

    name = "ttspico"
    _VOICES: Mapping[str, tuple[str, ...]] = {
        "de": ("de-DE",),
        "en": ("en-US", "en-GB"),
        "es": ("es-ES",),
        "fr": ("fr-FR",),
        "it": ("it-IT",),
    }

    def __init__(self, lang: str, voice: str | None = None) -> None:
        if lang not in self._VOICES:
            raise no_voice(self.name, lang, ", ".join(self._VOICES))
        self._voices = chosen_voices(self, self._VOICES[lang], voice)
        self._ttspico = _package("ttspico")

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`. A new engine speaks each text: one engine never says a text twice in the same way."""
        engine = self._engine(rng.choice(self._voices))
        engine.rate, engine.pitch = round(100 * rng.uniform(*RATES)), round(100 * rng.uniform(*PITCHES))
        sound = (
            engine.speak(re.sub(r"[<>]", " ", text)) if text.strip() else None
        )  # "<" opens a command of Pico
        return cut(np.frombuffer(sound or b"", np.int16))

    def _engine(self, voice: str) -> Any:
        try:
            return self._ttspico.TtsEngine(voice)
        except RuntimeError as error:
            raise VoiceError(
                f"ttspico cannot speak ({error}): its files of voices are not where they should be; install it again"
            ) from error


SPEAKERS: Mapping[str, Callable[..., Speaker]] = {
    "ttspico": TtsPico,
    "espeak-ng": EspeakNg,
    "festival": Festival,
    "flite": Flite,
    "piper": Piper,
}


def find_speaker(name: str, lang: str, voice: str | None = None, model: Path | None = None) -> Speaker:
    """The engine ``name`` speaking language ``lang``.

    Args:
        name: one of `SPEAKERS`.
        lang: what is spoken.
        voice: one voice of the engine; None draws one for each utterance.
        model: the file of the voice, which piper needs.

    Raises:
        VoiceError: no such engine, it or its voice is not installed, or it does not speak the language.
    """
    if name not in SPEAKERS:
        raise VoiceError(f"unknown voice {name!r}; expected one of {', '.join(SPEAKERS)}")
    speaker = SPEAKERS[name](lang, model if name == "piper" else voice)
    if voice is not None and name != "piper":
        speaker.name = f"{name} {voice}"
    return speaker


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise VoiceError(f"{name} is not installed; install it with: {install_command('voice')}") from error
