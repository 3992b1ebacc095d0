"""Slips of the finger: the words of a catalog that differ from what is typed by one slip.

    one_slip(["cadena", "cope"], "cadnea", is_open=False)  ->  {"cadena"}
    one_slip(["cadena", "cope"], "cox", is_open=True)      ->  {"co", "cop"}

A slip is a character too many, one too few, another one, or two changed round. The words are sorted, so that only the
characters are tried that follow a beginning in some word, and whether a word is there is a search by halves.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

__all__ = ["begins_a_word", "one_slip", "range_of"]

_AFTER_ALL = "\U0010ffff"  # follows every character of canonical text


def range_of(texts: Sequence[str], beginning: str, after: str = _AFTER_ALL) -> tuple[int, int]:
    """First and end of the sorted `texts` that begin so and go on with what is below `after`."""
    return bisect_left(texts, beginning), bisect_left(texts, beginning + after)


def begins_a_word(words: Sequence[str], beginning: str) -> bool:
    """Whether one of the sorted `words` begins so."""
    place = bisect_left(words, beginning)
    return place < len(words) and words[place].startswith(beginning)


def one_slip(words: Sequence[str], typed: str, is_open: bool) -> set[str]:
    """The sorted `words`, or what words begin with if `is_open`, that are one slip away from `typed`."""
    there = begins_a_word if is_open else _is_word
    found = {word for word in _slips(words, typed, is_open) if word and there(words, word)}
    return found - {typed}


def _slips(words: Sequence[str], typed: str, is_open: bool) -> Iterator[str]:
    """`typed` without a slip at each place, as long as words begin with what stands before it."""
    for place in range(len(typed)):
        before, rest = typed[:place], typed[place + 1 :]
        if not begins_a_word(words, before):
            return
        yield before + rest
        yield before + rest[:1] + typed[place] + rest[1:]
        for character in _following(words, before):
            yield before + character + rest
            yield before + character + typed[place:]
    if not is_open:
        yield from (typed + character for character in _following(words, typed))


def _following(words: Sequence[str], beginning: str) -> Iterator[str]:
    """The characters that follow `beginning` in the sorted `words`."""
    place, end = range_of(words, beginning)
    if place < end and words[place] == beginning:
        place += 1
    while place < end:
        character = words[place][len(beginning)]
        yield character
        place = bisect_left(words, beginning + character + _AFTER_ALL, place, end)


def _is_word(words: Sequence[str], word: str) -> bool:
    place = bisect_left(words, word)
    return place < len(words) and words[place] == word
