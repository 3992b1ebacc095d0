"""Equals: the first candidates that nothing in a request tells apart, whatever their scores.

    "turn on the ceiling light"  ->  the ceiling lights of all rooms: the words that are said are words of each
    "call stephen clarke"        ->  Stephen Clark and Steven Clarke: they sound the same, and neither is spelled so

A form that is said whole has no equals. Words count with every spelling of their numbers. Two names sound the same
where their sound codes are equal, or, from `sounding_letters` on, differ in one letter that is no figure; equals sound
like each other and like what is said. Equals follow
each other in the order of the ranking, and are nearly as high as the first: what is left unsaid, or a letter, says
little about which of them is meant, but much of it says something. So does that one has the name as its main name, or
is asked for more often.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edge_er.constants import DECISION
from edge_er.decision.features import Said, Utterance, says_whole
from edge_er.text.sound_codes import SoundCodes

__all__ = ["Equals", "equals", "near_first", "sound_alike"]

_FIGURES = frozenset("0123456789")


class Equals(NamedTuple):
    """How many of the first candidates are equals, and whether they share all words that are said."""

    size: int = 1
    shared: bool = False


def equals(utterance: Utterance, forms: Sequence[str], scores: Sequence[float], codes: SoundCodes) -> Equals:
    """The equals among candidates.

    Args:
        utterance: the request.
        forms: of the candidates, best first, in canonical text.
        scores: of the first of them, those that are as likely meant as the first, in units of the cosine.
        codes: of the language that is spoken.
    """
    first = forms[0]
    by_words, near = _near(scores, DECISION.sharing_words), _near(scores, DECISION.sounding_alike)
    if by_words == near == 1 or any(says_whole(first, said) for said in utterance.texts):
        return Equals()
    if by_words > 1:
        words = frozenset(first.split())
        named = [_named(words, utterance.words, said) for said in utterance.texts]
        count = _leading(
            all(any(those <= frozenset(form.split()) for those in of_text) for of_text in named)
            for form in (forms[1:by_words] if all(named) else ())
        )
        if count > 1:
            return Equals(count, True)
    if near == 1:
        return Equals()
    said = [_sounds(each, codes) for each in utterance.texts]
    code = codes(first)
    if not _is_said(code, said):
        return Equals()
    return Equals(
        _leading(sound_alike(code, own) and _is_said(own, said) for own in map(codes, forms[1:near]))
    )


def sound_alike(one: str, other: str) -> bool:
    """Whether two sound codes are those of names that sound the same."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1 or len(short) < DECISION.sounding_letters:
        return False
    start, same_length = 0, len(short) == len(long)
    while start < len(short) and short[start] == long[start]:
        start += 1
    differ = short[start : start + same_length] + long[start]
    return short[start + same_length :] == long[start + 1 :] and _FIGURES.isdisjoint(differ)


def _is_said(code: str, said: Iterable[Iterable[str]]) -> bool:
    """Whether a name of this sound code sounds like one of those that each text says."""
    return all(any(sound_alike(code, each) for each in of_text) for of_text in said)


def _sounds(said: Said, codes: SoundCodes) -> set[str]:
    """The sound codes of the names in the readings of a text, with words of carriers in them and without."""
    return {
        codes(spoken)
        for _, name, content in said.readings
        for spoken in {name, " ".join([word for word in name.split() if word in content])}
    }


def _named(words: frozenset[str], known: frozenset[str], said: Said) -> list[frozenset[str]]:
    """For each reading of a text the words that name something, if all of them are among `words`.

    They are words of the name that no carrier has; where there are none, those that are `known` from the candidates. A
    name with many letters in other words is a sentence about something else.
    """
    sets = (
        content or frozenset(name.split()) & known
        for _, name, content in said.readings
        if sum(len(word) for word in name.split() if word not in words) <= DECISION.sharing_left
    )
    return [those for those in sets if those and those <= words]


def near_first(scores: Sequence[float]) -> int:
    """How many of the first candidates may be equals by their scores."""
    return _near(scores, max(DECISION.sharing_words, DECISION.sounding_alike))


def _near(scores: Sequence[float], within: float) -> int:
    """How many of the first scores are not further behind the first."""
    first = scores[0]
    for count, score in enumerate(scores):
        if first - score > within:
            return count
    return len(scores)


def _leading(tests: Iterable[bool]) -> int:
    """1, and how many of the first tests are true."""
    count = 1
    for passed in tests:
        if not passed:
            break
        count += 1
    return count
