"""Costs of what recognisers hear for what was said, counted in aligned pairs of said and recognised requests.

A recogniser is seen as a noisy channel: each letter that was said is heard as a letter or lost, and letters are added.
The chances of these are learned without knowing which letter became which (Ristad and Yianilos 1998):

    1. Align every pair letter by letter at the least cost in bits (Viterbi, `_Aligned`).
    2. Count what was heard for what in these alignments, and make new costs of it, -log2 of each chance (`learn`).
    3. Repeat. Better costs give better alignments, and these give better costs (hard expectation maximisation).

Only the names inside the requests are counted: carriers are few and heard well. A letter may be a digraph, written as a
capital letter (`edge_er.text.letters`). `section_lines` writes what `edge_er/text/misrecognition.py` reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge_er.text.letter_costs import UNHEARD_OF
from edge_er.text.letters import BASIC, MOST_DIGRAPHS

__all__ = ["Counts", "Pair", "count", "learn", "section_lines"]

LETTERS = BASIC + "ABCDEFGHIJKLMNOP"[:MOST_DIGRAPHS]
LETTER_CODES = {letter: code for code, letter in enumerate(LETTERS)}
OTHER = EDGE = LOST = len(
    LETTERS
)  # another character; the edge of a text as a neighbour; the column of a lost letter
SIZE = OTHER + 1
KEYS = LETTERS + "_"
BATCH = 2000
HOPELESS = 6.0  # bits a letter said, above which a pair has nothing in common
HEARD, MISSED, ADDED = (
    0,
    1,
    2,
)  # steps of an alignment: a letter heard as a letter, a letter lost, a letter added
UNIT = 8  # costs are in eighths of a bit
SHIFTS = 1000  # changes of a cost by a neighbour that a language has
LEAST_SHIFT = 0.5  # bits of such a change
LEAST_DIFFERENCE = 3  # units by which a cost after a letter differs from that after any

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Pair(NamedTuple):
    """A request as it was said and as it was heard, spelled and without spaces; the name is said[start:end].

    `times` is how often it counts.
    """

    said: str
    heard: str
    start: int
    end: int
    times: float = 1.0


class Costs(NamedTuple):
    """Costs in bits for aligning: `said` [said, heard], `missed` [said], `added` [heard]."""

    said: Floats
    missed: Floats
    added: Floats


@dataclass
class Counts:
    """How often what was heard, by neighbours; a neighbour may be the edge.

    `after` [said before, said, heard or lost], `before` [said after, said, heard or lost], `added`, `beside` (in names)
    and `usual` (anywhere) [heard before, heard].
    """

    after: Floats
    before: Floats
    added: Floats
    beside: Floats
    usual: Floats

    @classmethod
    def empty(cls) -> Counts:
        """Nothing counted."""
        context, table = (SIZE, SIZE, SIZE), (SIZE, SIZE)
        return cls(*(np.zeros(shape) for shape in (context, context, table, table, table)))

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            *(mine + own for mine, own in zip(vars(self).values(), vars(other).values(), strict=True))
        )

    def said(self) -> Floats:
        """Chance of each letter said to be heard as each, or lost: [said, heard or lost]."""
        seen = self.after.sum(0)
        usual = self.usual.sum(0) + 1
        # Added counts for what was hardly seen: letters by how often they are heard at all, and being lost.
        smooth = np.append(0.3 * usual[:LOST] / usual.sum(), 0.1)
        chance: Floats = (seen + 4 * smooth) / (seen.sum(1, keepdims=True) + 4)
        return chance

    def added_chance(self) -> Floats:
        """Chance of each letter to be added anywhere: [heard]."""
        chance: Floats = (self.added.sum(0) + 0.1) / self.after.sum()
        return chance

    def written(self) -> NDArray[np.bool_]:
        """Whether each letter can stand in a table: letters, digits, and digraphs that were heard."""
        there: NDArray[np.bool_] = self.usual.sum(0) > 0
        there[: len(BASIC)] = True
        there[OTHER] = False
        return there


def first_costs() -> Costs:
    """Before anything is counted: vowels are heard for each other more easily than other letters."""
    vowel = np.array([letter in "aeiouy" for letter in LETTERS] + [False])
    said = np.full((SIZE, SIZE), 4.0)
    said[np.ix_(vowel, vowel)] = 2.4
    np.fill_diagonal(said, 0.0)
    return Costs(said, np.full(SIZE, 2.6), np.full(SIZE, 2.6))


def learn(pairs: Sequence[Pair], rounds: int = 3) -> Counts:
    """Counts of the pairs of one language, aligned again at the costs of each round's counts."""
    costs = first_costs()
    for _ in range(rounds):
        counts = count(pairs, costs)
        chance = counts.said()
        heard = np.column_stack([chance[:, :LOST], np.full(SIZE, 0.01)])  # other characters are heard for any
        costs = Costs(-np.log2(heard), -np.log2(chance[:, LOST]), -np.log2(counts.added_chance()))
    return counts


