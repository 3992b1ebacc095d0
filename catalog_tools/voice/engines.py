"""Offline voices: text to speech in memory, as a `Speaker` says it.

    find_speaker("ttspico", "en").speak("play radio paradise", random.Random(1))  ->  int16 [samples], 16 kHz

Any object with a `name` and such a `speak` can take their place in `catalog_tools.voice.simulation.simulate`.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from edge_er.errors import VoiceError
from edge_er.installing import install_command

__all__ = ["SAMPLE_RATE", "SPEAKERS", "EspeakNg", "Pcm", "Speaker", "TtsPico", "find_speaker"]

SAMPLE_RATE = 16_000
Pcm = NDArray[np.int16]

_RATES, _PITCHES = (0.85, 1.2), (0.8, 1.25)  # of a voice's own rate and pitch
_LONGEST_S = 30  # what a recogniser takes at once


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
    """

    name = "ttspico"
    _VOICES: Mapping[str, tuple[str, ...]] = {
        "de": ("de-DE",),
        "en": ("en-US", "en-GB"),
        "es": ("es-ES",),
        "fr": ("fr-FR",),
        "it": ("it-IT",),
    }

    def __init__(self, lang: str) -> None:
        if lang not in self._VOICES:
            raise _no_voice(self.name, lang, ", ".join(self._VOICES))
        self._voices = self._VOICES[lang]
        self._ttspico = _package("ttspico")

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`. A new engine speaks each text: one engine never says a text twice in the same way."""
        engine = self._engine(rng.choice(self._voices))
        engine.rate, engine.pitch = round(100 * rng.uniform(*_RATES)), round(100 * rng.uniform(*_PITCHES))
        sound = (
            engine.speak(re.sub(r"[<>]", " ", text)) if text.strip() else None
        )  # "<" opens a command of Pico
        return _cut(np.frombuffer(sound or b"", np.int16))

    def _engine(self, voice: str) -> Any:
        try:
            return self._ttspico.TtsEngine(voice)
        except RuntimeError as error:
            raise VoiceError(
                f"ttspico cannot speak ({error}): its files of voices are not where they should be; install it again"
            ) from error


class EspeakNg:
    """eSpeak NG by its program: more than a hundred languages, a formant voice.

    Args:
        lang: a language of `espeak-ng --voices`, "pt_BR" as pt-br; English is British or American.
        program: where the program is.
    """

    name = "espeak-ng"
    _VARIANTS = ("", "+m3", "+m7", "+f2", "+f4")
    _OWN_RATE, _OWN_PITCH = 165, 50  # words a minute; eSpeak's scale of 0 to 99

    def __init__(self, lang: str, program: str = "espeak-ng") -> None:
        path = shutil.which(program)
        if path is None:
            raise VoiceError(f"the program {program} is not installed (Debian package espeak-ng)")
        self._program = path
        code = lang.lower().replace("_", "-")
        self._voices = ("en-gb", "en-us") if code == "en" else (code,)
        if not self._knows(self._voices[0]):
            raise _no_voice(self.name, lang, "those of espeak-ng --voices")

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`."""
        voice = rng.choice(self._voices) + rng.choice(self._VARIANTS)
        rate, pitch = self._OWN_RATE * rng.uniform(*_RATES), self._OWN_PITCH * rng.uniform(*_PITCHES)
        arguments = ["-v", voice, "-s", str(round(rate)), "-p", str(round(pitch)), "--stdin", "--stdout"]
        return _cut(_from_wav(self._run(arguments, text)))

    def _knows(self, voice: str) -> bool:
        lines = self._run([f"--voices={voice}"], "").decode("utf-8", "replace").splitlines()
        return len(lines) > 1

    def _run(self, arguments: list[str], text: str) -> bytes:
        done = subprocess.run(
            [self._program, *arguments], input=text.encode(), capture_output=True, check=False
        )
        if done.returncode:
            message = done.stderr.decode("utf-8", "replace").strip()[:200]
            raise VoiceError(f"{self._program} ended with exit code {done.returncode}: {message}")
        return done.stdout


SPEAKERS: Mapping[str, Callable[[str], Speaker]] = {"ttspico": TtsPico, "espeak-ng": EspeakNg}


def find_speaker(name: str, lang: str) -> Speaker:
    """The voice ``name`` of language ``lang``.

    Raises:
        VoiceError: no such voice, it is not installed, or it does not speak the language.
    """
    if name not in SPEAKERS:
        raise VoiceError(f"unknown voice {name!r}; expected one of {', '.join(SPEAKERS)}")
    return SPEAKERS[name](lang)


def _from_wav(wav: bytes) -> Pcm:
    """Samples of a mono 16-bit WAV of a stream (its sizes are not yet known to the header), at 16 kHz."""
    start = wav.find(b"data") + 8
    if start < 44:
        return np.zeros(0, np.int16)
    rate = int.from_bytes(wav[24:28], "little")
    return _resampled(np.frombuffer(wav[start : len(wav) - (len(wav) - start) % 2], "<i2"), rate)


def _resampled(pcm: Pcm, rate: int) -> Pcm:
    """``pcm`` at 16 kHz: its spectrum cut or filled up to the new rate."""
    if rate == SAMPLE_RATE or not len(pcm):
        return pcm
    length = round(len(pcm) * SAMPLE_RATE / rate)
    spectrum = np.fft.rfft(pcm.astype(np.float64))
    sound = np.fft.irfft(spectrum[: length // 2 + 1], length) * (length / len(pcm))
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def _cut(pcm: Pcm) -> Pcm:
    return pcm[: _LONGEST_S * SAMPLE_RATE]


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise VoiceError(f"{name} is not installed; install it with: {install_command('voice')}") from error


def _no_voice(engine: str, lang: str, known: str) -> VoiceError:
    return VoiceError(f"{engine} has no voice for {lang!r}; it speaks {known}")
