"""Re-ranking once more, in plain steps: what another implementation must do, and what the golden requests are made by.

Nothing here is fast: every number is found by going through all forms, or all cells of an alignment, one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from functools import reduce
from operator import add
from typing import NamedTuple

from edge_er.constants import EVIDENCE, WORDS
from edge_er.ranking.rerank import RerankWeights
from edge_er.text.canonical import canonical_text
from edge_er.text.carriers import carrier_words, name_span, without_carrier
from edge_er.text.misrecognition import (
    BORDER,
    CODES,
    EDGE,
    LEFT,
    SPARED,
    UNHEARD_OF,
    Costs,
    letter_codes,
    read_costs,
)
from edge_er.text.sound_codes import SoundCodes

__all__ = ["EncodedText", "PlainReranker", "Ranked"]


class EncodedText(NamedTuple):
    """One text of an utterance, the dot product of its vector with each form, and how much it counts."""

    query: str
    dots: Sequence[int]
    weight: float = 1.0


class Ranked(NamedTuple):
    """An entity, its score, its best form and that form's summands by name, in units of the dot product."""

    entity: int
    score: float
    form: int
    parts: dict[str, float]


def pieces(text: str) -> set[str]:
    """All parts of two or three characters."""
    return {
        text[start:end] for start in range(len(text)) for end in (start + 2, start + 3) if end <= len(text)
    }


