"""Which encoding a text is in: that of its byte order mark, UTF-8 where it is that, else the likeliest Western one.

The Western ones are those that spreadsheets write: Windows (cp1252), DOS ("CSV (MS-DOS)", cp850) and the old Macintosh.
Each byte above 127 votes by the letter it would be in each of them.
"""

from __future__ import annotations

import codecs
import re
from typing import IO

__all__ = ["DAMAGED", "detect_encoding", "known_encoding"]

DAMAGED = "edge_er.damaged"  # error handler: a byte that cannot be read becomes a mark, found by damaged_byte
WESTERN = ("cp1252", "cp850", "mac_roman")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LETTERS = frozenset("äöüßàâæçéèêëîïôœùûÿñóíáúìòåøãõ")
_SIGNS = frozenset("¡¿’‘“”–—«»°ºª·…€´\u00a0")
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_CHUNK = 1 << 18
_SAMPLE = 1 << 16


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(DAMAGED, _mark)


def known_encoding(name: str) -> bool:
    """Whether Python can read text in this encoding."""
    try:
        "a".encode(name).decode(name)
    except (LookupError, ValueError):
        return False
    return True


def detect_encoding(text: IO[bytes]) -> tuple[str, bool]:
    """The encoding of a whole text, and whether it was assumed rather than known."""
    head = text.read(4096)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return encoding, False
    if wide := _utf16_without_mark(head):
        return wide, True
    good = bad = 0
    sample = b""
    chunk = head + text.readline(_CHUNK)
    while chunk:
        if not chunk.isascii():
            for line in chunk.split(b"\n"):
                if line.isascii():
                    continue
                if _is_utf8(line):
                    good += 1
                else:
                    bad += 1
                    sample += line + b"\n" if len(sample) < _SAMPLE else b""
        chunk = text.read(_CHUNK)
        chunk += text.readline(_CHUNK) if chunk else b""
    if bad > good:
        return _western(sample), True
    return "utf-8", False


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 of Latin letters has a NUL in nearly every other byte."""
    half = len(head) // 2
    for encoding, start in (("utf-16-be", 0), ("utf-16-le", 1)):
        if half > 1 and head[start::2].count(0) > 0.6 * half and head[1 - start :: 2].count(0) < 0.1 * half:
            return encoding
    return None


def _western(sample: bytes) -> str:
    return max(WESTERN, key=lambda encoding: _plausible(sample.decode(encoding, "replace")))


def _plausible(text: str) -> int:
    """How much the letters beyond ASCII look like those of Western European words."""
    score = 0
    for match in _FOREIGN.finditer(text):
        character, before = match.group(), text[match.start() - 1 : match.start()]
        if character in _LETTERS:
            score += 2
        elif character.lower() in _LETTERS:
            score += -1 if before.islower() else 2
        else:
            score += 1 if character in _SIGNS else -2
    return score
