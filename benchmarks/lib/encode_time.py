"""Time of an encode on a machine that does other things too: candidates in turn, and the shortest of several rounds."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from edge_er.encoder.encoder import Encoder

__all__ = ["interleaved"]

ROUNDS = 9


def interleaved(
    encoders: Mapping[str, Encoder], texts: Sequence[str], rounds: int = ROUNDS
) -> dict[str, float]:
    """Microseconds of one encode of a text, tokens included: the median over texts of the shortest of the rounds.

    Encoders take turns text by text, so that what else the machine does meets all of them alike; the shortest round is
    the one that it met least.
    """
    spent = {name: np.full(len(texts), np.inf) for name in encoders}
    for _ in range(rounds):
        for place, text in enumerate(texts):
            for name, encoder in encoders.items():
                start = time.perf_counter_ns()
                encoder.encode([text], batch_size=1)
                took = (time.perf_counter_ns() - start) / 1000
                spent[name][place] = min(spent[name][place], took)
    return {name: float(np.median(each)) for name, each in spent.items()}
