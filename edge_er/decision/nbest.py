"""The texts of one utterance and their weights, from the arguments `query` and `nbest` of `resolve`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice

from edge_er.constants import BOUNDS
from edge_er.text.arguments import text_list

__all__ = ["texts_and_weights"]


def texts_and_weights(
    query: str | None, nbest: str | Iterable[str | tuple[str, float]] | None
) -> tuple[list[str], list[float]]:
    """The texts of an utterance and their weights, by default 1; a single string is one text.

    Raises:
        TypeError: neither or both of `query` and `nbest` are given, an item is neither a text nor (text, weight), or
            a weight is not a number.
        ValueError: a weight is not above 0, the weights are too large to be added, or there are more than
            `BOUNDS.texts` texts.
    """
    if nbest is None and query is not None:
        if not isinstance(query, str):
            raise TypeError(f"expected a request as a string, found {type(query).__name__}")
        return [query], [1.0]
    if nbest is None or query is not None:
        found = f"{type(query).__name__} and nbest {type(nbest).__name__}"
        raise TypeError(f"expected either a request as a string or nbest=[...], found {found}")
    if not isinstance(nbest, Iterable):
        raise TypeError(f"expected nbest as a list of texts, found {type(nbest).__name__}")
    given = [nbest] if isinstance(nbest, str) else list(islice(nbest, BOUNDS.texts + 1))
    if len(given) > BOUNDS.texts:
        raise ValueError(f"expected {BOUNDS.texts} texts in nbest at most, found more; give the best of them")
    pairs = [(item, 1.0) if isinstance(item, str) else item for item in given]
    for item in pairs:
        if not isinstance(item, tuple) or len(item) != 2:
            raise TypeError(f"expected a text or (text, weight) in nbest, found {item!r}")
        if not isinstance(item[1], (int, float)) or isinstance(item[1], bool):
            raise TypeError(f"expected a number as the weight in nbest, found {item!r}")
        if not 0 < item[1] < float("inf"):
            raise ValueError(f"expected a weight above 0 in nbest, found {item!r}")
    if not sum(weight for _, weight in pairs) <= sys.float_info.max:
        raise ValueError("expected weights in nbest that can be added, found a sum that is too large")
    return text_list((text for text, _ in pairs), "request"), [float(weight) for _, weight in pairs]