def count(pairs: Sequence[Pair], costs: Costs) -> Counts:
    """What was heard for what in all names, aligned at least cost."""
    counts = Counts.empty()
    for start in range(0, len(pairs), BATCH):
        batch = pairs[start : start + BATCH]
        aligned = _Aligned(batch, costs)
        for step in aligned.steps():
            aligned.count(step, counts)
    return counts


class _Step(NamedTuple):
    """One step back of all pairs: its kind, and how many letters said and heard there were before it was taken back."""

    kind: Codes
    said: Codes
    heard: Codes


class _Aligned:
    """A batch of pairs aligned at least cost.

    The table of costs has a row for each number of letters said and a column for each number of letters heard. One row
    of all pairs is computed at once; only the kind of each cell's best last step is kept, which is enough to walk back.
    """

    def __init__(self, pairs: Sequence[Pair], costs: Costs) -> None:
        self.said, self.said_lengths = _padded([pair.said for pair in pairs])
        self.heard, self.heard_lengths = _padded([pair.heard for pair in pairs])
        self.start = np.array([pair.start for pair in pairs])
        self.end = np.array([pair.end for pair in pairs])
        self.times = np.array([pair.times for pair in pairs], np.float64)
        self.rows = np.arange(len(pairs))
        self._kinds, best = self._align(costs)
        self.hopeful = best <= HOPELESS * self.said_lengths

    def _align(self, costs: Costs) -> tuple[NDArray[np.int8], Floats]:
        """Kind of the best last step [letters said + 1, pairs, letters heard + 1], and the cost of each pair."""
        steps = self.said.shape[1]
        edge = np.zeros((len(self.rows), 1))
        added = np.concatenate([edge, np.cumsum(costs.added[self.heard], axis=1)], axis=1)
        kinds = np.full((steps + 1, *added.shape), ADDED, np.int8)
        row, total = added, np.where(self.said_lengths == 0, added[self.rows, self.heard_lengths], 0.0)
        for step in range(1, steps + 1):
            letter = self.said[:, step - 1]
            hear = np.concatenate(
                [edge + np.inf, row[:, :-1] + costs.said[letter[:, None], self.heard]], axis=1
            )
            miss = row + costs.missed[letter][:, None]
            least = np.minimum(hear, miss)
            # A row also depends on itself: letters may be added after a cell. A cell reached from column j costs
            # least[j] + added[column] - added[j], so the running minimum of least - added solves the whole row.
            row = np.minimum.accumulate(least - added, axis=1) + added
            kinds[step] = np.where(row < least - 1e-6, ADDED, np.where(hear <= miss, HEARD, MISSED))
            total = np.where(self.said_lengths == step, row[self.rows, self.heard_lengths], total)
        return kinds, total

    def steps(self) -> Iterator[_Step]:
        """The steps of the best alignments, from the end back to the start; kind -1 where there are none left."""
        said, heard = self.said_lengths.copy(), self.heard_lengths.copy()
        while (live := (said > 0) | (heard > 0)).any():
            kind = self._kinds[said, self.rows, heard].astype(np.int64)
            kind = np.where(said == 0, ADDED, np.where(heard == 0, MISSED, kind))
            yield _Step(np.where(live, kind, -1), said.copy(), heard.copy())
            said = said - (live & (kind != ADDED))
            heard = heard - (live & (kind != MISSED))

    def count(self, step: _Step, counts: Counts) -> None:
        """Add one step of all pairs to the counts."""
        letter, hears = _at(self.said, step.said - 1), _at(self.heard, step.heard - 1)
        before = np.where(step.said - 1 > self.start, _at(self.said, step.said - 2), EDGE)
        after = np.where(step.said < self.end, _at(self.said, step.said), EDGE)
        heard_before = np.where(step.heard > 1, _at(self.heard, step.heard - 2), EDGE)
        inside = self.hopeful & (step.said > self.start) & (step.said <= self.end)
        said = inside & (step.kind >= 0) & (step.kind != ADDED) & (letter != OTHER)
        to = np.where(step.kind == MISSED, LOST, hears)
        said &= (step.kind == MISSED) | (hears != OTHER)
        np.add.at(counts.after, (before[said], letter[said], to[said]), self.times[said])
        np.add.at(counts.before, (after[said], letter[said], to[said]), self.times[said])
        added = inside & (step.kind == ADDED) & (step.said < self.end)
        np.add.at(counts.added, (heard_before[added], hears[added]), self.times[added])
        named = (said & (step.kind == HEARD)) | added
        np.add.at(counts.beside, (heard_before[named], hears[named]), self.times[named])
        heard = (step.kind >= 0) & (step.kind != MISSED)
        np.add.at(counts.usual, (heard_before[heard], hears[heard]), self.times[heard])


