"""Progress of what is made in parts: a bar on a terminal, at most twenty lines in a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["shown"]

LINES = 20
T = TypeVar("T")


def shown(parts: Iterable[T], total: int, title: str) -> Iterator[T]:
    """``parts``, ``total`` of them, with how many are done; the title is there before the first is."""
    from rich.console import Console
    from rich.progress import track

    console = Console()
    if console.is_terminal:
        yield from track(parts, title, total=total, console=console)
        return
    print(f"{title} 0/{total}", flush=True)
    for done, part in enumerate(parts, start=1):
        if done * LINES // total > (done - 1) * LINES // total:
            print(f"{title} {done}/{total}", flush=True)
        yield part
