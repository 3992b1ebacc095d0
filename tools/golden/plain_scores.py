"""Scores of one form once more, in plain steps: the misrecognition score cell by cell, the word score word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from edge_er.constants import WORDS
from edge_er.text.carriers import carrier_words, name_span
from edge_er.text.letter_costs import UNHEARD_OF, Costs, read_costs
from edge_er.text.letters import CODES, EDGE
from edge_er.text.misrecognition import BORDER, LEFT, SPARED

__all__ = [
    "WordScore",
    "common_words",
    "misrecognition_score",
    "pieces",
    "stand_among",
    "word_gain",
    "word_score",
    "words_of_names",
]

LONGEST_PART = 16
UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x9FFF))


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
    costs = read_costs(lang)
    letters, heard = costs.letters, costs.letters.codes(request).tolist()
    borders, left, of_name, words = {0}, [0], [], request.split()
    first, last = name_span(request, name_words)
    for number, word in enumerate(words):
        cost = 0 if word in carrier_words().words else LEFT
        size = len(letters.spelled(word))
        left += [left[-1] + cost * (at + 1) for at in range(size)]
        of_name += [first <= number < last] * size
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
    spared = [word in carrier_words().fillers for word in spoken for _ in letters.spelled(word)]
    shares = [SPARED if rare and not all(spared) else 1 for rare in spared]
    for cost, share in zip(_letter_costs(costs, letters.codes(form).tolist()), shares, strict=True):
        missing = max(cost[CODES] // share, 1)
        above, row = row, [row[0] - missing]
        for place, letter in enumerate(heard):
            said = above[place] + usual[place] - cost[letter]
            row.append(max(above[place + 1] - missing, said, row[place] - added[place]))
    return max(
        score - left[-1] + left[place] + BORDER * (place in borders) for place, score in enumerate(row)
    )


def words_of_names(forms: Sequence[str]) -> Counter[str]:
    """How many of canonical `forms` have each word."""
    return Counter(word for form in forms for word in set(form.split()))


class Among(NamedTuple):
    """The words of each form that a form stands among, itself too, and all of these words."""

    forms: list[list[str]]
    known: set[str]


def stand_among(forms: Sequence[str]) -> Among:
    """Canonical `forms` as `Among`."""
    words = [form.split() for form in forms]
    return Among(words, {word for each in words for word in each})


def common_words(forms: Sequence[str]) -> set[str]:
    """The words that many of canonical `forms` have."""
    return {
        word
        for word, count in words_of_names(forms).items()
        if count >= WORDS.common_least and count * WORDS.common_share > len(forms)
    }


class WordScore(NamedTuple):
    """The word score of a form, None where the words say nothing about it; whether the request has it as phrase; and
    whether nothing but a part of it is said, beside words of carriers that no form has.
    """

    score: int | None
    phrase: bool
    part: bool


def is_unspaced(text: str) -> bool:
    """Whether a text of two characters or more is written in a script without spaces."""
    return (
        len(text) > 1
        and not text.isascii()
        and all(any(low <= ord(letter) <= high for low, high in UNSPACED) for letter in text)
    )


class _Asked(NamedTuple):
    """A request: its words, those of the name, and what each word of the name costs where a form does not have it."""

    words: list[str]
    name: set[str]
    costs: dict[str, int]

    def around(self, part: str) -> list[str]:
        """The words that a word without spaces stands within, which is no word itself."""
        there = part not in self.words and is_unspaced(part) and len(part) <= LONGEST_PART
        return [word for word in self.words if part in word] if there else []

    def left(self, said: Collection[str]) -> int:
        """What the words of the name cost that are not said in a form, less what parts of them explain."""
        left = sum(cost for word, cost in self.costs.items() if word not in said)
        for part in said:
            letters = [self.costs.get(word, 0) // len(word) for word in self.around(part)]
            left -= len(part) * max(letters, default=0)
        return max(left, 0)

    def has(self, words: list[str]) -> bool:
        """Whether words stand together in the request."""
        return any(self.words[at : at + len(words)] == words for at in range(len(self.words)))


def asked(request: str, names: Collection[str]) -> _Asked:
    """A canonical request to a catalog whose names have the words `names`."""
    words, carriers = request.split(), carrier_words().words
    first, last = name_span(request, names)
    name = set(words[first:last])
    costs = {word: len(word) * (WORDS.carrier_left if word in carriers else WORDS.left) for word in name}
    return _Asked(words, name, costs)


def word_score(
    lang: str,
    form: str,
    request: str,
    common: Collection[str],
    having: Mapping[str, int],
    among: Among,
) -> WordScore:
    """The word score of a canonical form, word by word.

    `having` is how many forms of the catalog have each word, `among` are all that the form stands among.
    """
    of, carriers = asked(request, having), carrier_words().words
    own = list(dict.fromkeys(form.split()))
    said = [word for word in own if word in of.words or of.around(word)]
    must = {word for word in of.name if word not in carriers}
    alone = not must
    if alone:
        must = of.name & among.known
    strong = [word for word in said if not is_weak(word) or (alone and word in must)]
    rare = {word for word in said if word in of.name and is_rare(word, having)}
    holds = bool(said) and must <= set(own)
    whole = bool(own) and said == own and (bool(strong) or holds or alone)
    left = of.left(said)
    if whole:
        score = sum(max(word_gain(lang, word), 1) for word in own) - min(left, WORDS.sentence)
    elif holds and strong and (not alone or is_part_of_few(among, of, must)):
        score = said_in_part(lang, form, said, common) - left
        if alone:
            gains = [max(word_gain(lang, word), 1) for word in said if word in must and is_weak(word)]
            score += sum(gain - min(gain, WORDS.weak_gain) for gain in gains)
    elif rare:
        begins = max((own[:size] for size in range(len(own) + 1) if of.has(own[:size])), key=len)
        if rare.isdisjoint(begins):
            return WordScore(None, False, False)
        score = said_in_part(lang, form, begins, common, WORDS.omitted_most)
        return WordScore(score - min(of.left(begins), WORDS.sentence), False, False)
    else:
        return WordScore(None, False, False)
    stands_alone = said == own and (holds or of.has(own)) and carrier_words().fillers.isdisjoint(own)
    begun = said_in_part(lang, form, said, common, WORDS.omitted_most)
    begun -= 0 if stands_alone else min(left, WORDS.sentence)
    if rare and holds and left <= WORDS.rare_left:
        score = WORDS.rare_gain + (max(score, begun) if own[0] in said else score)
    elif rare and stands_alone:
        score = max(score, begun)
    stands = of.has(form.split()) or (is_unspaced(form) and form in request)
    unknown = sum(cost for word, cost in of.costs.items() if word not in among.known)
    return WordScore(score, whole and (alone or holds or stands), not whole and left == unknown)


def is_part_of_few(among: Among, of: _Asked, must: set[str]) -> bool:
    """Whether few forms hold a name of nothing but words of carriers, `must` of which forms have, and are not whole."""
    count = 0
    for own in among.forms:
        if must.issubset(own):
            said = [word in of.words or bool(of.around(word)) for word in own]
            strong = any(
                there and (word in must or not is_weak(word)) for word, there in zip(own, said, strict=True)
            )
            count += strong and not all(said)
            if count > WORDS.weak_forms:
                return False
    return True


def said_in_part(
    lang: str, form: str, said: Collection[str], common: Collection[str], most: int | None = None
) -> int:
    """What the words that are said gain in a form said in part, less what its others cost, `most` of it."""
    gains = [(word, max(word_gain(lang, word), 1)) for word in said]
    parts, costs = parts_of_frequencies(form.split()), 0
    for word in set(form.split()) - set(said):
        costs += WORDS.omitted_frequency if word in parts else omission(word, common)
    gained = sum(min(gain, WORDS.weak_gain) if is_weak(word) else gain for word, gain in gains)
    return gained - (costs if most is None else min(costs, most))


def is_weak(word: str) -> bool:
    """Whether a word is one of carriers or fillers."""
    return word in carrier_words().words or word in carrier_words().fillers


def is_number(word: str) -> bool:
    """Whether a word is written in the digits 0 to 9."""
    return all(letter in "0123456789" for letter in word)


def is_rare(word: str, having: Mapping[str, int]) -> bool:
    """Whether few forms have a word of three letters or more that is strong and no number."""
    long = len(word) >= WORDS.rare_letters
    return long and not is_weak(word) and not is_number(word) and having[word] <= WORDS.rare_most


def parts_of_frequencies(words: Sequence[str]) -> set[str]:
    """The words of a form that are parts of a frequency."""
    found = set()
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else "end"
        if not is_number(word) or len(word) > 4:
            continue
        if 87 <= int(word) <= 108 and is_number(after) and len(after) < 3:
            found |= {word, after}  # 98.9
        elif 87 <= int(word) <= 108 and after == "fm":
            found.add(word)
        elif 875 <= int(word) <= 1080:
            found.add(word)  # 989
        elif 530 <= int(word) <= 1700 and word.endswith("0"):
            found.add(word)  # 790
    return found


def omission(word: str, common: Collection[str]) -> int:
    """What leaving a word of a form out costs, if it is no part of a frequency."""
    if word in carrier_words().fillers:
        return WORDS.omitted_filler
    if is_number(word):
        return WORDS.omitted_number
    if word in common or word in carrier_words().words:
        return WORDS.omitted_common
    return WORDS.omitted


def word_gain(lang: str, word: str) -> int:
    """What a word earns where all its letters are recognised as they are."""
    costs = read_costs(lang)
    letters = costs.letters.codes(word).tolist()
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
