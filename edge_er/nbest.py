"""Several texts of one utterance, each with what it counts: what `resolve(nbest=...)` takes."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["texts_and_weights"]


def texts_and_weights(nbest: Sequence[str | tuple[str, float]]) -> tuple[list[str], list[float]]:
    """The texts of `nbest` and their weights, 1 where none is given.

    Raises:
        TypeError: an item is neither a text nor (text, weight).
        ValueError: a weight is not above 0.
    """
    if isinstance(nbest, str):
        raise TypeError("expected a list of texts, found one string; call resolve(query) for one")
    pairs = [(item, 1.0) if isinstance(item, str) else item for item in nbest]
    for item in pairs:
        if not isinstance(item, tuple) or len(item) != 2:
            raise TypeError(f"expected a text or (text, weight) in nbest, found {item!r}")
        if not 0 < item[1] < float("inf"):
            raise ValueError(f"expected a weight above 0 in nbest, found {item!r}")
    return [text for text, _ in pairs], [float(weight) for _, weight in pairs]
