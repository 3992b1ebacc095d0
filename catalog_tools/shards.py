"""Surface forms to int8 vectors, each depending on its own text alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge_er.encoder import Encoder, quantise

__all__ = ["form_vectors"]

_BATCH = 64


def form_vectors(encoder: Encoder, forms: Sequence[str]) -> NDArray[np.int8]:
    """The rows of ``forms`` in a bundle, int8 [forms, dim].

    Every batch is full, the last of each length with repetitions: matrix products of another shape may differ in the
    last bit of a float, and a form's row must be the same whatever else is encoded with it.
    """
    ids = [encoder.token_ids(form) for form in forms]
    last: dict[int, list[int]] = {len(tokens): tokens for tokens in ids}
    count = dict.fromkeys(last, 0)
    for tokens in ids:
        count[len(tokens)] += 1
    filled = ids + [last[length] for length in last for _ in range(-count[length] % _BATCH)]
    return quantise(encoder.encode_ids(filled, _BATCH)[: len(ids)], encoder.card["vector_scale"])
