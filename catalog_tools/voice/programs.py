"""Offline voices that are programs of the system: eSpeak NG, Festival and Flite.

Rate and pitch of each utterance are drawn around the voice's own. Festival and Flite have no pitch of their own to
set: their sound is played faster or slower by the pitch, and spoken slower or faster by as much.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from catalog_tools.voice.sound import Pcm, cut, from_wav
from edge_er.errors import VoiceError

__all__ = ["PITCHES", "RATES", "EspeakNg", "Festival", "Flite", "chosen_voices", "no_voice", "run_program"]

RATES, PITCHES = (0.85, 1.2), (0.8, 1.25)  # of a voice's own rate and pitch
_SIZES = (0.9, 1.12)  # pitches where formants move with it


class EspeakNg:
    """eSpeak NG by its program: more than a hundred languages, a formant voice.

    Args:
        lang: a language of `espeak-ng --voices`, "pt_BR" as pt-br; English is British or American.
        voice: one voice for all, such as "en-us+f2"; None draws language and variant.
        program: where the program is.
    """

    name = "espeak-ng"
    _VARIANTS = ("", "+m3", "+m7", "+f2", "+f4")
    _OWN_RATE, _OWN_PITCH = 165, 50  # words a minute; eSpeak's scale of 0 to 99

    def __init__(self, lang: str, voice: str | None = None, program: str = "espeak-ng") -> None:
        self._program = find_program(program, "espeak-ng")
        code = lang.lower().replace("_", "-")
        codes = ("en-gb", "en-us") if code == "en" else (code,)
        if not self._knows(codes[0]):
            raise no_voice(self.name, lang, "those of espeak-ng --voices")
        self._voices = chosen_voices(
            self, [each + variant for each in codes for variant in self._VARIANTS], voice
        )

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`."""
        voice = rng.choice(self._voices)
        rate, pitch = self._OWN_RATE * rng.uniform(*RATES), self._OWN_PITCH * rng.uniform(*PITCHES)
        arguments = ["-v", voice, "-s", str(round(rate)), "-p", str(round(pitch)), "--stdin", "--stdout"]
        return cut(from_wav(run_program([self._program, *arguments], text.encode())))

    def _knows(self, voice: str) -> bool:
        lines = run_program([self._program, f"--voices={voice}"], b"").decode("utf-8", "replace").splitlines()
        return len(lines) > 1


class Festival:
    """Festival by its program text2wave: diphone voices, and a statistical one of American English.

    Args:
        lang: en or it.
        voice: one voice for all, such as "lp_diphone"; None draws among those that are installed.
        program: where text2wave is.
    """

    name = "festival"
    _VOICES: Mapping[str, tuple[str, ...]] = {
        "en": ("cmu_us_slt_arctic_hts", "kal_diphone"),
        "it": ("lp_diphone", "pc_diphone"),
    }
    _FOLDERS = Path("/usr/share/festival/voices")

    def __init__(self, lang: str, voice: str | None = None, program: str = "text2wave") -> None:
        if lang not in self._VOICES:
            raise no_voice(self.name, lang, ", ".join(self._VOICES))
        self._program = find_program(program, "festival")
        installed = [each for each in self._VOICES[lang] if any(self._FOLDERS.glob(f"*/{each}"))]
        if not installed:
            raise VoiceError(
                f"festival has no voice for {lang!r} here: expected one of {', '.join(self._VOICES[lang])} in "
                f"{self._FOLDERS} (Debian packages festvox-kallpc16k, festvox-us-slt-hts, festvox-italp16k)"
            )
        self._voices = chosen_voices(self, installed, voice)
        self._encoding = "ascii" if lang == "en" else "iso-8859-1"

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`. A letter that the voice's alphabet lacks is spoken without its accent."""
        voice, rate, pitch = rng.choice(self._voices), rng.uniform(*RATES), rng.uniform(*_SIZES)
        stretch = f"(Parameter.set 'Duration_Stretch {pitch / rate:.3f})"
        command = [self._program, "-eval", f"(voice_{voice})", "-eval", stretch]
        said = _encoded(text, self._encoding)
        # Some texts crash Festival: it has no sound for them.
        sound = run_program(command, said, crash=b"") if any(map(str.isalnum, text)) else b""
        return cut(from_wav(sound, pitch))


class Flite:
    """CMU Flite by its program: small unit and diphone voices of American and Scottish English.

    Args:
        lang: en.
        voice: one voice for all, such as "rms"; None draws one.
        program: where the program is.
    """

    name = "flite"
    _VOICES = ("slt", "rms", "awb", "kal16")

    def __init__(self, lang: str, voice: str | None = None, program: str = "flite") -> None:
        if lang != "en":
            raise no_voice(self.name, lang, "en")
        self._program = find_program(program, "flite")
        self._voices = chosen_voices(self, self._VOICES, voice)

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`."""
        voice, rate, pitch = rng.choice(self._voices), rng.uniform(*RATES), rng.uniform(*_SIZES)
        said = _encoded(text, "ascii").decode()
        if not any(map(str.isalnum, said)):
            return from_wav(b"")
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "sound.wav"
            stretch = f"duration_stretch={pitch / rate:.3f}"
            run_program([self._program, "-voice", voice, "--setf", stretch, "-t", said, "-o", str(file)], b"")
            return cut(from_wav(file.read_bytes() if file.exists() else b"", pitch))


def find_program(program: str, package: str) -> str:
    """The path of a program.

    Raises:
        VoiceError: it is not installed; names the Debian package that brings it.
    """
    path = shutil.which(program)
    if path is None:
        raise VoiceError(f"the program {program} is not installed (Debian package {package})")
    return path


def run_program(command: Sequence[str], given: bytes, crash: bytes | None = None) -> bytes:
    """What a program writes to stdout for ``given`` on stdin; ``crash``, if given, where a signal ended it.

    Raises:
        VoiceError: it ended with another exit code than 0.
    """
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    if done.returncode < 0 and crash is not None:
        return crash
    if done.returncode:
        message = done.stderr.decode("utf-8", "replace").strip()[:200]
        raise VoiceError(f"{command[0]} ended with exit code {done.returncode}: {message}")
    return done.stdout


def chosen_voices(speaker: object, voices: Sequence[str], voice: str | None) -> tuple[str, ...]:
    """The voices that an engine draws from: all, or the one that was asked for.

    Raises:
        VoiceError: the engine has no such voice.
    """
    if voice is None:
        return tuple(voices)
    if voice not in voices:
        name = getattr(speaker, "name", "")
        raise VoiceError(
            f"{name} has no voice {voice!r} of this language; expected one of {', '.join(voices)}"
        )
    return (voice,)


def no_voice(engine: str, lang: str, known: str) -> VoiceError:
    """The error of an engine that does not speak a language."""
    return VoiceError(f"{engine} has no voice for {lang!r}; it speaks {known}")


def _encoded(text: str, encoding: str) -> bytes:
    """``text`` in an encoding; a letter it lacks without its accent, or as a space."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        plain = unicodedata.normalize("NFKD", letter)
        spare = "".join(each for each in plain if not unicodedata.combining(each))
        out.append(letter.encode(encoding, "ignore") or spare.encode(encoding, "ignore") or b" ")
    return b"".join(out)