def misrecognition_score(lang: str, form: str, request: str, name_words: Collection[str] = ()) -> int:
    """The misrecognition score of a canonical form, cell by cell; see `edge_er.text.misrecognition`.

    `name_words` keep closing phrases of the request; see `name_span`.
    """
    if not request:
        return 0
    costs, heard = read_costs(lang), letter_codes(request.replace(" ", "")).tolist()
    borders, left, of_name, words = {0}, [0], [], request.split()
    first, last = name_span(request, name_words)
    for number, word in enumerate(words):
        cost = 0 if word in carrier_words().words else LEFT
        left += [left[-1] + cost * (at + 1) for at in range(len(word))]
        of_name += [first <= number < last] * len(word)
        borders.add(len(left) - 1)
    before = [EDGE, *heard[:-1]]
    usual = [
        int(costs.usual[one, other]) * said for one, other, said in zip(before, heard, of_name, strict=True)
    ]
    added = [int(costs.added[pair]) for pair in zip(before, heard, strict=True)]
    added = [max(more - score, 1) for more, score in zip(added, usual, strict=True)]
    row = [BORDER * (place in borders) - left[place] for place in range(len(left))]
    for place in range(1, len(row)):
        row[place] = max(row[place], row[place - 1] - added[place - 1])
    spoken = form.split()
    spared = [word in carrier_words().fillers for word in spoken for _ in word]
    shares = [SPARED if rare and not all(spared) else 1 for rare in spared]
    for cost, share in zip(_letter_costs(costs, letter_codes("".join(spoken)).tolist()), shares, strict=True):
        missing = max(cost[CODES] // share, 1)
        above, row = row, [row[0] - missing]
        for place, letter in enumerate(heard):
            said = above[place] + usual[place] - cost[letter]
            row.append(max(above[place + 1] - missing, said, row[place] - added[place]))
    return max(
        score - left[-1] + left[place] + BORDER * (place in borders) for place, score in enumerate(row)
    )


def common_words(forms: Sequence[str]) -> set[str]:
    """The words that many of canonical `forms` have."""
    having = Counter(word for form in forms for word in set(form.split()))
    return {
        word
        for word, count in having.items()
        if count >= WORDS.common_least and count * WORDS.common_share > len(forms)
    }


def word_score(
    lang: str, form: str, request: str, common: Collection[str], name_words: Collection[str]
) -> int | None:
    """The word score of a canonical form, word by word; None where the words of the request say nothing about it."""
    carriers, fillers = carrier_words().words, carrier_words().fillers
    words = request.split()
    first, last = name_span(request, name_words)
    name, own, said = set(words[first:last]), set(form.split()), set(words)
    strong = [word for word in own & said if word not in carriers and word not in fillers]
    whole = own <= said
    if not strong or not (whole or all(word in own for word in name if word not in carriers)):
        return None
    rest = 0
    for word in name - own:
        rest += len(word) * (WORDS.carrier_left if word in carriers else WORDS.left)
    score = WORDS.exact - (min(rest, WORDS.sentence) if whole else rest)
    for word in own & said:
        gain = max(_word_gain(lang, word), 1)
        score += gain if word in strong else min(gain, WORDS.weak_gain)
    for word in own - said:
        if word in fillers:
            score -= WORDS.omitted_filler
        elif all(letter in "0123456789" for letter in word):
            score -= WORDS.omitted_number
        else:
            score -= WORDS.omitted_common if word in common else WORDS.omitted
    return score


def _word_gain(lang: str, word: str) -> int:
    """What a word earns where all its letters are recognised as they are."""
    costs, letters = read_costs(lang), letter_codes(word).tolist()
    earned = 0
    for before, letter, cost in zip([EDGE, *letters], letters, _letter_costs(costs, letters), strict=False):
        earned += int(costs.usual[before, letter]) - cost[letter]
    return earned


def _letter_costs(costs: Costs, said: list[int]) -> Iterator[list[int]]:
    """For each letter that is said, the cost of every letter heard for it, and of none."""
    for before, letter, after in zip([EDGE, *said], said, [*said[1:], EDGE], strict=False):
        plain, shifts = (
            costs.said[letter],
            costs.after[before, letter].astype(int) + costs.before[letter, after],
        )
        yield [
            cost if cost >= UNHEARD_OF else min(max(cost + shift, 0), UNHEARD_OF)
            for cost, shift in zip(plain.tolist(), shifts.tolist(), strict=True)
        ]


class PlainReranker:
    """Ranks the forms of a bundle, each belonging to an entity."""

    def __init__(
        self,
        forms: Sequence[str],
        form_entity: Sequence[int],
        lang: str,
        weights: RerankWeights,
        demand: Sequence[int] = (),
    ) -> None:
        self._fold, self.weights, self._lang, self._demand = SoundCodes(lang), weights, lang, demand
        self._forms = [canonical_text(form) for form in forms]
        self._entity = list(form_entity)
        self._pieces = [pieces(self._fold(form)) for form in self._forms]
        self._common = common_words(self._forms)
        self._name_words = {word for form in self._forms for word in form.split() if weights.words}
        having = Counter(piece for held in self._pieces for piece in held)
        self._scores = {
            piece: ((len(forms) // count) ** 4).bit_length() - 1 for piece, count in having.items()
        }
        self._totals = [sum(self._scores[piece] for piece in held) for held in self._pieces]
        self._said_pieces: dict[str, set[str]] = {}

    def rank(self, said: Sequence[EncodedText], k: int) -> list[Ranked]:
        """The `k` best entities, best first; of several texts the weighted mean counts."""
        total = reduce(add, (one.weight for one in said))
        best: dict[int, Ranked] = {}
        for form in self.candidates(said, k):
            parts: dict[str, float] = {}
            for one in said:
                for name, value in self._parts(form, one).items():
                    parts[name] = parts.get(name, 0) + one.weight / total * value
            score = reduce(add, parts.values())  # as numpy adds; `sum` rounds otherwise from Python 3.12 on
            candidate = Ranked(self._entity[form], score, form, parts)
            if candidate.entity not in best or candidate.score > best[candidate.entity].score:
                best[candidate.entity] = candidate
        return sorted(best.values(), key=lambda one: (-one.score, one.entity))[:k]

    def candidates(self, said: Sequence[EncodedText], k: int) -> list[int]:
        """The forms nearest by vector, sound and words; more by vector while they are of fewer than `k` entities."""
        forms = range(len(self._forms))
        by_dot = [sorted(forms, key=lambda form, one=one: -one.dots[form]) for one in said]
        by_sound = [
            sorted(forms, key=lambda form, one=one: -self._sound_score(form, one.query)) for one in said
        ]
        by_words = [form for one in said for form in self._best_by_words(one.query)]
        wanted, count = min(k, len(set(self._entity))), self.weights.dense_forms
        while True:
            pool = {form for order in by_dot for form in order[:count]}
            pool |= {form for order in by_sound for form in order[: self.weights.sound_forms]}
            pool |= set(by_words)
            if count >= len(forms) or len({self._entity[form] for form in pool}) >= wanted:
                return sorted(pool)
            count *= 2

    def _best_by_words(self, query: str) -> list[int]:
        scores = {form: self._word_score(form, canonical_text(query)) for form in range(len(self._forms))}
        there = {form: score for form, score in scores.items() if score is not None}
        return sorted(there, key=lambda form: (-there[form], form))[: self.weights.words]

    def _word_score(self, form: int, text: str) -> int | None:
        if not self.weights.words:
            return None
        return word_score(self._lang, self._forms[form], text, self._common, self._name_words)

    def _sound_score(self, form: int, query: str) -> float:
        return self._shared(form, query) / (self._totals[form] + EVIDENCE.short_form)

    def _shared(self, form: int, query: str) -> int:
        return sum(self._scores[piece] for piece in self._pieces[form] & self._said(query))

    def _said(self, query: str) -> set[str]:
        if query not in self._said_pieces:
            text = canonical_text(query)
            name = without_carrier(text, name_span(text, self._name_words))
            self._said_pieces = {query: pieces(self._fold(name))}
        return self._said_pieces[query]

    def _parts(self, form: int, said: EncodedText) -> dict[str, int]:
        """The summands of one form's score for one text."""
        weights, text = self.weights, canonical_text(said.query)
        demand = self._demand[self._entity[form]] if self._demand else 0
        heard, words = 0, self._word_score(form, text)
        if weights.heard:
            heard = misrecognition_score(self._lang, self._forms[form], text, self._name_words)
        heard = heard if words is None else max(heard, words)
        return {
            "dense": said.dots[form],
            "heard": weights.heard * heard,
            "popularity": weights.popularity * demand,
            "pieces": weights.sound_pieces * self._shared(form, said.query),
        }
