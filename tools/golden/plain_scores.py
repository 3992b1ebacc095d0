"""Scores of one form once more, in plain steps: the misrecognition score cell by cell, the word score word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from edge_er.constants import WORDS
from edge_er.text.carriers import carrier_words, name_span
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

__all__ = ["WordScore", "common_words", "misrecognition_score", "pieces", "word_gain", "word_score"]


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


class WordScore(NamedTuple):
    """The word score of a form, None where the words say nothing about it; whether the request has it as phrase; and
    whether nothing but a part of it is said.
    """

    score: int | None
    phrase: bool
    part: bool


def word_score(
    lang: str, form: str, request: str, common: Collection[str], name_words: Collection[str]
) -> WordScore:
    """The word score of a canonical form, word by word."""
    carriers, fillers = carrier_words().words, carrier_words().fillers
    words = request.split()
    first, last = name_span(request, name_words)
    name, own, said = set(words[first:last]), set(form.split()), set(words)
    strong = [word for word in own & said if word not in carriers and word not in fillers]
    holds = bool(own & said) and all(word in own for word in name if word not in carriers)
    whole = bool(own) and own <= said and (bool(strong) or holds)
    if not whole and not (holds and strong):
        return WordScore(None, False, False)
    rest = sum(len(word) * (WORDS.carrier_left if word in carriers else WORDS.left) for word in name - own)
    if whole:
        worth = sum(max(word_gain(lang, word), 1) for word in own)
        rows = [words[start : start + len(form.split())] for start in range(len(words))]
        return WordScore(worth - min(rest, WORDS.sentence), holds or form.split() in rows, False)
    score = -rest
    for word in own & said:
        gain = max(word_gain(lang, word), 1)
        score += gain if word in strong else min(gain, WORDS.weak_gain)
    return WordScore(score - sum(omission(word, common) for word in own - said), False, rest == 0)


def omission(word: str, common: Collection[str]) -> int:
    """What leaving a word of a form out costs."""
    if word in carrier_words().fillers:
        return WORDS.omitted_filler
    if all(letter in "0123456789" for letter in word):
        return WORDS.omitted_number
    if word in common or word in carrier_words().words:
        return WORDS.omitted_common
    return WORDS.omitted


def word_gain(lang: str, word: str) -> int:
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
