"""Offline speech recognisers: sound in memory to texts, the likeliest first.

    find_recogniser("pocketsphinx", "en").recognise([pcm])  ->  [["play radio paradise"]]

Any object with a `name` and such a `recognise` can take their place in `catalog_tools.voice.simulation.simulate`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from catalog_tools.voice.sound import LONGEST_S, SAMPLE_RATE, Pcm
from edge_er.errors import VoiceError
from edge_er.installing import install_command

__all__ = ["RECOGNISERS", "FasterWhisper", "PocketSphinx", "Recogniser", "find_recogniser"]

_SILENCE_S = 0.5  # after a sound that is longer than the window
_MOST_TOKENS = 96  # of one request; a recogniser that loops is stopped here


class Recogniser(Protocol):
    """A recogniser of one language; its name says the model too."""

    name: str

    def recognise(self, batch: Sequence[Pcm]) -> list[list[str]]:
        """The texts of each sound, int16 [samples] at 16 kHz, the likeliest first; at least one, "" for nothing heard.

        The same batch gives the same texts.
        """


class PocketSphinx:
    """CMU PocketSphinx; the package brings a model of American English.

    Args:
        lang: language of the model; without ``model`` only en.
        model: a folder with an acoustic model (a folder with ``mdef``), one ``*.lm.bin`` and one ``*.dict``.
        nbest: how many texts of a sound.
    """

    def __init__(self, lang: str, model: Path | None = None, nbest: int = 1) -> None:
        package = _package("pocketsphinx")
        if model is None and lang != "en":
            raise VoiceError(
                f"pocketsphinx brings a model of English only; give the folder of one of {lang!r}"
            )
        folder = model or Path(package.get_model_path("en-us"))
        self.name = f"pocketsphinx {folder.name}"
        self._decoder = package.Decoder(
            hmm=str(_one(folder, "*/mdef").parent),
            lm=str(_one(folder, "*.lm.bin", but="-phone.lm.bin")),
            dict=str(_one(folder, "*.dict")),
            loglevel="FATAL",
        )
        self._nbest = nbest

    def recognise(self, batch: Sequence[Pcm]) -> list[list[str]]:
        """See `Recogniser`."""
        return [self._heard(pcm) for pcm in batch]

    def _heard(self, pcm: Pcm) -> list[str]:
        if not len(pcm):
            return [""]
        decoder = self._decoder
        decoder.reinit_feat()  # else what was heard before decides with it
        decoder.start_utt()
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        texts = {best.hypstr if best else "": None}
        if self._nbest > 1:
            more = (
                hypothesis.hypstr for hypothesis in islice(decoder.nbest(), 10 * self._nbest) if hypothesis
            )
            texts.update(dict.fromkeys(more))
        return list(texts)[: self._nbest]


class FasterWhisper:
    """Whisper by the package faster-whisper, with a model in CTranslate2 format from a folder; nothing is downloaded.

    Args:
        lang: language that is spoken.
        model: the folder: model.bin, config.json, tokenizer.json and the vocabulary.
        nbest: how many texts of a sound; 1 searches greedily, more by a beam of that width.
        device: cpu or cuda.
        window: seconds of sound that the model reads, at most the 30 it was trained on; longer sounds have their own
            length. A short one costs less in proportion, and silence is not taken for speech.
    """

    _FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.*")

    def __init__(
        self,
        lang: str,
        model: Path | None = None,
        nbest: int = 1,
        device: str = "cpu",
        window: float = LONGEST_S,
    ) -> None:
        if model is None:
            raise VoiceError("faster-whisper needs the folder of a model in CTranslate2 format (--model)")
        for name in self._FILES:
            _one(model, name)
        self.name = f"faster-whisper {model.name}"
        if window < LONGEST_S:
            self.name += f", {window:g} s"
        self._nbest, self._device, self._window = nbest, device, window
        self._model = _whisper(model, device)
        self._tokenizer = _whisper_tokenizer(self._model, model, lang)

    def recognise(self, batch: Sequence[Pcm]) -> list[list[str]]:
        """See `Recogniser`; one pass of the model for the whole batch, where it is not slower than one for each."""
        step = 1 if self._device == "cpu" else max(1, len(batch))
        return [texts for at in range(0, len(batch), step) for texts in self._heard(batch[at : at + step])]

    def _heard(self, batch: Sequence[Pcm]) -> list[list[str]]:
        storage = import_module("ctranslate2").StorageView.from_array(self._features(batch))
        prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        heard = self._model.model.generate(
            storage,
            [prompt] * len(batch),
            beam_size=self._nbest,
            num_hypotheses=self._nbest,
            max_length=_MOST_TOKENS,
        )
        return [self._texts(each.sequences_ids) for each in heard]

    def _features(self, batch: Sequence[Pcm]) -> Any:
        """float32 [batch, bands, frames of the window, or of the longest sound]."""
        pad = import_module("faster_whisper.audio").pad_or_trim
        longest = max(len(pcm) for pcm in batch) / SAMPLE_RATE + _SILENCE_S
        samples = round(min(LONGEST_S, max(self._window, longest)) * SAMPLE_RATE)
        extract = self._model.feature_extractor
        bands = [extract(pad(pcm.astype(np.float32) / 32768, samples), padding=0) for pcm in batch]
        return np.ascontiguousarray(np.stack(bands).astype(np.float32))

    def _texts(self, sequences: Sequence[Sequence[int]]) -> list[str]:
        texts = (self._tokenizer.decode(list(ids)).strip() for ids in sequences)
        return list(dict.fromkeys(texts)) or [""]


RECOGNISERS: Mapping[str, type[PocketSphinx] | type[FasterWhisper]] = {
    "pocketsphinx": PocketSphinx,
    "faster-whisper": FasterWhisper,
}


def find_recogniser(
    name: str,
    lang: str,
    model: Path | None = None,
    nbest: int = 1,
    device: str = "cpu",
    window: float = LONGEST_S,
) -> Recogniser:
    """The recogniser ``name`` of language ``lang``; arguments as of `PocketSphinx` and `FasterWhisper`.

    Raises:
        VoiceError: no such recogniser, it or its model is not there, or does not know the language.
    """
    if name not in RECOGNISERS:
        raise VoiceError(f"unknown recogniser {name!r}; expected one of {', '.join(RECOGNISERS)}")
    if name == "pocketsphinx":
        return PocketSphinx(lang, model, nbest)
    return FasterWhisper(lang, model, nbest, device, window)


def _whisper(model: Path, device: str) -> Any:
    """A `faster_whisper.WhisperModel`."""
    package = _package("faster_whisper")
    weights = "int8" if device == "cpu" else "default"
    try:
        return package.WhisperModel(str(model), device=device, compute_type=weights, local_files_only=True)
    except (RuntimeError, ValueError) as error:
        raise VoiceError(f"{model}: faster-whisper cannot load the model: {error}") from error


def _whisper_tokenizer(loaded: Any, model: Path, lang: str) -> Any:
    """The tokenizer that asks the model for a transcript in ``lang``."""
    multilingual = loaded.model.is_multilingual
    if lang != "en" and not multilingual:
        raise VoiceError(f"{model}: this model knows English only; the names are to be heard in {lang!r}")
    package = import_module("faster_whisper.tokenizer")
    try:
        return package.Tokenizer(
            loaded.hf_tokenizer, multilingual, task="transcribe", language=lang.partition("_")[0]
        )
    except ValueError as error:
        raise VoiceError(f"{model}: Whisper does not know {lang!r}: {error}") from error


def _one(folder: Path, pattern: str, but: str = "\0") -> Path:
    """The file of ``folder`` that fits ``pattern`` and does not end in ``but``."""
    files = sorted(path for path in folder.glob(pattern) if not path.name.endswith(but))
    if len(files) != 1:
        what = "no such file" if not files else f"{len(files)} such files"
        raise VoiceError(f"{folder}: expected one {pattern} in the folder of the model; found {what}")
    return files[0]


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise VoiceError(
            f"{name.replace('_', '-')} is not installed; install it with: {install_command('voice')}"
        ) from error
