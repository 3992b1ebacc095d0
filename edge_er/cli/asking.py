"""Requests one after another with one bundle: lines of standard input, and a prompt."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from edge_er.cli.common import echo
from edge_er.text.display import shown_in_json

if TYPE_CHECKING:
    from edge_er.decision.explanation import Explanation
    from edge_er.resolver import EntityResolver, Resolution

__all__ = ["STANDARD_INPUT", "Asked", "answer_lines", "ask_until_the_end", "loaded"]

STANDARD_INPUT = "-"
_HELP = "Type a request; :explain shows why, :json prints JSON, :typed says that it is typed, :q ends."


def loaded(bundle: str, entries: Path | None) -> EntityResolver:
    """The resolver of a bundle, with own entries beside it where a file of them is given."""
    from edge_er.resolver import EntityResolver

    resolver = EntityResolver.load(bundle)
    return resolver.with_entries(entries) if entries else resolver


@dataclass(frozen=True)
class Asked:
    """How requests are answered: by which resolver, how many candidates, how surely, with which filter."""

    resolver: EntityResolver
    top_k: int
    min_precision: float | None
    where: dict[str, list[Any]] | None

    def answer(self, query: str, typed: bool, explain: bool) -> dict[str, Any]:
        """The answer as JSON values, with explanations where they are asked for."""
        resolution = self._resolution(query, typed)
        reasons = {"explanations": [each.to_dict() for each in self._explanations(query)]} if explain else {}
        return {**resolution.to_dict(), **reasons}

    def show(self, query: str, typed: bool, explain: bool) -> None:
        """Print the answer as a table."""
        from edge_er.cli.tables import print_explanations, print_resolution

        print_resolution(self._resolution(query, typed))
        if explain:
            print_explanations(self._explanations(query))

    def _resolution(self, query: str, typed: bool) -> Resolution:
        return self.resolver.resolve(
            query, self.top_k, min_precision=self.min_precision, where=self.where, typed=typed
        )

    def _explanations(self, query: str) -> list[Explanation]:
        return self.resolver.explain(query, self.top_k, where=self.where)


def answer_lines(answer: Callable[[str], Any], source: IO[str] | None = None) -> None:
    """Print one line of JSON for each line of standard input, at once, so that another program can wait for it."""
    for line in sys.stdin if source is None else source:
        values = json.dumps(answer(line.rstrip("\r\n")), ensure_ascii=False)
        sys.stdout.write(shown_in_json(values) + "\n")
        sys.stdout.flush()


def ask_until_the_end(show: Callable[[str, frozenset[str]], None], switches: frozenset[str]) -> None:
    """Ask for requests until the end of the input or ":q"; `show` is given each, with the switches that are on."""
    echo(_HELP)
    for text in _inputs():
        command = text.strip().lower()
        if command in (":q", ":quit", ":exit"):
            return
        if command.startswith(":") and command[1:] in ("explain", "json", "typed"):
            switches ^= {command[1:]}
            echo(f"on: {', '.join(sorted(switches)) or 'nothing'}")
        elif command.startswith(":"):
            echo(_HELP)
        elif command:
            show(text, switches)


def _inputs() -> Iterator[str]:
    with suppress(ImportError):
        import readline  # noqa: F401  arrow keys and what was typed before, where there is a terminal
    while True:
        try:
            yield input("> ")
        except EOFError:
            echo()
            return
