"""Sound in memory: int16 samples at 16 kHz, from what voices give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST_S", "SAMPLE_RATE", "Pcm", "cut", "from_wav", "resampled"]

SAMPLE_RATE = 16_000
LONGEST_S = 30  # what a recogniser takes at once
Pcm = NDArray[np.int16]


def from_wav(wav: bytes, pitch: float = 1.0) -> Pcm:
    """Samples of a mono 16-bit WAV, also of a stream's, whose header does not know its sizes yet; at 16 kHz.

    ``pitch`` above 1 plays it faster and higher, below 1 slower and lower.
    """
    start = wav.find(b"data") + 8
    if start < 44:
        return np.zeros(0, np.int16)
    rate = int.from_bytes(wav[24:28], "little")
    samples = np.frombuffer(wav[start : len(wav) - (len(wav) - start) % 2], "<i2")
    return resampled(samples, round(rate * pitch))


def resampled(pcm: Pcm, rate: int) -> Pcm:
    """``pcm`` at 16 kHz: its spectrum cut or filled up to the new rate."""
    if rate == SAMPLE_RATE or not len(pcm):
        return pcm
    length = round(len(pcm) * SAMPLE_RATE / rate)
    spectrum = np.fft.rfft(pcm.astype(np.float64))
    sound = np.fft.irfft(spectrum[: length // 2 + 1], length) * (length / len(pcm))
    return np.clip(np.rint(sound), -32768, 32767).astype(np.int16)


def cut(pcm: Pcm) -> Pcm:
    """The first 30 seconds."""
    return pcm[: LONGEST_S * SAMPLE_RATE]
