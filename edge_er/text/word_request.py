"""A request as word scores read it (`edge_er.text.words`): what each of its words costs, and what a form must hold.

In scripts without spaces a word of a name may stand within a word of the request (`edge_er.text.unspaced`).
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from edge_er.constants import WORDS
from edge_er.text.carriers import Span, carrier_words
from edge_er.text.unspaced import is_unspaced, parts_of

__all__ = ["WordRequest", "word_request"]


class WordRequest(NamedTuple):
    """The words of a canonical request.

    Attributes:
        text: the request with a space on each side.
        left: what leaving each word unexplained costs.
        content: the words that a form must hold.
        explained: words that forms have, and those within them, with what each explains of these costs.
        weak_alone: whether the name has none but words of carriers.
    """

    text: str
    left: Mapping[str, int]
    content: frozenset[str]
    explained: Mapping[str, int]
    weak_alone: bool

    @property
    def unknown(self) -> int:
        """What the words cost that no form has."""
        return sum(cost for word, cost in self.left.items() if word not in self.explained)

    def rest(self, said: Iterable[str]) -> int:
        """What the words cost that are not `said` in a form."""
        return max(sum(self.left.values()) - sum(self.explained[word] for word in said), 0)

    def has(self, form: str) -> bool:
        """Whether the words of a form stand together in the request."""
        return f" {form} " in self.text or (is_unspaced(form) and form in self.text)

    def beginning(self, words: Sequence[str]) -> Sequence[str]:
        """The first words of a form, as many as stand together in the request."""
        size = len(words)
        while size and f" {' '.join(words[:size])} " not in self.text:
            size -= 1
        return words[:size]


def word_request(request: str, span: Span, names: Container[str]) -> WordRequest:
    """The words of canonical `request`, whose name stands at `span`; `names` are the words of names."""
    words, weak = request.split(), carrier_words().words
    name = dict.fromkeys(words[span[0] : span[1]])
    left = dict.fromkeys(words, 0)
    for word in name:
        left[word] = len(word) * (WORDS.carrier_left if word in weak else WORDS.left)
    strong = frozenset([word for word in name if word not in weak])
    content = strong or frozenset([word for word in name if word in names])
    return WordRequest(f" {request} ", left, content, _explained(left, names), not strong)


def _explained(left: Mapping[str, int], names: Container[str]) -> dict[str, int]:
    found = {word: cost for word, cost in left.items() if word in names}
    for word, cost in left.items():
        if word.isascii():
            continue  # has no parts
        for part in sorted(parts_of(word)):
            if part not in left and part in names:
                found[part] = max(found.get(part, 0), cost // len(word) * len(part))
    return found
