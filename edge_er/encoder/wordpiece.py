"""WordPiece: canonical text to token ids, as the library tokenizers cuts it, read from tokenizer.json without it.

    WordPiece(...)("pon la cadena ser")  ->  [2, 311, 94, 1874, 5512, 3]

At each place of a word the longest piece of the vocabulary is taken; those within a word have a prefix in the file. A
word that cannot be spelled to its end is one unknown token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["WordPiece", "number_of", "read_wordpiece"]

_WORDS_AT_HAND = 4096
_UNKNOWN, _FIRST, _LAST = "[UNK]", "[CLS]", "[SEP]"


class WordPiece:
    """Cuts canonical texts into tokens.

    Args:
        vocabulary: the id of each piece.
        prefix: of pieces that do not begin a word.
        longest_word: characters; a longer word is unknown.
    """

    def __init__(self, vocabulary: Mapping[str, int], prefix: str, longest_word: int) -> None:
        self._ids, self._longest_word = vocabulary, longest_word
        self._within = {
            piece[len(prefix) :]: number for piece, number in vocabulary.items() if piece.startswith(prefix)
        }
        self._longest = max(map(len, vocabulary), default=0)
        self._first, self._last, self._unknown = (vocabulary[one] for one in (_FIRST, _LAST, _UNKNOWN))
        self._pieces = lru_cache(maxsize=_WORDS_AT_HAND)(self._cut)

    @property
    def size(self) -> int:
        """More than the largest id."""
        return max(self._ids.values(), default=-1) + 1

    def reads(self, tokens: Iterable[str]) -> bool:
        """Whether all of `tokens` are in the vocabulary."""
        return all(token in self._ids for token in tokens)

    def id_of(self, token: str) -> int:
        """The id of a piece of the vocabulary."""
        return self._ids[token]

    def __call__(self, text: str) -> list[int]:
        """Token ids of canonical `text`, from [CLS] to [SEP]."""
        ids = [self._first]
        for word in text.split():
            ids += self._pieces(word)
        ids.append(self._last)
        return ids

    def _cut(self, word: str) -> tuple[int, ...]:
        if len(word) > self._longest_word:
            return (self._unknown,)
        ids: list[int] = []
        pieces, start = self._ids, 0
        while start < len(word):
            for end in range(min(len(word), start + self._longest), start, -1):
                number = pieces.get(word[start:end])
                if number is not None:
                    break
            else:
                return (self._unknown,)
            ids.append(number)
            pieces, start = self._within, end
        return tuple(ids)


def read_wordpiece(tokenizer_json: bytes | str) -> WordPiece | None:
    """The tokenizer of a file as this project writes it; None for any other, which only tokenizers reads."""
    try:
        whole = json.loads(tokenizer_json, parse_float=number_of)
        model, template = whole["model"], whole["post_processor"]
        plain = (
            model["type"] == "WordPiece"
            and model["unk_token"] == _UNKNOWN
            and whole["pre_tokenizer"] == {"type": "WhitespaceSplit"}
            and not whole.get("normalizer")
            and template["type"] == "TemplateProcessing"
            and list(map(_named, template["single"])) == [_FIRST, "A", _LAST]
        )
        vocabulary = model["vocab"]
        added = {each["content"]: each["id"] for each in whole.get("added_tokens") or []}
        plain = plain and all(vocabulary.get(token) == number for token, number in added.items())
        plain = plain and all("[" in token for token in added)  # in no canonical text
        if not plain:
            return None
        return WordPiece(
            vocabulary, str(model["continuing_subword_prefix"]), int(model["max_input_chars_per_word"])
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def number_of(digits: str) -> float:
    """A number of JSON with a point or an exponent: a whole one where it is whole, for JSON has one kind of number."""
    number = float(digits)
    return int(number) if number.is_integer() else number


def _named(part: Mapping[str, Any]) -> str:
    """What a part of a template stands for."""
    ((_, value),) = part.items()
    return str(value["id"])
