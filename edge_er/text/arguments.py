"""What callers give: one text or many, and lists or what can be gone through only once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

__all__ = ["as_sequence", "text_list"]

_Item = TypeVar("_Item")


def text_list(texts: str | Iterable[str], what: str = "text") -> list[str]:
    """`texts` as a list. A lone string is one text; anything else is gone through once.

    Raises:
        TypeError: an item is no string, or `texts` cannot be gone through; `what` names an item.
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


def as_sequence(items: Iterable[_Item]) -> Sequence[_Item]:
    """`items` themselves where they can be gone through again, else a list of them."""
    return items if isinstance(items, Sequence) else list(items)
