"""What a speech recogniser and a quick thumb do to text: confusions learned from recognised speech, and typing slips.

The confusions of a language are a table of short pieces of canonical text, what they were heard as, and how often:
``locales/confusions_<lang>.tsv``. ``learn_confusions`` makes such a table from pairs of said and recognised text.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

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
    @lru_cache(maxsize=8)
    def of_language(cls, lang: str) -> Confusions:
        """The table shipped for ``lang``; an empty one where none is."""
        table = files("catalog_tools").joinpath(f"locales/confusions_{lang}.tsv")
        if not table.is_file():
            return cls([])
        rows = (line.split("\t") for line in table.read_text(encoding="utf-8").split("\n") if line)
        return cls((said, heard, float(rate)) for said, heard, rate in rows)

    def distort(self, text: str, rng: random.Random, strength: float = 1.0) -> str:
        """``text`` as it may be heard; ``strength`` scales every rate (1 is as in the recordings)."""
        out: list[str] = []
        place, heard, chance = 0, self._heard, rng.random
        while place < len(text):
            for length in range(min(LONGEST, len(text) - place), 0, -1):
                found = heard.get(text[place : place + length])
                if found and chance() < found[2] * strength:
                    out.append(rng.choices(found[0], found[1])[0])
                    place += length
                    break
            else:
                out.append(text[place])
                place += 1
        return " ".join("".join(out).split())


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
