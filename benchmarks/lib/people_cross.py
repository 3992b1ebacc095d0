"""Requests asked of a catalog in which they name nothing: none of them should be answered with a match."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.lib.people_figures import PeopleRequest
from edge_er.text.canonical import canonical_text


class NamesInside:
    """Says whether one of a catalog's names stands in a text as whole words, in canonical text."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(map(canonical_text, names)) - {""}
        self._longest = max((name.count(" ") + 1 for name in self._names), default=0)

    def in_text(self, text: str) -> bool:
        """Whether any name stands in `text`."""
        words = canonical_text(text).split()
        return any(
            " ".join(words[start:end]) in self._names
            for start in range(len(words))
            for end in range(start + 1, min(len(words), start + self._longest) + 1)
        )


def cross_sample(
    requests: Mapping[str, Sequence[PeopleRequest]], names: Iterable[str], catalog: str, lang: str, count: int
) -> dict[str, list[PeopleRequest]]:
    """By domain, at most `count` requests in `lang` of all domains but `catalog` that name nothing in it.

    Neither the request nor what it wants has a name of the catalog in it ("rai due" wants Rai 2).
    The seed is made of the names of both domains and the language, so one domain's rows do not move another's.
    """
    inside = NamesInside(names)
    samples = {}
    for domain, rows in requests.items():
        if domain == catalog:
            continue
        nameless = [
            row for row in rows if row.lang == lang and not any(map(inside.in_text, (row.query, *row.entity)))
        ]
        chosen = random.Random(f"{catalog} {domain} {lang}").sample(nameless, min(count, len(nameless)))
        if chosen:
            samples[domain] = chosen
    return samples