def _padded(texts: Sequence[str]) -> tuple[Codes, Codes]:
    """Codes [texts, longest] and lengths [texts]."""
    lengths = np.array([len(text) for text in texts], np.int64)
    codes = np.full((len(texts), int(lengths.max())), OTHER, np.int64)
    for row, text in enumerate(texts):
        codes[row, : len(text)] = [LETTER_CODES.get(letter, OTHER) for letter in text]
    return codes, lengths


def _at(codes: Codes, places: Codes) -> Codes:
    """The letter of each row at its place; the nearest where there is none."""
    letters: Codes = codes[np.arange(len(codes)), np.clip(places, 0, codes.shape[1] - 1)]
    return letters


def section_lines(counts: Counts, shifts: int = SHIFTS, least: int = 3) -> Iterator[str]:
    """The lines of one language in `data/hearing.txt`.

    Args:
        counts: of the language.
        shifts: how many changes of a cost by a neighbour are written: those that explain most bits.
        least: what was counted fewer times is not written.
    """
    there, anywhere = counts.written(), (counts.usual.sum(0) + 1) / (counts.usual.sum() + SIZE)
    yield from _table("usual", *_chances(counts.usual, counts.usual.sum(1), anywhere, 20, least), there)
    rate = counts.added_chance()
    yield from _table("added", *_chances(counts.added, counts.beside.sum(1), rate, 10, least), there)
    said = counts.said()
    written = (counts.after.sum(0) >= least) & (-UNIT * np.log2(said) < UNHEARD_OF)
    yield from _table("said", said[:LOST], written[:LOST], np.append(there[:LOST], True), lost=True)
    parts = [(name, _shifts(getattr(counts, name), said)) for name in ("after", "before")]
    all_bits = np.sort(np.concatenate([bits.ravel() for _, (_, bits) in parts]))
    floor = all_bits[-shifts] if shifts else np.inf
    for name, (shift, bits) in parts:
        yield from _shift_lines(name, shift, bits >= max(floor, 1e-9))


def _chances(
    seen: Floats, places: Floats, anywhere: Floats, weight: float, least: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Chances [neighbour + 1, heard], the last row for any neighbour, and which of them are written."""
    chances = (seen + weight * anywhere) / (places[:, None] + weight)
    return np.vstack([chances, anywhere]), np.vstack([seen >= least, np.ones(SIZE, bool)])


def _shifts(seen: Floats, said: Floats) -> tuple[Floats, Floats]:
    """Bits by which a neighbour changes a cost [neighbour, said, heard or lost], and how many that explains in all."""
    # A few counts of the cost without neighbours are added, so that rare neighbours change little.
    beside = (seen + 6 * said[None]) / (seen.sum(2, keepdims=True) + 6)
    shift = np.log2(said)[None] - np.log2(beside)
    bits = np.where(np.abs(shift) >= LEAST_SHIFT, seen * np.abs(shift), 0.0)
    bits[:, OTHER] = 0.0
    return shift, bits


def _table(
    kind: str, chances: Floats, written: NDArray[np.bool_], there: NDArray[np.bool_], lost: bool = False
) -> Iterator[str]:
    """Lines of costs, those for any neighbour first, of columns that are there."""
    keys = LETTERS if lost else KEYS + "."
    costs = np.round(-UNIT * np.log2(chances)).astype(np.int64)
    if not lost:  # what is nearly that of any neighbour says nothing more
        written[:-1] &= np.abs(costs[:-1] - costs[-1]) >= LEAST_DIFFERENCE
    for row in sorted(range(len(chances)), key=lambda row: keys[row] != "."):
        yield from _line(kind, keys[row], costs[row], np.flatnonzero(written[row] & there), lost)


def _shift_lines(kind: str, shift: Floats, written: NDArray[np.bool_]) -> Iterator[str]:
    costs = np.round(UNIT * shift).astype(np.int64)
    for neighbour, letter in np.argwhere(written.any(2)).tolist():
        key = KEYS[neighbour] + LETTERS[letter] if kind == "after" else LETTERS[letter] + KEYS[neighbour]
        yield from _line(
            kind, key, costs[neighbour, letter], np.flatnonzero(written[neighbour, letter]), True
        )


def _line(kind: str, key: str, costs: Codes, columns: Codes, lost: bool) -> Iterator[str]:
    """A line of these columns: what is heard, and a cost for each; none where there is no column."""
    if len(columns):
        heard = "".join(_column(column, lost) for column in columns.tolist())
        yield " ".join([kind, key, heard, *map(str, costs[columns].tolist())])


def _column(column: int, lost: bool) -> str:
    return "-" if lost and column == LOST else KEYS[column]
