"""Short names of letters: the initials of a name, and those that an address of the entity confirms.

initials("Norddeutscher Rundfunk Kultur")                        ->  "nrk"
address_names("Bayern 3", ["https://br.example/br3/mp3"])        ->  ["br3"]
address_names("Radio Monte Carlo", ["http://rmc.example/live"])  ->  ["rmc"]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from edge_er.text.canonical import canonical_text

__all__ = ["address_names", "address_tokens", "initials"]

_TOKEN = re.compile(r"[a-z0-9]+")
_AFTER_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_LETTERS_NUMBER = re.compile(r"([a-z])[a-z]{1,2}([0-9]{1,2})")
_FEWEST, _MOST = 3, 6  # letters


def initials(name: str) -> str:
    """The first letters of the words; "" for a name with a number, or of fewer than three words or more than six."""
    words = canonical_text(name).split()
    letters = "".join(word[0] for word in words)
    return letters if _FEWEST <= len(words) <= _MOST and letters.isalpha() and letters.isascii() else ""


def address_names(name: str, addresses: Iterable[str]) -> list[str]:
    """Parts of hosts and paths that are the initials of the name, or letters from its first one on and its number.

    What the name has itself ("RAN1 HD" at `ran1`) is left out: it says nothing new.
    """
    words = canonical_text(name).split()
    if len(words) < 2:
        return []
    numbers = [word for word in words if word.isdigit()]
    letters = initials(name)
    return [
        token
        for token in address_tokens(addresses)
        if _fits(token, words[0], letters, numbers) and canonical_text(token) not in canonical_text(name)
    ]


def address_tokens(addresses: Iterable[str]) -> list[str]:
    """The different runs of letters and digits in hosts and paths, in small letters."""
    return list(dict.fromkeys(_tokens(addresses)))


def _tokens(addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        plain = _AFTER_SCHEME.sub("", address.lower())
        yield from _TOKEN.findall(plain.partition("?")[0])


def _fits(token: str, first: str, letters: str, numbers: list[str]) -> bool:
    if token == letters:
        return True
    match = _LETTERS_NUMBER.fullmatch(token)
    return bool(match and len(numbers) == 1 and match[1] == first[0] and match[2] == numbers[0])
