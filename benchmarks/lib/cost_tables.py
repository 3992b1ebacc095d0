"""Misrecognition costs other than the shipped ones, to measure with: fitted without a voice, or of before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from edge_er import constants
from edge_er.text import letter_costs, misrecognition
from edge_er.training.fit.misrecognition import Pair, learn, section_lines
from edge_er.training.fit.misrecognition_costs import digraph_line

__all__ = ["fitted_table", "shipped_table", "with_costs"]

TABLE = "hearing.txt"


def shipped_table() -> str:
    """The costs of the package."""
    return constants.read_table(TABLE)


def fitted_table(lang: str, pairs: Sequence[Pair], digraphs: bool = True) -> str:
    """Costs of one language, fitted on these pairs, which stand for all other languages too.

    Args:
        lang: the language.
        pairs: spelled with the digraphs of the language, or without.
        digraphs: whether they are.
    """
    lines = [digraph_line(lang if digraphs else ""), *section_lines(learn(pairs))]
    return "\n".join(["", f"[{lang}]", *lines, "[all]", *lines]) + "\n"


@contextmanager
def with_costs(table: str) -> Iterator[None]:
    """Resolvers that are made and asked inside the block rank with the costs of ``table``."""
    usual = letter_costs.read_table
    letter_costs.read_table = lambda name: table if name == TABLE else usual(name)
    _forget()
    try:
        yield
    finally:
        letter_costs.read_table = usual
        _forget()


def _forget() -> None:
    read, contexts = letter_costs.read_costs, misrecognition._context_costs
    for cached in (read, letter_costs._gains, letter_costs._same, contexts):
        cached.cache_clear()
