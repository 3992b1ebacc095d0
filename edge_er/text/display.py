r"""Texts of others, made harmless where people read them: names may hold characters that steer a terminal or a page.

An escape character before "[2J Radio" would clear the screen; what is shown is ``\x1b[2J Radio``.
"""

from __future__ import annotations

import re

__all__ = ["shown", "shown_in_json"]

# Control characters but tab and line feed, separators of lines and paragraphs, and what turns the direction of writing.
# Joiners (U+200C, U+200D) stay: names in Persian and emoji need them.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """`text` with every character that steers a terminal or turns the direction of writing as an escape."""
    return _STEERING.sub(lambda found: _escaped(ord(found[0])), text)


def shown_in_json(text: str) -> str:
    """The same for a text of JSON, which stays JSON of the same values."""
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
