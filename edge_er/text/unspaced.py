"""Words in scripts that are written without spaces: which may stand within the word of a request.

    parts_of("把電視靜音")  ->  {"把電", "電視", ..., "電視靜音", "把電視靜音"}

Chinese, Japanese, Thai, Lao, Burmese and Khmer put no spaces between words. Canonical text has none there, so a name in
a sentence is a part of what counts as one word.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["is_unspaced", "parts_of"]

# Thai and Lao, Burmese, Khmer, Hiragana and Katakana, Han
_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
_LEAST, _MOST = 2, 16  # characters of a part


def is_unspaced(text: str) -> bool:
    """Whether all of a text is written so; it has two characters at least."""
    return _may_have(text) and len(text) >= _LEAST and _run().fullmatch(text) is not None


def parts_of(word: str) -> set[str]:
    """All that may be a name in `word`: what stands together there, of 2 to 16 characters of these scripts."""
    if not _may_have(word):
        return set()
    runs = _run().findall(word)
    sizes = range(_LEAST, _MOST + 1)
    return {run[at : at + size] for run in runs for size in sizes for at in range(len(run) - size + 1)}


def _may_have(text: str) -> bool:
    """False for most texts without such letters: all scripts of Europe come before them."""
    return not text.isascii() and max(text) >= _LETTERS[0]


@lru_cache(maxsize=1)
def _run() -> re.Pattern[str]:
    """Letters of these scripts side by side; so many ranges take a millisecond, and most catalogs have none."""
    return re.compile(f"[{_LETTERS}]+")
