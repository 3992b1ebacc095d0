"""Noise for requests: confusions of speech recognisers, learned from recognised speech, and typing slips.

The confusions of a language are a table of short pieces of canonical text, what they were heard as, and how often:
``locales/confusions_<lang>.tsv``. ``learn_confusions`` makes such a table from pairs of said and recognised text.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from catalog_tools.language.language import Language
from edge_er.errors import CatalogError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["Confusions", "learn_confusions", "typing_slip"]

LONGEST = 6


class Confusions:
    """A noise channel over canonical text.

    Args:
        rows: (said, heard, rate) with ``rate`` the share of the occurrences of ``said`` that were heard so.
    """

    def __init__(self, rows: Iterable[tuple[str, str, float]]) -> None:
        self.rows = sorted(rows)
        heard: dict[str, tuple[list[str], list[float]]] = defaultdict(lambda: ([], []))
        for said, target, rate in self.rows:
            heard[said][0].append(target)
            heard[said][1].append(rate)
        self._heard = {said: (targets, rates, sum(rates)) for said, (targets, rates) in heard.items()}

    @classmethod
    def of_language(cls, lang: str | Language) -> Confusions:
        """The table of ``lang``: that of its locale file, else the shipped one; an empty one where none is.

        Raises:
            CatalogError: the table of a locale file is missing or damaged; names file and row.
        """
        if isinstance(lang, Language) and lang.confusions:
            return cls(_read_rows(lang.confusions))
        return cls._shipped(lang if isinstance(lang, str) else lang.code)

    @classmethod
    @lru_cache(maxsize=8)
    def _shipped(cls, code: str) -> Confusions:
        table = files("catalog_tools").joinpath(f"locales/confusions_{code}.tsv")
        return cls(_read_rows(table) if table.is_file() else [])

    def distort(self, text: str, rng: random.Random, strength: float = 1.0) -> str:
        """``text`` as it may be heard; ``strength`` scales every rate (1 is as in the recordings)."""
        out: list[str] = []
        place, heard, chance = 0, self._heard, rng.random
        while place < len(text):
            for length in range(min(LONGEST, len(text) - place), 0, -1):
                confusion = heard.get(text[place : place + length])
                if confusion and chance() < confusion[2] * strength:
                    out.append(rng.choices(confusion[0], confusion[1])[0])
                    place += length
                    break
            else:
                out.append(text[place])
                place += 1
        return " ".join("".join(out).split())


def _read_rows(table: Path | Traversable) -> Iterator[tuple[str, str, float]]:
    """Rows ``said <tab> heard <tab> rate``."""
    try:
        lines = table.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(f"the table of confusions cannot be read ({error})", file=str(table)) from error
    for row, line in enumerate(lines, start=1):
        try:
            said, heard, rate = line.split("\t")
            yield said, heard, float(rate)
        except ValueError as error:
            if line:
                raise CatalogError(
                    f"expected said, heard and a rate, between tabs; found {line[:80]!r}",
                    file=str(table),
                    row=row,
                ) from error


def _changed_pieces(said: str, heard: str) -> list[tuple[str, str]]:
    """The places where two texts differ, nearby differences taken as one, each with something on the said side."""
    from rapidfuzz.distance import Levenshtein

    pieces: list[list[int]] = []
    for change in Levenshtein.opcodes(said, heard):
        if change.tag == "equal":
            continue
        a, b, c, d = change.src_start, change.src_end, change.dest_start, change.dest_end
        if pieces and a - pieces[-1][1] <= 1:
            pieces[-1][1], pieces[-1][3] = b, d
        else:
            pieces.append([a, b, c, d])
    changed = []
    for a, b, c, d in pieces:
        if a == b and a > 0:
            a, c = a - 1, max(c - 1, 0)
        changed.append((said[a:b], heard[c:d]))
    return changed


def learn_confusions(
    pairs: Sequence[tuple[str, str]], min_count: int = 4, min_ratio: float = 0.55
) -> Confusions:
    """Count what short pieces of the said text were heard as.

    Args:
        pairs: (said, heard) in canonical text.
        min_count: a confusion seen in fewer pairs is dropped.
        min_ratio: pairs less alike than this (0 to 1) are left out as lost utterances.
    """
    from rapidfuzz import fuzz

    occurrences: Counter[str] = Counter()
    changes: Counter[tuple[str, str]] = Counter()
    for said, heard in pairs:
        if fuzz.ratio(said, heard) < 100 * min_ratio:
            continue
        occurrences.update({said[i : i + n] for n in range(1, LONGEST + 1) for i in range(len(said) - n + 1)})
        pieces = set(_changed_pieces(said, heard))
        changes.update({p for p in pieces if 0 < len(p[0]) <= LONGEST and len(p[1]) <= LONGEST + 2})
    return Confusions(
        (said, heard, round(count / occurrences[said], 5))
        for (said, heard), count in changes.items()
        if count >= min_count and said != heard
    )


def typing_slip(text: str, rng: random.Random) -> str:
    """One slip of the finger: a letter dropped, doubled, swapped or replaced, or a space lost or added."""
    if len(text) < 3:
        return text
    place = rng.randrange(len(text) - 1)
    kind = rng.randrange(6)
    before, at, after = text[:place], text[place], text[place + 1 :]
    if kind == 0:
        changed = before + after
    elif kind == 1:
        changed = before + at + at + after
    elif kind == 2:
        changed = before + after[:1] + at + after[1:]
    elif kind == 3:
        changed = before + rng.choice("abcdefghijklmnopqrstuvwxyz") + after
    elif kind == 4:
        changed = before + at + " " + after
    else:
        spaces = [i for i, char in enumerate(text) if char == " "]
        lost = rng.choice(spaces) if spaces else place
        changed = text[:lost] + text[lost + 1 :]
    return " ".join(changed.split())
