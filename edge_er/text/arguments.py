"""Checks of arguments: one text or many, and iterables that can be read only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

__all__ = ["as_sequence", "positive", "text_list"]

_Item = TypeVar("_Item")


def text_list(texts: str | Iterable[str], what: str = "text") -> list[str]:
    """`texts` as a list. A single string is one text; any other iterable is read once.

    Args:
        texts: a text or an iterable of texts.
        what: what the error calls an item.

    Raises:
        TypeError: an item is not a string, or `texts` is not iterable.
    """
    if isinstance(texts, str):
        return [texts]
    if not isinstance(texts, Iterable):
        raise TypeError(f"expected a {what} or a list of them, found {type(texts).__name__}")
    listed = list(texts)
    for text in listed:
        if not isinstance(text, str):
            raise TypeError(f"expected a {what} as a string, found {type(text).__name__}")
    return listed


def positive(count: int, what: str) -> int:
    """`count` itself, where it is 1 or more.

    Raises:
        TypeError: it is not a whole number.
        ValueError: it is below 1.
    """
    if isinstance(count, bool) or not hasattr(count, "__index__"):
        raise TypeError(f"expected {what} as a whole number, found {count!r:.100}")
    if count < 1:
        raise ValueError(f"expected {what} of 1 or more, found {count}")
    return count


def as_sequence(items: Iterable[_Item]) -> Sequence[_Item]:
    """`items` themselves if they are a sequence, else a list of them."""
    return items if isinstance(items, Sequence) else list(items)
