"""A neural voice: a Piper model (VITS, ONNX), run by onnxruntime on phonemes that eSpeak NG writes."""

from __future__ import annotations

import json
import random
import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np

from catalog_tools.voice.programs import PITCHES, RATES, find_program, no_voice, run_program
from catalog_tools.voice.sound import Pcm, cut, resampled
from edge_er.encoder.onnx_session import open_session
from edge_er.errors import VoiceError

__all__ = ["Piper"]

_START, _PAD, _END = "^", "_", "$"
_OTHER_LANGUAGE = re.compile(r"\([a-z-]+\)")  # eSpeak marks where it speaks a word in another language
_SIZE = 0.5  # share of a drawn pitch: a neural voice is spoiled sooner than a diphone voice


class Piper:
    """A Piper voice from a file; nothing is downloaded.

    Its own random numbers are left out, so that a text and a state always give the same sound.

    Args:
        lang: language that is spoken; the model has one.
        model: the voice, NAME.onnx, with NAME.onnx.json beside it.
        program: where espeak-ng is.
    """

    name = "piper"

    def __init__(self, lang: str, model: Path | None = None, program: str = "espeak-ng") -> None:
        if model is None:
            raise VoiceError(
                "piper needs the file of a voice (--voice-model NAME.onnx, NAME.onnx.json beside it)"
            )
        self._program = find_program(program, "espeak-ng")
        self.name = f"piper {model.stem}"
        config = _config(model)
        try:
            self._spoken, self._rate = str(config["espeak"]["voice"]), int(config["audio"]["sample_rate"])
            self._ids = {str(sign): list(map(int, ids)) for sign, ids in config["phoneme_id_map"].items()}
            self._speakers = int(config.get("num_speakers", 1))
            self._edges = self._ids[_START], self._ids[_PAD], self._ids[_END]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise VoiceError(f"{model}.json: not the description of a Piper voice ({error!r})") from error
        if re.split("[-_]", self._spoken)[0] != re.split("[-_]", lang.lower())[0]:
            raise no_voice(self.name, lang, self._spoken)
        self._session: Any = open_session(_bytes(model), str(model), threads=1)

    def speak(self, text: str, rng: random.Random) -> Pcm:
        """See `Speaker`."""
        rate, pitch = rng.uniform(*RATES), 1 + _SIZE * (rng.uniform(*PITCHES) - 1)
        ids = self._phonemes(text) if any(map(str.isalnum, text)) else []
        if not ids:
            return np.zeros(0, np.int16)
        given = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array([0.0, pitch / rate, 0.0], np.float32),
        }
        if self._speakers > 1:
            given["sid"] = np.array([rng.randrange(self._speakers)], np.int64)
        sound = self._session.run(None, given)[0].reshape(-1)
        pcm = np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int16)
        return cut(resampled(pcm, round(self._rate * pitch)))

    def _phonemes(self, text: str) -> list[int]:
        """Numbers of the phonemes, each followed by a pause; none where eSpeak says nothing."""
        command = [self._program, "-q", "--ipa", "-v", self._spoken, "--stdin"]
        clauses = run_program(command, text.encode()).decode("utf-8", "replace").split("\n")
        spoken = ", ".join(_OTHER_LANGUAGE.sub("", clause).strip() for clause in clauses if clause.strip())
        known = [self._ids[sign] for sign in unicodedata.normalize("NFD", spoken) if sign in self._ids]
        if not known:
            return []
        start, pad, end = self._edges
        return [*start, *pad, *(number for ids in known for number in (*ids, *pad)), *end]


def _config(model: Path) -> Any:
    try:
        return json.loads(_bytes(Path(f"{model}.json")))
    except ValueError as error:
        raise VoiceError(f"{model}.json: not JSON ({error})") from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise VoiceError(f"{file}: cannot be read ({error.strerror or error})") from error
